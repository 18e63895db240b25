#ifndef STDINETD_SERVER_INTERNAL_H
#define STDINETD_SERVER_INTERNAL_H

#include "core/config.h"
#include "server/loop.h"

/* The services that need no program: echo (RFC 862), discard (863), daytime (867), time (868) and
   chargen (864). Everything happens on the loop, by overlapped I/O with the one small buffer of the
   conversation: whoever does not read is not read from, and costs no memory. */

enum { CONVERSATION_BUFFER = 2048, CONVERSATION_DROPPED = 512 };

/* With one client. Starts as {0} but for loop, socket, kind, ended. */
struct conversation {
    struct loop *loop;
    SOCKET socket; /* overlapped; stays the caller's */
    enum internal kind;
    /* Nothing is under way any more: the conversation may be freed. reason is a constant for the
       log, NULL where it came to its own end. */
    void (*ended)(struct conversation *conversation, const char *reason);

    struct operation receive, send;
    struct timer timer; /* calls ended where no packet will */
    bool receiving, sending, over;
    const char *reason;
    DWORD turns;           /* packets seen */
    size_t used, sent;     /* of buffer */
    unsigned line, column; /* chargen: of the next character */
    char buffer[CONVERSATION_BUFFER];
    char dropped[CONVERSATION_DROPPED]; /* what a client of chargen sends */
};

/* "echo", as the option internal has it. */
const char *internal_name(enum internal kind);

/* Begins. ended is called once, never from inside, even after false, which comes with *error set.
 */
bool conversation_begin(struct conversation *conversation, struct error *error);

/* Ends it before its own end. Does nothing where it is over. */
void conversation_end(struct conversation *conversation, const char *reason);

/* For the sweep: whether some I/O is done and nobody has heard of it, which may be because its
   packet is still on its way. */
bool conversation_is_overdue(const struct conversation *conversation);

/* No packet has come since turns was read, not even behind one that was posted then: what is
   overdue is taken for lost, and made up for. */
void conversation_mend(struct conversation *conversation, DWORD turns);

#endif
