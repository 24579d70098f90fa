#!/bin/bash
# Searches for inputs that make a reader panic, hang, or take more memory than it may, guided by coverage (libFuzzer).
# The targets are the tests called damaged_... Needs nothing but the pinned compiler: its flags for coverage are stable.
# usage: fuzz/run.sh [-runs=N] [-max_total_time=S] [CRATE[/TARGET]...]
#   CRATE: the one whose tests the targets are; all of them without any
#   TARGET: a folder as in fuzz/corpus
# Prints a line per target. What is new goes into fuzz/corpus, made as small as it can be; what breaks a target is left
# in target/fuzz/found.
set -eu -o pipefail

# Merging starts a target again, with other options.
if [ -n "${FUZZ_PROGRAM-}" ]; then
    FUZZ_OPTIONS="$*" exec "$FUZZ_PROGRAM" "$FUZZ_TEST" --exact --nocapture --test-threads=1
fi

here=$(cd "$(dirname "$0")" && pwd)
runs=10000000 seconds=3600 broken=0
while [ $# -gt 0 ]; do
    case $1 in
    -runs=*) runs=${1#*=} ;;
    -max_total_time=*) seconds=${1#*=} ;;
    -*) echo "error: unknown option $1" >&2 && exit 2 ;;
    *) break ;;
    esac
    shift
done
wanted=" $* "

cd "$here/.."
out=${CARGO_TARGET_DIR:-$PWD/target}/fuzz
mkdir -p "$out/found" "$out/log"
triple=$(rustc -vV | sed -n 's/^host: //p')

# A target needs counters of coverage in all that it is made of, but build scripts, which --target leaves out, have
# nothing that would take them. The programs that are built beside the trainer's tests have not either: they are never
# started. `cfg(fuzzing)` is what readers of other people's formats know to leave checksums out by.
flags='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4'
flags="$flags -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
flags="$flags -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing"
flags="$flags -Cdebug-assertions -Coverflow-checks -Ccodegen-units=4 -Clink-arg=-Wl,--unresolved-symbols=ignore-all"

# Prints where the test program of crate $1 is that the options $2... choose.
build() {
    local crate=$1 name=${!#}
    shift
    [ "$name" != --lib ] || name=${crate//-/_}
    RUSTFLAGS=$flags CARGO_PROFILE_RELEASE_LTO=off cargo test --release --locked --no-run --target "$triple" \
        --target-dir "$out/build" -p "$crate" -p fuzz --features fuzz/guided "$@" --message-format=json </dev/null |
        sed -n 's/.*"reason":"compiler-artifact".*"executable":"\([^"]*\)".*/\1/p' | grep "/$name-"
}

# The name stands in the test's own call of fuzz::check, where a run that is to do nothing finds it.
name_of() {
    FUZZ_OPTIONS=-help=1 "$FUZZ_PROGRAM" "$FUZZ_TEST" --exact --nocapture --test-threads=1 </dev/null 2>/dev/null |
        sed -n 's/.*fuzz target: //p'
}

# Leaves of the files in $1 what a repository can bear: of many every second, third..., by size, and of those the small.
thin() {
    local number=0 bytes=0 every=$(($(ls "$1" | wc -l) / 300 + 1)) input
    for input in $(ls -Sr "$1"); do
        number=$((number + 1))
        if [ $((number % every)) -eq 0 ]; then
            bytes=$((bytes + $(wc -c <"$1/$input")))
            [ $bytes -gt 50000 ] || continue
        fi
        rm "$1/$input"
    done
}

search() {
    local name=$1 code=0 start found kept log coverage
    found=$out/work/$name/found kept=$here/corpus/$name log=$out/log/$name
    mkdir -p "$found" "$kept"
    rm -rf "${found:?}"/*
    start=$(date +%s)
    "$here/run.sh" -runs="$runs" -max_total_time="$seconds" -rss_limit_mb="${FUZZ_MEMORY_MB:-2048}" \
        -print_final_stats=1 -artifact_prefix="$out/found/$name-" "$found" "$kept" "$out/work/$name/seeds" \
        </dev/null >"$log" 2>&1 || code=$?
    figure() { sed -n "s/^stat::$1: *//p" "$log" | tail -n 1; }
    coverage=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    echo "$name: $(figure number_of_executed_units) executions in $(($(date +%s) - start)) s, $coverage edges," \
        "$(figure peak_rss_mb) MB$([ $code -eq 0 ] || echo ", BROKEN, see $log")"
    [ $code -eq 0 ] || { broken=1 && return 0; }
    # The smallest set of the smallest inputs that reach all that any of them does. The seeds need not be kept.
    rm -rf "$out/merged" && mkdir "$out/merged"
    "$here/run.sh" -merge=1 -rss_limit_mb="${FUZZ_MEMORY_MB:-2048}" "$out/merged" "$kept" "$found" \
        </dev/null >>"$log" 2>&1
    thin "$out/merged"
    rm -rf "$kept" && mv "$out/merged" "$kept"
}

export FUZZ_WORK=$out/work FUZZ_AGAIN=$here/run.sh OMP_NUM_THREADS=1
while read -r crate options; do
    case $wanted in '  ' | *" $crate "* | *" $crate/"*) ;; *) continue ;; esac
    # shellcheck disable=SC2086 # words
    FUZZ_PROGRAM=$(build "$crate" $options)
    "$FUZZ_PROGRAM" --list --format=terse | sed -nE 's/^((.*::)?damaged_.*): test$/\1/p' >"$out/tests"
    while read -r FUZZ_TEST; do
        name=$(name_of)
        [ -n "$name" ] || { echo "error: $crate: $FUZZ_TEST is called like a target and checks none" >&2 && exit 1; }
        case $wanted in '  ' | *" $crate "* | *" $crate/$name "*) ;; *) continue ;; esac
        export FUZZ_PROGRAM FUZZ_TEST
        search "$name"
        export -n FUZZ_PROGRAM
    done <"$out/tests"
done <<LIST
aligner --lib
model-spec --lib
faces --bin faces
model-export --lib
edge --lib
trainer --lib
trainer --test trainer
LIST
[ $broken -eq 0 ]
