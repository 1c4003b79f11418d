# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of units."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.names import (
    escape,
    escape_path,
    unit_stem,
    unit_stems,
)


@pytest.mark.parametrize(("text", "escaped"), [
    ("a/b c", "a-b\\x20c"), ("a-b", "a\\x2db"), (".x", "\\x2ex"), ("é", "\\xc3\\xa9"), ("", "-"),
])
def test_escape(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@pytest.mark.parametrize(("path", "escaped"), [("/", "-"), ("/srv//a-b/", "srv-a\\x2db")])
def test_escape_path(path: str, escaped: str) -> None:
    assert escape_path(path) == escaped


def test_stems_keep_usual_names() -> None:
    assert unit_stem("web-1.2_x") == "web-1.2_x"
    assert unit_stem("a@b:c") == "a\\x40b\\x3ac"


def test_no_two_jobs_share_a_unit() -> None:
    assert unit_stems(["a-"]) == {"a-": "a\\x2d"}  # a drop-in for a-.service would count for a-b.service, too
    assert unit_stems(["a/b", "a-b", "rescue"]) == {"a-b": "a-b", "a/b": "a\\x2fb", "rescue": "upstart-rescue"}
