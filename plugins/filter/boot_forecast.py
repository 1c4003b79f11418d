# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: boot_forecast
short_description: Predict which Upstart jobs start at the next boot
version_added: 2.0.0
description:
  - Simulates the boot of a host from its job files. Returns which jobs start, in which order, and because of which
    event. See R(the guide to the boot forecast,ansible_collections.sysinit.upstart.docsite.boot_forecast).
  - For each job that does not start, returns the event that never comes, and the jobs that could send it.
  - Also returns what holds the boot up, the jobs that are started and stopped again, and the chain of jobs that leads
    to a job and to the runlevel.
  - With O(before), returns how a change of the job files affects the boot.
  - Needs no host and no daemon. The same input always gives the same result.
positional: profile
options:
  _input:
    description:
      - The directory of the job files on the controller, the result of M(sysinit.upstart.upstart_info) with its subset
        V(stanzas), or a dictionary of jobs.
      - In a dictionary, the value of a job is the text of its file, or a dictionary with the texts C(conf) and
        C(override).
      - Pass all jobs of a host, because the filter must know the jobs that send events. If you only have some of them,
        name the events of the others in O(events).
    type: raw
    required: true
  profile:
    description:
      - The distribution of the host. It decides which events the programs of the host send, such as C(mountall) and
        C(ifup).
      - With V(plain), no program sends anything. Events then only come from Upstart, and from commands such as
        C(initctl emit) in job files.
      - V(auto) guesses the distribution from the names of the jobs and the release of Upstart. The result is in
        RV(_value.profile).
    type: string
    choices: [auto, plain, ubuntu_12_04, ubuntu_14_04, ubuntu_container, enterprise_linux_6, chromeos]
    default: plain
  before:
    description: The jobs before a change, in the same forms as the input. The result then has RV(_value.difference).
    type: raw
  jobs:
    description: Jobs that must start. RV(_value.missing) lists those that do not, or may not.
    type: list
    elements: string
    default: []
  interfaces:
    description:
      - The network interfaces, as names, or as dictionaries with C(name) and C(auto), which says whether the interface
        is brought up at boot. The default is C(lo) and C(eth0).
    type: list
    elements: raw
  mounts:
    description:
      - The mount points in C(/etc/fstab), as paths or as dictionaries with C(path), C(type), C(device) and C(options).
        A network file system waits for the network. The default is C(/).
    type: list
    elements: raw
  devices:
    description: More events that the udev bridge sends for devices, each a text with the name and the variables, such
      as V(net-device-added INTERFACE=eth2).
    type: list
    elements: string
  events:
    description:
      - Events that come from outside of the job files, each a text with the name and the variables, such as
        V(runlevel RUNLEVEL=2 PREVLEVEL=N).
      - They come after C(startup), in this order and five seconds apart, in addition to those that the jobs and the
        profile send. Use them for a directory that only has your own jobs, and not those of the distribution.
    type: list
    elements: string
  runlevel:
    description: The runlevel that the host boots into. The default is that of the profile.
    type: string
  upstart_version:
    description:
      - The release of Upstart. The default is the one in the result of M(sysinit.upstart.upstart_info), or that of the
        profile.
    type: string
  horizon:
    description: How many seconds of the boot to simulate. Increase it if jobs need longer.
    type: float
    default: 300
  budget:
    description:
      - How many seconds of processor time the filter may take. If it needs more, RV(_value.sure) is false.
    type: float
    default: 60
notes:
  - The filter assumes that a program that it does not know keeps running if it is the main process of a service, and
    ends successfully otherwise. RV(_value.assumed) lists these assumptions.
  - The filter simulates the boot more than 20 times, with different durations of processes. If it depends
    on the speed of processes whether a job starts, the job is V(unsure).
seealso:
  - module: sysinit.upstart.upstart_info
  - module: sysinit.upstart.upstart_event
"""

EXAMPLES = r"""
- name: Show which jobs start at the next boot of a host
  vars:
    forecast: "{{ upstart | sysinit.upstart.boot_forecast('ubuntu_14_04', interfaces=['lo', 'eth0', 'eth1']) }}"
  ansible.builtin.debug:
    msg: "{{ forecast.summary }}"

- name: Fail if jobs in a repository would not start at boot
  vars:
    forecast: "{{ 'files/init' | sysinit.upstart.boot_forecast('ubuntu_14_04', jobs=['web', 'db']) }}"
  ansible.builtin.assert:
    that: not forecast.missing
    fail_msg: "{{ forecast.missing }}"

- name: Show which of my own jobs start when the events of the distribution come
  vars:
    forecast: "{{ 'files/init' | sysinit.upstart.boot_forecast(events=['filesystem', 'runlevel RUNLEVEL=2']) }}"
  ansible.builtin.debug:
    msg: "{{ forecast.summary }}"

