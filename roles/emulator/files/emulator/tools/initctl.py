# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of initctl, with the real one's output and exit statuses (1.13.2, measured)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, Callable, NamedTuple

from ..dbus.connection import AddressError
from ..dbus.paths import ERROR, INSTANCE, JOB, MANAGER, PROPERTIES, ROOT
from . import conditions
from .client import Client, DBusError

ADDRESS = "unix:abstract=/com/ubuntu/upstart"
VERBS = ("start", "stop", "restart", "reload", "status")
ON_TOP = ("main", "pre-start", "post-stop")  # processes whose name the status line leaves out


class UsageError(Exception):
    """The command line is invalid."""


class Options(NamedTuple):
    """The options of all commands."""

    wait: bool
    enumerate: bool
    ignored: list[str]


def parse(arguments: Sequence[str]) -> tuple[Options, list[str]]:
    """Split options from arguments; raise UsageError."""
    rest: list[str] = []
    given: dict[str, Any] = {"wait": True, "enumerate": False, "ignored": []}
    pending = list(arguments)
    while pending:
        word = pending.pop(0)
        if word in ("-n", "--no-wait"):
            given["wait"] = False
        elif word in ("-e", "--enumerate"):
            given["enumerate"] = True
        elif word in ("-i", "--ignore-events") and pending:
            given["ignored"] += pending.pop(0).split(",")
        elif word.startswith("--ignore-events="):
            given["ignored"] += word.partition("=")[2].split(",")
        elif word in ("--system", "--session", "--user", "-q", "--quiet", "-v", "--verbose", "-w", "--warn"):
            continue
        elif word.startswith("-") and word != "-":
            raise UsageError("invalid option: %s" % word)
        else:
            rest.append(word)
    return Options(**given), rest


def status_lines(client: Client, job: str, path: str | None) -> list[str]:
    """Return the output of ``status`` for an instance; a path of None means that the job is stopped."""
    if path is None:
        return ["%s stop/waiting" % job]
    try:
        values = client.properties(path, INSTANCE)
    except DBusError:
        return ["%s stop/waiting" % job]
    label = "%s (%s)" % (job, values["name"]) if values["name"] else job
    text = "%s %s/%s" % (label, values["goal"], values["state"])
    lines = []
    for position, (name, pid) in enumerate(values["processes"]):
        if position:
            lines.append("\t%s process %d" % (name, pid))
        else:
            text += ", %sprocess %d" % ("" if name in ON_TOP else "(%s) " % name, pid)
    return [text] + lines


def _target(client: Client, words: list[str]) -> tuple[str, str, str | None]:
    """Return the job's name, its path, and inside a job the path of the instance from the environment."""
    if words:
        return words[0], client.path_of(words[0]), None
    job, instance = os.environ.get("UPSTART_JOB"), os.environ.get("UPSTART_INSTANCE")
    if job is None or instance is None:
        raise UsageError("missing job name")
    path = client.path_of(job)
    return job, path, client.job(path, "GetInstanceByName", "s", instance)[0]


def start(client: Client, options: Options, words: list[str]) -> list[str]:
    name, path, own = _target(client, words)
    if own is not None:
        client.instance(own, "Start", "b", False)
        return status_lines(client, name, own)
    return status_lines(client, name, client.job(path, "Start", "asb", words[1:], options.wait)[0])


def stop(client: Client, options: Options, words: list[str]) -> list[str]:
    name, path, own = _target(client, words)
    if own is not None:
        client.instance(own, "Stop", "b", False)
        return status_lines(client, name, own)
    instance = client.job(path, "GetInstance", "as", words[1:])[0]
    client.job(path, "Stop", "asb", words[1:], options.wait)
    return status_lines(client, name, instance)


def restart(client: Client, options: Options, words: list[str]) -> list[str]:
    name, path, own = _target(client, words)
    if own is not None:
        client.instance(own, "Restart", "b", False)
        return status_lines(client, name, own)
    return status_lines(client, name, client.job(path, "Restart", "asb", words[1:], options.wait)[0])


def reload(client: Client, _options: Options, words: list[str]) -> list[str]:
    _name, path, own = _target(client, words)
    client.instance(own or client.job(path, "GetInstance", "as", words[1:])[0], "Reload")
    return []


