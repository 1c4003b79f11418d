# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All recorded results of the real parsers: values, the first error and its line."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import LATEST, parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.render import render
from ansible_collections.sysinit.upstart.plugins.module_utils._text import decode, encode

Cases = Callable[[str], list[dict[str, Any]]]
VERSIONS = [(0, 6, 5), (1, 5), (1, 12, 1)]


def verdict(case: dict[str, Any], version: tuple[int, ...] = LATEST) -> tuple[Any, Any]:
    try:
        return parse_job(case["conf"], case["override"], version=version), None
    except JobFileError as error:
        return None, {"file": error.file, "line": error.line, "message": error.text}


@pytest.mark.parametrize(("name", "count"), [("own.jsonl", 336), ("generated.jsonl", 2000)])
def test_latest(load_cases: Cases, name: str, count: int) -> None:
    cases = load_cases(name)
    assert len(cases) == count
    assert [case["name"] for case in cases if verdict(case) != (case["values"], case["error"])] == []


@pytest.mark.parametrize(("name", "count"), [("own.jsonl", 336), ("generated.jsonl", 2000)])
def test_bytes_and_text_give_the_same(load_cases: Cases, name: str, count: int) -> None:
    different = []
    for case in load_cases(name):
        override = case["override"]
        as_bytes = dict(case, conf=encode(case["conf"]), override=override if override is None else encode(override))
        if decode(as_bytes["conf"]) != case["conf"] or verdict(as_bytes) != (case["values"], case["error"]):
            different.append(case["name"])
    assert different == []


@pytest.mark.parametrize(("version", "count"), list(zip(VERSIONS, [309, 336, 336])))
def test_older_release(load_cases: Cases, version: tuple[int, ...], count: int) -> None:
    texts = {case["name"]: case for case in load_cases("own.jsonl")}
    recorded = load_cases("versions/%s/own-verdicts.jsonl" % ".".join(map(str, version)))
    assert len(recorded) == count
    different = []
    for line in recorded:
        _values, error = verdict(texts[line["name"]], version)
        if error and error["file"] == "conf":
            del error["file"]
        if error != line["error"]:
            different.append((line["name"], error, line["error"]))
    assert different == []


@pytest.mark.parametrize(("name", "count"), [("own.jsonl", 214), ("generated.jsonl", 815)])
def test_every_accepted_job_can_be_written(load_cases: Cases, name: str, count: int) -> None:
    accepted = [case for case in load_cases(name) if case["accepted"]]
    assert len(accepted) == count
    different = []
    for case in accepted:
        text = render(case["values"], exec_fallback=False)
        if parse_job(encode(text)) != case["values"]:
            different.append(case["name"])
    assert different == []
