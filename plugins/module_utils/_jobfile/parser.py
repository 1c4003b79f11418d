# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parser of job files. It accepts and refuses what Upstart does, with the same messages and line numbers."""

from __future__ import absolute_import, division, print_function

from .._text import decode
from . import errors, stanzas
from .errors import JobFileError
from .expression import ExpressionReader
from .readers import READERS, ArgumentReader
from .stanzas import LATEST
from .tokens import Scanner
from .unknown_stanza import hint_for, hint_for_dialect, hint_for_second
from .values import new_values

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterator, List, Optional, Tuple, Union  # noqa: F401

__metaclass__ = type


def parse_job(conf, override=None, version=LATEST):
    # type: (Union[str, bytes], Union[str, bytes, None], Tuple[int, ...]) -> Dict[str, Any]
    """Return the values of a job.

    :param conf: text or bytes of NAME.conf.
    :param override: text or bytes of NAME.override, or None; ignored before 1.3.
    :param version: tuple, the release of Upstart that reads the files; a dialects.Release for a fork of Upstart.
    :raises JobFileError: for the first error, with ``file`` "conf" or "override".
    """
    values = new_values()
    error = apply(conf, values, version)
    if error:
        raise error.within("conf")
    if override is not None and version >= stanzas.OVERRIDES_SINCE:
        error = apply(override, values, version)
        if error:
            raise error.within("override")
    return values


def apply(text, values, version=LATEST, debug=True):
    # type: (Union[str, bytes], Dict[str, Any], Tuple[int, ...], bool) -> Optional[JobFileError]
    """Read a file into ``values``, which it changes; return None, or the JobFileError at which it stopped.

    :param debug: bool, whether the daemon runs with --debug. Otherwise the stanza ``debug`` has no effect.
    """
    try:
        for _stanza in read_stanzas(Scanner(decode(text)), values, version, debug):
            pass
    except JobFileError as error:
        return error
    return None


def read_stanzas(
    scanner,  # type: Scanner
    values,  # type: Dict[str, Any]
    version=LATEST,  # type: Tuple[int, ...]
    debug=True,  # type: bool
):
    # type: (...) -> Iterator[Tuple[stanzas.Stanza, Optional[str], int, int]]
    """Read stanzas into ``values``, which it changes; yield (Stanza, detail, start, end) for every stanza."""
    reader = _JobParser(scanner, values, version, debug)
    while scanner.next_stanza():
        start = scanner.pos
        stanza, detail = reader.read_stanza()
        yield stanza, detail, start, scanner.pos


def parse_condition(text):
    # type: (Union[str, bytes]) -> List[Dict[str, Any]]
    """Return a condition, as written after ``start on``, in reverse Polish order."""
    scanner = Scanner(decode(text))
    items = ExpressionReader(scanner).read()
    if scanner.next_stanza():
        raise scanner.error(
            errors.UNEXPECTED_TOKEN,
            hint="a condition ends with its line; put it in parentheses to continue on the next line",
        )
    return items


class _JobParser(ArgumentReader):
    """The reader of one stanza after the other."""

    def read_stanza(self):
        # type: () -> Tuple[stanzas.Stanza, Optional[str]]
        scanner = self.scanner
        word = scanner.word()
        forms = stanzas.WORDS.get(word)
        if forms is None:
            raise scanner.error(errors.UNKNOWN_STANZA, hint=hint_for(word))
        stanza = forms.get("")
        if stanza is not None and stanza.dialect not in (None, self.dialect):
            raise scanner.error(errors.UNKNOWN_STANZA, hint=hint_for_dialect(stanza))
        if stanzas.WORDS_SINCE[word] > self.version:
            raise self.too_new(word, stanzas.WORDS_SINCE[word])
        if stanza is None or (word == "respawn" and scanner.has_token()):
            stanza = self._second_word(forms)
        return stanza, READERS[stanza.kind](self, stanza)

    def _second_word(self, forms):
        # type: (Dict[str, stanzas.Stanza]) -> stanzas.Stanza
        """Read the second, unquoted word of a stanza; return the Stanza."""
        name = next(iter(forms.values())).process
        if name and name != "security":
            self.process(name)
        start = self.scanner.pos
        word = self.scanner.word()
        stanza = forms.get(word)
        if stanza is None:
            raise self.scanner.error(errors.UNKNOWN_STANZA, start, hint_for_second(word, forms))
        if not stanzas.is_known(stanza, self.version):
            raise self.too_new(stanza.name, stanza.since, start)
        return stanza
