#!/usr/bin/python
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: upstart_event
short_description: Emit events of the Upstart init daemon
version_added: 0.1.0
description:
  - Emits an event, waits until everything that it causes is complete, and reports which jobs started, stopped and
    failed.
  - Fails if the event fails because of a job. The result has the job, how it ended, and the last lines of its log. For
    Upstart, an event fails if a service that it starts fails before it is running, if a task that it starts fails, or
    if a job that it stops fails before it has stopped.
  - Fails if the event is not complete in time. The result has the jobs that hold it, and what each of them waits for.
  - A job that fails later, or that a further event starts, does not make the task fail. The task warns about it, and
    RV(jobs[].failed) is true.
  - In check mode, the module emits nothing. It simulates Upstart and predicts the effects.
author: []
extends_documentation_fragment:
  - sysinit.upstart.daemon
  - sysinit.upstart.attributes
  - sysinit.upstart.attributes.actiongroup_upstart
attributes:
  check_mode:
    support: full
    details:
      - The result has the keys of a real run, with predicted values of RV(jobs), RV(held_by) and
        RV(settled). RV(sure), RV(reasons) and RV(assumed) say how reliable the prediction is.
      - The prediction covers the next O(timeout) seconds. A real run ends shortly after the event is complete; see
        O(wait) and O(stable_for). Jobs that change later are therefore only in the prediction. O(stable_for) does not
        extend it.
      - The prediction stops after O(timeout) seconds of CPU time, or three times that in real time. RV(sure) is then
        V(false), RV(reasons) says so, and RV(fails) and RV(settled) are null if they were still unknown.
      - With O(wait=false) it also predicts the effects of the event, although a real run does not report them.
        RV(fails) is V(false) then.
      - The prediction starts from the state that the daemon reports, including events that have met a part of a
        condition. Upstart before 1.6.1 does not report these, and the module reads the job files instead.
      - The module also reads the job files instead if a file has text that is not UTF-8, or if a loaded job has no
        readable file in O(conf_dir), because a query might crash Upstart. RV(sure) is then false. The same applies to
        the search for jobs that hold an event. The module cannot detect a running job with such text once its file has
        been fixed and no copy of the old file exists. Restart such a job first.
      - The module assumes that main processes of services keep running and that all others succeed, unless the job's
        file or the programs of the host show otherwise, for example if a program does not exist.
      - The prediction does not simulate what scripts ask init to do. RV(sure) is false if a process with an uncertain
        end would run and emits an event that a loaded job waits for, or starts, stops or restarts a loaded job,
        including its own. The same applies to an event in C(emits) that no process of the job appears to emit.
  diff_mode:
    support: none
  idempotent:
    support: none
    details:
      - Every run emits the event again.
options:
  name:
    description:
      - Name of the event, as it stands in C(start on) and C(stop on) of job files.
    type: str
    required: true
  env:
    description:
      - Variables of the event. The jobs that it starts get them. Conditions can match them by position, so their order
        matters. A dictionary keeps the order in which you write it.
      - A list of C(KEY=VALUE), a dictionary, a string of such words quoted as in a shell, or JSON of a list or a
        dictionary.
      - With Upstart before 1.1, names may only have letters, digits and underscores, and must not start with a digit.
    type: raw
  wait:
    description:
      - Whether to wait until the services that the event starts are running, its tasks have ended, and the jobs that it
        stops have stopped, for at most O(timeout) seconds. The module then follows further affected jobs for up to two
        seconds, until no job has changed for 0.05 seconds. If a job is still changing after that, RV(settled) is
        V(false) and the task warns.
      - With V(false), the task ends when the daemon has accepted the event, and does not report its effects.
    type: bool
    default: true
  stable_for:
    description:
      - How many seconds to watch the services that the event started or restarted, directly or indirectly.
        This time is added to O(timeout). It ends early if all of these services have stopped. The module then follows
        the effects of these stops for up to two more seconds.
      - If a service fails or is respawned in this time, the task reports it and warns, but does not fail.
      - The module does not wait if the event starts no service, if it fails, or with O(wait=false).
    type: float
    default: 1
    version_added: 1.0.0
  _foreseen:
    description:
      - "Internal: set by the action plugin in check mode. Do not use."
    type: str
    version_added: 2.0.0
seealso:
  - ref: ansible_collections.sysinit.upstart.docsite.events
    description: How events start and stop jobs, and how to predict it.
  - module: sysinit.upstart.upstart_service
