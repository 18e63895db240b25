#ifndef STDINETD_TESTS_SYSTEM_HARNESS_H
#define STDINETD_TESTS_SYSTEM_HARNESS_H

/* What every system test includes: the real stdinetd.exe, started in a folder of its own, and
   clients that talk to it over the loopback address. A check that fails ends the test; whatever it
   had started is ended with it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "client.h"
#include "folder.h"
#include "process.h"
#include "server.h"

/* One test of a cmocka list: a fresh folder before it, and nothing left after it. */
#define SYSTEM_TEST(test) cmocka_unit_test_setup_teardown(test, harness_setup, harness_teardown)

int harness_setup(void **state);
int harness_teardown(void **state);

#endif
