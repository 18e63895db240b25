#ifndef STDINETD_SERVER_WORKER_PAGE_H
#define STDINETD_SERVER_WORKER_PAGE_H

#include "core/worker_message.h"

#include <windows.h>

/* Memory that a worker shares with the server, in which it may write its reports and find its
   orders instead of using the pipes: that costs no call, but for an event where the other side
   waits. What stands there is copied out before anything else is done with it, and no number in it
   is believed. handlers/README.md describes it. */

struct worker_page {
    HANDLE section, report_event, order_event;
    struct worker_page_view *view;      /* NULL: there is none, and all else is without effect */
    uint8_t *reports, *orders;          /* there */
    uint32_t report_count, order_count; /* that it holds, powers of two */
    uint32_t reports_taken, orders_put, orders_piped; /* modulo 2^32 */
};

/* For a worker with so many connections at a time. Where it cannot be had, there is none. */
void worker_page_open(struct worker_page *page, uint64_t connections);

/* Makes it the process's too, and fills in the order that says so. False where it cannot be. */
bool worker_page_share(const struct worker_page *page, HANDLE process, struct worker_order *order);

/* Puts the order of a connection there. False where the worker does not take any, or has not taken
   enough: it goes through the pipe then, and is counted, so that the worker lets no later one
   overtake it. One thread at a time. */
bool worker_page_put(struct worker_page *page, const uint8_t order[WORKER_ORDER_SIZE]);

/* Takes the reports that have come, up to size bytes, which is a multiple of WORKER_REPORT_SIZE;
   returns how many. What cannot be is a report that cannot be. One thread at a time, and the
   same in the next. */
size_t worker_page_take(struct worker_page *page, uint8_t *reports, size_t size);

/* What the worker ends the server's waiting for: nothing costs it least. */
enum worker_page_news { PAGE_NO_NEWS, PAGE_MORE_THAN_ACCEPTED, PAGE_ANY_NEWS };

/* Waits until such a report has come there, the other event is set, worker_page_hurry is called, or
   ms milliseconds are over. Returns false where it was the time. */
bool worker_page_wait(struct worker_page *page, HANDLE other, enum worker_page_news news, DWORD ms);
void worker_page_hurry(const struct worker_page *page);

void worker_page_close(struct worker_page *page);

#endif
