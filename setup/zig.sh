#!/bin/sh
# Installs cargo-zigbuild and the zig it links with into third_party/zig, from their PyPI wheels: 103 MB to download.
# usage: setup/zig.sh
set -eu
cd "$(dirname "$0")/.."
. setup/tree.sh

if [ "$(uname -m)" != x86_64 ]; then
    echo "error: zig is pinned for x86_64 only; this machine is $(uname -m). On aarch64 use a plain cargo build." >&2
    exit 1
fi
dest=third_party/zig
pins="cargo-zigbuild==0.24.1 238a1ab54a95053a4eadc34775c81f795a8ad75f80bfed63f3f445f518102375
ziglang==0.17.1 ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54"

tree_lock
if tree_is_complete "$dest" "$pins" cargo-zigbuild ziglang/zig; then
    exit
fi
fetch() { setup/wheel.sh "$1" "$(printf '%s\n' "$pins" | sed -n "s/^$1 //p")" x86_64; }
zigbuild=$(fetch cargo-zigbuild==0.24.1)
zig=$(fetch ziglang==0.17.1)

new=$dest.new
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM
rm -rf "$new"
mkdir -p "$new"
python3 setup/unpack.py "$zigbuild" "$new" '*/scripts/cargo-zigbuild'
python3 setup/unpack.py "$zig" "$new" 'ziglang/*'
mv "$new"/cargo_zigbuild-*/scripts/cargo-zigbuild "$new"
rm -r "$new"/cargo_zigbuild-*
chmod +x "$new/cargo-zigbuild" "$new/ziglang/zig"
tree_publish "$new" "$dest" "$pins"
tree_drop_wheels "$zigbuild" "$zig"
echo "cargo-zigbuild and zig are in $dest"
