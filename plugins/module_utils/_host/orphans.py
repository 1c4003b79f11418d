# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs of the definition that an instance runs with, for when Upstart must not be asked for its whole state.

One job whose text cannot be read, such as a job without a file, makes that query unsafe. The other jobs are judged by
their D-Bus properties, by the times at which their files changed, and by their processes.
"""

from __future__ import absolute_import, division, print_function

import os
import time

from .._errors import UpstartError
from .._jobfile.expression import dbus_to_rpn
from .._jobfile.values import SHELL_CHARACTERS, same_job
from .._system import processes
from .._text import decode, encode
from . import crash_guard
from .definitions import Definition
from .harmful_files import DirectoryScan
from .process_times import period
from .releases import STATE_DUMP_SINCE

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401

__metaclass__ = type

COARSE_TICK = 0.01  # seconds that the time of a change in a file may lag behind
WHOLE_SECONDS = 1.0  # the same on a file system that has no fractions of seconds
TEXTS = ("description", "author", "version", "usage")  # properties that are empty if a job does not set them


class Evidence:
    """Judges which definition instances run with, and keeps what it reads about each job.

    :param reason: clause with the reason why the whole state cannot be queried.
    """

    def __init__(self, client, conf_dir, reason, version):
        # type: (Upstart, str, str, Tuple[int, ...]) -> None
        self._client = client
        self._conf_dir = conf_dir
        self._version = version
        self._reason = reason
        self._files = DirectoryScan(conf_dir)
        self._peer_pid = client.connection.peer["pid"]
        # The D-Bus properties of each job, None where it is not loaded.
        self._properties = {}  # type: Dict[str, Optional[Dict[str, Any]]]
        # Each job's instances with the pids of their main processes, None for no process.
        self._mains = {}  # type: Dict[str, Dict[str, Any]]

    def learn(self, names):
        # type: (Iterable[str]) -> None
        """Query the instances of many jobs at once, except jobs that might crash the daemon."""
        names = [name for name in names if name not in self._mains and self._files.is_safe(name)]
        pairs = [(name, instance)
                 for name, instances in zip(names, self._client.instances_of(names)) for instance in instances]
        self._mains.update((name, {}) for name in names)
        for (name, instance), status in zip(pairs, self._client.statuses(pairs)):
            if status is not None:
                self._mains[name][instance] = status["processes"].get("main")

    def judge(self, definition, instance):
        # type: (Definition, Optional[str]) -> Tuple[Optional[bool], Optional[str]]
        """Return whether an instance runs with a definition other than the present files, and a clause.

        The first is None when that is unknown; then the clause gives the reason.
        """
        why, is_stale = self._judge(definition, instance or "")
        if is_stale is not None:
            return is_stale, None
        return None, "%s%s" % (why + ", and " if why else "", self._reason)

    def entries(self, name, instance):
        # type: (str, str) -> Optional[Tuple[List[str], List[str]]]
        """Return all variables of an instance and those of its files, two lists of KEY=VALUE; None when unknown.

        They are known if the process surely has the environment that Upstart gave it.
        """
        try:
            definition = Definition(name, self._conf_dir, self._version)
        except UpstartError:
            return None
        if definition.values is None or self.judge(definition, instance)[0] is not False:
            return None
        pid, proc = self._mains[name][instance], processes.proc_of(self._peer_pid)
        environ = [decode(entry) for entry in processes.words(pid, "environ", proc)]
        if not environ or not matches_process(proc, pid, definition.values)[0]:
            return None
        return environ, definition.values["env"]

    def _judge(self, definition, instance):
        # type: (Definition, str) -> Tuple[Optional[str], Optional[bool]]
        """Return (reason why it is unknown, or None; whether the instance is stale, or None)."""
        name = definition.name
        if not self._files.is_safe(name):
            return None, None
        if definition.values is None:
            return None, True
        self.learn([name])
        began = self._period(instance, name)
        if began is None:
            return "it has no main process whose start time shows that", None
        changes = changes_of(definition)
        if any(first > began[1] for first, _last in changes):
            return None, True
        others = [self._period(other, name) for other in self._mains[name]]
        if any(other is not None and first > other[1] for other in others for first, _last in changes):
            return None, True  # Upstart starts new instances with the definition that an older instance still has
        if None in others:
            return "another instance of its job may have begun before its files were changed", None
        properties = self._properties_of(name)  # so Upstart holds no text of the job that was there before
        if properties is None:
            return "Upstart no longer knows the job", None
        if differs(properties, definition.values):
            return None, True
        return self._judge_without_sign(definition, instance, changes)

    def _judge_without_sign(self, definition, instance, changes):
        # type: (Definition, str, List[Tuple[float, float]]) -> Tuple[Optional[str], Optional[bool]]
        """Return what ``_judge`` does, for an instance without a sign that it is stale."""
        last = max(end for unused, end in changes)
        daemon = period(processes.own_start_ticks(self._peer_pid))
        if daemon is not None and last <= daemon[0]:
            return None, False  # the daemon has only ever read the present files
        periods = [self._period(other, definition.name) for other in self._mains[definition.name]]
        if any(began is None or last > began[0] for began in periods):
            return "its files were changed at about the time when it or another instance of its job began", None
        if may_be_unread(definition) or not processes.watches(self._peer_pid, os.path.dirname(definition.conf)):
            return "Upstart may not have noticed that its files were changed", None
        pid = self._mains[definition.name][instance]
        matches, why = matches_process(
            processes.proc_of(self._peer_pid), pid,
            definition.values)  # type: ignore[arg-type]  # _judge has checked them
        if matches is None and definition.values["respawn"]:  # type: ignore[index]  # the same
            return "it may have been respawned since its files were changed", None
        return why, None if matches is False else False

    def _period(self, instance, name):
        # type: (str, str) -> Optional[Tuple[float, float]]
        pid = self._mains[name].get(instance)
        return period(processes.start_ticks(self._peer_pid, pid)) if pid else None

    def _properties_of(self, name):
        # type: (str) -> Optional[Dict[str, Any]]
        """Return the D-Bus properties of a job, None when it is not loaded."""
        if name not in self._properties:
            self._properties[name] = self._client.properties_of([name])[0]
        return self._properties[name]


def evidence(client, conf_dir, error, version=None):
    # type: (Upstart, str, crash_guard.StateUnavailableError, Optional[Tuple[int, ...]]) -> Optional[Evidence]
    """Return the Evidence to judge by after a StateUnavailableError, or None if the daemon is too old for it."""
    if not isinstance(error, crash_guard.UnsafeToQueryError):
        return None
    version = version or client.version()
    return Evidence(client, conf_dir, error.message, version) if version >= STATE_DUMP_SINCE else None


def changes_of(definition):
    # type: (Definition) -> List[Tuple[float, float]]
    """Return the (earliest, latest) times of the last changes of a job's files, of links and of their targets.

    A removed override leaves no trace here.
    """
    paths = [definition.conf] + ([definition.override] if definition.override_text is not None else [])
    changes = []
    for path in paths:
        for read_status in (os.stat, os.lstat):
            try:
                changed = read_status(path).st_ctime
            except OSError:
                changed = time.time()  # removed just now
            changes.append((changed, changed + (WHOLE_SECONDS if changed == int(changed) else COARSE_TICK)))
    return changes


def may_be_unread(definition):
    # type: (Definition) -> bool
    """Return whether Upstart may have missed a change of the job's files: inotify does not report targets of links."""
    paths = [definition.conf] + ([definition.override] if definition.override_text is not None else [])
    try:
        return any(os.path.islink(path) or os.stat(path).st_nlink > 1 for path in paths)
    except OSError:
        return True


