# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which init scripts run at boot beside a job of the same name."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._inventory.init_scripts import running_too
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job

SCRIPT = "#!/bin/sh\n# not yet an upstart job\ncase $1 in start) web;; esac\n"
LSB = "#!/bin/sh\n. /lib/lsb/init-functions\nstart-stop-daemon --start --exec /bin/web\n"
HOOK = "lib/lsb/init-functions.d/01-upstart-lsb"


def host(root: Path, script: str = SCRIPT, link: str = "rc2.d/S20web", mode: int = 0o755) -> str:
    path = root / "etc" / "init.d" / "web"
    path.parent.mkdir(parents=True)
    path.write_text(script)
    path.chmod(mode)
    if link:
        target = root / "etc" / link
        target.parent.mkdir(parents=True)
        target.symlink_to(path)
    return str(path)


def script_of(root: Path, stanzas: str = "start on runlevel 2\n", name: str = "web") -> str | None:
    files = SimpleNamespace(values=parse_job(stanzas + "exec a\n"))
    return running_too(name, files, str(root))  # type: ignore[arg-type]


@pytest.mark.parametrize(("script", "link"), [
    (SCRIPT, "rc2.d/S20web"), (SCRIPT, "rc.d/rc3.d/S99web"), (LSB, "rcS.d/S01web"),
])
def test_script_that_runs_too(tmp_path: Path, script: str, link: str) -> None:
    assert script_of(tmp_path) is None
    path = host(tmp_path, script, link)
    assert script_of(tmp_path) == path
    assert script_of(tmp_path, "start on runlevel 2\nmanual\n") is None
    assert script_of(tmp_path, name="db") is None


@pytest.mark.parametrize(("script", "link", "mode"), [
    (SCRIPT, "", 0o755), (SCRIPT, "rc2.d/K80web", 0o755), (SCRIPT, "rc0.d/S20web", 0o755),
    (SCRIPT, "rc2.d/S20web", 0o644), (SCRIPT, "rc2.d/S20web2", 0o755),
    ("#!/bin/sh\nif init_is_upstart; then exit 0; fi\n", "rc2.d/S20web", 0o755),
    ("#!/bin/sh\n[ -e /etc/init/web.conf ] && exec /lib/init/upstart-job web\n", "rc2.d/S20web", 0o755),
    ("#!/bin/sh\n/sbin/initctl version >/dev/null && exit 1\n", "rc2.d/S20web", 0o755),
])
def test_script_that_does_not_run(tmp_path: Path, script: str, link: str, mode: int) -> None:
    host(tmp_path, script, link, mode)
    assert script_of(tmp_path) is None


def test_hook_of_lsb_stops_scripts_that_read_its_functions(tmp_path: Path) -> None:
    path = host(tmp_path, LSB)
    assert script_of(tmp_path) == path
    (tmp_path / HOOK).parent.mkdir(parents=True)
    (tmp_path / HOOK).touch()
    assert script_of(tmp_path) is None
    Path(path).write_text(SCRIPT)
    assert script_of(tmp_path) == path


def test_link_to_upstart_job(tmp_path: Path) -> None:
    path = Path(host(tmp_path))
    path.unlink()
    target = tmp_path / "lib" / "init" / "upstart-job"
    target.parent.mkdir(parents=True)
    target.write_text("#!/bin/sh\n")
    target.chmod(0o755)
    path.symlink_to(target)
    assert script_of(tmp_path) is None
