#!/bin/sh
# Holds the crates of Cargo.lock against deny.toml.
# usage: setup/deny.sh
# exit code: 3 when all is well but known holes could not be looked up, because their database cannot be fetched
set -eu
cd "$(dirname "$0")/.."
cargo deny --locked check licenses bans sources
if ! cargo deny --locked fetch db; then
    echo 'error: the database of known holes cannot be fetched: expected a network that reaches it; licences, bans and sources are as they should be' >&2
    exit 3
fi
cargo deny --locked check --disable-fetch advisories
