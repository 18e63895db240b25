#ifndef STDINETD_TESTS_SYSTEM_SPARES_H
#define STDINETD_TESTS_SYSTEM_SPARES_H

#include "process.h"

#include <stddef.h>

/* Programs of a server that wait for their connections. */

enum { MOST_SPARES = 64 };

struct spares {
    HANDLE processes[MOST_SPARES];
    DWORD ids[MOST_SPARES];
    size_t count;
};

/* Waits until the status of the last server has this pattern, as "2 of 2 ready" or "hit 100 %". */
void spares_expect(const char *pattern);

/* Every process whose parent is the server; spares_close closes the handles. */
struct spares spares_of(const struct process *server);

/* The same once they are so many: one that has been ended is there a little longer. */
struct spares spares_counted(const struct process *server, size_t count);
void spares_close(struct spares *spares);

/* Whether that process is among them. */
bool spares_have(const struct spares *spares, DWORD id);

/* Waits until all of them are gone, and closes the handles. */
void spares_expect_gone(struct spares *spares);

#endif
