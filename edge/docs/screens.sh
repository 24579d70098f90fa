#!/bin/sh
# Takes the pictures of edge/README.md: the real mirror with the demo face on a virtual screen,
# driven by real clicks and keys. Needs Xvfb, xdotool and ImageMagick.
#
# usage: edge/docs/screens.sh [EDGE [OUT]], run from the source tree
set -eu
edge=$(realpath "${1:-target/release/edge}")
out=${2:-edge/docs}
mkdir -p "$out"
out=$(realpath "$out")
work=$(mktemp -d)
display=:${SCREEN_NUMBER:-87}
mirror=
source=demo
preload=
trap 'kill $mirror $server 2>/dev/null; rm -rf "$work"' EXIT

Xvfb "$display" -screen 0 2000x2000x24 -nolisten tcp -noreset >/dev/null 2>&1 &
server=$!
export DISPLAY="$display"
until xdotool getdisplaygeometry >/dev/null 2>&1; do sleep 0.1; done

# start SIZE OPTIONS...
start() {
    size=$1
    shift
    LD_PRELOAD=$preload "$edge" run --source "$source" --display window --window-size "$size" \
        --photos "$work/photos" "$@" >"$work/log" 2>&1 &
    mirror=$!
    until id=$(xdotool search --name '^Mirror$' 2>/dev/null); do
        kill -0 "$mirror" || { cat "$work/log"; exit 1; }
        sleep 0.1
    done
    xdotool windowmove "$id" 0 0 mousemove 300 60
    # Until the demo face does not smile by itself.
    sleep "${SETTLE:-6}"
}

press() {
    for key in "$@"; do
        xdotool keydown "$key" sleep 0.06 keyup "$key" sleep 0.15
    done
    sleep 0.6
}

shoot() {
    import -window "$id" -depth 8 "$work/shot.png"
    # JPEG would be smaller where most of it is the camera picture, but blurs text.
    convert "$work/shot.png" -strip +dither -colors 160 -define png:compression-level=9 "$out/$1.png"
}

stop() {
    kill "$mirror"
    wait "$mirror" || true
    mirror=
}

start 1280x720 --language en --fade-after 0
shoot mirror
stop

start 960x540 --language en --fade-after 0
press v
shoot split
press v h
shoot help
press Escape p
shoot photo
stop

# Copied while the demo face smiles, at seconds 9.5 to 11.1 of its take, and seen when it no longer does.
SETTLE=9.5
start 960x540 --language en --fade-after 0
press c
sleep 1.4
shoot copied
stop
SETTLE=

start 960x720 --language en --fade-after 0 --bundle models/faces --attr smile=0,mouth=1
shoot two-sliders
stop

start 960x540 --language en --fade-after 0 --text-scale 130
press Tab Tab Tab
shoot large-text
stop

start 960x540 --language zh --fade-after 0
shoot chinese
press h
shoot chinese-help
stop

start 640x480 --language de --fade-after 0
shoot german-small
press h
shoot german-small-help
press Escape p
shoot german-small-photo
stop

start 540x960 --language en --fade-after 0 --record "$work/take.avi"
shoot portrait-recording
stop

# Nobody there: an empty room.
mkdir "$work/room"
convert -size 1280x720 plasma:'#a9a49c-#5b6168' -blur 0x30 "$work/room/room.png"
source=dir:$work/room
SETTLE=8
start 960x540 --language en --leave-after 1
shoot attract
stop
start 960x540 --language zh --leave-after 1
shoot attract-chinese
stop

# A camera that is unplugged: the tests' own, with pictures of the demo.
"$edge" run --source demo --display "png:$work/frames" --frames 30 --attr smile=0 >/dev/null 2>&1
number=0
for frame in "$work"/frames/*.png; do
    convert "$frame" -quality 90 "jpg:$work/picture$number"
    number=$((number + 1))
done
cc -shared -fPIC -O1 -w -o "$work/shim.so" edge/tests/camera_shim.c -ldl
source=camera:/dev/video42
export SHIM_DEVICE=/dev/video42 SHIM_FOLDER="$work" SHIM_PICTURES="$number" SHIM_UNPLUG=60
preload=$work/shim.so
start 960x540 --language en --fade-after 0
shoot away
stop
