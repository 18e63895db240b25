#ifndef STDINETD_TESTS_CONFIG_DUMP_H
#define STDINETD_TESTS_CONFIG_DUMP_H

#include "core/config.h"

/* A config as lines of text, to compare with what was expected: for the server and each service
   every option that differs from its initial value, and what follows from them. Freed by the
   caller. */
char *config_dump(const struct config *config);

#endif
