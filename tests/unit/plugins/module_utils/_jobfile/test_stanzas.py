# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table is complete, and the parser and the renderer cover all of it."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import readers, render, stanzas
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import Release
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values

STOCK = [row for row in stanzas.STANZAS if row.name not in stanzas.DIALECTS["chromeos"]]
FIRST_WORDS = """
    apparmor author cgroup chdir chroot console debug description emits env exec expect export instance kill limit
    manual nice normal oom post-start post-stop pre-start pre-stop reload respawn script setgid setuid start stop task
    umask usage version
"""


def test_the_35_stanzas() -> None:
    assert sorted({row.name.split()[0] for row in STOCK}) == FIRST_WORDS.split()
    assert len(FIRST_WORDS.split()) == 35


@pytest.mark.parametrize(("version", "count"), [((0, 6, 5), 27), ((1, 5), 32), ((1, 12, 1), 34), ((1, 13, 2), 35)])
def test_stanzas_of_a_release(version: tuple[int, ...], count: int) -> None:
    assert len({row.name.split()[0] for row in STOCK if row.since <= version}) == count


def test_the_latest_release_has_everything() -> None:
    assert stanzas.LATEST == (1, 13, 2)
    assert max(row.since for row in stanzas.STANZAS) <= stanzas.LATEST


def test_names_are_unique() -> None:
    assert len(stanzas.BY_NAME) == len(stanzas.STANZAS)


def test_every_value_has_a_stanza() -> None:
    assert {row.key for row in STOCK} == set(new_values())


def test_every_kind_is_read_and_written() -> None:
    kinds = {row.kind for row in stanzas.STANZAS}
    assert kinds == set(readers.READERS)
    assert kinds - {"manual"} == set(render.WRITERS)


def test_rows_of_a_group_stand_together() -> None:
    groups = [row.group for row in stanzas.STANZAS]
    starts = [group for index, group in enumerate(groups) if index == 0 or groups[index - 1] != group]
    assert len(starts) == len(set(groups))


def test_dialects() -> None:
    assert stanzas.DIALECTS == {"stock": frozenset(), "chromeos": frozenset(["import", "tmpfiles"])}
    for words in [*stanzas.DIALECTS.values(), *stanzas.BACKPORTS.values()]:
        assert words <= set(stanzas.BY_NAME)


@pytest.mark.parametrize(("name", "version", "known"), [
    ("exec", (1, 2), True), ("oom score", (1, 2), False), ("oom score", Release((1, 2), "chromeos"), True),
    ("import", (1, 13, 2), False), ("import", Release((1, 2), "chromeos"), True),
    ("setuid", Release((1, 2), "chromeos"), False), ("import", Release((1, 13, 2)), False),
])
def test_is_known(name: str, version: tuple[int, ...], known: bool) -> None:
    assert stanzas.is_known(stanzas.BY_NAME[name], version) is known
