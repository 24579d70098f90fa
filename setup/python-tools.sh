#!/bin/sh
# Installs pinned Python packages (setup/NAME.txt) into third_party/NAME/: other programs that must be able to
# read our output. Without them, the tests of that are skipped.
# usage: setup/python-tools.sh onnx-tools|tensorboard
set -eu
cd "$(dirname "$0")/.."
. setup/tree.sh
. setup/relocate.sh

name=$1
dest=third_party/$name
pins=$(sha256sum <"setup/$name.txt")

tree_lock
if tree_is_complete "$dest" "$pins" bin/python; then
    find_python_beside "$dest/bin"
    exit
fi
new=$dest.new
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM
rm -rf "$new"
# Symlinks to the system's Python, so that the environment can be moved.
python3 -m venv --without-pip --symlinks "$new"
"${PIP:-pip3}" --disable-pip-version-check --python "$new/bin/python" install --quiet --no-deps \
    --only-binary=:all: --require-hashes -r "setup/$name.txt"
find_python_beside "$new/bin"
tree_publish "$new" "$dest" "$pins"
echo "the packages of setup/$name.txt are in $dest"
