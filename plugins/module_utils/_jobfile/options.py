# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of upstart_job to the values of a job, and back."""

from __future__ import absolute_import, division, print_function

import re
from collections import namedtuple

from .._text import text_type
from . import limits
from .assignments import assignments
from .conditions import from_structure, to_structure
from .errors import JobFileError
from .processes import HELPERS, from_processes, to_processes
from .scalars import DIGITS, INTEGER, as_boolean, as_integer, as_list, as_text, is_number
from .signals import NAMES, NUMBERS, number_of
from .spelling import did_you_mean
from .stanzas import BY_NAME, CONSOLE, EXPECT, STANZAS, is_known
from .typed import parsed, read_words
from .values import new_values

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Collection, Dict, List, Optional, Set, Tuple, Union  # noqa: F401

__metaclass__ = type

PROCESS_OPTIONS = ("exec", "script", "interpreter", "apparmor_load") + tuple(option for option, _name in HELPERS)
LETTERS = re.compile(r"[A-Za-z0-9+-]+\Z")
OCTAL = re.compile(r"[0-7]{1,4}$")
CGROUP_EXAMPLE = 'write for example [{"controller": "cpu", "name": "web"}]'
CGROUP = ("controller", "name", "key", "value")


def to_values(options):
    # type: (Dict[str, Any]) -> Dict[str, Any]
    """Return the values of the job that ``options`` describe; an option that is None or missing has its default.

    ``manual`` removes ``start_on``, which would have no effect.

    :raises JobFileError: for an invalid option, which it names.
    """
    unknown = sorted(set(options) - set(NAMES_OF_OPTIONS))
    if unknown:
        question = did_you_mean("%s" % unknown[0], NAMES_OF_OPTIONS)
        raise JobFileError("unknown option %s" % ", ".join(as_text(name, "a name") for name in unknown),
                           hint=question or "the options are %s" % ", ".join(NAMES_OF_OPTIONS))
    values = new_values()
    for row in OPTIONS:
        given = options.get(row.option)
        if given is not None:
            value = row.read(given, row.option)
            if value or row.key in values:  # a list of a dialect is only there if it is not empty
                values[row.key] = value
    if options.get("manual") is not None and as_boolean(options["manual"], "manual"):
        values["start_on"] = None
    values["process"] = to_processes(options)
    return values


def keys_of(options):
    # type: (Dict[str, Any]) -> Set[str]
    """Return the keys of the values that ``options`` set, with the names of processes; ``manual`` has no key."""
    given = set(name for name in options if options[name] is not None)
    keys = set(row.key for row in OPTIONS if row.option in given)
    keys.update(name for option, name in HELPERS if option in given)
    if given & set(["exec", "script", "interpreter"]):
        keys.add("main")
    if "apparmor_load" in given:
        keys.add("security")
    return keys


def keys_to_write(options, values, version):
    # type: (Dict[str, Any], Dict[str, Any], Tuple[int, ...]) -> Set[str]
    """Return the keys that ``options`` set to their default, for the file to show what was asked for.

    An older release does not know all stanzas; their defaults are left out.

    :param values: dict, ``to_values`` of the options.
    """
    defaults = new_values()
    keys = set(key for key in keys_of(options) & set(defaults)
               if values[key] == defaults[key] and (values[key] or is_number(values[key])))
    return set(stanza.key for stanza in STANZAS if stanza.key in keys and is_known(stanza, version)) if keys else keys


def from_values(values):
    # type: (Dict[str, Any]) -> Dict[str, Any]
    """Return the options from which ``to_values`` returns ``values``, without options that have their default."""
    defaults = new_values()
    options = from_processes(values["process"])
    for row in OPTIONS:
        if values.get(row.key) != defaults.get(row.key):
            options[row.option] = row.write(values[row.key])
    return options


def _read_line(given, option):
    # type: (Any, str) -> str
    """Return a text without its final line break, which a block scalar of YAML has."""
    return as_text(given, option).rstrip("\n")


