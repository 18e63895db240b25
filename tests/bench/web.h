#ifndef STDINETD_BENCH_WEB_H
#define STDINETD_BENCH_WEB_H

#include "side.h"

/* The side of a row that is handlers\webserver.exe, and what its clients do. */

/* How it gets its connections. */
enum web {
    WEB_NO, /* it is not what is measured */
    WEB_WORKERS,
    WEB_ITSELF
};

/* Its command line after the program, but for --listen; the caller frees it. */
char *web_arguments(const struct side_setup *setup);

/* Starts it with its own listening socket. */
bool web_start(struct side *side, const struct side_setup *setup, struct error *error);

/* The page that its clients ask for; the caller frees it. NULL with *error set on failure. */
char *web_page(const struct side_setup *setup, struct error *error);

/* Asks for the page once and takes the answer, which must be that page; where the connection is not
   kept, its end as well. */
bool web_ask(SOCKET connection, const struct side *side, struct error *error);

#endif
