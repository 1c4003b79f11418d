#!/usr/bin/python
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: upstart_info
short_description: Get information about an Upstart init daemon and its jobs
version_added: 1.0.0
description:
  - Returns all jobs that have a file or are loaded, with their conditions, instances and processes, and the settings of
    the daemon.
  - Returns findings about dangerous, wrong or questionable job files and states. Also returns the events that start and
    stop the jobs, and the jobs that emit these events.
  - Changes nothing and does not need root. Without root, it uses the system message bus, and RV(left_out) lists what
    the policy of the bus and the permissions of files hide.
author: []
extends_documentation_fragment:
  - sysinit.upstart.daemon
  - sysinit.upstart.attributes
  - sysinit.upstart.attributes.actiongroup_upstart
attributes:
  check_mode:
    support: full
    details:
      - This action does not modify state.
  diff_mode:
    support: N/A
    details:
      - This action does not modify state.
  idempotent:
    support: full
    details:
      - This action does not modify state.
options:
  name:
    description:
      - Report only jobs whose names match one of these shell patterns, such as V(web*) or V(net/*). C(*) also matches
        C(/). By default, all jobs are reported.
      - RV(findings) are limited to these jobs, and RV(edges) to those that start or end at one of them. The module
        still reads all files.
    type: list
    elements: str
    default: []
    aliases: [names]
  state:
    description:
      - Report only jobs to which one of these states applies. By default, all jobs are reported.
      - V(running) means an instance in C(start/running), V(changing) an instance in any other state, and V(stopped) no
        instance.
      - For V(stale), V(wedged), V(hollow), V(zombie), V(suspended) and V(orphan), see the return values of the same
        name. V(stale) adds V(definitions) to O(subset).
      - V(refused) is a job whose files the daemon rejects.
    type: list
    elements: str
    default: []
    choices: [changing, hollow, orphan, refused, running, stale, stopped, suspended, wedged, zombie]
  subset:
    description:
      - What to collect in addition to the jobs and their states, as in M(ansible.builtin.setup). Leave out parts to
        make the task faster. If you list parts without an exclamation mark, the module collects only these. An
        exclamation mark excludes a part.
      - V(all) collects everything except V(boot). V(min) collects nothing more. V(summary) is the same as V(min), but
        leaves RV(jobs) empty.
      - V(stanzas) is all stanzas of the jobs, V(audit) the findings, V(graph) the events and edges, and V(boot) what is
        left of the last boot. For everything, use V([all, boot]).
      - V(environment) is the environment of the instances, and V(definitions) says which of them are stale. For both,
        the module asks the daemon for its complete state, which is possible from 1.6.1 on. It does not ask if a file
        has text that is not UTF-8, because the daemon would crash, or if a loaded job has no readable file in
        O(conf_dir). It then judges the other jobs by their properties, the times of their files, and their processes.
      - The daemon also crashes if a running job still has such text after its file changed. If this is possible,
        exclude both parts.
    type: list
    elements: str
    default: [all]
    choices:
      - all
      - min
      - summary
      - stanzas
      - audit
      - graph
      - environment
      - definitions
      - boot
      - "!all"
      - "!stanzas"
      - "!audit"
      - "!graph"
      - "!environment"
      - "!definitions"
  init_log:
    description:
      - Where to read the messages of init with V(boot) in O(subset). This is the kernel log, or a file that syslog
        writes.
      - Upstart 0.6.5 only writes to syslog. Use V(/var/log/messages) for this release.
    type: path
    default: /dev/kmsg
    version_added: 2.0.0
seealso:
  - ref: ansible_collections.sysinit.upstart.docsite.warnings
    description: The findings, with their reasons and remedies.
  - ref: ansible_collections.sysinit.upstart.docsite.event_graph
    description: How to draw the jobs of a host, and the report playbook.
  - module: sysinit.upstart.upstart_service
  - module: sysinit.upstart.upstart_job
  - module: ansible.builtin.service_facts
"""

EXAMPLES = r"""
- name: Read the jobs of a host, with everything about them
  sysinit.upstart.upstart_info:
    subset: [all]
  register: upstart

- name: Fail if a job file or a job has a finding of the severity error
  sysinit.upstart.upstart_info:
    subset: [audit]
  register: upstart
  failed_when: upstart.findings | selectattr('severity', 'eq', 'error') | length > 0

- name: Find the jobs that run with an older definition than their files
  sysinit.upstart.upstart_info:
    state: [stale]
    subset: [definitions]

- name: List running web servers as an ordinary user
  sysinit.upstart.upstart_info:
    name: web*
    state: [running]
    subset: [min]
    address: system
  become: false

# One line for each instance, at a prompt:
# ansible all -m sysinit.upstart.upstart_info -a subset=summary

- name: Leave out the slowest parts
  sysinit.upstart.upstart_info:
    subset: ["!stanzas", "!audit"]

- name: Read the jobs of the desktop session of alice
  sysinit.upstart.upstart_info:
    scope: session
  become: true
  become_user: alice
  register: session
"""

RETURN = r"""
version:
  description: Version of the daemon.
  returned: always
  type: str
  sample: 1.13.2
transport:
  description: How the module talks to the daemon, V(dbus_python) or V(wire). The latter needs no package.
  returned: always
  type: str
  sample: wire
  version_added: 2.0.0
log_priority:
  description: Lowest priority of messages that the daemon logs.
  returned: always
  type: str
  sample: message
runlevel:
  description: The runlevel that the program C(runlevel) reports, or null if it reports none.
  returned: always
  type: str
  sample: "2"
previous_runlevel:
  description: The previous runlevel, V(N) if there was none since the boot, or null if unknown.
  returned: always
  type: str
  sample: "N"
jobs:
  description: The jobs that are loaded or have a file, sorted by name.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the job, with C(/) for a job in a subdirectory.
      returned: always
      type: str
      sample: web
    path:
      description: Path of its job file, or null.
      returned: always
      type: str
      sample: /etc/init/web.conf
    override:
      description: Path of its override, or null if there is none that the daemon reads.
      returned: always
      type: str
      sample: /etc/init/web.override
    loaded:
      description: Whether the daemon knows the job.
      returned: always
      type: bool
      sample: true
    enabled:
      description: Whether its files have an effective C(start on). Null if they are rejected or cannot be read.
      returned: always
      type: bool
      sample: true
    task:
      description:
        - Whether it is a task.
        - This and the following values come from its files, or from the daemon if the files have no information. Null,
          or empty for a list, if both are unknown.
      returned: always
      type: bool
      sample: false
    description:
      description: Its description.
      returned: always
      type: str
      sample: a web server
    start_on:
      description: Condition that starts it, in the structured form of M(sysinit.upstart.upstart_job).
      returned: always
      type: raw
      sample:
        all:
          - started: db
          - runlevel: [2, 3, 4, 5]
    stop_on:
      description: Condition that stops it, in the same form.
      returned: always
      type: raw
      sample:
        runlevel: "!2345"
    emits:
      description: Names of the events in its C(emits) stanzas.
      returned: always
      type: list
      elements: str
      sample: [web-ready]
    stanzas:
      description: Its stanzas, as options of M(sysinit.upstart.upstart_job). Options with default values are omitted.
      returned: with V(stanzas) in O(subset)
      type: dict
      sample:
        description: a web server
        emits: [web-ready]
        env: {"PORT": "80"}
        exec: exec /usr/sbin/web --port $PORT
        respawn: true
        start_on:
          all:
            - started: db
            - runlevel: [2, 3, 4, 5]
        stop_on:
          runlevel: "!2345"
    error:
      description: Why the daemon rejects its files. Null if it does not.
      returned: always
      type: dict
      contains:
        file:
          description: The rejected file.
          returned: when the daemon rejects a file
          type: str
          sample: /etc/init/worker.conf
        line:
          description: The line with the error, or null if the daemon does not report it.
          returned: when the daemon rejects a file
          type: int
          sample: 3
        message:
          description: The message of the daemon.
          returned: when the daemon rejects a file
          type: str
          sample: Unknown stanza
    orphan:
      description: Whether it has instances but no file in O(conf_dir).
      returned: always
      type: bool
      sample: false
    instances:
      description: Its existing instances, sorted by name. A stopped job has none.
      returned: always
      type: list
      elements: dict
      contains:
        instance:
          description: Name of the instance, empty for a job that has only one.
          returned: always
          type: str
          sample: ""
        goal:
          description: Its goal, C(start), C(stop) or, for a short time, C(respawn).
          returned: always
          type: str
          sample: start
        state:
          description: Its state.
          returned: always
          type: str
          sample: running
        status:
          description: Goal and state in the notation of initctl.
          returned: always
          type: str
          sample: start/running
        processes:
          description: Process IDs of its running processes by role, such as C(main) or C(pre-start), as the daemon sees
            them.
          returned: always
          type: dict
          sample: {"main": 4711}
        since:
          description: Start time of its main process, in seconds since 1970. Null if there is no main process, or if it
            is not visible.
          returned: always
          type: int
          sample: 1795238416
        since_iso8601:
          description: The same time as text, in UTC.
          returned: always
          type: str
          sample: "2026-11-21T05:20:16Z"
          version_added: 2.0.0
        env:
          description: The variables of its start, from O(ignore:env) of M(sysinit.upstart.upstart_service) or from an
            event. Null if unknown, for example before Upstart 1.6.1 or without root.
          returned: always
          type: list
          elements: str
          sample: ["RUNLEVEL=2", "PREVLEVEL=N"]
        log_file:
          description: File with its output, or null if the output of the job is not logged.
          returned: always
          type: str
          sample: /var/log/upstart/web.log
        stale:
          description:
            - Whether it runs with an older definition than its current files. Null if unknown, for example before
              Upstart 1.6.1, without root, or without files to compare.
            - While another job has no readable file, the module does not ask the daemon; see O(subset). V(true) can
              then also mean that a file was rewritten with the same content. V(false) means that there is no sign of an
              older definition. Stale scripts after C(initctl restart) and removed overrides are not detected. Null
              means unknown, for example because the job may have been respawned.
          returned: always
          type: bool
          sample: false
        wedged:
          description: Whether the job is stuck, because the daemon is tracking a main process that no longer exists.
            The daemon can then neither stop nor start the job; see O(ignore:unwedge) of
            M(sysinit.upstart.upstart_service).
          returned: always
          type: bool
          sample: false
        hollow:
          description: Whether it counts as running although the main process that its file defines does not exist.
          returned: always
          type: bool
          sample: false
        zombie:
          description: Whether its main process has exited but stays a zombie, so Upstart still counts it as running.
          returned: always
          type: bool
          sample: false
          version_added: 2.0.0
        suspended:
          description: Whether its main process is suspended by SIGSTOP or a debugger.
          returned: always
          type: bool
          sample: false
          version_added: 2.0.0
events:
  description: The events that jobs wait for or emit, sorted by name.
  returned: with V(graph) in O(subset)
  type: list
  elements: dict
  contains:
    name:
      description: Name of the event.
      returned: always
      type: str
      sample: web-ready
    kind:
      description:
        - V(job) for events such as C(started) that init emits for each job, V(emitted) if a job emits it, V(known) for
          events of init, its tools, bridges and the jobs of distributions, and otherwise V(unknown).
      returned: always
      type: str
      sample: emitted
    emitted_by:
      description:
        - Jobs that cause it. These are the jobs that conditions name, and jobs that have the event in C(emits) or emit
          it in a script with C(initctl emit).
      returned: always
      type: list
      elements: str
      sample: [web]
    starts:
      description: Jobs that name it in C(start on).
      returned: always
      type: list
      elements: str
      sample: [worker]
    stops:
      description: Jobs that name it in C(stop on).
      returned: always
      type: list
      elements: str
      sample: []
edges:
  description: One entry for each event in a condition.
  returned: with V(graph) in O(subset)
  type: list
  elements: dict
  contains:
    event:
      description: Name of the event.
      returned: always
      type: str
      sample: started
    args:
      description: Arguments of the condition, which are compared with the variables of the event.
      returned: always
      type: list
      elements: str
      sample: [db]
    job:
      description: The job that waits for it.
      returned: always
      type: str
      sample: web
    stanza:
      description: V(start_on) or V(stop_on).
      returned: always
      type: str
      sample: start_on
    emitters:
      description: Jobs that can cause it; see RV(events[].emitted_by). Patterns are resolved.
      returned: always
      type: list
      elements: str
      sample: [db]
findings:
  description: Dangerous, wrong or questionable job files and states. R(The page about
    findings,ansible_collections.sysinit.upstart.docsite.warnings) has a section for each code, with the reason. At most
    50 loops are reported for each group of jobs that start one another.
  returned: with V(audit) in O(subset)
  type: list
  elements: dict
  contains:
    job:
      description: Name of the job.
      returned: always
      type: str
      sample: web
    file:
      description: Path of the file, or null.
      returned: always
      type: str
      sample: /etc/init/web.conf
    line:
      description: Line in the file, or null.
      returned: always
      type: int
      sample: 3
    code:
      description: Code of the finding, which does not change between releases. It is a heading of
        R(the page about findings,ansible_collections.sysinit.upstart.docsite.warnings).
      returned: always
      type: str
      sample: unknown-event
    severity:
      description: V(error), V(warning) or V(hint).
      returned: always
      type: str
      sample: hint
    message:
      description: Description of the problem.
      returned: always
      type: str
      sample: start on names the event web-raedy, which no known job emits
    remedy:
      description: How to fix it.
      returned: always
      type: str
      sample: "did you mean web-ready?"
boot:
  description:
    - What is left of the last boot, for the filter P(sysinit.upstart.boot_analyze#filter).
    - Init only logs events and states if it runs with C(--verbose), for example on the kernel's command line, or if
      RV(log_priority) was V(info) or V(debug) early enough.
  returned: with V(boot) in O(subset)
  type: dict
  version_added: 2.0.0
  contains:
    began:
      description: Seconds between the start of the kernel and that of init, or null if this task cannot see init.
      returned: always
      type: float
      sample: 1.52
    init_log:
      description: The log that was read, see O(init_log).
      returned: always
      type: str
      sample: /dev/kmsg
    clock:
      description:
        - V(kernel) for the times of the kernel log in microseconds, or V(syslog) for those of a file in whole seconds.
          Null if the log cannot be read.
      returned: always
      type: str
      sample: kernel
    left_out:
      description: Why there are no messages, or null.
      returned: always
      type: str
      sample: "/dev/kmsg cannot be read: Operation not permitted"
    messages:
      description: The first 20,000 messages of init about events, states and processes since it began.
      returned: always
      type: list
      elements: dict
      contains:
        seconds:
          description: Seconds after init began.
          returned: always
          type: float
          sample: 0.013412
        text:
          description: The message.
          returned: always
          type: str
          sample: mountall state changed from waiting to starting
    processes:
      description: The main processes that are running now, in the order of their start.
      returned: always
      type: list
      elements: dict
      contains:
        name:
          description: Name of the job.
          returned: always
          type: str
          sample: cron
        instance:
          description: Name of the instance, empty for a job with a single instance.
          returned: always
          type: str
          sample: ""
        pid:
          description: Process ID.
          returned: always
          type: int
          sample: 812
        seconds:
          description: Seconds between the start of init and that of the process.
          returned: always
          type: float
          sample: 3.27
summary:
  description:
    - The instances, and the jobs without one, as lines in the form of C(initctl list). If something is wrong, the
      line says so after two hyphens.
    - Zombies and suspended processes are always named, stale instances only with V(definitions) in O(subset).
  returned: always
  type: list
  elements: str
  sample:
    - cron start/running, process 812
    - shop start/running, process 4711 -- its main process is a zombie
  version_added: 2.0.0
left_out:
  description: Sentences about missing information, with the reason.
  returned: always
  type: list
  elements: str
  sample: ["Which instances are stale and the env of the instances: Upstart reports its definitions only since 1.6.1."]
error:
  description: D-Bus name of the error.
  returned: when Upstart or the message bus rejects a call
  type: str
  sample: com.ubuntu.Upstart0_6.Error.PermissionDenied
text:
  description: The message of the daemon without the place and the remedy.
  returned: when the daemon would reject a text, or rejects a call
  type: str
  sample: Unknown stanza
method:
  description: D-Bus method of the call.
  returned: when a call fails
  type: str
  sample: GetAllJobs
address:
  description: Address of the daemon.
  returned: when the connection to it fails
  type: str
  sample: unix:abstract=/com/ubuntu/upstart
timeout:
  description: Seconds that the module waited.
  returned: when something did not happen in time
  type: float
  sample: 60.0
peer:
  description: The process that answers at the address, as C(pid) and C(uid).
  returned: when it belongs to the wrong user, or the daemon was replaced
  type: dict
  sample: {"pid": 4711, "uid": 1000}
before:
  description: Process ID of the daemon before the connection to it was lost.
  returned: when another process answers after a lost connection
  type: int
  sample: 1
uid:
  description: ID of the user whose sessions the module searched for.
  returned: when the user has no running session, or several
  type: int
  sample: 1000
sessions:
  description: Addresses of the running sessions of the user.
  returned: when the user has no running session, or several
  type: list
  elements: str
  sample: []
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import _daemon_module, _module
from ..module_utils._inventory import report, request, run

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict  # noqa: F401


def act(module):
    # type: (AnsibleModule) -> Dict[str, Any]
    return run.run(module, _daemon_module.connect(module.params))


def main():
    # type: () -> None
    spec = dict(
        _daemon_module.daemon_options(),
        name=dict(type="list", elements="str", default=[], aliases=["names"]),
        state=dict(type="list", elements="str", default=[], choices=sorted(report.STATES)),
        subset=dict(type="list", elements="str", default=["all"], choices=list(request.SUBSETS)),
        init_log=dict(type="path", default=request.KERNEL_LOG),
    )  # type: Dict[str, Dict[str, Any]]
    _module.refuse_wrong_options(spec)
    module = AnsibleModule(
        argument_spec=spec,
        supports_check_mode=True,
    )
    _daemon_module.run(module, act)


if __name__ == "__main__":
    main()
