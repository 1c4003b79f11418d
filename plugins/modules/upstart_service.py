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
  - Brings jobs and their instances into the wanted state over the daemon's D-Bus socket and reads the state again
    before it says so.
  - A job that fails to start, or does not stay up for O(stable_for) seconds, fails the task with the process that
    failed, how it ended, what init said about it and the last lines of its log.
  - Takes the options of M(ansible.builtin.service) too, so that C(use=sysinit.upstart.upstart_service) works on its
    tasks. M(sysinit.upstart.upstart_init) sends all such tasks of a host here.
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
      - Name of the job, with C(/) for one in a sub-directory. One of O(name) and O(jobs) is needed.
      - The task refuses to start an instance whose log path in O(log_dir) is longer than 255 bytes, because init would
        retry forever.
      - A list starts, stops or restarts all of them at the same time.
      - A name that is no Upstart job but a script in O(script_dir) is driven as M(sysinit.upstart.lsb_service)
        would do it.
    type: list
    elements: str
    aliases: [names]
  jobs:
    description:
      - Jobs that are to be in different states, or instances of one job. All of them are brought there together.
      - What has to stop is stopped before anything is started, so that a job can take over the port of another.
      - An entry that is refused or fails does not keep the others from being done; the task fails in the end.
      - Two entries that ask for different things of one instance are an error before anything is done. An entry for all
        instances and one for a single one of them is that too, unless both name the same state.
    type: list
    elements: dict
    version_added: 1.0.0
    suboptions:
      name:
        description: Name of the job, as in O(name).
        type: str
        required: true
      state:
        description: What O(state) is for the task. That is the default.
        type: str
        choices: [started, stopped, restarted, reloaded]
      enabled:
        description: What O(enabled) is for the task. That is the default. It means the job with all of its instances.
        type: bool
      env:
        description: Variables for the job, which also choose the instance, in the forms that O(env) has.
        type: raw
      instances:
        description:
          - With O(jobs[].state=restarted), the variables of all instances that the job shall have, each in the forms
            that O(env) has, for a job that names its instances otherwise than it did. V([{}]) is the one of a job
            without C(instance), and an empty list none.
          - All that run are stopped before these are started, whatever their names are, and all is left as it is when
            one of these cannot be started.
        type: list
        elements: raw
      expected:
        description:
          - In check mode, what the job would be after a task before this one, as
            RV(sysinit.upstart.upstart_job#module:jobs[].job) tells it. A job that is not there yet is then no error,
            and what would be done with it is predicted.
          - Not needed after M(sysinit.upstart.upstart_job) tasks of the same play. Check mode knows about those.
        type: dict
  state:
    description:
      - One of O(state) and O(enabled) is needed, for each job.
      - V(started) means that the job's goal is start, its state is running and its main process is alive. A job that is
        on its way there is waited for. A task job is run once, and its failure is the task's failure.
      - V(stopped) means that no instance is left, or only not the one that O(env) leads to.
      - V(restarted) stops the job, waits until it is gone and starts it, so that its present file takes effect. It is
        refused before the stop when the daemon would not load that file. A stopped job is started.
      - If the stop of a restart takes longer than O(timeout), the task waits for the kill timeout of the job as well.
        If the job is still there after that, the task fails and asks Upstart to start the job again once it has
        stopped.
      - Instances of a job that has no C(instance) any more are stopped for the single one, and one with variables that
        name no instance any more is refused before the stop; O(jobs[].instances) names others.
      - An instance is started again with the variables that it had. Upstart before 1.6.1 does not tell them. Then it
        gets the one that its name is made of, which is warned of, and where that is not enough the restart is refused
        before the stop, unless O(env) says all of them.
      - A job that has only one instance is started with O(env) alone, without the variables of its earlier start.
      - V(reloaded) has the job's reload signal sent to its main process. A stopped job is started; an instance that
        O(env) leads to and that does not run is an error.
    type: str
    choices: [started, stopped, restarted, reloaded]
  enabled:
    description:
      - Whether the job starts by itself, which is whether its file and its override together leave it with a
        C(start on).
      - With V(false) C(manual) is added to the override, with V(true) it is taken out; nothing else in it is changed.
        An override that says nothing any more is removed. Where the job file itself says C(manual), the override gets
        the condition that it hides.
      - Upstart 0.6.7 to 1.2 has no overrides, so that C(manual) goes into the job file. Before 0.6.7 the C(start on) is
        made a comment, and back.
      - A job without C(start on) cannot be enabled, and a file that the daemon refuses is an error.
    type: bool
    version_added: 1.0.0
  env:
    description:
      - Variables for the job, which also choose the instance of a job that has instances.
      - A mapping, a list of C(KEY=VALUE), one string of such words, or JSON of a list or a mapping. With O(jobs) each
        entry has its own.
      - Upstart before 1.1 takes only names of letters, digits and underscores that begin with no digit.
      - The name of an instance has to be ASCII, as Upstart corrupts its memory by others; other values may be any text.
      - Without it O(state=stopped), O(state=restarted) and O(state=reloaded) mean all instances that there are.
      - A job that runs already keeps its variables. The task warns when they are others, and when Upstart does not
        tell, which is so before 1.6.1.
    type: raw
    aliases: [arguments, args]
  definition:
    description:
      - What O(state=started) does with a job that runs by an older definition than its files hold now.
      - V(any) leaves it as it is and warns; RV(instances[].stale) tells it.
      - V(current) restarts it, or fails when the daemon would refuse the present files. Upstart before 1.6.1 does not
        tell what a running job follows, which is an error then; V(any) warns there when a file was changed after the
        job's main process began.
      - While instances of a job run by an older definition, Upstart starts further ones by that, too. V(any) does so
        and warns, V(current) refuses it. All that one task restarts are stopped before the first of them starts, so
        they follow the present files.
    type: str
    choices: [any, current]
    default: any
    version_added: 1.0.0
  stable_for:
    description:
      - Seconds that a job must stay up after it was started, restarted or reloaded. They come on top of O(timeout).
    type: float
    default: 1
  must_exist:
    description:
      - With V(false), the state V(stopped) is also right for a job that the daemon does not know. A file that it
        refuses is an error even so.
    type: bool
    default: true
  unwedge:
    description:
      - Free a job that Upstart can neither stop nor start any more, because a wrong C(expect) made it follow a process
        that does not exist or wait for a fork that never comes. Needs root.
      - A process id that is lost is given to a short-lived child of init, whose end Upstart takes for that of the job.
        A process that hangs before its fork is ended, also when the present file has no C(expect) any more.
      - Without it such a job is an error that says so.
    type: bool
    default: false
    version_added: 1.0.0
  end_leftovers:
    description:
      - With O(unwedge), end the processes that a wedged job left behind unsupervised, which are warned of otherwise.
      - Those that another Upstart started, in a user's session or in a container, are left alone, also when its job
        has the same name.
    type: bool
    default: false
    version_added: 1.0.0
  manifests:
    description:
      - Files of O(sysinit.upstart.upstart_job#module:manifest). The earlier files that they keep of jobs are forgotten
        for those that this task has started, restarted or reloaded, or found running by their present files.
    type: list
    elements: path
    default: []
    version_added: 1.0.0
  restored_later:
    description:
      - Names of jobs that a later task starts if this one takes them down. RV(taken_down) lists them as ever, but there
        is no warning of them, unless this task fails.
      - The role P(sysinit.upstart.upstart_jobs#role) gives the jobs that it starts itself.
    type: list
    elements: str
    default: []
    version_added: 1.1.0
  init_log:
    description:
      - Where init's own messages are read from when a job fails, the kernel's log or a file that syslog writes.
      - What cannot be read is left out. Upstart 0.6.5 writes to syslog only, which is V(/var/log/messages) there.
    type: path
    default: /dev/kmsg
    version_added: 1.0.0
  script_dir:
    description:
      - Directory of the scripts for names that are no Upstart jobs.
    type: path
    default: /etc/init.d
    version_added: 1.0.0
  pattern:
    description:
      - Taken from M(ansible.builtin.service) and without effect, which is warned of. Upstart and the status command of
        a script know what runs; M(sysinit.upstart.lsb_service) looks for a pattern.
    type: str
    version_added: 1.0.0
  sleep:
    description:
      - Taken from M(ansible.builtin.service) and without effect, which is warned of. A restart waits until the job is
        gone.
    type: int
    version_added: 1.0.0
  runlevel:
    description:
      - Taken from M(ansible.builtin.service) and without effect, which is warned of unless it is V(default). Upstart's
        jobs name the runlevels in their C(start on).
    type: str
    version_added: 1.0.0
  _foreseen:
    description:
      - "Internal: set by the action plugin in check mode. Do not use."
    type: str
    version_added: 1.1.0
seealso:
  - module: sysinit.upstart.upstart_job
  - module: sysinit.upstart.upstart_event
  - module: sysinit.upstart.upstart_init
  - module: sysinit.upstart.lsb_service
  - module: ansible.builtin.service
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

- name: Have getty run on these two terminals only, whatever its instances were called
  sysinit.upstart.upstart_service:
    jobs:
      - name: getty
        state: restarted
        instances:
          - {TTY: tty4}
          - {TTY: tty5}

- name: Run nothing at boot, and stop what runs
  sysinit.upstart.upstart_service:
    name: web
    state: stopped
    enabled: false

- name: Run the web server with its current job file (after upstart_job, in place of a handler)
  sysinit.upstart.upstart_service:
    name: web
    state: started
    definition: current

- name: Free a job that can neither be stopped nor started
  sysinit.upstart.upstart_service:
    name: web
    state: stopped
    unwedge: true
    end_leftovers: true

- name: Stop all instances of getty
  sysinit.upstart.upstart_service:
    name: getty
    state: stopped
"""

RETURN = r"""
name:
  description: The names that were asked for, those in O(jobs) in its order.
  returned: always
  type: list
  elements: str
  sample: [web]
state:
  description: The state that was asked for, for O(jobs) the default of its entries.
  returned: always
  type: str
  sample: started
enabled:
  description: Whether the jobs start by themselves after the task; in check mode whether they would.
  returned: when O(enabled) was given
  type: bool
  sample: true
  version_added: 1.0.0
instances:
  description:
    - What became of each instance, in the order in which their jobs were asked for. An instance that several entries of
      O(jobs) mean is there once.
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
    script:
      description: Path of the script that was run for a name that is no Upstart job.
      returned: when there is one
      type: str
      sample: /etc/init.d/web
      version_added: 1.0.0
    before:
      description: Goal and state before the task; for a script C(running), C(stopped) or C(dirty).
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
    env:
      description: The variables that it was started with, those of O(env) or those that it had before a restart.
      returned: when it was to be started
      type: list
      elements: str
      sample: [TTY=tty4]
      version_added: 1.0.0
    env_before:
      description: The variables that it had been started with, or null where Upstart does not tell them.
      returned: for what ran of a job with O(jobs[].instances)
      type: list
      elements: str
      sample: []
      version_added: 1.0.0
    enabled:
      description: Whether the job starts by itself; null when the daemon refuses its files.
      returned: always
      type: bool
      sample: true
      version_added: 1.0.0
    enabled_before:
      description: The same before the task.
      returned: always
      type: bool
      sample: true
      version_added: 1.0.0
    stale:
      description:
        - Whether the instance runs by an older definition than the files hold, which one that was just started does
          while others of its job keep Upstart on that. Null when that is not known, as before Upstart 1.6.1 and for
          O(state=stopped).
      returned: always
      type: bool
      sample: false
      version_added: 1.0.0
    env_differs:
      description:
        - Names of the variables in O(env) that the instance was started with other values of.
        - Null when Upstart does not tell that, which is so before 1.6.1, and O(env) says more than the instance's name.
      returned: always
      type: list
      elements: str
      sample: []
      version_added: 1.0.0
    leftovers:
      description: Processes that a job which was freed had left unsupervised, as C(pid) and C(command).
      returned: always
      type: list
      elements: dict
      sample: []
      version_added: 1.0.0
    log_file:
      description: Where the daemon writes the job's output. Null before Upstart 1.4, which keeps no logs.
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
taken_down:
  description:
    - Services that this task stopped as a side effect, or that something else stopped meanwhile. They ran before the
      task and do not run after it. Services that you asked it to stop are not listed. In check mode, services that the
      task would stop as a side effect.
    - A service with C(stop on stopping db) stops when C(db) is restarted. It stays down if its C(start on) also needs
      an event that is not emitted again, such as C(net-up) in V(start on (started db and net-up\)).
  returned: always
  type: list
  elements: dict
  version_added: 1.1.0
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
        - Jobs in this task that caused it to stop. Empty when something else stopped it, or on Upstart before 0.6.7,
          which does not report it.
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
failed_status:
  description: Upstart's raw number for the failure. V(0) when the job reached its respawn limit, V(-1) for a process
    that could not be run.
  returned: when Upstart reports the failure of a process
  type: int
  sample: 3
log_lines:
  description: The last lines that the job wrote to its log since the task began.
  returned: when a process of the job failed
  type: list
  elements: str
  sample: ["config file missing: /etc/web.cfg"]
init_messages:
  description: What init said about the job since the task began, as far as O(init_log) can be read.
  returned: when a process of the job failed
  type: list
  elements: str
  sample: ["web pre-start process (4711) terminated with status 3"]
  version_added: 1.0.0
file:
  description: The job file or override that the daemon refuses or that could not be changed.
  returned: when a file is the reason
  type: str
  sample: /etc/init/web.conf
  version_added: 1.0.0
line:
  description: Line of that file at which the daemon gives up.
  returned: when the daemon refuses a file
  type: int
  sample: 2
  version_added: 1.0.0
reason:
  description: What the daemon says about that line.
  returned: when the daemon refuses a file
  type: str
  sample: Unknown stanza
  version_added: 1.0.0
wedged:
  description: Present and true when Upstart can neither stop nor start the job any more.
  returned: when a job is wedged
  type: bool
  sample: true
  version_added: 1.0.0
pid:
  description: The process that Upstart follows although it no longer exists.
  returned: when a job is wedged
  type: int
  sample: 4711
  version_added: 1.0.0
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import _module
from ..module_utils._file_attributes import FileAttributes
from ..module_utils._services import request, run

STATES = ["started", "stopped", "restarted", "reloaded"]
WITHOUT_EFFECT = {
    "pattern": "Upstart knows what runs",
    "sleep": "a restart waits until the job is gone",
    "runlevel": "Upstart's jobs name the runlevels in their start on",
}


def act(module):
    params = module.params
    for option in sorted(WITHOUT_EFFECT):
        if params[option] not in (None, "default"):
            module.warn("%s has no effect here: %s." % (option, WITHOUT_EFFECT[option]))
    wanted = request.from_module(module)
    return run.run(module, _module.connect(params), wanted, FileAttributes(module))


def main():
    _module.refuse_unusable_text()
    module = AnsibleModule(
        argument_spec=dict(
            _module.daemon_options(),
            name=dict(type="list", elements="str", aliases=["names"]),
            jobs=dict(type="list", elements="dict", options=dict(
                name=dict(type="str", required=True),
                state=dict(type="str", choices=STATES),
                enabled=dict(type="bool"),
                env=dict(type="raw"),
                instances=dict(type="list", elements="raw"),
                expected=dict(type="dict"),
            )),
            state=dict(type="str", choices=STATES),
            enabled=dict(type="bool"),
            env=dict(type="raw", aliases=request.ENV_ALIASES),
            definition=dict(type="str", choices=["any", "current"], default="any"),
            stable_for=dict(type="float", default=1.0),
            must_exist=dict(type="bool", default=True),
            unwedge=dict(type="bool", default=False),
            end_leftovers=dict(type="bool", default=False),
            manifests=dict(type="list", elements="path", default=[]),
            restored_later=dict(type="list", elements="str", default=[]),
            init_log=dict(type="path", default="/dev/kmsg"),
            script_dir=dict(type="path", default="/etc/init.d"),
            pattern=dict(type="str"),
            sleep=dict(type="int"),
            runlevel=dict(type="str"),
            _foreseen=dict(type="str", no_log=True),
        ),
        required_one_of=[["name", "jobs"], ["state", "enabled", "jobs"]],
        mutually_exclusive=[["name", "jobs"], ["env", "jobs"]],
        supports_check_mode=True,
    )
    _module.run(module, act)


if __name__ == "__main__":
    main()
