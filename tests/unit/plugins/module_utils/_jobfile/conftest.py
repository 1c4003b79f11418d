# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded results of the parser of real Upstart daemons."""

from __future__ import annotations

import json
import pathlib
from typing import Any, Callable

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values

DATA = pathlib.Path(__file__).resolve().parents[4] / "data" / "job-file-cases"


@pytest.fixture(scope="session")
def load_cases() -> Callable[[str], list[dict[str, Any]]]:
    """Return a function that reads one file of recorded cases, named relative to the data directory."""

    def load(name: str) -> list[dict[str, Any]]:
        with open(DATA / name, encoding="utf-8") as stream:
            cases = [json.loads(line) for line in stream]
        for case in cases:
            if case.get("values"):  # the recordings do not know this newer stanza
                case["values"] = {**new_values(), **case["values"]}
        return cases

    return load
