#include "core/place.h"

#include "core/memory.h"

char *place_seen_from(struct place place, struct place from)
{
    return place.order == from.order ? memory_format("line %d", place.line)
                                     : memory_format("%s:%d", place.file, place.line);
}
