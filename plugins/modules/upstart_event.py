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
  - Emits an event over the daemon's D-Bus socket, waits until all that it causes is over, and says what that was.
  - An event that fails because of a job fails the task, with the job, how it ended and the end of its log. For Upstart
    an event fails when a job that it starts itself fails before it is up (a task, before it has ended), and when one
    that it stops fails before it is gone.
  - A job that fails later, or further on because of such a job, does not fail the task. The task warns of it, and
    RV(jobs[].failed) tells it.
  - An event that is not over in time fails the task, with who holds it and what each of them still waits for.
  - In check mode it plays Upstart's event model through and predicts all that, without emitting anything.
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
      - Emits nothing. The result has the shape of a run, RV(jobs), RV(held_by) and RV(settled) as predicted, and says
        in RV(sure), RV(reasons) and RV(assumed) how far that can be relied on.
      - It looks O(timeout) seconds ahead. A run tells what happens until shortly after the event is over, see O(wait)
        and O(stable_for), so that jobs which move later are in the prediction only. O(stable_for) adds nothing to it.
      - The prediction stops after O(timeout) seconds of CPU time, or three times that in real time. RV(sure) is then
        V(false), RV(reasons) says so, and RV(fails) and RV(settled) are null if they were not known yet.
      - With O(wait=false) it tells what the event would do all the same, where a run tells nothing. RV(fails) is
        V(false) then.
      - The prediction begins with what the daemon tells of itself, events that have met a part of a condition
        included. Upstart before 1.6.1 does not tell these, and the job files are read instead.
      - The job files are also read instead where a file holds text that is not UTF-8, or a loaded job has no file in
        O(conf_dir) that could be looked at, because Upstart might crash if it were asked. RV(sure) is false then. The
        same holds for who holds an event that is not over in time. Upstart is asked where a job runs by such text
        although its file was put right and no copy of the old one is left. Restart such a job first.
      - It takes main processes of services to keep running and all others to end well, unless the job's file and the
        host's programs tell otherwise, as for a program that is not there.
      - What scripts have init do is not played through. RV(sure) is false where a process that would be run, and whose
        end is not certain, emits an event that a loaded job waits for, or starts, stops or restarts a loaded job, its
        own among them. The same holds for an event of C(emits) that no process of that job is seen to emit.
  diff_mode:
    support: none
  idempotent:
    support: none
    details:
      - An event happens every time it is emitted.
options:
  name:
    description:
      - Name of the event.
    type: str
    required: true
  env:
    description:
      - Variables of the event. Conditions match the first ones by their position, so their order counts; that of a
        mapping is the one in which it is written.
      - A list of C(KEY=VALUE), a mapping, one string of such words quoted as in a shell, or JSON of a list or mapping.
      - Upstart before 1.1 takes only names of letters, digits and underscores that begin with no digit.
    type: raw
  wait:
    description:
      - Whether to wait until the jobs that the event starts are running (tasks, have ended) and those that it stops
        are gone, for at most O(timeout) seconds. Jobs that these set in motion in turn are followed for up to two
        seconds more, until all rest and 0.05 seconds have passed without another. RV(settled) is V(false) and the task
        warns when something still moves then.
      - Without, the task is over when the daemon has taken the event, and nothing is known of its effects.
    type: bool
    default: true
  stable_for:
    description:
      - Seconds for which services are watched that the event started or restarted, those further on included. They come
        on top of O(timeout), and are over early when all of these services have ended. What their ends lead to is
        followed for up to two seconds more.
      - One that fails or is respawned meanwhile is told and warned of, and does not fail the task.
      - An event that starts no service, one that fails and O(wait=false) take none of that time.
    type: float
    default: 1
    version_added: 1.0.0
  _foreseen:
    description:
      - "Internal: set by the action plugin in check mode. Do not use."
    type: str
    version_added: 1.1.0
seealso:
  - module: sysinit.upstart.upstart_service
"""

EXAMPLES = r"""
- name: Tell all jobs that the deployment is over
  sysinit.upstart.upstart_event:
    name: deploy-done
    env:
      VERSION: "7"

# ansible all -m sysinit.upstart.upstart_event -a 'name=deploy-done env=VERSION=7'

- name: See what a change of the network would start and stop, and who would hold the event
  sysinit.upstart.upstart_event:
    name: net-device-up
    env: [IFACE=eth1, LOGICAL=eth1]
  check_mode: true
  register: outlook

- name: Start what belongs to the shop, and fail when some of it fails within ten seconds, however far on
  sysinit.upstart.upstart_event:
    name: shop-open
    stable_for: 10
  register: shop
  failed_when: shop is failed or shop.jobs | selectattr('failed') | length > 0

