# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a job starts by itself, and the change to its files that makes it so.

Upstart has no such switch: a job is enabled when its files leave it with a ``start on``.  Since 1.3 ``manual`` in the
override takes that away, from 0.6.7 on ``manual`` in the job file, and before that only a comment.
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

__metaclass__ = type

NEVER = {"event": u"a condition that no file has", "args": []}
MARK = u"#disabled: "  # before each line of a ``start on`` where there is no ``manual``
MARKED = re.compile(u"^" + MARK, re.MULTILINE)
LINE_BEGIN = re.compile(u"^(?!\\Z)", re.MULTILINE)


class Change:
    """One file's way from ``before`` to ``after`` (bytes, or None for no file)."""

    def __init__(self, name, path, before, after, enabled):
        self.name = name
        self.path = path
        self.before = before
        self.after = after
        self.enabled = enabled  # what the job is afterwards


def plan(definition, wanted, version):
    """Return the Change that enables or disables a job, or None when it is so already.

    :param definition: definitions.Definition of the job.
    :param wanted: bool.
    :raises UpstartError: when the job cannot be enabled or disabled, with the reason.
    """
    if definition.values is None:
        raise UpstartError(
            "Job %s was not %s: %s. Mend that and run the task again." % (
                definition.name, "enabled" if wanted else "disabled", definition.complaint()),
            name=definition.name, **definition.facts())
    if definition.is_enabled() == wanted:
        return None
    overriding = version >= OVERRIDES_SINCE
    path = definition.override if overriding else definition.conf
    files.check_target(path)
    before = definition.override_text if overriding else definition.text
    change = _enabled if wanted else _disabled
    text = change(definition, decode(before or b""), version)
    return Change(definition.name, path, before, encode(text) if text or before is None else _emptied(overriding),
                  wanted)


def with_enabled(definition, wanted):
    """Return the bytes of the file that ``plan`` would change, as they are once the job is enabled or disabled.

    They are unchanged where ``plan`` fails: upstart_service tells the reason.
    """
    overriding = definition.version >= OVERRIDES_SINCE
    text = (definition.override_text if overriding else definition.text) or b""
    if overriding and definition.text is None:
        return encode(with_manual(decode(text), not wanted, definition.version))
    try:
        change = plan(definition, wanted, definition.version)
    except UpstartError:
        return text
    return (change.after or b"") if change else text


def hidden_condition(definition):
    """Return the ``start on`` that ``manual`` keeps from a job that is not enabled, as text, or None."""
    if definition.values is None or definition.is_enabled():
        return None
    version = definition.version
    override = decode(definition.override_text or b"")
    for own in [override] + list(without_manual(override, version)):
        for conf in [decode(definition.text)] + list(without_manual(decode(definition.text), version)):
            condition = parser.parse_job(conf, own, version)["start_on"]
            if condition is not None:
                return to_text(condition)
    return None


def _emptied(overriding):
    """An override that says nothing any more goes; a job file stays, however empty."""
    return None if overriding else b""


def _disabled(definition, text, version):
    """Return the text of the file to be changed with the job's ``start on`` taken away."""
    if version < MANUAL_SINCE:
        return _commented_out(definition, text, version)
    for link in (u"" if text.endswith(u"\n") or not text else u"\n", u"\n", u"\n\n"):
        # A file that ends in the middle of a line goes on doing so, to be the same again once it is enabled.
        candidate = text + link + u"manual" + (u"\n" if text.endswith(u"\n") or not text else u"")
        values = _values(definition, candidate, version)
        if values is not None and values["start_on"] is None and _same_but_start(values, definition.values):
            return candidate
    raise _not_by_us(definition, False, "the end of the file does not take another stanza")


def _enabled(definition, text, version):
    """Return the text of the file to be changed so that the job has its ``start on`` again."""
    candidate = _uncommented(text) if version < MANUAL_SINCE else _without_manual(definition, text, version)
    values = _values(definition, candidate, version)
    if values is not None and values["start_on"] is None and version >= OVERRIDES_SINCE:
        candidate = _with_own_condition(definition, text, version)
        values = _values(definition, candidate, version)
    if values is None or values["start_on"] is None:
        raise UpstartError(
            "Job %s cannot be enabled: it has no start on condition, so nothing would ever start it. Give it one, for "
            "instance with start_on of sysinit.upstart.upstart_job." % definition.name,
            name=definition.name, path=definition.conf)
    if not _same_but_start(values, definition.values):
        raise _not_by_us(definition, True, "taking out manual would change other stanzas too")
    return candidate


