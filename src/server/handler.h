#ifndef STDINETD_SERVER_HANDLER_H
#define STDINETD_SERVER_HANDLER_H

#include "core/config.h"
#include "server/rights.h"
#include "windows/job.h"
#include "windows/socket.h"

/* What only the connection knows. */
enum visit_value { VISIT_PEER_IP, VISIT_PEER_PORT, VISIT_LOCAL_IP, VISIT_LOCAL_PORT, VISIT_NUMBER };

enum { VISIT_SLOTS = 8 };

/* What a service's handlers are started with, made once from its configuration; read by the spawn
   threads, never changed. */
struct handler {
    wchar_t *program;
    wchar_t *command_line;
    wchar_t *folder;
    struct rights rights;
    enum console console; /* never CONSOLE_AUTO */
    struct job_limits limits;
    /* The environment of every connection but for what differs: a sorted UTF-16 block, and where in
       it the values that a visit brings belong. */
    wchar_t *environment;
    size_t environment_length;
    struct visit_slot {
        size_t place;
        enum visit_value value;
    } slots[VISIT_SLOTS];
};

/* own_block is the server's environment, as environment_own_block gives it; handlers of another
   user get that user's instead. False with *error set where they cannot have the rights that it
   asks for. The caller calls handler_free, whatever is returned. */
bool handler_init(struct handler *handler, const struct service *service, const char *own_block,
                  struct error *error);
void handler_free(struct handler *handler);

/* The block for one connection, to be freed: the server's environment cut down by passenv, then
   env, then, never overridden, PROTO, TCPREMOTEIP, TCPREMOTEPORT, TCPLOCALIP, TCPLOCALPORT
   (UCSPI-TCP), REMOTE_ADDR, REMOTE_PORT (systemd), REMOTE_HOST (xinetd; the address),
   STDINETD_SERVICE, STDINETD_CONNECTION. A worker's is environment itself, with STDINETD_WORKER,
   PROTO and STDINETD_SERVICE. NULL for want of memory. Any thread. */
wchar_t *handler_environment(const struct handler *handler, const struct address *peer,
                             const struct address *local, uint64_t number);

#endif