"""

EXAMPLES = r"""
- name: Emit the event that ends the deployment
  sysinit.upstart.upstart_event:
    name: deploy-done
    env:
      VERSION: "7"

# ansible all -m sysinit.upstart.upstart_event -a 'name=deploy-done env=VERSION=7'

- name: Predict what a network change would start and stop, and which jobs would hold the event
  sysinit.upstart.upstart_event:
    name: net-device-up
    env: [IFACE=eth1, LOGICAL=eth1]
  check_mode: true
  register: outlook

- name: Start the jobs of the shop, and fail if any of them fails within ten seconds
  sysinit.upstart.upstart_event:
    name: shop-open
    stable_for: 10
  register: shop
  failed_when: shop is failed or shop.jobs | selectattr('failed') | length > 0

- name: Start a long chain of jobs without waiting for its completion
  sysinit.upstart.upstart_event:
    name: cluster-up
    wait: false

- name: Emit an event in the desktop session of alice
  sysinit.upstart.upstart_event:
    scope: session
    name: notes-changed
  become: true
  become_user: alice
"""

RETURN = r"""
name:
  description: Name of the event.
  returned: always
  type: str
  sample: deploy-done
env:
  description: The event's variables in the order in which they were sent.
  returned: always
  type: list
  elements: str
  sample: [VERSION=7]
jobs:
  description:
    - The instances that started, stopped, restarted, respawned or failed because of the event, in the order in which
      the daemon handled them. In check mode, the predicted ones.
    - The module finds jobs whose conditions name the event, then jobs whose conditions name an event of those jobs, and
      so on. This includes events in C(emits), and what scripts in job files do with C(initctl), C(start), C(stop),
      C(restart), C(service) and C(telinit). In check mode these are in RV(reasons) instead.
    - A name with a variable in a script matches any job, so after C(start $JOB) all instances that changed in this time
      are included. The module cannot see what programs do in other ways. It leaves out the effects of other events,
      including instances that another event of the same name started.
    - If the module cannot query conditions, the list has all instances that changed in this time, and the task warns.
      This is the case before Upstart 0.6.7, and if a job file has text that is not UTF-8, because a query would crash
      Upstart.
    - Upstart before 0.6.7 only reports which instances appear and disappear. Restarted and respawned instances are
      missing, RV(jobs[].restarted), RV(jobs[].respawned) and RV(jobs[].failed) are null, and the task warns. If the
      event failed or was not complete in time, RV(jobs[].started) is also null for an instance that appeared and
      disappeared.
  returned: always
  type: list
  elements: dict
  sample:
    - name: migrate
      instance: ""
      started: true
      stopped: true
      restarted: false
      respawned: false
      failed: false
      status: stop/waiting
      how: started, stopped
  contains:
    name:
      description: Name of the job.
      returned: always
      type: str
      sample: migrate
    instance:
      description: Name of the instance, empty for a job that has only one.
      returned: always
      type: str
      sample: ""
    started:
      description: Whether it started.
      returned: always
      type: bool
      sample: true
    stopped:
      description:
        - Whether it stopped. Both are true for a task that started and ended, and for a job that stopped and was
          started again as a consequence. RV(jobs[].status) is its final state.
      returned: always
      type: bool
      sample: true
    restarted:
      description: Whether it stopped and started again because the event both stops and starts it.
      returned: always
      type: bool
      sample: false
      version_added: 1.0.0
    respawned:
      description: Whether its main process exited and Upstart started it again.
      returned: always
      type: bool
      sample: false
      version_added: 1.0.0
    failed:
      description: Whether it failed. If it failed later or because of a further event, the task warns and does not
        fail.
      returned: always
      type: bool
      sample: false
    status:
      description: Its final goal and state.
      returned: always
      type: str
      sample: stop/waiting
      version_added: 1.0.0
    how:
      description: Short summary of what happened to it.
      returned: always
      type: str
      sample: "failed: its main process exited with status 6"
      version_added: 1.0.0
    process:
      description: The process that failed, or C(respawn) if the job was respawned too often.
      returned: when it failed and Upstart reports the process
      type: str
      sample: main
    exit_status:
      description: Exit status of that process.
      returned: when the process exited
      type: int
      sample: 6
    exit_signal:
      description: Signal that ended that process.
      returned: when a signal ended the process
      type: str
      sample: KILL
    failed_status:
      description: Upstart's raw number for the failure, -1 if the process could not be executed.
      returned: when it failed
      type: int
      sample: 6
    log_file:
      description: File with the job's output.
      returned: when it failed, except in check mode and before Upstart 1.4, which keeps no logs
      type: str
      sample: /var/log/upstart/migrate.log
    log_lines:
      description: The last lines that the job wrote to this file since the event was emitted.
      returned: when it failed, except in check mode and before Upstart 1.4, which keeps no logs
      type: list
      elements: str
      sample: [no disk left]
      version_added: 1.0.0
