#ifndef STDINETD_SERVER_WORKER_PAGE_H
#define STDINETD_SERVER_WORKER_PAGE_H

#include "core/worker_message.h"

#include <windows.h>

/* Memory that a worker shares with the server, in which it may write its reports instead of sending
   them through its pipe: that costs no call, but for an event that ends the server's waiting. What
   stands there is copied out before anything else is done with it, and no number in it is believed.
   handlers/README.md describes it. */

struct worker_page {
    HANDLE section, event;
    struct worker_page_view *view; /* NULL: there is none, and all else is without effect */
    uint32_t size;                 /* reports that it holds */
    uint32_t taken;                /* reports that were, modulo 2^32 */
};

/* For a worker with so many connections at a time. Returns false with GetLastError() set. */
bool worker_page_open(struct worker_page *page, uint64_t connections);

/* Makes it the process's too, and fills in the order that says so. */
bool worker_page_share(const struct worker_page *page, HANDLE process, struct worker_order *order);

/* Takes the reports that have come, up to size bytes, which is a multiple of WORKER_REPORT_SIZE;
   returns how many. What cannot be is a report that cannot be. */
size_t worker_page_take(struct worker_page *page, uint8_t *reports, size_t size);

/* For whoever takes them: waits until something has come there, the other event is set, or
   something has come and the time is over. Where it is in no hurry, that a connection was accepted
   does not end the waiting: more is said of it soon. Returns whether it ended before ms
   milliseconds. */
bool worker_page_wait(struct worker_page *page, HANDLE other, bool is_patient, DWORD ms);

void worker_page_close(struct worker_page *page);

#endif
