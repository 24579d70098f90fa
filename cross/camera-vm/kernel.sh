#!/bin/sh
# Debian's own kernel with its camera drivers, unpacked into third_party/camera-vm (75 MB to download, nothing is
# installed), and prints the folder.
# usage: cross/camera-vm/kernel.sh
set -eu
cd "$(dirname "$0")/../.."
. setup/tree.sh

package=$(apt-cache depends --important linux-image-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[^ ]*\).*/\1/p')
if [ -z "$package" ]; then
    echo "no kernel to test with: apt knows no linux-image-amd64 (Debian's; apt-get update may help)" >&2
    exit 1
fi
dest=third_party/camera-vm
tree_lock
if ! tree_is_complete "$dest" "$package" vmlinuz; then
    new=$dest.new
    trap 'rm -rf "$new"' EXIT
    trap 'exit 130' INT TERM
    rm -rf "$new"
    mkdir -p "$new/package"
    # Signed by Debian; apt checks it.
    (cd "$new/package" && apt-get download -q "$package" >&2)
    dpkg-deb -x "$new"/package/*.deb "$new/root"
    version=${package#linux-image-}
    mv "$new/root/boot/vmlinuz-$version" "$new/vmlinuz"
    mv "$new/root/lib" "$new/lib"
    rm -r "$new/package" "$new/root"
    depmod -b "$new" "$version"
    echo "$version" >"$new/version"
    tree_publish "$new" "$dest" "$package"
fi
echo "$dest"
