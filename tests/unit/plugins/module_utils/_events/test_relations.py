# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs that cause an event, and the jobs that it starts and stops, even among thousands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events.relations import (
    RelatedJob,
    Relations,
    job_argument,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._inventory import loops
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import parser
from ansible_collections.sysinit.upstart.tests.unit.support import counted_work

HOST = {
    "db": "emits db-up\nstart on runlevel [2345]\n",
    "web": "start on started db\nstop on stopping JOB=db\nenv PEER=cache\n",
    "web-admin": "start on (started web* and db-up) or starting/failed web\nstop on stopped JOB!=web\n",
    "cache": "stop on stopping $PEER\n",
    "peer": "env PEER=cache\nstart on started $PEER\nstop on stopping ${PEER} or stopping ${NONE} or started\n",
    "bridge": "emits *-device-*\nexec a\n",
    "disk": "start on block-device-added or db-up/failed or usb-thing or filesystem\n",
    "script": "script\n  initctl emit deployed\n  /sbin/initctl -q emit 'usb-thing' A=1; initctl emit $X\n"
              "  # initctl emit never\n  telinit 2\nend script\n",
}


def relations(texts: dict[str, str], *more: str) -> Relations:
    return Relations(
        [RelatedJob(name, parser.parse_job(text)) for name, text in sorted(texts.items())], {*texts, *more}
    )


@pytest.mark.parametrize(("job", "stanza", "edges"), [
    ("db", "start_on", [("runlevel", ["[2345]"], [])]),
    ("web", "start_on", [("started", ["db"], ["db"])]),
    ("web", "stop_on", [("stopping", ["JOB=db"], ["db"])]),
    ("web-admin", "start_on", [("started", ["web*"], ["web", "web-admin", "website"]), ("db-up", [], ["db"]),
                               ("starting/failed", ["web"], ["web"])]),
    ("web-admin", "stop_on", [("stopped", ["JOB!=web"],
                               ["bridge", "cache", "db", "disk", "peer", "script", "web-admin", "website"])]),
    ("cache", "stop_on", [("stopping", ["$PEER"], [])]),
    ("peer", "start_on", [("started", ["$PEER"], [])]),
    ("peer", "stop_on", [("stopping", ["${PEER}"], ["cache"]), ("stopping", ["${NONE}"], []),
                         ("started", [], sorted([*HOST, "website"]))]),
    ("disk", "start_on", [("block-device-added", [], ["bridge"]), ("db-up/failed", [], ["db"]),
                          ("usb-thing", [], ["script"]), ("filesystem", [], [])]),
])
def test_edges(job: str, stanza: str, edges: list[tuple[str, list[str], list[str]]]) -> None:
    edges_of_host = relations(HOST, "website").edges()
    assert [(edge["event"], edge["args"], edge["emitters"]) for edge in edges_of_host
            if (edge["job"], edge["stanza"]) == (job, stanza)] == edges


@pytest.mark.parametrize(("name", "kind", "emitted_by", "starts", "stops"), [
    ("started", "job", sorted(HOST), ["peer", "web", "web-admin"], ["peer"]),
    ("starting/failed", "job", ["web"], ["web-admin"], []),
    ("db-up", "emitted", ["db"], ["web-admin"], []),
    ("db-up/failed", "emitted", ["db"], ["disk"], []),
    ("deployed", "emitted", ["script"], [], []),
    ("*-device-*", "emitted", ["bridge"], [], []),
    ("block-device-added", "emitted", ["bridge"], ["disk"], []),
    ("filesystem", "known", [], ["disk"], []),
    ("runlevel", "known", [], ["db"], []),
])
def test_events(name: str, kind: str, emitted_by: list[str], starts: list[str], stops: list[str]) -> None:
    host = relations(HOST)
    events = host.events(host.edges(), set(HOST))
    assert [event["name"] for event in events] == sorted(event["name"] for event in events)
    assert [event for event in events if event["name"] == name] == [
        {"name": name, "kind": kind, "emitted_by": emitted_by, "starts": starts, "stops": stops}]


def test_an_event_that_nothing_knows() -> None:
    host = relations({"web": "start on wbe\n"})
    assert [event["kind"] for event in host.events(host.edges(), {"web"})] == ["unknown"]


