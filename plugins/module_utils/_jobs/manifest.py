# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest: a JSON file that records the job files of a list of jobs.

With it, a later task can remove the files of jobs that are no longer listed, and only those. It also records the
earlier content of files with which no job has run yet, because a later task may have to restore it, and the restarts
and reloads that upstart_deploy has left to a later task.
"""

from __future__ import absolute_import, division, print_function

import base64
import json
import os

from .._errors import UpstartError
from .._host import planned_files
from .._host.planned_files import read_file
from .._system.files import Batch
from .._text import text_type
from .wanted_file import is_removed_job, without_options

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import (  # noqa: F401
        Any, Container, Dict, Iterable, List, Mapping, Optional, Sequence, Set, Tuple, Union)
    from .wanted_file import WantedFile  # noqa: F401
    Entry = Tuple[str, bool]  # the name of a job, and whether the file is an override

__metaclass__ = type

SUFFIX = ".json"
MODE = 0o600  # earlier files may contain secrets
FORMATS = (1, 2)  # format 2 adds ``pending``
ABOUT = "Job files written by sysinit.upstart.upstart_job"
# The keys of an entry of ``pending`` and the types of their values, and the keys of its tasks; see _deploy/pending.
PENDING_KINDS = {
    "name": text_type, "action": text_type, "since": text_type, "reason": text_type, "tasks": list,
    "state": (text_type, type(None)), "stable_for": (int, float), "rollback": bool,
    "instances": (list, type(None)), "play": (text_type, type(None)),
}  # type: Dict[str, Any]
TASK_KEYS = frozenset(["name", "state", "enabled", "env", "instances", "exact"])
KINDS = {"jobs": False, "overrides": True}  # the lists in the file, and whether their files are overrides


class Manifest:
    """The content of a manifest.

    :ivar unproven: dict of (name, whether it is an override) to the value of ``previous`` in the result: files that
        were changed, and with which the job has not run since.
    :ivar pending: list of dict, the restarts and reloads that a later task makes up for; see _deploy/pending.
    :ivar before: bytes, the file's present content with the names only, or None for no file.
    :ivar after: bytes, its content after the task, with the names only; see ``update``.
    :raises UpstartError: if the file is not a manifest.
    """

    def __init__(self, path):
        # type: (str) -> None
        if not path.endswith(SUFFIX):
            raise UpstartError("manifest is %s, but the name of a manifest must end in %s." % (path, SUFFIX), path=path)
        self.path = path
        data = self._written = read_file(path)  # type: Optional[bytes]
        self._entries, self.unproven, self.pending = (set(), {}, []) if data is None else _parse(path, data)
        self.before = self.after = None if data is None else _text(self._entries)

    def obsolete(self, wanted):
        # type: (Iterable[WantedFile]) -> List[WantedFile]
        """Return a WantedFile (state absent) for each recorded file that is no longer listed.

        Files that another manifest in the same directory records too are only dropped from this manifest. So are names
        such as ./web, which 1.0.0 accepted: these files belong to other jobs. A job file leaves its override if that
        is listed, or recorded by another manifest.

        :param wanted: list of WantedFile, the listed files.
        """
        listed = set((file.name, file.override) for file in wanted)
        unlisted = self._entries.difference(listed)
        others = self._entries_of_others() if unlisted else set()
        removed = unlisted.difference(others)
        removed = set(entry for entry in removed if "." not in entry[0].split("/"))
        self._entries -= unlisted - removed
        removed -= set((name, True) for name, override in removed if not override)  # removed with the job file
        return [without_options(name, override, state="absent", keep_override=(name, True) in listed.union(others))
                for name, override in sorted(removed)]

    def _entries_of_others(self):
        # type: () -> Set[Entry]
        folder, own_name = os.path.split(self.path)
        entries = set()  # type: Set[Entry]
        for name in planned_files.names_in(folder):
            path = os.path.join(folder, name)
            if name.endswith(SUFFIX) and name != own_name:
                entries |= _parse(path, read_file(path) or b"")[0]
        return entries

    def mark(self, plans):
        # type: (Iterable[Any]) -> None
        """Set ``listed`` of each plan (plans.FilePlan): whether the manifest records its file now."""
        for plan in plans:
            plan.listed = (plan.wanted.name, plan.wanted.override) in self._entries

    def names(self):
        # type: () -> Set[str]
        """Return the names of the jobs in ``unproven``."""
        return set(name for name, unused in self.unproven)

    def recorded_jobs(self):
        # type: () -> Set[str]
        """Return the names of all jobs whose files the manifest records."""
        return set(name for name, unused in self._entries)

    def report(self):
        # type: () -> Dict[str, Any]
        """Return the value of ``manifest`` in the result."""
        return {"path": self.path, "unproven": _as_list(self.unproven)}

    def forget(self, names):
        # type: (Container[str]) -> None
        """Drop the earlier files of jobs that have run with their present files."""
        self.unproven = dict((key, previous) for key, previous in self.unproven.items() if key[0] not in names)

    def update(self, plans):
        # type: (Sequence[Any]) -> None
        """Set the content that the file will have after ``plans`` (list of plans.FilePlan) are carried out."""
        entries = self._entries_with_new(plans)
        for plan in plans:
            wanted = plan.wanted
            if wanted.restore is not None and not wanted.restore.get("listed"):
                entries.discard((wanted.name, wanted.override))
            if wanted.state == "absent" and not plan.kept:
                entries.discard((wanted.name, wanted.override))
                if is_removed_job(wanted) and not wanted.keep_override:
                    entries.discard((wanted.name, True))
        self.unproven = self._unproven_after(plans)
        self._entries = entries
        self.after = self.before if not entries and self.before is None else _text(entries)

    def is_needed(self):
        # type: () -> bool
        """Return whether there is, or will be, a file: a manifest without content is not written."""
        return self._written is not None or bool(self._entries or self.unproven or self.pending)

    def text(self):
        # type: () -> bytes
        """Return the complete content of the file, as bytes."""
        return _text(self._entries, self.unproven, self.pending)

    def announce(self, plans):
        # type: (Sequence[Any]) -> None
        """Record all old and new files, and earlier contents, before ``plans`` are carried out.

        After a crash, no file is missing from the manifest, and no earlier content that is not restored yet.
        """
        with Batch() as batch:
            batch.tidy([os.path.dirname(self.path)])
        unproven = dict(self.unproven)
        unproven.update(self._unproven_after(plans))
        self._write(self._entries_with_new(plans), unproven)

    def settle(self, plans):
        # type: (Sequence[Any]) -> None
        """Write the final content after ``plans`` are carried out."""
        self.update(plans)
        self.save()

    def save(self):
        # type: () -> None
        """Write the file."""
        self._write(self._entries, self.unproven)

    def _unproven_after(self, plans):
        # type: (Iterable[Any]) -> Dict[Entry, Dict[str, Any]]
        """Return ``unproven`` as it will be after ``plans`` are carried out.

        If a file is changed again before its job has run with it, the earlier content with which it has run is kept.
        """
        unproven = dict(self.unproven)
        for plan in plans:
            key = (plan.wanted.name, plan.wanted.override)
            if plan.wanted.restore is not None:
                unproven.pop(key, None)
            elif is_removed_job(plan.wanted):
                unproven = dict((other, unproven[other]) for other in unproven if other[0] != key[0])
            elif plan.before != plan.after:
                is_added = unproven.get(key, {"content": ""})["content"] is None
                if plan.after is None and is_added:
                    del unproven[key]  # the job has never run with this override
                elif key not in unproven or (is_added and plan.before is not None):
                    unproven[key] = plan.previous()
        return unproven

    def _entries_with_new(self, plans):
        # type: (Iterable[Any]) -> Set[Entry]
        """Return the entries with those of new files. A file that existed and is only merged into, or left as it is
        because of ``force``, is not recorded.
        """
        return self._entries.union(
            (plan.wanted.name, plan.wanted.override) for plan in plans if plan.wanted.state == "present"
            and (plan.before is None or not plan.wanted.merge and plan.wanted.force is not False))

    def _write(self, entries, unproven):
        # type: (Set[Entry], Mapping[Entry, Dict[str, Any]]) -> None
        data = _text(entries, unproven, self.pending)
        if data == self._written or (not entries and not self.is_needed()):
            return
        folder = os.path.dirname(self.path)
        try:
            if not os.path.isdir(folder):
                os.makedirs(folder, 0o755)
        except OSError as error:
            raise UpstartError("Cannot make the directory %s for the manifest: %s. Check what is at this path, then "
                               "run the task again." % (folder, error.strerror), path=folder)
        with Batch() as batch:
            batch.place(self.path, data, _ManifestAttributes, self._written)
            batch.finish()
        self._written = data


class _ManifestAttributes:
    """Attributes of a manifest, in place of _file_attributes.FileAttributes."""

    @staticmethod
    def prepare(staged, unused_path):
        # type: (str, str) -> None
        os.chmod(staged, MODE)


def path_of_set(folder, name):
    # type: (str, str) -> str
    """Return the path of the manifest of a named list of jobs."""
    return os.path.join(folder, name + SUFFIX)


def name_of_set(path):
    # type: (str) -> str
    """Return the name of the list of jobs of a manifest."""
    return os.path.basename(path)[:-len(SUFFIX)]


def sets_in(folder):
    # type: (str) -> List[str]
    """Return the sorted names of the lists of jobs that have a manifest in a directory."""
    return [name_of_set(name) for name in planned_files.names_in(folder) if name.endswith(SUFFIX)]


def _text(
    entries,  # type: Set[Entry]
    unproven=None,  # type: Optional[Mapping[Entry, Dict[str, Any]]]
    pending=None,  # type: Optional[List[Dict[str, Any]]]
):
    # type: (...) -> bytes
    """Return the bytes of a manifest; without ``unproven`` and ``pending``, as the diff shows it."""
    content = dict((kind, sorted(name for name, is_override in entries if is_override == override))
                   for kind, override in KINDS.items())  # type: Dict[str, Any]
    content.update(about=ABOUT, format=FORMATS[1] if pending else FORMATS[0])
    if unproven:
        content["unproven"] = _as_list(unproven)
    if pending:
        content["pending"] = pending
    return (json.dumps(content, indent=2, sort_keys=True, separators=(",", ": ")) + "\n").encode("ascii")


def _as_list(unproven):
    # type: (Mapping[Entry, Dict[str, Any]]) -> List[Dict[str, Any]]
    """Return ``Manifest.unproven`` as a list of dicts ``name``, ``override``, ``previous``."""
    return [{"name": name, "override": override, "previous": unproven[name, override]}
            for name, override in sorted(unproven)]


def _parse(path, data):
    # type: (str, bytes) -> Tuple[Set[Entry], Dict[Entry, Dict[str, Any]], List[Dict[str, Any]]]
    """Return the content of a manifest: a set of (name, whether it is an override), ``unproven`` and ``pending``."""
    try:
        content = json.loads(data.decode("utf-8"))
        lists = dict((kind, content[kind]) for kind in KINDS)
        unproven = dict(((_native(entry["name"]), entry["override"]), _checked_previous(dict(entry["previous"])))
                        for entry in content.get("unproven", []))
        pending = [_as_native(_checked_pending(dict(entry))) for entry in content.get("pending", [])]
    except KeyError as error:
        raise _invalid(path, "the key %s is missing" % error)
    except (ValueError, TypeError, AttributeError, RuntimeError) as error:  # RuntimeError: nested too deeply
        raise _invalid(path, error)
    if content.get("format", FORMATS[0]) not in FORMATS:  # 1.0.0 wrote none
        raise _invalid(path, "it has format %s, but this release reads formats %d and %d" % (
            (content["format"],) + FORMATS))
    if not all(isinstance(names, list) and all(isinstance(name, text_type) for name in names)
               for names in lists.values()):
        raise _invalid(path, "jobs and overrides must be lists of names")
    return set((_native(name), KINDS[kind]) for kind, names in lists.items() for name in names), unproven, pending


def _checked_previous(previous):
    # type: (Dict[str, Any]) -> Dict[str, Any]
    """Return an entry's ``previous``; raise ValueError, TypeError or KeyError if no file can be restored from it."""
    content = previous["content"]
    if content is not None:
        content = content.encode("ascii")
        if base64.b64encode(base64.b64decode(content)) != content:  # the decoder skips what is not base64
            raise ValueError("an unproven entry has the content %r, which is not base64" % previous["content"])
    return previous


