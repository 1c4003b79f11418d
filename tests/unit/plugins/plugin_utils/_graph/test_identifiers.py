# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identifiers of nodes whose names differ only in other characters."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.model import Graph, Node
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.text import identifiers


def test_nodes_with_similar_names() -> None:
    keys = ["job a-b", "job a.b", "job a b", "job a_b", "job c-", "job c_2", "job c"]
    graph = Graph({key: Node(key, "job", (key,), "running") for key in keys})
    assert identifiers(graph) == dict(zip(keys, [
        "job_a_b", "job_a_b_2", "job_a_b_3", "job_a_b_4", "job_c", "job_c_2", "job_c_3"]))
