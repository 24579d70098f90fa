#!/bin/sh
# Writes an initramfs that loads the camera drivers, mounts the host's file system as its own (read-only, over 9p), and
# runs guest.sh from the shared folder in it.
# usage: cross/camera-vm/initramfs.sh KERNEL_FOLDER OUTPUT [FOLDER...]
#   FOLDER   seen by the guest even if it lies where the guest has a file system of its own, as in /tmp
set -eu

kernel=$1 output=$2
shift 2
version=$(cat "$kernel/version")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/modules" "$work/proc" "$work/sys" "$work/dev" "$work/host"
cp "$(command -v busybox)" "$work/bin/busybox"
# Dependencies come first; insmod needs this order.
for module in virtio_pci 9pnet_virtio 9p vivid v4l2loopback uvcvideo vhci_hcd; do
    modprobe -d "$kernel" -S "$version" --show-depends "$module" | awk '$1 == "insmod" {print $2}'
done | awk '!seen[$0]++' | while read -r file; do
    name=$(basename "$file")
    cp "$file" "$work/modules/$name"
    echo "$name" >>"$work/modules/order"
done
for folder; do echo "$folder"; done >"$work/folders"
cat >"$work/init" <<'INIT'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
for module in $($b cat /modules/order); do
    case $module in
    # One webcam-like capture node.
    vivid.ko*) options='n_devs=1 node_types=0x1 num_inputs=1 input_types=0x0 vid_cap_nr=10' ;;
    v4l2loopback.ko*) options='video_nr=20 exclusive_caps=1' ;;
    *) options= ;;
    esac
    $b insmod "/modules/$module" $options || echo "camera-vm: cannot load $module"
done
$b mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000,cache=loose host /host
for folder in dev proc sys; do $b mount --move /$folder /host/$folder; done
$b mkdir -p /host/dev/pts /host/dev/shm
$b mount -t devpts devpts /host/dev/pts
number=0
while read -r folder; do
    number=$((number + 1))
    $b mkdir -p "/kept/$number"
    $b mount --bind "/host$folder" "/kept/$number"
done </folders
for folder in tmp run dev/shm; do $b mount -t tmpfs tmpfs /host/$folder; done
number=0
while read -r folder; do
    number=$((number + 1))
    $b mkdir -p "/host$folder"
    $b mount --move "/kept/$number" "/host$folder"
done </folders
$b mkdir -p /host/tmp/share
$b mount -t 9p -o trans=virtio,version=9p2000.L,rw,msize=512000 share /host/tmp/share
export HOME=/tmp PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
$b chroot /host /bin/sh /tmp/share/guest.sh
echo $? >/host/tmp/share/status
$b sync
echo o >/host/proc/sysrq-trigger
$b sleep 5
INIT
chmod +x "$work/init"
(cd "$work" && find . | cpio --quiet -o -H newc | gzip -1) >"$output"
