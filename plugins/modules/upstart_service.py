#!/usr/bin/python
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: upstart_service
short_description: Start, stop, restart and reload jobs of the Upstart init daemon
version_added: 0.1.0
description:
  - Brings jobs and their instances into the wanted state over the daemon's D-Bus socket and reads the state again
    before it says so.
  - A job that fails to start, or does not stay up for O(stable_for) seconds, fails the task with the process that
    failed, how it ended and the last lines of its log.
author:
  - The sysinit.upstart contributors !UNKNOWN
extends_documentation_fragment:
  - sysinit.upstart.daemon
  - sysinit.upstart.attributes
  - sysinit.upstart.attributes.actiongroup_upstart
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - O(state=restarted), O(state=reloaded) and O(state=started) of a task job act on every run.
options:
  name:
    description:
      - Name of the job, with C(/) for one in a sub-directory.
      - A list starts, stops or restarts all of them at the same time.
    type: list
    elements: str
    required: true
    aliases: [names]
  state:
    description:
      - V(started) means that the job's goal is start, its state is running and its main process is alive. A job that is
        on its way there is waited for. A task job is run once, and its failure is the task's failure.
      - V(stopped) means that no instance is left, or only not the one that O(env) leads to.
      - V(restarted) stops the job, waits until it is gone and starts it, so that its present file takes effect. It is
        refused before the stop when the daemon would not load that file. A stopped job is started.
      - V(reloaded) has the job's reload signal sent to its main process. A stopped job is started.
    type: str
    choices: [started, stopped, restarted, reloaded]
    required: true
  env:
    description:
      - Variables for the job, which also choose the instance of a job that has instances.
      - A mapping, a list of C(KEY=VALUE), or one string of such words.
      - Without it O(state=stopped), O(state=restarted) and O(state=reloaded) mean all instances that there are.
    type: raw
  stable_for:
    description:
      - Seconds that a job must stay up after it was started, restarted or reloaded.
    type: float
    default: 1
  must_exist:
    description:
      - With V(false), O(state=stopped) is also right for a job that the daemon does not know. A file that it refuses is
        an error even so.
    type: bool
    default: true
seealso:
  - module: sysinit.upstart.upstart_job
  - module: sysinit.upstart.upstart_event
"""

EXAMPLES = r"""
- name: See that the web server runs
  sysinit.upstart.upstart_service:
    name: web
    state: started

- name: Start two jobs at the same time and watch them for five seconds
  sysinit.upstart.upstart_service:
    name: [web, worker]
    state: started
    stable_for: 5

- name: Start the instance of getty on tty4
  sysinit.upstart.upstart_service:
    name: getty
    state: started
    env:
      TTY: tty4

- name: Stop all instances of getty
  sysinit.upstart.upstart_service:
    name: getty
    state: stopped
"""

RETURN = r"""
name:
  description: The names that were asked for.
  returned: always
  type: list
  elements: str
  sample: [web]
state:
  description: The state that was asked for.
  returned: always
  type: str
  sample: started
instances:
  description: What became of each instance.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the job.
      returned: always
      type: str
      sample: web
    instance:
      description: Name of the instance, empty for a job that has only one.
      returned: always
      type: str
      sample: ""
    changed:
      description: Whether something was done to it.
      returned: always
      type: bool
      sample: true
    before:
      description: Goal and state before the task.
      returned: always
      type: str
      sample: stop/waiting
    status:
      description: Goal and state after the task; in check mode what they would be.
      returned: always
      type: str
      sample: start/running
    processes:
      description: Process ids of its live processes by their role (C(main), C(pre-start) and so on).
      returned: always
      type: dict
      sample: {"main": 4711}
    log_file:
      description: Where the daemon writes the job's output.
      returned: always
      type: str
      sample: /var/log/upstart/web.log
    failed:
      description: Present and true when this instance is not in the wanted state.
      returned: failure
      type: bool
      sample: true
    msg:
      description: Why it is not.
      returned: failure
      type: str
      sample: "Job web failed to start: its pre-start process exited with status 3."
process:
  description: Which process of the job failed, C(main), C(pre-start) and so on; C(respawn) if it ended too often.
  returned: when a process of the job failed
  type: str
  sample: pre-start
exit_status:
  description: Exit status of that process.
  returned: when it exited
  type: int
  sample: 3
exit_signal:
  description: Signal that ended that process.
  returned: when a signal ended it
  type: str
  sample: KILL
log_lines:
  description: The last lines that the job wrote to its log since the task began.
  returned: when a process of the job failed
  type: list
  elements: str
  sample: ["config file missing: /etc/web.cfg"]
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import shell
from ..module_utils.converge import environment, outcome, services


def act(module):
    params = module.params
    request = services.Request(
        jobs=params["name"],
        state=params["state"],
        env=environment.pairs(params["env"]) or None,
        timeout=params["timeout"],
        stable_for=params["stable_for"],
        must_exist=params["must_exist"] or params["state"] != "stopped",
        conf_dir=params["conf_dir"],
        log_dir=params["log_dir"],
    )
    client = shell.connect(params)
    targets = services.converge(client, request, module.check_mode)
    return outcome.of_services(targets, request)


def main():
    module = AnsibleModule(
        argument_spec=dict(
            shell.daemon_options(),
            name=dict(type="list", elements="str", required=True, aliases=["names"]),
            state=dict(type="str", choices=["started", "stopped", "restarted", "reloaded"], required=True),
            env=dict(type="raw"),
            stable_for=dict(type="float", default=1.0),
            must_exist=dict(type="bool", default=True),
        ),
        supports_check_mode=True,
    )
    shell.run(module, act)


if __name__ == "__main__":
    main()
