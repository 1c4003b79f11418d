# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions of ``start on`` and ``stop on`` as text, structures, reverse Polish order and D-Bus properties."""

from __future__ import absolute_import, division, print_function

import re

from .._text import text_type
from . import parser
from .assignments import assignments, has_strange_name
from .errors import JobFileError
from .expression import complete_condition, fold
from .quoting import quote
from .scalars import as_list, as_text, kind
from .spelling import did_you_mean
from .typed import from_json

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple, Union  # noqa: F401

__metaclass__ = type

GROUPS = {"all": "and", "any": "or"}
GROUP_OF_OPERATOR = {"and": "all", "or": "any"}
JOB_EVENTS = ("starting", "started", "stopping", "stopped")
COMPANIONS = ("args", "env")
RUNLEVELS = re.compile(r"(!?)([0-9Ss]+)$")
REPEATED = re.compile(r"\s*((?:(?:start|stop)\s+)?on\s)\s*[^\s=]+")
BRACKETS = re.compile(r"\[(.*)\]$")
FORMS = "use a text, or a dictionary with one of all, any, event, runlevel, %s" % ", ".join(JOB_EVENTS)


def from_text(text):
    # type: (Union[str, bytes]) -> List[Dict[str, Any]]
    """Return a condition, as written after ``start on``, in reverse Polish order; raise JobFileError."""
    return parser.parse_condition(text)


def from_structure(value):
    # type: (Any) -> Optional[List[Dict[str, Any]]]
    """Return a condition in reverse Polish order.

    :param value: text, a dict in the structured form, nested to any depth, JSON of it, or None for no condition, which
        gives None.
    :raises JobFileError: for an invalid condition.
    """
    if value is None:
        return None
    if isinstance(value, (text_type, bytes)):
        value = from_json(as_text(value, "a condition"), "the condition", 'write it as in {"runlevel": [2, 3]}')
    rpn = []
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, _Operator):
            rpn.append({"op": current.name})
        elif isinstance(current, dict) and _key(current) in GROUPS:
            waiting.extend(reversed(_group(current)))
        else:
            rpn.extend(_operand(current))
    return rpn


class _Operator:
    """An operator whose operands are not written yet."""

    def __init__(self, name):
        # type: (str) -> None
        self.name = name


def _group(group):
    # type: (Dict[Any, Any]) -> List[Any]
    """Return the operands of ``{all: [...]}`` or ``{any: [...]}`` with an operator after all but the first."""
    key = _key(group)
    items = group[key]
    if not isinstance(items, (list, tuple)) or not items:
        raise JobFileError("%s needs a list with at least one condition" % key, hint=FORMS)
    operator = _Operator(GROUPS[key])
    return [items[0]] + [entry for item in items[1:] for entry in (item, operator)]


def _key(structure):
    # type: (Dict[Any, Any]) -> str
    """Return the key that determines the kind of condition: all, any, event, runlevel or the event of a job."""
    keys = sorted(as_text(key, "a key of a condition") for key in structure)
    kinds = [key for key in keys if key not in COMPANIONS]
    if len(kinds) != 1 or kinds[0] not in ("event", "runlevel") + JOB_EVENTS + tuple(GROUPS):
        if not keys:
            raise JobFileError("a condition cannot be an empty dictionary", hint=FORMS)
        raise JobFileError("a condition cannot have the keys %s" % ", ".join(keys), hint=_meant_by_keys(keys, kinds))
    if len(keys) > 1 and kinds[0] in ("runlevel",) + tuple(GROUPS):
        raise JobFileError("%s takes neither args nor env" % kinds[0], hint="use event: %s to set them" % kinds[0])
    return kinds[0]


