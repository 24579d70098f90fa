#!/bin/sh
# Checks for a Rust that can build the workspace. rustup fetches the pinned toolchain itself when cargo is first asked.
# usage: setup/rust.sh
set -eu
cd "$(dirname "$0")/.."

wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
how="Install Rust with rustup (https://rustup.rs), open a new shell, and run again."
if ! command -v cargo >/dev/null; then
    echo "error: no cargo on PATH or in ~/.cargo/bin. $how" >&2
    exit 1
fi
found=$(cargo --version | cut -d' ' -f2)
oldest=$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1)
if [ "$oldest" != "$wanted" ]; then
    echo "error: $(command -v cargo) is version ${found:-unknown}, but $wanted or newer is needed. $how" >&2
    exit 1
fi
