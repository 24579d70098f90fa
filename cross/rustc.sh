#!/bin/sh
# Prints a Rust compiler that has the standard library for aarch64: the toolchain's own (rustup target add
# aarch64-unknown-linux-gnu), or the distribution's (Debian 12: rustc-web with libstd-rust-web-dev:arm64).
# usage: cross/rustc.sh
set -eu
cd "$(dirname "$0")/.."

wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
for rustc in "${RUSTC:-rustc}" /usr/bin/rustc; do
    libraries=$("$rustc" --print target-libdir --target aarch64-unknown-linux-gnu 2>/dev/null) || continue
    ls "$libraries"/libstd-*.rlib >/dev/null 2>&1 || continue
    found=$("$rustc" --version | cut -d' ' -f2)
    [ "$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] || continue
    command -v "$rustc"
    exit
done
echo "error: no Rust $wanted or newer with the standard library for aarch64." >&2
echo "       rustup target add aarch64-unknown-linux-gnu, or on Debian: rustc-web and libstd-rust-web-dev:arm64" >&2
exit 1