summary:
  description:
    - RV(jobs) as lines for people in the form of C(initctl list), with RV(jobs[].how) behind the status. For a job that
      failed or was respawned, it follows two hyphens.
    - The last lines name the jobs in RV(held_by).
  returned: always
  type: list
  elements: str
  sample:
    - migrate stop/waiting (started, stopped)
    - "web stop/waiting -- failed: its main process exited with status 6"
  version_added: 2.0.0
held_by:
  description:
    - The jobs that hold an event that was not complete within O(timeout), and what each of them waits for. Empty if the
      event was complete, and with O(wait=false). In check mode, the jobs that would hold it, for any value of O(wait).
  returned: always
  type: list
  elements: str
  sample:
    - "job web: start on (a and b): a has happened, b has not"
    - "job db is in start/pre-start (process pre-start, pid 4711)"
settled:
  description:
    - Whether all RV(jobs) have settled, which means that services are running and tasks have ended. In check mode,
      whether they would settle within O(timeout) seconds.
    - Null with O(wait=false), and in check mode if the prediction stopped before this was known.
  returned: always
  type: bool
  sample: true
  version_added: 1.0.0
fails:
  description:
    - Whether the task would fail, because the event would fail or would not be complete within O(timeout) seconds.
      Always V(false) with O(wait=false). Null if the prediction stopped before this was known.
    - Null in a real run.
  returned: always
  type: bool
  sample: false
  version_added: 1.0.0
sure:
  description: Whether the prediction is certain except for RV(assumed). Null in a real run.
  returned: always
  type: bool
  sample: true
  version_added: 1.0.0
reasons:
  description: Why the prediction is not certain. Null in a real run.
  returned: always
  type: list
  elements: str
  sample:
    - what happens to web depends on which process is faster
    - "the effects of this are not predicted: the pre-start process of job network-interface emits net-device-up"
  version_added: 1.0.0
assumed:
  description: Assumptions about processes whose behavior is unknown. Null in a real run.
  returned: always
  type: list
  elements: str
  sample: ["job migrate: its main process ends successfully"]
  version_added: 1.0.0
notes:
  description:
    - Actions of Upstart that failed without making the event fail. In check mode, actions that would fail.
    - Lists jobs that did not start because their instance name needs a variable that the event does not set.
    - A real run also prints a warning, but only for jobs that need no other event.
    - Says so if no job waits for the event. If the name is similar to that of an event that a job waits for, the note
      suggests that event, and a real run also prints a warning. With O(wait=false), a real run does not check this.
    - Names the conditions of jobs that wait for the event with other variables, if no condition matches it.
    - Null when the task fails.
  returned: always
  type: list
  elements: str
  sample: ["job getty gets no instance: Unknown parameter: TTY"]
  version_added: 1.0.0
outlook:
  description: The names of the jobs in the prediction. Null in a real run.
  returned: always
  type: dict
  contains:
    would_start:
      description: Names of jobs that would start.
      returned: always
      type: list
      elements: str
      sample: [migrate]
    would_stop:
      description: Names of jobs that would stop, including tasks that would end.
      returned: always
      type: list
      elements: str
      sample: []
    would_wait:
      description: The same as RV(held_by).
      returned: always
      type: list
      elements: str
      sample: ["job web: start on (a and b): a has happened, b has not"]
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
from ..module_utils._emission import run

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict  # noqa: F401


def act(module):
    # type: (AnsibleModule) -> Dict[str, Any]
    emission = run.emission_of(module)
    return run.run(module, _daemon_module.connect(module.params), emission)


def main():
    # type: () -> None
    spec = dict(
        _daemon_module.daemon_options(),
        name=dict(type="str", required=True),
        env=dict(type="raw"),
        wait=dict(type="bool", default=True),
        stable_for=dict(type="float", default=1.0),
        _foreseen=dict(type="str", no_log=True),
    )  # type: Dict[str, Dict[str, Any]]
    _module.refuse_wrong_options(spec)
    module = AnsibleModule(
        argument_spec=spec,
        supports_check_mode=True,
    )
    _daemon_module.run(module, act)


if __name__ == "__main__":
    main()
