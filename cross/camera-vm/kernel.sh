#!/bin/sh
# Unpacks Debian's own kernel with its camera drivers into third_party/camera-vm (90 MB to download, nothing is
# installed), compiles v4l2loopback for it, and prints the folder.
# usage: cross/camera-vm/kernel.sh
set -eu
cd "$(dirname "$0")/../.."
. setup/tree.sh

package=$(apt-cache depends --important linux-image-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[^ ]*\).*/\1/p')
if [ -z "$package" ]; then
    echo "no kernel to test with: apt knows no linux-image-amd64 (Debian's; apt-get update may help)" >&2
    exit 1
fi
dest=third_party/camera-vm pins="$package v4l2loopback"
tree_lock
if ! tree_is_complete "$dest" "$pins" vmlinuz; then
    new=$dest.new
    trap 'rm -rf "$new"' EXIT
    trap 'exit 130' INT TERM
    rm -rf "$new"
    mkdir -p "$new/package"
    version=${package#linux-image-}
    headers=linux-headers-$version
    tools=$(apt-cache depends --important "$headers" | sed -n 's/.*Depends: \(linux-kbuild-[^ ]*\).*/\1/p')
    # Signed by Debian; apt checks it.
    (cd "$new/package" &&
        apt-get download -q "$package" "$headers" "${headers%-amd64}-common" "$tools" v4l2loopback-dkms >&2)
    for file in "$new"/package/*.deb; do dpkg-deb -x "$file" "$new/root"; done
    source=$(realpath "$new/root/usr/src")
    sed -i "s|/usr/src/|$source/|" "$source/$headers/Makefile"
    make -s -C "$source/$headers" CC="${CC:-cc}" M="$(echo "$source"/v4l2loopback-*)" modules >&2
    mkdir -p "$new/root/lib/modules/$version/extra"
    mv "$source"/v4l2loopback-*/v4l2loopback.ko "$new/root/lib/modules/$version/extra"
    mv "$new/root/boot/vmlinuz-$version" "$new/vmlinuz"
    mv "$new/root/lib" "$new/lib"
    rm -r "$new/package" "$new/root"
    depmod -b "$new" "$version"
    echo "$version" >"$new/version"
    tree_publish "$new" "$dest" "$pins"
fi
echo "$dest"
