#include "harness.h"

int harness_setup(void **state)
{
    WSADATA data;

    (void)state;
    /* Whether a process ignores Ctrl-C is inherited: a test runner may have switched it off for us.
     */
    SetConsoleCtrlHandler(NULL, FALSE);
    folder_make();
    return WSAStartup(MAKEWORD(2, 2), &data);
}

int harness_teardown(void **state)
{
    (void)state;
    process_end_all();
    folder_remove();
    return WSACleanup();
}
