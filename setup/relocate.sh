# shellcheck shell=sh
# Sourced by python-tools.sh.

# find_python_beside BIN: the programs that pip writes name their interpreter by its whole path, and so break when
# the folder moves. Those in BIN are made to look for it beside themselves.
find_python_beside() {
    for program in "$1"/*; do
        [ -f "$program" ] && [ ! -L "$program" ] || continue
        case $(sed -n '1p;2p;2q' "$program" | tr '\n' ' ') in
            '#!'*/python*) lines=1 ;;
            # pip's form of a path that is too long for the first line.
            "#!/bin/sh '''exec' /"* | "#!/bin/sh '''exec' \"/"*) lines=3 ;;
            *) continue ;;
        esac
        {
            echo '#!/bin/sh'
            echo "'''exec' \"\$(dirname \"\$(readlink -f \"\$0\")\")/python\" \"\$0\" \"\$@\""
            echo "' '''"
            tail -n +$((lines + 1)) "$program"
        } >"$program.new"
        chmod 755 "$program.new"
        mv "$program.new" "$program"
    done
}
