# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's files after it is enabled and disabled, on every version of Upstart."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import enabling
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError

NEW, NO_OVERRIDES, NO_MANUAL = (1, 12, 1), (1, 2), (0, 6, 5)
CONF = "start on ev\nexec a\n"
HERE = "script\n  cat <<E\nmanual\nE\nend script\n"


def switch(folder: Path, conf: str, override: str | None, wanted: bool,
           version: tuple[int, ...] = NEW) -> tuple[str, str | None]:
    """Enable or disable the job web and return its two files afterwards."""
    (folder / "web.conf").write_bytes(conf.encode())
    if override is not None:
        (folder / "web.override").write_bytes(override.encode())
    elif (folder / "web.override").is_file():
        (folder / "web.override").unlink()
    change = enabling.plan(Definition("web", str(folder), version), wanted, version)
    texts = {".conf": conf, ".override": override}
    if change is not None:
        assert change.before == (None if texts[Path(change.path).suffix] is None
                                 else str(texts[Path(change.path).suffix]).encode())
        assert change.enabled is wanted
        texts[Path(change.path).suffix] = None if change.after is None else change.after.decode()
    return str(texts[".conf"]), texts[".override"]


OVERRIDES: list[tuple[str, str | None, bool, str | None]] = [
    (CONF, None, True, None),
    (CONF, None, False, "manual\n"),
    (CONF, "manual\n", False, "manual\n"),
    (CONF, "manual\n", True, None),
    (CONF, "", False, "manual\n"),
    (CONF, "# tuned by ops\nenv X=1", False, "# tuned by ops\nenv X=1\nmanual"),
    (CONF, "# tuned by ops\nenv X=1\nmanual", True, "# tuned by ops\nenv X=1"),
    (CONF, "env X=1\r\n", False, "env X=1\r\nmanual\n"),
    (CONF, "manual\nstart on other\n", False, "manual\nstart on other\nmanual\n"),
    (CONF, "manual\nstart on other\nmanual\n", True, "manual\nstart on other\n"),
    (CONF, "manual\nmanual\n", True, None),
    (CONF, "manual # off\n", True, "# off\n"),
    (CONF, "  manual\t# off\nenv X=1\n", True, "  # off\nenv X=1\n"),
    (CONF, "manual description x\n", True, "description x\n"),
    (CONF, HERE, False, HERE + "manual\n"),
    (CONF, HERE + "manual\n", True, HERE),
    (CONF, "env A=1 \\\n", False, "env A=1 \\\n\nmanual\n"),
    ("start on ev\nmanual\nexec a\n", None, False, None),
    ("start on (ev and x A=1)\nmanual\nexec a\n", None, True, "start on (ev and x A=1)\n"),
    ("start on ev\nmanual\nexec a\n", "env X=1", True, "env X=1\nstart on ev\n"),
    ("start on ev\nmanual\nexec a\nmanual\n", None, True, "start on ev\n"),
    ("start on ev\nmanual\nexec a\n", "start on ev\n", False, "start on ev\nmanual\n"),
]


@pytest.mark.parametrize(("conf", "override", "wanted", "after"), OVERRIDES)
def test_overrides(tmp_path: Path, conf: str, override: str | None, wanted: bool, after: str | None) -> None:
    assert switch(tmp_path, conf, override, wanted) == (conf, after)
    assert switch(tmp_path, conf, after, wanted) == (conf, after)  # a second call changes nothing


@pytest.mark.parametrize("override", ["", "# tuned\nenv X=1\n", "# tuned\nenv X=1", "env A=1\r\n\n\n", "\n", "# x \\"])
def test_the_user_text_comes_back_as_it_was(tmp_path: Path, override: str) -> None:
    text: str | None = override
    for _number in range(3):
        text = switch(tmp_path, CONF, text, False)[1]
        text = switch(tmp_path, CONF, text, True)[1]
    assert (text or "") == override


JOB_FILES: list[tuple[tuple[int, ...], str, bool, str]] = [
    (NO_OVERRIDES, CONF, False, CONF + "manual\n"),
    (NO_OVERRIDES, CONF + "manual\n", True, CONF),
    (NO_OVERRIDES, CONF, True, CONF),
    (NO_MANUAL, CONF, False, "#disabled: start on ev\nexec a\n"),
    ((0, 6, 6), CONF, False, "#disabled: start on ev\nexec a\n"),
    ((0, 6, 7), CONF, False, CONF + "manual\n"),
    (NO_MANUAL, "#disabled: start on ev\nexec a\n", True, CONF),
    (NO_MANUAL, "exec a\n  start on (a\n    or b) # why\nstop on c", False,
     "exec a\n#disabled:   start on (a\n#disabled:     or b) # why\nstop on c"),
    (NO_MANUAL, "exec a\n#disabled:   start on (a\n#disabled:     or b) # why\nstop on c", True,
     "exec a\n  start on (a\n    or b) # why\nstop on c"),
    (NO_MANUAL, "start on a\nstart on b\nexec x\n", False, "#disabled: start on a\n#disabled: start on b\nexec x\n"),
    (NO_MANUAL, "exec a\n", False, "exec a\n"),
]


