# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: boot_analyze
short_description: Show what took time in the last boot of an Upstart host
version_added: 2.0.0
description:
  - Returns when each instance started in the last boot, how long it waited for others, how long its own processes took,
    the chain of waits that leads to a job, and a picture. See
    R(the guide to the last boot,ansible_collections.sysinit.upstart.docsite.last_boot).
  - Needs a log of init with C(--verbose), for example on the command line of the kernel. Without it, the filter only
    knows when those main processes began that are still running. C(notes) says what is missing.
  - A service is ready when it is in the state C(running), and a task when it has ended. The own time of a service ends
    when it is ready, so it includes C(pre-start), C(post-start), and the wait for what C(expect) announces.
positional: to, forecast
options:
  _input:
    description:
      - The result of M(sysinit.upstart.upstart_info) with V(boot) in its subset. With V(graph) too, the filter also
        knows which scripts emit an event.
    type: dictionary
    required: true
  to:
    description:
      - The job to which C(chain) leads. By default, this is the instance that was ready last.
      - For a job with several instances, write the name as in C(initctl list), such as V(tty (tty1\)).
    type: string
  forecast:
    description:
      - The result of P(sysinit.upstart.boot_forecast#filter) for this host. C(disagreements) then lists the jobs that
        did something else in the last boot.
    type: dictionary
seealso:
  - module: sysinit.upstart.upstart_info
  - plugin: sysinit.upstart.boot_forecast
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the messages of the last boot
  sysinit.upstart.upstart_info:
    subset: [stanzas, graph, boot]
  register: upstart

- name: Show the ten jobs that took longest
  ansible.builtin.debug:
    msg: "{{ (upstart | sysinit.upstart.boot_analyze).blame[:10] }}"

- name: Show what the SSH server waited for
  ansible.builtin.debug:
    msg: "{{ (upstart | sysinit.upstart.boot_analyze('ssh')).chain }}"

- name: Show which jobs did something else than the forecast says
  vars:
    forecast: "{{ upstart | sysinit.upstart.boot_forecast('ubuntu_14_04') }}"
  ansible.builtin.debug:
    msg: "{{ (upstart | sysinit.upstart.boot_analyze(forecast=forecast)).disagreements }}"

- name: Write a picture of the boot
  ansible.builtin.copy:
    content: "{{ (upstart | sysinit.upstart.boot_analyze).picture }}"
    dest: "{{ inventory_hostname }}-boot.svg"
    mode: "0644"
  delegate_to: localhost
"""

RETURN = r"""
_value:
  description:
    - A dictionary with the keys below.
    - C(instances) is a list with one entry for each instance that started, in the order of the starts. An entry has
      C(name), C(instance), C(label) as in C(initctl list), C(task), C(began) and C(ready) in seconds after the start
      of init, C(own_seconds), C(waiting_seconds), C(waited_for) as a list of instances, C(event) that completed its
      C(start on), C(caused_by) as the instance that caused this event, C(starts) as the number of starts, C(failure)
      as what init logged, and C(stopped) as the seconds at which a service stopped. Unknown values are null.
    - C(blame) is the same list, with the longest C(own_seconds) first.
    - C(chain) is the list of the entries that the job in O(to) had to wait for, in the order of their starts.
    - C(finished) is the time at which the last instance was ready, in seconds after the start of init, or null.
    - C(disagreements) is a list of texts, one for each job that did not do what O(forecast) says. It is empty without
      O(forecast), and if the log does not hold the whole boot.
    - C(notes) is a list of texts about missing information.
    - C(summary) is a list of lines for people.
    - C(picture) is an SVG picture of the boot.
  type: dictionary
  sample:
    finished: 4.21
    notes: []
    summary:
      - "9 instances started, the last was ready after 4.210 s: web"
      - "2.107 s mountall"
"""

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.spelling import did_you_mean
from ansible_collections.sysinit.upstart.plugins.plugin_utils._last_boot import analysis, plot
from ansible_collections.sysinit.upstart.plugins.plugin_utils._untrusted import untrusted

NAME = "sysinit.upstart.boot_analyze"
BLAMED = 10  # lines of the summary


@untrusted
def boot_analyze(info: Mapping[str, t.Any], to: str | None = None,
                 forecast: Mapping[str, t.Any] | None = None) -> dict[str, t.Any]:
    """Return what a result of upstart_info tells of the last boot."""
    if not isinstance(info, Mapping) or not isinstance(info.get("boot"), Mapping) or "jobs" not in info:
        raise AnsibleFilterError(f"{NAME}: the input must be a result of upstart_info with boot in its subset.")
    if forecast is not None and (not isinstance(forecast, Mapping) or not isinstance(forecast.get("jobs"), Mapping)):
        raise AnsibleFilterError(f"{NAME}: forecast must be a result of boot_forecast.")
    try:
        boot = analysis.LastBoot(info)
    except UpstartError as exc:
        raise AnsibleFilterError(f"{NAME}: a condition cannot be read: {exc}") from exc
    instances = boot.instances()
    last = boot.last()
    target = last if to is None else named(to, boot)
    chain = boot.chain(target) if target else []
    finished = boot.timeline.starts[last].ready(boot.is_task(last)) if last else None
    return {
        "instances": instances, "blame": analysis.blame(instances), "chain": chain, "finished": finished,
        "disagreements": boot.disagreements(forecast["jobs"]) if forecast else [],
        "notes": boot.notes(), "summary": summary(instances, finished), "picture": plot.to_svg(instances, chain),
    }


def named(name: str, boot: analysis.LastBoot) -> tuple[str, str] | None:
    """Return the instance with a name as in initctl list; None if nothing is known about it."""
    known = {entry["label"]: (entry["name"], entry["instance"]) for entry in boot.instances()}
    if name not in known:
        if not boot.verbose:
            return None
        question = did_you_mean(name, known)
        raise AnsibleFilterError(f"{NAME}: no instance {name} started in the last boot" + (
            f": {question}" if question else "."))
    return known[name]


def summary(instances: list[dict[str, t.Any]], finished: float | None) -> list[str]:
    """Return what a person wants to know first, as lines."""
    count = "1 instance" if len(instances) == 1 else f"{len(instances)} instances"
    if finished is None:
        return [f"{count} started."]
    last = next(entry["label"] for entry in instances if entry["ready"] == finished)
    lines = [f"{count} started, the last was ready after {finished:.3f} s: {last}"]
    for entry in analysis.blame(instances)[:BLAMED]:
        waited = f", after waiting {entry['waiting_seconds']:.3f} s for {', '.join(entry['waited_for'])}" if (
            entry["waited_for"]) else ""
        failure = f" -- {entry['failure']}" if entry["failure"] else ""
        lines.append(f"{entry['own_seconds']:.3f} s {entry['label']}{waited}{failure}")
    return lines


class FilterModule:
    """Ansible filters."""

    def filters(self) -> dict[str, t.Callable[..., dict[str, t.Any]]]:
        return {"boot_analyze": boot_analyze}
