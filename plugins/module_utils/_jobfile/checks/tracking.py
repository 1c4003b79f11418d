# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about the process that init tracks: which one it is, how it fits ``expect``, where its output goes."""

from __future__ import absolute_import, division, print_function

import re

from ..shell.flow import command_words, functions_of, outer_statements, read_steps
from ..shell.reader import SUBSTITUTION, read_script, without_single_quoted
from ..shell.words import BUILTINS, programs_of
from ..stanzas import BY_NAME, CONSOLE
from . import containers, daemons
from .job import Problem

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterator, List, Optional, Sequence, Tuple  # noqa: F401
    from ..shell.flow import Step  # noqa: F401
    from ..shell.reader import Statement  # noqa: F401
    from .job import CheckedJob, Command  # noqa: F401

__metaclass__ = type

ONLY_EXEC = re.compile(r"\s*exec\s+([^\n]+)\n?\s*\Z")
# What a shell does without a fork.
WITHOUT_FORK = frozenset([
    ".", ":", "[", "alias", "cd", "chdir", "echo", "exit", "export", "false", "getopts", "hash", "kill", "local",
    "printf", "read", "readonly", "set", "shift", "source", "test", "trap", "true", "ulimit", "umask", "unalias",
    "unset", "wait",
])
FORKING_OPERATORS = frozenset(["|", "&", "("])
# A script that may stop itself, or hands over to a program that may.
MAY_STOP = re.compile(r"STOP|-19|^\s*exec\s", re.MULTILINE)
CHANGES_USER = ("su", "sudo", "runuser")
# Programs that do a small piece of work and exit: none of them is the service of a job.
SHORT_LIVED = frozenset("""
    [ apt-get awk cat chcon chgrp chmod chown chvt cp cut date dbus-send dd dmesg dpkg echo emit env expr false find
    grep halt head hostname hwclock id ifconfig ifdown ifup initctl insmod install ip ip6tables ipset iptables
    iptables-restore kill killall ldconfig ln logger ls mkdir mkfifo mknod mktemp modprobe mount mountpoint mv plymouth
    pkill poweroff printf pwd reboot reload restart restorecon rm rmdir rmmod route sed service setfacl shutdown start
    stat status stop swapoff swapon sync sysctl systemctl tar tee telinit test touch tr true udevadm umount uname
    update-rc.d xargs
""".split())
INTERACTIVE = frozenset("agetty bash dialog fbgetty getty login mingetty plymouth sh sulogin whiptail".split())
LITERAL_NAME = re.compile(r"[A-Za-z0-9_-]+$")
HAS_FUNCTIONS = re.compile(r"function|/lib/")  # in the path of a file that defines functions
DESCRIPTOR = re.compile(r"[0-9]+$|-$")
TERMINAL = re.compile(r"/dev/(?:console|tty)")


def tracking(job):
    # type: (CheckedJob) -> List[Problem]
    """How the main process and ``expect`` fit together."""
    main = _main(job)
    if main is None:
        return []
    if main.script and _supervises(job) and _is_empty(main.text):
        return [Problem("script-empty", main.place, ())]
    expect = job.values["expect"]
    words = _replacing_command(main.text) if main.script else _first_command(main.text)
    if words is not None:
        return _of_other_service(job, main, words) + list(_of_program(job, main, words))
    problems = _of_other_service(job, main, _last_command(main.text)) + list(_of_script(job, main))
    if expect in ("fork", "daemon"):
        problems.append(Problem("expect-with-script", job.place("expect"), (expect,)))
    elif expect == "stop" and not MAY_STOP.search(main.text):
        problems.append(Problem("expect-stop-not-raised", job.place("expect"), ()))
    return problems


def _main(job):
    # type: (CheckedJob) -> Optional[Command]
    main = [command for command in job.commands() if command.process == "main"]
    return main[0] if main else None


def _is_empty(script):
    # type: (str) -> bool
    return not any(
        statement.words or statement.targets or statement.has_substitution for statement in read_script(script))


def _of_other_service(job, main, words):
    # type: (CheckedJob, Command, Sequence[str]) -> List[Problem]
    """Return the Problem of a command that starts a service which something else supervises."""
    call = _call_of_other_service(programs_of(words) if words else [])
    return [] if call is None or not _supervises(job) else [Problem("starts-other-service", main.place, (call,))]


def _call_of_other_service(programs):
    # type: (Sequence[List[str]]) -> Optional[str]
    """Return the command that has an init script, init or docker start a service, or None."""
    if not programs:
        return None
    return daemons.init_script_call(programs[-1]) or containers.detached_call(programs[-1])


def _of_program(job, main, words):
    # type: (CheckedJob, Command, Sequence[str]) -> Iterator[Problem]
    """Yield the Problems of the program that init starts and tracks."""
    expect = job.values["expect"]
    programs = programs_of(words)
    if _call_of_other_service(programs) is not None:
        return
    for program in programs[:1]:
        name = _name(program)
        if name in CHANGES_USER and job.version >= BY_NAME["setuid"].since:
            yield Problem("changes-user-itself", main.place, (name,))
    foreground, background, is_known = _foreground_and_background(programs)
    if expect in ("fork", "daemon") and foreground and not background:
        yield Problem("foreground-with-expect", job.place("expect"), (expect, foreground))
    if expect == "none" and background:
        yield Problem("daemon-without-expect" if is_known else "daemon-option", main.place, (background,))


