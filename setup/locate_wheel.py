"""Prints the address of the wheel that `pip download` with the same arguments would fetch.

pip itself cannot continue an interrupted download, and has no command that only names the file. Asking its package
finder (these calls are the same in pip 21 to 26) keeps the user's pip configuration (index, mirror, proxy) in force.
wheel.sh falls back to `pip download` where they are not.
"""

import sys

from pip._internal.cli.cmdoptions import make_target_python
from pip._internal.commands.download import DownloadCommand
from pip._vendor.packaging.requirements import Requirement

NONE_FOUND = 3  # any other failure means that this pip has no such package finder

command = DownloadCommand("download", "")
options, requirements = command.parse_args(sys.argv[1:])
wanted = Requirement(requirements[0])
with command.main_context():
    finder = command._build_package_finder(
        options,
        command.get_default_session(options),
        make_target_python(options),
        ignore_requires_python=True,  # nothing is run in this Python
    )
    best = finder.find_best_candidate(wanted.name, wanted.specifier).best_candidate
if best is None:
    sys.exit(NONE_FOUND)
print(best.link.url_without_fragment)
