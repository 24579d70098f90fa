#!/bin/sh
# Figures as in section 4 of Yang et al. 2021, from any checkpoint and any faces, photographs or drawings: edits by
# strength, edits by reference, and edits of several attributes at once.
# Needs ImageMagick. usage: trainer/docs/figures.sh CHECKPOINT ATTRIBUTE[,ATTRIBUTE...] FACES OUT
#
# FACES is a folder of pictures that are framed like the training faces; the first six are edited, and the next four are
# the references. The strengths are those of the first attribute; with more than one, OUT/several.png has the face, one
# attribute more in every column, and then those from the second on without the first. OUT must not exist.
set -eu
[ $# = 4 ] || {
    sed -n 's/^# \(.*usage: .*\)/\1/p' "$0" >&2
    exit 2
}
checkpoint=$1 attributes=$2 faces=$3 out=$4
attribute=${attributes%%,*}
trainer=${CARGO_TARGET_DIR:-target}/${PROFILE:-release}/trainer
mkdir "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

number=0
find "$faces" -maxdepth 1 -type f ! -name '.*' | sort | head -n 10 | while read -r picture; do
    number=$((number + 1))
    convert "$picture" -auto-orient -resize '128x128^' -gravity center -extent 128x128 "$work/face-$(printf %02d $number).png"
done
[ -e "$work/face-10.png" ] || {
    echo "$faces: found fewer pictures, expected at least 10" >&2
    exit 2
}

edit() { # STRENGTHS NAME: edits of $face
    "$trainer" edit --checkpoint "$checkpoint" --input "$work/face-$face.png" --attr "$1" --out "$work/$2.png"
}

row() { # NAME PICTURE...
    name=$1
    shift
    convert "$@" +append "$work/$name.png"
}
for face in 01 02 03 04 05 06; do
    "$trainer" edit --checkpoint "$checkpoint" --input "$work/face-$face.png" --sweep "$attribute=-1..1.5" --frames 6 \
        --out "$work/sweep.png"
    row "strength-$face" "$work/face-$face.png" "$work/sweep.png"

    for reference in 07 08 09 10; do
        "$trainer" edit --checkpoint "$checkpoint" --input "$work/face-$face.png" \
            --reference "$work/face-$reference.png" --out "$work/copied-$reference.png"
    done
    row "reference-$face" "$work/face-$face.png" "$work"/copied-??.png

    [ "$attributes" != "$attribute" ] || continue
    strengths='' others='' number=0
    rm -f "$work"/edited-*.png
    for name in $(echo "$attributes" | tr , ' '); do
        number=$((number + 1))
        strengths="$strengths${strengths:+,}$name=1"
        [ "$name" = "$attribute" ] || others="$others${others:+,}$name=1"
        edit "$strengths" "edited-$number"
    done
    edit "$others" edited-others
    row "several-$face" "$work/face-$face.png" "$work"/edited-?.png "$work/edited-others.png"
done
row reference-00 -size 128x128 xc:white "$work"/face-07.png "$work"/face-08.png "$work"/face-09.png "$work"/face-10.png
for figure in strength reference several; do
    [ -e "$work/$figure-01.png" ] || continue
    convert "$work/$figure"-??.png -append "$out/$figure.png"
    echo "$out/$figure.png"
done