def _read_condition(given, option):
    # type: (Any, str) -> Optional[List[Dict[str, Any]]]
    try:
        return from_structure(given)
    except JobFileError as error:
        raise JobFileError("%s: %s" % (option, error.text), hint=error.hint, option=option)


def _read_choice(choices):
    # type: (Collection[str]) -> Callable[[Any, str], str]
    def read(given, option):
        # type: (Any, str) -> str
        word = as_text(given, option)
        if word not in choices:
            raise JobFileError("%s cannot be %s" % (option, word), hint="use one of %s" % ", ".join(sorted(choices)))
        return word
    return read


def _read_number(stanza):
    # type: (str) -> Callable[[Any, str], int]
    """Return a function that reads a number and refuses the numbers that the stanza refuses."""
    low, high = BY_NAME[stanza].low, BY_NAME[stanza].high

    def read(given, option):
        # type: (Any, str) -> int
        number = as_integer(given, option)
        if not low <= number <= high:
            raise JobFileError("%s must be from %d to %d, not %d" % (option, low, high, number))
        return number
    return read


def _read_score(given, option):
    # type: (Any, str) -> int
    if given == "never":
        return BY_NAME["oom score"].low
    if isinstance(given, (text_type, bytes)) and not INTEGER.match(as_text(given, option)):
        raise JobFileError("%s must be a whole number or never, not %s" % (option, as_text(given, option) or "empty"))
    return _read_number("oom score")(given, option)


def _write_score(score):
    # type: (int) -> Union[int, str]
    return "never" if score == BY_NAME["oom score"].low else score


def _read_signal(given, option):
    # type: (Any, str) -> int
    """Return the number of a signal given by number, or by name in any case with or without SIG."""
    word = as_text(given, option)
    number = number_of(word.upper())
    if number is not None:
        return number
    if not DIGITS.match(word):
        raise JobFileError("%s: unknown signal %s" % (option, word), hint=_signal_hint(word))
    return _read_number("kill signal")(int(word), option)


def _signal_hint(word):
    # type: (str) -> str
    question = did_you_mean(word.upper().replace("SIG", "", 1), sorted(NUMBERS)) if LETTERS.match(word) else None
    return question or "use a name such as TERM, or a number"


def _write_signal(number):
    # type: (int) -> Union[int, str]
    return NAMES.get(number, number)


def _read_exits(given, option):
    # type: (Any, str) -> List[int]
    statuses = []
    for word in read_words(given, option):
        if DIGITS.match(word):
            statuses.append(_read_number("normal exit")(int(word), option))
        else:
            statuses.append(_read_signal(word, option) * 256)
    return statuses


def _write_exits(statuses):
    # type: (List[int]) -> List[Union[int, str]]
    names = dict((number * 256, name) for number, name in NAMES.items())
    return [names.get(status, status) for status in statuses]


def _read_mask(given, option):
    # type: (Any, str) -> int
    if is_number(given):
        raise JobFileError("%s has no quotes, and YAML reads 0022 without quotes as 18" % option,
                           hint=_quoted_mask("%d" % given))
    if not isinstance(given, (text_type, bytes)) or not OCTAL.match(as_text(given, option)):
        raise JobFileError(
            "%s must be an octal number in quotes, not %s" % (option, given), hint="for example '022'; at most '0777'"
        )
    return _read_number("umask")(int(given, 8), option)


def _quoted_mask(digits):
    # type: (str) -> str
    """Return the remedy for a umask that YAML has read as the decimal number ``digits``."""
    if not digits.isdigit() or int(digits) > BY_NAME["umask"].high:
        return "write it in quotes, for example '022'"
    from_octal = "'%04o'" % int(digits)
    if not OCTAL.match(digits) or int(digits) < 8:
        return "write %s" % from_octal
    return "write %s, or '%s' if the number had no 0 in front" % (from_octal, digits.zfill(3))


def _write_mask(mask):
    # type: (int) -> str
    return "%03o" % mask


