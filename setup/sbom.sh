#!/bin/sh
# Writes one CycloneDX file for each program: every crate that is in it, with version, licence and address.
# usage: setup/sbom.sh OUT
set -eu
cd "$(dirname "$0")/.."
out=$1
mkdir -p "$out"
for crate in edge model-export trainer; do
    # The tool writes beside every Cargo.toml of the workspace; what it wrote for the others is not kept.
    cargo cyclonedx --quiet --manifest-path "$crate/Cargo.toml" --format json --describe crate \
        --target x86_64-unknown-linux-gnu --override-filename smile-mirror-sbom
    mv "$crate/smile-mirror-sbom.json" "$out/$crate.cdx.json"
    find . -name smile-mirror-sbom.json -not -path './target/*' -exec rm -f {} +
done
ls "$out"
