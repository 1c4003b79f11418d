# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier check-mode tasks of the same play would have done to this host.

The action plugins pass the records of those tasks to each module, and ``load`` applies them. From then on planned_files
reads the files that those tasks would have written, and check_mode_client answers like the daemon after those tasks.
"""

from __future__ import absolute_import, division, print_function

import base64
import collections
import json
import os
import zlib

from .._daemon import addresses
from .._system.reading import read_file
from .._system.search_path import directories_of
from . import planned_files

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Set, Tuple, Union  # noqa: F401

__metaclass__ = type

OPTION = "_foreseen"  # the module's option with the records of earlier tasks
KEY = "_sysinit_upstart_foreseen"  # the key of a module's result with its own record

# An instance that an earlier task would have started. env: list of KEY=VALUE, the variables of the start; texts: tuple
# of the bytes of the job file and the override that it would run with.
PlannedStart = collections.namedtuple("PlannedStart", "env texts")


def decode(text):
    # type: (str) -> List[Dict[str, Any]]
    """Return the records in the option ``_foreseen``, a list of dicts."""
    return json.loads(zlib.decompress(base64.b64decode(text)).decode("ascii"))


class PlayState:
    """The differences that earlier tasks would have made to the host.

    :param records: list of dicts, see ``record``.
    :param address: text, the address of the module's daemon.
    :param conf_dir: text, the directory of its job files.
    :param read: function that returns the bytes of a file on the host, None if it does not exist.

    :ivar texts: dict of path to bytes, None for a file that would be removed.
    :ivar up: dict of (job, instance) to PlannedStart.
    :ivar down: set of (job, instance) that would be stopped.
    :ivar met: dict of job to a list of bool, for each item of its ``start on`` whether an event would have met it.
    :ivar settings: dict of the settings of the daemon that would change, see settings.read.
    :ivar unknown: dict of job to a clause with the reason why its state is unknown.
    :ivar doubts: list of clauses with the reasons why nothing is certain.
    """

    def __init__(self, records, address, conf_dir, read):
        # type: (Iterable[Dict[str, Any]], str, str, Callable[[str], Optional[bytes]]) -> None
        self.texts = {}  # type: Dict[str, Optional[bytes]]
        self.up = collections.OrderedDict()  # type: Dict[Tuple[str, str], PlannedStart]
        self.down = set()  # type: Set[Tuple[str, str]]
        self.met = {}  # type: Dict[str, List[bool]]
        self.settings = {}  # type: Dict[str, Any]
        self.unknown = {}  # type: Dict[str, str]
        self.doubts = []  # type: List[str]
        self._conf_dir = conf_dir
        self._read = read
        for entry in records:
            self._apply(entry, entry.get("address", address) == address)

    def add(self, entry):
        # type: (Dict[str, Any]) -> None
        """Apply the record of an earlier stage of the same task, and read its files as written from now on."""
        self._apply(entry, True)
        planned_files.add(self.texts)

    def paths(self, job):
        # type: (str) -> Tuple[str, str]
        """Return the paths of a job file and its override."""
        base = os.path.join(self._conf_dir, job)
        return base + ".conf", base + ".override"

    def files_changed(self, job):
        # type: (str) -> bool
        """Return whether earlier tasks would have changed a file of this job."""
        return any(path in self.texts for path in self.paths(job))

    def changed_jobs(self):
        # type: () -> List[str]
        """Return the sorted names of the jobs whose job file earlier tasks would have written or removed."""
        start, end = os.path.join(self._conf_dir, ""), ".conf"
        return sorted(path[len(start):-len(end)] for path in self.texts
                      if path.startswith(start) and path.endswith(end))

    def _apply(self, record, same_daemon):
        # type: (Dict[str, Any], bool) -> None
        for path, text in record.get("files", {}).items():
            path = native(path)
            self.texts[path] = None if text is None else base64.b64decode(text)
            for job in list(self.met):
                if path in self.paths(job):
                    del self.met[job]  # a new definition starts with no event met
        if "forget" in record:
            self._forget(record["forget"])
        if not same_daemon:
            return
        for job, instance in record.get("down", ()):
            pair = native(job), native(instance)
            self.up.pop(pair, None)
            self.down.add(pair)
        for job, instance, env in record.get("up", ()):
            pair = native(job), native(instance)
            self.down.discard(pair)
            self.up[pair] = PlannedStart([native(entry) for entry in env],
                                         tuple(self._texts_of(pair[0])))
            self.unknown.pop(pair[0], None)
        self.settings.update(record.get("settings", {}))
        for job, met in record.get("met", {}).items():
            self.met[native(job)] = met
        self.unknown.update((native(job), native(reason)) for job, reason in record.get("unknown", {}).items())
        if "doubt" in record:
            self.doubts.append(native(record["doubt"]))

    def _texts_of(self, job):
        # type: (str) -> Iterator[Optional[bytes]]
        """Yield the texts of a job file and its override, each from the first directory that has it."""
        for suffix in (".conf", ".override"):
            texts = (self._text(os.path.join(folder, job + suffix)) for folder in directories_of(self._conf_dir))
            yield next((text for text in texts if text is not None), None)

    def _text(self, path):
        # type: (str) -> Optional[bytes]
        return self.texts[path] if path in self.texts else self._read(path)

    def _forget(self, names):
        # type: (Optional[List[str]]) -> None
        """Drop the records of some jobs, None for all, because a task has really changed them."""
        jobs = None if names is None else set(native(name) for name in names)

        def is_dropped(job):
            # type: (str) -> bool
            return jobs is None or job in jobs

        for path in list(self.texts):
            if jobs is None or any(path in self.paths(job) for job in jobs):
                del self.texts[path]
        for pair in [pair for pair in self.up if is_dropped(pair[0])]:
            del self.up[pair]
        self.down = set(pair for pair in self.down if not is_dropped(pair[0]))
        if jobs is None:
            self.settings = {}
        for table in (self.met, self.unknown):
            for job in [job for job in table if is_dropped(job)]:
                del table[job]


def native(text):
    # type: (Any) -> str
    """Return text as ``str``, which is bytes on Python 2."""
    return text if isinstance(text, str) else text.encode("utf-8")


def load(params):
    # type: (Dict[str, Any]) -> Optional[PlayState]
    """Apply the records of earlier tasks and return the PlayState, None if no action plugin called the module.

    :param params: dict, the module's parameters.
    """
    planned_files.reset()
    if not params.get(OPTION):
        return None
    state = PlayState(decode(params[OPTION]), address_of(params), params["conf_dir"], read_file)
    planned_files.add(state.texts)
    return state


def doubt_warnings(earlier):
    # type: (PlayState) -> List[str]
    """Return warnings about earlier tasks whose effects are unknown."""
    return ["Check mode does not know everything that this play would do: %s." % doubt for doubt in earlier.doubts]


def address_of(params):
    # type: (Dict[str, Any]) -> str
    """Return the D-Bus address of a module's daemon: the parameter, or the default."""
    return params["address"] or addresses.default(os.environ, os.geteuid())


