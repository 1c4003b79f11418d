# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of upstart_job to the values of a job, and back."""

from __future__ import absolute_import, division, print_function

import re
from collections import namedtuple

from .._text import text_type
from .conditions import from_structure, to_structure
from .errors import JobFileError
from .processes import HELPERS, from_processes, to_processes
from .scalars import as_boolean, as_integer, as_list, as_pairs, as_text, kind
from .signals import NAMES, number_of
from .stanzas import BY_NAME, CONSOLE, EXPECT, LIMITS
from .values import new_values

__metaclass__ = type

PROCESS_OPTIONS = ("exec", "script", "interpreter", "apparmor_load") + tuple(option for option, _name in HELPERS)
OCTAL = re.compile(r"[0-7]{1,4}$")
CGROUP = ("controller", "name", "key", "value")
UNLIMITED = u"unlimited"


def to_values(options):
    """Return the values of the job that ``options`` describe; an option that is None or missing has its default.

    ``manual`` removes ``start_on``, which would have no effect.

    :raises JobFileError: for an invalid option, which it names.
    """
    unknown = sorted(set(options) - set(NAMES_OF_OPTIONS))
    if unknown:
        raise JobFileError(
            "unknown option %s" % ", ".join(as_text(name, "a name") for name in unknown),
            hint="the options are %s" % ", ".join(NAMES_OF_OPTIONS),
        )
    values = new_values()
    for row in OPTIONS:
        given = options.get(row.option)
        if given is not None:
            values[row.key] = row.read(given, row.option)
    if options.get("manual") is not None and as_boolean(options["manual"], "manual"):
        values["start_on"] = None
    values["process"] = to_processes(options)
    return values


def keys_of(options):
    """Return the keys of the values that ``options`` set, with the names of processes; ``manual`` has no key."""
    given = set(name for name in options if options[name] is not None)
    keys = set(row.key for row in OPTIONS if row.option in given)
    keys.update(name for option, name in HELPERS if option in given)
    if given & set(["exec", "script", "interpreter"]):
        keys.add("main")
    if "apparmor_load" in given:
        keys.add("security")
    return keys


def from_values(values):
    """Return the options from which ``to_values`` returns ``values``, without options that have their default."""
    defaults = new_values()
    options = from_processes(values["process"])
    for row in OPTIONS:
        if values[row.key] != defaults[row.key]:
            options[row.option] = row.write(values[row.key])
    return options


def _read_line(given, option):
    """Return a text without the line break at the end, which a block text of YAML has."""
    return as_text(given, option).rstrip("\n")


def _read_words(given, option):
    if isinstance(given, dict):
        raise JobFileError("%s must be a list, not a dictionary" % option)
    words = []
    for item in as_list(given):
        text = as_text(item, "an item of %s" % option)
        words.extend([text] if isinstance(given, (list, tuple)) else text.split())
    return words


def _read_condition(given, option):
    try:
        return from_structure(given)
    except JobFileError as error:
        raise JobFileError("%s: %s" % (option, error.text), hint=error.hint, option=option)


def _read_choice(choices):
    def read(given, option):
        word = as_text(given, option)
        if word not in choices:
            raise JobFileError("%s cannot be %s" % (option, word), hint="use one of %s" % ", ".join(sorted(choices)))
        return word
    return read


def _read_number(stanza):
    """Return a function that reads a number and refuses the numbers that the stanza refuses."""
    low, high = BY_NAME[stanza].low, BY_NAME[stanza].high

    def read(given, option):
        number = as_integer(given, option)
        if not low <= number <= high:
            raise JobFileError("%s must be from %d to %d, not %d" % (option, low, high, number))
        return number
    return read


def _read_score(given, option):
    if given == "never":
        return BY_NAME["oom score"].low
    return _read_number("oom score")(given, option)


def _write_score(score):
    return "never" if score == BY_NAME["oom score"].low else score


def _read_signal(given, option):
    """Return the number of a signal given by number, or by name in any case with or without SIG."""
    word = as_text(given, option)
    number = number_of(word.upper())
    if number is not None:
        return number
    if not word.isdigit():
        raise JobFileError("%s: unknown signal %s" % (option, word), hint="use a name such as TERM, or a number")
    return _read_number("kill signal")(int(word), option)


def _write_signal(number):
    return NAMES.get(number, number)


def _read_exits(given, option):
    statuses = []
    for word in _read_words(given, option):
        if word.isdigit():
            statuses.append(_read_number("normal exit")(int(word), option))
        else:
            statuses.append(_read_signal(word, option) * 256)
    return statuses


def _write_exits(statuses):
    names = dict((number * 256, name) for number, name in NAMES.items())
    return [names.get(status, status) for status in statuses]


def _read_mask(given, option):
    if not isinstance(given, (text_type, bytes)) or not OCTAL.match(as_text(given, option)):
        raise JobFileError(
            "%s must be an octal number in quotes, not %s" % (option, given), hint="for example '022'; at most '0777'"
        )
    return _read_number("umask")(int(given, 8), option)


def _write_mask(mask):
    return "%03o" % mask


