#!/bin/sh
# Makes the .deb and the .tar for a Jetson (or any arm64 Debian or Ubuntu) from a cross-built `edge`, and prints their
# paths. With amd64 it is the same package for a PC, which the boot test installs.
# usage: cross/jetson/package.sh PROGRAM [arm64|amd64]
set -eu
cd "$(dirname "$0")/../.."

program=${1:?program} architecture=${2:-arm64} here=cross/jetson
case $architecture in
arm64) processor=aarch64 ;;
amd64) processor=x86_64 ;;
*)
    echo "cross/jetson/package.sh: found $architecture, expected arm64 or amd64" >&2
    exit 2
    ;;
esac
runtime=third_party/onnxruntime/$processor
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
out=${CARGO_TARGET_DIR:-target}/jetson
root=$out/root
# The same source gives the same bytes.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Cargo.toml)
export SOURCE_DATE_EPOCH
umask 022

rm -rf "$root"
put() { # put MODE DESTINATION FILE...
    mode=$1 folder=$root/$2
    shift 2
    mkdir -p "$folder"
    install -m "$mode" "$@" "$folder"
}
put 755 usr/bin "$program"
$processor-linux-gnu-objcopy --strip-all "$root/usr/bin/edge"
put 755 usr/sbin $here/smile-mirror-kiosk
put 755 usr/libexec/smile-mirror $here/back-off $here/wait-for-display
put 644 usr/lib/smile-mirror $runtime/libonnxruntime.so.*
ln -s "$(basename $runtime/libonnxruntime.so.*)" "$root/usr/lib/smile-mirror/libonnxruntime.so"
put 644 usr/share/smile-mirror/models/smile models/smile/*
put 644 lib/systemd/system $here/smile-mirror.service $here/smile-mirror-display.service $here/smile-mirror-csi.service
put 644 lib/udev/rules.d $here/70-smile-mirror.rules
put 644 etc/smile-mirror $here/environment $here/edge.toml
put 644 usr/share/doc/smile-mirror $here/copyright edge/fonts/LICENSE-OFL.txt $runtime/ThirdPartyNotices.txt
put 644 usr/share/man/man1 $here/edge.1
put 644 usr/share/man/man8 $here/smile-mirror-kiosk.8
{
    echo "smile-mirror ($version) unstable; urgency=medium"
    echo
    echo "  * See CHANGELOG.md in the source tree."
    echo
    echo " -- $(sed -n 's/^Maintainer: //p' $here/control)  $(date -u -R -d "@$SOURCE_DATE_EPOCH")"
} >"$root/usr/share/doc/smile-mirror/changelog"
gzip -9n "$root"/usr/share/doc/smile-mirror/changelog "$root"/usr/share/doc/smile-mirror/ThirdPartyNotices.txt \
    "$root"/usr/share/man/man*/*

tar -C "$root" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    -cf "$out/smile-mirror-$version-$architecture.tar" etc lib usr

mkdir "$root/DEBIAN"
size=$(du -sk --apparent-size "$root" | cut -f1)
sed "s/@VERSION@/$version/; s/@SIZE@/$size/; s/@ARCHITECTURE@/$architecture/" $here/control >"$root/DEBIAN/control"
install -m 755 $here/postinst $here/prerm $here/postrm "$root/DEBIAN"
(cd "$root" && find etc -type f -printf '/%p\n' | sort) >"$root/DEBIAN/conffiles"
(cd "$root" && find usr lib -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
dpkg-deb --root-owner-group -Zxz --build "$root" "$out/smile-mirror_${version}_$architecture.deb" >&2
rm -rf "$root"
ls "$out"/smile-mirror[-_]"$version"[-_]$architecture.*