def _not_by_us(definition, wanted, why):
    return UpstartError("Job %s was not %s: %s. Change its files by hand." % (
        definition.name, "enabled" if wanted else "disabled", why), name=definition.name, path=definition.override)


def _values(definition, text, version):
    """Return the job's values with ``text`` in place of the file that is to be changed; None when refused."""
    try:
        if version >= OVERRIDES_SINCE:
            return parser.parse_job(definition.text, text, version)
        return parser.parse_job(text, None, version)
    except JobFileError:
        return None


def _same_but_start(one, other):
    return same_job(dict(one, start_on=None), dict(other, start_on=None))


def _without_manual(definition, text, version):
    """Take ``manual`` away, from the end on, until the job has a ``start on`` again."""
    for candidate in without_manual(text, version):
        values = _values(definition, candidate, version)
        text = candidate
        if values is not None and values["start_on"] is not None:
            break
    return text


def without_manual(text, version=parser.LATEST):
    """Yield ``text`` with its last ``manual`` taken out, then with the last two, and so on; comments stay."""
    ended = text.endswith(u"\n")
    document = Document(text, version)
    while document.spans("manual"):
        left = document.cut(document.spans("manual")[-1])
        if not ended and left.endswith(u"\n"):
            left = left[:-2] if left.endswith(u"\r\n") else left[:-1]
        document = Document(left, version)
        yield left


def _with_own_condition(definition, text, version):
    """Give the override the condition that a ``manual`` in the job file itself hides."""
    for conf in without_manual(decode(definition.text), version):
        condition = parser.parse_job(conf, None, version)["start_on"]
        if condition is not None:
            link = u"" if text.endswith(u"\n") or not text else u"\n"
            return text + link + u"start on " + to_text(condition) + u"\n"
    return text


def _commented_out(definition, text, version):
    """Turn every line of each ``start on`` into a comment that ``_uncommented`` knows again."""
    for span in reversed(Document(text, version).spans("start on")):
        start = text.rfind(u"\n", 0, span.start) + 1
        text = text[:start] + LINE_BEGIN.sub(MARK, text[start:span.end]) + text[span.end:]
    values = _values(definition, text, version)
    if values is None or values["start_on"] is not None or not _same_but_start(values, definition.values):
        raise _not_by_us(definition, False, "its start on cannot be made a comment")
    return text


def _uncommented(text):
    return MARKED.sub(u"", text)


def with_manual(text, on, version=parser.LATEST):
    """Return an override's text changed so that it does, or does not, switch off the ``start on`` of its job."""
    off = _start_on(text, version) is None
    if on and not off:
        return text + (u"" if text.endswith(u"\n") or not text else u"\n") + u"manual\n"
    if off and not on:
        for candidate in without_manual(text, version):
            text = candidate
    return text


def _start_on(text, version):
    """Return the condition that a job which starts on something is left with under an override."""
    values = new_values()
    values["start_on"] = [NEVER]
    error = parser.apply(text, values, version)
    if error:
        raise error.within("override")
    return values["start_on"]


def act(client, changes, attributes, conf_dir):
    """Carry out Changes and have the daemon read the result.

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
            raise UpstartError("%s was changed by somebody else while this task wrote it. Run the task again."
                               % change.path, name=change.name, path=change.path)
        watcher.wait_loaded(change.path, True)
    running.ensure_noticed()
    _have_read(client, conf_dir, [change.name for change, watcher in zip(changes, watchers)
                                  if watcher.instances and change.name not in running.unwatched])


def _have_read(client, conf_dir, names):
    """Make sure that init has read the files of running jobs: a link in their place may have escaped it."""
    version = client.version() if names else None
    errors = unread_files.ensure_files_are_read(
        client, conf_dir, [Definition(name, conf_dir, version) for name in names])
    for name in sorted(errors):
        raise errors[name]
