#ifndef STDINETD_CORE_PRINTF_LIKE_H
#define STDINETD_CORE_PRINTF_LIKE_H

#include <stdio.h>

/* Lets the compiler compare format and arguments. MinGW has two printf families; its own macro
   names the one that we get (C11's, with %zu). */
#if defined(__MINGW_PRINTF_FORMAT)
#define PRINTF_LIKE(format_index, first)                                                           \
    __attribute__((format(__MINGW_PRINTF_FORMAT, format_index, first)))
#elif defined(__GNUC__)
#define PRINTF_LIKE(format_index, first) __attribute__((format(printf, format_index, first)))
#else
#define PRINTF_LIKE(format_index, first)
#endif

#endif