def test_events_of_some_jobs() -> None:
    host = relations(HOST)
    edges = [edge for edge in host.edges() if edge["job"] == "disk"]
    assert [event["name"] for event in host.events(edges, {"disk"})] == [
        "block-device-added", "db-up/failed", "filesystem", "usb-thing"]
    assert "deployed" in [event["name"] for event in host.events(edges, {"script"})]


@pytest.mark.parametrize("text", [
    "start on started s{before}\nstop on stopping s{before}\n", "start on started s{before} and x\n",
    "task\nstart on stopped s{before}\n", "start on started s{after}\nstop on stopped s{after} or started nothing\n"])
def test_many_jobs_are_searched_for_loops_in_one_pass(text: str) -> None:
    """Every job of a long chain could lead to every other one."""
    def search(size: int) -> Callable[[], object]:
        texts: dict[str, Any] = {
            "s%d" % number: text.format(before=number - 1, after=number + 1) for number in range(1, size)}
        host = relations({**texts, "z": "start on x or stopped z\n"}, "s0", "s%d" % size)
        assert [(loop.code, loop.job) for loop in loops.find_loops(host)] == [("stop-leads-to-start", "z")]
        return lambda: loops.find_loops(host)

    assert counted_work.grows_in_step(search, 200)


def ring(size: int, letter: str = "s") -> dict[str, Any]:
    """Return jobs that start and stop one another; each loop goes through other jobs than the next loop."""
    def name(number: int) -> str:
        return f"{letter}{number % size:03}"

    return {name(number): f"start on started {name(number + 1)} or stopped {name(number + 7)} or x\n"
            f"stop on started {name(number + 3)}\n" for number in range(size)}


def test_a_ring_is_searched_for_loops_in_one_pass() -> None:
    def search(size: int) -> Callable[[], object]:
        host = relations(ring(size))
        names = [f"s{number:03}" for number in range(loops.MAX_SEARCHES)]
        assert [loop.job for loop in loops.find_loops(host)] == names
        return lambda: loops.find_loops(host)

    assert counted_work.grows_in_step(search, 150)


def test_loops_of_two_rings_are_reported_for_both() -> None:
    assert {loop.job[0] for loop in loops.find_loops(relations({**ring(70, "a"), **ring(70, "b")}))} == {"a", "b"}


def test_a_loop_of_thousands_of_jobs_is_reported_once() -> None:
    texts = {"s%04d" % number: "start on started s%04d\n" % ((number + 1) % 2000) for number in range(2000)}
    (loop,) = loops.find_loops(relations(texts))
    assert (loop.code, loop.job, len(loop.path)) == ("waits-for-itself", "s0000", 2000)


def test_a_loop_that_other_jobs_wait_for_starts_with_its_first_job() -> None:
    texts = {"a": "start on started d\n", "b": "start on started c\n", "c": "start on started d\n",
             "d": "start on started b\n", "e": "start on started a\n"}
    (loop,) = loops.find_loops(relations(texts))
    assert (loop.job, [job for _goal, job in loop.path]) == ("b", ["b", "c", "d"])


@pytest.mark.parametrize(("script", "loop"), [
    ("start a", False), ("restart *", False), ("start $ONE", False), ("# start a", True), ("stop a", True),
    ("start c", True)])
def test_a_loop_that_a_script_starts(script: str, loop: bool) -> None:
    texts = {"a": "start on started b\n", "b": "start on started a\n",
             "c": f"start on x\nscript\n  {script}\nend script\n"}
    assert [loop.job for loop in loops.find_loops(relations(texts))] == (["a"] if loop else [])


def test_a_loop_whose_own_script_starts_one_of_its_jobs() -> None:
    texts = {"a": "start on started b\nexec start b\n", "b": "start on started a\n", "c": "start on started d\n",
             "d": "start on started c\nexec start a\n"}
    assert [loop.job for loop in loops.find_loops(relations(texts))] == ["a", "c"]


@pytest.mark.parametrize(("arguments", "expected"), [
    (["web"], ("web", False)), (["JOB=web"], ("web", False)), (["JOB!=web"], ("web", True)),
    (["N=1", "JOB=web"], ("web", False)), (["N=1", "2"], (None, False)), ([], (None, False))])
def test_which_job_an_event_is_of(arguments: list[str], expected: tuple[str | None, bool]) -> None:
    assert job_argument({"event": "started", "args": arguments}) == expected
