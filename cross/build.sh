#!/bin/sh
# Builds `edge` for aarch64 Linux with glibc 2.31 (JetPack 5) or newer, without Docker, and prints its path.
# usage: cross/build.sh [PROFILE]   (release, or another profile of Cargo.toml)
set -eu
cd "$(dirname "$0")/.."

profile=${1:-release} target=aarch64-unknown-linux-gnu
RUSTC=$(cross/rustc.sh)
export RUSTC
# A compiler other than the host's must not share its folder.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/cross"
export CARGO_ZIGBUILD_ZIG_PATH="$PWD/third_party/zig/ziglang/zig"
third_party/zig/cargo-zigbuild zigbuild --locked --profile "$profile" --target $target.2.31 -p edge >&2
echo "$CARGO_TARGET_DIR/$target/$profile/edge"
