#ifndef STDINETD_BENCH_SIDE_H
#define STDINETD_BENCH_SIDE_H

#include "process.h"

#include <stddef.h>
#include <stdint.h>

/* One side of a comparison: a server that runs and listens on the loopback address. Either
   stdinetd, started as a user would start it, or a floor: this program in one of its own modes. */

/* What to start: constant, part of the row table. */
struct side_plan {
    const char *title;
    const char *floor;   /* a mode of this program; NULL: stdinetd */
    const char *program; /* what answers, from the folder above bin; NULL: that handler … */
    const char *handler; /* … in this mode; or the program's arguments */
    const char *lines;   /* whole lines of the service's section; NULL: none */
    const char *option;  /* one more line of the service's section: "option = value" … */
    const char *value;
    bool option_is_needed; /* … without which there is nothing to measure; otherwise it is left out
                              where this stdinetd does not know the option */
    bool workers;          /* stdinetd-bench-worker.exe, which answer as the mode "line" */
    int web;               /* see web.h; handler is not used then */
    bool keeps;            /* the clients of a web server keep their connections */
    bool guarded;          /* with every rule of who may come, and the log as JSON in a file */
    bool many_listeners;
    bool as_service; /* with its log in a file */
    bool may_lose;   /* nothing is done against a reset that overtakes the answer */
};

/* What all sides of a run have in common. */
struct side_setup {
    const char *server;    /* path of stdinetd.exe */
    const char *bench;     /* path of this program */
    const char *handler;   /* path of stdinetd-bench-handler.exe */
    const char *worker;    /* path of stdinetd-bench-worker.exe */
    const char *webserver; /* path of webserver.exe, and of the folder that it serves */
    const char *web_folder;
    const char *options; /* what "stdinetd options" prints */
    size_t listeners;    /* of a side with many */
    size_t live;         /* how many connections may be open at once */
};

/* Starts as {0}. */
struct side {
    const struct side_plan *plan;
    struct process process;
    struct temporary_file ini, output;
    char *log_path;     /* of a server whose log is not in output */
    char *service;      /* the name of one that is a service … */
    const char *server; /* … and its program */
    char *page;         /* of a web server */
    uint16_t *ports;    /* where it listens, on 127.0.0.1 */
    size_t port_count;
};

/* The text that "stdinetd options" prints; the caller frees it. NULL with *error set on failure. */
char *side_read_options(const char *server, struct error *error);
bool side_knows_option(const struct side_setup *setup, const char *option);

/* Starts it and waits until it listens. */
bool side_start(struct side *side, const struct side_plan *plan, const struct side_setup *setup,
                struct error *error);

/* Ends it and everything it has started. */
void side_stop(struct side *side);

/* How many lines of its log tell of trouble: fail records, handlers that did not end with 0. The
   first one is copied to text. */
size_t side_count_troubles(const struct side *side, char *text, size_t size);

/* Connects to one of its listeners, in turn. INVALID_SOCKET on failure; the reason is in
   WSAGetLastError(). */
SOCKET side_connect(const struct side *side, size_t turn);

#endif
