# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings with which ansible-playbook does the same in a test with less processor time.

Its main process looks for results 100 times in a second and not 1,000 times; a run uses the modules that an earlier run
has packed; the Python of the host keeps the compiled code of modules.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"
SETTINGS = f"""[defaults]
internal_poll_interval = 0.01
callback_plugins = {TOOLS / 'callback_plugins'}
"""
PIPELINING = "[connection]\npipelining = true\n"
SITE = f"""import sys
sys.path.append({str(TOOLS)!r})
import compiled_payloads
sys.path.remove({str(TOOLS)!r})
"""


@functools.cache
def _folder(_pid: int) -> Path:
    """Return a folder of this process for settings, packed modules and compiled code."""
    folder = Path(tempfile.mkdtemp(prefix="upstart-ansible-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in ("compiled", "site"):
        (folder / name).mkdir()
    (folder / "site" / "sitecustomize.py").write_text(SITE)
    (folder / "with_files.cfg").write_text(SETTINGS)
    (folder / "pipelining.cfg").write_text(SETTINGS + PIPELINING)
    return folder


def environment(collections: str = "checkout", pipelining: bool = True) -> dict[str, str]:
    """Return the environment for a run of ansible-playbook, or of another program that runs it.

    :param collections: a name for the collections of the run. Runs with the same name share the packed modules.
    :param pipelining: whether a module comes through a pipe, or as a file on the host.
    """
    folder = _folder(os.getpid())
    return {**os.environ, "ANSIBLE_CONFIG": str(folder / ("pipelining.cfg" if pipelining else "with_files.cfg")),
            "SHARED_PAYLOADS": str(folder / "payloads" / collections), "COMPILED_PAYLOADS": str(folder / "compiled"),
            "PYTHONPATH": str(folder / "site"),
            "ANSIBLE_LOCALHOST_WARNING": "False", "ANSIBLE_NOCOLOR": "1"}
