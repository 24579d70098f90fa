#!/bin/sh
# Tries trainer and mirror on this machine's GPU, part by part, and prints a table.
# usage: setup/gpu-check.sh [--cpu] [OUT]   (default OUT: gpu-check)
#
# --cpu rehearses every part on the CPU, small and without bfloat16. A part that was passed is not run again: remove
# OUT/PART.passed, or OUT, to do so. PARTS names those to run (default: all). PROGRAMS (default target/release) holds
# trainer and edge, PYTHON the Python of the peer, LIBRARIES what LD_LIBRARY_PATH needs, ORT_DYLIB_PATH the ONNX Runtime of
# the mirror, BUNDLE (default models/smile) what it shows. `setup/gpu-pack.sh` packs what a machine needs that has none of
# this tree.
set -u
cd "$(dirname "$0")/.."

device=cuda provider=cuda size=256 batch=8 steps=6 curve=2000 minutes=2 frames= speed='--set speed.bf16=true --set speed.channels_last=true'
if [ "${1:-}" = --cpu ]; then
    device=cpu provider=cpu size=32 batch=2 steps=2 curve=4 minutes=0.5 frames='--frames 100' speed='--set speed.channels_last=true'
    shift
fi
out=${1:-gpu-check}
programs=${PROGRAMS:-target/release} python=${PYTHON:-python3} bundle=${BUNDLE:-models/smile}
[ -z "${LIBRARIES:-}" ] || export LD_LIBRARY_PATH="$LIBRARIES${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
# Runs are made anew below, so OUT has to be a folder of this script's.
mark=$out/.gpu-check
if [ -e "$out" ] && [ ! -e "$mark" ] && [ -n "$(ls -A "$out")" ]; then
    echo "error: $out: found other files, expected a missing or empty folder, or one of an earlier check" >&2
    exit 1
fi
mkdir -p "$out" && : >"$mark" || exit 1
for program in trainer edge; do
    [ -x "$programs/$program" ] || {
        echo "error: $programs/$program: no such program; build it, or set PROGRAMS" >&2
        exit 1
    }
done

paper="--config trainer/configs/celeba-hq-256.toml --set architecture.w_hpf=0 --set architecture.image_size=$size"
paper="$paper --set schedule.batch_size=$batch --device $device"
[ $device = cuda ] || paper="$paper --set architecture.stem_channels=8 --set architecture.max_conv_dim=16"

# fit RUN STEPS [OPTION...]: a short run on procedural faces.
fit() {
    run=$1 until=$2
    shift 2
    # shellcheck disable=SC2086 # $speed is a list of options
    "$programs/trainer" fit --config trainer/configs/synthetic-64.toml --data synthetic --out "$run" --device $device \
        --set data.synthetic_faces_per_domain=8 --set classifier.steps=2 --set evaluation.interval=0 \
        --set schedule.discriminator_head_start=1 --set schedule.tick_interval=1 --set schedule.checkpoint_interval=$steps \
        --set schedule.steps="$until" $speed "$@"
}

