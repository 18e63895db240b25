#include "server/worker_page.h"

#include "windows/handle.h"

#include <string.h>

/* What ends the server's waiting. */
enum { WAITS_FOR_NOTHING, WAITS_FOR_MORE_THAN_ACCEPTED, WAITS_FOR_ANY };

/* As handlers/README.md has it: what the two sides write is in lines of the cache of their own. */
struct worker_page_view {
    volatile LONG written; /* reports, modulo 2^32; the worker's */
    uint8_t unused[60];
    volatile LONG waits_for; /* the worker sets it to nothing when it sets the event */
    uint8_t unused_too[60];
    uint8_t reports[]; /* the n-th is at n modulo size */
};

/* Of a connection that it has, a worker says two things at most. */
static uint32_t size_for(uint64_t connections)
{
    uint32_t size = 64;

    while (size < 2 * connections)
        size *= 2;
    return size;
}

bool worker_page_open(struct worker_page *page, uint64_t connections)
{
    uint32_t size = size_for(connections);
    DWORD bytes = (DWORD)(sizeof *page->view + (size_t)size * WORKER_REPORT_SIZE);

    *page = (struct worker_page){.size = size};
    page->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (page->event != NULL)
        page->section =
            CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, bytes, NULL);
    if (page->section != NULL)
        page->view = MapViewOfFile(page->section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, bytes);
    if (page->view != NULL)
        return true;
    DWORD code = GetLastError();
    worker_page_close(page);
    SetLastError(code);
    return false;
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
    *order = (struct worker_order){.kind = ORDER_PAGE, .page_size = page->size};
    return page->view != NULL &&
           share(page->section, process, FILE_MAP_READ | FILE_MAP_WRITE, &order->handle) &&
           share(page->event, process, EVENT_MODIFY_STATE, &order->event);
}

static uint32_t written(const struct worker_page *page)
{
    return (uint32_t)InterlockedCompareExchange(&page->view->written, 0, 0);
}

size_t worker_page_take(struct worker_page *page, uint8_t *reports, size_t size)
{
    uint32_t count = page->view == NULL ? 0 : written(page) - page->taken;

    if (count > page->size) {
        page->taken += count;
        memset(reports, 0, WORKER_REPORT_SIZE);
        return WORKER_REPORT_SIZE;
    }
    if (count > size / WORKER_REPORT_SIZE)
        count = (uint32_t)(size / WORKER_REPORT_SIZE);
    for (uint32_t i = 0; i < count; i++, page->taken++)
        memcpy(reports + (size_t)i * WORKER_REPORT_SIZE,
               page->view->reports + (size_t)(page->taken % page->size) * WORKER_REPORT_SIZE,
               WORKER_REPORT_SIZE);
    return (size_t)count * WORKER_REPORT_SIZE;
}

bool worker_page_wait(struct worker_page *page, HANDLE other, bool is_patient, DWORD ms)
{
    HANDLE events[] = {other, page->event};

    if (page->view == NULL)
        return WaitForSingleObject(other, ms) != WAIT_TIMEOUT;
    InterlockedExchange(&page->view->waits_for,
                        is_patient ? WAITS_FOR_MORE_THAN_ACCEPTED : WAITS_FOR_ANY);
    bool has_news = written(page) != page->taken ||
                    WaitForMultipleObjects(ARRAYSIZE(events), events, FALSE, ms) != WAIT_TIMEOUT;
    InterlockedExchange(&page->view->waits_for, WAITS_FOR_NOTHING);
    return has_news;
}

void worker_page_close(struct worker_page *page)
{
    if (page->view != NULL)
        UnmapViewOfFile((const void *)page->view);
    page->view = NULL;
    handle_close(&page->section);
    handle_close(&page->event);
}
