# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suggestions for misspelt words of short lists."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.spelling import did_you_mean


@pytest.mark.parametrize(("name", "question"), [
    ("exce", "did you mean exec?"), ("stop", "did you mean stop_on?"), ("x", None), ("", None)])
def test_a_word_of_a_short_list(name: str, question: str | None) -> None:
    assert did_you_mean(name, ["exec", "script", "stop_on"]) == question
