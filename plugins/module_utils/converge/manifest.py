# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a list of jobs has brought to a host, so that those it no longer names can be told from others'."""

from __future__ import absolute_import, division, print_function

import json
import os

from ..errors import UpstartError
from ..jobfile.textio import text_type
from .definitions import read_file
from .files import Batch
from .jobs import Wanted

__metaclass__ = type

SUFFIX = ".json"
MODE = 0o644
KINDS = {"jobs": False, "overrides": True}  # the lists in the file, and whether they are of overrides


class Manifest:
    """The names in one manifest file, on the way from one deployment to the next.

    :ivar before: bytes, what the file holds now, or None when there is none.
    :ivar after: bytes, what it shall hold in the end; see ``foresee``.
    :raises UpstartError: for a file that is no manifest.
    """

    def __init__(self, path):
        if not path.endswith(SUFFIX):
            raise UpstartError("manifest is %s, but the name of a manifest must end in %s." % (path, SUFFIX), path=path)
        self.path = path
        self.before = self.after = read_file(path)
        self._entries = set() if self.before is None else _parse(path, self.before)

    def obsolete(self, wanted):
        """Return a Wanted for each file that is to go, since ``wanted`` (list of Wanteds) does not name it any more.

        Files that a manifest beside this one names as well belong to that from now on.
        """
        left = self._entries.difference((each.name, each.override) for each in wanted)
        gone = left.difference(self._entries_of_others()) if left else left
        self._entries -= left - gone
        gone -= set((name, True) for name, override in gone if not override)  # a job file takes its override along
        return [Wanted(name=name, state="absent", override=override, stanzas={}, content=None, restore=None,
                       merge=False, exact=False, backup=False, keep_running=True, validate=None)
                for name, override in sorted(gone)]

    def _entries_of_others(self):
        folder, own = os.path.split(self.path)
        found = set()
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if name.endswith(SUFFIX) and name != own:
                found |= _parse(path, read_file(path) or b"")
        return found

    def mark(self, plans):
        """Note on ``plans`` (list of jobs.Plan) which files are named now."""
        for each in plans:
            each.listed = (each.wanted.name, each.wanted.override) in self._entries

    def foresee(self, plans):
        """Work out what the file shall hold once ``plans`` (list of jobs.Plan) are carried out."""
        entries = self._with_new(plans)
        for each in plans:
            if each.wanted.restore is not None and not each.wanted.restore.get("listed"):
                entries.discard((each.wanted.name, each.wanted.override))
            if each.wanted.state == "absent" and not each.kept:
                entries.discard((each.wanted.name, each.wanted.override))
                if not each.wanted.override:
                    entries.discard((each.wanted.name, True))
        self.after = _text(entries, self.before)

    def announce(self, plans):
        """Write the old names and the new ones, before ``plans`` are carried out: a crash then forgets none."""
        self._write(_text(self._with_new(plans), self.before))

    def settle(self, plans):
        """Write the names that are left after ``plans`` were carried out."""
        self.foresee(plans)
        self._write(self.after)

    def _with_new(self, plans):
        """A file that was there before, and in which a plan only changes some stanzas, stays another's."""
        return self._entries.union(
            (each.wanted.name, each.wanted.override) for each in plans
            if each.wanted.state == "present" and not (each.wanted.merge and each.before is not None))

    def _write(self, data):
        if data is None or data == read_file(self.path):
            return
        folder = os.path.dirname(self.path)
        try:
            if not os.path.isdir(folder):
                os.makedirs(folder, 0o755)
        except OSError as error:
            raise UpstartError("Cannot make the directory %s for the manifest: %s. No job file was touched."
                               % (folder, error.strerror), path=folder)
        with Batch() as batch:
            batch.place(self.path, data, _Plain)
            batch.finish()


class _Plain:
    """Attributes of a file that has none of its own."""

    @staticmethod
    def prepare(staged, unused_path):
        os.chmod(staged, MODE)


def _text(entries, before):
    """Return a manifest's bytes; None when there was none and there is nothing to say."""
    if not entries and before is None:
        return None
    lists = dict((kind, sorted(name for name, is_override in entries if is_override == override))
                 for kind, override in KINDS.items())
    text = json.dumps(dict(lists, about="Job files written by sysinit.upstart.upstart_job"), indent=2, sort_keys=True,
                      separators=(",", ": "))
    return (text + "\n").encode("ascii")


def _parse(path, data):
    """Return the entries in a manifest's bytes, a set of (name, whether that is an override)."""
    try:
        content = json.loads(data.decode("utf-8"))
        lists = dict((kind, content[kind]) for kind in KINDS)
    except (ValueError, KeyError, TypeError) as error:
        raise _garbage(path, error)
    if not all(isinstance(names, list) and all(isinstance(name, text_type) for name in names)
               for names in lists.values()):
        raise _garbage(path, "jobs and overrides must be lists of names")
    return set((_native(name), KINDS[kind]) for kind, names in lists.items() for name in names)


def _native(name):
    return name if str is text_type else name.encode("utf-8")


def _garbage(path, why):
    return UpstartError(
        "%s is not a manifest of deployed jobs: %s. Mend it; or remove it, and jobs that are no longer listed stay. "
        "Nothing was touched." % (path, why), path=path)
