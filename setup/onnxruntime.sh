#!/bin/sh
# Installs ONNX Runtime (CPU) into third_party/onnxruntime/ARCH, from its PyPI wheel.
# usage: setup/onnxruntime.sh [ARCH]   (default: this machine's; x86_64 or aarch64)
set -eu
cd "$(dirname "$0")/.."
. setup/tree.sh

version=1.23.2 arch=${1:-$(uname -m)}
case $arch in
x86_64) sha256=da44b99206e77734c5819aa2142c69e64f3b46edc3bd314f6a45a932defc0b3e ;;
aarch64) sha256=bbfd2fca76c855317568c1b36a885ddea2272c13cb0e395002c402f2360429a6 ;;
*)
    echo "error: no ONNX Runtime is pinned for $arch, only for x86_64 and aarch64" >&2
    exit 1
    ;;
esac
dest=third_party/onnxruntime/$arch
pins="onnxruntime==$version $sha256"

tree_lock
if tree_is_complete "$dest" "$pins" libonnxruntime.so libonnxruntime.so.$version; then
    exit
fi
wheel=$(setup/wheel.sh "onnxruntime==$version" "$sha256" "$arch")

new=$dest.new
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM
rm -rf "$new"
mkdir -p "$new/wheel"
python3 setup/unpack.py "$wheel" "$new/wheel" \
    'onnxruntime/capi/libonnxruntime*' onnxruntime/LICENSE onnxruntime/ThirdPartyNotices.txt
mv "$new"/wheel/onnxruntime/capi/* "$new/wheel/onnxruntime/LICENSE" "$new/wheel/onnxruntime/ThirdPartyNotices.txt" "$new"
rm -r "$new/wheel"
ln -sf libonnxruntime.so.$version "$new/libonnxruntime.so"
tree_publish "$new" "$dest" "$pins"
tree_drop_wheels "$wheel"
echo "ONNX Runtime $version is in $dest"
