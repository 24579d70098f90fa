#!/bin/sh
# Builds the aarch64 program for the tests that run it emulated. Where its tools cannot be installed, those tests are
# reported as skipped.
# usage: cross/for-tests.sh
set -eu
cd "$(dirname "$0")/.."

if setup/system-packages.sh aarch64 emulation && setup/zig.sh && setup/onnxruntime.sh aarch64; then
    cross/build.sh
else
    echo 'SKIPPED the program for aarch64: its tools cannot be installed here; the reason is above' >&2
fi
