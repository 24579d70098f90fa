#!/bin/sh
# Installs the CPU libtorch into third_party/libtorch, from PyPI wheels: 544 MB to download, 0.5 GB on disk.
# usage: setup/libtorch.sh
#
# LIBTORCH in the environment names another one (a CUDA build, another processor), which is then used instead.
set -eu
cd "$(dirname "$0")/.."
. setup/tree.sh

version=2.11.0 # the one the `tch` crate of Cargo.lock is written for
if [ -n "${LIBTORCH:-}" ]; then
    [ -e "$LIBTORCH/lib/libtorch_cpu.so" ] && exit
    echo "error: LIBTORCH is set to $LIBTORCH, which contains no lib/libtorch_cpu.so." >&2
    echo "       Unset it to use the pinned libtorch $version, or point it at the folder that holds lib/ and include/." >&2
    exit 1
fi
if [ "$(uname -m)" != x86_64 ]; then
    echo "error: libtorch is pinned for x86_64 only; this machine is $(uname -m)." >&2
    echo "       Set LIBTORCH to a libtorch $version, the folder that holds lib/ and include/." >&2
    exit 1
fi

dest=third_party/libtorch
# The only x86-64 Linux wheel is a CUDA build, and its libtorch_cpu.so needs cudart and cupti even without a GPU.
pins="torch==$version 7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a
nvidia-cuda-runtime==13.0.96 7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548
nvidia-cuda-cupti==13.0.85 4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8"

tree_lock
if tree_is_complete "$dest" "$pins" torch/build-version torch/lib/libtorch.so torch/lib/libtorch_cpu.so \
    torch/lib/libc10.so torch/lib/libgomp.so.1 nvidia/cu13/lib/libcudart.so.13 nvidia/cu13/lib/libcupti.so.13; then
    exit
fi
fetch() { setup/wheel.sh "$1" "$(printf '%s\n' "$pins" | sed -n "s/^$1 //p")"; }
torch=$(fetch "torch==$version")
cudart=$(fetch nvidia-cuda-runtime==13.0.96)
cupti=$(fetch nvidia-cuda-cupti==13.0.85)

new=$dest.new
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM
rm -rf "$new"
echo "unpacking libtorch $version"
# torch/lib and nvidia/cu13/lib keep their places: the libraries find one another by relative paths.
python3 setup/unpack.py "$torch" "$new" torch/lib/libtorch_cpu.so torch/lib/libc10.so torch/lib/libgomp.so.1 \
    'torch/include/*' '*.dist-info/licenses/*'
python3 setup/unpack.py "$cudart" "$new" nvidia/cu13/lib/libcudart.so.13 '*.dist-info/licenses/*'
python3 setup/unpack.py "$cupti" "$new" nvidia/cu13/lib/libcupti.so.13 '*.dist-info/licenses/*'
# `-ltorch` is a name for the linker only; the wheel's own libtorch.so would drag in CUDA.
echo 'INPUT(libtorch_cpu.so)' >"$new/torch/lib/libtorch.so"
# torch-sys compares this with the version it expects.
echo "$version+cu130" >"$new/torch/build-version"
tree_publish "$new" "$dest" "$pins"
tree_drop_wheels "$torch" "$cudart" "$cupti"
echo "libtorch $version is in $dest"
