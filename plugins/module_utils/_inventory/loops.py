# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs whose conditions on one another lead back to where they began.

Only what is certain counts as an effect: an event that alone fulfils a condition, and that asks for nothing but the
job's name.
"""

from __future__ import absolute_import, division, print_function

import collections

from .._events.glob import fnmatch
from .._host.relations import GLOB, job_argument
from .._jobfile.expression import fold
from .._jobfile.known_events import JOB_EVENTS
from .._jobfile.shell.init_commands import RESTARTS, STARTS

__metaclass__ = type

START, STOP = "start", "stop"
HAPPENS = {"starting": START, "started": START, "stopping": STOP, "stopped": STOP}
CAUSED = (("start_on", START), ("stop_on", STOP))

SEARCHES = 50  # jobs of one circle whose loops are searched for: in a large one each has a loop of its own

# code: of audit_codes; job: the job that it is said of; path: list of (START or STOP, job) in order.
Loop = collections.namedtuple("Loop", "code job path")


def find(relations):
    """Return the Loops between the jobs of a relations.Relations, each said of one of its jobs only."""
    effects = _effects(relations)
    natural = dict(effects)
    for job in relations.jobs:
        if job.task:
            natural[START, job.name] = natural.get((START, job.name), []) + [(STOP, job.name)]
    certain, possible = _Ways(effects), _Ways(natural)
    found = []
    told = set()
    searches = collections.Counter()
    for job in relations.jobs:
        circle = possible.circle(job.name)
        searches[circle] += 1
        if circle is not None and searches[circle] > SEARCHES:
            continue
        for loop in _loops_of(job.name, certain, possible):
            key = frozenset(name for _what, name in loop.path)
            if key not in told:
                told.add(key)
                found.append(loop)
    return found + _never_first(relations)


def _loops_of(name, certain, possible):
    """Yield the worst Loop that begins with a job, if there is one."""
    start, stop = (START, name), (STOP, name)
    if possible.circle(name) is not None:
        around = possible.find(start, stop) + possible.find(stop, start)[1:]
        if _in_turn(around):
            yield Loop("endless-loop", name, around)
            return
    down, up = certain.find(start, stop), certain.find(stop, start)
    if down:
        yield Loop("start-leads-to-stop", name, down)
    elif up:
        yield Loop("stop-leads-to-start", name, up)


def _in_turn(path):
    """Return whether each job on the way is both started and stopped: else one of them is already what it becomes."""
    states = {}
    for what, name in path:
        states.setdefault(name, set()).add(what)
    return all(len(one) == 2 for one in states.values())


class _Ways:
    """Ways from one node to another along a dict of node to the nodes that it causes."""

    def __init__(self, effects):
        self._effects = effects
        self._reached = set(node for nodes in effects.values() for node in nodes)
        self._crossing = self._read_crossing()
        self._circles = None

    def _read_crossing(self):
        """Return the nodes from which some way leads to the other kind: in long chains of one kind there is none."""
        causes = {}
        waiting = []
        for node, following in self._effects.items():
            for one in following:
                causes.setdefault(one, []).append(node)
            if any(one[0] != node[0] for one in following):
                waiting.append(node)
        crossing = set(waiting)
        while waiting:
            for node in causes.get(waiting.pop(), ()):
                if node not in crossing:
                    crossing.add(node)
                    waiting.append(node)
        return crossing

    def circle(self, job):
        """Return a node that stands for all which lead from the start of a job to its stop and back; None without."""
        if self._circles is None:
            self._circles = _strongly_connected_components(self._effects)
        circle = self._circles.get((START, job))
        return circle if circle is not None and circle == self._circles.get((STOP, job)) else None

    def find(self, begin, end):
        """Return the shortest list of nodes from ``begin`` to ``end``, which is of the other kind; None without one."""
        if begin not in self._crossing or end not in self._reached:
            return None
        ways = {begin: None}
        waiting = collections.deque([begin])
        while waiting:
            node = waiting.popleft()
            for following in self._effects.get(node, ()):
                if following not in ways:
                    ways[following] = node
                    waiting.append(following)
                if following == end:
                    return _back(ways, end)
        return None


def _strongly_connected_components(effects):
    """Return for each node one that stands for all those which it leads to and which lead to it (Kosaraju's way)."""
    causes = {}
    for node, following in effects.items():
        for one in following:
            causes.setdefault(one, []).append(node)
    order = []
    _walk(effects, list(effects), set(), order.append)
    found = {}
    seen = set()
    for root in reversed(order):
        _walk(causes, [root], seen, lambda node, root=root: found.setdefault(node, root))
    return found


def _walk(following, roots, seen, leave):
    """Call ``leave`` with each node not ``seen`` that can be reached, after all that are reached from it."""
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        path = [(root, iter(following.get(root, ())))]
        while path:
            node, left = path[-1]
            ahead = next((one for one in left if one not in seen), None)
            if ahead is None:
                leave(node)
                path.pop()
            else:
                seen.add(ahead)
                path.append((ahead, iter(following.get(ahead, ()))))


def _back(ways, node):
    path = []
    while node is not None:
        path.append(node)
        node = ways[node]
    return path[::-1]


def _effects(relations):
    """Return a dict of (START or STOP, job) to the list of those that it causes."""
    effects = {}
    for job in relations.jobs:
        for stanza, caused in CAUSED:
            for item in _sufficient(getattr(job, stanza)):
                if item["event"] in JOB_EVENTS and len(item["args"]) == (job_argument(item)[0] is not None):
                    for cause in relations.causes(job, stanza, item):
                        effects.setdefault((HAPPENS[item["event"]], cause), []).append((caused, job.name))
    return effects


def _sufficient(rpn):
    """Return the events of a condition that fulfil it alone."""
    return fold(
        rpn,
        leaf=lambda item, _index: [item],
        join=lambda operator, left, right: left + right if operator == "or" else [],
    ) or []


def _never_first(relations):
    """Return a Loop for each circle of jobs of which every one starts only after another of them."""
    jobs = dict((job.name, job) for job in relations.jobs)
    needs = dict((job.name, _needs(relations, job)) for job in relations.jobs)
    followers = {}
    for name, causes in needs.items():
        for one in set().union(*[cause for cause in causes if cause is not None]):
            followers.setdefault(one, []).append(name)
    possible = set(relations.names).difference(jobs)
    waiting = list(possible) + [name for name in jobs if _can_start(jobs[name], needs[name], possible)]
    possible.update(waiting)
    told = _Told(relations)
    while waiting:
        first = waiting.pop()
        found = set(name for name in followers.get(first, ()) if _can_start(jobs[name], needs[name], possible))
        found = found.union(told.by(first)).difference(possible)
        possible.update(found)
        waiting.extend(found)
    return _circles(sorted(set(jobs).difference(possible)), needs, possible)


class _Told:
    """Which jobs are started by what commands and scripts of others say."""

    def __init__(self, relations):
        self._names = relations.names
        self._all = set(relations.names)
        self._patterns = {}
        self._asked = set()
        for job in relations.jobs:
            self._patterns[job.name] = set(
                order.pattern(job.name) for order in job.orders if order.verb in (STARTS, RESTARTS))

    def by(self, name):
        """Return the names of the jobs that a job starts; those of a pattern only once, as it may cover all."""
        new = self._patterns.get(name, set()).difference(self._asked)
        self._asked.update(new)
        found = self._all.intersection(new)
        for pattern in new:
            if GLOB.search(pattern):
                found.update(one for one in self._names if fnmatch(pattern, one))
        return found


def _needs(relations, job):
    """Return for each event of ``start on`` the set of jobs that cause it, None for one that needs no known job."""
    needs = []
    for item in job.start_on or ():
        if "event" in item:
            causes = relations.causes(job, "start_on", item) if item["event"] in JOB_EVENTS else ()
            needs.append(set(causes) or None)
    return needs


def _can_start(job, needs, possible):
    """Return whether a job's ``start on``, if it has one, may come true when the ``possible`` jobs start."""
    remaining = iter(needs)

    def can_come(_item, _index):
        causes = next(remaining)
        return causes is None or not possible.isdisjoint(causes)

    can_start = fold(
        job.start_on,
        leaf=can_come,
        join=lambda operator, left, right: (left and right) if operator == "and" else (left or right),
    )
    return can_start is None or can_start


def _circles(names, needs, possible):
    """Follow what each of the jobs waits for until a name comes again."""
    found = []
    seen = set()
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
            found.append(Loop("waits-for-itself", circle[0], [(START, one) for one in circle]))
    return found