def add_to(result, params, **acts):
    # type: (Dict[str, Any], Dict[str, Any], **Any) -> None
    """Add the record of a task to its result, for later tasks of the play; see ``record``.

    The action plugin that called the module removes it from the result. Nothing is added without such a plugin.
    """
    if params.get(OPTION):
        own_record = record(address_of(params), **acts)
        if "boot" in own_record:
            own_record["conf_dir"] = params["conf_dir"]
        if own_record:
            result[KEY] = own_record


def record(
        address,  # type: str
        files=(),  # type: Union[Dict[str, Optional[bytes]], Tuple[()]]
        up=(),  # type: Iterable[Tuple[str, str, List[str]]]
        down=(),  # type: Iterable[Tuple[str, str]]
        met=None,  # type: Optional[Dict[str, List[bool]]]
        unknown=None,  # type: Optional[Dict[str, str]]
        settings=None,  # type: Optional[Dict[str, Any]]
        boot=None,  # type: Optional[Dict[str, Optional[Dict[str, Any]]]]
):
    # type: (...) -> Dict[str, Any]
    """Return what a task would do, for later tasks of the play; empty if it would do nothing.

    :param files: dict of path to bytes, None for a file that would be removed.
    :param up: list of (job, instance, list of KEY=VALUE), instances that would be started or started again.
    :param down: list of (job, instance) that would be stopped.
    :param met: dict of job to a list of bool, see PlayState.
    :param unknown: dict of job to a clause with the reason why its state is unknown.
    :param settings: dict of settings of the daemon, see settings.read.
    :param boot: dict of job to its options, None for a removed job: only the action plugin reads it.
    """
    texts = dict((path, None if data is None else base64.b64encode(data).decode("ascii"))
                 for path, data in dict(files).items())
    entries = dict(files=texts, up=[list(start) for start in up], down=[list(pair) for pair in down], met=met or {},
                   unknown=unknown or {}, settings=settings or {}, boot=boot or {})
    entries = dict((key, value) for key, value in entries.items() if value)
    return dict(entries, address=address) if entries else {}
