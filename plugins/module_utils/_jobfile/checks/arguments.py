# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about the arguments of the events in ``start on`` and ``stop on``."""

from __future__ import absolute_import, division, print_function

import re
from fnmatch import fnmatchcase

from ..conditions import show
from ..known_events import BY_NAME, JOB_EVENTS, MISTAKEN_VARIABLES, STOP_VARIABLES, VALUES, known_event
from .job import Problem

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple  # noqa: F401
    from .job import CheckedJob, Place  # noqa: F401

__metaclass__ = type

# Patterns that Python's fnmatch may read differently from Upstart.
UNDECIDED = re.compile(r"[$\\]|\[\^|\[\[:")
FAILED = "/failed"
SYMBOLS = {"&&": "and", "&": "and", "||": "or", "|": "or", ",": "'and' or 'or'", ";": "'and' or 'or'"}
MISSPELT_OPERATORS = {"adn": "and", "nad": "and", "an": "and", "ad": "and", "nd": "and", "annd": "and", "amd": "and",
                      "ro": "or", "orr": "or", "pr": "or", "on": "'and' or 'or'", "then": "and", "if": "and"}
# Events whose names are also words for other things, such as names of instances.
COMMON_WORDS = ("container", "dbus", "file", "recovery", "socket")
RUNLEVELS = re.compile(r"!?[0-6Ss-]+$")
AROUND_RUNLEVELS = re.compile(r"[][(){},;\"'\s]")
NO_NAME, NO_VARIABLE = "a variable without a name", "the variable at its position"


def base(name):
    # type: (str) -> str
    """Return the event NAME for ``NAME/failed``, the event of its failure, and for NAME itself."""
    return name[:-len(FAILED)] if name.endswith(FAILED) else name


def check_arguments(job, place, stanza, item):
    # type: (CheckedJob, Place, str, Dict[str, Any]) -> List[Problem]
    """Return the Problems of arguments that never match, or that match something else than they seem to."""
    return [Problem(code, place, (stanza, show([item])) + words) for code, words in _wrong_arguments(job, item)]


def _wrong_arguments(job, item):
    # type: (CheckedJob, Dict[str, Any]) -> List[Tuple[str, Tuple[str, ...]]]
    """Return (code, details after the condition) of the Problems of arguments."""
    args = item["args"]
    misread = []  # type: List[Tuple[str, Tuple[str, ...]]]
    index = _misread_word(job, item)
    if index is not None:
        misread.append(("operator-missing", (args[index], item["event"])))
        args = args[:index]
    positional = [arg for arg in args if "=" not in arg]
    if item["event"] in JOB_EVENTS and len(positional) > 1 and positional[1] in (job.known_jobs or ()):
        misread.append(("job-as-instance", (positional[1], positional[0])))
    if item["event"] == "runlevel" and len(positional) > 1 and all(arg in VALUES["RUNLEVEL"] for arg in positional):
        return misread + [("runlevels-without-brackets", (positional[1],))]
    never = [("condition-never-matches", (arg, variable)) for variable, arg in _never_matching(dict(item, args=args))]
    if item["event"] == "runlevel":
        never = never[:1]
    event = known_event(base(item["event"]))
    if not never and event and event.variables is not None and len(positional) > len(event.variables):
        return misread + [("argument-surplus", (positional[len(event.variables)],))]
    return misread + never


def is_certain(item):
    # type: (Dict[str, Any]) -> bool
    """Return whether an event with ``runlevels-without-brackets`` certainly never happens: it has only two levels."""
    return len([arg for arg in item["args"] if "=" not in arg]) > 2


def _misread_word(job, item):
    # type: (CheckedJob, Dict[str, Any]) -> Optional[int]
    """Return the index of the argument that is probably an operator, or an event after a missing operator, or None."""
    args = item["args"]
    for index, word in enumerate(args):
        following = args[index + 1:index + 2]
        if (word in SYMBOLS or word.lower() in ("and", "or")) and index + 1 < len(args):
            return index
        if word in MISSPELT_OPERATORS and following and _is_event(job, item, following[0], index + 1):
            return index
        if _is_event(job, item, word, index):
            return index
    return None


def _is_event(job, item, word, index):
    # type: (CheckedJob, Dict[str, Any], str, int) -> bool
    """Return whether an argument without a name is almost certainly an event."""
    if index == 0 and item["event"] in JOB_EVENTS:
        return False  # the name of a job
    of_known_event = item["event"] in JOB_EVENTS or known_event(base(item["event"])) is not None
    if word in JOB_EVENTS or word == "runlevel":
        return of_known_event or index + 1 < len(item["args"])
    if not of_known_event:
        return False  # an event of somebody's own, whose values may be anything
    return word not in COMMON_WORDS and (word in BY_NAME or word in (job.known_events or ()))


def arguments(item):
    # type: (Dict[str, Any]) -> List[Tuple[Optional[str], str, bool, str]]
    """Return (variable or None, pattern, negated, argument) for each argument of an event."""
    name = base(item["event"])
    event = known_event(name)
    order = JOB_EVENTS.get(name) or (event.variables if event else None) or ()
    result = []
    for position, arg in enumerate(item["args"]):
        negated = "!=" in arg
        variable, equals, pattern = arg.partition("!=" if negated else "=")
        if equals:
            result.append((variable, pattern, negated, arg))
        else:
            result.append((order[position] if position < len(order) else None, arg, False, arg))
    return result


