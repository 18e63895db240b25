#!/bin/sh
# Programs for Windows that others wrote, which tests/programs serves: fetch.sh FOLDER. What package-lock.json
# names comes from npm, which checks it against the sums there; ticker.go is built by Debian's Go. Ends well also
# where something cannot be had: it says what, and its tests are skipped.
set -u
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
to=$(cd "$1" && pwd)

missing() {
    echo "cannot be had: $*"
}

from_npm() {
    cmp -s "$here/package-lock.json" "$to/complete" && return
    command -v npm >/dev/null 2>&1 || { missing "the programs from npm, for there is no npm" && return; }
    rm -f "$to/complete"
    cp "$here/package.json" "$here/package-lock.json" "$to"
    # --force, because they are for another system than this one. What they would run when installed stays unrun.
    (cd "$to" && timeout 600 npm ci --force --ignore-scripts --no-bin-links --no-audit --no-fund --fetch-retries=1 \
        --os=win32 --cpu=x64) && make_shim && cp "$here/package-lock.json" "$to/complete" && return
    missing "the programs from npm"
}

# What npm 6 puts into .bin on Windows for a program in JavaScript. Newer ones go to a label that is not there, in
# the middle of a line, to leave the file before its program ends; cmd.exe of Wine 8 does not do the rest of that line.
make_shim() {
    (cd "$to/node_modules" && node -e 'require("cmd-shim")("vscode-json-languageserver/bin/vscode-json-languageserver",
        ".bin/vscode-json-languageserver", error => { if (error) throw error })')
}

by_go() {
    [ "$to/ticker.exe" -nt "$here/ticker.go" ] && return
    command -v go >/dev/null 2>&1 || { missing "the program in Go, for there is no go" && return; }
    GOOS=windows GOARCH=amd64 CGO_ENABLED=0 GO111MODULE=off GOFLAGS= GOCACHE="$to/go-cache" \
        go build -o "$to/ticker.exe" "$here/ticker.go" && return
    missing "the program in Go"
}

from_npm &
by_go
wait
