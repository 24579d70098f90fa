#!/bin/sh
# Runs a program of this machine inside a virtual machine that has cameras with real drivers: a USB webcam in user space
# behind the kernel's uvcvideo, and vivid. It sees the same files (read-only) and a fresh /tmp. Exits with the program's
# status.
# usage: cross/camera-vm/run.sh PROGRAM [ARGUMENT...]
#   USB_CAMERA              the usb-camera program
#   CAMERA_VM_SHOTS         folder to keep the pictures in
#   CAMERA_VM_SECONDS       timeout (default 290)
#   CAMERA_VM_ACCELERATOR   of qemu (default tcg,thread=multi; kvm is faster)
set -eu
repository=$(cd "$(dirname "$0")/../.." && pwd)
here=$repository/cross/camera-vm
kernel=$repository/$("$here/kernel.sh")

share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
trap 'exit 130' INT TERM
"${USB_CAMERA:?the usb-camera program}" draw "$share/pictures"
# A checkout in /tmp is seen as well: the working folder, the repository, and whatever is to be run.
"$here/initramfs.sh" "$kernel" "$share/initramfs" "$PWD" "$repository" "$(dirname "$(realpath "$1")")" \
    "$(dirname "$USB_CAMERA")"
{
    echo "cd '$PWD'"
    echo "export USB_CAMERA='$USB_CAMERA' USB_CAMERA_PICTURES=/tmp/share/pictures GOMP_SPINCOUNT=0"
    # udev names cameras under /dev/v4l/by-id, as on every Linux.
    echo '/lib/systemd/systemd-udevd --daemon'
    printf 'exec'
    for word; do printf " '%s'" "$word"; done
    echo
} >"$share/guest.sh"

# Emulated by default: KVM inside a virtual machine is unreliable.
# no_timer_check: on a busy host the timer is too late for the kernel's check.
timeout --kill-after 5 "${CAMERA_VM_SECONDS:-290}" qemu-system-x86_64 \
    -accel "${CAMERA_VM_ACCELERATOR:-tcg,thread=multi}" -cpu max,arch-capabilities=off -smp 2 -m 1536 \
    -nographic -no-reboot -nic none -monitor none -serial stdio \
    -kernel "$kernel/vmlinuz" -initrd "$share/initramfs" \
    -append 'console=ttyS0 panic=-1 quiet loglevel=1 edd=off mitigations=off no_timer_check tsc=reliable' \
    -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
    -virtfs local,path="$share",mount_tag=share,security_model=none,multidevs=remap </dev/null ||
    echo "camera-vm: qemu ended with status $?" >&2
if [ -n "${CAMERA_VM_SHOTS:-}" ]; then cp "$share"/*.png "$CAMERA_VM_SHOTS" ; fi
if [ ! -s "$share/status" ]; then
    echo "camera-vm: the machine did not finish" >&2
    exit 125
fi
exit "$(cat "$share/status")"
