# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn a forked child into a job's process, between fork and exec."""

from __future__ import annotations

import contextlib
import fcntl
import grp
import os
import pwd
import resource
import signal
import termios
from dataclasses import dataclass, field
from typing import Any, NoReturn

from . import linux
from .commands import Command

UNLIMITED = "unlimited"


class SpawnError(Exception):
    """A step failed; the text names the step and the reason."""


@dataclass
class Plan:
    """Everything the child sets up and executes; the daemon builds it before the fork."""

    command: Command
    env: list[str]
    values: dict[str, Any]
    console: str
    terminal: int | None = None  # the log's terminal
    script: int | None = None  # descriptor that the script is read from
    script_target: int = 9
    traced: bool = False
    main: bool = False
    inherits_nice: bool = True
    sets_groups: bool = True
    old_oom_scale: bool = False
    fds: list[int] = field(default_factory=list)


def become(plan: Plan, report: int) -> NoReturn:
    """Set everything up and execute; write the reason of a failure to the descriptor ``report``."""
    try:
        _set_up(plan, report)
        _execute(plan)
    except SpawnError as error:
        os.write(report, os.fsencode(str(error)))
    except BaseException as error:  # the child must never continue as a second daemon
        os.write(report, os.fsencode("unable to start: %r" % error))
    os._exit(255)


def _set_up(plan: Plan, report: int) -> None:
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)  # the emulator inherits ignored signals from its caller
    os.setsid()
    _open_console(plan)
    _close_others({report, *plan.fds} | ({plan.script} if plan.script is not None else set()))
    values = plan.values
    _limits(values)
    if plan.script is not None:
        with _step("unable to move script fd"):
            os.dup2(plan.script, plan.script_target)
            os.set_inheritable(plan.script_target, True)
    os.umask(values["umask"])
    _priority(plan)
    _oom(plan)
    with _step("unable to change root directory"):
        if values["chroot"] is not None:
            os.chroot(values["chroot"])
    with _step("unable to change working directory"):
        os.chdir(values["chdir"] if values["chdir"] is not None else "/")
    _identity(plan)
    # The guardian ends leftover processes, but it may be killed together with the daemon.
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if plan.traced:
        with _step("unable to set trace"):
            linux.ptrace(linux.PTRACE_TRACEME, 0)
    if plan.main and values["apparmor_switch"] is not None:
        with _step("unable to switch security profile"):
            with open("/proc/self/attr/exec", "w") as stream:
                stream.write("exec %s" % values["apparmor_switch"])


def _close_others(kept: set[int]) -> None:
    """Close the daemon's own files: they count against a limit on open files."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in kept:
            with contextlib.suppress(OSError):  # the descriptor that listdir itself used
                os.close(int(name))


def _execute(plan: Plan) -> None:
    env = {}
    for entry in plan.env:
        key, _equals, value = entry.partition("=")
        if key:  # Python's exec refuses an empty name, the kernel does not
            env[os.fsencode(key)] = os.fsencode(value)
    argv = [os.fsencode(word) for word in plan.command.argv]
    for descriptor in plan.fds:
        os.set_inheritable(descriptor, True)
    with _step("unable to execute"):
        if not argv:
            raise FileNotFoundError(2, os.strerror(2))
        os.execvpe(argv[0], argv, env)


class _step:
    """Turn a system error into SpawnError with the name of the step."""

    def __init__(self, step: str) -> None:
        self.step = step

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise SpawnError("%s: %s" % (self.step, error.strerror)) from error
        if isinstance(error, ValueError):
            raise SpawnError("%s: %s" % (self.step, os.strerror(22))) from error


def _open_console(plan: Plan) -> None:
    null = os.open("/dev/null", os.O_RDWR)
    outputs = null
    inputs = null
    if plan.terminal is not None:
        outputs = plan.terminal
    elif plan.console in ("output", "owner"):
        try:
            inputs = outputs = os.open("/dev/console", os.O_RDWR | os.O_NOCTTY)
        except OSError as error:
            if plan.console == "owner":
                raise SpawnError("unable to open console: %s" % error.strerror) from error
        else:
            if plan.console == "owner":
                with _step("unable to open console"):
                    fcntl.ioctl(outputs, termios.TIOCSCTTY, 1)
    os.dup2(inputs, 0)
    os.dup2(outputs, 1)
    os.dup2(outputs, 2)


def _limits(values: dict[str, Any]) -> None:
    for name, (soft, hard) in values["limits"].items():
        number = getattr(resource, "RLIMIT_" + name.upper(), None)
        if number is None:
            number = {"msgqueue": 12, "nice": 13, "rtprio": 14, "sigpending": 11}[name]
        with _step('unable to set "%s" resource limit' % name):
            resource.setrlimit(number, (_limit(soft), _limit(hard)))


def _limit(value: Any) -> int:
    return resource.RLIM_INFINITY if value == UNLIMITED or value >= 2 ** 63 else int(value)


def _oom(plan: Plan) -> None:
    score = plan.values["oom_score_adj"]
    if not score:
        return
    path, value = "/proc/self/oom_score_adj", score
    if plan.old_oom_scale and os.path.exists("/proc/self/oom_adj"):
        path, value = "/proc/self/oom_adj", -(-score * 15 // 1000) if score > 0 else score * 17 // 1000
    with _step("unable to set oom adjustment"):
        with open(path, "w") as stream:
            stream.write("%d" % value)


def _priority(plan: Plan) -> None:
    nice = plan.values["nice"]
    with _step("unable to set priority"):
        if nice is not None:
            os.setpriority(os.PRIO_PROCESS, 0, nice)
        elif not plan.inherits_nice:
            os.setpriority(os.PRIO_PROCESS, 0, 0)


def _identity(plan: Plan) -> None:
    user, group = plan.values["setuid"], plan.values["setgid"]
    uid = gid = None
    if user is not None:
        try:
            entry = pwd.getpwnam(user)
        except KeyError:
            raise SpawnError("unable to find setuid user") from None
        uid, gid = entry.pw_uid, entry.pw_gid
    if group is not None:
        try:
            gid = grp.getgrnam(group).gr_gid
        except KeyError:
            raise SpawnError("unable to find setgid group") from None
    if plan.script is not None and (uid is not None or gid is not None):
        with _step("unable to change owner of script"):
            os.fchown(plan.script_target, -1 if uid is None else uid, -1 if gid is None else gid)
    with _step("unable to set supplementary groups"):
        if plan.sets_groups and (user is not None or group is not None) and os.geteuid() == 0:
            os.initgroups(user or "root", 0 if group is None or gid is None else gid)
    with _step("unable to set group"):
        if gid is not None:
            os.setgid(gid)
    with _step("unable to set user"):
        if uid is not None:
            os.setuid(uid)
