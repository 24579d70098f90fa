#!/bin/sh
# Installs a Debian 12 for this processor with systemd and an X server, but nothing of ours, into third_party/boot-vm,
# and prints the folder. Needs root.
# usage: cross/boot-vm/root.sh
set -eu
cd "$(dirname "$0")/../.."
. setup/tree.sh

packages=systemd-sysv,udev,kmod,dbus,procps,adduser,xserver-xorg-core,xserver-xorg-input-libinput
packages=$packages,libx11-6,libxcursor1,libstdc++6
dest=third_party/boot-vm pins="bookworm $packages"
tree_lock
if ! tree_is_complete $dest "$pins" bin/dpkg; then
    rm -rf $dest.new
    debootstrap --variant=minbase --include=$packages bookworm $dest.new >&2
    tree_publish $dest.new $dest "$pins"
fi
echo $dest
