#!/bin/sh
# clang-tidy finds nothing in what users get. src/core is looked at with the native build's flags, everything for
# Windows with those of the Clang build for Windows. For the tests, which take as long again: tidy.sh FOLDER tests.
# The analyzer gives a function up after so many steps (of its own accord 225,000), which takes a quarter of the time.
# Files that were clean are looked at again only when one of them has changed.
set -eu
cd "$1"
steps=40000

tidy() {
    build=$1
    shift
    git ls-files -co --exclude-standard -- "$@" | grep '\.c$' |
        xargs -P 2 -n 2 clang-tidy --quiet -p "$build" --extra-arg=-Xclang --extra-arg=-analyzer-config \
            --extra-arg=-Xclang --extra-arg="max-nodes=$steps"
}

if [ "${2:-}" = tests ]; then
    tidy build/native tests/unit
    tidy build/clang tests/system tests/probe tests/bench tests/handlers tests/soak tests/programs
    exit
fi
clean=build/tidy-clean
looked_at=$(git ls-files -co --exclude-standard -- .clang-tidy CMakePresets.json '*CMakeLists.txt' tests/house src handlers |
    xargs sha256sum build/clang/compile_commands.json build/native/compile_commands.json 2>/dev/null | sha256sum)
[ "$(cat "$clean" 2>/dev/null)" != "$looked_at" ] || exit 0
tidy build/native src/core
[ ! -e build/clang/compile_commands.json ] || tidy build/clang src/*.c src/server src/windows handlers
echo "$looked_at" >"$clean"
