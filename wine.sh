#!/bin/sh
# Builds stdinetd for Windows on Debian 12 and runs it under Wine. Installs what is missing.
#
#   sh wine.sh run [ARGS]   build, then "stdinetd ARGS" in the current folder; without ARGS it serves etc/stdinetd.ini
#   sh wine.sh test         build with GCC and Clang, then every test; ends with "N passed, N failed"
#   sh wine.sh build        build only: build/wine/bin/stdinetd.exe, build/wine/handlers, build/wine/etc
#   sh wine.sh soak [N]     N connections (30000) of clients of every kind; ends with what became of them
#   sh wine.sh exec PROGRAM [ARGS]   any Windows program in the same Wine, for example the bench
set -eu

# Linux puts the heap of a program anywhere in a gigabyte, once in some 6,000 starts to where Wine must have its page
# 0x7ffe0000: that process ends at once ("failed to map the shared user data"), and CreateProcess says 1359 or, where
# another was started in the same instant, waits as long as that one runs. Addresses that are not random avoid it.
if [ -z "${fixed_addresses:-}" ] && setarch -R true 2>/dev/null; then
    fixed_addresses=1 exec setarch -R sh "$0" "$@"
fi
unset fixed_addresses

root=$(cd "$(dirname "$0")" && pwd)
build=$root/build
wine=/usr/lib/wine/wine64
export WINEPREFIX="$build/prefix" WINEDEBUG="${WINEDEBUG:--all}" WINEDLLOVERRIDES="mscoree=;mshtml=;winedbg.exe="

fail() {
    echo "wine.sh: $*" >&2
    exit 1
}

# Runs a step and shows what it printed only when it failed: quietly NAME COMMAND...
quietly() {
    name=$1
    shift
    mkdir -p "$build"
    if ! "$@" >"$build/$name.log" 2>&1; then
        tail -n 60 "$build/$name.log" >&2
        fail "'$*' failed (all of its output is in build/$name.log)"
    fi
}

# The Debian packages among "path-that-must-exist=package" that are not there yet.
missing_packages() {
    for pair in "$@"; do
        [ -e "${pair%%=*}" ] || echo "${pair#*=}"
    done | sort -u
}

install_packages() {
    packages=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "$packages" ] || return 0
    command -v apt-get >/dev/null 2>&1 ||
        fail "needs Debian 12 or a relative of it: there is no apt-get to install $packages"
    [ "$(id -u)" = 0 ] ||
        fail "needs root once, to install missing packages: sudo apt-get install $packages"
    echo "installing $packages"
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-update apt-get update
    # shellcheck disable=SC2086
    quietly apt-install apt-get install -y --no-install-recommends $packages
}

build_tools() {
    install_packages /usr/bin/x86_64-w64-mingw32-gcc=gcc-mingw-w64-x86-64 $wine=wine64 \
        /usr/bin/wine=wine /usr/bin/cmake=cmake /usr/bin/ninja=ninja-build /usr/bin/xz=xz-utils \
        /usr/bin/dpkg-source=dpkg-dev
}

test_tools() {
    install_packages /usr/bin/clang=clang /usr/bin/clang-format=clang-format \
        /usr/bin/clang-tidy=clang-tidy /usr/bin/chromium=chromium /usr/bin/git=git /usr/bin/wrk=wrk \
        /usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.asan-x86_64.a=libclang-rt-14-dev
}

# Programs that others wrote and tests serve (tests/programs): fetched while everything else is built. Where npm, Go
# or the network are not to be had, those tests are skipped.
fetch_programs() {
    {
        (install_packages "$(command -v npm || echo /usr/bin/npm)=npm" "$(command -v go || echo /usr/bin/go)=golang-go") || true
        sh "$root/tests/programs/fetch.sh" "$build/programs"
    } >"$build/programs.log" 2>&1 &
    fetching=$!
}

wait_for_programs() {
    wait "$fetching" || true
    grep '^cannot be had' "$build/programs.log" || true
}

