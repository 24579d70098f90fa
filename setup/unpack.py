"""Extracts chosen members of a wheel: unpack.py WHEEL DEST PATTERN...   (shell patterns; `*` also matches `/`)"""

import sys
import zipfile
from fnmatch import fnmatchcase

wheel, dest, *patterns = sys.argv[1:]
try:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        for pattern in patterns:
            found = [name for name in names if fnmatchcase(name, pattern)]
            if not found:
                sys.exit(f"error: {wheel}: nothing in it matches {pattern}")
            archive.extractall(dest, found)
except (OSError, zipfile.BadZipFile) as error:
    sys.exit(f"error: {wheel}: cannot be unpacked into {dest}: {error}")
