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
  - Sets the daemon's log priority, job environment and runlevel, reloads its configuration, and sends a host's
    M(ansible.builtin.service) tasks to M(sysinit.upstart.upstart_service).
  - Checks everything before it changes anything. Without options it only returns the settings.
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
      - The jobs that O(reload_configuration) would add and remove are predicted from the files in O(conf_dir).
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  log_priority:
    description:
      - Lowest priority of messages that the daemon logs. The daemon's default is V(message).
      - The setting is lost at the next boot.
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
      - Make the daemon read all job files again, and wait until it is done. You only need it for changes that the
        daemon does not notice, for example to links.
      - The task reports a change if the daemon knows more or fewer jobs afterwards. As with C(daemon_reload) of
        M(ansible.builtin.systemd_service), reading the same jobs again is not a change.
    type: bool
    default: false
  runlevel:
    description:
      - Runlevel to change to with C(telinit), V(1) to V(5) or V(S).
      - V(0) and V(6) are errors. Use M(ansible.builtin.reboot) to reboot, and shut down by hand.
      - From Upstart 1.7 on, the task also waits until the services that this starts are running, its tasks have ended,
        and the jobs that it stops have stopped. It does not wait if a condition holds the event; see RV(held_by).
      - On hosts whose scripts continue from V(1) to V(S), V(S) after V(1) also counts as V(1).
      - V(1) and V(S) often stop the SSH server.
    type: str
  handle_service_module:
    description:
      - V(true) sets the fact C(ansible_facts.service_mgr) to V(sysinit.upstart.upstart_service).
        M(ansible.builtin.service) uses this fact to choose a module. Roles that were not written for this collection
        then use it.
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
- name: Send the service tasks of all later roles to upstart_service
  sysinit.upstart.upstart_init:
    handle_service_module: true
  when: ansible_facts.service_mgr == 'upstart'

- name: Make the daemon log more
  sysinit.upstart.upstart_init:
    log_priority: info

- name: Load job files that are links
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
