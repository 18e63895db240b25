#!/bin/sh
# A headless browser opens a page of stdinetd.exe and httpd.exe under Wine. Page, picture, style and script come
# from there, each through a process of its own; the script writes into the page what has arrived.
# 77: cannot be done on this machine.
set -eu

root=$1
wine=/usr/lib/wine/wine64
server=$root/build/wine/bin/stdinetd.exe
handler=$root/build/wine/handlers/httpd.exe
export WINEPREFIX="${WINEPREFIX:-$root/build/prefix}" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree=;mshtml="

skip() {
    echo "skipped: $*"
    exit 77
}

browser=$(command -v chromium) || skip "there is no chromium"
[ -x "$wine" ] || skip "there is no Wine"
[ -e "$server" ] || skip "build/wine is not built"

folder=$(mktemp -d)
server_id=
clean() {
    status=$?
    [ -z "$server_id" ] || kill "$server_id" 2>/dev/null || true
    [ -z "$server_id" ] || wait "$server_id" 2>/dev/null || true
    [ "$status" = 0 ] || [ ! -e "$folder/log" ] || cat "$folder/log"
    rm -rf "$folder"
    exit "$status"
}
trap clean EXIT
trap 'exit 1' INT TERM

# What users get, and a page beside it that looks at the picture with the eyes of the browser.
cp -r "$root/etc/www" "$folder/www"
cat >"$folder/www/test.html" <<'PAGE'
<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>test</title><link rel="stylesheet" href="style.css"></head>
<body><h1>Heading</h1><img id="picture" src="plug.svg"><p id="result">nothing yet</p><script src="look.js"></script></body></html>
PAGE
cat >"$folder/www/look.js" <<'SCRIPT'
addEventListener("load", function () {
    var picture = document.getElementById("picture");
    var color = getComputedStyle(document.querySelector("h1")).color;
    document.getElementById("result").textContent =
        "picture " + picture.naturalWidth + " x " + picture.naturalHeight + ", heading " + color;
});
SCRIPT

cd "$folder"
"$wine" "$server" serve 0 -- "Z:$handler" www 2>"$folder/log" &
server_id=$!
port=
for attempt in $(seq 300); do
    port=$(sed -n 's/^listen .* 127\.0\.0\.1:\([0-9]*\) .*/\1/p' "$folder/log")
    [ -z "$port" ] || break
    kill -0 "$server_id" 2>/dev/null || break
    sleep 0.1
done
[ -n "$port" ] || { echo "the server does not listen"; exit 1; }

browse() {
    HOME=$folder timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync --no-proxy-server \
        --disable-dev-shm-usage --user-data-dir="$folder/profile" --dump-dom "$1" 2>"$folder/browser.log"
}

expect() {
    case $page in
    *"$1"*) ;;
    *)
        printf 'not in the page: %s\n%s\n' "$1" "$page"
        tail -n 20 "$folder/browser.log"
        exit 1
        ;;
    esac
}

page=$(browse "http://127.0.0.1:$port/test.html") || { cat "$folder/browser.log"; exit 1; }
expect "picture 240 x 160, heading rgb(31, 111, 120)"
page=$(browse "http://127.0.0.1:$port/") || { cat "$folder/browser.log"; exit 1; }
expect "<h1>It works</h1>"

# Both came from processes of the server, not out of thin air.
[ "$(grep -c '^open ' "$folder/log")" -ge 5 ] || { echo "too few connections"; exit 1; }
echo "the page, its picture, its style and its script arrived"
