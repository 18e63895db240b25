#!/bin/sh
# clang-tidy finds nothing in our own code. src/core is looked at with the native build's flags, everything for
# Windows with those of the Clang build for Windows.
set -eu
cd "$1"

tidy() {
    build=$1
    shift
    git ls-files -co --exclude-standard -- "$@" | grep '\.c$' |
        xargs -P 2 -n 4 clang-tidy --quiet -p "$build"
}

tidy build/native src/core tests/unit
[ ! -e build/clang/compile_commands.json ] ||
    tidy build/clang src/main.c src/server src/windows handlers tests/system tests/probe
