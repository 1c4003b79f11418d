# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a list of jobs has brought to a host: which files, so that those it no longer names can be told from others',
and the earlier text of those by which no job has come up yet, so that a later run can bring it back too."""

from __future__ import absolute_import, division, print_function

import json
import os

from .._errors import UpstartError
from .._host import planned_files
from .._host.planned_files import read_file
from .._system.files import Batch
from .._text import text_type
from .plans import WantedFile

__metaclass__ = type

SUFFIX = ".json"
MODE = 0o600  # earlier texts may hold secrets
FORMAT = 1
ABOUT = "Job files written by sysinit.upstart.upstart_job"
KINDS = {"jobs": False, "overrides": True}  # the lists in the file, and whether they are of overrides


class Manifest:
    """What one manifest file holds, on the way from one deployment to the next.

    :ivar unproven: dict of (name, whether that is an override) to a dict as ``report`` tells it under ``previous``: the
        files that were changed and by which the job has not come up since.
    :ivar before: bytes, the names that the file holds now, or None when there is no file.
    :ivar after: bytes, the names that it shall hold in the end; see ``foresee``.
    :raises UpstartError: for a file that is no manifest.
    """

    def __init__(self, path):
        if not path.endswith(SUFFIX):
            raise UpstartError("manifest is %s, but the name of a manifest must end in %s." % (path, SUFFIX), path=path)
        self.path = path
        data = self._held = read_file(path)
        self._entries, self.unproven = (set(), {}) if data is None else _parse(path, data)
        self.before = self.after = None if data is None else _text(self._entries)

    def obsolete(self, wanted, spared=()):
        """Return a WantedFile for each file that is to go, since ``wanted`` (list of WantedFile) no longer names it.

        Files that a manifest beside this one names as well belong to that from now on, and so do those of the jobs
        ``spared``. Names such as ./web, which 1.0.0 took, are dropped: their files are those of other jobs.
        """
        left = self._entries.difference((each.name, each.override) for each in wanted)
        gone = left.difference(self._entries_of_others()) if left else left
        gone = set(entry for entry in gone if entry[0] not in spared and "." not in entry[0].split("/"))
        self._entries -= left - gone
        gone -= set((name, True) for name, override in gone if not override)  # a job file takes its override along
        return [WantedFile(name=name, state="absent", override=override, stanzas={}, content=None, restore=None,
                           merge=False, exact=False, backup=False, keep_running=True, validate=None, enabled=None)
                for name, override in sorted(gone)]

    def _entries_of_others(self):
        folder, own = os.path.split(self.path)
        found = set()
        for name in planned_files.names_in(folder):
            path = os.path.join(folder, name)
            if name.endswith(SUFFIX) and name != own:
                found |= _parse(path, read_file(path) or b"")[0]
        return found

    def mark(self, plans):
        """Note on ``plans`` (list of plans.FilePlan) which files are named now."""
        for each in plans:
            each.listed = (each.wanted.name, each.wanted.override) in self._entries

    def names(self):
        """Return the names of the jobs in ``unproven``."""
        return set(name for name, unused in self.unproven)

    def report(self):
        """Return what a task tells of it beside the names."""
        return {"path": self.path, "unproven": _listed(self.unproven)}

    def forget(self, names):
        """Forget the earlier texts of jobs that have come up by their present files."""
        self.unproven = dict((key, previous) for key, previous in self.unproven.items() if key[0] not in names)

    def foresee(self, plans):
        """Work out what the file shall hold once ``plans`` (list of plans.FilePlan) are carried out."""
        entries = self._with_new(plans)
        for each in plans:
            if each.wanted.restore is not None and not each.wanted.restore.get("listed"):
                entries.discard((each.wanted.name, each.wanted.override))
            if each.wanted.state == "absent" and not each.kept:
                entries.discard((each.wanted.name, each.wanted.override))
                if not each.wanted.override and each.wanted.restore is None:
                    entries.discard((each.wanted.name, True))
        self.unproven = self._unproven(plans)
        self._entries = entries
        self.after = self.before if not entries and self.before is None else _text(entries)

    def text(self):
        """Return the bytes that the file shall hold."""
        return _text(self._entries, self.unproven)

    def announce(self, plans):
        """Write the old names and the new ones, and the texts that go, before ``plans`` are carried out.

        A crash then forgets none.
        """
        with Batch() as batch:
            batch.tidy([os.path.dirname(self.path)])
        self._write(self._with_new(plans), self._unproven(plans))

    def settle(self, plans):
        """Write what is left after ``plans`` were carried out."""
        self.foresee(plans)
        self.save()

    def save(self):
        """Write what this holds."""
        self._write(self._entries, self.unproven)

    def _unproven(self, plans):
        """A file that is changed again before its job came up keeps the text by which it last did, if it ever did."""
        found = dict(self.unproven)
        for each in plans:
            key = (each.wanted.name, each.wanted.override)
            if each.wanted.restore is not None:
                found.pop(key, None)
            elif each.wanted.state == "absent" and not each.wanted.override:
                found = dict((other, found[other]) for other in found if other[0] != key[0])
            elif each.before != each.after and (each.after is not None or each.stale):
                if key not in found or (found[key]["content"] is None and each.before is not None):
                    found[key] = each.previous()
            elif each.after is None and not each.stale:
                found.pop(key, None)  # nothing runs that the override was taken from
        return found

    def _with_new(self, plans):
        """A file that was there before, and in which a plan only changes some stanzas, stays another's."""
        return self._entries.union(
            (each.wanted.name, each.wanted.override) for each in plans
            if each.wanted.state == "present" and not (each.wanted.merge and each.before is not None))

    def _write(self, entries, unproven):
        data = _text(entries, unproven)
        if data == self._held or (self._held is None and not entries and not unproven):
            return
        folder = os.path.dirname(self.path)
        try:
            if not os.path.isdir(folder):
                os.makedirs(folder, 0o755)
        except OSError as error:
            raise UpstartError("Cannot make the directory %s for the manifest: %s. No job file was touched."
                               % (folder, error.strerror), path=folder)
        with Batch() as batch:
            batch.place(self.path, data, _Plain, self._held)
            batch.finish()
        self._held = data