def differs(properties, values):
    # type: (Dict[str, Any], Dict[str, Any]) -> bool
    """Return whether D-Bus properties of a job differ from ``values``.

    The start on of a job without an instance stanza does not count: its instance has been started already.
    """
    held = dict(values)
    held.update((name, properties[name] or None) for name in TEXTS if name in properties)
    if "emits" in properties:
        held["emits"] = list(properties["emits"])
    if "stop_on" in properties:
        held["stop_on"] = dbus_to_rpn(properties["stop_on"])
    if values["instance"] and "start_on" in properties:
        held["start_on"] = dbus_to_rpn(properties["start_on"])
    return not same_job(held, values)


def matches_process(proc, pid, values):
    # type: (str, int, Dict[str, Any]) -> Tuple[Optional[bool], Optional[str]]
    """Return whether a main process matches a definition with ``values``, and a clause.

    True if its command line and environment match, None if they cannot be read or compared. False, with a clause that
    gives the reason, may also mean that it was started with other variables or has changed its command line.
    """
    environ = dict(entry.partition(b"=")[::2] for entry in processes.words(pid, "environ", proc))
    given = dict(entry.partition(u"=")[::2] for entry in values["env"] if u"=" in entry and u"$" not in entry)
    has_environ = b"UPSTART_JOB" in environ
    for name in sorted(given) if has_environ else ():
        if environ.get(encode(name)) != encode(given[name]):
            return False, "its process has a value of %s that differs from its files" % name
    command = values["process"].get("main")
    line = processes.words(pid, "cmdline", proc)
    if command is None or command["script"] or SHELL_CHARACTERS.search(command["command"]) or not line:
        return None, None
    if _is_line_of(line, [encode(word) for word in command["command"].split()]):
        return (True if has_environ or not given else None), None
    if line[0].startswith(b"/") or line[0] == encode(command["command"].split()[0]):
        return False, "its process has a command that differs from its files"
    return None, None  # the program has set its own title


def _is_line_of(line, words):
    # type: (List[bytes], List[bytes]) -> bool
    """Return whether a process with this command line runs a command, which may be a script with an interpreter."""
    return line[-len(words):] == words or (words[0] in line and line[len(line) - len(words) + 1:] == words[1:])
