# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stanzas of a job that are settings of its unit."""

from __future__ import annotations

import re

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.signals import NAMES

from .directive_table import BY_NAME, SystemdRelease
from .findings import TranslationOptions
from .instances import InstanceForm
from .jobs import Values
from .processes import pid_file
from .units import UnitFile, assignment, specifier_safe

# Statuses with which systemd says that it could not start the program.
CANNOT_START = ("200", "203", "205", "210", "216", "217")
UNLIMITED = "infinity"
CGROUP_KEYS = {
    "memory.limit_in_bytes": "MemoryMax", "cpu.shares": "CPUWeight", "cpuset.cpus": "AllowedCPUs",
    "pids.max": "TasksMax", "blkio.weight": "IOWeight",
}
DEFAULT_TERM = "linux"
VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
USER_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,30}\$?|[0-9]{1,9}")
HIGHEST_SIGNAL = 64
HIGHEST_NICE_LIMIT = 40
HIGHEST_NUMBER = 2 ** 62
LONGEST_TIME = 10 ** 9
SHORTEST_TIME = "1ms"


def add_settings(values: Values, unit: UnitFile, options: TranslationOptions, job: str, form: InstanceForm) -> None:
    """Add all stanzas but processes and conditions to a unit."""
    add_life(values, unit, options.release)
    add_limits(values, unit, options.release)
    add_console(values, unit, options, job, form)
    add_process_settings(values, unit)
    add_environment(values, unit, job, form)


def service_type(values: Values) -> str:
    """Return the Type= of a job's unit, for a systemd that has all types."""
    if "main" not in values["process"] or values["task"]:
        return "oneshot"
    return "forking" if values["expect"] in ("fork", "daemon") else "exec"


