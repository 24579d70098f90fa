#!/bin/sh
# Writes one CycloneDX file for each program: every crate that is in it, with version, licence, hash and address. One
# commit gives one file, wherever it is written.
# usage: setup/sbom.sh OUT
set -eu
out=$1
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$(dirname "$0")/.."
name=smile-mirror-sbom
trap 'find . -name "$name.json" -not -path "./target/*" -exec rm -f {} +' EXIT
SOURCE_DATE_EPOCH=$(git show -s --format=%ct HEAD)
export SOURCE_DATE_EPOCH
# The tool writes beside every Cargo.toml of the workspace; what it writes for others than these is not kept.
cargo cyclonedx --quiet --format json --spec-version 1.5 --target x86_64-unknown-linux-gnu --override-filename "$name"
for crate in edge model-export trainer; do
    # Our own crates are named by the folder that they lie in.
    sed "s|$PWD|.|g" "$crate/$name.json" >"$out/$crate.cdx.json"
done
ls "$out"
