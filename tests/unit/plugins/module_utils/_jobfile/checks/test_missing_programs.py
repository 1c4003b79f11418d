# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check for programs that a host does not have."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import check

EXISTING = {"/bin/web", "web", "nice", "/sbin/start-stop-daemon", "start-stop-daemon", "sudo", "cp"}


class Programs:
    """A host with a few programs.

    :param rich_shell: whether /bin/sh is bash.
    """

    def __init__(self, rich_shell: bool = False) -> None:
        self.rich_shell = rich_shell

    def has_rich_shell(self) -> bool:
        return self.rich_shell

    def defect(self, _values: dict[str, Any], name: str) -> str | None:
        return None if name in EXISTING else "does not exist"


def missing(text: str) -> list[str]:
    findings = check.findings(text, programs=Programs())
    assert "syntax" not in [finding["code"] for finding in findings]
    return [finding["message"] for finding in findings if finding["code"] == "program-missing"]


@pytest.mark.parametrize(("text", "process", "name"), [
    ("exec /opt/db --port 80\n", "main", "/opt/db"),
    ("exec db\n", "main", "db"),
    ("chdir /srv\nexec ./db\n", "main", "./db"),
    ("exec /opt/db >/var/log/db 2>&1\n", "main", "/opt/db"),
    ("exec nice -n 5 /opt/db\n", "main", "/opt/db"),
    ("exec ionice -c 3 web\n", "main", "ionice"),
    ("exec sudo -u www /opt/db $ARGUMENTS\n", "main", "/opt/db"),
    ("exec start-stop-daemon --start --pidfile /run/a --exec /opt/db -- -f\n", "main", "/opt/db"),
    ("pre-start exec /opt/db\nexec web\n", "pre-start", "/opt/db"),
    ("script\n  mkdir -p /run/a\n  cd /srv\n  exec /opt/db\nend script\n", "main", "mkdir"),
    ("script\n  cd /srv && exec /opt/db\nend script\n", "main", "/opt/db"),
    ("script\n  . /etc/default/a\n  /opt/db\nend script\n", "main", "/opt/db"),
    ("script\n  A=1 '/opt/db'\nend script\n", "main", "/opt/db"),
    ("post-stop script\n  db\n  web\nend script\n", "post-stop", "db"),
    ("env PATH=/opt\nexec db\n", "main", "db"),
])
def test_missing_program(text: str, process: str, name: str) -> None:
    assert missing(text)[:1] == [f"{process} runs {name}, which does not exist"]


@pytest.mark.parametrize("text", [
    "exec /bin/web\n",
    "exec web\n",
    "exec $DAEMON\n",
    "exec /opt/$NAME/db\n",
    "exec `which db`\n",
    "chroot /srv\nexec /opt/db\n",
    "env PATH=$HOME/bin\nexec db\n",
    "script\n  PATH=/opt\n  exec db\nend script\n",
    "script\n  . /opt/env/activate\n  exec db\nend script\n",
    "script\n  db() {\n    web\n  }\n  db\nend script\n",
    "script\n  [ -x /opt/db ] || exit 0\n  exec /opt/db\nend script\n",
    "pre-start script\n  test -x /opt/db || { stop; exit 0; }\nend script\nexec /opt/db\n",
    "script\n  if true; then\n    /opt/db\n  fi\nend script\n",
    "script\n  /opt/db || true\nend script\n",
    "script\n  web && /opt/db\nend script\n",
    "script\n  ! /opt/db\nend script\n",
    "script\n  case $A in\n    a) /opt/db;;\n  esac\nend script\n",
    "script\n  while read A; do /opt/db; done\nend script\n",
    "script\n  exec web\n  /opt/db\nend script\n",
    "script\n  cp -a /usr/share/db /opt/db\n  exec /opt/db\nend script\n",
    "pre-start script\n  cp -a /usr/share/db /opt\nend script\nexec /opt/db\n",
    "script\n  cd /opt\n  ./db\nend script\n",
    "script\n  cat <<E\n/opt/db\nE\n  exec web\nend script\n".replace("cat", "web"),
    "script\n  echo a\n  kill $$\nend script\n",
    "script\n  export A=1\n  ulimit -n 5\n  trap a EXIT\n  web\nend script\n",
])
def test_no_program_is_known_to_be_missing(text: str) -> None:
    assert missing(text) == []


def test_no_programs_without_a_host() -> None:
    assert "program-missing" not in [finding["code"] for finding in check.findings("exec /opt/db\n")]


@pytest.mark.parametrize(("rich_shell", "expected"), [(False, True), (True, False)])
def test_bash_as_sh_has_what_dash_lacks(rich_shell: bool, expected: bool) -> None:
    findings = check.findings("script\n  [[ -f /a ]]\nend script\n", programs=Programs(rich_shell))
    assert ("not-in-sh" in [finding["code"] for finding in findings]) == expected


@pytest.mark.parametrize("rich_shell", [False, True])
@pytest.mark.parametrize("command", ["source /opt/env/activate", "declare -a A", "shopt -s nullglob"])
def test_builtins_of_bash_are_no_missing_programs(command: str, rich_shell: bool) -> None:
    findings = check.findings(f"script\n  {command}\n  exec web\nend script\n", programs=Programs(rich_shell))
    assert "program-missing" not in [finding["code"] for finding in findings]


def test_a_file_that_bash_reads_may_change_the_search_path() -> None:
    findings = check.findings("script\n  source /opt/env/activate\n  exec db\nend script\n", programs=Programs(True))
    assert "program-missing" not in [finding["code"] for finding in findings]
