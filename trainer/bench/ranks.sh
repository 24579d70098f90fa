#!/bin/sh
# Times `trainer fit` on one rank and on two ranks of this machine, which share the same batches, and prints a table.
# usage: trainer/bench/ranks.sh [STEPS] [KEY=VALUE...]
#
# TRAINER in the environment names the program, by default target/release/trainer. Every rank computes on one thread,
# and the second row shows what a second thread is worth without a second rank. Images a second are those of the wall
# clock, which other work on the machine changes; processor time, of all ranks with their start, it changes little.
set -eu
cd "$(dirname "$0")/../.."
trainer=${TRAINER:-target/release/trainer}
steps=${1:-60}
[ $# -eq 0 ] || shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

settings="--set schedule.steps=$steps --set schedule.tick_interval=$steps --set schedule.checkpoint_interval=1000000
    --set schedule.sample_interval=1000000 --set evaluation.interval=0 --set classifier.steps=1
    --set schedule.discriminator_head_start=0 --set data.synthetic_faces_per_domain=40"
for setting in "$@"; do settings="$settings --set $setting"; done

# fit RANK RANKS THREADS: one rank, its log in $work/RANK.
fit() {
    # shellcheck disable=SC2086 # settings are words
    RANK=$1 WORLD_SIZE=$2 LOCAL_RANK=$1 LOCAL_WORLD_SIZE=$2 MASTER_ADDR=127.0.0.1 MASTER_PORT=${MASTER_PORT:-29511} \
        OMP_NUM_THREADS=$3 GOMP_SPINCOUNT=0 "$trainer" fit --config trainer/configs/synthetic-64.toml \
        --data synthetic --out "$work/run" --device cpu $settings 2>"$work/$1"
}

# Processor seconds of all processes that have ended.
processor() {
    times >"$work/times"
    sed -n '2s/[ms]/ /gp' "$work/times" | awk '{ print 60 * $1 + $2 + 60 * $3 + $4 }'
}

# row RANKS THREADS
row() {
    rm -rf "$work/run"
    processor >"$work/before"
    if [ "$1" -eq 2 ]; then fit 1 2 "$2" & fi
    if ! fit 0 "$1" "$2"; then
        cat "$work/0" >&2
        exit 1
    fi
    wait
    rate=$(sed -n "s|.*fit $steps/$steps: .*, \([0-9.]*\) images/s.*|\1|p" "$work/0")
    [ -n "$first" ] || first=$rate
    processor >"$work/after"
    spent=$(cat "$work/before" "$work/after" | awk 'NR == 1 { before = $1 } NR == 2 { printf "%.1f", $1 - before }')
    echo "| $1 | $2 | $rate | $(awk "BEGIN { printf \"%.2f\", $rate / $first }") | $spent |"
}

first=
echo "| ranks | threads of each | images per s | of the first row | processor time (s) |"
echo "|---|---|---|---|---|"
row 1 1
row 1 2
row 2 1
