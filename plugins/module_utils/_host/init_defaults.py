# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Defaults of stanzas that the command line of init changes."""

from __future__ import absolute_import, division, print_function

from .._jobfile import parser
from .._jobfile.values import new_values
from .._system import processes
from .releases import OVERRIDES_SINCE

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Optional, Tuple  # noqa: F401

__metaclass__ = type

OPTION = u"--default-console"
CONSOLE = u"log"  # the default of an init without the option; before Upstart 1.4, none has the same effect


def default_console(pid):
    # type: (int) -> str
    """Return the console of a job without the stanza ``console``, by the command line of the running init.

    :param pid: int, of init in our PID namespace; 0 if it is not visible.
    """
    words = [word.decode("utf-8", "replace") for word in processes.words(pid, "cmdline")] if pid > 0 else []
    console = CONSOLE
    for word, following in zip(words, words[1:] + [u""]):
        name, equals, value = word.partition(u"=")
        if name == OPTION:
            console = value if equals else following
    return console


def console_of_files(conf, override, version, default):
    # type: (Optional[bytes], Optional[bytes], Tuple[int, ...], str) -> str
    """Return the console that a job has with the bytes of its files, None for no file.

    :param default: text, see ``default_console``.
    """
    values = dict(new_values(), console=None)
    for text in (conf, override if version >= OVERRIDES_SINCE else None):
        if text and b"console" in text:
            parser.apply(text, values, version)
    return values["console"] or default
