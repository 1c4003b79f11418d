# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The differences between Upstart releases, in one table."""

from __future__ import annotations

from dataclasses import dataclass, replace

STATES_10 = frozenset(
    "waiting starting pre-start spawned post-start running pre-stop stopping killed post-stop".split()
)
STATES_11 = STATES_10 | {"security"}
STATES_17 = STATES_11 | frozenset(
    "security-spawning pre-starting spawning post-starting pre-stopping post-stopping".split()
)

_METHODS_0_6_5 = frozenset("ReloadConfiguration GetJobByName GetAllJobs EmitEvent".split())
_METHODS_1_5 = _METHODS_0_6_5 | {"EmitEventWithFile", "NotifyDiskWriteable"}
_METHODS_1_12 = _METHODS_1_5 | frozenset(
    "GetState Restart GetEnv SetEnv UnsetEnv ListEnv ResetEnv NotifyDBusAddress EndSession".split()
)
_METHODS_1_13 = _METHODS_1_12 | {"SetEnvList", "UnsetEnvList", "NotifyCGroupManagerAddress"}

_JOB_PROPERTIES = ("name", "description", "author", "version")


@dataclass(frozen=True)
class Version:
    """An Upstart release: its interfaces and its special behaviour."""

    name: str
    number: tuple[int, ...]
    states: frozenset[str]
    manager_methods: frozenset[str]
    instance_methods: frozenset[str]
    job_properties: tuple[str, ...]
    asynchronous_spawn: bool  # 1.13: the daemon does not wait for the child's exec
    instance_signals: bool  # GoalChanged, StateChanged, Failed
    event_signals: bool  # EventEmitted, Restarted
    default_console: str
    job_logs: bool
    overrides: str  # "none", "same directory" or "best directory"
    override_symlinks: bool
    several_confdirs: bool
    strict_environment_names: bool  # a C identifier before the equals sign
    death_while_stopping_counts: bool  # up to 1.10 only an end in stopping or killed is no failure
    kill_timeout_zero_aborts: bool
    kill_signal_aborts: str  # "never", "numbers" or "zero"
    exported_bytes_abort: bool
    unnamed_conf_aborts: bool  # a file called .conf
    inherits_nice: bool
    job_tables_writable: bool  # SetEnv, UnsetEnv and ResetEnv can change a job's table, also in PID 1
    takes_nameless_variables: bool  # SetEnv and UnsetEnv accept an empty name
    sets_groups: bool  # initialises the supplementary groups, with group 0 if there is no setgid
    keeps_held_events: bool  # a half-met start on survives reading the file again
    nameless_instance_ends_event: bool  # if an instance name cannot be expanded, later jobs do not get the event
    old_oom_scale: bool  # oom values are written to oom_adj, and the kernel converts them
    script_descriptor: int
    script_folder: str


V1_13_2 = Version(
    name="1.13.2",
    number=(1, 13, 2),
    states=STATES_17,
    manager_methods=_METHODS_1_13,
    instance_methods=frozenset(("Start", "Stop", "Restart", "Reload")),
    job_properties=_JOB_PROPERTIES + ("usage", "start_on", "stop_on", "emits"),
    asynchronous_spawn=True,
    instance_signals=True,
    event_signals=True,
    default_console="log",
    job_logs=True,
    overrides="best directory",
    override_symlinks=False,
    several_confdirs=True,
    strict_environment_names=False,
    death_while_stopping_counts=False,
    kill_timeout_zero_aborts=True,
    kill_signal_aborts="zero",
    exported_bytes_abort=True,
    unnamed_conf_aborts=False,
    inherits_nice=True,
    job_tables_writable=False,
    takes_nameless_variables=True,
    sets_groups=True,
    keeps_held_events=True,
    nameless_instance_ends_event=True,
    old_oom_scale=False,
    script_descriptor=9,
    script_folder="/proc/self/fd",
)

V1_12_1 = replace(
    V1_13_2,
    name="1.12.1",
    number=(1, 12, 1),
    nameless_instance_ends_event=False,
    states=STATES_11,
    manager_methods=_METHODS_1_12,
    asynchronous_spawn=False,
    job_tables_writable=True,
    takes_nameless_variables=False,
    several_confdirs=False,
)

V1_5 = replace(
    V1_12_1,
    name="1.5",
    number=(1, 5),
    states=STATES_10,
    manager_methods=_METHODS_1_5,
    instance_methods=frozenset(("Start", "Stop", "Restart")),
    event_signals=False,
    overrides="same directory",
    override_symlinks=True,
    death_while_stopping_counts=True,
    kill_timeout_zero_aborts=False,
    kill_signal_aborts="numbers",
    exported_bytes_abort=False,
    inherits_nice=False,
    sets_groups=False,
    keeps_held_events=False,
)

V0_6_5 = replace(
    V1_5,
    name="0.6.5",
    number=(0, 6, 5),
    manager_methods=_METHODS_0_6_5,
    job_properties=_JOB_PROPERTIES,
    instance_signals=False,
    default_console="none",
    job_logs=False,
    overrides="none",
    strict_environment_names=True,
    kill_signal_aborts="never",
    unnamed_conf_aborts=True,
    old_oom_scale=True,
    script_descriptor=10,
    script_folder="/dev/fd",
)

VERSIONS: dict[str, Version] = {version.name: version for version in (V0_6_5, V1_5, V1_12_1, V1_13_2)}
LATEST = V1_13_2