- name: Show how a change of the job files affects the boot
  vars:
    forecast: "{{ 'new/init' | sysinit.upstart.boot_forecast('ubuntu_14_04', before='old/init') }}"
  ansible.builtin.debug:
    msg: "{{ forecast.difference.summary }}"
"""

RETURN = r"""
_value:
  description: The forecast.
  type: dictionary
  contains:
    profile:
      description: The profile that the filter used.
      type: string
      sample: ubuntu_14_04
    jobs:
      description: What happens to each job, by name.
      type: dictionary
      contains:
        starts:
          description: V(yes), V(no) or V(unsure). A task starts if it runs.
          type: string
          sample: "no"
        place:
          description: Its place in the usual order of starts, or null.
          type: integer
          sample: 4
        because:
          description: The event that starts it, or null.
          type: string
          sample: started db
        instances:
          description: The names of its instances.
          type: list
          elements: string
          sample: [eth0]
        state:
          description: Its goal and state at the end of the simulation.
          type: string
          sample: start/running
        stopped_again:
          description: Whether it starts and is then stopped. False for a task that ends.
          type: boolean
        stopped_by:
          description: The event that stops it, or null.
          type: string
          sample: runlevel RUNLEVEL=2 PREVLEVEL=N
        failed:
          description: Why it fails, or null.
          type: string
          sample: its pre-start process ends with status 1
        missing:
          description: The events in its C(start on) that never come.
          type: list
          elements: dictionary
          contains:
            job:
              description: The job that waits.
              type: string
              sample: web
            event:
              description: The event as written in the condition.
              type: string
              sample: started dbb
            reason:
              description: Why it never comes.
              type: string
              sample: there is no job dbb; did you mean db?
            senders:
              description: The jobs that could send it.
              type: list
              elements: string
              sample: []
        root:
          description: The missing event that is the first cause, perhaps of another job, with the same keys. Null if
            there is none.
          type: dictionary
        chain:
          description: The chain of jobs that leads to its start, each with the event that starts it.
          type: list
          elements: dictionary
          sample:
            - {job: mountall, because: startup}
            - {job: db, because: filesystem}
        reasons:
          description: Why it does not start, or why it may not.
          type: list
          elements: string
          sample: ["started dbb never comes: there is no job dbb; did you mean db?"]
    places:
      description:
        - Where each job's files say when it starts, by job name. This is the last C(start on) or C(manual), or the
          fault of a file that Upstart rejects.
        - Only jobs with texts have it, not those of a result of M(sysinit.upstart.upstart_info).
      type: dictionary
      contains:
        file:
          description: The name of the job file or override, below the directory.
          type: string
          sample: web.conf
        line:
          description: The number of the line, from 1.
          type: integer
          sample: 2
    order:
      description: The names of the jobs that start, in the usual order.
      type: list
      elements: string
      sample: [mountall, db]
    starts:
      description: The jobs that start.
      type: list
      elements: string
      sample: [db, mountall]
    never:
      description: The jobs that do not start.
      type: list
      elements: string
      sample: [web]
    unsure:
      description: The jobs that may start or not.
      type: list
      elements: string
      sample: []
    stopped_again:
      description: The jobs that are started and stopped again.
      type: list
      elements: string
      sample: []
    runlevel:
      description: The last runlevel that the boot reaches, or null.
      type: string
      sample: "2"
    runlevel_chain:
      description: The chain of jobs that leads to the runlevel.
      type: list
      elements: dictionary
      sample:
        - {job: mountall, because: startup}
        - {job: rc-sysinit, because: static-network-up}
    holding:
      description: What holds the boot up.
      type: list
      elements: dictionary
      contains:
        event:
          description: The event that is not complete.
          type: string
          sample: starting db
        waits:
          description: The job that waits until it is complete.
          type: string
          sample: db
        jobs:
          description: The jobs that keep it from being complete.
          type: list
          elements: string
          sample: [check]
        reasons:
          description: Sentences about them.
          type: list
          elements: string
          sample: [job check is in start/running (process main)]
    sure:
      description: Whether the prediction is certain, apart from the assumptions.
      type: boolean
    reasons:
      description: Why it is not certain.
      type: list
      elements: string
      sample: [what happens to web depends on which process is faster]
    assumed:
      description: The assumptions about processes.
      type: list
      elements: string
      sample: ["job db: its main process keeps running"]
    notes:
      description: Problems of single jobs, for example an instance that gets no name.
      type: list
      elements: string
      sample: []
    missing:
      description: The jobs in O(jobs) that do not start, or may not, with the reason.
      type: dictionary
      sample: {"web": "started dbb never comes: there is no job dbb; did you mean db?"}
    difference:
      description: How the change affects the boot. Only with O(before).
      type: dictionary
      contains:
        no_longer:
          description: The jobs that started before the change and do not start after it, with the reason.
          type: dictionary
          sample: {"web": "started dbb never comes: there is no job dbb; did you mean db?"}
        newly:
          description: The jobs that did not start before the change and start after it.
          type: list
          elements: string
          sample: []
        later:
          description: The jobs that wait for more jobs than before, with the reason.
          type: dictionary
          sample: {"mail": "because of started db, after db"}
        unsure:
          description: The jobs that started before the change and may not start after it, with the reason.
          type: dictionary
          sample: {}
        runlevel:
          description: The runlevel before and after.
          type: list
          elements: string
          sample: ["2", "2"]
        summary:
          description: Lines for people.
          type: list
          elements: string
          sample: ["web no longer starts: started dbb never comes: there is no job dbb; did you mean db?"]
    summary:
      description: Lines for people.
      type: list
      elements: string
      sample:
        - 2 jobs start, 1 do not, 0 are not sure; runlevel 2
        - "web does not start: started dbb never comes: there is no job dbb; did you mean db?"
