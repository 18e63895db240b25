#!/bin/sh
# Habits of this house that no compiler knows. Each line printed is a breach.
set -eu
cd "$1"
breaches=$(mktemp)
trap 'rm -f "$breaches"' EXIT

breach() {
    sed "s|^|$1: |" >>"$breaches"
}

sources() {
    git ls-files -co --exclude-standard -- "$@" | grep '\.[ch]$'
}

sources src/core | xargs grep -nE '#include *[<"](windows|winsock2|ws2tcpip|unistd|server/|windows/|time\.h)' |
    breach "src/core needs no operating system" || true
sources src/windows | xargs grep -nE '#include *"server/' | breach "src/windows knows no service" || true
sources src handlers tests | xargs grep -nE '\b((strcpy|strcat|sprintf|vsprintf|gets|alloca) *\(|MAX_PATH\b)' |
    breach "a length is missing" || true
sources src tests | xargs grep -nE '\b(CreateProcess|CreateFile|CreateNamedPipe|GetModuleFileName|CreateEvent|FormatMessage)(A)\(' |
    breach "wide functions only" || true
sources tests/system | xargs grep -nE '\bSleep *\( *[0-9]{3,}' | breach "a test waits for a condition, not for luck" || true
sources src handlers tests | while read -r file; do
    lines=$(wc -l <"$file")
    [ "$lines" -le 500 ] || echo "$file has $lines lines"
done | breach "a file is one thing" || true
git ls-files -co --exclude-standard | xargs grep -InE ' +$' -- 2>/dev/null |
    grep -v '^tests/config/' | breach "trailing blanks" || true

cat "$breaches"
[ ! -s "$breaches" ]