def _checked_pending(entry):
    # type: (Dict[str, Any]) -> Dict[str, Any]
    """Return an entry of ``pending``; raise ValueError or KeyError if a task cannot make up for it."""
    for key, kinds in PENDING_KINDS.items():
        if not isinstance(entry[key], kinds):
            raise ValueError("a pending entry has %s %r" % (key, entry[key]))
    for task in entry["tasks"]:
        if not isinstance(task, dict) or task.get("name") != entry["name"] or not TASK_KEYS.issuperset(task):
            raise ValueError("pending of %s has the task %r" % (entry["name"], task))
    return entry


def _native(name):
    # type: (Any) -> str
    return name if str is text_type else name.encode("utf-8")


def _as_native(value):
    # type: (Any) -> Any
    """Return a value from JSON with native strings in all its dicts and lists."""
    if isinstance(value, dict):
        return dict((_native(key), _as_native(value[key])) for key in value)
    if isinstance(value, list):
        return [_as_native(item) for item in value]
    return _native(value) if isinstance(value, text_type) else value


def _invalid(path, reason):
    # type: (str, Union[Exception, str]) -> UpstartError
    return UpstartError(
        "%s is not a manifest: %s. Nothing was changed; fix the file, or remove it and remove unlisted jobs by hand."
        % (path, reason), path=path)