def _meant_by_keys(keys, kinds):
    # type: (List[str], List[str]) -> str
    """Return the remedy for a dictionary with wrong keys: the one that is probably meant."""
    if len(kinds) > 1 and all(key in JOB_EVENTS + ("event", "runlevel") for key in kinds):
        return "write a list below all or any, as in all: [{%s: ...}, {%s: ...}]" % (kinds[0], kinds[1])
    if len(kinds) > 1 and all(key in GROUPS for key in kinds):
        return "put one into the list of the other, as in all: [..., {any: [...]}]"
    operators = [GROUP_OF_OPERATOR[key.lower()] for key in keys if key.lower() in GROUP_OF_OPERATOR]
    question = did_you_mean(kinds[0], ("event", "runlevel") + JOB_EVENTS + tuple(GROUPS)) if kinds else None
    return "did you mean %s?" % operators[0] if operators else question or FORMS


def _operand(value):
    # type: (Any) -> List[Dict[str, Any]]
    if isinstance(value, dict):
        return [_event(value)]
    if not isinstance(value, (text_type, bytes)):
        raise JobFileError("a condition cannot be %s" % kind(value), hint=_meant_by(value))
    text = as_text(value, "a condition")
    if not text.strip():
        raise JobFileError("a condition cannot be empty", hint="remove the option for a job without a condition")
    repeated = REPEATED.match(text)
    if repeated:
        raise JobFileError("the condition begins with the words %s" % repeated.group(1).strip(), hint="leave them out")
    return from_text(text)


def _meant_by(value):
    # type: (Any) -> str
    """Return the remedy for a value that is no condition: the structure that is probably meant."""
    if isinstance(value, bool):
        return "use the option enabled to turn a condition on or off"
    levels = as_list(value)
    if levels and all(RUNLEVELS.match("%s" % level) for level in levels):
        written = ["%s" % level for level in levels]
        return "write {runlevel: [%s]}" % ", ".join(written if len(written) > 1 else written[0])
    return "write {all: [...]} or {any: [...]}" if isinstance(value, (list, tuple)) else FORMS


def _event(structure):
    # type: (Dict[Any, Any]) -> Dict[str, Any]
    key = _key(structure)
    if key == "runlevel":
        return {"event": u"runlevel", "args": [_runlevels(structure[key])]}
    args = [] if structure.get("args") is None else as_list(structure["args"])
    args = [as_text(item, "an item of args") for item in args]
    if key in JOB_EVENTS and isinstance(structure[key], (list, tuple)):
        raise JobFileError("%s takes one job, not a list" % key, hint="write any: [{%s: ...}, ...] or all: [...]" % key)
    name = as_text(structure[key], key)
    if key in JOB_EVENTS:
        name, args = text_type(key), [name] + args
    if structure.get("env") is not None:
        args.extend(_variable(pair) for pair in assignments(structure["env"], "env", in_file=True))
    return {"event": name, "args": args}


def _variable(pair):
    # type: (str) -> str
    if "=" not in pair:
        raise JobFileError("%s in env of an event has no value" % pair, hint="use args for a value without a name")
    return pair


def _runlevels(value):
    # type: (Any) -> str
    """Return the pattern for runlevels.

    :param value: a list, or digits, or digits after ``!`` for all other runlevels.
    """
    written = u"".join(as_text(item, "runlevel") for item in as_list(value))
    match = RUNLEVELS.match(BRACKETS.sub(r"\1", written))
    if not match:
        separated = re.sub(r"[\s,\[\]]", "", written)
        if RUNLEVELS.match(separated):
            raise JobFileError("runlevel cannot be %s" % written, hint='write "%s"' % separated)
        raise JobFileError(
            "runlevel cannot be %s" % (written or "empty"),
            hint='use a list such as [2, 3, 4, 5], or "!2345" for all other runlevels',
        )
    return written if len(written) == 1 or BRACKETS.match(written) else u"[%s]" % written


def to_structure(rpn):
    # type: (Optional[Iterable[Dict[str, Any]]]) -> Union[str, Dict[str, Any], None]
    """Return the structured form, from which ``from_structure`` returns ``rpn`` again; None without a condition."""
    return fold(complete_condition(rpn), _shortest, _grouped)


