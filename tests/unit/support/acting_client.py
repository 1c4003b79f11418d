# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client with prepared answers, for tests of the steps of upstart_service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._host.init_log import InitLog
from ansible_collections.sysinit.upstart.plugins.module_utils._services import steps as service_steps
from ansible_collections.sysinit.upstart.plugins.module_utils._services import targets
from ansible_collections.sysinit.upstart.tests.unit.support import fake_client
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import DOWN, SERVICE, FakeClient

NEW, OLD, SILENT = (1, 13, 2), (1, 5), (0, 6, 5)


class Pending:
    """A request; ``answer`` is an error, the values of the reply, or None before the reply."""

    def __init__(self, member: str, answer: Any) -> None:
        self.member = member
        self.answer = answer

    @property
    def done(self) -> bool:
        return self.answer is not None

    def result(self) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Connection(fake_client.FakeConnection):
    """Delivers replies during ``wait``."""

    def __init__(self) -> None:
        self.forgotten: list[Pending] = []
        self.reopened: list[float] = []
        self.on_its_way: list[tuple[Pending, Any]] = []

    def wait(self, ready: Callable[[], object], seconds: float) -> bool:
        for pending, answer in self.on_its_way:
            pending.answer = answer
        return bool(ready())

    def forget(self, pending: Pending) -> None:
        self.forgotten.append(pending)

    def reopen(self, seconds: float) -> None:
        self.reopened.append(seconds)


class Client(FakeClient):
    """Answers requests with ``answers``, in order, and records the requests."""

    def __init__(self, answers: list[Any], statuses: list[Any], number: tuple[int, ...] = NEW) -> None:
        super().__init__({"web": {"": statuses}})
        self.connection: Any = Connection()
        self.answers = answers
        self.number = number
        self.asked: list[str] = []
        self.sent: list[list[str]] = []  # the variables of each request

    def version(self) -> tuple[int, ...]:
        return self.number

    def reload_configuration(self) -> None:
        self.asked.append("ReloadConfiguration")

    def request(self, member: str, job: str, env: list[str]) -> Pending:
        self.asked.append(member)
        self.sent.append(env)
        pending = Pending(member, None)
        self.connection.on_its_way.append((pending, self.answers.pop(0)))
        return pending

    def request_instance(self, member: str, job: str, instance: str) -> Pending:
        return self.request(member, job, [])


def target(folder: Path, state: str, *steps: str, text: str = SERVICE, before: Any = DOWN,
           number: tuple[int, ...] = NEW) -> targets.Target:
    (folder / "web.conf").write_text(text)
    made = targets.Target("web", Definition("web", str(folder), number), fake_client.request(folder, state))
    made.instance = ""
    made.before = made.result.after = before
    made.progress.todo = list(steps)
    return made


def act(client: Client, chosen: targets.Target) -> UpstartError | None:
    service_steps.act(client, [chosen], chosen.wanted, InitLog(chosen.wanted.init_log))
    error: UpstartError | None = chosen.result.error
    return error
