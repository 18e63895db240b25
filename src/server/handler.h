#ifndef STDINETD_SERVER_HANDLER_H
#define STDINETD_SERVER_HANDLER_H

#include "core/config.h"
#include "core/environment.h"
#include "windows/job.h"
#include "windows/socket.h"

/* What a service's handlers are started with, made once from its configuration; read by the spawn
   threads, never changed. */
struct handler {
    wchar_t *program;
    wchar_t *command_line;
    wchar_t *folder;
    enum console console;
    struct job_limits limits;
    struct environment environment; /* the server's cut down by passenv, then env */
};

/* environment_block is the server's own, as environment_own_block gives it. */
void handler_init(struct handler *handler, const struct service *service,
                  const char *environment_block);
void handler_free(struct handler *handler);

/* Who came and where to, as the handler's variables tell it. Texts are borrowed for the call. */
struct visit {
    const struct address *peer;
    const struct address *local;
    const char *service;    /* "upper" */
    const char *connection; /* "upper#17" */
};

/* The UTF-16 block for one connection: the handler's environment and, never overridden, PROTO,
   TCPREMOTEIP, TCPREMOTEPORT, TCPLOCALIP, TCPLOCALPORT (UCSPI-TCP), REMOTE_ADDR, REMOTE_PORT
   (systemd), REMOTE_HOST (xinetd; the address), STDINETD_SERVICE, STDINETD_CONNECTION. The caller
   frees it; NULL for want of memory. Any thread. */
wchar_t *handler_environment(const struct handler *handler, const struct visit *visit);

#endif
