"""Finds downloads whose contents no SHA-256 pins, in the scripts and requirement lists below some folders.

usage: setup/pinned.py DIR...

A script that fetches has to compare a SHA-256, or leave that to pip (--require-hashes) or to cargo (--locked). What
apt and debootstrap fetch is checked against the distribution's signed indices. NAME==VERSION in a script is a wheel;
its 64 hexadecimal digits follow it, or the variable sha256 that holds them.
"""

import pathlib
import re
import sys

DIGEST = r"[0-9a-f]{64}"
FETCH = re.compile(
    r"\b(curl|wget|aria2c)\s+[-\"'$h]|\bnpm (pack|install)\b|\bgit clone\b|\bcargo install\b"
    r"|\bpip3?\b\S* (.* )?(install|download)\b|\burlopen\b|\burlretrieve\b"
)
CHECK = re.compile(r"\bsha256sum\b|--require-hashes|\bcargo install .*--locked\b")


def code(path):
    """The lines of a file, continued ones joined, without comments and what is only looked for or said."""
    text = re.sub(r"^\s*#.*$", "", path.read_text(), flags=re.M)
    text = re.sub(r"\\\n\s*", " ", text)
    text = re.sub(r"\s# .*$", "", text, flags=re.M)
    text = re.sub(r"command -v \S+", "", text)
    return re.sub(r"^\s*(say|fail|echo|lacks)\b[^|\n]*$", "", text, flags=re.M)


def script(path):
    text = code(path)
    if FETCH.search(text) and not CHECK.search(text):
        yield "fetches, and compares no SHA-256"
    for wheel in sorted(set(re.findall(r"[a-z][a-z0-9-]*==(?:\$version|[0-9][0-9.]*)", text))):
        if not re.search(re.escape(wheel) + rf"\"? \"?(\$sha256|{DIGEST})\b", text):
            yield f"{wheel}: no SHA-256"
    for pin in re.findall(r"\bsha256=(\w+)", text):
        if not re.fullmatch(DIGEST, pin):
            yield f"sha256={pin}: not 64 hexadecimal digits"


def requirements(path):
    for line in code(path).splitlines():
        if line.strip() and not re.match(rf"[\w.-]+==\S+ .*--hash=sha256:{DIGEST}\b", line):
            yield f"{line.split()[0]}: no version or no SHA-256"


problems = []
for folder in map(pathlib.Path, sys.argv[1:]):
    for path in sorted(folder.rglob("*")):
        # The tests of the scripts make their own.
        if path.name == "test.sh" or not path.is_file():
            continue
        found = {".sh": script, ".txt": requirements}.get(path.suffix, lambda path: [])(path)
        problems += [f"{path}: {problem}" for problem in found]
print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
sys.exit(bool(problems))
