#!/bin/sh
# Installs the Debian or Ubuntu packages that this machine lacks. Looks for the program or library itself, not for its
# package, so that any system which has it passes.
# usage: setup/system-packages.sh [FOR...]
#   FOR: mirror (the default), aarch64 (cross-build), emulation (run the cross-built program), jetson (the package),
#        board (a board with the package installed, in a root of its own), camera-vm
set -eu
[ $# -gt 0 ] || set -- mirror
purposes=" $* "

say() { printf '%s\n' "$*" >&2; }

find_missing() {
    missing='' packages=''
    for purpose in $purposes; do
        needs_"$(echo "$purpose" | tr - _)"
    done
}
needs_mirror() {
    # A compiler alone is not enough: linking needs the C library's headers and start files too.
    links_cxx || lacks build-essential 'a C and C++ compiler that links (cc, c++)'
    command -v curl >/dev/null || lacks curl curl
    [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/certs/ca-bundle.crt ] || [ -e /etc/ssl/cert.pem ] ||
        lacks ca-certificates 'CA certificates'
    if ! command -v python3 >/dev/null; then
        lacks 'python3 python3-pip' 'python3 with pip'
    elif ! python3 -c 'import pip' 2>/dev/null; then
        lacks python3-pip 'pip for python3'
    fi
    # The window opens these while the mirror runs; without an X display there is no window.
    if [ -n "${DISPLAY:-}" ]; then
        has_library libX11.so.6 || lacks libx11-6 libX11.so.6
        has_library libXcursor.so.1 || lacks libxcursor1 libXcursor.so.1
    fi
}
needs_aarch64() {
    needs_mirror
    cross/rustc.sh >/dev/null 2>&1 ||
        lacks 'rustc-web libstd-rust-web-dev:arm64' "Rust's standard library for aarch64"
}
needs_emulation() {
    command -v qemu-aarch64 >/dev/null || lacks qemu-user qemu-aarch64
    # The emulated program opens the target's own libraries at the target's own places.
    [ -e /lib/ld-linux-aarch64.so.1 ] || lacks libc6:arm64 "the target's C library"
    [ -e /usr/lib/aarch64-linux-gnu/libstdc++.so.6 ] || lacks libstdc++6:arm64 "the target's C++ library"
}
needs_jetson() {
    command -v dpkg-deb >/dev/null || lacks dpkg dpkg-deb
    command -v lintian >/dev/null || lacks lintian lintian
    command -v aarch64-linux-gnu-objcopy >/dev/null || lacks binutils-aarch64-linux-gnu "the target's objcopy"
}
needs_board() {
    command -v qemu-aarch64-static >/dev/null || lacks qemu-user-static qemu-aarch64-static
    command -v debootstrap >/dev/null || lacks debootstrap debootstrap
    command -v systemd-analyze >/dev/null || lacks systemd systemd-analyze
}
needs_camera_vm() {
    command -v qemu-system-x86_64 >/dev/null || lacks qemu-system-x86 qemu-system-x86_64
    command -v cpio >/dev/null || lacks cpio cpio
    command -v modprobe >/dev/null || lacks kmod modprobe
    [ -x /bin/busybox ] && ! ldd /bin/busybox >/dev/null 2>&1 || lacks busybox-static 'a static busybox'
    command -v Xvfb >/dev/null || lacks xvfb Xvfb
    command -v xdotool >/dev/null || lacks xdotool xdotool
    [ -x /lib/systemd/systemd-udevd ] || lacks udev udev
}
lacks() { packages="$packages $1" missing="$missing, $2"; }
has_library() { PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | grep -qF "$1"; }
links_cxx() {
    command -v cc >/dev/null && command -v c++ >/dev/null || return 1
    probe=$(mktemp)
    rc=0
    echo 'int main() { return 0; }' | c++ -include vector -x c++ -o "$probe" - 2>/dev/null || rc=1
    rm -f "$probe"
    return $rc
}

find_missing
[ -n "$packages" ] || exit 0
say "missing:${missing#,}"

if ! command -v apt-get >/dev/null; then
    say "error: this system has no apt-get. Install them another way, then run again."
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root='sudo -n'
else
    sudo='sudo '
    command -v sudo >/dev/null || sudo=
    say "error: installing them needs root, and sudo asks for a password."
    say "Run this as root, then run again:"
    case $packages in *:arm64*) say "    ${sudo}dpkg --add-architecture arm64" ;; esac
    say "    ${sudo}apt-get update && ${sudo}apt-get install --yes --no-install-recommends$packages"
    exit 1
fi
say "installing:$packages"
# shellcheck disable=SC2086 # both are lists of words
{
    case $packages in *:arm64*) $as_root dpkg --add-architecture arm64 ;; esac
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q --yes --no-install-recommends $packages
} >&2 </dev/null || {
    say "error: apt-get failed; its message is above."
    exit 1
}
find_missing
if [ -n "$packages" ]; then
    say "error: apt-get succeeded, but these are still missing:${missing#,}"
    exit 1
fi
