#!/bin/sh
# Installs the package in an arm64 Debian 11 of its own (glibc 2.31, as in JetPack 5), runs the program there, removes
# it again, and checks what is left. Needs root and the system's binfmt_misc; reported as skipped without them.
# usage: cross/jetson/test.sh PACKAGE.deb
set -eu
cd "$(dirname "$0")/../.."
. setup/tree.sh

package=$(realpath "${1:?package}")
skip() {
    echo "SKIPPED cross/jetson/test.sh: $1"
    exit 0
}
fail() {
    echo "cross/jetson/test.sh: $1" >&2
    exit 1
}

lintian --fail-on error,warning --allow-root "$package" || fail 'lintian found problems'
echo 'lintian: no problems'
score=$(systemd-analyze security --offline=true --no-pager cross/jetson/smile-mirror.service | tail -n 1)
echo "systemd-analyze security: $score"
exposure=$(echo "$score" | sed -n 's/.*: \([0-9.]*\) .*/\1/p')
[ "$(printf '%s\n2.0\n' "$exposure" | sort -g | tail -n 1)" = 2.0 ] || fail 'the service is more exposed than 2.0'

[ "$(id -u)" = 0 ] || skip 'needs root for a root file system of its own'
binfmt=/proc/sys/fs/binfmt_misc
[ -e $binfmt/register ] || mount -t binfmt_misc binfmt_misc $binfmt 2>/dev/null || skip 'no binfmt_misc in this kernel'
if [ ! -e $binfmt/qemu-aarch64 ]; then
    # F: the emulator is opened now, so that it need not be inside the root.
    head=':qemu-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
    mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
    printf '%s:%s:%s:F\n' "$head" "$mask" "$(command -v qemu-aarch64-static)" >$binfmt/register
    registered=yes
fi
work=$(mktemp -d)
cleanup() {
    rm -rf "$work"
    [ -z "${registered:-}" ] || echo -1 >$binfmt/qemu-aarch64
}
trap cleanup EXIT
trap 'exit 130' INT TERM

pins='bullseye arm64 minbase 1' base=third_party/board
tree_lock
if ! tree_is_complete $base "$pins" bin/dpkg; then
    rm -rf $base.new
    debootstrap --arch=arm64 --variant=minbase --include=adduser,libx11-6,libxcursor1,libstdc++6 bullseye $base.new
    tree_publish $base.new $base "$pins"
fi
cp -a $base "$work/root"
cp "$package" "$work/root/package.deb"
inside() { chroot "$work/root" /usr/bin/env HOME=/tmp LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
files() { (cd "$work/root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./tmp -o -path ./var/lib/dpkg \
    -o -path ./var/log \) -prune -o -print | sort); }

files >"$work/before"
inside dpkg -i /package.deb
inside getent passwd smile-mirror >/dev/null || fail 'installing did not create the user of the service'
inside ldd --version | head -n 1
inside edge --version
inside edge doctor --json >"$work/doctor.json" || true # no camera and no screen in here
grep -q '"part": "bundle"' "$work/doctor.json" || fail 'edge doctor did not find the bundle of the package'
python3 - "$work/doctor.json" <<'P'
import json, sys
findings = {finding["part"]: finding for finding in json.load(open(sys.argv[1]))["findings"]}
for part in ("bundle", "onnxruntime"):
    assert findings[part]["state"] == "ok", findings[part]
print("edge doctor:", findings["onnxruntime"]["found"], "|", findings["bundle"]["found"])
P
inside edge run --source demo --display none --frames 2 --report /tmp/report.json >/dev/null
grep -q '"frames_captured": 2' "$work/root/tmp/report.json" || fail 'the installed mirror did not run its bundle'
inside smile-mirror-kiosk on >"$work/said" 2>&1 && fail 'the kiosk was switched on without an X server'
grep -q xserver-xorg-core "$work/said" || fail 'the kiosk did not name the missing package'

inside dpkg -r smile-mirror
inside test -e /etc/smile-mirror/environment || fail 'removing deleted the configuration'
inside dpkg -P smile-mirror
files >"$work/after"
# Accounts stay, as Debian's policy has it: their files may still exist.
if ! diff "$work/before" "$work/after" | grep '^[<>]' | grep -v -e 'etc/.*-$' >"$work/left"; then :; fi
[ ! -s "$work/left" ] || fail "purging left these differences: $(cat "$work/left")"
echo 'package: installed, ran, removed without a trace'
