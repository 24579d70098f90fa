#!/bin/sh
# Tests the scripts that run on the board, without a board, root or waiting.
# usage: cross/test.sh
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed() {
    echo "cross/test.sh: failed: $1" >&2
    exit 1
}

# The back-off waits 1, 2, 4 ... 64 seconds, and a long or clean run clears it.
export RUNTIME_DIRECTORY="$work" UPTIME_FILE="$work/uptime" SLEEP="$work/sleep"
printf '#!/bin/sh\necho "$1" >>"%s"\n' "$work/slept" >"$work/sleep"
chmod +x "$work/sleep"
at() { echo "$1.00 0.00" >"$work/uptime"; }
try() { # try START END RESULT: one start of the service
    at "$1"
    jetson/back-off wait >/dev/null
    at "$2"
    SERVICE_RESULT=$3 jetson/back-off note
}
for round in 1 2 3 4 5 6 7 8 9; do try $((round * 100)) $((round * 100 + 5)) exit-code; done
[ "$(tr '\n' ' ' <"$work/slept")" = '1 2 4 8 16 32 64 64 ' ] || failed "it waited $(tr '\n' ' ' <"$work/slept")"
: >"$work/slept"
try 2000 3000 watchdog
try 3100 3101 exit-code
[ "$(tr '\n' ' ' <"$work/slept")" = '64 1 ' ] || failed 'a run of ten minutes resets the count'
: >"$work/slept"
try 3200 3201 success
try 3300 3301 success
[ "$(tr '\n' ' ' <"$work/slept")" = '2 ' ] || failed 'a clean end clears the count'
! jetson/back-off 2>/dev/null || failed 'no argument is wrong usage'

[ -x jetson/smile-mirror-kiosk ] && jetson/smile-mirror-kiosk 2>"$work/said" && failed 'no argument is wrong usage'
grep -q 'on|off|status' "$work/said" || failed 'wrong usage prints the right one'

echo 'cross: all tests passed'
