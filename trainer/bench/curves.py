#!/usr/bin/env python3
"""Compares the losses of two runs of the same settings that compute in different ways.

usage: trainer/bench/curves.py PLAIN FAST [--first LIMIT] [--last LIMIT]

PLAIN and FAST are run folders of `trainer fit` with `schedule.tick_interval = 1`. Compared are, relative to PLAIN's, the
losses of its first two steps (the second follows one update) and their means over the last quarter. Prints a table;
ends with 1 where a difference is above its limit.
"""

import argparse
import json
import pathlib
import sys

# Losses smaller than this are compared with it: relative to nothing, everything is large.
FLOOR = 1e-3


def readings(run):
    """Losses by name, one a step."""
    path = pathlib.Path(run) / "stats.jsonl"
    losses = {}
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        sys.exit(f"error: {path}: {error.strerror}")
    for line in map(json.loads, lines):
        if "real" not in line:
            continue  # an evaluation
        for name, value in line.items():
            if name != "step":
                losses.setdefault(name, []).append(float(value))
    if not losses:
        sys.exit(f"error: {path}: found no losses")
    return losses


def apart(found, expected):
    return abs(found - expected) / max(abs(expected), FLOOR)


def mean(values):
    return sum(values) / len(values)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("plain")
    parser.add_argument("fast")
    parser.add_argument("--first", type=float, help="largest relative difference of the first two steps")
    parser.add_argument("--last", type=float, help="largest relative difference of the means over the last quarter")
    options = parser.parse_args()
    plain, fast = readings(options.plain), readings(options.fast)
    if plain.keys() != fast.keys():
        sys.exit(f"error: found losses {sorted(fast)}, expected {sorted(plain)}")
    print("| loss | first two steps apart | mean over the last quarter | apart |")
    print("|---|---|---|---|")
    worst = [0.0, 0.0]
    for name, expected in sorted(plain.items()):
        found = fast[name]
        if len(found) != len(expected):
            sys.exit(f"error: {name}: found {len(found)} readings, expected {len(expected)}")
        quarter = max(1, len(expected) // 4)
        before, after = mean(expected[-quarter:]), mean(found[-quarter:])
        first = max(apart(b, a) for a, b in zip(expected[:2], found[:2]))
        last = apart(after, before)
        worst = [max(worst[0], first), max(worst[1], last)]
        print(f"| {name} | {first:.1e} | {before:.4f}, {after:.4f} | {last:.1e} |")
    steps = max(len(values) for values in plain.values())
    print(f"curves: {steps} steps, first two at most {worst[0]:.1e} apart, last quarter at most {worst[1]:.1e}")
    limits = [(worst[0], options.first, "--first"), (worst[1], options.last, "--last")]
    broken = [
        f"{found:.1e} is above {name} {limit}" for found, limit, name in limits if limit is not None and not found <= limit
    ]
    if broken:
        sys.exit("error: " + ", ".join(broken))


if __name__ == "__main__":
    main()
