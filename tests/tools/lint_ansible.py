# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-lint, and check the syntax of all playbooks and roles with a single ansible-playbook.

    lint_ansible.py [OPTION...]

ansible-lint starts ansible-playbook for each of them, which takes longer than all of its rules. If the single check
finds an error, ansible-lint checks each one itself and reports the error. The same happens with a release of
ansible-lint that does not have these functions.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from ansiblelint import __main__ as ansible_lint
from ansiblelint.runner import Runner

CHECKED = ("playbook", "role")


def role_play(role: Path) -> dict[str, Any]:
    """Return a play that loads a role."""
    return {"name": "Load a role", "hosts": "localhost", "tasks": [
        {"name": "Load it", "ansible.builtin.import_role": {"name": str(role.absolute())}}]}


def is_syntax_right(playbooks: Sequence[Path], roles: Sequence[Path], environ: Mapping[str, str]) -> bool:
    """Return whether ansible-playbook accepts all playbooks and roles."""
    with tempfile.TemporaryDirectory() as folder:
        plays = Path(folder, "roles.yml")
        plays.write_text(yaml.safe_dump([role_play(role) for role in roles]))
        command = ["ansible-playbook", "--syntax-check", *map(str, playbooks), *([str(plays)] if roles else [])]
        environment = {**environ, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "False"}
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env=environment, check=False).returncode == 0


def check_together(runner: Any, matches: list[Any]) -> list[Any]:
    """Take the place of the method ``_run_syntax_check_phase`` of Runner, which ``check_one_by_one`` is."""
    files = [] if runner.skip_ansible_syntax_check else runner._collect_syntax_check_files()
    paths = {kind: [file.path for file in files if file.kind == kind] for kind in CHECKED}
    if files and is_syntax_right(paths["playbook"], paths["role"], runner.app.runtime.environ):
        return list(files)
    return list(check_one_by_one(runner, matches))


check_one_by_one: Any = getattr(Runner, "_run_syntax_check_phase", None)

if __name__ == "__main__":
    if check_one_by_one:
        Runner._run_syntax_check_phase = check_together  # type: ignore[method-assign,assignment]
    ansible_lint._run_cli_entrypoint()
