# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loops: jobs whose conditions on one another lead back to their own start or stop.

Only certain effects count: an event must fulfil a condition alone, and the condition may name only the job.
"""

from __future__ import absolute_import, division, print_function

import collections

from .._events.glob import fnmatch
from .._events.relations import GLOB, job_argument
from .._jobfile.expression import fold
from .._jobfile.known_events import JOB_EVENTS
from .._jobfile.shell.init_commands import RESTARTS, STARTS

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import (  # noqa: F401
        Any, Callable, Counter, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Set, Tuple)
    from .._events.relations import RelatedJob, Relations  # noqa: F401
    Node = Tuple[str, str]  # START or STOP, and the name of a job

__metaclass__ = type

START, STOP = "start", "stop"
GOAL_OF_EVENT = {"starting": START, "started": START, "stopping": STOP, "stopped": STOP}
GOAL_OF_STANZA = (("start_on", START), ("stop_on", STOP))

MAX_SEARCHES = 50  # jobs of a group whose loops are searched for: in a large group each job has its own loop

# code: of audit_codes; job: the job that the finding names; path: list of (START or STOP, job) in order.
Loop = collections.namedtuple("Loop", "code job path")


def find_loops(relations):
    # type: (Relations) -> List[Loop]
    """Return the Loops between the jobs of a relations.Relations, one Loop for each set of jobs."""
    effects = _effects(relations)
    natural = dict(effects)
    for job in relations.jobs:
        if job.task:
            natural[START, job.name] = natural.get((START, job.name), []) + [(STOP, job.name)]
    certain, possible = _EffectPaths(effects), _EffectPaths(natural)
    loops = []  # type: List[Loop]
    known = set()
    searches = collections.Counter()  # type: Counter[Optional[Node]]
    for job in relations.jobs:
        group = possible.group(job.name)
        searches[group] += 1
        if group is not None and searches[group] > MAX_SEARCHES:
            continue
        for loop in _loops_of(job.name, certain, possible):
            names = frozenset(name for _goal, name in loop.path)
            if names not in known:
                known.add(names)
                loops.append(loop)
    return loops + _jobs_that_wait_for_themselves(relations)


def _loops_of(name, certain, possible):
    # type: (str, _EffectPaths, _EffectPaths) -> Iterator[Loop]
    """Yield the worst Loop that begins with a job, if any."""
    start, stop = (START, name), (STOP, name)
    if possible.group(name) is not None:
        path = (possible.shortest(start, stop)  # type: ignore[operator]  # in a group both paths exist
                + possible.shortest(stop, start)[1:])  # type: ignore[index]
        if _is_endless(path):
            yield Loop("endless-loop", name, path)
            return
    down, up = certain.shortest(start, stop), certain.shortest(stop, start)
    if down:
        yield Loop("start-leads-to-stop", name, down)
    elif up:
        yield Loop("stop-leads-to-start", name, up)


def _is_endless(path):
    # type: (Iterable[Node]) -> bool
    """Return whether every job of a path is both started and stopped; without that the path ends at some job."""
    goals = {}  # type: Dict[str, Set[str]]
    for goal, name in path:
        goals.setdefault(name, set()).add(goal)
    return all(len(job_goals) == 2 for job_goals in goals.values())


class _EffectPaths:
    """Paths between nodes.

    :param effects: dict of a node, (START or STOP, job), to the list of the nodes that it causes.
    """

    def __init__(self, effects):
        # type: (Mapping[Node, List[Node]]) -> None
        self._effects = effects
        self._reached = set(node for nodes in effects.values() for node in nodes)
        self._crossing = self._crossing_nodes()
        self._groups = None  # type: Optional[Dict[Node, Node]]

    def _crossing_nodes(self):
        # type: () -> Set[Node]
        """Return the nodes from which a path leads from START to STOP or back; long chains of starts have none."""
        causes = {}  # type: Dict[Node, List[Node]]
        waiting = []
        for node, following in self._effects.items():
            for effect in following:
                causes.setdefault(effect, []).append(node)
            if any(effect[0] != node[0] for effect in following):
                waiting.append(node)
        crossing = set(waiting)
        while waiting:
            for node in causes.get(waiting.pop(), ()):
                if node not in crossing:
                    crossing.add(node)
                    waiting.append(node)
        return crossing

    def group(self, job):
        # type: (str) -> Optional[Node]
        """Return a node that identifies the group of nodes between a job's start and its stop and back, or None."""
        if self._groups is None:
            self._groups = _strongly_connected_components(self._effects)
        group = self._groups.get((START, job))
        return group if group is not None and group == self._groups.get((STOP, job)) else None

    def shortest(self, begin, end):
        # type: (Node, Node) -> Optional[List[Node]]
        """Return the shortest path from ``begin`` to ``end`` as a list of nodes, None if there is none.

        One of the two is a start, the other a stop.
        """
        if begin not in self._crossing or end not in self._reached:
            return None
        previous = {begin: None}  # type: Dict[Node, Optional[Node]]
        waiting = collections.deque([begin])
        while waiting:
            node = waiting.popleft()
            for following in self._effects.get(node, ()):
                if following not in previous:
                    previous[following] = node
                    waiting.append(following)
                if following == end:
                    return _path_to(end, previous)
        return None


