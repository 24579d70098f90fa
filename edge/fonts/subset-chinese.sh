#!/bin/sh
# Cuts the characters of the language files that Inter lacks out of Noto Sans CJK (OFL 1.1, from
# Debian's fonts-noto-cjk) into the two small fonts beside this script. Run it after a change of
# edge/labels; needs apt-get, dpkg and python3 with venv.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

apt-get download fonts-noto-cjk
dpkg -x fonts-noto-cjk_*.deb package
python3 -m venv tools
tools/bin/pip -q install fonttools==4.68.0

# Punctuation of Chinese text comes along, so that small corrections need no new font.
python3 - "$here/../labels" >characters <<'PYTHON'
import pathlib, sys
text = "".join(path.read_text("utf-8") for path in pathlib.Path(sys.argv[1]).glob("*.toml"))
wanted = {c for c in text if ord(c) >= 0x2e80} | set("，。、：；！？（）《》“”…·中文简体")
print("".join(sorted(wanted)))
PYTHON

for weight in Regular Bold; do
    # Face 2 of the collection holds the forms of simplified Chinese.
    tools/bin/pyftsubset "package/usr/share/fonts/opentype/noto/NotoSansCJK-$weight.ttc" \
        --font-number=2 --text-file=characters --output-file="$here/NotoSansSC-$weight.otf" \
        --layout-features= --no-hinting --desubroutinize --drop-tables+=vhea,vmtx,VORG,BASE,GPOS,GSUB
done
ls -l "$here"/NotoSansSC-*.otf
