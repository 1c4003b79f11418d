# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to a root file system on this machine. Every command of a task runs inside the root."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: host_root
short_description: Run tasks in a root file system
description:
  - Runs each command of a task with chroot, and transfers files through a shell in the root.
  - For C(make hosts) only.
author: the sysinit.upstart contributors
options:
  enter:
    description: The command that enters the root. It runs the command that is appended to it.
    type: str
    required: true
    vars:
      - name: host_root_enter
  environment:
    description: Variables in the environment of each command besides PATH, HOME and LANG, as C(NAME=VALUE NAME=VALUE).
    type: str
    default: ""
    vars:
      - name: host_root_environment
"""

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C"}


class Connection(ConnectionBase):
    """A shell in the root for each command."""

    transport = "host_root"
    has_pipelining = False

    def _connect(self) -> Connection:
        self._connected = True
        return self

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Run a command of the shell in the root; return its exit status, output and errors."""
        words = [*shlex.split(self.get_option("enter")), "/bin/sh", "-c", cmd]
        environment = dict(word.split("=", 1) for word in shlex.split(self.get_option("environment")))
        done = subprocess.run(words, input=in_data or b"", capture_output=True, check=False, cwd="/",
                              env={**ENVIRONMENT, **environment})
        return done.returncode, done.stdout, done.stderr

    def _transfer(self, command: str, data: bytes = b"") -> bytes:
        status, output, errors = self.exec_command(command, in_data=data)
        if status:
            raise AnsibleError(f"{command} ended with status {status}: {errors.decode(errors='replace').strip()}")
        return output

    def put_file(self, in_path: str, out_path: str) -> None:
        self._transfer(f"cat > {shlex.quote(out_path)}", Path(in_path).read_bytes())

    def fetch_file(self, in_path: str, out_path: str) -> None:
        Path(out_path).write_bytes(self._transfer(f"cat {shlex.quote(in_path)}"))

    def close(self) -> None:
        self._connected = False
