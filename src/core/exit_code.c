#include "core/exit_code.h"

const char *exit_code_hint(uint32_t code)
{
    switch (code) {
    case 0xC0000135:
        return " (a DLL that it needs was not found)";
    case 0xC0000142:
        return " (a DLL could not start: out of desktop heap, or no right to the window station)";
    default:
        return "";
    }
}
