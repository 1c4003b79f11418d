# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predictions of check-mode tasks for a host, stored on the controller until the run of Ansible ends.

Worker processes share them through files in Ansible's local temporary directory. That directory belongs to a single
run, only its user can read it, and Ansible removes it when the run ends.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import typing as t
import zlib
from pathlib import Path

Record = dict[str, t.Any]
FOLDER = "sysinit.upstart.check_mode"


class Journal:
    """The predictions for a host, in the order of the tasks.

    :param root: str, directory of a single run of Ansible.
    :param host: str, name of the host on which the tasks act.
    """

    def __init__(self, root: str, host: str) -> None:
        self._path = Path(root) / FOLDER / hashlib.sha256(host.encode("utf-8", "surrogatepass")).hexdigest()

    def records(self) -> list[Record]:
        """Return all predictions."""
        try:
            text = self._path.read_text(encoding="ascii")
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in text.splitlines()]

    def add(self, record: Record) -> None:
        """Append a prediction. Several workers can do this at the same time."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        line = json.dumps(record).encode("ascii") + b"\n"
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with open(handle, "wb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            stream.write(line)

    def is_empty(self) -> bool:
        return not self._path.exists()

    def clear(self) -> None:
        """Remove all predictions."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()


def encoded(records: list[Record]) -> str:
    """Return predictions encoded for the option of the modules, as a word that no other text contains by chance."""
    return base64.b64encode(zlib.compress(json.dumps(records).encode("ascii"))).decode("ascii")
