#ifndef STDINETD_CORE_MEMORY_H
#define STDINETD_CORE_MEMORY_H

#include "core/printf_like.h"

#include <stdarg.h>
#include <stddef.h>

/* Allocation for what is built while the program starts or a configuration is read, where there is
   nothing sensible to do without memory: these end the program with a sentence on stderr. What a
   single connection needs is allocated with malloc and its failure handled. */
void *memory_grow(void *block, size_t count, size_t size); /* realloc of count * size, checked */
void *memory_zeroed(size_t count, size_t size);
char *memory_copy(const char *text);

/* printf and vprintf into fresh memory; the caller frees it. */
char *memory_format(const char *format, ...) PRINTF_LIKE(1, 2);
char *memory_vformat(const char *format, va_list arguments) PRINTF_LIKE(1, 0);

#endif
