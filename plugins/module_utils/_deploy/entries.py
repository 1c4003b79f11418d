# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of jobs of upstart_deploy: its checks, and what it asks of each job."""

from __future__ import absolute_import, division, print_function

import re

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .. import _arguments
from .._errors import UpstartError
from .._jobfile.options import NAMES_OF_OPTIONS
from .._jobs import options
from .._text import text_type

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple  # noqa: F401
    from .._jobs.wanted_file import WantedFile  # noqa: F401

__metaclass__ = type

ON_CHANGE = ["restart", "reload", "none"]
ON_FAILURE = ["fail", "rollback"]
# The keys of an entry that are not options of upstart_job. A job file and its override share those in SHARED_KEYS.
DEPLOYMENT_OPTIONS = dict(
    state=dict(type="str", choices=["started", "stopped", "present", "absent"], default="started"),
    enabled=dict(type="bool"),
    instances=dict(type="list", elements="dict"),
    instances_exact=dict(type="bool"),
    on_change=dict(type="str", choices=ON_CHANGE),
    on_failure=dict(type="str", choices=ON_FAILURE),
    template=dict(type="str"),
)  # type: Dict[str, Dict[str, Any]]
SHARED_KEYS = ("state", "enabled", "instances", "instances_exact", "on_change", "on_failure")
INTERNAL_OPTIONS = ("force", "keep_running", "restore")  # options of upstart_job that an entry does not have
REMOVAL_KEYS = ("name", "override", "backup")  # the keys that count for an entry with state: absent
SET_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")


class ListedJob:
    """A job in the list, with what the entries for its job file and its override ask for.

    :ivar is_removed: bool, whether its job file is removed; false if only its override is.
    :ivar is_listed: bool, whether the list has it; false for a job that is only in the manifest.
    :ivar state, enabled, instances, instances_exact, on_change, on_failure: as in the entries, or None.
    """

    def __init__(self, name, is_listed=True):
        # type: (str, bool) -> None
        self.name = name
        self.is_listed = is_listed
        self.is_removed = False
        self.state = None  # type: Optional[str]
        self.enabled = None  # type: Optional[bool]
        self.instances = None  # type: Optional[List[Dict[str, Any]]]
        self.instances_exact = None  # type: Optional[bool]
        self.on_change = None  # type: Optional[str]
        self.on_failure = None  # type: Optional[str]

    def add(self, entry):
        # type: (Dict[str, Any]) -> None
        """Add what an entry asks for."""
        if entry.get("state") == "absent":
            self.is_removed = self.is_removed or not entry.get("override")
            self.on_change = self.on_change or entry.get("on_change")
            return
        for key in SHARED_KEYS:
            if getattr(self, key) is None:
                setattr(self, key, entry.get(key))
        self.state = self.state or "started"


def specification():
    # type: () -> Dict[str, Dict[str, Any]]
    """Return the argument spec of an entry of the list."""
    spec = dict((name, row) for name, row in options.argument_spec().items() if name not in INTERNAL_OPTIONS)
    spec.update(DEPLOYMENT_OPTIONS, name=dict(type="str", required=True))
    return spec


def check_set_name(name):
    # type: (str) -> None
    """Raise UpstartError for a name of a list that is no plain file name."""
    if not SET_NAME.match(name):
        raise UpstartError("set must have only letters, digits, '_', '.' and '-', not '%s'." % name)


def checked(entries):
    # type: (Sequence[Any]) -> List[Dict[str, Any]]
    """Return the entries with only the given keys, converted to the types of ``specification``.

    :raises UpstartError: for wrong entries, with all faults together.
    """
    spec = specification()
    validator, known = ArgumentSpecValidator(spec), _arguments.names_of_options(spec)
    converted, faults = [], []  # type: List[Dict[str, Any]], List[str]
    for number, entry in enumerate(entries):
        label = _label(entry, number)
        if not isinstance(entry, dict):
            kind = "text" if isinstance(entry, (str, text_type)) else type(entry).__name__
            faults.append("%s: must be a dictionary, not %s" % (label, kind))
            continue
        result = validator.validate(entry)
        values = result.validated_parameters
        messages = _arguments.problems(entry, spec, known=known) or result.error_messages
        faults.extend("%s: %s" % (label, fault) for fault in _faults(entry, values, spec, messages))
        converted.append(dict((key, values.get(key, entry[key])) for key in entry))
    faults.extend(_contradictions(converted))
    if faults:
        text = "; ".join(faults)
        raise UpstartError(text if text.endswith("?") else text + ".")
    return converted


def _label(entry, number):
    # type: (Any, int) -> str
    name = entry.get("name") if isinstance(entry, dict) else None
    return "job %s" % name if isinstance(name, (str, text_type)) and name else "entry %d of the list" % (number + 1)


