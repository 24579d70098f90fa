#!/bin/sh
# Installs the oldest ONNX Runtime that the program accepts, that of JetPack 5, for both processors into
# third_party/onnxruntime-oldest: from its npm package, because Python wheels of that age contain no separate library.
# With it, a test checks that bundles run on it; without it that test is skipped.
# usage: setup/onnxruntime-oldest.sh
set -eu
cd "$(dirname "$0")/.."
. setup/tree.sh

version=1.18.0 sha256=d9ffdc4b27fa5d65878153b6c6182c6634fad7102673eddba0cf12f919fb9edd
dest=third_party/onnxruntime-oldest pins="onnxruntime-node@$version $sha256"
tree_lock
if tree_is_complete $dest "$pins" x86_64/libonnxruntime.so aarch64/libonnxruntime.so; then
    exit
fi
command -v npm >/dev/null || {
    echo 'SKIPPED the oldest ONNX Runtime: npm is missing (package npm)' >&2
    exit
}
new=$dest.new
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM
rm -rf "$new"
mkdir -p "$new/package"
npm pack --silent --pack-destination "$new/package" "onnxruntime-node@$version" >&2
archive=$(echo "$new"/package/*.tgz)
echo "$sha256  $archive" | sha256sum --check --quiet >&2
tar -xzf "$archive" -C "$new/package"
for pair in x64:x86_64 arm64:aarch64; do
    mkdir "$new/${pair#*:}"
    mv "$new/package/package/bin/napi-v3/linux/${pair%:*}/libonnxruntime.so.$version" "$new/${pair#*:}/libonnxruntime.so"
done
rm -r "$new/package"
tree_publish "$new" $dest "$pins"
echo "ONNX Runtime $version is in $dest"