# inih and cmocka as their authors released them: the .orig archives of Debian's source packages, from
# the mirror that this machine uses already.
sources() {
    [ -e "$build/sources/complete" ] && return 0
    echo "getting the sources of inih and cmocka"
    site=$(mirror)
    if [ -z "$site" ] && [ "$(id -u)" = 0 ]; then
        quietly apt-update apt-get update
        site=$(mirror)
    fi
    [ -n "$site" ] || fail "apt knows no Debian mirror (sudo apt-get update), so inih and cmocka cannot be had"
    rm -rf "$build/apt" "$build/sources"
    mkdir -p "$build/apt/lists/partial" "$build/apt/archives/partial" "$build/sources"
    printf 'deb-src %s %s main\n' "$site" trixie "$site" bookworm >"$build/apt/sources.list"
    quietly apt-sources sh -c "cd '$build/apt' && $(private_apt update) &&
        $(private_apt source) --download-only libinih/trixie cmocka/bookworm"
    unpack "$build"/apt/libinih_*.orig.tar.gz inih
    unpack "$build"/apt/cmocka_*.orig.tar.xz cmocka
    rm -rf "$build/apt"
    touch "$build/sources/complete"
}

mirror() {
    apt-get indextargets --format '$(SITE) $(LABEL) $(COMPONENT) $(RELEASE)' 2>/dev/null |
        awk '$2 == "Debian" && $3 == "main" && $4 !~ /-/ { print $1; exit }'
}

private_apt() {
    echo "apt-get $1 -q -o APT::Sandbox::User=root -o Dir::Etc::SourceList='$build/apt/sources.list'" \
        "-o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists='$build/apt/lists'" \
        "-o Dir::Cache='$build/apt' -o Dir::Cache::archives='$build/apt/archives'"
}

unpack() {
    [ -e "$1" ] || fail "apt-get did not bring the source of $2 (see build/apt-sources.log)"
    mkdir -p "$build/sources/$2"
    tar -xf "$1" -C "$build/sources/$2" --strip-components=1
}

# compile PRESET: configure where the presets are newer, then build what changed.
compile() {
    [ "$build/$1/build.ninja" -nt "$root/CMakePresets.json" ] || (cd "$root" && quietly "configure-$1" cmake --preset "$1" \
        -DFETCHCONTENT_SOURCE_DIR_INIH="$build/sources/inih" \
        -DFETCHCONTENT_SOURCE_DIR_CMOCKA="$build/sources/cmocka")
    quietly "build-$1" cmake --build "$build/$1"
}

prefix() {
    [ -e "$WINEPREFIX/complete" ] && return 0
    echo "making a Wine prefix"
    quietly prefix "$wine" wineboot.exe --init
    # Wine looks through all time zones for the machine's own at every start of a process, which is a quarter of the
    # whole. Most servers keep UTC: the same zone once more, under a name that is found first.
    zones='HKLM\Software\Microsoft\Windows NT\CurrentVersion\Time Zones'
    quietly prefix-zone "$wine" reg.exe copy "$zones\UTC" "$zones\(UTC)" /s /f
    quietly prefix-saved /usr/lib/wine/wineserver64 -w # only then is its registry on the disk
    touch "$WINEPREFIX/complete"
}

# While one process runs, Wine keeps its own services; without it every test would wait for their start.
hold_wine() {
    rm -f "$build/hold"
    mkfifo "$build/hold"
    "$wine" cmd.exe /q <"$build/hold" >"$build/hold.log" 2>&1 &
    holder=$!
    exec 3>"$build/hold"
    # Two programs that start Wine's services at the same moment can wait for each other for ever.
    echo "echo ready" >&3
    for _ in $(seq 300); do
        grep -q '^ready' "$build/hold.log" && return
        sleep 0.2
    done
    fail "Wine does not start (see build/hold.log)"
}

# Where Wine's server has crashed, which it does once in a long while, what held it would wait for ever.
release_wine() {
    exec 3>&-
    (sleep 10 && kill -KILL "$holder") >/dev/null 2>&1 &
    watcher=$!
    wait "$holder" 2>/dev/null || true
    kill "$watcher" 2>/dev/null || true
    rm -f "$build/hold"
}