class _Plain:
    """Attributes of a file that has none of its own."""

    @staticmethod
    def prepare(staged, unused_path):
        os.chmod(staged, MODE)


def _text(entries, unproven=None):
    """Return a manifest's bytes; without ``unproven`` the names only, as they are shown."""
    content = dict((kind, sorted(name for name, is_override in entries if is_override == override))
                   for kind, override in KINDS.items())
    content.update(about=ABOUT, format=FORMAT)
    if unproven:
        content["unproven"] = _listed(unproven)
    return (json.dumps(content, indent=2, sort_keys=True, separators=(",", ": ")) + "\n").encode("ascii")


def _listed(unproven):
    """Return ``Manifest.unproven`` as a list of dicts ``name``, ``override``, ``previous``."""
    return [{"name": name, "override": override, "previous": unproven[name, override]}
            for name, override in sorted(unproven)]


def _parse(path, data):
    """Return what is in a manifest's bytes: a set of (name, whether that is an override), and ``unproven``."""
    try:
        content = json.loads(data.decode("utf-8"))
        lists = dict((kind, content[kind]) for kind in KINDS)
        kept = dict(((_native(each["name"]), each["override"]), dict(each["previous"]))
                    for each in content.get("unproven", []))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _garbage(path, error)
    if content.get("format") != FORMAT:
        raise _garbage(path, "it is of format %s, and this release reads format %d" % (content.get("format"), FORMAT))
    if not all(isinstance(names, list) and all(isinstance(name, text_type) for name in names)
               for names in lists.values()):
        raise _garbage(path, "jobs and overrides must be lists of names")
    return set((_native(name), KINDS[kind]) for kind, names in lists.items() for name in names), kept


def _native(name):
    return name if str is text_type else name.encode("utf-8")


def _garbage(path, why):
    return UpstartError(
        "%s is not a manifest of deployed jobs: %s. Mend it; or remove it, and jobs that are no longer listed stay. "
        "Nothing was touched." % (path, why), path=path)
