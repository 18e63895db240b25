#ifndef STDINETD_CORE_OPTION_CHECKS_H
#define STDINETD_CORE_OPTION_CHECKS_H

#include "core/error.h"

#include <stdbool.h>

/* What the option table asks about single texts: whether they can mean anything at all. */

/* What can be the name of a pipe. */
bool check_control(const char *text, struct error *error);

/* Not "C:x" or "\x", which depend on a current drive or folder. */
bool check_path(const char *text, struct error *error);

/* A path that can lead to a file: "logs\\stdinetd.log". */
bool check_log_file(const char *text, struct error *error);

/* The same, and '*' and '?' in the last component only. */
bool check_include(const char *text, struct error *error);

/* "*", an address, or a host name. */
bool check_bind(const char *text, struct error *error);

/* "NAME=value", and not a variable that stdinetd sets for every connection. */
bool check_env(const char *text, struct error *error);

/* A name, which may end in '*'. */
bool check_passenv(const char *text, struct error *error);

/* An address, a network, or a host name. */
bool check_network(const char *text, struct error *error);

/* What can be the name of an account: "NAME", "DOMAIN\\NAME", "NAME@DOMAIN". */
bool check_user(const char *text, struct error *error);

/* "HOST PORT". */
bool check_redirect(const char *text, struct error *error);

/* "hh:mm-hh:mm". */
bool check_day_time(const char *text, struct error *error);

#endif
