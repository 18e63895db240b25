#!/bin/sh
# Load by wrk, with 64 connections at a time, on webserver.exe under workers of stdinetd.exe and by itself: not one
# answer may be wrong or missing. wrk.sh FOLDER [SECONDS]
set -eu
. "$(dirname "$0")/serve.sh"
command -v wrk >/dev/null || skip "there is no wrk"
seconds=${2:-3}
cp -r "$root/etc/www" "$folder/www"

# load WHAT ARGUMENTS: says how many requests a second.
load() {
    what=$1
    shift
    wrk -t 2 -c 64 -d "$seconds" --timeout 10s "$@" "http://127.0.0.1:$port/" >"$folder/wrk" 2>&1 ||
        { cat "$folder/wrk"; exit 1; }
    # Its two lines about what went wrong appear only then.
    if grep -E 'Socket errors|Non-2xx' "$folder/wrk" || ! grep -q '^Requests/sec: *[1-9]' "$folder/wrk"; then
        cat "$folder/wrk"
        exit 1
    fi
    echo "$what: $(sed -n 's/^Requests.sec: *//p' "$folder/wrk") requests/s"
}

for transfer in wsaduplicatesocket duplicatehandle; do
    serve bin/stdinetd.exe serve 0 workers=2 worker_connections=64 instances=200 transfer=$transfer -- \
        "$handlers/webserver.exe" --requests 1000000 www
    load "workers, $transfer, connections kept"
    load "workers, $transfer, a connection for each request" -H 'Connection: close'
    ! grep '^fail ' "$folder/log" || exit 1
    stop_serving
done
serve handlers/webserver.exe --listen 0 --requests 1000000 www
load "by itself, connections kept"
load "by itself, a connection for each request" -H 'Connection: close'
