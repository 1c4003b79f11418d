# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two forecasts, before and after a change."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.compare import compare_boots, missing_jobs
from ansible_collections.sysinit.upstart.tests.unit.support.boots import TASK, forecast_of

A, B = "start on startup", "start on started a"
GONE = "started x never comes: there is no job x"


@pytest.mark.parametrize(("before", "after", "lines"), [
    ({"a": A}, {"a": A}, []),
    ({"a": A, "b": B}, {"a": A, "b": "start on started x"}, [f"b no longer starts: {GONE}"]),
    ({"a": A, "b": B}, {"a": A}, ["b no longer starts: the job is gone"]),
    ({"a": A, "b": B}, {"a": A, "b": "start on (\n"}, ["b no longer starts: Upstart rejects its file: Expected token"]),
    ({"a": A}, {"a": A, "b": B}, ["b starts now"]),
    ({"a": A, "b": "start on never"}, {"a": A, "b": B}, ["b starts now"]),
    ({"a": A, "b": B, "t": f"start on started a\n{TASK}"}, {"a": A, "b": "start on stopped t", "t": f"{B}\n{TASK}"},
     ["b starts later: because of stopped t RESULT=ok, after t"]),
    ({"a": A, "b": B}, {"a": f"{A}\ntask\nscript\n  if x; then initctl emit go; fi\nend script\n", "b": "start on go"},
     ["b may no longer start"]),
    ({"r": f"{A}\ntask\nexec telinit 2\n"}, {"r": f"{A}\ntask\nexec telinit 3\n"},
     ["the runlevel was 2 and will be 3"]),
    ({"r": f"{A}\ntask\nexec telinit 2\n"}, {"r": A}, ["the runlevel was 2 and will be none"]),
])
def test_differences(before: dict[str, Any], after: dict[str, Any], lines: list[str]) -> None:
    difference = compare_boots(forecast_of(before), forecast_of(after))
    assert [line[:len(expected)] for line, expected in zip(difference.lines(), lines)] == lines
    assert len(difference.lines()) == len(lines)


def test_named_jobs() -> None:
    forecast = forecast_of({"a": A, "b": "start on started x", "d": "start on (\n"})
    assert missing_jobs(["a", "b", "c", "d"], forecast) == {
        "b": GONE, "c": "there is no such job", "d": "Upstart rejects its file: Expected token"}
