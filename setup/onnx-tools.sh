#!/bin/sh
# The Python packages `onnx` and `onnxruntime`, pinned, in third_party/onnx-tools/: they check that
# exported graphs open elsewhere (model-export/tests/open_elsewhere.py). Tests skip that without them.
# usage: setup/onnx-tools.sh
set -eu
cd "$(dirname "$0")/.."
. setup/tree.sh

dest=third_party/onnx-tools
pins=$(sha256sum <setup/onnx-tools.txt)

tree_lock
if tree_is_complete "$dest" "$pins" bin/python; then
    exit
fi
new=$dest.new
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM
rm -rf "$new"
# Links into the system's Python, so that the environment may be moved.
python3 -m venv --without-pip --symlinks "$new"
"${PIP:-pip3}" --disable-pip-version-check --python "$new/bin/python" install --quiet --no-deps \
    --only-binary=:all: --require-hashes -r setup/onnx-tools.txt
tree_publish "$new" "$dest" "$pins"
echo "onnx and onnxruntime for Python are in $dest"
