# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task says about an event before and after it is emitted."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._emission import emit, run, unnamed_instances
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError

OLD, NEW = (0, 6, 5), (1, 13, 2)
GETTY = "start on ev\ninstance $N\nexec sleep 1000\n"


def emission(folder: Path, *env: str, wait: bool = True) -> emit.Emission:
    return emit.Emission("ev", list(env), wait, 1.0, 0.0, "/var/log/upstart", str(folder))


def task(monkeypatch: pytest.MonkeyPatch, folder: Path, version: tuple[int, ...], wait: bool = True,
         jobs: tuple[str, ...] = ()) -> tuple[dict[str, Any], list[str]]:
    """Emit the event, which moves no job; return the result and the warnings."""
    warnings: list[str] = []
    module = SimpleNamespace(check_mode=False, params={}, warn=warnings.append)
    client = SimpleNamespace(version=lambda: version, jobs=lambda: list(jobs))
    outcome = emit.Outcome(jobs=[], moving=[], settled=True, watched=set(), conditions_unavailable=None)
    monkeypatch.setattr(run.emit, "emit", lambda *_arguments: outcome)
    monkeypatch.setattr(run.verifying, "verify", lambda *_arguments: ([], []))
    return run.run(module, client, emission(folder, wait=wait)), warnings


def test_an_old_daemon_does_not_signal_all_effects(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result, warnings = task(monkeypatch, tmp_path, OLD)
    assert [text[:28] for text in warnings] == ["Upstart 0.6.5 signals only t"]
    assert result["notes"] == ["no job waits for the event ev"]
    assert task(monkeypatch, tmp_path, NEW)[1] == task(monkeypatch, tmp_path, OLD, wait=False)[1] == []


def test_a_suggestion_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("start on eV\nexec a\n")
    result, warnings = task(monkeypatch, tmp_path, NEW, jobs=("a",))
    assert result["notes"] == ["no job waits for the event ev: did you mean eV?"]
    assert warnings == ["The event was emitted, but no job waits for the event ev: did you mean eV?"]
    assert task(monkeypatch, tmp_path, NEW, wait=False, jobs=("a",))[0]["notes"] == []


@pytest.mark.parametrize(("text", "name", "is_refused"), [
    (GETTY, "n" * 250, True), (GETTY, "n" * 9, False), (GETTY.replace("ev", "other"), "n" * 250, False),
    (f"console none\n{GETTY}", "n" * 250, False)])
def test_an_instance_with_a_fatal_name(tmp_path: Path, text: str, name: str, is_refused: bool) -> None:
    (tmp_path / "getty.conf").write_text(text)
    asked = emission(tmp_path, f"N={name}")
    if not is_refused:
        unnamed_instances.refuse_wedging(asked, NEW)
        return
    with pytest.raises(UpstartError) as caught:
        unnamed_instances.refuse_wedging(asked, NEW)
    assert caught.value.message.startswith("The event ev was not emitted. Job getty (nnn")
    assert "would make init loop forever" in caught.value.message
