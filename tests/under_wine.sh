#!/bin/sh
# Runs one Windows test under Wine: under_wine.sh PROGRAM [ARGS]. What it prints takes the way of a file, PROGRAM.log:
# a process that Wine leaves behind would keep a pipe open for as long as it lives, and the test with it.
set -u
/usr/lib/wine/wine64 "$@" >"$1.log" 2>&1
status=$?
cat "$1.log"
exit $status