@pytest.mark.parametrize(("version", "conf", "wanted", "after"), JOB_FILES)
def test_versions_without_overrides(tmp_path: Path, version: tuple[int, ...], conf: str, wanted: bool,
                                    after: str) -> None:
    ignored = "an override that these versions do not read\n"
    assert switch(tmp_path, conf, ignored, wanted, version) == (after, ignored)


REFUSED: list[tuple[tuple[int, ...], str, str | None, bool, str]] = [
    (NEW, "exec a\n", None, True, "Job web cannot be enabled: it has no start on condition"),
    (NEW, "exec a\n", "manual\n", True, "Job web cannot be enabled: it has no start on condition"),
    (NO_MANUAL, "exec a\n", None, True, "Job web cannot be enabled: it has no start on condition"),
    (NEW, CONF, "script\nend of it is missing\n", False, "Unterminated block"),
    (NEW, "frob\n", None, False, "web.conf:1: Unknown stanza"),
    (NEW, CONF, "frob\n", True, "web.override:1: Unknown stanza"),
]


@pytest.mark.parametrize(("version", "conf", "override", "wanted", "words"), REFUSED)
def test_refused(tmp_path: Path, version: tuple[int, ...], conf: str, override: str | None, wanted: bool,
                 words: str) -> None:
    with pytest.raises(UpstartError) as caught:
        switch(tmp_path, conf, override, wanted, version)
    assert words in caught.value.message
    assert caught.value.facts["name"] == "web"


def test_a_link_in_place_of_the_override_is_named(tmp_path: Path) -> None:
    (tmp_path / "web.override").symlink_to("elsewhere")
    with pytest.raises(UpstartError, match="is in the way: it is a symbolic link to elsewhere"):
        switch(tmp_path, CONF, None, False)


@pytest.mark.parametrize("conf", [
    'start on ev A="x\u2028y"\nexec a\n', "start on ev A=x\fy\nexec a\n", "start on (a \v\n or b)\n", "start on a\r\n"])
def test_only_a_newline_ends_a_line(tmp_path: Path, conf: str) -> None:
    """Without the stanza manual, each line becomes a comment and is restored exactly."""
    disabled, _override = switch(tmp_path, conf, None, False, NO_MANUAL)
    assert disabled.count("#disabled: ") == conf.count("\n") - conf.count("exec")
    assert switch(tmp_path, disabled, None, True, NO_MANUAL) == (conf, None)


@pytest.mark.parametrize(("text", "on", "after"), [
    ("env X=1\n", True, "env X=1\nmanual\n"), ("manual\n", True, "manual\n"), ("", True, "manual\n"),
    ("env X=1\n", False, "env X=1\n"), ("env X=1\nmanual\n", False, "env X=1\n"), ("", False, "")])
def test_an_override_that_is_as_wanted_stays(text: str, on: bool, after: str) -> None:
    assert enabling.with_manual(text, on) == after


def test_an_override_that_upstart_refuses_is_not_changed() -> None:
    with pytest.raises(JobFileError) as caught:
        enabling.with_manual("env X=1\nfrob\n", True)
    assert (caught.value.file, caught.value.line) == ("override", 2)


def test_a_change_by_somebody_else_is_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The override is read again after it is written."""
    class Watcher:
        instances: tuple[str, ...] = ()

        def wait_loaded(self, path: str, present: bool) -> None:
            raise AssertionError("asked although the file is another")

    class Attributes:
        def prepare(self, staged: str, path: str) -> None:
            return

    (tmp_path / "web.conf").write_text(CONF)
    monkeypatch.setattr(enabling.loading, "watch", lambda client, names: [Watcher() for _name in names])
    monkeypatch.setattr(enabling, "read_file", lambda path: b"start on other\n")
    change = enabling.plan(Definition("web", str(tmp_path), NEW), False, NEW)
    with pytest.raises(UpstartError) as caught:
        enabling.act(None, [change], Attributes(), str(tmp_path))
    path = f"{tmp_path}/web.override"
    assert caught.value.message == (
        f"{path} was changed by another process while this task wrote it. Run the task again.")
    assert caught.value.facts == {"name": "web", "path": path}
