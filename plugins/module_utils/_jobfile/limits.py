# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options ``respawn_limit`` and ``limits`` to values, and back."""

from __future__ import absolute_import, division, print_function

import re

from .._text import text_type
from .errors import JobFileError
from .scalars import INTEGER, as_integer, as_text, kind
from .spelling import did_you_mean
from .stanzas import LIMITS
from .typed import parsed, read_words
from .values import new_values

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Union  # noqa: F401

__metaclass__ = type

NUMBER = re.compile(r"[0-9]+")
UNLIMITED = u"unlimited"
TWO_NUMBERS = re.compile(r"\s*([0-9]+)\s+([0-9]+)\s*\Z")  # count and interval, as in a job file
RESPAWN_LIMIT_EXAMPLE = "for example {count: 10, interval: 5}, or 10 5"
LIMITS_EXAMPLE = "for example {nofile: 4096}, or nofile 4096 4096"


def read_respawn_limit(given, option):
    # type: (Any, str) -> List[int]
    given = parsed(given, option, RESPAWN_LIMIT_EXAMPLE)
    if given == UNLIMITED:
        return [0, 0]
    numbers = TWO_NUMBERS.match(as_text(given, option)) if isinstance(given, (text_type, bytes)) else None
    if numbers:
        given = {"count": numbers.group(1), "interval": numbers.group(2)}
    if not isinstance(given, dict) or not given or set(given) - set(["count", "interval"]):
        raise JobFileError("%s must be unlimited, or a dictionary with count and interval" % option,
                           hint="for example %s" % _respawn_limit_example(given))
    count, interval = new_values()["respawn_limit"]
    limit = [
        as_integer(given.get("count", count), "count of %s" % option),
        as_integer(given.get("interval", interval), "interval of %s" % option),
    ]
    if min(limit) < 0:
        raise JobFileError("%s cannot be negative" % option, hint="0 means unlimited")
    return limit


def _respawn_limit_example(given):
    # type: (Any) -> str
    """Return the dictionary that is probably meant by another form: "10 5", [10, 5], or other keys."""
    values = list(given.values()) if isinstance(given, dict) else given if isinstance(given, list) else [given]
    numbers = [number for value in values for number in NUMBER.findall("%s" % value)]
    if not 0 < len(numbers) < 3 or isinstance(given, dict):
        numbers = ["10", "5"]
    return "{%s}" % ", ".join("%s: %s" % pair for pair in zip(("count", "interval"), numbers))


def write_respawn_limit(limit):
    # type: (List[int]) -> Union[str, Dict[str, int]]
    return UNLIMITED if limit == [0, 0] else {"count": limit[0], "interval": limit[1]}


def read_limits(given, option):
    # type: (Any, str) -> Dict[str, List[Union[int, str]]]
    given = parsed(given, option, LIMITS_EXAMPLE)
    if isinstance(given, (text_type, bytes)):
        given = _limits_in_words(as_text(given, option), option)
    if not isinstance(given, dict):
        raise JobFileError("%s must be a dictionary, not %s" % (option, kind(given)), hint=LIMITS_EXAMPLE)
    limits = {}
    for resource in given:
        if resource not in LIMITS:
            question = did_you_mean("%s" % resource, LIMITS)
            raise JobFileError("%s: unknown resource %s" % (option, resource),
                               hint=question or "use one of %s" % ", ".join(sorted(LIMITS)))
        limits[as_text(resource, option)] = _read_limit(given[resource], "%s of %s" % (resource, option))
    return limits


def _limits_in_words(text, option):
    # type: (str, str) -> Dict[str, Any]
    """Return the limits in the words of a job file, one limit in a line: resource, soft and hard limit.

    NAME=VALUE is a limit, too, whose two values are the same.
    """
    pairs = [pair.partition(u"=") for pair in text.replace(u",", u" ").split()]
    if pairs and all(equals for unused, equals, unused in pairs):
        return dict((name, value) for name, unused, value in pairs)
    limits = {}  # type: Dict[str, Any]
    for line in text.splitlines() or [text]:
        words = line.split()
        if len(words) not in (2, 3):
            raise JobFileError("%s cannot be %s" % (option, line.strip() or "empty"), hint=LIMITS_EXAMPLE)
        limits[words[0]] = words[1:]
    return limits


def _read_limit(given, label):
    # type: (Any, str) -> List[Union[int, str]]
    """Return [soft, hard].

    :param given: dict, text or list with two values, or a single value for both.
    :param label: text, the name of the limit in error messages.
    """
    if isinstance(given, dict):
        if set(given) != set(["soft", "hard"]):
            raise JobFileError("%s needs soft and hard" % label, hint="or use a single value for both")
        bounds = [given["soft"], given["hard"]]
    else:
        bounds = read_words(given, label)
        bounds = bounds * 2 if len(bounds) == 1 else bounds
    if len(bounds) != 2:
        raise JobFileError("%s needs one or two values" % label, hint="for example {soft: 1024, hard: 4096}")
    return [_read_bound(bound, label) for bound in bounds]


def _read_bound(given, label):
    # type: (Any, str) -> Union[int, str]
    if given in ("infinity", "infinite", "inf"):
        raise JobFileError("%s cannot be %s" % (label, given), hint="write unlimited")
    if isinstance(given, text_type) and given != UNLIMITED and not INTEGER.match(given):
        raise JobFileError("%s must be a whole number, not %s" % (label, given), hint=(
            "write one number without a unit, or {soft: 1024, hard: 4096}"))
    if given == UNLIMITED or as_integer(given, label) == -1:
        return UNLIMITED
    bound = as_integer(given, label)
    if bound < 0:
        raise JobFileError("%s cannot be %d" % (label, bound), hint="use unlimited to remove the limit")
    return bound


def write_limits(limits):
    # type: (Dict[str, List[Union[int, str]]]) -> Dict[str, Dict[str, Union[int, str]]]
    return dict((resource, {"soft": soft, "hard": hard}) for resource, (soft, hard) in limits.items())
