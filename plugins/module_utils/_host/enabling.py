# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enable and disable jobs: whether a job starts by itself, and the change to its files.

Upstart has no switch for this. A job is enabled if its files give it a ``start on``. The stanza ``manual`` removes the
``start on``: in the override since 1.3, and in the job file since 0.6.7. In older releases it must be commented out.
"""

from __future__ import absolute_import, division, print_function

import re

from .. import _promise
from .._errors import UpstartError
from .._jobfile import parser
from .._jobfile.conditions import to_text
from .._jobfile.document import Document
from .._jobfile.errors import JobFileError
from .._jobfile.values import new_values, same_job
from .._system import files
from .._text import decode, encode
from . import loading, unread_files
from .definitions import Definition
from .planned_files import read_file
from .releases import MANUAL_SINCE, OVERRIDES_SINCE

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterator, List, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401

__metaclass__ = type

PLACEHOLDER = {"event": u"a condition that no file has", "args": []}
MARK = u"#disabled: "  # prefix for the lines of a ``start on``, for Upstart without ``manual``
MARKED = re.compile(u"^" + MARK, re.MULTILINE)
LINE_BEGIN = re.compile(u"^(?!\\Z)", re.MULTILINE)


class Change:
    """The change of a file from ``before`` to ``after`` (bytes, or None for no file)."""

    def __init__(self, name, path, before, after, enabled):
        # type: (str, str, Optional[bytes], Optional[bytes], bool) -> None
        self.name = name
        self.path = path
        self.before = before
        self.after = after
        self.enabled = enabled  # whether the job is enabled afterwards


def plan(definition, wanted, version):
    # type: (Definition, bool, Tuple[int, ...]) -> Optional[Change]
    """Return the Change that enables or disables a job, or None if the job is in that state already.

    :param definition: definitions.Definition of the job.
    :param wanted: bool.
    :raises UpstartError: with the reason why the job cannot be enabled or disabled.
    """
    if definition.values is None:
        raise UpstartError(
            "Job %s was not %s: %s. Fix that, then run the task again." % (
                definition.name, "enabled" if wanted else "disabled", definition.complaint()),
            name=definition.name, **definition.facts())
    if definition.is_enabled() == wanted:
        return None
    uses_override = version >= OVERRIDES_SINCE
    path = definition.own_override if uses_override else definition.conf
    files.check_target(path)
    before = definition.override_text if uses_override else definition.text
    change_text = _enabled if wanted else _disabled
    text = change_text(definition, decode(before or b""), version)
    if uses_override and path != definition.override:
        before = None  # the override is in another directory, and the new one takes its place
    if text or before is None:
        after = encode(text)  # type: Optional[bytes]
    else:
        after = None if uses_override else b""  # an empty override is removed, an empty job file stays
    return Change(definition.name, path, before, after, wanted)


def with_enabled(definition, wanted):
    # type: (Definition, bool) -> bytes
    """Return the bytes of the file that ``plan`` would change, as they are once the job is enabled or disabled.

    They are unchanged if ``plan`` fails; upstart_service reports the reason.
    """
    uses_override = definition.version >= OVERRIDES_SINCE
    text = (definition.override_text if uses_override else definition.text) or b""
    if uses_override and definition.text is None:
        return encode(with_manual(decode(text), not wanted, definition.version))
    try:
        change = plan(definition, wanted, definition.version)
    except UpstartError:
        return text
    return (change.after or b"") if change else text


def hidden_condition(definition):
    # type: (Definition) -> Optional[str]
    """Return the ``start on`` that ``manual`` hides in a disabled job, as text, or None."""
    if definition.values is None or definition.is_enabled():
        return None
    version = definition.version
    override = decode(definition.override_text or b"")
    for own in [override] + list(without_manual(override, version)):
        for conf in [decode(definition.text)] + list(  # type: ignore[arg-type]  # it has values, so it has a file
                without_manual(decode(definition.text), version)):  # type: ignore[arg-type]  # the same
            condition = parser.parse_job(conf, own, version)["start_on"]
            if condition is not None:
                return to_text(condition)
    return None


def _disabled(definition, text, version):
    # type: (Definition, str, Tuple[int, ...]) -> str
    """Return the text of the file to change that disables the job."""
    if version < MANUAL_SINCE:
        return _commented_out(definition, text, version)
    for separator in (u"" if text.endswith(u"\n") or not text else u"\n", u"\n", u"\n\n"):
        # A file without a final newline stays without one: enabling the job restores the same bytes.
        candidate = text + separator + u"manual" + (u"\n" if text.endswith(u"\n") or not text else u"")
        values = _values(definition, candidate, version)
        if values is not None and values["start_on"] is None and _same_but_start(values, definition.values):
            return candidate
    raise _unsupported_error(definition, False, "no stanza can be added at the end of its file")


def _enabled(definition, text, version):
    # type: (Definition, str, Tuple[int, ...]) -> str
    """Return the text of the file to change that gives the job its ``start on`` again."""
    candidate = _uncommented(text) if version < MANUAL_SINCE else _without_manual(definition, text, version)
    values = _values(definition, candidate, version)
    if values is not None and values["start_on"] is None and version >= OVERRIDES_SINCE:
        candidate = _with_own_condition(definition, text, version)
        values = _values(definition, candidate, version)
    if values is None or values["start_on"] is None:
        raise UpstartError(
            "Job %s cannot be enabled: it has no start on condition, so nothing would ever start it. Add a condition, "
            "for example with start_on of sysinit.upstart.upstart_job." % definition.name,
            name=definition.name, path=definition.conf)
    if not _same_but_start(values, definition.values):
        raise _unsupported_error(definition, True, "removing manual would change other stanzas too")
    return candidate


def _unsupported_error(definition, wanted, why):
    # type: (Definition, bool, str) -> UpstartError
    return UpstartError("Job %s was not %s: %s. Change its files by hand." % (
        definition.name, "enabled" if wanted else "disabled", why), name=definition.name, path=definition.override)


def _values(definition, text, version):
    # type: (Definition, str, Tuple[int, ...]) -> Optional[Dict[str, Any]]
    """Return the job's values with ``text`` as the contents of the file to change; None if the daemon refuses them."""
    try:
        if version >= OVERRIDES_SINCE:
            return parser.parse_job(definition.text, text, version)  # type: ignore[arg-type]  # there is a job file
        return parser.parse_job(text, None, version)
    except JobFileError:
        return None


