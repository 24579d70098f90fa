#!/bin/sh
# Judges a bundle's edits where people look: labelled photographs through `edge run`, then `trainer compare`.
# Run by `make bench-edit`, which documents the variables.
set -eu

: "${PHOTOS:?found none, expected PHOTOS=DIR with a folder of photographs per domain, e.g. neutral/ and smiling/}"
: "${DATA:?found none, expected DATA=DIR: labelled faces that the judge learns from, e.g. CelebA}"
: "${TARGET:=target}" "${BUNDLE:=models/smile}" "${CONFIG:=trainer/configs/smile.toml}" "${OUT:=$TARGET/bench-edit}"
: "${ATTRIBUTE:=smile}" "${OFF:=neutral}" "${ON:=smiling}" "${EXPOSURES:=1}" "${JUDGE:=$OUT/judge.safetensors}"
: "${COMPARE:=}"
# Who is on which picture, only CelebA's table says.
: "${IDENTITY:=}"
: "${STRENGTHS:=0.25 0.5 0.75 1.0}" # The last one is judged.

for domain in "$OFF" "$ON"; do
    if [ ! -d "$PHOTOS/$domain" ]; then
        echo "$PHOTOS: found no folder $domain/, expected one per domain ($OFF/ and $ON/): the photographs need labels" >&2
        exit 2
    fi
done

# Of several exposures the edit is judged, not whether the judge sees in the dark: hence --light.
# Multiplies the light of every photograph: the pixel values are decoded to light, multiplied, and encoded again.
expose() { # FROM FACTOR TO
    mkdir -p "$3"
    find "$1" -maxdepth 1 -type f ! -name '.*' | sort | while read -r photo; do
        name=$(basename "$photo")
        convert "$photo" -auto-orient -colorspace RGB -evaluate multiply "$2" -colorspace sRGB -quality 95 "$3/${name%.*}.png"
    done
}

for exposure in $EXPOSURES; do
    run="$OUT/exposure-$exposure"
    if [ -e "$run" ]; then
        echo "$run: found results of an earlier run, expected none: move them, or set OUT" >&2
        exit 2
    fi
    mkdir -p "$run"
    pairs=
    for strength in $STRENGTHS; do
        for domain in "$OFF" "$ON"; do
            photos="$PHOTOS/$domain"
            if [ "$exposure" != 1 ]; then
                photos="$run/photos/$domain"
                [ -d "$photos" ] || expose "$PHOTOS/$domain" "$exposure" "$photos"
            fi
            signed="$strength"
            [ "$domain" = "$OFF" ] || signed="-$strength"
            "$TARGET/release/edge" run --bundle "$BUNDLE" --source "dir:$photos" --attr "$ATTRIBUTE=$signed" \
                --display "crops:$run/$strength/$domain" --report "$run/$strength-$domain.json"
        done
        pairs="$pairs $run/$strength"
    done
    light=
    [ "$EXPOSURES" = 1 ] || light=--light
    echo "exposure $exposure of $BUNDLE:"
    # shellcheck disable=SC2086 # Options and folders, one word each.
    "$TARGET/release/trainer" compare --pairs $pairs --data "$DATA" --config "$CONFIG" --judge "$JUDGE" \
        --out "$run/sheets" ${IDENTITY:+--identity "$IDENTITY"} $light $COMPARE
done
