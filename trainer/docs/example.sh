#!/bin/sh
# The pictures of trainer/README.md, from a run of its example. Needs ImageMagick for the first one.
# usage: trainer/docs/example.sh RUN
set -eu
run=$1
cd "$(dirname "$0")/../.."
docs=trainer/docs
programs=${CARGO_TARGET_DIR:-target}/${PROFILE:-release}
checkpoint=$(ls -d "$run"/checkpoints/step-* | grep -v '\.' | tail -n 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The heading, and two faces of every domain: rows 0, 1, 6, 7, 12, 13, 18 and 19 of the newest sample grid.
grid=$(ls "$run"/samples/step-*.png | tail -n 1)
convert "$grid" -crop "x24+0+0" +repage "$work/00.png"
for row in 0 1 6 7 12 13 18 19; do
    convert "$grid" -crop "x64+0+$((24 + row * 64))" +repage "$work/$(printf %02d $((row + 1))).png"
done
convert "$work"/[0-9]*.png -append "$docs/example-grid.png"

"$programs/examples/face" 12 192 smile=0 glasses=0 "$work/face.png"
edit() {
    "$programs/trainer" edit --checkpoint "$checkpoint" --input "$work/face.png" "$@"
}
edit --sweep glasses=0..1.5 --frames 5 --out "$work/glasses.png"
edit --sweep smile=0..1.5 --frames 5 --out "$work/smile.png"
convert "$work/glasses.png" "$work/smile.png" -append "$docs/example-strip.png"
edit --sweep glasses=0..1.5 --frames 9 --out "$work/sweep.gif"
cp "$work/sweep.gif" "$docs/example-sweep.gif"
