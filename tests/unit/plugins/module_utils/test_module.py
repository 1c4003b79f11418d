# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times that no module accepts."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils import _module


class Ended(Exception):
    """The module has ended, with this message."""


class Module:
    no_log = False

    def __init__(self, **params: float) -> None:
        self.params = {"timeout": 60.0, **params}

    def fail_json(self, msg: str) -> None:
        raise Ended(msg)


@pytest.mark.parametrize(("params", "message"), [
    ({"timeout": 0.0}, "timeout is 0, but it must be more than 0 seconds."),
    ({"timeout": float("nan")}, "timeout is nan, but it must be more than 0 seconds."),
    ({"stable_for": -1.0}, "stable_for is -1, but it must be a number of seconds, 0 or more."),
    ({"stable_for": float("inf")}, "stable_for is inf, but it must be a number of seconds, 0 or more."),
    ({"stable_for": float("nan")}, "stable_for is nan, but it must be a number of seconds, 0 or more."),
])
def test_invalid_times(params: dict[str, float], message: str) -> None:
    with pytest.raises(Ended) as caught:
        _module.run(Module(**params), lambda module: pytest.fail("acted"))
    assert str(caught.value) == message