def _strongly_connected_components(effects):
    # type: (Mapping[Node, List[Node]]) -> Dict[Node, Node]
    """Return a dict of each node to a node that identifies its component (Kosaraju's algorithm).

    The nodes of a component lead to one another.
    """
    causes = {}  # type: Dict[Node, List[Node]]
    for node, following in effects.items():
        for effect in following:
            causes.setdefault(effect, []).append(node)
    order = []  # type: List[Node]
    _walk(effects, list(effects), set(), order.append)
    components = {}  # type: Dict[Node, Node]
    seen = set()  # type: Set[Node]
    for root in reversed(order):
        # mypy does not infer a lambda with a default.
        _walk(causes, [root], seen, lambda node, root=root: components.setdefault(node, root))  # type: ignore[misc]
    return components


def _walk(following, roots, seen, leave):
    # type: (Mapping[Node, Sequence[Node]], Iterable[Node], Set[Node], Callable[[Node], Any]) -> None
    """Call ``leave`` with every reachable node that is not in ``seen``, in post-order (depth first)."""
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        path = [(root, iter(following.get(root, ())))]
        while path:
            node, remaining = path[-1]
            unseen = next((candidate for candidate in remaining if candidate not in seen), None)
            if unseen is None:
                leave(node)
                path.pop()
            else:
                seen.add(unseen)
                path.append((unseen, iter(following.get(unseen, ()))))


def _path_to(node, previous):
    # type: (Optional[Node], Mapping[Node, Optional[Node]]) -> List[Node]
    path = []
    while node is not None:
        path.append(node)
        node = previous[node]
    return path[::-1]


def _effects(relations):
    # type: (Relations) -> Dict[Node, List[Node]]
    """Return a dict of (START or STOP, job) to the list of the (START or STOP, job) that it causes."""
    effects = {}  # type: Dict[Node, List[Node]]
    for job in relations.jobs:
        for stanza, goal in GOAL_OF_STANZA:
            for item in _sufficient(getattr(job, stanza)):
                if item["event"] in JOB_EVENTS and len(item["args"]) == (job_argument(item)[0] is not None):
                    for cause in relations.causes(job, stanza, item):
                        effects.setdefault((GOAL_OF_EVENT[item["event"]], cause), []).append((goal, job.name))
    return effects


def _sufficient(rpn):
    # type: (Optional[List[Dict[str, Any]]]) -> List[Dict[str, Any]]
    """Return the events of a condition that fulfil it alone."""
    return fold(
        rpn,
        leaf=lambda item, _index: [item],
        join=lambda operator, left, right: left + right if operator == "or" else [],
    ) or []


