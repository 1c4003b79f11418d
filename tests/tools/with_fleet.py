# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command with several Upstart daemons; each is a host of an Ansible inventory.

    with_fleet.py COUNT INVENTORY COMMAND [ARGUMENT...]

INVENTORY is written as a JSON file and removed afterwards. Its hosts, host01 and so on, are this machine with the
address and the folders of a daemon. with_daemon.py explains how to choose the daemon.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import with_daemon


def inventory(daemons: list[with_daemon.Daemon]) -> dict[str, Any]:
    """Return an inventory in which each daemon is a host."""
    common = {"ansible_connection": "local",
              "ansible_python_interpreter": os.environ.get("UPSTART_PYTHON") or sys.executable}
    hosts = {"host%02d" % (number + 1): {
        **common, **daemon.variables(), "upstart_jobs_manifest_dir": str(daemon.scratch / "manifests"),
    } for number, daemon in enumerate(daemons)}
    return {"all": {"hosts": hosts}}


@contextlib.contextmanager
def running(count: int) -> Iterator[list[with_daemon.Daemon]]:
    """Boot daemons; afterwards end them and remove their folders."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(with_daemon.running()) for _number in range(count)]


def main() -> int:
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    path = Path(sys.argv[2])
    with running(int(sys.argv[1])) as daemons:
        staged = path.with_name(path.name + ".new")
        staged.write_text(json.dumps(inventory(daemons), indent=1))
        staged.rename(path)
        try:
            status = subprocess.run(sys.argv[3:], check=False).returncode
        finally:
            path.unlink(missing_ok=True)
    tidy = [with_daemon.no_process_left(daemon.scratch) for daemon in daemons]
    return status or (0 if all(tidy) else 1)


if __name__ == "__main__":
    sys.exit(main())
