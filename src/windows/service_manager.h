#ifndef STDINETD_WINDOWS_SERVICE_MANAGER_H
#define STDINETD_WINDOWS_SERVICE_MANAGER_H

#include "core/error.h"
#include "core/text_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <winsock2.h>
#include <windows.h>

/* The service manager of this machine. Names and texts are UTF-8. */

enum service_start { START_AUTO, START_DELAYED, START_DEMAND };

struct service_install {
    const char *name, *display, *description;
    const char *command_line; /* absolute and quoted */
    const char *account;      /* NULL: LocalSystem */
    wchar_t *password;        /* NULL: none */
    enum service_start start;
    uint64_t preshutdown_ms; /* what it may need to end before a shutdown */
};

/* What is known of one service. */
struct service_info {
    bool exists;
    char *command_line, *account;
    DWORD state; /* SERVICE_RUNNING … */
    DWORD pid;   /* 0: none */
    DWORD exit_code, specific_exit_code;
};

/* Whether the caller may install services at all. */
bool service_manager_may_install(struct error *error);

/* Makes the service with all that belongs to it. What this Windows cannot do or does not allow
   besides becomes a warning each. */
bool service_manager_create(const struct service_install *install, struct text_list *warnings,
                            struct error *error);

/* Removes it; what has no handle any more is gone at once. */
bool service_manager_delete(const char *name, struct error *error);

/* Every program that runs as a service of its own is shown to visit, with its info for the call. */
bool service_manager_for_each(void (*visit)(const char *name, const struct service_info *info,
                                            void *context),
                              void *context, struct error *error);

/* That there is none is no failure, but exists = false. The caller frees what it gets. */
bool service_manager_look(const char *name, struct service_info *info, struct error *error);
void service_info_free(struct service_info *info);

/* Both wait until it is done: as long as the service says that it is getting on. *failed_itself: it
   was begun, so it knows better why it failed. */
bool service_manager_start(const char *name, bool *failed_itself, struct error *error);
bool service_manager_stop(const char *name, struct error *error);

/* Waits until it has stopped, whoever has told it to. */
bool service_manager_wait_stopped(const char *name, struct error *error);

#endif
