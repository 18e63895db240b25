#ifndef STDINETD_CORE_PLACE_H
#define STDINETD_CORE_PLACE_H

#include <stddef.h>

/* Where something is written. */
struct place {
    const char *file; /* how messages call it; borrowed. NULL for the command line */
    size_t order;     /* of the file among those of one configuration */
    int line;         /* 0 for the command line */
};

/* "line 3" for who stands in the same file, "services\web.ini:3" for who stands in another one. The
   caller frees it. */
char *place_seen_from(struct place place, struct place from);

#endif
