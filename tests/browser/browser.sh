#!/bin/sh
# A headless browser opens a page of stdinetd.exe and httpd.exe under Wine. Page, picture, style and script come
# from there, each through a process of its own; the script writes into the page what has arrived.
set -eu

. "$(dirname "$0")/serve.sh"
browser=$(command -v chromium) || skip "there is no chromium"

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

serve bin/stdinetd.exe serve 0 -- "$handlers/httpd.exe" www

page=$(browse "http://127.0.0.1:$port/test.html") || { cat "$folder/browser.log"; exit 1; }
expect "picture 240 x 160, heading rgb(31, 111, 120)"
page=$(browse "http://127.0.0.1:$port/") || { cat "$folder/browser.log"; exit 1; }
expect "<h1>It works</h1>"

# Both came from processes of the server, not out of thin air.
[ "$(grep -c '^open ' "$folder/log")" -ge 5 ] || { echo "too few connections"; exit 1; }
echo "the page, its picture, its style and its script arrived"
