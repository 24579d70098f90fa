# shellcheck shell=sh
# Sourced by the scripts that install a folder under third_party/: a folder is complete or absent.

# Two makes at once would write to the same folders; the second waits for the first.
tree_lock() {
    mkdir -p third_party
    if command -v flock >/dev/null; then
        exec 9>third_party/.lock
        flock --nonblock 9 || {
            echo "waiting for another set-up in this folder to finish" >&2
            flock 9
        }
    fi
}

# tree_is_complete DEST PINS FILE...: DEST was installed from exactly these pins, and still has every FILE.
tree_is_complete() {
    dest=$1 pins=$2
    shift 2
    [ -f "$dest/.complete" ] && [ "$(cat "$dest/.complete")" = "$pins" ] || return 1
    for file; do
        [ -s "$dest/$file" ] || return 1
    done
}

# tree_publish NEW DEST PINS: makes the finished folder NEW the installed DEST.
tree_publish() {
    printf '%s\n' "$3" >"$1/.complete"
    rm -rf "$2.old"
    [ ! -e "$2" ] || mv "$2" "$2.old"
    mv "$1" "$2"
    rm -rf "$2.old"
}

# Wheels in a folder that the user named serve other checkouts too; those in our own are no longer needed.
tree_drop_wheels() {
    [ -n "${MIRROR_WHEELS:-}" ] || rm -f "$@"
}
