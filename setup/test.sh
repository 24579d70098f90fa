#!/bin/sh
# Offline tests of the set-up scripts, on a copy of them in a temporary folder.
# usage: setup/test.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/index" "$work/bin"
cp -r "$here" "$work/setup"
cd "$work"

# pip's "index" is a folder with one small wheel; the user's configuration is ignored.
unset LIBTORCH MIRROR_WHEELS
export PIP_CONFIG_FILE=/dev/null PIP_NO_INDEX=1 PIP_FIND_LINKS="$work/index"
sample=index/sample-1.0-py3-none-any.whl
python3 - "$sample" <<'P'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("sample/data", bytes(range(256)) * 1000)
    wheel.writestr("sample-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: sample\nVersion: 1.0\n")
    wheel.writestr("sample-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    wheel.writestr("sample-1.0.dist-info/RECORD", "")
P
sha256=$(sha256sum <"$sample" | cut -c1-64)
wrong=$(printf %064d 0)
wheel=third_party/downloads/sample-1.0-x86_64.whl

fetch() { setup/wheel.sh sample==1.0 "${1:-$sha256}" x86_64 >out 2>log; }
failed() {
    echo "setup/test.sh: failed: $1" >&2
    cat log >&2
    exit 1
}
said() { grep -qF -- "$1" log || failed "expected the words \"$1\""; }

# Asking pip costs half a second, so each fetch below meets two problems at once.
mkdir -p third_party/downloads
head -c 1000 /dev/zero >"$wheel.partial"
fetch || failed 'a corrupt partial is replaced'
said 'discarding the partial'
[ "$(cat out)" = "$wheel" ] || failed 'the path of the wheel is printed'
cmp -s "$wheel" "$sample" || failed 'the fetched wheel is the pinned one'

mv index elsewhere
fetch || failed 'a verified wheel is used without asking the index'
[ ! -s log ] || failed 'a verified wheel needs no work'
mv "$wheel" "$wheel.partial"
fetch || failed 'a complete partial is used without asking the index'
rm "$wheel"
head -c 1000 "elsewhere/${sample#*/}" >"$wheel.partial"
! fetch || failed 'without an index there is no wheel'
said 'cannot be reached'
[ -e "$wheel.partial" ] || failed 'without an index a partial is kept'
mv elsewhere index

echo spoilt >"$wheel"
fetch || failed 'a corrupt wheel is fetched again, from where the download stopped'
said 'corrupt'
said 'resuming'
! grep -qF 'discarding the partial' log || failed 'a good partial is kept'

rm "$wheel"
cat "$sample" "$sample" >"$wheel.partial"
! fetch "$wrong" || failed 'a wheel of another hash is refused'
said 'discarding the partial'
said "expected $wrong"
[ ! -e "$wheel" ] || failed 'a refused wheel is not kept'
[ ! -e "$wheel.partial" ] || failed 'a refused partial is not kept'

! fetch 123 || failed 'a pin that is no SHA-256 is refused'
said 'expected 64 hexadecimal digits'

# An index that curl may not read.
printf '#!/bin/sh\nprintf 401\nexit 22\n' >bin/curl
chmod +x bin/curl
(PATH="$work/bin:$PATH" fetch) || failed 'pip fetches what curl may not'
said 'through pip'

# Every download of this project is pinned; one that is not would be found.
python3 "$here/pinned.py" "$here" "$here/../cross" 2>log || failed 'every download has its SHA-256'
mkdir unpinned
for line in 'curl --fail --output wheel "$url"' 'wget "$url"' 'npm pack a@1' 'pip3 install a==1' 'cargo install a' \
    'fetch a==1.0 b==2.0' 'sha256=12' 'pip download a # sha256sum' 'git clone "$url"'; do
    printf '%s\n' "$line" >unpinned/script.sh
    ! python3 setup/pinned.py unpinned 2>log || failed "\"$line\" has no SHA-256"
done
rm unpinned/script.sh
for line in 'a==1.0' 'a' "a --hash=sha256:$sha256" "a==1.0 --hash=sha256:12"; do
    printf '%s\n' "b==1.0 \\" "    --hash=sha256:$sha256" "$line" >unpinned/list.txt
    ! python3 setup/pinned.py unpinned 2>log || failed "\"$line\" has no SHA-256"
    said ': no version or no SHA-256'
done

# A folder appears complete, and a second run finds it.
. setup/tree.sh
mkdir -p new dest
touch dest/left-over
echo library >new/lib.so
! tree_is_complete dest 'pin 1' lib.so || failed 'a folder without its stamp is incomplete'
tree_publish new dest 'pin 1'
tree_is_complete dest 'pin 1' lib.so || failed 'a published folder is complete'
[ ! -e dest/left-over ] || failed 'a published folder replaces the old one'
! tree_is_complete dest 'pin 2' lib.so || failed 'different pins make it incomplete'
rm dest/lib.so
! tree_is_complete dest 'pin 1' lib.so || failed 'a missing file makes it incomplete'

# The CUDA build is not downloaded where there is no driver for it; a file of its name hides any.
if [ "$(uname -m)" = x86_64 ]; then
    mkdir driver
    echo 'no library' >driver/libcuda.so.1
    ! LD_LIBRARY_PATH="$work/driver" setup/onnxruntime-cuda.sh >out 2>log || failed 'without a driver there is no CUDA build'
    said 'missing driver: libcuda.so.1'
    [ ! -e third_party/onnxruntime-cuda ] || failed 'without a driver nothing is installed'
fi

# The check of a GPU goes on after a part that failed, does not repeat one that passed, and ends with a table; packed, it
# runs the same in an empty folder.
mkdir -p programs trainer bundle
cp -r "$here/../trainer/bench" "$here/../trainer/configs" trainer
printf '#!/bin/sh\necho "$@" >>calls\nexit 0\n' >programs/edge
cat >programs/trainer <<'P'
#!/bin/sh
# Stands in for the trainer: leaves what a run leaves; `bench` fails where the file "no-bench" says so.
echo "$@" >>calls
case "$1 $*" in bench*) [ ! -e no-bench ]; exit ;; *10000000*) echo '--set schedule.batch_size=1' >&2; exit 1 ;; esac
while [ $# -gt 0 ]; do
    case $1 in --out) out=$2 ;; schedule.steps=*) steps=${1#*=} ;; esac
    shift
done
mkdir -p "$out/checkpoints/step-$(printf %08d "$steps")"
for step in $(seq "$steps"); do echo "{\"real\": 0.5, \"step\": $step}"; done >"$out/stats.jsonl"
P
chmod +x programs/*
mkdir -p other/run
echo mine >other/run/file
! PROGRAMS="$work/programs" PYTHON=true setup/gpu-check.sh --cpu other >out 2>log || failed 'a folder of other files is no place for a check'
said 'other: found other files'
[ "$(cat other/run/file)" = mine ] || failed 'nothing of others is removed'
check() { PROGRAMS="$work/programs" PYTHON=true setup/gpu-check.sh --cpu checked >out 2>log; }
touch no-bench
! check || failed 'a part that failed is an exit code'
grep -qx '| bench | FAILED | - |' out || failed 'the table has what failed'
grep -q '^| mirror_bench | passed | [0-9]* |$' out || failed 'the parts after one that failed are run'
said 'logs of what failed'
calls=$(wc -l <calls)
rm no-bench
check || failed 'a check in which every part passed'
[ "$(($(wc -l <calls) - calls))" = 1 ] || failed 'only what had failed is run again'
! grep -q FAILED out || failed 'nothing is left that failed'
grep -q '^curves: 4 steps, first two at most 0.0e+00 apart' out || failed 'the table ends with what was measured'
cp -r checked/plain slow
sed -i 's/0.5/0.6/' slow/stats.jsonl
! trainer/bench/curves.py checked/plain slow --first 0.1 >out 2>log || failed 'losses apart are an exit code'
said '2.0e-01 is above --first 0.1'

pack() { PROGRAMS="$work/programs" BUNDLE=bundle setup/gpu-pack.sh "$@" >out 2>log; }
pack pack.tar.gz || failed 'a check is packed'
pack pack.tar.gz || failed 'a pack is packed anew'
mkdir elsewhere-packed
tar -C elsewhere-packed -xzf pack.tar.gz
(cd elsewhere-packed && PYTHON=true gpu-check/setup/gpu-check.sh --cpu checked >out 2>log) || failed 'a packed check runs in an empty folder'
! pack "$sample" || failed 'a pack is not written over another file'
said "$sample: found another file"
head -c 70000000 /dev/zero >bundle/large
! pack large.tar.gz || failed 'a pack that is too large is refused'
said 'expected at most 64'
[ ! -e large.tar.gz ] || failed 'nothing is left of it'

# A database of advisories that cannot be reached is neither a finding nor a clean bill.
cat >bin/cargo <<'C'
#!/bin/sh
# Stands in for cargo-deny: fails where one of the words in the file "fails" is among its own.
for word in $(cat fails); do case " $* " in *" $word "*) exit 1 ;; esac; done
C
chmod +x bin/cargo
for fails in '' fetch licenses advisories; do
    echo "$fails" >fails
    code=0
    PATH="$work/bin:$PATH" setup/deny.sh >out 2>log || code=$?
    case $fails in '') expected=0 ;; fetch) expected=3 ;; *) expected=1 ;; esac
    [ "$code" = "$expected" ] || failed "with '$fails' failing, exit code $code instead of $expected"
done

# Python programs run after their folder has moved.
. setup/relocate.sh
mkdir tool
ln -s "$(command -v python3)" tool/python
printf '#!%s/tool/python\nimport sys; print(sys.argv[1:])\n' "$work" >tool/short
printf "#!/bin/sh\n'''exec' %s/tool/python \"\$0\" \"\$@\"\n' '''\nimport sys; print(sys.argv[1:])\n" "$work" >tool/long
printf '#!/bin/sh\necho untouched\n' >tool/other
find_python_beside tool
find_python_beside tool
mv tool moved
for program in short long; do
    [ "$(moved/$program 'a b')" = "['a b']" ] || failed "$program finds its Python after a move"
done
grep -qx 'echo untouched' moved/other || failed 'other programs stay as they are'

echo 'setup: all tests passed'
