#ifndef STDINETD_CORE_EXIT_CODE_H
#define STDINETD_CORE_EXIT_CODE_H

#include <stdint.h>

/* What an exit code that Windows has chosen means (the NTSTATUS values of MS-ERREF), as the rest of
   a sentence in which it stands: " (a DLL that it needs was not found)"; "" where there is nothing
   to say. */
const char *exit_code_hint(uint32_t code);

#endif