def _grouped(operator, left, right):
    # type: (str, Union[str, Dict[str, Any]], Union[str, Dict[str, Any]]) -> Dict[str, Any]
    """Join two structures. A left operand with the same operator gets one more item."""
    key = GROUP_OF_OPERATOR[operator]
    if isinstance(left, dict) and key in left:
        left[key].append(right)
        return left
    return {key: [left, right]}


def _shortest(item, _index):
    # type: (Dict[str, Any], int) -> Union[str, Dict[str, Any]]
    """Return the shortest structure from which ``from_structure`` returns the same event."""
    name, args = item["event"], item["args"]
    positional = [arg for arg in args if "=" not in arg]
    variables = args[len(positional):]
    if name and not args and name[0] not in "[{":  # such a text would be read as JSON
        return quote(name)
    if any("=" not in arg or has_strange_name(arg) for arg in variables):  # only D-Bus can report such an order
        return {"event": name, "args": list(args)}
    if name in JOB_EVENTS and positional:
        return _with_companions({name: positional[0]}, positional[1:], variables)
    if name == "runlevel" and len(args) == 1:
        shorthand = _runlevel_structure(args[0])
        if shorthand is not None and _runlevels(shorthand["runlevel"]) == args[0]:
            return shorthand
    return _with_companions({"event": name}, positional, variables)


def _runlevel_structure(pattern):
    # type: (str) -> Optional[Dict[str, Any]]
    match = RUNLEVELS.match(BRACKETS.sub(r"\1", pattern))
    if not match:
        return None
    if match.group(1):
        return {"runlevel": match.group()}
    return {"runlevel": [int(level) if level.isdigit() else level for level in match.group(2)]}


def _with_companions(structure, args, variables):
    # type: (Dict[str, Any], List[str], List[str]) -> Dict[str, Any]
    if args:
        structure["args"] = args
    if variables:
        structure["env"] = variables
    return structure


def to_tree(rpn):
    # type: (Optional[Iterable[Dict[str, Any]]]) -> Any
    """Return nested tuples ("and", left, right), ("or", left, right) and ("event", name, args); None if empty."""
    return fold(
        complete_condition(rpn),
        leaf=lambda item, _index: ("event", item["event"], item["args"]),
        join=lambda operator, left, right: (operator, left, right),
    )


def to_text(rpn, word=quote):
    # type: (Optional[Iterable[Dict[str, Any]]], Callable[[str], str]) -> str
    """Return the condition on one line, with parentheses around every group of operands with the same operator.

    :param word: function (text) -> text that writes a word.
    :raises JobFileError: for an empty word, a line break, or a positional argument after a named one, which no job
        file can hold.
    """
    pieces = []
    waiting = [to_tree(rpn)] if rpn else []  # type: List[Any]
    while waiting:
        current = waiting.pop()
        if isinstance(current, text_type):
            pieces.append(current)
        elif current[0] == "event":
            pieces.append(_event_text(current[1], current[2], word))
        else:
            waiting.extend(reversed(_run(current)))
    return u"".join(pieces)


def show(rpn):
    # type: (Optional[Iterable[Dict[str, Any]]]) -> str
    """Return the condition for messages: like ``to_text``, but an empty word is shown as ''."""
    return to_text(rpn, word=lambda text: quote(text) if text else "''")


def _run(tree):
    # type: (Tuple[str, Any, Any]) -> List[Union[str, Tuple[str, Any, Any]]]
    """Return the texts and trees of a group of operands with the same operator, in parentheses."""
    operator = tree[0]
    operands = []
    while tree[0] == operator:
        operands.append(tree[2])
        tree = tree[1]
    pieces = [u"(", tree]  # type: List[Union[str, Tuple[str, Any, Any]]]
    for operand in reversed(operands):
        pieces.extend([u" %s " % operator, operand])
    return pieces + [u")"]


def _event_text(name, args, word):
    # type: (str, Sequence[str], Callable[[str], str]) -> str
    named = False
    for arg in args:
        if named and "=" not in arg:
            raise JobFileError(
                "event %s: %s comes after a named value" % (name, arg), hint="put values without a name first"
            )
        named = named or "=" in arg
    return u" ".join(word(text) for text in [name] + list(args))
