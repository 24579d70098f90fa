#!/bin/sh
# Runs tests of our crates where wrong use of memory, or data that two threads touch at once, ends them.
# usage: setup/sanitize.sh address|thread|memcheck|miri
# For `address`, the pinned compiler has the runtime; RUSTC_BOOTSTRAP lets it take an option that is not stable yet. Our
# crates are built with it, and what they make of generic code of others; other crates and the standard library stay as
# they are.
set -eu
cd "$(dirname "$0")/.."
host=$(rustc -vV | sed -n 's/^host: //p')
address_sanitizer() {
    # The name tells cargo what it builds apart from the rest.
    RUSTC_WORKSPACE_WRAPPER=$(mkdir -p "${CARGO_TARGET_DIR:=target}" && cd "$CARGO_TARGET_DIR" && pwd)/rustc-with-address
    cat >"$RUSTC_WORKSPACE_WRAPPER" <<'R'
#!/bin/sh
case " $* " in *" build_script_build "*) exec "$@" ;; esac
RUSTC_BOOTSTRAP=1 exec "$@" -Zsanitizer=address -Cunsafe-allow-abi-mismatch=sanitizer
R
    chmod +x "$RUSTC_WORKSPACE_WRAPPER"
    export RUSTC_WORKSPACE_WRAPPER
}
case ${1:-} in
address)
    address_sanitizer
    # What is still held at the end and can no longer be reached counts too.
    cargo test --locked --no-fail-fast -p model-spec -p aligner -p onnx-runtime -p edge --lib
    ;;
thread)
    # A standard library without the sanitizer hides every lock and channel from it: it would report even those of the
    # test harness.
    if [ ! -d "$(rustc +nightly --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library" ]; then
        echo "error: the standard library's sources are missing: rustup toolchain install nightly --component rust-src" >&2
        exit 1
    fi
    export RUSTFLAGS=-Zsanitizer=thread CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/thread"
    # Where threads meet. Those of ONNX Runtime are not ours to check.
    cargo +nightly test -Zbuild-std --locked --target "$host" -p edge --lib -- \
        handoff:: pipeline:: present:: service:: timing:: track::
    ;;
memcheck)
    command -v valgrind >/dev/null || { echo 'error: valgrind is missing' >&2; exit 1; }
    runner=CARGO_TARGET_$(echo "$host" | tr 'a-z-' 'A-Z_')_RUNNER
    export "$runner=valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite"
    # Random damage takes fifty times as long here, and is looked at by AddressSanitizer.
    cargo test --locked -p model-spec -p aligner --lib -- --skip damaged
    cargo test --locked -p edge --lib -- handoff:: pipeline:: timing:: --skip damaged
    ;;
miri)
    if ! cargo +nightly miri --version >/dev/null 2>&1; then
        echo 'error: Miri is missing: rustup toolchain install nightly --component miri --component rust-src' >&2
        exit 1
    fi
    # Tests read files and the clock.
    export MIRIFLAGS="-Zmiri-disable-isolation ${MIRIFLAGS:-}"
    cargo +nightly miri test --locked -p model-spec -p aligner --lib -- --skip damaged
    cargo +nightly miri test --locked -p edge --lib -- handoff::
    ;;
*)
    echo 'usage: setup/sanitize.sh address|thread|memcheck|miri' >&2
    exit 2
    ;;
esac
