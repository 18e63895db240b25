#include "server/spare_slots.h"

#include "windows/text.h"

enum {
    MOST_FILLERS = 1024, /* in front of a slot, of a process that has just begun */
    MOST_TRIES = 32      /* to hit one */
};

bool spare_slots_open(struct spare_slots *slots, struct error *error)
{
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};

    for (size_t i = 0; i < SPARE_SLOTS; i++) {
        HANDLE handle = CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                    &inheritable, OPEN_EXISTING, 0, NULL);

        if (handle == INVALID_HANDLE_VALUE)
            return error_windows(error, "CreateFile NUL");
        slots->handles[i] = handle;
    }
    return true;
}

void spare_slots_close(struct spare_slots *slots)
{
    for (size_t i = 0; i < SPARE_SLOTS; i++)
        if (slots->handles[i] != NULL)
            CloseHandle(slots->handles[i]);
}

static HANDLE highest(const struct spare_slots *slots, size_t count)
{
    HANDLE found = slots->handles[0];

    for (size_t i = 1; i < count; i++)
        if ((ULONG_PTR)slots->handles[i] > (ULONG_PTR)found)
            found = slots->handles[i];
    return found;
}

/* With no right at all: a process that finds it can do nothing with it. */
void spare_slots_prepare(const struct spare_slots *slots, size_t count, HANDLE process)
{
    HANDLE last = highest(slots, count);
    HANDLE filler = NULL;

    for (size_t i = 0; i < MOST_FILLERS && (ULONG_PTR)filler < (ULONG_PTR)last; i++)
        if (!DuplicateHandle(GetCurrentProcess(), slots->handles[0], process, &filler, 0, FALSE, 0))
            return;
}

/* By way of this process: Wine 8 closes nothing where there is no other end. */
static void close_in(HANDLE process, HANDLE handle)
{
    HANDLE moved;

    if (DuplicateHandle(process, handle, GetCurrentProcess(), &moved, 0, FALSE,
                        DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS))
        CloseHandle(moved);
}

/* One handle of the process in the place of another. */
static bool replace(HANDLE process, HANDLE slot, SOCKET socket, struct error *error)
{
    HANDLE missed[MOST_TRIES];
    HANDLE handle = NULL;
    size_t count = 0;
    bool hit = false;

    close_in(process, slot);
    while (!hit && count < MOST_TRIES) {
        if (!DuplicateHandle(GetCurrentProcess(), (HANDLE)socket, process, &handle, 0, TRUE,
                             DUPLICATE_SAME_ACCESS)) {
            error_windows(error, "DuplicateHandle into a prestarted program");
            break;
        }
        hit = handle == slot;
        if (!hit)
            missed[count++] = handle;
    }
    if (count == MOST_TRIES)
        error_set(error, "the socket cannot be put into a prestarted program: its handle would be "
                         "another than the one that was promised");
    while (count > 0)
        close_in(process, missed[--count]);
    return hit;
}

bool spare_slots_fill(const struct spare_slots *slots, size_t count, HANDLE process, SOCKET socket,
                      struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!replace(process, slots->handles[i], socket, error))
            return false;
    return true;
}