- name: Start a long chain of jobs without waiting for its end
  sysinit.upstart.upstart_event:
    name: cluster-up
    wait: false
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
    - The instances that started, stopped, were restarted or respawned, or failed because of the event, in the order in
      which the daemon turned to them. In check mode, those that would.
    - These are the ones whose conditions name the event, or an event of one of them, and so on. Events of C(emits), and
      what scripts in job files do by C(initctl), C(start), C(stop), C(restart), C(service) and C(telinit) count as the
      job's own. In check mode they are in RV(reasons) instead.
    - A name in such a script that contains a variable may be any that fits, so that after C(start $JOB) all that moved
      meanwhile counts. What programs that jobs run do in other ways is not seen, and what other events did meanwhile is
      left out, instances that another event of the same name started among it.
    - All that moved meanwhile is there where conditions cannot be asked for, which is before Upstart 0.6.7 and where a
      job file holds text that is not UTF-8, as Upstart would crash. The task warns of that.
    - Upstart before 0.6.7 tells only which instances come and go. Those that were restarted or respawned are missing
      there, RV(jobs[].restarted), RV(jobs[].respawned) and RV(jobs[].failed) are null, and the task warns of that.
      So is RV(jobs[].started) of one that came and went when the event failed or was not over in time.
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
      description: Whether it came up.
      returned: always
      type: bool
      sample: true
    stopped:
      description:
        - Whether it went down. A task that came up and ended has both, and so has a job that went down and was started
          again by what came of that; RV(jobs[].status) is how it is in the end.
      returned: always
      type: bool
      sample: true
    restarted:
      description: Whether it went down and up again, because the event both stops and starts it.
      returned: always
      type: bool
      sample: false
      version_added: 1.0.0
    respawned:
      description: Whether its main process ended and Upstart started it again.
      returned: always
      type: bool
      sample: false
      version_added: 1.0.0
    failed:
      description: Whether it failed. When that was later or further on, the task warns of it and does not fail.
      returned: always
      type: bool
      sample: false
    status:
      description: Its goal and state in the end.
      returned: always
      type: str
      sample: stop/waiting
      version_added: 1.0.0
    how:
      description: What became of it, in a few words.
      returned: always
      type: str
      sample: "failed: its main process exited with status 6"
      version_added: 1.0.0
    process:
      description: The process that failed, or C(respawn) for one that ended too often.
      returned: when it failed and Upstart tells
      type: str
      sample: main
    exit_status:
      description: With which status that process ended.
      returned: when it failed by one
      type: int
      sample: 6
    exit_signal:
      description: By which signal that process ended.
      returned: when it failed by one
      type: str
      sample: KILL
    failed_status:
      description: Upstart's own number for the failure, -1 for a process that could not be run.
      returned: when it failed
      type: int
      sample: 6
    log_file:
      description: Where the job's output is.
      returned: when it failed, except in check mode and before Upstart 1.4, which keeps no logs
      type: str
      sample: /var/log/upstart/migrate.log
    log_lines:
      description: The last lines that the job wrote there since the event was sent.
      returned: when it failed, except in check mode and before Upstart 1.4, which keeps no logs
      type: list
      elements: str
      sample: [no disk left]
      version_added: 1.0.0
held_by:
  description:
    - Who holds an event that was not over within O(timeout), and what each of them still waits for. Empty for one that
      was over, and with O(wait=false). In check mode, who would hold it, whatever O(wait) is.
  returned: always
  type: list
  elements: str
  sample:
    - "job web: start on (a and b): a has happened, b has not"
    - "job db is in start/pre-start (process pre-start, pid 4711)"
settled:
  description:
    - Whether all that RV(jobs) tells of has come to rest, which is running for a service and gone for a task. In check
      mode, whether it would within O(timeout) seconds.
    - Null with O(wait=false), and in check mode if the prediction stopped before this was known.
  returned: always
  type: bool
  sample: true
  version_added: 1.0.0
fails:
  description:
    - Whether the task would fail, as the event would fail or would not be over within O(timeout) seconds. Always
      V(false) with O(wait=false). Null if the prediction stopped before this was known.
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
    - What Upstart fails to do without making the event fail. In check mode, what it would fail to do.
    - Lists jobs that did not start because their instance name needs a variable that the event does not set.
    - A real run also prints a warning, but only for jobs that need no other event.
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
      description: Names of jobs that would stop, tasks that would end among them.
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
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import _module
from ..module_utils._emission import run


def act(module):
    emission = run.emission_of(module)
    return run.run(module, _module.connect(module.params), emission)


def main():
    _module.refuse_unusable_text()
    module = AnsibleModule(
        argument_spec=dict(
            _module.daemon_options(),
            name=dict(type="str", required=True),
            env=dict(type="raw"),
            wait=dict(type="bool", default=True),
            stable_for=dict(type="float", default=1.0),
            _foreseen=dict(type="str", no_log=True),
        ),
        supports_check_mode=True,
    )
    _module.run(module, act)


if __name__ == "__main__":
    main()
