# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's Upstart at one moment: its files, its jobs, their instances, and what is unknown about them."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import ConnectionLostError, DaemonError
from .._errors import UpstartError
from .._host import crash_guard, daemon_state, harmful_files, instances, orphans
from .._host.definitions import Definition
from .._host.init_defaults import default_console
from .._host.job_directory import JobDirectory
from .._host.program_search import programs_of_host
from .._jobfile.checks import check
from .._jobfile.values import new_values, same_job
from .._system.search_path import directories_of
from .._text import decode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Sequence, Set, Tuple, Union  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401

__metaclass__ = type

MAX_NAMES = 5  # of jobs in a sentence


class Host:
    """The daemon, its job files and its jobs.

    :ivar version: tuple, the daemon's.
    :ivar peer_pid: int, the daemon's process ID as this task sees it; 0 if it does not.
    :ivar transport: text, how it is reached (see connection.Connection).
    :ivar default_console: text, see init_defaults.
    :ivar programs: program_search.HostPrograms, or None if unknown here.
    :ivar log_priority: text, None if unknown.
    :ivar folder: job_directory.JobDirectory.
    :ivar loaded: set of the names of the jobs that the daemon has.
    :ivar known: set of the names of the loaded jobs and the jobs with a file; ``names`` is the same, sorted.
    :ivar classes: dict of job name to its class in the GetState dump, None if unknown.
    :ivar instances: dict of job name to the sorted list of its instances.InstanceReport.
    :ivar left_out: list of sentences about what is unknown, and why.
    """

    def __init__(self, client, conf_dir, thorough, wanted):
        # type: (Upstart, str, bool, Sequence[Tuple[str, str]]) -> None
        """Read everything except the instances.

        :param thorough: bool, whether the files are also parsed for ``check``.
        :param wanted: list of (section of upstart_info, text), the sections that need the definitions in the daemon. If
            it is empty, the daemon is not asked for them.
        """
        self.version = client.version()
        self.transport = client.connection.transport_name
        self.peer_pid = client.connection.peer["pid"]
        self.default_console = default_console(self.peer_pid)
        self.programs = programs_of_host(self.peer_pid)
        self.folder = JobDirectory(conf_dir, self.version)
        # Replaces the dump where the daemon must not be asked for it.
        self._evidence = None  # type: Optional[orphans.Evidence]
        dump, self._reason = self._request_dump(client, wanted)
        self.folder.parse(check.load if thorough else None)  # while the daemon writes its dump
        self.loaded, self._without_path = _real_names(client.jobs(), self.folder)
        self.known = self.loaded.union(self.folder.jobs)
        self.names = sorted(self.known)
        self.left_out = list(self.folder.unreadable)  # type: List[str]
        self.log_priority = self._read_log_priority(client)
        self.classes = self._read_classes(dump)
        self.instances = {}  # type: Dict[str, List[instances.InstanceReport]]
        self._stale = {}  # type: Dict[Union[str, Tuple[str, str]], Optional[bool]]
        self._unknown = [] if self.classes is not None else list(wanted)
        self._definitions_index = len(self.left_out)  # where the sentence on definitions goes
        self._note_unknown_stanzas()

    def _request_dump(self, client, wanted):
        # type: (Upstart, Sequence[Tuple[str, str]]) -> Tuple[Optional[daemon_state.PendingState], Optional[str]]
        """Return (PendingState or None, reason for None): a daemon with certain texts crashes when it is asked."""
        if not wanted:
            return None, u"Upstart was not asked for its definitions; add definitions to subset"
        try:
            crash_guard.ensure_loaded_definitions_are_safe(client, self.folder.search_path, self.folder.copies)
            crash_guard.ensure_all_jobs_have_files(client, self.folder.search_path, self.folder.readable)
            return daemon_state.PendingState(client, self.folder.harmful_file), None
        except crash_guard.StateUnavailableError as error:
            if isinstance(error, crash_guard.UnsafeToQueryError):
                self._evidence = orphans.evidence(client, self.folder.search_path, error, self.version)
            return None, error.message

    def _read_classes(self, dump):
        # type: (Optional[daemon_state.PendingState]) -> Optional[Dict[str, Dict[str, Any]]]
        try:
            return dump and dump.read_system_classes()  # type: ignore[return-value]  # each PendingState is true
        except crash_guard.StateUnavailableError as error:
            self._reason = error.message
            return None

    def _read_log_priority(self, client):
        # type: (Upstart) -> Optional[str]
        try:
            return client.log_priority()
        except ConnectionLostError:
            raise
        except DaemonError as error:
            self.left_out.append(u"The log priority: %s" % error.message)
            return None

    def _note_unknown_definitions(self):
        # type: () -> None
        """Add to ``left_out`` what is unknown about the instances without the definitions in the daemon."""
        texts = [text % u"" for unused, text in self._unknown]
        if self._evidence is not None:
            texts = []
            for section, text in self._unknown:
                names = [name for name in sorted(self.instances)
                         if any(self._is_unknown(instance, section) for instance in self.instances[name])]
                texts.extend([text % (u" of " + _shortened(names))] if names else [])
            texts.append(u"which jobs without instances are outdated")
        if texts:
            text = (u" and " if self._evidence is None else u"; ").join(texts)
            self.left_out.insert(self._definitions_index, u"%s: %s." % (
                text[0].upper() + text[1:], (self._reason or u"").rstrip(u".")))

    def _is_unknown(self, instance, section):
        # type: (instances.InstanceReport, str) -> bool
        return (self.is_stale(instance) if section == u"definitions" else instance.env) is None

    def _note_unknown_stanzas(self):
        # type: () -> None
        """Add to ``left_out`` the jobs whose stanzas are unknown without the definitions in the daemon."""
        reason = (self._reason or u"").rstrip(u".")
        names = [name for name in self.names if self._are_stanzas_unknown(name)]
        if names:
            self.left_out.append(u"The stanzas of jobs without a readable file (%s)%s." % (
                _shortened(names), u": " + reason if reason else u""))
        if self.loaded and self.folder.complete and self.loaded.isdisjoint(self.folder.jobs):
            self.left_out.append(u"No loaded job has a file in %s. Set conf_dir to the job directory of this daemon."
                                 % u" or ".join(decode(folder) for folder in directories_of(self.folder.search_path)))

    def _are_stanzas_unknown(self, name):
        # type: (str) -> bool
        files = self.folder.jobs.get(name)
        return (files is None or (files.values is None and files.error is None)) and self._class_of(name) is None

    def load_instances(self, client, names):
        # type: (Upstart, Sequence[str]) -> None
        """Fill ``instances`` for the jobs with these names."""
        names = [name for name in names if name in self.loaded]
        if self.classes is None:
            loaded, hidden = instances.from_calls(client, [name for name in names if name not in self._without_path])
            for name in sorted(self._without_path.intersection(names).union(hidden)):
                self.left_out.append(u"The instances of %s: Upstart makes a wrong D-Bus path from a name that is not "
                                     u"ASCII." % name)
        else:
            loaded = instances.from_dump(dict((name, self.classes[name]) for name in names if name in self.classes))
        loaded.sort(key=lambda instance: (instance.job, instance.name))
        for instance in instances.examine(client, loaded, self.folder.jobs):
            self.instances.setdefault(instance.job, []).append(instance)
        if self._evidence is not None:
            self._evidence.learn(sorted(self.instances))
            for instance in loaded if any(section == u"environment" for section, unused in self._unknown) else ():
                entries = self._evidence.entries(instance.job, instance.name)
                instance.env = None if entries is None else daemon_state.started_with(*entries)
        self._note_unknown_definitions()

    def _class_of(self, name):
        # type: (str) -> Optional[Dict[str, Any]]
        return (self.classes or {}).get(name)

    def values(self, name):
        # type: (str) -> Optional[Dict[str, Any]]
        """Return the values of a job's files, else those of its definition in the daemon; None if both are unknown."""
        files = self.folder.jobs.get(name)
        if files is not None and files.values is not None:
            return files.values
        job_class = self._class_of(name)
        return None if job_class is None else daemon_state.values_of(job_class, new_values())

    def expect(self, name):
        # type: (str) -> str
        """Return the expect stanza of a job: of its definition in the daemon if that is known, else of its files."""
        job_class = self._class_of(name)
        if job_class is None:
            return (self.values(name) or {}).get("expect", "none")
        return daemon_state.expect_of(job_class)

    def path_of(self, name):
        # type: (str) -> str
        """Return the path that the file of a job would have."""
        return u"%s/%s.conf" % (self.folder.path.rstrip(u"/"), name)

    def is_orphan(self, name):
        # type: (str) -> bool
        """Return whether a job that the daemon has lacks a file."""
        return self.folder.complete and name not in self.folder.jobs

    def is_stale(self, instance):
        # type: (instances.InstanceReport) -> Optional[bool]
        """Return whether an instance runs with another definition than the files of its job; None if unknown.

        :param instance: instances.InstanceReport.
        """
        name = instance.job
        if self._evidence is not None:
            return self._is_stale_by_evidence(instance)
        if name not in self._stale:
            files, job_class = self.folder.jobs.get(name), self._class_of(name)
            if job_class is None or files is None or (files.values is None and files.error is None):
                self._stale[name] = None
            else:
                console = None if files.sets_console else self.default_console
                self._stale[name] = files.values is None or not daemon_state.follows(job_class, files.values, console)
        return self._stale[name]

    def _is_stale_by_evidence(self, instance):
        # type: (instances.InstanceReport) -> Optional[bool]
        files, key = self.folder.jobs.get(instance.job), (instance.job, instance.name)
        if files is None or (files.values is None and files.error is None):
            return None
        if key not in self._stale:
            try:
                definition = Definition(instance.job, self.folder.search_path, self.version)
                self._stale[key] = self._evidence.judge(  # type: ignore[union-attr]  # only called with evidence
                    definition, instance.name)[0]
            except UpstartError:  # the file can no longer be read
                self._stale[key] = None
        return self._stale[key]

    def is_outdated(self, name):
        # type: (str) -> bool
        """Return whether the daemon has another definition than the files of a job without instances."""
        files, job_class = self.folder.jobs.get(name), self._class_of(name)
        if job_class is None or files is None or files.values is None or self.instances.get(name):
            return False
        values = files.values
        if not files.sets_console:  # the daemon may have another default
            values = dict(values, console=daemon_state.console_of(job_class))
        return not same_job(daemon_state.values_of(job_class, values), values)


def _shortened(names):
    # type: (Sequence[str]) -> str
    """Return the first of some names as text, with the number of the others."""
    more = len(names) - MAX_NAMES
    return u", ".join(names[:MAX_NAMES]) + (u" and %d more" % more if more > 0 else u"")


def _real_names(names, folder):
    # type: (Iterable[str], JobDirectory) -> Tuple[Set[str], Set[str]]
    """Return the names of loaded jobs as a set, and those of them that are not ASCII, spelled as in their files."""
    loaded = set(names)
    not_ascii = set()  # type: Set[str]
    for name in folder.jobs:
        garbled = harmful_files.reported_names(name)[-1]
        if name not in loaded and garbled in loaded:
            loaded.remove(garbled)
            not_ascii.add(name)
    return loaded | not_ascii, not_ascii
