# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of job files in the results of filters are data, and no templates."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from ansible.utils import unsafe_proxy
from ansible_collections.sysinit.upstart.plugins.plugin_utils import _untrusted
from ansible_collections.sysinit.upstart.plugins.plugin_utils._untrusted import untrusted

FILTERS = sorted(path.stem for path in (Path(__file__).resolve().parents[4] / "plugins" / "filter").glob("*.py"))


def test_a_result_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The marks of ansible-core before 2.19 are visible in a type, and those of later releases are missing tags."""
    marked: list[Any] = []
    monkeypatch.setattr(_untrusted, "wrap_var", lambda value: marked.append(value) or unsafe_proxy.wrap_var(value))

    @untrusted
    def shout(text: str, times: int = 1) -> dict[str, Any]:
        return {"text": [text.upper() * times]}

    assert shout("{{ a }}", times=2) == {"text": ["{{ A }}{{ A }}"]}
    assert marked == [{"text": ["{{ A }}{{ A }}"]}]


@pytest.mark.parametrize("name", FILTERS)
def test_all_filters_mark_their_results(name: str) -> None:
    plugin = importlib.import_module(f"ansible_collections.sysinit.upstart.plugins.filter.{name}")
    assert hasattr(plugin.FilterModule().filters()[name], "__wrapped__")
