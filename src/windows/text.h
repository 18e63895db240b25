#ifndef STDINETD_WINDOWS_TEXT_H
#define STDINETD_WINDOWS_TEXT_H

#include "core/error.h"
#include "core/text_list.h"

#include <winsock2.h>
#include <windows.h>

/* UTF-8 is the text of the whole program; UTF-16 exists only at the call of a wide Windows
   function. Broken sequences become U+FFFD. The caller frees the result; want of memory ends the
   program, so these are for start-up and for tests. */
wchar_t *wide_from_utf8(const char *text);
char *utf8_from_wide(const wchar_t *text);

/* Words of a command line, as wmain gets them. The caller frees the list. */
struct text_list utf8_words(int count, wchar_t *const *words);

/* The same for size bytes that hold NULs (an environment block); *units counts every NUL. */
wchar_t *wide_block_from_utf8(const char *block, size_t size, size_t *units);

/* An environment block, which a text without bytes ends, as UTF-8 that ends likewise. The caller
   frees it. */
char *utf8_block_from_wide(const wchar_t *block);

/* "what: 2: The system cannot find the file specified." Returns false. The number is
   GetLastError(), WSAGetLastError(), or given; it is what GetLastError() says afterwards too. */
bool error_windows(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);
bool error_winsock(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);
bool error_code(struct error *error, DWORD code, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
