#!/bin/sh
# Fetches one pinned wheel, verifies it, and prints its path.
# usage: setup/wheel.sh NAME==VERSION SHA256 [ARCH]
#
# MIRROR_WHEELS names a folder to keep wheels in (default third_party/downloads). A wheel found there is verified again.
set -eu
cd "$(dirname "$0")/.."

requirement=$1 sha256=$2 arch=${3:-$(uname -m)}
wheels=${MIRROR_WHEELS:-third_party/downloads}
wheel=$wheels/${requirement%%==*}-${requirement#*==}-$arch.whl
partial=$wheel.partial

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "error: $*"
    exit 1
}
case $sha256 in
*[!0-9a-f]* | '') sha256= ;;
esac
[ ${#sha256} = 64 ] || fail "$requirement: found the SHA-256 \"$2\", expected 64 hexadecimal digits"
matches() {
    [ -f "$1" ] || return 1
    found=$(sha256sum <"$1" | cut -c1-64)
    [ "$found" = "$sha256" ]
}

mkdir -p "$wheels"
if command -v flock >/dev/null; then
    # The folder may be shared, and two downloads into one .partial would corrupt it.
    exec 8>"$wheel.lock"
    flock --nonblock 8 || {
        say "waiting for another download of $requirement"
        flock 8
    }
fi

if [ -f "$wheel" ]; then
    if matches "$wheel"; then
        printf '%s\n' "$wheel"
        exit
    fi
    say "discarding $wheel: corrupt (SHA-256 $found, expected $sha256)"
    rm -f "$wheel"
fi

# The wheel is only unpacked, never run by this Python: ask for the one whose hash is pinned, whatever the
# local Python.
set -- --no-deps --only-binary=:all: --implementation cp --python-version 311
for tag in manylinux_2_28 manylinux_2_27 manylinux_2_25 manylinux2014 manylinux2010; do
    set -- "$@" --platform "${tag}_$arch"
done
set -- "$@" "$requirement"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_REQUIRE_VIRTUALENV=0

pip_download() {
    say "downloading $requirement through pip (cannot be resumed)"
    rm -rf "$wheel.pip"
    python3 -m pip download --dest "$wheel.pip" "$@" >&2 ||
        fail "pip could not download $requirement; its message is above. Check the network and pip's index, then run again."
    mv "$wheel.pip"/*.whl "$partial"
    rm -rf "$wheel.pip"
    matches "$partial" && return
    rm -f "$partial"
    fail "$requirement: SHA-256 of the download is $found, expected $sha256. Discarded: the package index, or a proxy" \
        "before it, serves a file other than the pinned one."
}

bar=--progress-bar
[ -t 2 ] || bar='--silent --show-error'

tries=0
until matches "$partial"; do
    if [ -z "${url:-}" ]; then
        rc=0
        url=$(python3 setup/locate_wheel.py --retries 2 "$@" 2>/dev/null) || rc=$?
        [ $rc != 3 ] || fail "pip finds no $requirement for $arch: its index cannot be reached, or has none." \
            "Check the network, then run again; partial downloads are kept. \`python3 -m pip download --no-deps $requirement\` shows more."
        if [ $rc != 0 ]; then
            pip_download "$@"
            break
        fi
    fi
    tries=$((tries + 1))
    [ "$tries" -le 5 ] || fail "$requirement: the download stopped 5 times. Run again to continue it."
    if [ -s "$partial" ]; then
        resumed=yes
        say "resuming $requirement after $(($(wc -c <"$partial") / 1000000)) MB"
    else
        resumed=
        say "downloading $requirement"
    fi
    rc=0
    # shellcheck disable=SC2086 # $bar is one or two options
    http=$(curl --fail --location --continue-at - $bar --connect-timeout 30 --speed-limit 1000 --speed-time 60 \
        --write-out '%{http_code}' --output "$partial" "$url") || rc=$?
    case $rc,$http in
    0,*)
        matches "$partial" && break
        rm -f "$partial"
        # A corrupt partial deserves one full download; a full download that differs will differ again.
        [ -n "$resumed" ] ||
            fail "$requirement: SHA-256 of the download is $found, expected $sha256. Discarded: the package index, or" \
                "a proxy before it, serves a file other than the pinned one."
        say "discarding the partial $requirement: corrupt (SHA-256 $found, expected $sha256)"
        ;;
    22,416 | 33,* | 36,*)
        say "discarding the partial $requirement: the server cannot continue it"
        rm -f "$partial"
        ;;
    22,4??)
        # For instance an index that needs a password, which pip knows and curl does not.
        pip_download "$@"
        break
        ;;
    23,*) fail "$requirement: cannot write $partial. Is the disk full? Make room, then run again to continue." ;;
    *)
        say "the download stopped (curl exit $rc, HTTP status $http)"
        sleep 2
        ;;
    esac
done

mv "$partial" "$wheel"
printf '%s\n' "$wheel"
