# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The make targets as nox sessions.

Each session runs the make target of the same name, which creates the virtual environment and the mirror.
Arguments after -- are passed to make: ``nox -s unit -- TEST=tests/unit/test_rooms.py``.
"""

from __future__ import annotations

import nox

SESSIONS = ("unit", "conformance", "chaos", "systemd", "integration",
            "molecule", "package", "docs", "lint", "format", "coverage")

nox.options.sessions = ["unit", "lint"]


def add_session(target: str) -> None:
    @nox.session(name=target, venv_backend="none")
    def run_make(session: nox.Session) -> None:
        session.run("make", target, *session.posargs, external=True)


for name in SESSIONS:
    add_session(name)