def _of_script(job, main):
    # type: (CheckedJob, Command) -> Iterator[Problem]
    """Yield the Problems of the last command of a script that forks before it, or that does not replace itself."""
    words = _last_command(main.text)
    if not words:
        return
    programs = programs_of(words)
    if _call_of_other_service(programs) is not None:
        return
    unused_foreground, background, is_known = _foreground_and_background(programs)
    if job.values["expect"] != "none":
        return
    if background:
        yield Problem("daemon-without-expect" if is_known else "daemon-option", main.place, (background,))
    elif words[0] != "exec" and not _needs_shell(main.text, programs) and _is_service(
            job, programs, functions_of(main.text)):
        yield Problem("script-without-exec", main.place, (programs[-1][0],))


def _supervises(job):
    # type: (CheckedJob) -> bool
    """Return whether a job acts as if its main process were a service that keeps running."""
    values = job.values
    return values["respawn"] or (not values["task"] and (values["expect"] != "none" or bool(values["stop_on"])))


def _is_service(job, programs, functions):
    # type: (CheckedJob, Sequence[List[str]], Sequence[str]) -> bool
    """Return whether the last command of a script is probably a service that is meant to keep running."""
    values = job.values
    if values["task"] or not (values["respawn"] or values["stop_on"]) or not programs:
        return False
    name = _name(programs[-1])
    stops = name == "start-stop-daemon"  # without --exec, or it would be followed by the program
    return name not in SHORT_LIVED and name not in functions and name != SUBSTITUTION and not stops


def _needs_shell(script, programs):
    # type: (str, Sequence[List[str]]) -> bool
    """Return whether exec would lose a trap of a script, or could not find a function of a file that it reads."""
    steps = read_steps(script)
    if any(step.words[0] == "trap" for step in steps):
        return True
    may_be_function = len(programs) == 1 and LITERAL_NAME.match(programs[0][0]) is not None
    return may_be_function and any(
        step.words[0] in (".", "source") and HAS_FUNCTIONS.search(" ".join(step.words[1:2])) for step in steps)


def _last_command(script):
    # type: (str) -> List[str]
    """Return the words of the command with which a script always ends, [] if there is none."""
    steps = read_steps(script)
    if not steps or steps[-1].is_piped or not steps[-1].is_certain:
        return []
    if steps[-1].statement.operator not in ("", "\n", ";"):
        return []
    return steps[-1].words


def leaves_program_behind(script):
    # type: (str) -> bool
    """Return whether a script puts a command in the background and ends soon after it, without waiting for it."""
    steps = read_steps(script)
    behind = [index for index, step in enumerate(steps) if step.statement.operator == "&" and not step.depth]
    return bool(behind) and all(_is_short(step) for step in steps[behind[-1] + 1:])


def _is_short(step):
    # type: (Step) -> bool
    name = step.words[0]
    return not step.depth and (name in SHORT_LIVED or name in BUILTINS) and name not in ("wait", "exec", ".", "eval")


def _name(words):
    # type: (Sequence[str]) -> str
    return words[0].rpartition("/")[2]


def _first_command(text):
    # type: (str) -> List[str]
    """Return the words of the first command of a text."""
    return outer_statements(text)[0].words


def _replacing_command(script):
    # type: (str) -> Optional[List[str]]
    """Return the words of the command that replaces the shell by ``exec`` before the shell forks, or None.

    A script of nothing but ``exec COMMAND`` is judged like the stanza ``exec``.
    """
    only_exec = ONLY_EXEC.match(script)
    if only_exec:
        return _first_command(only_exec.group(1))
    statements = read_script(script)
    if any(_forks(statement) for statement in statements):
        return None
    commands_words = [words for words in map(command_words, statements) if words]
    if not commands_words or any(words[0] not in WITHOUT_FORK for words in commands_words[:-1]):
        return None
    last = commands_words[-1]
    return last[1:] if last[0] == "exec" and last[1:] else None


def _forks(statement):
    # type: (Statement) -> bool
    """Return whether the shell forks around a statement, whatever command it runs."""
    quoted = "".join(map(without_single_quoted, statement.words + statement.targets))
    return statement.operator in FORKING_OPERATORS or statement.has_substitution or "$(" in quoted or "`" in quoted


def _foreground_and_background(programs):
    # type: (Sequence[List[str]]) -> Tuple[Optional[str], Optional[str], bool]
    """Return what keeps a program in the foreground, what sends it into the background, and whether that is sure.

    :param programs: list of the words of programs, each of which runs the next.
    """
    foreground = None
    for words in programs:
        if daemons.INIT_SCRIPT.match(words[0]):
            continue
        name, arguments = _name(words), words[1:]
        if name == "start-stop-daemon" and "--" in arguments:
            arguments = arguments[:arguments.index("--")]
        is_known = daemons.is_known(name)
        if is_known:
            foreground, background = daemons.known_foreground_and_background(name, arguments)
        elif words is programs[-1]:
            foreground, background = daemons.foreground_and_background_options(name, arguments)
        else:
            continue
        if background:
            return foreground, background, is_known
    return foreground, None, False


def console(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """Services whose output is lost on a console. Tasks at boot and programs for a terminal belong there."""
    main, kind = _main(job), job.values["console"]
    if kind not in ("output", "owner") or main is None or job.values["task"] or job.version < CONSOLE["log"]:
        return
    steps = read_steps(main.text)
    names = set(_name(words) for step in steps for words in programs_of(step.words))
    files = [target for step in steps if step is steps[-1] or step.words[0] == "exec"
             for target in step.statement.targets if not DESCRIPTOR.match(target)]
    if not (files or names & INTERACTIVE or TERMINAL.search(main.text)):
        yield Problem("console-not-logged", job.place("console"), (kind,))


RULES = (tracking, console)
