#!/bin/sh
# A headless browser opens a page with 30 pictures of webserver.exe, served by workers of stdinetd.exe, over the few
# connections that it keeps open; the script writes into the page how many have arrived whole.
set -eu
. "$(dirname "$0")/serve.sh"
browser=$(command -v chromium) || skip "there is no chromium"

mkdir "$folder/www"
{
    echo '<!DOCTYPE html><html><head><meta charset="utf-8"><title>pictures</title></head><body>'
    for number in $(seq 30); do
        # Each its own size, some of several blocks: the width says which one has arrived.
        {
            echo "<svg xmlns='http://www.w3.org/2000/svg' width='$((100 + number))' height='10'><title>"
            head -c $((number * number * 250)) /dev/zero | tr '\0' 'x'
            echo "</title><rect width='9' height='9'/></svg>"
        } >"$folder/www/$number.svg"
        echo "<img src='$number.svg'>"
    done
    echo '<p id="result">nothing yet</p><script src="look.js"></script></body></html>'
} >"$folder/www/index.html"
cat >"$folder/www/look.js" <<'SCRIPT'
addEventListener("load", function () {
    var right = 0;
    document.querySelectorAll("img").forEach(function (picture, index) {
        right += picture.naturalWidth === 101 + index;
    });
    document.getElementById("result").textContent = right + " pictures are right";
});
SCRIPT

serve bin/stdinetd.exe serve 0 workers=2 worker_connections=8 -- "$handlers/webserver.exe" www
page=$(browse "http://127.0.0.1:$port/") || { cat "$folder/browser.log"; exit 1; }
expect "30 pictures are right"

# 32 files and a favicon came over fewer connections, each by a worker.
count=$(grep -c '^open ' "$folder/log")
[ "$count" -ge 1 ] && [ "$count" -le 20 ] || { echo "$count connections"; exit 1; }
! grep '^fail ' "$folder/log" || exit 1
echo "30 pictures arrived over $count connections"
