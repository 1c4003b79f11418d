#!/usr/bin/python
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: upstart_service
short_description: Start, stop, restart, reload, enable and disable jobs of the Upstart init daemon
version_added: 0.1.0
description:
  - Brings jobs and their instances into the requested state over the daemon's D-Bus socket, and reads the state again
    before it reports success.
  - Fails if a job fails to start or does not stay up for O(stable_for) seconds. The result has the process that failed,
    how it ended, the messages of init, and the last lines of its log.
  - Also takes the options of M(ansible.builtin.service), whose tasks can set C(use=sysinit.upstart.upstart_service).
    M(sysinit.upstart.upstart_init) sends all service tasks of a host to this module.
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
      - Name of the job, with C(/) for a job in a subdirectory. Either O(name) or O(jobs) is required.
      - The task refuses to start an instance whose log path in O(log_dir) is longer than 255 bytes, because init would
        retry forever.
      - With a list, the module starts, stops or restarts all jobs at the same time.
      - If the name is a script in O(script_dir) and not an Upstart job, the module runs the script as
        M(sysinit.upstart.lsb_service) does.
    type: list
    elements: str
    aliases: [names]
  jobs:
    description:
      - Several jobs with different states, or several instances of a job. The module handles all of them together.
      - All stops come before all starts. A job can therefore take over the port of another job.
      - If an entry fails, the module still handles the other entries. The task fails at the end.
      - Entries that contradict each other are an error, and nothing is changed. Examples are two different states for
        one instance, or for all instances and one of them.
    type: list
    elements: dict
    version_added: 1.0.0
    suboptions:
      name:
        description: Name of the job, as in O(name).
        type: str
        required: true
      state:
        description: State of this job. The default is O(state) of the task.
        type: str
        choices: [started, stopped, restarted, reloaded]
      enabled:
        description: Whether this job is enabled, with all of its instances. The default is O(enabled) of the task.
        type: bool
      env:
        description: Variables for the job, in the forms of O(env). They also select the instance.
        type: raw
      instances:
        description:
          - With O(jobs[].state=restarted), the variables of all instances that the job should have, each in the forms
            of O(env). Use it after the job's C(instance) stanza has changed. V([{}]) is the single instance of a job
            without C(instance). With an empty list, no instance is started.
          - The module stops all running instances of the job before it starts these. If it cannot start one of these,
            it changes nothing.
          - With O(jobs[].state=started), O(jobs[].exact) is required.
        type: list
        elements: raw
      exact:
        description: With O(jobs[].instances) and O(jobs[].state=started), as O(exact).
        type: bool
        default: false
        version_added: 2.0.0
      expected:
        description:
          - In check mode, the job as an earlier task would leave it, in the form of
            RV(sysinit.upstart.upstart_job#module:jobs[].job). The module then predicts what it would do, even if the
            job does not exist yet.
          - Not needed after M(sysinit.upstart.upstart_job) tasks of the same play, because check mode knows about them.
        type: dict
  state:
    description:
      - Each job needs at least one of O(state) and O(enabled).
      - V(started) means that the job's goal is start, its state is running, and its main process is alive. The module
        waits for a job that is still starting. It runs a task job once, and fails if the task job fails.
      - V(stopped) means that no instance is running. With O(env), it means that this instance is not running.
      - V(restarted) stops the job, waits until it has stopped, and starts it with its current file. If the daemon would
        reject that file, the task fails and does not stop the job. A stopped job is started.
      - If the stop of a restart takes longer than O(timeout), the task waits for the kill timeout of the job as well.
        If the job is still there after that, the task fails and asks Upstart to start the job again once it has
        stopped.
      - If the job no longer has an C(instance) stanza, a restart replaces its instances with a single one. If the
        variables of an instance no longer form an instance name, the task fails and does not stop it. Use
        O(jobs[].instances) to start different instances.
      - A restarted instance keeps its variables. Upstart before 1.6.1 does not report them. In that case the instance
        only gets the variable that forms its name, and the task warns. If that is not enough, the task fails before the
        stop, unless O(env) has all variables.
      - A job with a single instance gets only the variables in O(env), not those of its earlier start.
      - V(reloaded) sends the job's reload signal to its main process. A stopped job is started. If O(env) selects an
        instance that is not running, the task fails.
    type: str
    choices: [started, stopped, restarted, reloaded]
  enabled:
    description:
      - Whether events start the job, that is, whether its file and its override together have an effective C(start on).
      - V(false) adds C(manual) to the override, and V(true) removes it. The rest of the override stays as it is. An
        empty override is removed. If the job file itself has C(manual), V(true) writes the hidden C(start on) to the
        override.
      - Upstart 0.6.7 to 1.2 has no overrides, so the module writes C(manual) to the job file. Before 0.6.7 it comments
        out C(start on), and removes the comment characters to enable the job.
      - A job without C(start on) cannot be enabled. A file that the daemon rejects is an error.
    type: bool
    version_added: 1.0.0
  env:
    description:
      - Variables for the job. For a job with instances, they also select the instance. For several instances, use
        O(instances).
      - A dictionary, a list of C(KEY=VALUE), a string of such words, or JSON of a list or a dictionary. With O(jobs),
        set it for each entry. A variable can only be set once.
      - With Upstart before 1.1, names may only have letters, digits and underscores, and must not start with a digit.
      - Instance names must be ASCII, because other characters corrupt the memory of Upstart. Other values can be any
        text.
      - Without it, O(state=stopped), O(state=restarted) and O(state=reloaded) apply to all existing instances.
      - A running job keeps its variables. The task warns if they differ, or if Upstart does not report them (before
        1.6.1).
    type: raw
    aliases: [arguments, args]
  instances:
    description:
      - Several instances of the job, each as variables in the forms of O(env), or JSON of the list. Instances that are
        not listed stay as they are, unless O(exact) is set.
    type: list
    elements: raw
    version_added: 2.0.0
  count:
    description:
      - A number of instances, instead of O(instances). In O(env), C(%d) stands for the numbers from 1. For example,
        V(3) with C(env=N=%d) means the instances with C(N=1), C(N=2) and C(N=3).
    type: int
    version_added: 2.0.0
  exact:
    description:
      - Whether to stop the other instances of the job. Listed instances that already run stay as they are.
      - Requires O(state=started), and O(instances) or O(count).
    type: bool
    default: false
    version_added: 2.0.0
  definition:
    description:
      - What O(state=started) does with a job that runs with an older definition than its current files.
      - V(any) leaves it as it is and warns. RV(instances[].stale) is true.
      - V(current) restarts it, or fails if the daemon would reject the current files. It also fails with Upstart before
        1.6.1, which does not report the definition of a running job. With V(any) on these releases, the task warns if a
        file changed after the job's main process started.
      - While instances of a job run with an older definition, Upstart starts new instances with it too. V(any) allows
        this and warns; V(current) fails. A task stops all instances that it restarts before it starts the first one, so
        they use the current files.
    type: str
    choices: [any, current]
    default: any
    version_added: 1.0.0
  stable_for:
    description:
      - Seconds that a job must stay up after a start, restart or reload. This time is added to O(timeout).
    type: float
    default: 1
  must_exist:
    description:
      - V(false) allows the state V(stopped) for a job that the daemon does not know. A file that the daemon rejects is
        still an error.
    type: bool
    default: true
  unwedge:
    description:
      - Free a stuck job, which Upstart can neither stop nor start. A wrong C(expect) stanza makes Upstart track a
        process that no longer exists, or wait for a fork that never happens. Needs root.
      - The module creates a short-lived child of init with the lost process ID. Upstart takes its exit for the end of
        the job. The module ends a process that hangs before its fork, even if the current file no longer has C(expect).
      - Without it, the task fails for a stuck job, and the message says so.
    type: bool
    default: false
    version_added: 1.0.0
  end_leftovers:
    description:
      - With O(unwedge), end the processes that a stuck job left running without supervision. Without this option, the
        task only warns about them.
      - Processes of another Upstart, in a user's session or in a container, are not touched, even if its job has the
        same name.
    type: bool
    default: false
    version_added: 1.0.0
  init_log:
    description:
      - The kernel log, or a file that syslog writes. The module reads the messages of init from it when a job fails.
      - If it cannot be read, the messages are missing. Upstart 0.6.5 only writes to syslog; use V(/var/log/messages)
        for that release.
    type: path
    default: /dev/kmsg
    version_added: 1.0.0
  script_dir:
    description:
      - Directory of scripts for names that are not Upstart jobs. It is not used with O(scope=session).
    type: path
    default: /etc/init.d
    version_added: 1.0.0
  pattern:
    description:
      - Accepted for compatibility with M(ansible.builtin.service). It has no effect, and the task warns about it.
        Upstart and the status command of a script know which processes run. M(sysinit.upstart.lsb_service) can search
        for a pattern.
    type: str
    version_added: 1.0.0
  sleep:
    description:
      - Accepted for compatibility with M(ansible.builtin.service). It has no effect, and the task warns about it. A
        restart waits until the job has stopped.
    type: int
    version_added: 1.0.0
  runlevel:
    description:
      - Accepted for compatibility with M(ansible.builtin.service). It has no effect, and the task warns about it unless
        it is V(default). Upstart jobs name the runlevels in their C(start on).
    type: str
    version_added: 1.0.0
  _foreseen:
    description:
      - "Internal: set by the action plugin in check mode. Do not use."
    type: str
    version_added: 2.0.0
seealso:
  - module: sysinit.upstart.upstart_job
  - module: sysinit.upstart.upstart_event
  - module: sysinit.upstart.upstart_init
  - module: sysinit.upstart.lsb_service
  - module: ansible.builtin.service
"""

EXAMPLES = r"""
- name: Start the web server
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

- name: Start two terminals and stop a third
  sysinit.upstart.upstart_service:
    state: started
    jobs:
      - name: getty
        env: {TTY: tty4}
      - name: getty
        env: {TTY: tty5}
      - name: getty
        env: {TTY: tty6}
        state: stopped

- name: Run getty on these two terminals only, even if its instance names have changed
  sysinit.upstart.upstart_service:
    jobs:
      - name: getty
        state: restarted
        instances:
          - {TTY: tty4}
          - {TTY: tty5}

- name: Stop the web server and keep it stopped at boot
  sysinit.upstart.upstart_service:
    name: web
    state: stopped
    enabled: false

- name: Run the web server with its current job file (after upstart_job, in place of a handler)
  sysinit.upstart.upstart_service:
    name: web
    state: started
    definition: current

- name: Free a stuck job, which can neither be stopped nor started
  sysinit.upstart.upstart_service:
    name: web
    state: stopped
    unwedge: true
    end_leftovers: true

- name: Run five workers, with N=1 to N=5, and no others; those that run stay as they are
  sysinit.upstart.upstart_service:
    name: worker
    state: started
    count: 5
    env: N=%d
    exact: true

- name: Run the workers red and blue only
  sysinit.upstart.upstart_service:
    name: worker
    state: started
    instances: [N=red, N=blue]
    exact: true

- name: Stop all instances of getty
  sysinit.upstart.upstart_service:
    name: getty
    state: stopped

- name: Keep a program from starting in the desktop session of alice
  sysinit.upstart.upstart_service:
    scope: session
    name: update-notifier-release
    enabled: false
  become: true
  become_user: alice
"""

RETURN = r"""
name:
  description: The requested names; with O(jobs), in the same order.
  returned: always
  type: list
  elements: str
  sample: [web]
state:
  description: The requested state; with O(jobs), the default of its entries.
  returned: always
  type: str
  sample: started
enabled:
  description: Whether the jobs are enabled after the task; in check mode, whether they would be.
  returned: when O(enabled) was given
  type: bool
  sample: true
  version_added: 1.0.0
instances:
  description:
    - The result for each instance, in the order of the requested jobs. An instance that is part of several entries of
      O(jobs) appears once.
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
      description: Whether the module changed it.
      returned: always
      type: bool
      sample: true
    script:
      description: Path of the script, if the name is not an Upstart job.
      returned: when there is a script
      type: str
      sample: /etc/init.d/web
      version_added: 1.0.0
    before:
      description: Goal and state before the task. For a script, C(running), C(stopped) or C(dirty).
      returned: always
      type: str
      sample: stop/waiting
    status:
      description:
        - Goal and state after the task. In check mode, the predicted ones.
        - Null, as RV(instances[].before) is, if the task failed before it knew which instance was meant.
      returned: always
      type: str
      sample: start/running
    processes:
      description: Process IDs of its live processes by role, such as C(main) or C(pre-start).
      returned: always
      type: dict
      sample: {"main": 4711}
    env:
      description: The variables for its start, from O(env) or from before a restart.
      returned: when the task was to start it
      type: list
      elements: str
      sample: [TTY=tty4]
      version_added: 1.0.0
    env_before:
      description: The variables of its earlier start. Null if Upstart does not report them.
      returned: for running instances of a job with O(jobs[].instances)
      type: list
      elements: str
      sample: []
      version_added: 1.0.0
    enabled:
      description: Whether events start the job. Null if the daemon rejects its files.
      returned: always
      type: bool
      sample: true
      version_added: 1.0.0
    enabled_before:
      description: Whether events started the job before the task.
      returned: always
      type: bool
      sample: true
      version_added: 1.0.0
    stale:
      description:
        - Whether the instance runs with an older definition than its current files. This can also be true for a new
          instance, while other instances keep the old definition in use. Null if unknown, for example before Upstart
          1.6.1 and for O(state=stopped).
      returned: always
      type: bool
      sample: false
      version_added: 1.0.0
    env_differs:
      description:
        - Names of variables in O(env) that have other values in the running instance.
        - Null if Upstart is older than 1.6.1, which does not report them, and O(env) has more than the variables of the
          instance name.
      returned: always
      type: list
      elements: str
      sample: []
      version_added: 1.0.0
    leftovers:
      description:
        - Processes that the job left running without supervision, as C(pid) and C(command). A freed job may leave some,
          and so does a command that goes into the background.
      returned: always
      type: list
      elements: dict
      sample: []
      version_added: 1.0.0
    log_file:
      description: File with the job's output. Null before Upstart 1.4, which keeps no logs.
      returned: always
      type: str
      sample: /var/log/upstart/web.log
    failed:
      description: Present and true if this instance is not in the requested state.
      returned: failure
      type: bool
      sample: true
    msg:
      description: The cause of the failure.
      returned: failure
      type: str
      sample: "Job web failed to start: its pre-start process exited with status 3."
taken_down:
  description:
    - Services that this task stopped as a side effect, or that something else stopped in the meantime. They were
      running before the task and are not running after it. Services that you asked it to stop are not listed. In check
      mode, services that the task would stop as a side effect.
    - A service with C(stop on stopping db) stops when C(db) is restarted. It stays down if its C(start on) also needs
      an event that is not emitted again, such as C(net-up) in V(start on (started db and net-up\)).
  returned: always
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    name:
      description: Name of the job.
      returned: always
      type: str
      sample: shop
    instance:
      description: Name of the instance, empty for a job that has only one.
      returned: always
      type: str
      sample: ""
    status:
      description: Goal and state after the task.
      returned: always
      type: str
      sample: stop/waiting
    caused_by:
      description:
        - Jobs in this task that caused it to stop. Empty if something else stopped it, or if Upstart is older than
          0.6.7, which does not report it.
      returned: always
      type: list
      elements: str
      sample: [db]
    event:
      description: The event that matched its C(stop on), null if unknown.
      returned: always
      type: str
      sample: stopping db
    happened:
      description: Events from its C(start on) that have already happened.
      returned: always
      type: list
      elements: str
      sample: [started db]
    waits_for:
      description: Events that its C(start on) still waits for, null if unknown.
      returned: always
      type: list
      elements: str
      sample: [net-up]
summary:
  description:
    - The result as lines for people, in the form of C(initctl list). RV(instances) come first, then the services of
      RV(taken_down). In check mode, the predicted result.
    - If something is wrong, the line says so after two hyphens.
  returned: always
  type: list
  elements: str
  sample:
    - web start/running, process 4711 -- it runs with an older definition
    - shop stop/waiting -- stopped because of db
  version_added: 2.0.0
process:
  description: Process of the job that failed, such as C(main) or C(pre-start). C(respawn) if the job was respawned too
    often.
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
failed_status:
  description: Upstart's raw number for the failure. V(0) if the job reached its respawn limit, V(-1) if the process
    could not be executed.
  returned: when Upstart reports the failure of a process
  type: int
  sample: 3
log_lines:
  description: The last lines that the job wrote to its log since the task started.
  returned: when a process of the job failed or did not end in time
  type: list
  elements: str
  sample: ["config file missing: /etc/web.cfg"]
init_messages:
  description: Messages of init about the job since the task started, if O(init_log) can be read.
  returned: when a process of the job failed
  type: list
  elements: str
  sample: ["web pre-start process (4711) terminated with status 3"]
  version_added: 1.0.0
file:
  description: The job file or override that the daemon rejects or that could not be changed.
  returned: when a file is the cause
  type: str
  sample: /etc/init/web.conf
  version_added: 1.0.0
line:
  description: Line of that file with the error.
  returned: when the daemon rejects a file
  type: int
  sample: 2
  version_added: 1.0.0
reason:
  description: The daemon's message about that line.
  returned: when the daemon rejects a file
  type: str
  sample: Unknown stanza
  version_added: 1.0.0
wedged:
  description: Present and true if the job is stuck, so Upstart can neither stop nor start it.
  returned: when a job is stuck
  type: bool
  sample: true
  version_added: 1.0.0
pid:
  description: ID of the process that Upstart is tracking although it no longer exists.
  returned: when a job is stuck
  type: int
  sample: 4711
  version_added: 1.0.0
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import _daemon_module, _module
from ..module_utils._file_attributes import FileAttributes
from ..module_utils._services import request, run

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict  # noqa: F401

STATES = ["started", "stopped", "restarted", "reloaded"]
WITHOUT_EFFECT = {
    "pattern": "Upstart knows what runs",
    "sleep": "a restart waits until the job has stopped",
    "runlevel": "Upstart's jobs name the runlevels in their start on",
}


def act(module):
    # type: (AnsibleModule) -> Dict[str, Any]
    params = module.params
    for option in sorted(WITHOUT_EFFECT):
        if params[option] not in (None, "default"):
            module.warn("%s has no effect here: %s." % (option, WITHOUT_EFFECT[option]))
    wanted = request.from_module(module)
    return run.run(module, _daemon_module.connect(params), wanted, FileAttributes(module))


def main():
    # type: () -> None
    spec = dict(
        _daemon_module.daemon_options(),
        name=dict(type="list", elements="str", aliases=["names"]),
        jobs=dict(type="list", elements="dict", options=dict(
            name=dict(type="str", required=True),
            state=dict(type="str", choices=STATES),
            enabled=dict(type="bool"),
            env=dict(type="raw"),
            instances=dict(type="list", elements="raw"),
            exact=dict(type="bool", default=False),
            expected=dict(type="dict"),
        )),
        state=dict(type="str", choices=STATES),
        enabled=dict(type="bool"),
        env=dict(type="raw", aliases=request.ENV_ALIASES),
        instances=dict(type="list", elements="raw"),
        count=dict(type="int"),
        exact=dict(type="bool", default=False),
        definition=dict(type="str", choices=["any", "current"], default="any"),
        stable_for=dict(type="float", default=1.0),
        must_exist=dict(type="bool", default=True),
        unwedge=dict(type="bool", default=False),
        end_leftovers=dict(type="bool", default=False),
        init_log=dict(type="path", default="/dev/kmsg"),
        script_dir=dict(type="path", default="/etc/init.d"),
        pattern=dict(type="str"),
        sleep=dict(type="int"),
        runlevel=dict(type="str"),
        _foreseen=dict(type="str", no_log=True),
    )  # type: Dict[str, Dict[str, Any]]
    _module.refuse_wrong_options(spec)
    module = AnsibleModule(
        argument_spec=spec,
        required_one_of=[["name", "jobs"], ["state", "enabled", "jobs"]],
        mutually_exclusive=[["name", "jobs"], ["env", "jobs"], ["instances", "jobs"], ["count", "jobs"],
                            ["instances", "env"], ["instances", "count"]],
        supports_check_mode=True,
    )
    _daemon_module.run(module, act)


if __name__ == "__main__":
    main()
