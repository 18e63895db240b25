#ifndef STDINETD_WINDOWS_RANDOM_H
#define STDINETD_WINDOWS_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

/* Fills a block with bytes that nobody can guess (rand_s, which asks RtlGenRandom: bcrypt.dll would
   be one more library to load). Any thread. */
bool random_bytes(void *block, size_t size);

#endif
