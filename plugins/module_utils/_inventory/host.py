# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's Upstart at one moment: its files, its jobs, their instances, and what it does not tell."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import ConnectionLostError, DaemonError
from .._errors import UpstartError
from .._host import crash_guard, daemon_state, harmful_files, instances
from .._host.definitions import Definition
from .._host.job_directory import JobDirectory
from .._jobfile.values import new_values, same_job

__metaclass__ = type

NAMED = 5  # jobs in a sentence


class Host:
    """What is known before anything is said about it.

    :ivar version: tuple, the daemon's.
    :ivar log_priority: text, None when it is not told.
    :ivar folder: job_directory.JobDirectory.
    :ivar loaded: set of the names of the jobs that the daemon knows.
    :ivar known: set of these and of those that have a job file; ``names`` is the same, sorted.
    :ivar classes: dict of job name to its class in the GetState dump, or None when that is not told.
    :ivar instances: dict of job name to the sorted list of its instances.InstanceReport.
    :ivar left_out: list of sentences on what could not be found out.
    """

    def __init__(self, client, conf_dir, thorough, wanted):
        """Ask for and read everything but the instances.

        :param thorough: whether the files are parsed for ``check``, too.
        :param wanted: list of (part of upstart_info, text), what the definitions that the daemon holds are needed for;
            if there is none, they are not asked for.
        """
        self.version = client.version()
        self.folder = JobDirectory(conf_dir, self.version)
        self._evidence = None  # what is known where the dump must not be asked for
        dump, self._reason = self._ask(client, wanted)
        self.folder.parse(thorough)  # while the daemon writes its dump
        self.loaded, self._without_path = _real_names(client.jobs(), self.folder)
        self.known = self.loaded.union(self.folder.jobs)
        self.names = sorted(self.known)
        self.left_out = list(self.folder.unreadable)
        self.log_priority = self._log_priority(client)
        self.classes = self._receive(dump)
        self.instances = {}
        self._stale = {}
        self._unknown = [] if self.classes is not None else list(wanted)
        self._place = len(self.left_out)
        self._leave_out()

    def _ask(self, client, wanted):
        """Return (daemon_state.PendingState or None, reason for None): certain texts crash a daemon that is asked."""
        if not wanted:
            return None, u"the definitions that Upstart holds were not asked for"
        try:
            crash_guard.ensure_loaded_definitions_are_safe(client, self.folder.path, self.folder.copies)
            crash_guard.ensure_all_jobs_have_files(client, self.folder.path, self.folder.readable)
            return daemon_state.PendingState(client, self.folder.harmful_file), None
        except crash_guard.StateUnavailableError as error:
            if isinstance(error, crash_guard.UnsafeToQueryError):
                from .._host import orphans
                self._evidence = orphans.evidence(client, self.folder.path, error, self.version)
            return None, error.message

    def _receive(self, dump):
        try:
            return dump and dump.read_system_classes()
        except crash_guard.StateUnavailableError as error:
            self._reason = error.message
            return None

    def _log_priority(self, client):
        try:
            return client.log_priority()
        except ConnectionLostError:
            raise
        except DaemonError as error:
            self.left_out.append(u"The log priority: %s" % error.message)
            return None

    def _leave_out_definitions(self):
        """Note what nobody knows of the instances without the definitions that the daemon holds."""
        texts = [text % u"" for unused, text in self._unknown]
        if self._evidence is not None:
            texts = []
            for part, text in self._unknown:
                names = [name for name in sorted(self.instances)
                         if any(self._is_unknown(one, part) for one in self.instances[name])]
                texts.extend([text % (u" of " + _some_of(names))] if names else [])
            texts.append(u"which jobs without instances are outdated")
        if texts:
            text = (u" and " if self._evidence is None else u"; ").join(texts)
            self.left_out.insert(self._place, u"%s: %s." % (
                text[0].upper() + text[1:], (self._reason or u"").rstrip(u".")))

    def _is_unknown(self, instance, part):
        return (self.is_stale(instance) if part == u"definitions" else instance.env) is None

    def _leave_out(self):
        """Note what cannot be told without the definitions that the daemon holds."""
        reason = (self._reason or u"").rstrip(u".")
        strangers = [name for name in self.names if self._is_stranger(name)]
        if strangers:
            self.left_out.append(u"The stanzas of jobs without a file that can be read (%s)%s." % (
                _some_of(strangers), u": " + reason if reason else u""))
        if self.loaded and self.folder.complete and self.loaded.isdisjoint(self.folder.jobs):
            self.left_out.append(u"None of the loaded jobs has a file in %s: is that the directory of this daemon?"
                                 % self.folder.path)

    def _is_stranger(self, name):
        """Return whether nothing is known of what a job says."""
        files = self.folder.jobs.get(name)
        return (files is None or (files.values is None and files.error is None)) and self._held(name) is None

    def find_instances(self, client, names):
        """Fill ``instances`` for the jobs called ``names``."""
        names = [name for name in names if name in self.loaded]
        if self.classes is None:
            found, hidden = instances.from_calls(client, [name for name in names if name not in self._without_path])
            for name in sorted(self._without_path.intersection(names).union(hidden)):
                self.left_out.append(u"The instances of %s: Upstart makes no right D-Bus path of a name that is not "
                                     u"ASCII." % name)
        else:
            found = instances.from_dump(dict((name, self.classes[name]) for name in names if name in self.classes))
        found.sort(key=lambda one: (one.job, one.name))
        for one in instances.examine(client, found, self.folder.jobs):
            self.instances.setdefault(one.job, []).append(one)
        if self._evidence is not None:
            self._evidence.learn(sorted(self.instances))
            for one in found if any(part == u"environment" for part, unused in self._unknown) else ():
                entries = self._evidence.entries(one.job, one.name)
                one.env = None if entries is None else daemon_state.started_with(*entries)
        self._leave_out_definitions()

    def _held(self, name):
        return (self.classes or {}).get(name)

    def values(self, name):
        """Return what a job's files say; what the daemon holds of it when they say nothing; None when unknown."""
        files = self.folder.jobs.get(name)
        if files is not None and files.values is not None:
            return files.values
        held = self._held(name)
        return None if held is None else daemon_state.values_of(held, new_values())

    def expect(self, name):
        """Return what the instances of a job are expected to do: by the definition that they follow, if it is told."""
        held = self._held(name)
        return (self.values(name) or {}).get("expect", "none") if held is None else daemon_state.expect_of(held)

    def path_of(self, name):
        """Return where the file of a job would be."""
        return u"%s/%s.conf" % (self.folder.path.rstrip(u"/"), name)

    def is_orphan(self, name):
        """Return whether the daemon has a job of which there is no file."""
        return self.folder.complete and name not in self.folder.jobs

    def is_stale(self, instance):
        """Return whether an instance follows another definition than the files of its job; None when unknown.

        :param instance: instances.InstanceReport.
        """
        name = instance.job
        if self._evidence is not None:
            return self._judge(instance)
        if name not in self._stale:
            files, held = self.folder.jobs.get(name), self._held(name)
            if held is None or files is None or (files.values is None and files.error is None):
                self._stale[name] = None
            else:
                self._stale[name] = files.values is None or not daemon_state.follows(held, files.values)
        return self._stale[name]

    def _judge(self, instance):
        files, key = self.folder.jobs.get(instance.job), (instance.job, instance.name)
        if files is None or (files.values is None and files.error is None):
            return None
        if key not in self._stale:
            try:
                definition = Definition(instance.job, self.folder.path, self.version)
                self._stale[key] = self._evidence.judge(definition, instance.name)[0]
            except UpstartError:  # it cannot be read any more
                self._stale[key] = None
        return self._stale[key]

    def is_outdated(self, name):
        """Return whether the daemon holds another definition than the files of a job without instances."""
        files, held = self.folder.jobs.get(name), self._held(name)
        if held is None or files is None or files.values is None or self.instances.get(name):
            return False
        values = files.values
        if not files.job.all("console"):  # the daemon's own default may be another
            values = dict(values, console=daemon_state.console_of(held))
        return not same_job(daemon_state.values_of(held, values), values)


def _some_of(names):
    """Return the first of some names as text, with the number of the others."""
    more = len(names) - NAMED
    return u", ".join(names[:NAMED]) + (u" and %d more" % more if more > 0 else u"")


def _real_names(names, folder):
    """Return the names of loaded jobs as a set, and those among them that are not ASCII, as their files have them."""
    found = set(names)
    wrong = set()
    for name in folder.jobs:
        garbled = harmful_files.reported_names(name)[-1]
        if name not in found and garbled in found:
            found.remove(garbled)
            wrong.add(name)
    return found | wrong, wrong
