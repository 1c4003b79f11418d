# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of units: each relation of systemd as an arrow."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.units import build

DB = "exec db\n"


def arrows(jobs: dict[str, str], version: int = 252) -> set[str]:
    graph = build(to_systemd(jobs, version))
    marks = {"start": "->", "stop": "-x", "emit": "-o", "order": ".>"}
    return {f"{edge.source} {marks[edge.relation]} {edge.target} {edge.label}".strip() for edge in graph.edges}


@pytest.mark.parametrize(("web", "arrow"), [
    ("start on runlevel [2345]\nexec web\n", "multi-user.target -> web.service wants"),
    ("start on started db\nexec web\n", "db.service -> web.service wants, after"),
    ("start on starting db\ntask\nexec web\n", "db.service -> web.service wants, before"),
    ("stop on stopping db\nexec web\n", "db.service -x web.service stop, after"),
    ("start on stopped db\ntask\nexec web\n", "db.service -> web.service on success, on failure"),
    ("start on own\nexec web\n", "event-own.service -> web.service wants, before"),
    ("stop on own\nexec web\n", "event-own.service -x web.service conflicts, before"),
    ("exec web\npost-start exec initctl emit own\n", "web.service -o event-own.service"),
    ("instance $N\nstart on own\nexec web\npost-stop exec initctl emit own N=1\n",
     "web@.service -o event-own@.service"),
    ("exec web\npost-start exec stop db\n", "web.service -x db.service script: stop"),
    ("pre-start exec start db\nexec web\n", "web.service -> db.service script: start"),
    ("start on filesystem\nexec web\n", "local-fs.target .> web.service"),
    ("start on net-device-added\ninstance $INTERFACE\nexec web\n", "device -> web@.service"),
    ("start on file FILE=/run/x EVENT=create\nexec web\n", "web.path -> web.service triggers"),
])
def test_relations(web: str, arrow: str) -> None:
    assert arrow in arrows({"web": web, "db": DB})


def test_an_older_systemd() -> None:
    jobs = {"web": "stop on stopping db\nexec web\n", "db": DB}
    assert "db.service -x web.service part of, after" in arrows(jobs, 229)


def test_an_instance_is_its_template() -> None:
    jobs = {"web": "start on started db N=1\ninstance $N\nexec web\n", "db": "instance $N\nexec db\n"}
    graph = build(to_systemd({"web": "start on own N=1\ninstance $N\nexec web\n", **jobs}))
    assert [node for node in graph.nodes if node.startswith("web@") and node != "web@.service"] == []


def test_nodes() -> None:
    nodes = build(to_systemd({
        "db": "start on own\n" + DB, "ssh": "exec sshd\n", "ureadahead": "exec x\n", "bad": "execute\n",
        "report": "start on own\nexec report $VERSION\npre-stop exec initctl emit own VERSION=1\n"})).nodes
    assert {node.lines: (node.kind, node.appearance) for node in nodes.values()} == {
        ("db.service", "near"): ("job", "near"), ("report.service", "impossible"): ("job", "impossible"),
        ("ssh.service", "of the distribution"): ("job", "known"), ("event-own.service",): ("event", "known")}


def test_the_order_is_that_of_names() -> None:
    jobs = {"web": "start on own or started db\nexec web\n", "db": DB}
    assert list(build(to_systemd(jobs)).edges) == list(build(to_systemd(dict(reversed(jobs.items())))).edges)