def add_life(values: Values, unit: UnitFile, release: SystemdRelease) -> None:
    """Add what decides on the start, the end and the restart."""
    kind = service_type(values)
    has_main = "main" in values["process"]
    unit.add("Service", "Type", "simple" if kind == "exec" and not release.has("Type=exec") else kind)
    if not has_main and not values["task"]:
        unit.add("Service", "RemainAfterExit", "yes")
    if kind == "forking":
        path = pid_file(str(values["process"]["main"]["command"]))
        if path:
            unit.add("Service", "PIDFile", path)
    unit.add("Service", "TimeoutStartSec", UNLIMITED)
    if kind == "forking":
        unit.set("Service", "TimeoutStartSec", "90")
    unit.add("Service", "TimeoutStopSec", _stop_time(values["kill_timeout"]))
    if signal_is_valid(values["kill_signal"]):
        unit.add("Service", "KillSignal", _signal(values["kill_signal"]))
    unit.add("Service", "KillMode", "control-group")
    unit.add("Service", "IgnoreSIGPIPE", "no")
    exits = [str(status) if status < 256 else _signal(status // 256) for status in values["normal_exit"]
             if status < 256 or status // 256 in NAMES]
    if exits:
        unit.add("Service", "SuccessExitStatus", " ".join(dict.fromkeys(exits)))
    if not (values["respawn"] and has_main):
        unit.add(*release.start_limit_interval(), "0")
        return
    if kind == "oneshot" and not release.has("Restart=on-failure of Type=oneshot"):
        return
    unit.add("Service", "Restart", "on-failure" if kind == "oneshot" else "always")
    unit.add("Service", "RestartSec", "0")
    unit.add("Service", "RestartPreventExitStatus", " ".join(dict.fromkeys([*exits, *CANNOT_START])))
    count, seconds = values["respawn_limit"]
    if not count or not seconds:
        unit.add(*release.start_limit_interval(), "0")
    else:
        unit.add(*release.start_limit_interval(), str(seconds))
        unit.add(*release.start_limit_burst(), str(count + 1))


def _stop_time(seconds: int) -> str:
    """Return a time for TimeoutStopSec=, for which 0 means no limit."""
    return SHORTEST_TIME if seconds == 0 else str(seconds) if seconds < LONGEST_TIME else UNLIMITED


def _signal(number: int) -> str:
    return f"SIG{NAMES[number]}" if number in NAMES else str(number)


def signal_is_valid(number: int) -> bool:
    return 0 < number <= HIGHEST_SIGNAL


def directory_is_valid(path: str) -> bool:
    """Return whether systemd reads a path as it is: absolute, without .., and without a blank at its end."""
    return path.startswith("/") and ".." not in path.split("/") and path == path.rstrip(" \t\r") and "\n" not in path


def limit_is_valid(resource: str, bounds: list[int | str]) -> bool:
    """Return whether systemd accepts a limit: no soft limit above the hard limit, no number out of range."""
    highest = HIGHEST_NICE_LIMIT if resource == "nice" else HIGHEST_NUMBER
    soft, hard = (highest if bound == "unlimited" else int(bound) for bound in bounds)
    return 0 <= soft <= hard <= highest and (resource != "nice" or soft > 0)


def add_limits(values: Values, unit: UnitFile, release: SystemdRelease) -> None:
    for resource, bounds in sorted(values["limits"].items()):
        if limit_is_valid(resource, bounds):
            unlimited = str(HIGHEST_NICE_LIMIT) if resource == "nice" else UNLIMITED
            soft, hard = (unlimited if bound == "unlimited" else str(bound) for bound in bounds)
            unit.add("Service", f"Limit{resource.upper()}", f"{soft}:{hard}")
    for group in values["cgroup"]:
        setting = cgroup_setting(group, release)
        if setting is not None:
            unit.add("Service", *setting)


def cgroup_setting(group: list[str | None], release: SystemdRelease) -> tuple[str, str] | None:
    """Return the setting for a cgroup stanza, or None if there is none."""
    controller, _name, key, value = group
    if key is None or value is None or "$" in value:
        return None
    full_key = key if key.startswith(f"{controller}.") else f"{controller}.{key}"
    name = CGROUP_KEYS.get(full_key)
    if name is None:
        return None
    if name == "CPUWeight" and value.isdigit():
        if not release.has("CPUWeight="):
            return "CPUShares", value
        return name, str(min(10000, max(1, int(value) * 100 // 1024)))
    if name == "MemoryMax":
        return name if release.has("MemoryMax=") else "MemoryLimit", UNLIMITED if value == "-1" else value
    if name == "AllowedCPUs" and not release.has("AllowedCPUs="):
        name = "CPUAffinity"
    return name, value


def missing_cgroup_directive(group: list[str | None], release: SystemdRelease) -> str | None:
    """Return the setting that a cgroup stanza needs and the chosen systemd lacks."""
    setting = cgroup_setting(group, release)
    names = {"CPUShares": "CPUWeight=", "MemoryLimit": "MemoryMax=", "CPUAffinity": "AllowedCPUs="}
    name = names.get(setting[0]) if setting else None
    return BY_NAME[name].name if name else None


def add_console(values: Values, unit: UnitFile, options: TranslationOptions, job: str, form: InstanceForm) -> None:
    console = values["console"] or "log"
    if console == "none":
        for key in ("StandardInput", "StandardOutput", "StandardError"):
            unit.add("Service", key, "null")
    elif console == "log":
        if options.log == "files" and options.release.has("StandardOutput=append:"):
            instance = "-%i" if form.is_template else ""
            path = f"{options.log_dir}/{job.replace('/', '_')}".replace("%", "%%") + f"{instance}.log"
            unit.add("Service", "StandardOutput", f"append:{path}")
            unit.add("Service", "StandardError", f"append:{path}")
    else:
        if console == "owner":
            unit.add("Service", "StandardInput", "tty-force")
        unit.add("Service", "StandardOutput", "tty")
        unit.add("Service", "StandardError", "tty")
        unit.add("Service", "TTYPath", "/dev/console")


def add_process_settings(values: Values, unit: UnitFile) -> None:
    """Add the settings that the job's processes inherit."""
    unit.add("Service", "UMask", f"{values['umask']:04o}")
    if values["nice"] is not None:
        unit.add("Service", "Nice", str(values["nice"]))
    if values["oom_score_adj"]:
        unit.add("Service", "OOMScoreAdjust", str(values["oom_score_adj"]))
    for key, name in (("chdir", "WorkingDirectory"), ("chroot", "RootDirectory")):
        if values[key] and directory_is_valid(values[key]):
            unit.add("Service", name, values[key].replace("%", "%%"))
    for key, name in (("setuid", "User"), ("setgid", "Group")):
        if values[key] and USER_NAME.fullmatch(values[key]):
            unit.add("Service", name, values[key])
    if values["apparmor_switch"]:
        unit.add("Service", "AppArmorProfile", specifier_safe(values["apparmor_switch"]))


def add_environment(values: Values, unit: UnitFile, job: str, form: InstanceForm) -> None:
    instance = form.name or ""
    unit.add("Service", "Environment", f"{assignment('UPSTART_JOB', job)} {assignment('TERM', DEFAULT_TERM)}")
    unit.add("Service", "Environment", quoted_template("UPSTART_INSTANCE", instance))
    last: dict[str, str] = {}
    for entry in values["env"]:
        if VARIABLE_NAME.fullmatch(entry.partition("=")[0]):
            last[entry.partition("=")[0]] = entry
    for name, entry in last.items():
        if "=" in entry:
            unit.add("Service", "Environment", assignment(name, entry.partition("=")[2]))
        else:
            unit.add("Service", "PassEnvironment", name)
    if VARIABLE_NAME.fullmatch(form.variable):
        unit.add("Service", "Environment", quoted_template(form.variable, "%I"))
    elif form.is_template:
        unit.add("Service", "EnvironmentFile", f"/etc/default/upstart-instances/{specifier_safe(job)}/%i")


def quoted_template(name: str, value: str) -> str:
    """Return a word of Environment= whose value has specifiers."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}={escaped}"'
