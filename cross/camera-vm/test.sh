#!/bin/sh
# Runs the tests of edge/tests/camera_vm.rs in the virtual machine: the built mirror on the kernel's own camera drivers.
# usage: cross/camera-vm/test.sh
set -eu
cd "$(dirname "$0")/../.."
for program in qemu-system-x86_64 busybox cpio modprobe depmod Xvfb xdotool; do
    PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null || {
        echo "SKIPPED cross/camera-vm/test.sh: $program is missing; setup/system-packages.sh camera-vm installs it"
        exit 0
    }
done
[ -x /lib/systemd/systemd-udevd ] || {
    echo 'SKIPPED cross/camera-vm/test.sh: udev is missing; setup/system-packages.sh camera-vm installs it'
    exit 0
}
export PATH="$PATH:/usr/sbin:/sbin"
cross/camera-vm/kernel.sh >/dev/null || {
    echo 'SKIPPED cross/camera-vm/test.sh: no kernel to test with; the reason is above'
    exit 0
}
export USB_CAMERA="$(realpath "${CARGO_TARGET_DIR:-target}")/debug/usb-camera"
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="$PWD/cross/camera-vm/run.sh"
cargo test --locked -p edge --test main -- camera_vm --test-threads 1 --nocapture
