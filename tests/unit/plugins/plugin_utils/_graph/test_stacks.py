# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The form of a stack of jobs."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.model import Node
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.stacks import stack_of


@pytest.mark.parametrize(("count", "columns", "rows"), [
    (1, 1, 1), (6, 1, 6), (7, 2, 4), (18, 2, 9), (19, 3, 7), (36, 3, 12), (37, 4, 10), (400, 4, 100)])
def test_a_stack_has_about_three_times_as_many_rows_as_columns(count: int, columns: int, rows: int) -> None:
    stack = stack_of(tuple(Node(str(number), "job", ("a",), "running") for number in range(count)))
    assert (stack.columns, stack.rows) == (columns, rows)
