# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Upstart reference is complete: each stanza, state, event, process and message has its place."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import reference_pages
import state_picture
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import errors, known_events
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import (
    JOB_EVENTS_ONLY_FROM_INIT_SINCE,
    LIMITS,
    OVERRIDES_SINCE,
    STANZAS,
    Stanza,
    dotted,
)
from emulator import states
from emulator.versions import STATES_10, STATES_11, STATES_17, VERSIONS

ROOT = Path(__file__).resolve().parents[3]
RST = ROOT / "docs" / "docsite" / "rst"
LABEL = reference_pages.LABEL
SVG = "{http://www.w3.org/2000/svg}"


def page(name: str) -> str:
    return (RST / f"upstart_{name}.rst").read_text(encoding="utf-8")


def section(name: str, label: str) -> str:
    """Return the text below a label of a page, up to the next label."""
    text = page(name)
    assert f".. _{LABEL}upstart_{name}.{label}:\n" in text
    rest = text.partition(f".. _{LABEL}upstart_{name}.{label}:\n")[2]
    while rest.startswith(".. _"):  # several labels of one section
        rest = rest.partition("\n")[2]
    return rest.partition("\n.. _")[0]


def prose(text: str) -> str:
    """Return a section without its heading and its list of facts."""
    lines = [line for line in text.splitlines() if line and not line.startswith(":")]
    return "\n".join(lines[2:])


def test_the_generated_parts_are_current() -> None:
    command = [sys.executable, str(ROOT / "tests/tools/reference_pages.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("stanza", STANZAS, ids=lambda stanza: stanza.name)
def test_each_stanza_has_a_section(stanza: Stanza) -> None:
    text = section("stanzas", reference_pages.slug(stanza))
    assert f":Syntax: ``{stanza.name}" in text or f" or ``{stanza.name}" in text
    assert f"#module:{stanza.option}`" in text
    assert len(prose(text)) > 20


def test_a_stanza_without_a_section_is_noticed() -> None:
    text = page("stanzas").replace("upstart_stanzas.umask:", "upstart_stanzas.unmask:")
    with pytest.raises(SystemExit, match="unmask"):
        reference_pages.with_facts(text)
    text = page("stanzas").replace(f".. _{LABEL}upstart_stanzas.umask:\n", "")
    with pytest.raises(SystemExit, match="no section for umask"):
        reference_pages.with_facts(text)


@pytest.mark.parametrize("state", sorted(STATES_17))
def test_each_state_has_a_section(state: str) -> None:
    text = section("states", state.replace("-", "_"))
    assert f"\n{state}\n^" in text
    assert len(prose(text)) > 20
    assert ("Since 1.13." in text) is (state not in STATES_11)
    assert ("Since 1.9." in text) is (state in STATES_11 - STATES_10)


@pytest.mark.parametrize("goal", [states.START, states.STOP, states.RESPAWN])
def test_each_goal_has_a_paragraph(goal: str) -> None:
    assert section("states", f"goal_{goal}").lstrip().startswith(f"{goal}\n   ")


def test_the_picture_has_each_state_and_each_way() -> None:
    root = ElementTree.parse(RST / "images" / "upstart_states.svg").getroot()
    titles = [group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g")]
    ways = {f"{way.source}->{way.target}" for way in state_picture.ways()}
    assert set(titles) == STATES_17 | ways
    assert len(titles) == len(set(titles))
    for source in STATES_17 - {states.WAITING}:
        for goal in (states.START, states.STOP):
            assert f"{source}->{states.next_state(source, goal, True)}" in ways


@pytest.mark.parametrize("event", known_events.EVENTS, ids=lambda event: event.pattern)
def test_each_known_event_is_listed(event: known_events.KnownEvent) -> None:
    prefix, dash, last = event.pattern.rpartition("-")
    rows = re.findall(r"^   \* - (.*)$", page("events"), re.M)
    short = [row for row in rows if f"``{dash}{last}``" in row and prefix in row]
    assert f"``{event.pattern}``" in page("events") or f"\n{event.pattern}\n^" in page("events") or short


@pytest.mark.parametrize("name", [*known_events.JOB_EVENTS, "startup", "runlevel"])
def test_each_event_of_init_has_its_variables(name: str) -> None:
    text = section("events", name)
    known = known_events.known_event(name)
    variables = known_events.JOB_EVENTS.get(name) or (known.variables if known else ()) or ()
    if name != "stopped":  # as for stopping
        assert [variable for variable in variables if f"``{variable}``" not in text] == []


@pytest.mark.parametrize("process", states.PROCESS_NAMES)
def test_each_process_is_listed(process: str) -> None:
    assert f"   * - ``{process}``" in page("processes")


@pytest.mark.parametrize("message", sorted(errors.HINTS))
def test_each_message_of_the_parser_is_listed(message: str) -> None:
    assert f"``{message.partition(',')[0]}" in page("job_files") + page("stanzas")


def test_the_resources_of_limit_are_listed() -> None:
    text = section("stanzas", "limit")
    assert [name for name in LIMITS if f"``{name}``" not in text] == []


def test_the_releases_of_the_emulator_are_listed() -> None:
    text = page("versions")
    assert [name for name in VERSIONS if f"     - {name}\n" not in text] == []
    for version in VERSIONS.values():
        assert f"     - {len(version.states)}" in text
    assert f"need Upstart {dotted(OVERRIDES_SINCE)}" in (RST / "overrides.rst").read_text(encoding="utf-8")
    assert JOB_EVENTS_ONLY_FROM_INIT_SINCE > VERSIONS["0.6.5"].number  # rc of Enterprise Linux 6 emits them, too


def test_the_pages_are_on_the_first_page() -> None:
    names = {path.stem for path in RST.glob("upstart_*.rst")} - {"upstart_reference", "upstart_check"}
    assert [name for name in names if f"docsite.{name}>`" not in page("reference")] == []
