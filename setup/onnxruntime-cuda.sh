#!/bin/sh
# Installs the CUDA build of ONNX Runtime and the NVIDIA libraries it opens into third_party/onnxruntime-cuda/x86_64,
# from their PyPI wheels. The driver is not among them: it belongs to the kernel.
# usage: setup/onnxruntime-cuda.sh
set -eu
cd "$(dirname "$0")/.."
. setup/tree.sh

version=1.23.2
if [ "$(uname -m)" != x86_64 ]; then
    echo "error: the CUDA build of ONNX Runtime is pinned for x86_64 only; this machine is $(uname -m)." >&2
    echo "       A Jetson has its own: see cross/README.md." >&2
    exit 1
fi
# Before the download: without the driver, nothing of it can be used.
if ! reason=$(python3 -c 'import ctypes; ctypes.CDLL("libcuda.so.1")' 2>&1); then
    echo "error: missing driver: libcuda.so.1 cannot be loaded ($(printf '%s\n' "$reason" | tail -n 1))" >&2
    echo "       Install NVIDIA's driver for CUDA 12 or newer, or run the mirror on the CPU: make mirror" >&2
    exit 1
fi

dest=third_party/onnxruntime-cuda/x86_64
# The libraries are those that the wheel's extras [cuda,cudnn] name, and what these need in turn.
pins="onnxruntime-gpu==$version d76d1ac7a479ecc3ac54482eea4ba3b10d68e888a0f8b5f420f0bdf82c5eec59
nvidia-cuda-runtime-cu12==12.9.79 25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3
nvidia-cublas-cu12==12.9.3.13 d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72
nvidia-cudnn-cu12==9.28.0.42 9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375
nvidia-cufft-cu12==11.4.1.4 c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28
nvidia-curand-cu12==10.3.10.19 49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e
nvidia-cuda-nvrtc-cu12==12.9.86 210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4
nvidia-nvjitlink-cu12==12.9.86 e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9"

tree_lock
if tree_is_complete "$dest" "$pins" libonnxruntime.so libonnxruntime_providers_cuda.so libcudart.so.12 libcudnn.so.9; then
    exit
fi
new=$dest.new
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM
rm -rf "$new"
mkdir -p "$new"
wheels=
for requirement in $(printf '%s\n' "$pins" | cut -d' ' -f1); do
    wheel=$(setup/wheel.sh "$requirement" "$(printf '%s\n' "$pins" | sed -n "s/^$requirement //p")")
    wheels="$wheels $wheel"
    case $requirement in
    onnxruntime-gpu==*)
        python3 setup/unpack.py "$wheel" "$new/wheel" 'onnxruntime/capi/libonnxruntime*' onnxruntime/LICENSE \
            onnxruntime/ThirdPartyNotices.txt
        mv "$new"/wheel/onnxruntime/capi/* "$new/wheel/onnxruntime/LICENSE" \
            "$new/wheel/onnxruntime/ThirdPartyNotices.txt" "$new"
        ;;
    *)
        # In one folder, so that one entry of LD_LIBRARY_PATH finds them all.
        python3 setup/unpack.py "$wheel" "$new/wheel" 'nvidia/*/lib/*.so*'
        mv "$new"/wheel/nvidia/*/lib/*.so* "$new"
        ;;
    esac
    rm -r "$new/wheel"
done
ln -sf libonnxruntime.so.$version "$new/libonnxruntime.so"
tree_publish "$new" "$dest" "$pins"
# shellcheck disable=SC2086 # $wheels is a list of paths of ours
tree_drop_wheels $wheels
echo "ONNX Runtime $version for CUDA is in $dest"
