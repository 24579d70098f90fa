#!/bin/sh
# Builds `edge` from the same commit in two folders, and compares the programs byte for byte.
# usage: setup/reproducible.sh [COMMIT]   (default HEAD; takes two release builds)
set -eu
cd "$(dirname "$0")/.."
commit=$(git rev-parse --verify "${1:-HEAD}^{commit}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Where a build happens is told to the compiler alone: in RUSTFLAGS it would enter the names of all symbols.
cat >"$work/rustc" <<'R'
#!/bin/sh
exec "$@" --remap-path-prefix="$BUILT_IN=/build" --remap-path-prefix="${CARGO_HOME:-$HOME/.cargo}=/cargo"
R
chmod +x "$work/rustc"

for name in one a-longer-name; do
    mkdir "$work/$name"
    git archive "$commit" | tar -x -C "$work/$name"
    (
        cd "$work/$name"
        export BUILT_IN="$PWD" RUSTC_WRAPPER="$work/rustc" CARGO_TARGET_DIR="$PWD/target" CARGO_INCREMENTAL=0
        SOURCE_DATE_EPOCH=$(git -C "$OLDPWD" show -s --format=%ct "$commit")
        export SOURCE_DATE_EPOCH
        cargo build --release --locked -p edge
    )
    cp "$work/$name/target/release/edge" "$work/edge-$name"
    rm -rf "$work/$name"
done
sha256sum "$work"/edge-* | cut -c1-64
if ! cmp "$work/edge-one" "$work/edge-a-longer-name"; then
    echo 'error: two builds of one commit differ' >&2
    exit 1
fi
if grep -qaF "$work" "$work/edge-one"; then
    echo 'error: the program names the folder that it was built in' >&2
    exit 1
fi
echo "edge of $commit is the same from both folders"
