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
  - Brings jobs and their instances into the requested state, and reads the state again before it reports success.
  - Fails if a job does not start, or does not stay up for O(stable_for) seconds. The result then has the process that
    failed, how it ended, the messages of init, and the last lines of its log.
  - Takes the options of M(ansible.builtin.service) too. A task of that module can set
    C(use=sysinit.upstart.upstart_service), and M(sysinit.upstart.upstart_init) can make all its tasks on a host use
    this module.
author: []
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
      - Name of the job, with C(/) for a job in a subdirectory. With a list, the module starts, stops or restarts all
        jobs at the same time. Either O(name) or O(jobs) is required.
      - If there is no such job, but a script of this name in O(script_dir), the module runs the script as
        M(sysinit.upstart.lsb_service) does.
      - If the path of an instance's log in O(log_dir) would be longer than 255 bytes, the task fails, because init
        would retry the start forever.
    type: list
    elements: str
    aliases: [names]
  jobs:
    description:
      - Several jobs with different states, or several instances of a job, in one task. The module handles all of them
        together. All stops come before all starts, so a job can take over the port of another one.
      - If an entry fails, the module still handles the others, and the task fails at the end.
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
          - With O(jobs[].state=restarted), all instances that the job should have, each as variables in the forms of
            O(env). Use it after the C(instance) stanza of the job has changed. V([{}]) is the single instance of a job
            without C(instance). With an empty list, no instance is started.
          - The module stops all running instances of the job before it starts these. If it cannot start one of these,
            it changes nothing.
          - With O(jobs[].state=started), O(jobs[].exact) is required.
        type: list
        elements: raw
      exact:
        description: Whether to stop the other instances of this job, as O(exact) does. Requires O(jobs[].instances) and
          O(jobs[].state=started).
        type: bool
        default: false
        version_added: 2.0.0
      expected:
        description:
          - In check mode, the job as an earlier task would leave it, in the form of
            RV(sysinit.upstart.upstart_job#module:jobs[].job). The module then predicts what it would do, even if the
            job does not exist yet.
          - You do not need it after M(sysinit.upstart.upstart_job) tasks of the same play, because check mode knows
            about them.
        type: dict
  state:
    description:
      - V(started) starts the job unless it runs. The task waits until its state is running and its main process is
        alive. It runs a task job once, and fails if the task job fails.
      - V(stopped) stops all instances of the job. With O(env), it stops this instance only.
      - V(restarted) stops the job, waits until it has stopped, and starts it with its current file. A stopped job is
        started. If the daemon would reject the file, the task fails and does not stop the job.
      - V(reloaded) sends the reload signal of the job to its main process. A stopped job is started. If O(env) selects
        an instance that is not running, the task fails.
      - Each job needs at least one of O(state) and O(enabled).
      - In a restart, the instances of a job with C(instance) keep their variables. A job with a single instance gets
        only the variables in O(env), not those of its earlier start.
      - Upstart before 1.6.1 does not report the variables of an instance. There, a restarted instance only gets the
        variable that forms its name, and the task warns. If that is not enough, the task fails before the stop, unless
        O(env) has all variables.
      - If the job no longer has an C(instance) stanza, a restart replaces its instances with a single one. If the
        variables of an instance no longer form an instance name, the task fails and does not stop it. Use
        O(jobs[].instances) to start different instances.
      - If the stop of a restart takes longer than O(timeout), the task also waits for the kill timeout of the job. If
        the job is still there after that, the task fails, and asks Upstart to start the job again once it has stopped.
    type: str
    choices: [started, stopped, restarted, reloaded]
  enabled:
    description:
      - Whether events start the job, for example at boot. It does not start or stop the job now; use O(state) for that.
      - V(false) adds C(manual) to the override, and V(true) removes it. The rest of the override stays as it is. An
        empty override is removed. If the job file itself has C(manual), V(true) writes the hidden C(start on) to the
        override.
      - Upstart 0.6.7 to 1.2 has no overrides, so the module writes C(manual) to the job file. Before 0.6.7, it comments
        out C(start on), and removes the comment characters to enable the job.
      - A job without C(start on) cannot be enabled. A file that the daemon rejects is an error.
    type: bool
    version_added: 1.0.0
  env:
    description:
      - Variables for the start of the job. For a job with C(instance), they also choose the instance. For several
        instances, use O(instances) or O(jobs).
      - A dictionary, a list of C(KEY=VALUE), a string of such words quoted as in a shell, or JSON of a list or a
        dictionary. A variable can only be set once.
      - Without it, V(stopped), V(restarted) and V(reloaded) of O(state) apply to all existing instances.
      - A running job keeps its variables. The task warns if they differ, or if Upstart does not report them (before
        1.6.1).
      - Instance names must be ASCII, because other characters corrupt the memory of Upstart. Other values can be any
        text.
      - With Upstart before 1.1, names may only have letters, digits and underscores, and must not start with a digit.
    type: raw
    aliases: [arguments, args]
  instances:
    description:
      - Several instances of the job, each as variables in the forms of O(env), or JSON of the list. Other instances
        stay as they are, unless O(exact) is set.
    type: list
    elements: raw
    version_added: 2.0.0
  count:
    description:
      - How many instances to handle, instead of listing them in O(instances). In O(env), C(%d) stands for their
        numbers, which begin with 1. For example, V(3) with C(env=N=%d) means the instances with C(N=1), C(N=2) and
        C(N=3).
    type: int
    version_added: 2.0.0
  exact:
    description:
      - Whether to stop the instances of the job that the task does not list. Use it if the list is complete.
      - Requires O(state=started), and O(instances) or O(count).
    type: bool
    default: false
    version_added: 2.0.0
  definition:
    description:
      - What O(state=started) does if the job is running with an older definition than its current files.
      - V(any) leaves it running, and warns. RV(instances[].stale) is true.
      - V(current) restarts it. Use it instead of a handler. If the daemon would reject the current files, the task
        fails and does not stop the job. With Upstart before 1.6.1, which does not report the definition of a running
        job, the task fails too. With V(any) on these releases, it warns if a file changed after the main process
        started.
      - While one instance of a job runs with an older definition, Upstart also starts new instances with it. V(any)
        allows this and warns, and V(current) fails. A task stops all instances that it restarts before it starts the
        first one, so they use the current files.
    type: str
    choices: [any, current]
    default: any
    version_added: 1.0.0
  stable_for:
    description:
      - How many seconds a job must stay up after a start, restart or reload. Increase it for programs that fail late.
        With V(0), the task does not watch the job. This time is added to O(timeout).
    type: float
    default: 1
  must_exist:
    description:
      - Whether the job must exist. With V(false), O(state=stopped) succeeds for a job that the daemon does not know. A
        file that the daemon rejects is still an error.
    type: bool
    default: true
  unwedge:
    description:
      - Whether to free a stuck job, which Upstart can neither stop nor start. A wrong C(expect) stanza makes Upstart
        track a process that no longer exists, or wait for a fork that never happens. Needs root.
      - The module creates a short-lived child of init with the lost process ID. Upstart takes its exit for the end of
        the job. The module ends a process that hangs before its fork, even if the current file no longer has C(expect).
      - Without it, the task fails for a stuck job, and the message says so.
    type: bool
    default: false
    version_added: 1.0.0
  end_leftovers:
    description:
      - With O(unwedge), whether to end the processes that a stuck job left running without supervision. Otherwise the
        task only warns about them.
      - Processes of another Upstart, in a user's session or in a container, are not touched, even if its job has the
        same name.
    type: bool
    default: false
    version_added: 1.0.0
  init_log:
    description:
      - Where to read the messages of init when a job fails. This is the kernel log, or a file that syslog writes. If
        the module cannot read it, the messages are missing.
      - Upstart 0.6.5 only writes to syslog. Use V(/var/log/messages) for this release.
    type: path
    default: /dev/kmsg
    version_added: 1.0.0
  script_dir:
    description:
      - Directory of the init scripts, which the module runs for names that are not Upstart jobs. It is not used with
        O(scope=session).
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
  - ref: ansible_collections.sysinit.upstart.docsite.faults
    description: What can go wrong, with the messages of the modules and their remedies.
  - module: sysinit.upstart.upstart_job
  - module: sysinit.upstart.upstart_deploy
  - module: sysinit.upstart.upstart_event
  - module: sysinit.upstart.upstart_init
  - module: sysinit.upstart.lsb_service
  - module: ansible.builtin.service
"""

EXAMPLES = r"""
- name: Start the web server, now and at boot
  sysinit.upstart.upstart_service:
    name: web
    state: started
    enabled: true

- name: Restart the web server
  sysinit.upstart.upstart_service:
    name: web
    state: restarted

- name: Start two jobs at the same time, and fail if one of them does not stay up for five seconds
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

- name: Run getty on these two terminals only, after the instance stanza of its job file has changed
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

- name: Restart the web server if its job file has changed (after upstart_job, instead of a handler)
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

- name: Run five workers, with N=1 to N=5, and no others
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
  description: Whether the jobs are enabled after the task. In check mode, whether they would be.
  returned: when O(enabled) was given
  type: bool
  sample: true
  version_added: 1.0.0
instances:
  description:
    - The result for each instance, in the order of the requested jobs. An instance that is part of several entries of
      O(jobs) appears once.
    - If an instance failed, its entry also has the keys about the failure, such as RV(process) and RV(log_lines).
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
program:
  description: The program that this process could not execute, as the job file names it.
  returned: when a process of the job failed because the program does not exist or cannot be executed
  type: str
  sample: /opt/shop/bin/server
  version_added: 2.0.0
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
zombie:
  description: Present and true if the main process of the job is a zombie, so Upstart still counts the job as running.
  returned: when it is the cause
  type: bool
  sample: true
leftovers:
  description: Processes that the module could not end, as C(pid) and C(command).
  returned: when O(end_leftovers) fails
  type: list
  elements: dict
  sample: [{"pid": 4712, "command": /usr/bin/shop}]
kept_by:
  description: Names of the instances that make Upstart start new instances with an older definition.
  returned: when a start fails because of them
  type: list
  elements: str
  sample: [tty1]
missing:
  description: Names of the variables that O(env) must set.
  returned: when variables are missing
  type: list
  elements: str
  sample: [TTY]
log_file:
  description: File with the output of the job. Null before Upstart 1.4, which keeps no logs.
  returned: when a process of the job failed or did not end in time
  type: str
  sample: /var/log/upstart/web.log
cmd:
  description: The command of the init script that failed.
  returned: when a script fails
  type: str
  sample: /etc/init.d/web start
rc:
  description: Exit code of RV(cmd), negative for a signal. Null if it timed out or could not be executed.
  returned: when a script fails
  type: int
  sample: 1
stdout:
  description: Standard output of RV(cmd), at most the last 8 KiB.
  returned: when a script fails
  type: str
  sample: ""
stderr:
  description: Standard error of RV(cmd), at most the last 8 KiB.
  returned: when a script fails
  type: str
  sample: "web: cannot bind port 80"
done:
  description: Files that the task changed before the failure. The changes stay.
  returned: when a file cannot be written or removed
  type: list
  elements: str
  sample: [/etc/init/db.conf]
hint:
  description: The remedy alone, which RV(ignore:msg) contains too. Null if there is none.
  returned: when an option or a file has a wrong value
  type: str
  sample: check the spelling of the stanza and of its second word; both are lower case and not quoted
entry:
  description: The part of a list of variables that is wrong.
  returned: when a variable is the cause
  type: str
  sample: PORT 80
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