part_run() { rm -rf "$out/run" && fit "$out/run" $steps; }
# A run that was interrupted computes what one does that was not: on a CPU to the bit, on a GPU to rounding, since its
# sums come in no fixed order.
part_resume() {
    rm -rf "$out/whole"
    fit "$out/run" $((2 * steps)) --resume && fit "$out/whole" $((2 * steps)) \
        && [ -d "$out/run/checkpoints/step-$(printf %08d $((2 * steps)))" ] \
        && python3 trainer/bench/curves.py "$out/whole" "$out/run" --first 1e-3 --last 0.02
}
part_two_processes() {
    rm -rf "$out/first" "$out/second"
    fit "$out/first" $steps &
    first=$!
    fit "$out/second" $steps
    second=$?
    wait $first && [ $second = 0 ]
}
# How long the first step takes with cuDNN's search bounded as by default, and with all that it knows.
part_first_steps() {
    for candidates in 4 0; do
        rm -rf "$out/search"
        began=$(date +%s)
        fit "$out/search" 1 --set schedule.discriminator_head_start=0 --set architecture.image_size=$size \
            --set speed.kernel_candidates=$candidates || return 1
        echo "first_steps: speed.kernel_candidates=$candidates: $(($(date +%s) - began)) s for a run of one step, start included"
    done
}
# A run whose every step is read, for its losses.
curve() {
    run=$1 until=$2
    shift 2
    rm -rf "$run"
    fit "$run" "$until" --set schedule.discriminator_head_start=0 \
        --set schedule.sample_interval=1000000 --set schedule.checkpoint_interval=1000000 "$@"
}
plain='--set speed.rewrites=false --set speed.channels_last=false --set speed.bf16=false --set speed.tf32=false'
# The same graph in float32 computes the same losses to rounding; what is rounded to fewer digits, nearly the same.
# shellcheck disable=SC2086 # $plain is a list of options
part_losses() {
    curve "$out/plain" 2 $plain && curve "$out/float32" 2 --set speed.bf16=false --set speed.tf32=false \
        && python3 trainer/bench/curves.py "$out/plain" "$out/float32" --first 1e-3
}
# shellcheck disable=SC2086
part_curves() {
    curve "$out/plain" $curve $plain && curve "$out/fast" $curve \
        && python3 trainer/bench/curves.py "$out/plain" "$out/fast" --first 0.05
}
# Two ranks: by Gloo on a CPU, by NCCL on two cards, which one card cannot be.
part_ranks() {
    if [ $device = cuda ] && [ "$(nvidia-smi -L | wc -l)" -lt 2 ]; then
        echo 'SKIPPED: NCCL needs a card for each rank, and there is one'
        return
    fi
    rm -rf "$out/ranks"
    for rank in 0 1; do
        RANK=$rank WORLD_SIZE=2 LOCAL_RANK=$rank LOCAL_WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 \
            MASTER_PORT=${MASTER_PORT:-29533} fit "$out/ranks" $steps &
        [ $rank = 1 ] || first=$!
    done
    wait $!
    second=$?
    wait $first && [ $second = 0 ] && [ -d "$out/ranks/checkpoints/step-$(printf %08d $steps)" ]
}
# A batch that no card holds has to end with an error that suggests a smaller one.
part_out_of_memory() {
    ! fit "$out/large" $steps --dry-run --set schedule.batch_size=10000000 2>"$out/large.log" || return 1
    cat "$out/large.log"
    grep -q -- '--set schedule.batch_size=' "$out/large.log"
}
# shellcheck disable=SC2086 # $paper is a list of options
part_bench() { "$programs/trainer" bench $paper --minutes $minutes --rounds 5; }
part_peer() {
    if [ $device = cuda ]; then
        "$python" trainer/bench/peer.py --device cuda --size $size --batch $batch
    else
        "$python" trainer/bench/peer.py --device cpu --size $size --batch $batch --channels 8 --most 16 --rounds 2
    fi
}
part_mirror_check() { "$programs/edge" check --bundle "$bundle" --provider $provider; }
# shellcheck disable=SC2086 # $frames is an option, or nothing
part_mirror_bench() { "$programs/edge" bench --bundle "$bundle" --provider $provider $frames; }

parts=${PARTS:-run resume two_processes out_of_memory first_steps losses curves ranks bench peer mirror_check mirror_bench}
failed=0
for part in $parts; do
    if [ -e "$out/$part.passed" ]; then
        continue
    fi
    echo "== $part"
    started=$(date +%s)
    # The log is kept whole, and shown.
    if "part_$part" >"$out/$part.log" 2>&1; then
        echo "$(($(date +%s) - started))" >"$out/$part.passed"
    else
        failed=1
    fi
    tail -n 20 "$out/$part.log"
done

echo
echo "| part | on $device | seconds |"
echo "|---|---|---|"
for part in $parts; do
    result=FAILED seconds=-
    if [ -e "$out/$part.passed" ]; then
        result=passed seconds=$(cat "$out/$part.passed")
        ! grep -q '^SKIPPED' "$out/$part.log" || result=skipped
    fi
    echo "| $part | $result | $seconds |"
done
grep -h '^`\|^| \(plain\|rewrites\|…\|all\)\|^peer:' "$out/bench.log" "$out/peer.log" 2>/dev/null || :
grep -h '^curves:\|^first_steps:' "$out/first_steps.log" "$out/losses.log" "$out/curves.log" 2>/dev/null || :
[ $failed = 0 ] || echo "logs of what failed are in $out" >&2
exit $failed
