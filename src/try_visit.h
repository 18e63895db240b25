#ifndef STDINETD_TRY_VISIT_H
#define STDINETD_TRY_VISIT_H

#include "core/config.h"
#include "core/error.h"
#include "core/text_buffer.h"
#include "core/text_list.h"
#include "core/trial.h"
#include "server/server.h"

/* One visit of "stdinetd try" to a program: the real server, on a thread of its own and with a
   single service on a free port of the loopback address, and one client that connects to it.
   Nothing of it is left when the visit has ended. */

/* What the program is served with. */
struct visit_program {
    const struct config_source *source;
    const char *program;
    const struct text_list *arguments;
};

struct visit {
    struct server_host host;
    struct config config;
    HANDLE thread;

    SRWLOCK lock; /* the six below, which the server's thread writes */
    CONDITION_VARIABLE changed;
    struct server *server; /* NULL before it is up and after its end */
    bool is_over;
    struct error error;  /* why it could not begin */
    struct trial *trial; /* has what the program writes to stderr */
    struct {
        bool opened, failed, closed;
        uint64_t opened_us; /* from the connection */
        bool has_exit_code;
        uint32_t exit_code;
        struct error failure;
    } log;

    /* The client. */
    uint16_t port;
    SOCKET client; /* INVALID_SOCKET once closed */
    int64_t connected_ticks;
    struct text_buffer received; /* the first of it; what is too much is only counted */
    uint64_t count;              /* of bytes that came */
    uint64_t first_byte_us;      /* from the connection; TRIAL_NEVER */
    bool has_ended;              /* the server has closed its side, or reset it */
    bool is_reset;
};

/* Starts the server and connects. VISIT_FAILED where that cannot be, VISIT_REFUSED where the
   program could not be started, both with *error set. visit_end must be called in any case. */
enum visit_start { VISIT_BEGUN, VISIT_REFUSED, VISIT_FAILED };
enum visit_start visit_begin(struct visit *visit, const struct visit_program *program,
                             enum stdio stdio, struct trial *trial, struct error *error);

/* Each of these waits timeout_ms at most. */
bool visit_hear(struct visit *visit, uint64_t more_than, unsigned timeout_ms); /* false: no more */
bool visit_hear_end(struct visit *visit, unsigned timeout_ms);
bool visit_hear_pause(struct visit *visit, unsigned timeout_ms); /* of 150 ms; or the end */

/* Sends all of it, taking at the same time what comes. False where that has not been possible. */
bool visit_send(struct visit *visit, const char *bytes, size_t size, unsigned timeout_ms);

/* The client's ends: of sending alone, of everything in order, and by a reset. */
void visit_end_sending(struct visit *visit);
void visit_hang_up(struct visit *visit);
void visit_vanish(struct visit *visit);

/* Waits until the program has ended by itself; true with *exit_code set where it has. */
bool visit_wait_exit(struct visit *visit, unsigned timeout_ms, uint32_t *exit_code);

/* Ends the program, where it still runs, and the server. */
void visit_end(struct visit *visit);

#endif
