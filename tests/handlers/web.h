#ifndef STDINETD_TESTS_HANDLERS_WEB_H
#define STDINETD_TESTS_HANDLERS_WEB_H

#include "system/harness.h"

#include <stdbool.h>

/* A webserver.exe for the site's folder www, and its clients. How it gets its connections says the
   environment variable WEBSERVER_WITH: "listen" (the default) by itself, or from stdinetd by the
   way of transfer that it names. */

/* options: of webserver. In all three ways one process serves, unless it is web_start_pool, which
   needs stdinetd. service: more lines for the service's section. */
struct process *web_start(const char *options);
struct process *web_start_pool(const char *options, const char *service);

bool web_is_pool(void);

SOCKET web_connect(struct process *web);

/* "GET TARGET HTTP/1.1" with a Host and these further fields ("Name: value\r\n"). */
void web_get(SOCKET client, const char *target, const char *fields);

/* The next answer, its content as long as it says; good until the next call. is_head: it has none,
   whatever it says. */
const char *web_answer(SOCKET client);
const char *web_answer_to_head(SOCKET client);

/* On a connection of its own: what the server says to text, until it closes. */
const char *web_ask(struct process *web, const char *text);

#endif
