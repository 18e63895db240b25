#include "server/worker_page.h"

#include "windows/handle.h"

#include <string.h>

enum { LEAST_REPORTS = 64, LEAST_ORDERS = 16, MOST_ORDERS = 64 };

/* As handlers/README.md has it. What the two sides write is in lines of the cache of their own. */
struct worker_page_view {
    volatile LONG reports_written; /* modulo 2^32; the worker's */
    uint8_t unused_1[60];
    volatile LONG server_waits; /* for what news; the worker clears it when it sets the event */
    uint8_t unused_2[60];
    volatile LONG orders_written; /* the server's … */
    volatile LONG orders_piped;   /* … who counts here those that go through the pipe */
    uint8_t unused_3[56];
    volatile LONG orders_taken; /* the worker's … */
    volatile LONG takes_orders; /* … who does so at all */
    uint8_t unused_4[56];
    volatile LONG worker_waits; /* the server clears it when it sets the event */
    uint8_t unused_5[60];
};

/* The power of two that is count or the next one. */
static uint32_t power_for(uint64_t count, uint32_t least)
{
    uint32_t power = least;

    while (power < count)
        power *= 2;
    return power;
}

static bool make_handles(struct worker_page *page, DWORD size)
{
    page->report_event = CreateEventW(NULL, FALSE, FALSE, NULL);
    page->order_event = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (page->report_event != NULL && page->order_event != NULL)
        page->section =
            CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, size, NULL);
    return page->section != NULL;
}

void worker_page_open(struct worker_page *page, uint64_t connections)
{
    /* Of a connection that it has, a worker says two things at most. */
    uint32_t reports = power_for(2 * connections, LEAST_REPORTS);
    uint32_t orders =
        power_for(connections < MOST_ORDERS ? connections : MOST_ORDERS, LEAST_ORDERS);
    size_t orders_at = sizeof *page->view + (size_t)reports * WORKER_REPORT_SIZE;
    size_t size = orders_at + (size_t)orders * WORKER_ORDER_SIZE;

    *page = (struct worker_page){.report_count = reports, .order_count = orders};
    if (make_handles(page, (DWORD)size))
        page->view = MapViewOfFile(page->section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, size);
    if (page->view == NULL) {
        worker_page_close(page);
        return;
    }
    page->reports = (uint8_t *)(page->view + 1);
    page->orders = (uint8_t *)page->view + orders_at;
}

static bool share(HANDLE handle, HANDLE process, DWORD access, uint64_t *theirs)
{
    HANDLE copy = NULL;
    bool good =
        DuplicateHandle(GetCurrentProcess(), handle, process, &copy, access, FALSE, 0) != FALSE;

    *theirs = (uint64_t)(uintptr_t)copy;
    return good;
}

bool worker_page_share(const struct worker_page *page, HANDLE process, struct worker_order *order)
{
    *order = (struct worker_order){
        .kind = ORDER_PAGE, .report_count = page->report_count, .order_count = page->order_count};
    return page->view != NULL &&
           share(page->section, process, FILE_MAP_READ | FILE_MAP_WRITE, &order->handle) &&
           share(page->report_event, process, EVENT_MODIFY_STATE, &order->report_event) &&
           share(page->order_event, process, SYNCHRONIZE | EVENT_MODIFY_STATE, &order->order_event);
}

static uint32_t look(volatile LONG *number)
{
    return (uint32_t)InterlockedCompareExchange(number, 0, 0);
}

/* --- orders */

bool worker_page_put(struct worker_page *page, const uint8_t order[WORKER_ORDER_SIZE])
{
    struct worker_page_view *view = page->view;

    if (view == NULL)
        return false;
    if (look(&view->takes_orders) == 0 ||
        page->orders_put - look(&view->orders_taken) >= page->order_count) {
        InterlockedExchange(&view->orders_piped, (LONG)++page->orders_piped);
        return false;
    }
    memcpy(page->orders + (size_t)(page->orders_put % page->order_count) * WORKER_ORDER_SIZE, order,
           WORKER_ORDER_SIZE);
    InterlockedExchange(&view->orders_written, (LONG)++page->orders_put);
    if (InterlockedExchange(&view->worker_waits, 0) != 0)
        SetEvent(page->order_event);
    return true;
}

/* --- reports */

size_t worker_page_take(struct worker_page *page, uint8_t *reports, size_t size)
{
    uint32_t count =
        page->view == NULL ? 0 : look(&page->view->reports_written) - page->reports_taken;

    if (count > page->report_count) {
        page->reports_taken += count;
        memset(reports, 0, WORKER_REPORT_SIZE);
        return WORKER_REPORT_SIZE;
    }
    if (count > size / WORKER_REPORT_SIZE)
        count = (uint32_t)(size / WORKER_REPORT_SIZE);
    for (uint32_t i = 0; i < count; i++, page->reports_taken++)
        memcpy(reports + (size_t)i * WORKER_REPORT_SIZE,
               page->reports +
                   (size_t)(page->reports_taken % page->report_count) * WORKER_REPORT_SIZE,
               WORKER_REPORT_SIZE);
    return (size_t)count * WORKER_REPORT_SIZE;
}

bool worker_page_wait(struct worker_page *page, HANDLE other, enum worker_page_news news, DWORD ms)
{
    struct worker_page_view *view = page->view;
    HANDLE events[] = {other, page->report_event};

    if (view == NULL)
        return WaitForSingleObject(other, ms) != WAIT_TIMEOUT;
    InterlockedExchange(&view->server_waits, (LONG)news);
    bool has_news = look(&view->reports_written) != page->reports_taken ||
                    WaitForMultipleObjects(ARRAYSIZE(events), events, FALSE, ms) != WAIT_TIMEOUT;
    InterlockedExchange(&view->server_waits, PAGE_NO_NEWS);
    return has_news;
}

void worker_page_hurry(const struct worker_page *page)
{
    if (page->view != NULL)
        SetEvent(page->report_event);
}

void worker_page_close(struct worker_page *page)
{
    if (page->view != NULL)
        UnmapViewOfFile((const void *)page->view);
    page->view = NULL;
    handle_close(&page->section);
    handle_close(&page->report_event);
    handle_close(&page->order_event);
}
