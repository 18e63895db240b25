#ifndef STDINETD_SERVER_BANNER_H
#define STDINETD_SERVER_BANNER_H

#include "server/loop.h"

#include <stddef.h>

/* What a client is sent before its handler's first byte, or instead of a handler. */
struct banner {
    char *text; /* NULL where there is none */
    size_t length;
};

/* Reads the file that an option names, relative to base; path NULL makes none. At most 64 KiB. */
bool banner_read(struct banner *banner, const char *base, const char *path, struct error *error);
void banner_free(struct banner *banner);

/* A banner on its way to one client. Starts as {0}. */
struct banner_sending {
    struct loop *loop;
    SOCKET socket;
    const char *left;
    size_t length;
    uint64_t until_ms;
    struct timer timer;
    void (*sent)(struct banner_sending *sending, bool whole);
};

/* Sends it without keeping the loop waiting, and leaves the socket blocking as it was. sent is
   called once, never from inside: with false where the client is gone or has taken too little for
   10 s. The banner must stay; the socket stays the caller's. */
void banner_send(struct banner_sending *sending, struct loop *loop, SOCKET socket,
                 const struct banner *banner,
                 void (*sent)(struct banner_sending *sending, bool whole));

/* sent is not called any more. */
void banner_cancel(struct banner_sending *sending);

#endif
