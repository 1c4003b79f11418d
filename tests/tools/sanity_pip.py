# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provide the pip script that ``ansible-test sanity`` would otherwise download from outside the package index.

The script also has the Python of each environment look for unreachable objects less often. pylint keeps nearly all the
objects that it makes, so it spent a quarter of its time on looking.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

SETTING = "import gc; gc.set_threshold(200000, 20, 100)\n"


def wanted_version(programs: Path) -> str:
    """Return the version of pip that the ansible-test in a folder of programs installs in its virtual environments."""
    source = next(programs.parent.glob("lib/python*/site-packages/ansible_test/_internal/python_requirements.py"))
    match = re.search(r"\bpip='([0-9.]+)'", source.read_text(encoding="utf-8"))
    if not match:
        raise OSError(f"{source} does not name its version of pip")
    return match.group(1)


def provide(programs: Path, home: Path) -> None:
    """Put the script into the cache of ansible-test in a home folder."""
    version = wanted_version(programs)
    cache, wheels = home / ".ansible/test/cache", home / "wheels"
    cache.mkdir(parents=True, exist_ok=True)
    if not list(wheels.glob(f"pip-{version}-*.whl")):
        command = [str(programs / "pip"), "download", "--quiet", "--no-deps", "--dest", str(wheels), f"pip=={version}"]
        subprocess.run(command, check=True)
    wheel = next(wheels.glob(f"pip-{version}-*.whl"))
    (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(
        "import runpy\nimport sys\nimport sysconfig\n\n"
        "with open(sysconfig.get_path('purelib') + '/collect_less.pth', 'w') as stream:\n"
        f"    stream.write({SETTING!r})\n"
        f"sys.path.insert(0, {str(wheel)!r})\n"
        f"sys.argv = ['pip', 'install', '--no-index', {str(wheel)!r}]\n"
        "runpy.run_module('pip', run_name='__main__')\n", encoding="utf-8")