def _read_cgroups(given, option):
    # type: (Any, str) -> List[List[Optional[str]]]
    return [_read_cgroup(item, option) for item in as_list(parsed(given, option, CGROUP_EXAMPLE))]


def _read_cgroup(given, option):
    # type: (Any, str) -> List[Optional[str]]
    if isinstance(given, dict):
        words = [given.get(key) if given.get(key) is None else as_text(given[key], key) for key in CGROUP]
        fits = not set(given) - set(CGROUP)
    else:
        given_words = as_text(given, option).split()
        fits = len(given_words) <= len(CGROUP)
        words = _four_words(given_words)
    if not fits or words[0] is None or (words[2] is None) != (words[3] is None):
        raise JobFileError(
            "%s cannot be %s" % (option, given),
            hint="use a dictionary with controller, and perhaps name, key and value",
        )
    return words


def _four_words(words):
    # type: (List[str]) -> List[Optional[str]]
    """Return controller, name, key and value of a cgroup stanza; three words are a controller, a key and a value."""
    if len(words) == 3:
        return [words[0], None] + words[1:]
    return (words + [None] * len(CGROUP))[:len(CGROUP)]


def _write_cgroups(groups):
    # type: (List[List[Optional[str]]]) -> List[Dict[str, str]]
    return [dict((key, word) for key, word in zip(CGROUP, words) if word is not None) for words in groups]


def _read_env(given, option):
    # type: (Any, str) -> List[str]
    return assignments(given, option, in_file=True)


def _write_env(pairs):
    # type: (List[str]) -> Union[Dict[str, Optional[str]], List[str]]
    """Return a dict, or the list itself if it sets a name twice."""
    split_pairs = [pair.partition("=") for pair in pairs]
    variables = dict((name, value if equals else None) for name, equals, value in split_pairs)
    return variables if len(variables) == len(pairs) else list(pairs)


def _same(value):
    # type: (Any) -> Any
    return value


Option = namedtuple("Option", [
    "option",  # name of the option of upstart_job
    "key",     # key in the dict of values
    "read",    # function (value of the option, name of the option) -> value of the job; raises JobFileError
    "write",   # function (value of the job) -> value of the option
])


def _option(name, read, write=_same, key=None):
    # type: (str, Callable[[Any, str], Any], Callable[[Any], Any], Optional[str]) -> Option
    return Option(name, key or name, read, write)


OPTIONS = (
    _option("description", _read_line),
    _option("author", _read_line),
    _option("version", _read_line),
    _option("usage", _read_line),
    _option("emits", read_words),
    _option("start_on", _read_condition, to_structure),
    _option("stop_on", _read_condition, to_structure),
    _option("instance", _read_line),
    _option("import", read_words),
    _option("env", _read_env, _write_env),
    _option("export", read_words),
    _option("task", as_boolean),
    _option("expect", _read_choice(EXPECT)),
    _option("respawn", as_boolean),
    _option("respawn_limit", limits.read_respawn_limit, limits.write_respawn_limit),
    _option("normal_exit", _read_exits, _write_exits),
    _option("kill_signal", _read_signal, _write_signal),
    _option("kill_timeout", _read_number("kill timeout")),
    _option("reload_signal", _read_signal, _write_signal),
    _option("debug", as_boolean),
    _option("console", _read_choice(CONSOLE)),
    _option("umask", _read_mask, _write_mask),
    _option("nice", _read_number("nice")),
    _option("oom_score", _read_score, _write_score, key="oom_score_adj"),
    _option("limits", limits.read_limits, limits.write_limits),
    _option("chroot", _read_line),
    _option("chdir", _read_line),
    _option("setuid", _read_line),
    _option("setgid", _read_line),
    _option("apparmor_switch", _read_line),
    _option("cgroup", _read_cgroups, _write_cgroups),
    _option("tmpfiles", read_words),
)
NAMES_OF_OPTIONS = tuple(sorted([row.option for row in OPTIONS] + ["manual"] + list(PROCESS_OPTIONS)))