def _same_but_start(values, others):
    # type: (Dict[str, Any], Any) -> bool  # others: the values of a Definition
    return same_job(dict(values, start_on=None), dict(others, start_on=None))


def _without_manual(definition, text, version):
    # type: (Definition, str, Tuple[int, ...]) -> str
    """Return ``text`` without the ``manual`` stanzas at its end that hide the ``start on`` of the job."""
    for candidate in without_manual(text, version):
        values = _values(definition, candidate, version)
        text = candidate
        if values is not None and values["start_on"] is not None:
            break
    return text


def without_manual(text, version=parser.LATEST):
    # type: (str, Tuple[int, ...]) -> Iterator[str]
    """Yield ``text`` without its last ``manual``, then without the last two, and so on; comments stay."""
    ended = text.endswith(u"\n")
    document = Document(text, version)
    while document.spans("manual"):
        left = document.cut(document.spans("manual")[-1])
        if not ended and left.endswith(u"\n"):
            left = left[:-2] if left.endswith(u"\r\n") else left[:-1]
        document = Document(left, version)
        yield left


def _with_own_condition(definition, text, version):
    # type: (Definition, str, Tuple[int, ...]) -> str
    """Return the override's text with the condition that a ``manual`` in the job file hides."""
    for conf in without_manual(decode(definition.text), version):  # type: ignore[arg-type]  # there is a job file
        condition = parser.parse_job(conf, None, version)["start_on"]
        if condition is not None:
            separator = u"" if text.endswith(u"\n") or not text else u"\n"
            return text + separator + u"start on " + to_text(condition) + u"\n"
    return text


def _commented_out(definition, text, version):
    # type: (Definition, str, Tuple[int, ...]) -> str
    """Return ``text`` with every line of each ``start on`` as a comment that ``_uncommented`` reverts."""
    for span in reversed(Document(text, version).spans("start on")):
        start = text.rfind(u"\n", 0, span.start) + 1
        text = text[:start] + LINE_BEGIN.sub(MARK, text[start:span.end]) + text[span.end:]
    values = _values(definition, text, version)
    if values is None or values["start_on"] is not None or not _same_but_start(values, definition.values):
        raise _unsupported_error(definition, False, "its start on cannot be made a comment")
    return text


def _uncommented(text):
    # type: (str) -> str
    return MARKED.sub(u"", text)


def with_manual(text, on, version=parser.LATEST):
    # type: (str, bool, Tuple[int, ...]) -> str
    """Return an override's text that disables its job if ``on``, else a text that does not."""
    off = _start_on(text, version) is None
    if on and not off:
        return text + (u"" if text.endswith(u"\n") or not text else u"\n") + u"manual\n"
    if off and not on:
        for candidate in without_manual(text, version):
            text = candidate
    return text


def _start_on(text, version):
    # type: (str, Tuple[int, ...]) -> Optional[List[Dict[str, Any]]]
    """Return the ``start on`` that a job with a condition has with an override."""
    values = new_values()
    values["start_on"] = [PLACEHOLDER]
    error = parser.apply(text, values, version)
    if error:
        raise error.within("override")
    return values["start_on"]


def act(client, changes, attributes, conf_dir):
    # type: (Upstart, List[Change], Any, str) -> None
    """Write the files of Changes and make sure that the daemon reads them.

    :param attributes: object with ``prepare(staged, path)``, see files.Batch.
    """
    watchers = loading.watch(client, [(change.name, True) for change in changes])
    running = loading.RunningJobs(client, conf_dir, [
        (change.name, change.path) for change, watcher in zip(changes, watchers) if watcher.instances])
    with files.Batch() as batch:
        for change in changes:
            if change.after is None:
                batch.remove(change.path, change.before)
            else:
                batch.place(change.path, change.after, attributes, change.before)
        batch.finish()
    for change, watcher in zip(changes, watchers):
        if _promise.file_faults(change.after, read_file(change.path)):
            raise UpstartError("%s was changed by another process while this task wrote it. Run the task again."
                               % change.path, name=change.name, path=change.path)
        watcher.wait_loaded(change.path, True)
    running.ensure_noticed()
    _ensure_read(client, conf_dir, [change.name for change, watcher in zip(changes, watchers)
                                    if watcher.instances and change.name not in running.unwatched])


def _ensure_read(client, conf_dir, names):
    # type: (Upstart, str, List[str]) -> None
    """Make sure that init has read the files of running jobs: inotify does not report a link in their place."""
    version = client.version() if names else None
    errors = unread_files.ensure_files_are_read(
        client, conf_dir, [
            Definition(name, conf_dir, version) for name in names])  # type: ignore[arg-type]  # it is set for any name
    for name in sorted(errors):
        raise errors[name]