def _jobs_that_wait_for_themselves(relations):
    # type: (Relations) -> List[Loop]
    """Return a Loop for each circle of jobs that can only start after one another."""
    jobs = dict((job.name, job) for job in relations.jobs)
    needs = dict((job.name, _needs(relations, job)) for job in relations.jobs)
    followers = {}  # type: Dict[str, List[str]]
    for name, causes in needs.items():
        for cause in set().union(*[names for names in causes if names is not None]):
            followers.setdefault(cause, []).append(name)
    possible = set(relations.names).difference(jobs)
    waiting = list(possible) + [name for name in jobs if _can_start(jobs[name], needs[name], possible)]
    possible.update(waiting)
    scripts = _ScriptStarts(relations)
    while waiting:
        starter = waiting.pop()
        startable = set(name for name in followers.get(starter, ()) if _can_start(jobs[name], needs[name], possible))
        startable = startable.union(scripts.new_jobs(starter)).difference(possible)
        possible.update(startable)
        waiting.extend(startable)
    return _circles(sorted(set(jobs).difference(possible)), needs, possible)


class _ScriptStarts:
    """The jobs that commands and scripts of other jobs start."""

    def __init__(self, relations):
        # type: (Relations) -> None
        self._names = relations.names
        self._all = set(relations.names)
        self._patterns = {}  # type: Dict[str, Set[str]]
        self._used = set()  # type: Set[str]
        for job in relations.jobs:
            self._patterns[job.name] = set(
                command.pattern(job.name) for command in job.init_commands if command.verb in (STARTS, RESTARTS))

    def new_jobs(self, name):
        # type: (str) -> Set[str]
        """Return the names of the jobs that a job starts.

        The jobs of a pattern are returned only once: it may match all, and the caller needs them once.
        """
        new = self._patterns.get(name, set()).difference(self._used)
        self._used.update(new)
        jobs = self._all.intersection(new)
        for pattern in new:
            if GLOB.search(pattern):
                jobs.update(job for job in self._names if fnmatch(pattern, job))
        return jobs


def _needs(relations, job):
    # type: (Relations, RelatedJob) -> List[Optional[Set[str]]]
    """Return for each event of ``start on`` the set of jobs that cause it, None if it needs no known job."""
    needs = []  # type: List[Optional[Set[str]]]
    for item in job.start_on or ():
        if "event" in item:
            causes = relations.causes(job, "start_on", item) if item["event"] in JOB_EVENTS else ()
            needs.append(set(causes) or None)
    return needs


def _can_start(job, needs, possible):
    # type: (RelatedJob, Iterable[Optional[Set[str]]], Set[str]) -> bool
    """Return whether a job's ``start on``, if it has one, may come true when the ``possible`` jobs start."""
    remaining = iter(needs)

    def can_come(_item, _index):
        # type: (Dict[str, Any], int) -> bool
        causes = next(remaining)
        return causes is None or not possible.isdisjoint(causes)

    can_start = fold(
        job.start_on,
        leaf=can_come,
        join=lambda operator, left, right: (left and right) if operator == "and" else (left or right),
    )
    return can_start is None or can_start


def _circles(names, needs, possible):
    # type: (Iterable[str], Mapping[str, List[Optional[Set[str]]]], Set[str]) -> List[Loop]
    """Return a Loop for each circle, by following from each job to a job that it waits for until a name repeats."""
    loops = []
    seen = set()  # type: Set[str]
    for name in names:
        path = []
        while name not in seen:
            seen.add(name)
            path.append(name)
            name = min(min(causes) for causes in needs[name] if causes is not None and possible.isdisjoint(causes))
        if name in path:
            circle = path[path.index(name):]
            first = circle.index(min(circle))
            circle = circle[first:] + circle[:first]
            loops.append(Loop("waits-for-itself", circle[0], [(START, job) for job in circle]))
    return loops
