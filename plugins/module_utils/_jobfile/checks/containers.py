# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands of docker that start a container and exit, as described in the reference of its command line."""

from __future__ import absolute_import, division, print_function

import re

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Optional, Pattern, Sequence, Tuple  # noqa: F401

__metaclass__ = type

DETACH = re.compile(r"-[itPq]*d[itPq]*(?:=true)?$|--detach(?:=true)?$")
ATTACH = re.compile(r"(?:-[ai]+|--attach|--interactive)(?:=true)?$")
# Options of docker run that do not take the next word: those without a value, and short ones with the value behind
# them, as in -v/a:/b. Any other option takes it, unless it has a value behind "=".
WITHOUT_VALUE = re.compile(
    r"-[itPdq]+$|-[itPdq]*(?![itPdq-])..|--(?:detach|disable-content-trust|init|interactive|no-healthcheck"
    r"|oom-kill-disable|privileged|publish-all|quiet|read-only|rm|sig-proxy|tty)$")
# The same for the options before the command of docker and of docker-compose.
GLOBAL_WITHOUT_VALUE = re.compile(
    r"-[DdvV]+$|-[Hfplc].|--(?:compatibility|daemon|debug|no-ansi|skip-hostname-check|tls|tlsverify|verbose|version)$")


def detached_call(words):
    # type: (Sequence[str]) -> Optional[str]
    """Return a command that starts a container and does not wait for it, such as ``docker run -d``, or None."""
    name = words[0].rpartition("/")[2] if words else ""
    arguments = _behind_options(words[1:])
    if name == "docker" and arguments[:1] == ["compose"]:
        name, arguments = "docker compose", arguments[1:]
    if name in ("docker compose", "docker-compose"):
        return _of_compose(name, _behind_options(arguments))
    if name != "docker":
        return None
    if arguments[:1] == ["container"]:
        arguments = arguments[1:]
    if arguments[:1] == ["run"] and _is_detached(arguments[1:]):
        return "docker run -d"
    if arguments[:1] == ["start"] and not any(map(ATTACH.match, arguments)):
        return "docker start"
    return "docker restart" if arguments[:1] == ["restart"] else None


def _behind_options(words):
    # type: (Sequence[str]) -> List[str]
    """Return the words from the command of docker or docker-compose on."""
    return _split_options(words, GLOBAL_WITHOUT_VALUE)[1]


def _is_detached(arguments):
    # type: (Sequence[str]) -> bool
    """Return whether one of the options before the name of the image is -d."""
    return any(map(DETACH.match, _split_options(arguments, WITHOUT_VALUE)[0]))


def _split_options(words, without_value):
    # type: (Sequence[str], Pattern[str]) -> Tuple[List[str], List[str]]
    """Return the options at the beginning of words, without their values, and the words behind them.

    :param without_value: pattern of the options that do not take the next word.
    """
    options, index = [], 0
    while index < len(words) and words[index].startswith("-"):
        options.append(words[index])
        index += 1 if "=" in words[index] or without_value.match(words[index]) else 2
    return options, list(words[index:])


def _of_compose(name, arguments):
    # type: (str, Sequence[str]) -> Optional[str]
    if arguments[:1] in (["start"], ["restart"]):
        return "%s %s" % (name, arguments[0])
    return "%s up -d" % name if arguments[:1] == ["up"] and any(map(DETACH.match, arguments[1:])) else None