"""

import typing as t
from collections.abc import Sequence

from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import Release
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import LATEST
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.compare import compare_boots, missing_jobs
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.forecast import BootForecast, forecast_boot
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.machine import make_machine
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.machine_facts import FactsError, MachineFacts
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.profiles.all_profiles import PROFILES
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.profiles.probable import (
    probable_profile,
    version_of,
)
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.report import difference_as_dict, forecast_as_dict
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.sources import read_sources, start_places
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import HostJob, InputError
from ansible_collections.sysinit.upstart.plugins.plugin_utils._untrusted import untrusted

NAME = "sysinit.upstart.boot_forecast"
AUTO = "auto"


@untrusted
def boot_forecast(source: t.Any, profile: str = "plain", before: t.Any = None, jobs: Sequence[str] = (),
                  interfaces: t.Any = None, mounts: t.Any = None, devices: t.Any = None, runlevel: t.Any = None,
                  upstart_version: str | None = None, horizon: float = 300, budget: float = 60,
                  events: t.Any = None) -> dict[str, t.Any]:
    """Return the forecast of the boot of a host."""
    if profile == AUTO:
        try:
            profile = probable_profile([job.name for job in read_sources(source, LATEST)], version_of(source))
        except InputError as exc:
            raise AnsibleFilterError(f"{NAME}: {exc}") from exc
    if not isinstance(profile, str) or profile not in PROFILES:
        raise AnsibleFilterError(f"{NAME}: profile must be one of {', '.join((AUTO, *PROFILES))}, not {profile!r}")
    if isinstance(jobs, str) or not isinstance(jobs, Sequence) or not all(isinstance(name, str) for name in jobs):
        raise AnsibleFilterError(f"{NAME}: jobs must be a list of names, not {jobs!r}")
    horizon_seconds, budget_seconds = parse_seconds("horizon", horizon), parse_seconds("budget", budget)
    chosen = PROFILES[profile]

    def forecast(of: t.Any) -> tuple[BootForecast, list[HostJob]]:
        facts = MachineFacts(chosen, interfaces, mounts, devices, runlevel, events)
        version = parse_version(upstart_version or version_of(of) or chosen.version, chosen.dialect)
        files = read_sources(of, version)
        return forecast_boot(make_machine(files, chosen, facts, version), horizon_seconds, budget_seconds), files

    try:
        after, files = forecast(source)
        result = forecast_as_dict(after, profile)
        result["places"] = start_places(files)
        result["missing"] = missing_jobs(jobs, after)
        if before is not None:
            result["difference"] = difference_as_dict(compare_boots(forecast(before)[0], after))
    except (InputError, FactsError) as exc:
        raise AnsibleFilterError(f"{NAME}: {exc}") from exc
    return result


def parse_seconds(name: str, value: t.Any) -> float:
    """Return a number of seconds. Templates of ansible-core before 2.19 make a text of it."""
    try:
        seconds = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else 0.0
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise AnsibleFilterError(f"{NAME}: {name} must be a number of seconds above 0, not {value!r}")
    return seconds


def parse_version(text: str, dialect: str) -> Release:
    numbers = str(text).split(".")
    if not all(number.isascii() and number.isdigit() for number in numbers):
        raise AnsibleFilterError(f"{NAME}: upstart_version must be a release such as 1.12.1, not {text!r}")
    return Release([int(number) for number in numbers], dialect)


class FilterModule:
    """The filter boot_forecast."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"boot_forecast": boot_forecast}
