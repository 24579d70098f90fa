#!/bin/sh
# Packs what setup/gpu-check.sh needs into one file for a machine with a card, without this tree: the programs, stripped, a
# bundle, settings and scripts. Refuses what is above 64 MiB unpacked.
# usage: setup/gpu-pack.sh [OUT.tar.gz]   (default: target/gpu-check.tar.gz)
#
# There: tar -xzf gpu-check.tar.gz && LIBRARIES=DIR ORT_DYLIB_PATH=DIR gpu-check/setup/gpu-check.sh
# PROGRAMS (default target/release) holds trainer and edge, BUNDLE (default models/smile) what the mirror shows.
set -eu
cd "$(dirname "$0")/.."
most=64
out=${1:-target/gpu-check.tar.gz}
programs=${PROGRAMS:-target/release} bundle=${BUNDLE:-models/smile}
if [ -e "$out" ] && ! tar -tzf "$out" 2>/dev/null | grep -qx gpu-check/setup/gpu-check.sh; then
    echo "error: $out: found another file, expected none or an earlier pack" >&2
    exit 1
fi
for program in trainer edge; do
    [ -x "$programs/$program" ] || {
        echo "error: $programs/$program: no such program; build it (cargo build --release -p trainer -p edge), or set PROGRAMS" >&2
        exit 1
    }
done
work=$(mktemp -d)
trap 'rm -rf "$work" "$out.new"' EXIT
trap 'exit 130' INT TERM
root=$work/gpu-check
mkdir -p "$root/target/release" "$root/models/smile" "$root/setup" "$root/trainer/bench"
for program in trainer edge; do
    # What is no program of this machine's kind, a script say, is packed as it is.
    strip -o "$root/target/release/$program" "$programs/$program" 2>/dev/null \
        || cp "$programs/$program" "$root/target/release/$program"
done
cp -r "$bundle/." "$root/models/smile"
cp -r trainer/configs "$root/trainer"
cp trainer/bench/*.py "$root/trainer/bench"
cp setup/gpu-check.sh "$root/setup"
kibibytes=$(du -sk --apparent-size "$root" | cut -f1)
mebibytes=$(((kibibytes + 1023) / 1024))
if [ $mebibytes -gt $most ]; then
    echo "error: found $mebibytes MiB to pack, expected at most $most:" >&2
    du -sk "$root"/* >&2
    exit 1
fi
mkdir -p "$(dirname "$out")"
tar -C "$work" -czf "$out.new" gpu-check
mv "$out.new" "$out"
echo "$out: $mebibytes MiB unpacked, at most $most; $(du -k --apparent-size "$out" | cut -f1) KiB packed"
