# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of stanzas: every stanza of the parser has rows, and every row is reached."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import STANZAS
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.rows import Row
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.stanza_table import (
    BY_CODE,
    STANZA_CODES,
    STANZA_ROWS,
)
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import codes

START = "start on startup\n"
# A job for each row.
JOBS = {
    "description": "description x\n", "about": "author x\n", "usage": "usage x\n", "exec": "exec /bin/x\n",
    "exec-shell": "exec /bin/x $Y\n", "script": "script\nx\nend script\n", "pre-start": "pre-start exec /x\nexec /y\n",
    "pre-start-stop": "pre-start script\n{ stop; exit 0; }\nend script\nexec /y\n",
    "post-start": "post-start exec /x\n", "post-start-task": "task\npost-start exec /x\n",
    "pre-stop": "pre-stop exec /x\n", "post-stop": "post-stop exec /x\n",
    "task": "task\nexec /x\n", "task-respawn": "task\nrespawn\nexec /x\n", "no-main": START,
    "expect-none": "expect none\nexec /x\n", "expect-fork": "expect daemon\nexec /x\n",
    "expect-stop": "expect stop\nexec /x\n", "respawn": "respawn\nexec /x\n", "respawn-limit": "respawn limit 3 5\n",
    "normal-exit": "normal exit 0 TERM\n", "kill-signal": "kill signal INT\n", "signal-refused": "kill signal 0\n",
    "kill-timeout": "kill timeout 9\n", "reload-signal": "reload signal USR1\n", "process-group": "exec /x\n",
    "console-log": "console log\n", "console-none": "console none\n", "console-output": "console output\n",
    "umask": "umask 077\n", "nice": "nice 5\n", "oom": "oom score 5\n", "limit": "limit core 0 unlimited\n",
    "limit-refused": "limit core 9 1\n", "chdir": "chdir /x\n", "chroot": "chroot /x\n", "relative-path": "chdir x\n",
    "setuid": "setuid x\n", "user-refused": "setuid a/b\n", "env": "env A=1\n", "env-from-init": "env A\n",
    "env-refused": "env 9=x\n", "base-environment": START, "export": "export A\n", "instance": "instance $A\n",
    "instance-several": "instance $A-$B\n", "instance-fixed": "instance x\n",
    "instance-start": "instance $A\nstart on started db\n", "manual": "manual\n",
    "apparmor-switch": "apparmor switch x\n", "apparmor-load": "apparmor load /x\n",
    "cgroup": "cgroup memory limit_in_bytes 5\n", "cgroup-other": "cgroup freezer\n", "debug": "debug\n",
    "import": "import A\n", "tmpfiles": "tmpfiles /x\n", "start-on": START, "stop-on": "stop on x\n",
    "overruled": "nice 1\nnice 2\n", "not-utf-8": "exec /x \ufffd\n", "expect-task": "task\nexpect fork\nexec /x\n",
}
OVERRIDES = {"override": ("exec /x\n", "nice 5\n"), "override-merged": ("start on started a\n", "start on started b\n")}


def test_every_stanza_has_rows() -> None:
    assert set(STANZA_CODES) == {stanza.name for stanza in STANZAS}
    assert {code for names in STANZA_CODES.values() for code in names} <= set(BY_CODE)


@pytest.mark.parametrize("row", STANZA_ROWS, ids=lambda row: row.code)
def test_row(row: Row) -> None:
    code = row.code
    if code in OVERRIDES:
        conf, override = OVERRIDES[code]
        assert codes({"web": {"conf": conf, "override": override}})[code] == BY_CODE[code].verdict
    else:
        assert codes({"web": JOBS[code]})[code] == BY_CODE[code].verdict


@pytest.mark.parametrize("row", STANZA_ROWS, ids=lambda row: row.code)
def test_a_difference_comes_with_its_text(row: Row) -> None:
    assert bool(row.change) == (row.verdict != "exact")
    assert bool(row.remedy) == (row.verdict != "exact")