def _faults(entry, values, spec, messages):
    # type: (Dict[str, Any], Dict[str, Any], Dict[str, Dict[str, Any]], Iterable[str]) -> List[str]
    """Return sentences about the faults of an entry. An unknown key comes with the likely key."""
    unknown = []
    for key in sorted(str(key) for key in entry if key not in spec):
        suggestion = _arguments.similar_option(key, spec)
        unknown.append("unknown key '%s'%s" % (key, "; " + suggestion if suggestion else ""))
    if unknown:
        return unknown
    faults = [message.rstrip(".") for message in messages]
    if not isinstance(entry.get("name", ""), (str, text_type)):
        faults.append("its name must be a string, but YAML reads it as %r; put it in quotes" % (entry["name"],))
    faults.extend(_wrong_combinations(entry, values))
    return faults


def _wrong_combinations(entry, values):
    # type: (Dict[str, Any], Dict[str, Any]) -> Iterator[str]
    if entry.get("template") is not None and entry.get("content") is not None:
        yield "template and content cannot be combined; remove one of them"
    if is_rendered(entry):
        stanzas = [key for key in entry if key in NAMES_OF_OPTIONS or key == "merge"]
        if stanzas:
            yield "template is the complete file and cannot be combined with %s" % ", ".join(stanzas)
    if values.get("instances") is not None and values.get("state") in ("present", "absent"):
        yield "instances has no effect with state %s" % values["state"]
    if values.get("instances_exact") and (
            values.get("instances") is None or values.get("state", "started") != "started"):
        yield "instances_exact requires instances and state started"


def _contradictions(entries):
    # type: (Iterable[Dict[str, Any]]) -> Iterator[str]
    """Yield sentences about entries of a job that contradict each other."""
    seen = {}  # type: Dict[Tuple[str, bool], Dict[str, Any]]
    for entry in entries:
        name, override = str(entry.get("name")), bool(entry.get("override"))
        if (name, override) in seen:
            yield "job %s: is listed twice" % name
        conf, amended = (seen.get((name, False)), entry) if override else (entry, seen.get((name, True)))
        if conf and amended and conf.get("state") == "absent" != amended.get("state"):
            yield "job %s: removing its job file also removes its override; list only the job file" % name
        other = seen.get((name, not override), {})
        if "absent" not in (entry.get("state"), other.get("state")):
            for key in SHARED_KEYS:
                if None not in (entry.get(key), other.get(key)) and entry[key] != other[key]:
                    yield "job %s: its job file and its override differ in %s" % (name, key)
        seen[name, override] = entry


def is_rendered(entry):
    # type: (Dict[str, Any]) -> bool
    """Return whether the text of an entry's file comes from a template."""
    return entry.get("template") is not None and entry.get("state") != "absent"


def listed_jobs(entries):
    # type: (Iterable[Dict[str, Any]]) -> List[ListedJob]
    """Return the ListedJob of each job of checked entries, in their order."""
    jobs, by_name = [], {}  # type: List[ListedJob], Dict[str, ListedJob]
    for entry in entries:
        name = entry["name"]
        if name not in by_name:
            by_name[name] = ListedJob(name)
            jobs.append(by_name[name])
        by_name[name].add(entry)
    return jobs


def wanted_files(entries, jobs, texts, conf_dir):
    # type: (Sequence[Dict[str, Any]], Iterable[ListedJob], Sequence[str], str) -> List[WantedFile]
    """Return the WantedFile of each entry.

    :param entries: list of checked entries.
    :param jobs: list of ListedJob, those of the entries.
    :param texts: list of text, the rendered templates of the entries in their order, from the action plugin.
    """
    count = sum(is_rendered(entry) for entry in entries)
    if count != len(texts):
        raise UpstartError("The list has %d templates, but %d rendered texts. Only the action plugin of upstart_deploy "
                           "renders templates: run it as a task." % (count, len(texts)))
    enabled = dict((job.name, job.enabled) for job in jobs)
    defaults = dict((name, row.get("default")) for name, row in options.argument_spec().items())
    rendered = iter(texts)
    wanted = []
    for entry in entries:
        if entry.get("state") == "absent":
            params = dict((key, entry[key]) for key in REMOVAL_KEYS if key in entry)
            params.update(state="absent", keep_running=True)
        else:
            params = dict((key, value) for key, value in entry.items() if key not in DEPLOYMENT_OPTIONS)
            params.update(enabled=enabled[entry["name"]])
        if is_rendered(entry):
            params["content"] = next(rendered)
        wanted.append(options.wanted_file(dict(defaults, **params), conf_dir))
    return wanted