def status(client: Client, _options: Options, words: list[str]) -> list[str]:
    name, path, own = _target(client, words)
    if own is None:
        try:
            own = client.job(path, "GetInstance", "as", words[1:])[0]
        except DBusError as error:
            if error.name != ERROR + "UnknownInstance" or words[1:]:
                raise
    return status_lines(client, name, own)


def list_jobs(client: Client, _options: Options, _words: list[str]) -> list[str]:
    lines: list[str] = []
    for job, name in client.jobs().items():
        instances = client.job(job, "GetAllInstances")[0]
        for path in instances or [None]:
            lines += status_lines(client, name, path)
    return lines


def emit(client: Client, options: Options, words: list[str]) -> list[str]:
    if not words:
        raise UsageError("missing event name")
    client.manager("EmitEvent", "sasb", words[0], words[1:], options.wait)
    return []


def log_priority(client: Client, _options: Options, words: list[str]) -> list[str]:
    if not words:
        return [client.property(ROOT, MANAGER, "log_priority")]
    client.call(ROOT, PROPERTIES, "Set", "ssv", MANAGER, "log_priority", ("s", words[0]))
    return []


def usage(client: Client, _options: Options, words: list[str]) -> list[str]:
    name = words[0] if words else os.environ.get("UPSTART_JOB")
    if name is None:
        raise UsageError("missing job name")
    return ["Usage: %s" % client.property(client.path_of(name), JOB, "usage")]


def show_config(client: Client, options: Options, words: list[str]) -> list[str]:
    return conditions.show(client, words, options.enumerate)


def check_config(client: Client, options: Options, words: list[str]) -> list[str]:
    return conditions.check(client, words, options.ignored)


def _variable(words: list[str]) -> str:
    if not words:
        raise UsageError("missing variable name")
    return words[0]


def list_sessions(_client: Client, _options: Options, _words: list[str]) -> list[str]:
    raise DBusError("", "Unable to query session directory")


def _silent(member: str) -> Command:
    def command(client: Client, _options: Options, _words: list[str]) -> list[str]:
        client.manager(member)
        return []

    return command


Command = Callable[[Client, Options, list[str]], list[str]]
COMMANDS: dict[str, Command] = {
    "start": start, "stop": stop, "restart": restart, "reload": reload, "status": status, "list": list_jobs,
    "emit": emit, "log-priority": log_priority, "usage": usage, "show-config": show_config,
    "check-config": check_config,
    "list-sessions": list_sessions,
    "version": lambda client, _options, _words: [client.property(ROOT, MANAGER, "version")],
    "reload-configuration": _silent("ReloadConfiguration"),
    "notify-disk-writeable": _silent("NotifyDiskWriteable"),
    "list-env": lambda client, _options, _words: sorted(client.manager("ListEnv", "as", [])[0]),
    "get-env": lambda client, _o, words: [client.manager("GetEnv", "ass", [], _variable(words))[0]],
    "set-env": lambda client, _o, words: list(client.manager("SetEnv", "assb", [], _variable(words), True)),
    "unset-env": lambda client, _o, words: list(client.manager("UnsetEnv", "ass", [], _variable(words))),
    "reset-env": lambda client, _options, _words: list(client.manager("ResetEnv", "as", [])),
}


def main(program: str, arguments: list[str]) -> int:
    """Run a command; a program called ``start``, for example, is the command ``start``."""
    program = os.path.basename(program)
    try:
        if program in VERBS:
            arguments = [program] + arguments
        if not arguments:
            raise UsageError("missing command")
        verb = arguments[0]
        if verb not in COMMANDS:
            raise UsageError("invalid command: %s" % verb)
        options, words = parse(arguments[1:])
        client = Client(os.environ.get("UPSTART_SESSION") or ADDRESS)
        lines = COMMANDS[verb](client, options, words)
    except UsageError as error:
        print("%s: %s\nTry `%s --help' for more information." % (program, error, program), file=sys.stderr)
        return 1
    except (DBusError, OSError, AddressError) as error:
        print("%s: %s" % (program, error), file=sys.stderr)
        return 1
    for line in lines:
        print(line)
    return 1 if verb == "check-config" and lines else 0
