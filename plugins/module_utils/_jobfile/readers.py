# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions that read the arguments of each kind of stanza.

Like Upstart, each function ``_read_...`` stores a value before it checks the value: an override that is refused halfway
leaves the same values as in Upstart, with None for a null pointer. It returns the detail that distinguishes stanzas of
the same name, such as the name of a variable, or None.
"""

from __future__ import absolute_import, division, print_function

from . import errors, stanzas
from .cnumbers import ULONG_MAX, as_int, as_mode, strtol, strtoul
from .dialects import dialect_of
from .errors import JobFileError
from .expression import ExpressionReader
from .signals import number_of
from .stanzas import dotted

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, List, Optional, Tuple  # noqa: F401
    from .tokens import Scanner  # noqa: F401

__metaclass__ = type


class ArgumentReader:
    """The state that the functions below share.

    :param scanner: Scanner behind the first words of a stanza.
    :param values: dict of values, which the functions change.
    :param version: tuple, the release of Upstart that reads the file.
    :param debug: bool, whether the daemon runs with --debug.
    """

    def __init__(self, scanner, values, version, debug):
        # type: (Scanner, Dict[str, Any], Tuple[int, ...], bool) -> None
        self.scanner = scanner
        self.values = values
        self.version = version
        self.dialect = dialect_of(version)
        self.debug = debug

    def too_new(self, words, since, pos=None):
        # type: (str, Tuple[int, ...], Optional[int]) -> JobFileError
        """Return the error for words that need a later release."""
        hint = "'%s' needs Upstart %s or later, this is %s" % (words, dotted(since), dotted(self.version))
        return self.scanner.error(errors.UNKNOWN_STANZA, pos, hint)

    def process(self, name):
        # type: (str) -> Dict[str, Any]
        """Return the process called ``name``; add it without a command if it is new."""
        return self.values["process"].setdefault(name, {"script": False, "command": None})


def _read_text(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    reader.values[stanza.key] = None
    reader.values[stanza.key] = reader.scanner.argument()
    reader.scanner.end_line()


def _read_item(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> str
    item = reader.scanner.argument()
    reader.values[stanza.key].append(item)
    reader.scanner.end_line()
    return item.partition("=")[0]


def _read_list(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    reader.values.setdefault(stanza.key, []).extend(_arguments(reader.scanner))


def _read_condition(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    reader.values[stanza.key] = None
    reader.values[stanza.key] = ExpressionReader(reader.scanner).read()


def _read_manual(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    reader.values[stanza.key] = None
    _end_bare_line(reader.scanner)


def _read_flag(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    reader.values[stanza.key] = True
    reader.scanner.end_line()


def _read_debug(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    reader.values[stanza.key] = reader.debug or reader.values[stanza.key]
    _end_bare_line(reader.scanner)


def _end_bare_line(scanner):
    # type: (Scanner) -> None
    """Skip the end of the line unless another stanza follows on the same line, which is allowed here."""
    if not scanner.has_token():
        scanner.end_line()


def _read_choice(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    start = reader.scanner.pos
    word = reader.scanner.argument()
    since = stanza.choices.get(word)
    if since is None or since > reader.version:
        if stanza.key == "console":
            reader.values[stanza.key] = None
        if since is not None:
            raise reader.too_new("%s %s" % (stanza.name, word), since, start)
        raise reader.scanner.error(errors.UNKNOWN_STANZA, start)
    reader.values[stanza.key] = word
    reader.scanner.end_line()


def _read_seconds(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    _read_number(reader, stanza, strtol)
    reader.scanner.end_line()


def _read_nice(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    _read_number(reader, stanza, _int)
    reader.scanner.end_line()


def _read_umask(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    _read_number(reader, stanza, _mode)
    reader.scanner.end_line()


def _read_signal(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    word = reader.scanner.argument()
    number = number_of(word)
    if number is None:
        number, valid = strtoul(word)
        if not valid or number > stanza.high:
            raise JobFileError(stanza.message)
    reader.values[stanza.key] = number
    reader.scanner.end_line()


def _read_exits(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    scanner = reader.scanner
    while True:
        start = scanner.pos
        word = scanner.argument()
        number = number_of(word)
        if number is None:
            status, valid = strtoul(word)
            if not valid or status > stanza.high:
                raise scanner.error(stanza.message, start)
        else:
            status = number * 256
        reader.values[stanza.key].append(status)
        if not scanner.has_token():
            return scanner.end_line()


def _read_respawn_limit(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    scanner = reader.scanner
    start = scanner.pos
    word = scanner.argument()
    if word == "unlimited":
        reader.values[stanza.key] = [0, 0]
        return scanner.end_line()
    seconds = reader.values[stanza.key][1]
    count, valid = _int(word)
    reader.values[stanza.key] = [count, seconds]
    if not valid or count < stanza.low:
        raise scanner.error(errors.ILLEGAL_LIMIT, start)
    start = scanner.pos
    seconds, valid = strtol(scanner.argument())
    reader.values[stanza.key] = [count, seconds]
    if not valid or seconds < stanza.low:
        raise scanner.error(errors.ILLEGAL_INTERVAL, start)
    return scanner.end_line()


def _read_oom(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    scanner = reader.scanner
    start = scanner.pos
    word = scanner.argument()
    score = stanzas.BY_NAME["oom score"]
    if word == "score" and stanzas.is_known(score, reader.version):
        start = scanner.pos
        stanza = score
        word = scanner.argument()
    if word == "never":
        reader.values[stanza.key] = score.low
        return scanner.end_line()
    number, valid = _int(word)
    reader.values[stanza.key] = number if stanza is score else oom_score(number)
    if not valid or not stanza.low <= number <= stanza.high:
        message = stanza.message if stanzas.is_known(score, reader.version) else stanza.message.replace("'", "")
        raise scanner.error(message, start)
    return scanner.end_line()


def _read_limit(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> str
    scanner = reader.scanner
    start = scanner.pos
    resource = scanner.argument()
    if resource not in stanzas.LIMITS:
        raise scanner.error(errors.UNKNOWN_STANZA, start)
    limit = reader.values[stanza.key].setdefault(resource, [0, 0])
    for index in (0, 1):
        start = scanner.pos
        word = scanner.argument()
        number, valid = (ULONG_MAX, True) if word == "unlimited" else strtoul(word)
        limit[index] = "unlimited" if number == ULONG_MAX else number
        if not valid:
            raise scanner.error(stanza.message, start)
    scanner.end_line()
    return resource


def _read_cgroup(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    scanner = reader.scanner
    if not scanner.has_token():
        raise scanner.error(errors.EXPECTED_TOKEN)
    words = []  # type: List[str]
    while scanner.has_token() and len(words) < 4:
        words.append(scanner.argument())
    controller, rest = words[0], words[1:]
    name = rest.pop(0) if len(rest) in (1, 3) else None
    key, value = rest or (None, None)
    reader.values[stanza.key].append([controller, name, key, value])
    scanner.end_line()


def _read_apparmor_load(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    path = reader.scanner.argument()
    reader.values[stanza.key][stanza.process] = {"script": False, "command": stanzas.APPARMOR_LOAD + path}
    reader.scanner.end_line()


def _read_exec(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    process = reader.process(stanza.process)
    if not reader.scanner.has_token():
        raise reader.scanner.error(errors.EXPECTED_TOKEN)
    process.update(script=False, command=None)
    process["command"] = reader.scanner.command()


def _read_script(reader, stanza):
    # type: (ArgumentReader, stanzas.Stanza) -> None
    process = reader.process(stanza.process)
    reader.scanner.end_line()
    process.update(script=True, command=None)
    process["command"] = reader.scanner.block()


def _arguments(scanner):
    # type: (Scanner) -> List[str]
    arguments = [scanner.argument()]
    while scanner.has_token():
        arguments.append(scanner.argument())
    scanner.end_line()
    return arguments


def _read_number(reader, stanza, convert):
    # type: (ArgumentReader, stanzas.Stanza, Callable[[str], Tuple[int, bool]]) -> None
    start = reader.scanner.pos
    number, valid = convert(reader.scanner.argument())
    reader.values[stanza.key] = number
    if not valid or not stanza.low <= number <= stanza.high:
        raise reader.scanner.error(stanza.message, start)


def _int(text):
    # type: (str) -> Tuple[int, bool]
    number, valid = strtol(text)
    return as_int(number), valid


def _mode(text):
    # type: (str) -> Tuple[int, bool]
    number, valid = strtoul(text, 8)
    return as_mode(number), valid


def oom_score(adjustment):
    # type: (int) -> int
    """Return the score to which Upstart converts an old adjustment: a C int, rounded towards zero."""
    product = as_int(adjustment * 1000)
    size = abs(product) // (17 if adjustment < 0 else 15)
    return -size if product < 0 else size


READERS = {
    "text": _read_text,
    "item": _read_item,
    "list": _read_list,
    "import": _read_list,
    "condition": _read_condition,
    "manual": _read_manual,
    "flag": _read_flag,
    "debug": _read_debug,
    "choice": _read_choice,
    "seconds": _read_seconds,
    "nice": _read_nice,
    "umask": _read_umask,
    "signal": _read_signal,
    "exits": _read_exits,
    "respawn limit": _read_respawn_limit,
    "oom": _read_oom,
    "limit": _read_limit,
    "cgroup": _read_cgroup,
    "apparmor load": _read_apparmor_load,
    "exec": _read_exec,
    "script": _read_script,
}  # type: Dict[str, Callable[[ArgumentReader, stanzas.Stanza], Optional[str]]]