# Linux gives every session as much of the processor as any other (sched(7), "The autogroup feature"), and Wine makes a
# session of each console group, so of each handler: eight of them leave a ninth to Wine's server, for which all wait.
# Windows does nothing of the kind, nor does Linux inside a control group. Where there is version 1 root can make one.
share_evenly() {
    group=/sys/fs/cgroup/cpu/stdinetd
    grep -Eq '^[0-9]+:([^:]*,)?cpu(,[^:]*)?:/$' /proc/self/cgroup || return 0
    { mkdir -p "$group" && echo $$ >"$group/cgroup.procs"; } 2>/dev/null || true
}

build_all() {
    build_tools
    sources
    compile wine
    share_evenly
    prefix
}

# What the tests that failed have printed, the end of it where it is much.
said_by_failed() {
    awk -v most=80 '
        function flush(i) {
            for (i = count > most ? count - most : 0; i < count; i++) print lines[i]
            count = 0
        }
        /^ *[0-9]+\/[0-9]+ Test / || /^ +Start +[0-9]+:/ || /^[0-9]+% tests passed/ {
            flush()
            failed = /[*][*][*]/ && !/Skipped/
            if (failed) print
            next
        }
        failed { lines[count++] = $0 }
        END { flush() }' "$1"
}

# carry_out_tests PRESET [COMMAND...]: behind that command; leaves build/test-PRESET.log and build/test-PRESET.status.
carry_out_tests() {
    log=$build/test-$1.log
    preset=$1
    shift
    code=0
    (cd "$root" && "$@" ctest --preset "$preset" --no-tests=error) >"$log" 2>&1 3>&- || code=$?
    echo "$code" >"$build/test-$preset.status"
}

# count_tests PRESET: shows how they ended and adds up the counts.
passed=0
failed=0
skipped=0
count_tests() {
    echo "== $1"
    status=$(cat "$build/test-$1.status")
    grep -E '^ *[0-9]+/[0-9]+ Test|tests passed|^The following|skipped: ' "$build/test-$1.log" || true
    bad=$(sed -n 's/.* \([0-9]*\) tests\{0,1\} failed out of .*/\1/p' "$build/test-$1.log")
    all=$(sed -n 's/.* failed out of \([0-9]*\).*/\1/p' "$build/test-$1.log")
    if [ -z "$all" ] || { [ "$status" != 0 ] && [ "$bad" = 0 ]; }; then
        tail -n 60 "$build/test-$1.log"
        bad=1 all=1
    elif [ "$bad" != 0 ]; then
        said_by_failed "$build/test-$1.log" >>"$build/failures.log"
    fi
    left_out=$(grep -c '[*][*][*]Skipped' "$build/test-$1.log" || true)
    failed=$((failed + bad))
    skipped=$((skipped + left_out))
    passed=$((passed + all - bad - left_out))
}

run_tests() {
    carry_out_tests "$1"
    count_tests "$1"
}

case "${1:-}" in
run)
    shift
    build_all
    exec "$wine" "$build/wine/bin/stdinetd.exe" "$@"
    ;;
exec)
    shift
    build_all
    exec "$wine" "$@"
    ;;
soak)
    shift
    build_all
    exec "$wine" "$build/wine/tests/soak.exe" "$@"
    ;;
build)
    build_all
    echo "built build/wine/bin/stdinetd.exe"
    ;;
test)
    test_tools
    build_tools
    sources
    fetch_programs
    build_all
    compile clang
    compile native
    rm -f "$build/failures.log"
    hold_wine
    run_tests browser
    # Those under Wine wait most of the time; those that need none compute, and take what these leave.
    carry_out_tests native nice 3>&- &
    native=$!
    run_tests wine
    wait_for_programs
    run_tests programs
    release_wine
    wait "$native"
    count_tests native
    if [ -s "$build/failures.log" ]; then
        echo "== failed"
        cat "$build/failures.log"
    fi
    if [ "$skipped" = 0 ]; then
        echo "$passed passed, $failed failed"
    else
        echo "$passed passed, $failed failed, $skipped skipped"
    fi
    [ "$failed" = 0 ]
    ;;
*)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
