#!/bin/sh
# clang-tidy finds nothing in what users get. src/core is looked at with the native build's flags, everything for
# Windows with those of the Clang build for Windows. For the tests, which take as long again: tidy.sh FOLDER tests.
set -eu
cd "$1"

tidy() {
    build=$1
    shift
    git ls-files -co --exclude-standard -- "$@" | grep '\.c$' |
        xargs -P 2 -n 2 clang-tidy --quiet -p "$build"
}

if [ "${2:-}" = tests ]; then
    tidy build/native tests/unit
    tidy build/clang tests/system tests/probe tests/bench tests/handlers tests/soak tests/programs
    exit
fi
tidy build/native src/core
[ ! -e build/clang/compile_commands.json ] || tidy build/clang src/*.c src/server src/windows handlers
