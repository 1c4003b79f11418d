#!/usr/bin/python
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: upstart_init
short_description: Manage settings and the runlevel of the Upstart init daemon
version_added: 1.0.0
description:
  - Sets the log priority and the runlevel of the daemon and the environment of its jobs, and reloads its configuration.
  - Can make the M(ansible.builtin.service) tasks of a host use M(sysinit.upstart.upstart_service).
  - Checks everything before it changes anything. Without options it only returns the settings.
author: []
extends_documentation_fragment:
  - sysinit.upstart.daemon
  - sysinit.upstart.attributes
  - sysinit.upstart.attributes.actiongroup_upstart
attributes:
  check_mode:
    support: full
    details:
      - The jobs that O(reload_configuration) would add and remove are predicted from the files in O(conf_dir).
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  log_priority:
    description:
      - Lowest priority of messages that the daemon logs. V(info) also logs each event and each change of a job's state.
        The daemon's default is V(message). The setting is lost at the next boot.
    type: str
    choices: [debug, info, message, warn, error, fatal]
  job_env:
    description:
      - Variables to set in the environment of every job. A variable with the value null is removed. Other variables
        stay.
      - Only the init of a user's session allows changes, from Upstart 1.7 on, and it also changes the environment of
        running jobs. The init of a host (PID 1) does not allow changes, so the task fails unless all variables already
        have these values.
      - When you remove a variable, Upstart also removes variables whose names are a prefix of its name, such as C(HTTP)
        with C(HTTP_PROXY). The module restores them, but running jobs may lose their own variables with these names.
      - A dictionary, a list of C(KEY=VALUE), a string of such words quoted as in a shell, or JSON of a dictionary or a
        list.
    type: raw
  reload_configuration:
    description:
      - Whether to make the daemon read all job files again, and wait until it is done. You only need it for changes
        that the daemon does not notice, for example to links.
      - The task reports a change if the daemon knows more or fewer jobs afterwards. As with C(daemon_reload) of
        M(ansible.builtin.systemd_service), reading the same jobs again is not a change.
    type: bool
    default: false
  runlevel:
    description:
      - Runlevel to change to with C(telinit), V(1) to V(5) or V(S). The task waits until the host has reached it.
      - V(0) and V(6) are errors. Use M(ansible.builtin.reboot) to reboot, and shut down by hand.
      - From Upstart 1.7 on, the task also waits until the services that this starts are running, its tasks have ended,
        and the jobs that it stops have stopped. It does not wait if a condition holds the event; see RV(held_by).
      - On hosts whose scripts continue from V(1) to V(S), V(S) after V(1) also counts as V(1).
      - V(1) and V(S) often stop the SSH server.
    type: str
  handle_service_module:
    description:
      - Whether M(ansible.builtin.service) tasks of this host use M(sysinit.upstart.upstart_service). Use it for roles
        that were not written for this collection. See R(how to move from template and
        service,ansible_collections.sysinit.upstart.docsite.moving_from_template_service).
      - V(true) sets the fact C(ansible_facts.service_mgr), by which M(ansible.builtin.service) chooses a module, to
        V(sysinit.upstart.upstart_service).
      - V(false) sets it back to V(upstart), which is the value that Ansible detects.
      - The fact stays until the play gathers facts again, so gather facts before this task. Defaults of
        M(sysinit.upstart.upstart_service) in C(module_defaults) apply to these tasks.
      - Fails if no Upstart daemon answers.
    type: bool
  _foreseen:
    description:
      - "Internal: set by the action plugin in check mode. Do not use."
    type: str
    version_added: 2.0.0
seealso:
  - module: sysinit.upstart.upstart_service
  - module: sysinit.upstart.upstart_job
  - module: ansible.builtin.service
"""

EXAMPLES = r"""
- name: Make the service tasks of all later roles use upstart_service
  sysinit.upstart.upstart_init:
    handle_service_module: true
  when: ansible_facts.service_mgr == 'upstart'

- name: Log each event and each state of a job, to find out why a job does not start
  sysinit.upstart.upstart_init:
    log_priority: info

- name: Make the daemon notice job files that are links
  sysinit.upstart.upstart_init:
    reload_configuration: true

- name: Change to runlevel 3
  sysinit.upstart.upstart_init:
    runlevel: 3
    timeout: 300

- name: Set a variable for all jobs of a user's session and remove another
  sysinit.upstart.upstart_init:
    scope: session
    job_env:
      LANG: en_GB.UTF-8
      LC_ALL: null
  become: true
  become_user: alice
"""

RETURN = r"""
version:
  description: Version of the daemon.
  returned: success
  type: str
  sample: 1.13.2
log_priority:
  description: Its log priority.
  returned: success
  type: str
  sample: message
job_env:
  description: The environment of every job. Null before Upstart 1.7, and for users who must not read it.
  returned: success
  type: dict
  sample:
    PATH: /usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin
    TERM: linux
runlevel:
  description: The runlevel that the program C(runlevel) reports, or null if it reports none.
  returned: success
  type: str
  sample: "2"
previous_runlevel:
  description: The previous runlevel, V(N) if there was none since the boot, or null if unknown.
  returned: success
  type: str
  sample: "N"
held_by:
  description:
    - Conditions that the change of the runlevel only meets in part. They hold its event, so the task did not wait until
      everything that the event causes was complete.
    - Null if the runlevel changed and Upstart is older than 1.7, which does not report when the change is complete. The
      task then only waited for the runlevel.
  returned: with O(runlevel)
  type: list
  elements: str
  sample: ["job web: start on (runlevel [2345] and db-up): runlevel [2345] has happened, db-up has not"]
jobs_added:
  description: Jobs that the daemon knows after the reload and did not know before.
  returned: with O(reload_configuration)
  type: list
  elements: str
  sample: [web]
jobs_removed:
  description: Jobs that the daemon no longer knows after the reload.
  returned: with O(reload_configuration)
  type: list
  elements: str
  sample: []
ansible_facts:
  description: The fact that selects the module for M(ansible.builtin.service).
  returned: with O(handle_service_module)
  type: dict
  sample:
    ansible_service_mgr: sysinit.upstart.upstart_service
names:
  description: The variables that Upstart did not change.
  returned: when a change of O(job_env) fails
  type: list
  elements: str
  sample: [LANG]
program:
  description: The program that does not run.
  returned: when C(telinit) or C(runlevel) does not run
  type: str
  sample: telinit
rc:
  description: Exit status of C(telinit).
  returned: when C(telinit) fails
  type: int
  sample: 1
jobs:
  description: The jobs that keep the change of the runlevel from being complete.
  returned: when the change is not complete in time
  type: list
  elements: str
  sample: [web]
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
from ..module_utils._init import run

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
        log_priority=dict(type="str", choices=["debug", "info", "message", "warn", "error", "fatal"]),
        job_env=dict(type="raw"),
        reload_configuration=dict(type="bool", default=False),
        runlevel=dict(type="str"),
        handle_service_module=dict(type="bool"),
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
