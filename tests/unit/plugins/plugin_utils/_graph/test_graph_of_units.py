# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the graph of units leaves out."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.units import build


def test_the_shutdown_is_no_node() -> None:
    graph = build(to_systemd({"early": "start on startup\nexec /x\n"}))
    assert sorted(graph.nodes) == ["early.service", "sysinit.target"]


def test_an_instance_that_follows_another_one_is_no_arrow() -> None:
    graph = build(to_systemd({"one": "start on started one N=1 or runlevel [2345]\nenv N=2\ninstance $N\nexec /x\n"}))
    assert not [edge for edge in graph.edges if edge.source == edge.target]