def _read_respawn_limit(given, option):
    if given == UNLIMITED:
        return [0, 0]
    if not isinstance(given, dict) or not given or set(given) - set(["count", "interval"]):
        raise JobFileError(
            "%s cannot be %s" % (option, given), hint="use a dictionary with count and interval, or unlimited"
        )
    count, interval = new_values()["respawn_limit"]
    limit = [
        as_integer(given.get("count", count), "count of %s" % option),
        as_integer(given.get("interval", interval), "interval of %s" % option),
    ]
    if min(limit) < 0:
        raise JobFileError("%s cannot be negative" % option, hint="0 means unlimited")
    return limit


def _write_respawn_limit(limit):
    return UNLIMITED if limit == [0, 0] else {"count": limit[0], "interval": limit[1]}


def _read_limits(given, option):
    if not isinstance(given, dict):
        raise JobFileError("%s must be a dictionary, not %s" % (option, kind(given)), hint="for example {nofile: 4096}")
    limits = {}
    for resource in given:
        if resource not in LIMITS:
            raise JobFileError(
                "%s: unknown resource %s" % (option, resource), hint="use one of %s" % ", ".join(sorted(LIMITS))
            )
        limits[as_text(resource, option)] = _read_limit(given[resource], "%s of %s" % (resource, option))
    return limits


def _read_limit(given, label):
    """Return [soft, hard].

    :param given: dict, text or list with two values, or a single value for both.
    :param label: text, the name of the limit in error messages.
    """
    if isinstance(given, dict):
        if set(given) != set(["soft", "hard"]):
            raise JobFileError("%s needs soft and hard" % label, hint="or use a single value for both")
        bounds = [given["soft"], given["hard"]]
    else:
        bounds = _read_words(given, label)
        bounds = bounds * 2 if len(bounds) == 1 else bounds
    if len(bounds) != 2:
        raise JobFileError("%s needs one or two values" % label, hint="for example {soft: 1024, hard: 4096}")
    return [_read_bound(bound, label) for bound in bounds]


def _read_bound(given, label):
    if given == UNLIMITED or as_integer(given, label) == -1:
        return UNLIMITED
    bound = as_integer(given, label)
    if bound < 0:
        raise JobFileError("%s cannot be %d" % (label, bound), hint="use unlimited to remove the limit")
    return bound


def _write_limits(limits):
    return dict((resource, {"soft": soft, "hard": hard}) for resource, (soft, hard) in limits.items())


def _read_cgroups(given, option):
    return [_read_cgroup(item, option) for item in as_list(given)]


def _read_cgroup(given, option):
    if isinstance(given, dict):
        words = [given.get(key) if given.get(key) is None else as_text(given[key], key) for key in CGROUP]
        fits = not set(given) - set(CGROUP)
    else:
        words = as_text(given, option).split()
        fits = len(words) <= len(CGROUP)
        words = _four_words(words)
    if not fits or words[0] is None or (words[2] is None) != (words[3] is None):
        raise JobFileError(
            "%s cannot be %s" % (option, given),
            hint="use a dictionary with controller, and perhaps name, key and value",
        )
    return words


def _four_words(words):
    """Return controller, name, key and value of a cgroup stanza; three words are a controller, a key and a value."""
    if len(words) == 3:
        words = [words[0], None] + words[1:]
    return (words + [None] * len(CGROUP))[:len(CGROUP)]


def _write_cgroups(groups):
    return [dict((key, word) for key, word in zip(CGROUP, words) if word is not None) for words in groups]


def _write_env(pairs):
    """Return a dict, or the list itself if it sets a name twice."""
    split_pairs = [pair.partition("=") for pair in pairs]
    variables = dict((name, value if equals else None) for name, equals, value in split_pairs)
    return variables if len(variables) == len(pairs) else list(pairs)


def _same(value):
    return value


Option = namedtuple("Option", [
    "option",  # name of the option of upstart_job
    "key",     # key in the dict of values
    "read",    # function (value of the option, name of the option) -> value of the job; raises JobFileError
    "write",   # function (value of the job) -> value of the option
])


def _option(name, read, write=_same, key=None):
    return Option(name, key or name, read, write)


OPTIONS = (
    _option("description", _read_line),
    _option("author", _read_line),
    _option("version", _read_line),
    _option("usage", _read_line),
    _option("emits", _read_words),
    _option("start_on", _read_condition, to_structure),
    _option("stop_on", _read_condition, to_structure),
    _option("instance", _read_line),
    _option("env", as_pairs, _write_env),
    _option("export", _read_words),
    _option("task", as_boolean),
    _option("expect", _read_choice(EXPECT)),
    _option("respawn", as_boolean),
    _option("respawn_limit", _read_respawn_limit, _write_respawn_limit),
    _option("normal_exit", _read_exits, _write_exits),
    _option("kill_signal", _read_signal, _write_signal),
    _option("kill_timeout", _read_number("kill timeout")),
    _option("reload_signal", _read_signal, _write_signal),
    _option("debug", as_boolean),
    _option("console", _read_choice(CONSOLE)),
    _option("umask", _read_mask, _write_mask),
    _option("nice", _read_number("nice")),
    _option("oom_score", _read_score, _write_score, key="oom_score_adj"),
    _option("limits", _read_limits, _write_limits),
    _option("chroot", _read_line),
    _option("chdir", _read_line),
    _option("setuid", _read_line),
    _option("setgid", _read_line),
    _option("apparmor_switch", _read_line),
    _option("cgroup", _read_cgroups, _write_cgroups),
)
NAMES_OF_OPTIONS = tuple(sorted([row.option for row in OPTIONS] + ["manual"] + list(PROCESS_OPTIONS)))
