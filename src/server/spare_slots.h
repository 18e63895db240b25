#ifndef STDINETD_SERVER_SPARE_SLOTS_H
#define STDINETD_SERVER_SPARE_SLOTS_H

#include "core/error.h"

#include <winsock2.h>
#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

/* A suspended process whose standard handles are put into it when its connection has come: it is
   started with placeholders, and each is replaced by the socket under the same value, which is what
   the process will ask for. Windows gives the value that a new handle has; after one has been
   closed, the next one has the same where nothing below is free, or where the last that was freed
   is the first to be used. So what is free below is filled beforehand, and the value is looked at.
 */

enum { SPARE_SLOTS = 3 };

/* The placeholders, inheritable: the same for every process. Opened early, their values are low. */
struct spare_slots {
    HANDLE handles[SPARE_SLOTS];
};

bool spare_slots_open(struct spare_slots *slots, struct error *error);
void spare_slots_close(struct spare_slots *slots);

/* Of a process that has just been created suspended with the first count placeholders: fills what
   is free below. */
void spare_slots_prepare(const struct spare_slots *slots, size_t count, HANDLE process);

/* Puts the socket into the first count slots. On failure the process is good for nothing. */
bool spare_slots_fill(const struct spare_slots *slots, size_t count, HANDLE process, SOCKET socket,
                      struct error *error);

#endif