def _never_matching(item):
    # type: (Dict[str, Any]) -> Iterator[Tuple[str, str]]
    """Yield (variable, argument) for arguments that match no possible value of the event's variable."""
    for variable, pattern, negated, arg in arguments(item):
        misplaced = variable == "INSTANCE" and arg in VALUES["RESULT"]
        literal = (variable or "").endswith("=") or not negated and len(pattern) > 1 and (
            pattern[0] == "!" or ("=" in arg and pattern[0] == "="))
        absent = "=" in arg and _is_absent(item["event"], variable or "")
        if absent or misplaced or literal or (
                variable in VALUES and _excludes(pattern, negated, VALUES[variable])):
            yield NO_VARIABLE if variable is None else variable or NO_NAME, arg


def _is_absent(name, variable):
    # type: (str, str) -> bool
    """Return whether an event certainly lacks a variable."""
    order = JOB_EVENTS.get(base(name))
    if order:  # a job may export further variables
        return variable not in order and (not variable or variable.upper() in STOP_VARIABLES)
    event = known_event(base(name))
    if not variable or variable in MISTAKEN_VARIABLES.get(base(name), ()):
        return True
    return bool(event and event.variables is not None and variable not in event.variables)


def _excludes(pattern, negated, values):
    # type: (str, bool, Sequence[str]) -> bool
    return not UNDECIDED.search(pattern) and all(fnmatchcase(value, pattern) is negated for value in values)


def _remedy_for_value(_stanza, condition, arg, variable):
    # type: (str, str, str, str) -> str
    """Return the remedy for ``condition-never-matches``."""
    event = base(condition.split()[0])
    name, equals, pattern = arg.partition("=")
    if variable.endswith("="):
        return "write %s%s" % (name, pattern)
    if equals and _is_absent(event, "" if variable == NO_NAME else variable):
        return _remedy_for_variable(event, "" if variable == NO_NAME else variable)
    if variable in ("RUNLEVEL", "PREVLEVEL") or event == "runlevel":
        return _remedy_for_runlevel(condition, pattern if equals else arg, variable)
    if pattern[:1] == "=":
        return "write %s, with a single =" % (name + pattern)
    if (pattern or arg)[:1] == "!":
        return "write %s!=%s, because this ! is part of the value" % (
            "NAME" if variable == NO_VARIABLE else variable, (pattern or arg).lstrip("!="))
    if variable in VALUES:
        values = VALUES[variable]
        return "use one of its values: %s or %s" % (", ".join(values[:-1]), values[-1])
    return "name the variable, as in RESULT=failed"


def _remedy_for_runlevel(condition, pattern, variable):
    # type: (str, str, str) -> str
    words = [word for word in condition.split()[1:] if "=" not in word] if "=" not in condition else [pattern]
    levels = AROUND_RUNLEVELS.sub("", "".join(words))
    if len(levels) > 1 and RUNLEVELS.match(levels):
        if pattern[-1] in ";," and pattern[:1] == "[":
            return "leave out the %s at the end" % pattern[-1]
        if "[" in condition:
            return "write it as one word: [%s]" % levels
        return "put %s in brackets, as in [%s]" % ("the !" if levels[0] == "!" else "several values", levels)
    if len(pattern) > 1 and set(pattern).issubset(VALUES[variable]):
        return "put several values in brackets, as in [%s]" % pattern
    if pattern.isalpha() and len(pattern) > 1:
        return "write 'and' or 'or' before %s if it is an event" % pattern
    values = VALUES[variable]
    return "use one of its values: %s or %s" % (", ".join(values[:-1]), values[-1])


def _remedy_for_variable(event, variable):
    # type: (str, str) -> str
    """Return the remedy for a variable that an event lacks."""
    if not variable:
        return "leave out the blanks around ="
    known = known_event(event)
    order = JOB_EVENTS.get(event) or (known.variables if known else None)
    meant = MISTAKEN_VARIABLES.get(event, {}).get(variable)
    if meant is None and variable.upper() in (order or ()):
        meant = variable.upper()
    if meant is not None:
        return "write %s, because %s has no %s" % (meant, event, variable)
    if event in JOB_EVENTS:
        return "remove it, or use stopping or stopped, which have this variable"
    if not order:
        return "remove it: %s has no variables" % event
    return "use a variable of %s: %s" % (event, ", ".join(order))


def _remedy_for_runlevels(_stanza, condition, _arg):
    # type: (str, str, str) -> str
    levels = [word for word in condition.split()[1:] if "=" not in word]
    return "put several runlevels in brackets, as in [%s]" % "".join(levels)


def _remedy_for_operator(_stanza, _condition, word, _event):
    # type: (str, str, str, str) -> str
    operator = SYMBOLS.get(word) or MISSPELT_OPERATORS.get(word)
    if operator:
        return "write %s instead of %s" % (operator, word)
    if word in ("and", "or"):
        return "write %s without quotes" % word
    if word.lower() in ("and", "or"):
        return "write %s in lower case" % word.lower()
    return "write 'and' or 'or' before %s" % word


REMEDIES = {
    "condition-never-matches": _remedy_for_value,
    "runlevels-without-brackets": _remedy_for_runlevels,
    "operator-missing": _remedy_for_operator,
}  # type: Dict[str, Callable[..., str]]
