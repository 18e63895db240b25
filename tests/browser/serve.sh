# For the tests beside it, which are given the project's folder: a server of build/wine under Wine, with a folder of
# its own, on a free port. 77: cannot be done on this machine.
root=$1
wine=/usr/lib/wine/wine64
handlers=Z:$root/build/wine/handlers
export WINEPREFIX="${WINEPREFIX:-$root/build/prefix}" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree=;mshtml="

skip() {
    echo "skipped: $*"
    exit 77
}

[ -x "$wine" ] || skip "there is no Wine"
[ -e "$root/build/wine/bin/stdinetd.exe" ] || skip "build/wine is not built"

folder=$(mktemp -d)
server_id=
stop_serving() {
    [ -z "$server_id" ] || kill "$server_id" 2>/dev/null || true
    [ -z "$server_id" ] || wait "$server_id" 2>/dev/null || true
    server_id=
}
clean() {
    status=$?
    stop_serving
    [ "$status" = 0 ] || [ ! -e "$folder/log" ] || tail -n 100 "$folder/log"
    rm -rf "$folder"
    exit "$status"
}
trap clean EXIT
trap 'exit 1' INT TERM
cd "$folder"

# serve PROGRAM ARGUMENTS: one of build/wine; $port is where it listens then.
serve() {
    program=$1
    shift
    "$wine" "$root/build/wine/$program" "$@" 2>"$folder/log" &
    server_id=$!
    port=
    for attempt in $(seq 300); do
        port=$(sed -n 's/^listen .* 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$folder/log")
        [ -z "$port" ] || return 0
        kill -0 "$server_id" 2>/dev/null || break
        sleep 0.1
    done
    echo "$program does not listen"
    exit 1
}

# browse URL: the page as a headless browser has it after its scripts have run.
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
