#!/usr/bin/python
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: upstart_deploy
short_description: Deploy a list of jobs of the Upstart init daemon
version_added: 2.0.0
description:
  - Deploys a list of jobs in one run on the host. Writes their files, starts and stops the jobs, removes jobs that are
    no longer in the list, and rolls back jobs that fail with a changed file.
  - The role P(sysinit.upstart.upstart_jobs#role) consists of a task and a handler with this module. Most users need
    only the role.
  - Checks the whole list before it changes anything.
  - First stops the jobs to remove, then writes all files and waits until the daemon has loaded them, then starts all
    other jobs at the same time. All stops come before the first start.
  - If the file of a running job changes, the job keeps running with its old file until it is restarted. By default, the
    restart or reload is pending, and a task with O(pending=true) carries it out, for example a handler. The manifest on
    the host records what is pending. If a play ends before its handlers, the next run makes up for it.
  - If a stop or a restart also stops other jobs of the list, the module starts them again. If that fails, the task
    fails.
  - Runs for the same list on the same host wait for each other. A run waits up to O(timeout) seconds for another one,
    such as one whose controller has died.
  - If the connection to the host is lost, the task carries on to its end on the host.
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
      - A task job with C(state=started) runs each time.
      - With O(restart=handler), the task reports a change until a task with O(pending=true) has run.
options:
  jobs:
    description:
      - The jobs. Required unless O(pending) is set. Each is a dictionary with the options of
        M(sysinit.upstart.upstart_job) for a job, except C(force), C(keep_running) and C(restore), and with the keys
        below.
      - "C(state): V(started) (the default) starts the job and V(stopped) stops it. V(present) only writes its file.
        V(absent) stops the job and removes its file and override."
      - "C(enabled): whether events start the job, as in
        O(sysinit.upstart.upstart_service#module:enabled)."
      - "C(instances): for a job with an C(instance) stanza, the variables of the instances to start or stop, one
        dictionary for each. C(instances_exact): whether to stop its other instances."
      - "C(on_change) and C(on_failure): as O(on_change) and O(on_failure), for this job."
      - "C(template): path of a template for the complete text of the file, instead of C(content) or single stanzas. The
        module searches for it in C(templates) of the role, and next to the playbook."
    type: list
    elements: raw
  set:
    description:
      - Name of the list, from letters, digits, C(_), C(.) and C(-). Set it if several roles or plays deploy jobs to one
        host. They then do not prune each other's jobs. If two lists have a job with different options, each run writes
        its own file.
      - The default is V(default). With O(pending=true), the default is all lists in O(manifest_dir) in which a task of
        the same play has left something pending.
    type: str
  manifest_dir:
    description:
      - Directory on the host with one file for each list, which only its owner can read. The file records the names of
        the deployed jobs, pending restarts and reloads, and the old files of jobs that have not started successfully
        with their new files yet.
      - C(~) is the home directory, on the host, of the user that the task runs as. With C(become) this is
        C(become_user). Use the same path for all tasks with O(set).
    type: path
    default: /var/lib/sysinit.upstart
  prune:
    description:
      - Whether to stop and remove jobs that earlier runs deployed and that are no longer in O(jobs). With an empty
        list, these are all jobs of O(set).
      - Files that existed before and in which C(merge) changed stanzas are kept. So are jobs and overrides that are
        also in another list on the host.
      - If the list has the override of a job, but no longer its job file, the task fails and changes nothing.
    type: bool
    default: false
  on_change:
    description:
      - What to do with a job that was running while its file changed. An entry of O(jobs) can set it for its job.
      - V(restart) stops and starts the job, which then uses the new file. V(reload) sends the reload signal to its main
        process, but Upstart keeps using the old file. V(none) does nothing.
    type: str
    choices: [restart, reload, none]
    default: restart
  restart:
    description:
      - When to carry out the restarts and reloads of O(on_change).
      - V(handler) leaves them to a task with O(pending=true). V(now) carries them out in this task. V(none) never
        carries them out, whatever O(on_change) and the entries say, and also drops what an earlier run left pending for
        the jobs of the list.
    type: str
    choices: [handler, now, none]
    default: handler
  pending:
    description:
      - Whether to carry out the restarts and reloads that are pending in O(set). Use it for a handler. A job that has
        been restarted in the meantime is left alone. Excludes O(jobs).
    type: bool
    default: false
  on_failure:
    description:
      - What to do if a job fails to start with its changed file. The task fails in both cases. An entry of O(jobs) can
        set it for its job.
      - V(fail) keeps the new file and leaves the job as it is.
      - V(rollback) restores the old file and starts the job with it. A job that did not exist before is removed again
        in the run that added it. A process that hangs is ended. Other jobs keep their new files.
    type: str
    choices: [fail, rollback]
    default: fail
  stable_for:
    description:
      - How many seconds a job must stay up after a start, restart or reload. For pending restarts and reloads, the
        value of the task that left them counts.
    type: float
    default: 1.0
  boot_forecast:
    description:
      - In check mode, whether to predict how the task would change the next boot. If jobs would start at another time,
        or not at all, the result has RV(boot). The task warns about jobs that would no longer start.
      - The prediction reads all jobs of the host, and runs on the controller. It guesses the distribution of the host
        from its jobs. To give it more facts, such as network interfaces, use the filter
        P(sysinit.upstart.boot_forecast#filter). See R(the guide to the boot
        forecast,ansible_collections.sysinit.upstart.docsite.boot_forecast).
    type: bool
    default: true
  init_log:
    description:
      - Where to read the messages of init when a job fails, as in O(sysinit.upstart.upstart_service#module:init_log).
    type: path
    default: /dev/kmsg
  _texts:
    description:
      - "Internal: set by the action plugin, the rendered templates. Do not use."
    type: list
    elements: str
    default: []
  _play:
    description:
      - "Internal: set by the action plugin, which play this is. Do not use."
    type: str
  _foreseen:
    description:
      - "Internal: set by the action plugin in check mode. Do not use."
    type: str
seealso:
  - ref: ansible_collections.sysinit.upstart.docsite.role
    description: How the role handles changes, removals and failures.
  - module: sysinit.upstart.upstart_job
  - module: sysinit.upstart.upstart_service
"""

EXAMPLES = r"""
- name: Deploy the jobs of the shop, and remove those that are no longer in the list
  sysinit.upstart.upstart_deploy:
    set: shop
    prune: true
    on_failure: rollback
    jobs:
      - {name: shop, preset: service, exec: /usr/bin/shop --port 8080}
      - {name: report, preset: task, state: present, template: report.conf.j2}
  notify: Restart and reload the jobs of the shop

# This task belongs to the handlers of the play. You can also run it later, without notify in the first task.
- name: Restart and reload the jobs of the shop
  sysinit.upstart.upstart_deploy:
    set: shop
    pending: true

- name: Deploy a job, and restart it in the same task if its file has changed
  sysinit.upstart.upstart_deploy:
    restart: now
    jobs:
      - {name: clock, exec: /usr/bin/clock}

- name: Deploy hundreds of jobs, and show every 10 seconds that the task is still running
  sysinit.upstart.upstart_deploy:
    jobs:
      - {name: clock, exec: /usr/bin/clock}
  async: "{{ 0 if ansible_check_mode else 1800 }}"  # in check mode, later tasks need the result
  poll: 10
"""

RETURN = r"""
jobs:
  description:
    - The result for each job, in the order of O(jobs). Other jobs that the task has changed follow, for example pruned
      jobs, and jobs of O(set) with a pending restart or reload. The keys are the same in every mode.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the job.
      returned: always
      type: str
      sample: web
    changed:
      description: Whether the task has changed a file, the enabling or the state of the job.
      returned: always
      type: bool
      sample: true
    files:
      description:
        - The job file and the override, as far as the list has them. C(action) is C(created), C(changed), C(removed),
          C(kept) (not removed, because the job is running) or C(unchanged). C(backup_file) is the copy of the old file,
          or null. C(warnings) are as in RV(sysinit.upstart.upstart_job#module:jobs[].warnings).
        - After a rollback, the restored file is listed too.
      returned: always
      type: list
      elements: dict
      sample: [{"path": "/etc/init/web.conf", "action": "changed", "backup_file": null, "warnings": []}]
    enabled:
      description: Whether events start the job after the task. Null if unknown.
      returned: always
      type: bool
      sample: true
    enabled_before:
      description: Whether events started the job before the task started and stopped jobs.
      returned: always
      type: bool
      sample: true
    instances:
      description:
        - The instances that the task was about and that exist, existed before or were started. C(action) is C(started),
          C(stopped), C(restarted), C(reloaded) or null. C(before) and C(status) are goal and state before and after the
          task, in check mode the predicted ones. The other keys are as in
          RV(sysinit.upstart.upstart_service#module:instances).
        - Instances whose restart or reload stays pending are not in this list but in RV(jobs[].stale_instances).
      returned: always
      type: list
      elements: dict
      sample:
        - {"instance": "", "action": "started", "before": "stop/waiting", "status": "start/running", "stale": false,
           "processes": {"main": 4711}, "leftovers": [], "log_file": "/var/log/upstart/web.log"}
    stale_instances:
      description: Names of the instances that run with an older file until what is pending is done.
      returned: always
      type: list
      elements: str
      sample: []
    pending:
      description:
        - The restart or reload that is pending. C(action) is C(restart) or C(reload), C(since) the time in UTC at which
          it became due, and C(reason) a clause. Null if nothing is pending.
      returned: always
      type: dict
      sample: null
    failed:
      description: Whether the job failed.
      returned: always
      type: bool
      sample: false
    msg:
      description: Why the job failed, or null.
      returned: always
      type: str
      sample: null
    rollback:
      description: How the rollback of the job ended, a sentence, or null.
      returned: always
      type: str
      sample: null
pending:
  description:
    - The restarts and reloads that are pending after the task, in its list and, if the same play left them, in other
      lists. Each has C(name), C(action), C(since) and C(reason) as in RV(jobs[].pending), and C(set).
  returned: always
  type: list
  elements: dict
  sample: []
boot:
  description:
    - How the task would change the next boot. The keys are those of C(difference) in the result of
      P(sysinit.upstart.boot_forecast#filter), such as C(no_longer), C(newly), C(later), C(unsure) and C(summary), and
      C(profile).
    - The comparison includes what earlier tasks of the play would change.
  returned: in check mode, if the task would change when jobs start and O(boot_forecast) is true
  type: dict
  sample: {"profile": "ubuntu_14_04", "no_longer": {"web": "started dbb never comes: there is no job dbb"}}
summary:
  description: How many jobs were written, started and so on. Also the message of a task that succeeds.
  returned: always
  type: str
  sample: 12 written, 3 restarted, 2 pending, 483 unchanged
taken_down:
  description:
    - Services that the task stopped as a side effect, or that something else stopped in the meantime, and that are not
      running after it. See RV(sysinit.upstart.upstart_service#module:taken_down).
  returned: always
  type: list
  elements: dict
  sample: []
file:
  description: The file that the daemon would reject, or that the module cannot write or remove.
  returned: when a file is the cause of a failure
  type: str
  sample: /etc/init/web.conf
line:
  description: Line of the file with the error.
  returned: when the daemon would reject a text
  type: int
  sample: 3
name:
  description: Name of the job that the failure is about.
  returned: when the failure is about one job
  type: str
  sample: web
code:
  description: Code of the finding because of which the module refuses the file. It is a heading of
    R(the page about findings,ansible_collections.sysinit.upstart.docsite.warnings).
  returned: when the module refuses a file
  type: str
  sample: kill-timeout-zero
text:
  description: The message of the daemon without the place and the remedy.
  returned: when the daemon would reject a text, or rejects a call
  type: str
  sample: Unknown stanza
hint:
  description: The remedy alone, which RV(ignore:msg) contains too. Null if there is none.
  returned: when an option or a file has a wrong value
  type: str
  sample: check the spelling of the stanza and of its second word; both are lower case and not quoted
option:
  description: The option with the wrong value.
  returned: when an option is the cause
  type: str
  sample: exec
entry:
  description: The part of a list of variables that is wrong.
  returned: when a variable is the cause
  type: str
  sample: PORT 80
unchangeable:
  description: Names of the values of the file that cannot be changed without a change of other values.
  returned: when a file cannot be changed as the task asks
  type: list
  elements: str
  sample: [exec]
done:
  description: Files that the task changed before the failure. The changes stay.
  returned: when a file cannot be written or removed
  type: list
  elements: str
  sample: [/etc/init/db.conf]
command:
  description: The command of C(validate) that failed.
  returned: when the command of C(validate) fails
  type: str
  sample: /usr/local/bin/check-job /etc/init/web.conf
rc:
  description: Exit status of RV(command).
  returned: when the command of C(validate) fails
  type: int
  sample: 1
stdout:
  description: Standard output of RV(command).
  returned: when the command of C(validate) fails
  type: str
  sample: ""
stderr:
  description: Standard error of RV(command).
  returned: when the command of C(validate) fails
  type: str
  sample: no description
error:
  description: D-Bus name of the error.
  returned: when Upstart or the message bus rejects a call
  type: str
  sample: com.ubuntu.Upstart0_6.Error.PermissionDenied
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

import functools

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import _daemon_module, _module
from ..module_utils._deploy import entries, run
from ..module_utils._file_attributes import FileAttributes

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict  # noqa: F401


def act(module):
    # type: (AnsibleModule) -> Dict[str, Any]
    return run.run(module, functools.partial(_daemon_module.connect, module.params), FileAttributes(module))


def main():
    # type: () -> None
    spec = dict(
        _daemon_module.daemon_options(),
        jobs=dict(type="list", elements="raw"),
        set=dict(type="str"),
        manifest_dir=dict(type="path", default="/var/lib/sysinit.upstart"),
        prune=dict(type="bool", default=False),
        on_change=dict(type="str", choices=entries.ON_CHANGE, default="restart"),
        restart=dict(type="str", choices=["handler", "now", "none"], default="handler"),
        pending=dict(type="bool", default=False),
        on_failure=dict(type="str", choices=entries.ON_FAILURE, default="fail"),
        stable_for=dict(type="float", default=1.0),
        boot_forecast=dict(type="bool", default=True),
        init_log=dict(type="path", default="/dev/kmsg"),
        _texts=dict(type="list", elements="str", default=[]),
        _play=dict(type="str"),
        _foreseen=dict(type="str", no_log=True),
    )  # type: Dict[str, Dict[str, Any]]
    _module.refuse_wrong_options(spec)
    module = AnsibleModule(
        argument_spec=spec,
        required_if=[("pending", False, ["jobs"])],
        mutually_exclusive=[("jobs", "pending")],
        supports_check_mode=True,
    )
    _daemon_module.run(module, act)


if __name__ == "__main__":
    main()
