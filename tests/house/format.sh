#!/bin/sh
# Every source file is formatted as .clang-format says.
set -eu
cd "$1"
git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format --dry-run -Werror
