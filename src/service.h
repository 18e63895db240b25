#ifndef STDINETD_SERVICE_H
#define STDINETD_SERVICE_H

#include "core/config.h"
#include "core/text_list.h"

#include <stdbool.h>

/* The commands about stdinetd as a Windows service. Each returns the exit code; words are those
   behind its name. NAME is the name of the service and of its control pipe. */
int service_install(const struct text_list *words);
int service_uninstall(const struct text_list *words);
int service_start(const struct text_list *words);

/* What the service manager starts: "service --name NAME -c FILE". */
int service_run(const struct text_list *words);

/* Whether a service of ours with this name runs. */
bool service_is_running(const char *name);

/* Has it stop, with now without waiting for its connections, and waits for its end. */
int service_stop(const char *name, bool now);

/* One line about the service of this name to stdout; nothing where there is none. */
void service_print_state(const char *name);

/* Says on stderr which of the ports an installed service has. */
void service_explain_ports(const struct port_list *ports);

/* What belongs to a service besides; the caller frees it. NULL with *error set on failure. */
char *service_log_folder(struct error *error); /* C:\ProgramData\stdinetd */
char *service_event_source(const char *name);

#endif
