#!/bin/sh
# Boots a virtual machine with systemd from a disk on which the package was installed and the kiosk switched on, and
# checks from inside (guest.sh) and on its screen that the service does what cross/README.md says. The units, their
# scripts and the layout are those of the board; processor and graphics are not. Needs root.
# usage: cross/boot-vm/test.sh PACKAGE.deb USB-CAMERA
#   BOOT_VM_SHOTS     folder to keep the screenshots in
#   BOOT_VM_SECONDS   timeout (default 600)
set -eu
package=$(realpath "${1:?package}") camera=$(realpath "${2:?usb-camera}")
cd "$(dirname "$0")/../.."
here=$PWD/cross/boot-vm
export PATH="$PATH:/usr/sbin:/sbin"

skip() {
    echo "SKIPPED cross/boot-vm/test.sh: $1"
    exit 0
}
for program in qemu-system-x86_64 busybox cpio modprobe depmod debootstrap mke2fs; do
    command -v $program >/dev/null || skip "$program is missing; setup/system-packages.sh camera-vm board installs it"
done
[ "$(id -u)" = 0 ] || skip 'needs root for a root file system of its own'
kernel=$PWD/$(cross/camera-vm/kernel.sh) || skip 'no kernel to boot; the reason is above'
base=$(cross/boot-vm/root.sh)
version=$(cat "$kernel/version")

work=$(mktemp -d)
cleanup() {
    [ -z "${machine:-}" ] || kill "$machine" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# Every module after its dependencies.
modules() {
    for module; do modprobe -d "$kernel" -S "$version" --show-depends "$module"; done |
        awk '$1 == "insmod" && !seen[$2]++ {print $2}'
}

cp -a "$base" "$work/root"
cp "$package" "$work/root/package.deb"
inside() { chroot "$work/root" /usr/bin/env LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
inside dpkg -i /package.deb
inside edge --version || skip 'this program does not start on Debian 12: it was linked on a newer system'
rm "$work/root/package.deb"
inside smile-mirror-kiosk on
# Not part of the package: a webcam in user space, the test, and the kernel's modules.
"$camera" draw "$work/root/opt/pictures"
install "$camera" "$work/root/usr/local/bin/usb-camera"
install "$here/guest.sh" "$work/root/usr/local/bin/boot-test"
install -m 644 "$here/usb-camera.service" "$here/boot-test.service" "$work/root/etc/systemd/system"
inside systemctl enable usb-camera.service boot-test.service
folder=$work/root/lib/modules/$version
mkdir -p "$folder"
cp "$kernel/lib/modules/$version/modules.builtin" "$kernel/lib/modules/$version/modules.builtin.modinfo" \
    "$kernel/lib/modules/$version/modules.order" "$folder"
modules bochs uvcvideo vhci_hcd evdev virtio_pci virtio_blk ext4 | xargs cp -t "$folder"
depmod -b "$work/root" "$version"
mke2fs -q -t ext4 -d "$work/root" "$work/disk" 2G
rm -rf "$work/root"

mkdir -p "$work/initramfs/bin" "$work/initramfs/modules"
for folder in dev proc sys root; do mkdir "$work/initramfs/$folder"; done
cp "$(command -v busybox)" "$work/initramfs/bin"
modules virtio_pci virtio_blk ext4 | while read -r file; do
    cp "$file" "$work/initramfs/modules"
    basename "$file" >>"$work/initramfs/modules/order"
done
cat >"$work/initramfs/init" <<'INIT'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
for module in $($b cat /modules/order); do $b insmod "/modules/$module"; done
$b mount -t ext4 /dev/vda /root
exec $b switch_root /root /sbin/init
INIT
chmod +x "$work/initramfs/init"
(cd "$work/initramfs" && find . | cpio --quiet -o -H newc | gzip -1) >"$work/initramfs.gz"

mkfifo "$work/monitor.in" "$work/monitor.out"
touch "$work/serial"
# Two processors, emulated because KVM is not available everywhere.
timeout --kill-after 5 "${BOOT_VM_SECONDS:-600}" qemu-system-x86_64 \
    -accel "${CAMERA_VM_ACCELERATOR:-tcg,thread=multi}" -cpu max,arch-capabilities=off -smp 2 -m 2048 \
    -display none -vga std -no-reboot -nic none -monitor pipe:"$work/monitor" -serial file:"$work/serial" \
    -kernel "$kernel/vmlinuz" -initrd "$work/initramfs.gz" -drive file="$work/disk",format=raw,if=virtio \
    -append 'console=ttyS0 quiet panic=-1 rw edd=off mitigations=off no_timer_check tsc=reliable systemd.getty_auto=no' &
machine=$!
cat "$work/monitor.out" >/dev/null &
exec 3>"$work/monitor.in"

shots=${BOOT_VM_SHOTS:-$work} seen=0
listen() {
    lines=$(wc -l <"$work/serial")
    tail -n +$((seen + 1)) "$work/serial" | head -n $((lines - seen)) | tr -d '\r' >"$work/new"
    seen=$lines
    while read -r word rest; do
        case $word in
        boot-test:) echo "$rest" ;;
        shot:) echo "screendump $shots/$rest.ppm" >&3 ;;
        status:) status=$rest ;;
        esac
    done <"$work/new"
}
while kill -0 $machine 2>/dev/null; do
    listen
    sleep 0.5
done
listen
machine=
if [ -z "${status:-}" ]; then
    tail -n 40 "$work/serial" >&2
    echo 'cross/boot-vm/test.sh: the machine did not finish' >&2
    exit 1
fi
[ "$status" = 0 ] || exit 1
# The blue of the mark in the corner, and the skin of the webcam's face in the middle.
python3 - "$shots/booted.ppm" "$shots/restarted.ppm" <<'P'
import sys
for name in sys.argv[1:]:
    kind, size, _, pixels = open(name, "rb").read().split(b"\n", 3)
    width, height = map(int, size.split())
    pixel = lambda x, y: pixels[3 * (y * width + x):][:3]
    near = lambda found, wanted: all(abs(a - b) < 12 for a, b in zip(found, wanted))
    corner = sum(near(pixel(x, y), (112, 120, 255)) for y in range(height // 8) for x in range(width * 3 // 4, width))
    middle = range(height // 4, height * 5 // 8), range(width * 2 // 5, width * 3 // 5)
    skin = sum(r > 140 and r > g + 15 > b + 15 for y in middle[0] for x in middle[1] for r, g, b in [pixel(x, y)])
    print(f"{name.rsplit('/', 1)[-1]}: {width}x{height}, {corner} pixels of the mark, {skin} of the face")
    assert kind == b"P6" and corner > 500 and skin > 5000
P
echo 'boot: ready after the display, restarted by the watchdog, sandboxed, and on the screen'
