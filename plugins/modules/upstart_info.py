#!/usr/bin/python
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: upstart_info
short_description: Tell all about an Upstart init daemon and its jobs
version_added: 1.0.0
description:
  - Returns the daemon's settings, and all jobs that have a file or are loaded, with their conditions, instances and
    processes.
  - Returns which events start and stop them and who causes those, and what is dangerous, wrong or doubtful in their
    files and in how they run.
  - Changes nothing and needs no root. Without root the system message bus is asked, and what its policy or the
    permissions of files keep back is named in RV(left_out).
author:
  - The sysinit.upstart contributors !UNKNOWN
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
      - Shell patterns of the names of the jobs to tell of, such as C(web*) or C(net/*). C(*) also stands for C(/).
      - RV(findings) are those of these jobs, RV(edges) those that begin or end at one. All files are read even so.
    type: list
    elements: str
    default: []
    aliases: [names]
  state:
    description:
      - Tell only of jobs to which one of these applies.
      - V(running) is an instance in C(start/running), V(changing) one in any other state, V(stopped) no instance.
      - V(stale), V(wedged), V(hollow), V(zombie), V(suspended) and V(orphan) are explained with what the module
        returns.
      - V(refused) is a job whose files the daemon does not take.
    type: list
    elements: str
    default: []
    choices: [changing, hollow, orphan, refused, running, stale, stopped, suspended, wedged, zombie]
  subset:
    description:
      - What to find out beside the jobs and their states, as in M(ansible.builtin.setup). V(all) is everything, V(min)
        nothing more.
      - What is named with an exclamation mark is left out of everything. Parts that are named alone are found out and
        no others.
      - V(stanzas) are all stanzas of the jobs, V(audit) the findings, V(graph) the events and edges.
      - V(environment) is the environment of the instances, and V(definitions) which of them are stale. For both a
        daemon since 1.6.1 is asked for its whole state. The module does not ask when a file holds text that is not
        UTF-8, because the daemon would crash, or when a loaded job has no readable file in O(conf_dir). It then judges
        the other jobs by their properties, by when their files changed, and by their processes.
      - The daemon also crashes if a running job still holds such text after its file changed. If that may be the case,
        leave out both parts.
    type: list
    elements: str
    default: [all]
    choices:
      - all
      - min
      - stanzas
      - audit
      - graph
      - environment
      - definitions
      - "!all"
      - "!stanzas"
      - "!audit"
      - "!graph"
      - "!environment"
      - "!definitions"
seealso:
  - module: sysinit.upstart.upstart_service
  - module: sysinit.upstart.upstart_job
  - module: ansible.builtin.service_facts
"""

EXAMPLES = r"""
- name: Look at everything
  sysinit.upstart.upstart_info:
    subset: [all]
  register: upstart

- name: Fail where something is dangerous
  sysinit.upstart.upstart_info:
    subset: [audit]
  register: upstart
  failed_when: upstart.findings | selectattr('severity', 'eq', 'error') | length > 0

- name: Find the jobs that run by an older definition than their files have
  sysinit.upstart.upstart_info:
    state: [stale]
    subset: [definitions]

- name: See as any user which web servers run
  sysinit.upstart.upstart_info:
    name: web*
    state: [running]
    subset: [min]
    address: system
  become: false

- name: Leave out what takes longest
  sysinit.upstart.upstart_info:
    subset: ["!stanzas", "!audit"]
"""

RETURN = r"""
version:
  description: Version of the daemon.
  returned: always
  type: str
  sample: 1.13.2
log_priority:
  description: The least priority that a message of the daemon needs to be logged.
  returned: always
  type: str
  sample: message
runlevel:
  description: The runlevel that the program C(runlevel) tells, null when it tells none.
  returned: always
  type: str
  sample: "2"
previous_runlevel:
  description: The runlevel before, V(N) if there was none since the boot, null when it is not known.
  returned: always
  type: str
  sample: "N"
jobs:
  description: The jobs that are loaded or have a file, by name.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the job, with C(/) for one in a sub-directory.
      returned: always
      type: str
      sample: web
    path:
      description: Its job file, null without one.
      returned: always
      type: str
      sample: /etc/init/web.conf
    override:
      description: Its override, null without one that the daemon reads.
      returned: always
      type: str
      sample: /etc/init/web.override
    loaded:
      description: Whether the daemon knows the job.
      returned: always
      type: bool
      sample: true
    enabled:
      description: Whether its files leave it with a C(start on). Null when they are refused or cannot be read.
      returned: always
      type: bool
      sample: true
    task:
      description:
        - Whether it is a task.
        - This and what follows is what its files say, or what the daemon holds of it when they say nothing. Null, or
          empty for a list, when neither is known.
      returned: always
      type: bool
      sample: false
    description:
      description: Its description.
      returned: always
      type: str
      sample: a web server
    start_on:
      description: What starts it, in the structured form of M(sysinit.upstart.upstart_job).
      returned: always
      type: raw
      sample:
        all:
          - started: db
          - runlevel: [2, 3, 4, 5]
    stop_on:
      description: What stops it.
      returned: always
      type: raw
      sample:
        runlevel: "!2345"
    emits:
      description: Names of the events that its C(emits) stanzas name.
      returned: always
      type: list
      elements: str
      sample: [web-ready]
    stanzas:
      description: What it sets, as options of M(sysinit.upstart.upstart_job). What is at its default is left out.
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
      description: Why the daemon refuses its files, null when it does not.
      returned: always
      type: dict
      contains:
        file:
          description: The file that it refuses.
          returned: when it refuses one
          type: str
          sample: /etc/init/worker.conf
        line:
          description: The line at which it gives up; null when it does not say.
          returned: when it refuses one
          type: int
          sample: 3
        message:
          description: What it says about it.
          returned: when it refuses one
          type: str
          sample: Unknown stanza
    orphan:
      description: Whether it has instances but no file in O(conf_dir).
      returned: always
      type: bool
      sample: false
    instances:
      description: Its live instances, by name. A stopped job has none.
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
          description: Its goal, C(start), C(stop) or for a moment C(respawn).
          returned: always
          type: str
          sample: start
        state:
          description: Its state.
          returned: always
          type: str
          sample: running
        status:
          description: Both, as initctl writes them.
          returned: always
          type: str
          sample: start/running
        processes:
          description: Process ids of its live processes by their role (C(main), C(pre-start) and so on), as the daemon
            numbers them.
          returned: always
          type: dict
          sample: {"main": 4711}
        since:
          description: When its main process began, in seconds since 1970. Null when there is none or it is not seen.
          returned: always
          type: int
          sample: 1795238416
        env:
          description: The variables that it was started with, as O(ignore:env) of M(sysinit.upstart.upstart_service)
            gives them, or an event. Null when that is not known, as before Upstart 1.6.1 and without root.
          returned: always
          type: list
          elements: str
          sample: ["RUNLEVEL=2", "PREVLEVEL=N"]
        log_file:
          description: Where the daemon writes its output; null for a job whose output is not logged.
          returned: always
          type: str
          sample: /var/log/upstart/web.log
        stale:
          description:
            - Whether it runs by an older definition than its files hold. Null when that is not known, as before Upstart
              1.6.1 and without root, and without files to compare.
            - While another job has no readable file, the daemon is not asked, see O(subset). V(true) can then also mean
              that a file was rewritten with the same content. V(false) means that no sign of an older definition was
              found. Stale scripts after C(initctl restart) and removed overrides go unnoticed. Null means unknown, for
              example when the job may have been respawned.
          returned: always
          type: bool
          sample: false
        wedged:
          description: Whether the daemon follows a main process that does not exist, so that it can neither stop nor
            start the job any more, see O(ignore:unwedge) of M(sysinit.upstart.upstart_service).
          returned: always
          type: bool
          sample: false
        hollow:
          description: Whether it counts as running although the main process that its file defines is not there.
          returned: always
          type: bool
          sample: false
        zombie:
          description: Whether its main process has exited but stays a zombie, so Upstart still counts it as running.
          returned: always
          type: bool
          sample: false
          version_added: 1.1.0
        suspended:
          description: Whether its main process is suspended by SIGSTOP or a debugger.
          returned: always
          type: bool
          sample: false
          version_added: 1.1.0
events:
  description: The events that jobs wait for or emit, by name.
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
        - V(job) for those of the jobs' own life such as C(started), V(emitted) when a job emits it, V(known) for those
          of init, its tools, bridges and the jobs of distributions, else V(unknown).
      returned: always
      type: str
      sample: emitted
    emitted_by:
      description:
        - Jobs that cause it. Those are the jobs that conditions name, or those that have it in C(emits) or emit it in a
          script by C(initctl emit).
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
      description: What it is compared with.
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
      description: Jobs that can cause it, see RV(events[].emitted_by). Patterns are resolved.
      returned: always
      type: list
      elements: str
      sample: [db]
findings:
  description: What is dangerous, wrong or doubtful. All codes are explained in
    R(the page about findings,ansible_collections.sysinit.upstart.docsite.warnings). At most 50 loops are
    reported for each group of jobs that start one another.
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
      description: The file, null when there is none.
      returned: always
      type: str
      sample: /etc/init/web.conf
    line:
      description: The line, null when it concerns none.
      returned: always
      type: int
      sample: 3
    code:
      description: Stable name of the finding.
      returned: always
      type: str
      sample: unknown-event
    severity:
      description: V(error), V(warning) or V(hint).
      returned: always
      type: str
      sample: hint
    message:
      description: What it is.
      returned: always
      type: str
      sample: start on names the event web-raedy, which no known job emits
    remedy:
      description: What to do.
      returned: always
      type: str
      sample: "did you mean web-ready?"
left_out:
  description: Sentences on what could not be told, and why.
  returned: always
  type: list
  elements: str
  sample: ["Which instances are stale and the env of the instances: Upstart reports its definitions only since 1.6.1."]
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import _module
from ..module_utils._inventory import report, request, run


def act(module):
    return run.run(module, _module.connect(module.params))


def main():
    _module.refuse_unusable_text()
    module = AnsibleModule(
        argument_spec=dict(
            _module.daemon_options(),
            name=dict(type="list", elements="str", default=[], aliases=["names"]),
            state=dict(type="list", elements="str", default=[], choices=sorted(report.STATES)),
            subset=dict(type="list", elements="str", default=["all"], choices=list(request.SUBSETS)),
        ),
        supports_check_mode=True,
    )
    _module.run(module, act)


if __name__ == "__main__":
    main()
