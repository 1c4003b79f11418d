#!/usr/bin/python
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: upstart_init
short_description: Settings of the Upstart init daemon itself
version_added: 1.0.0
description:
  - Sets the daemon's log priority, its job environment and the runlevel, has it read its configuration again, and sends
    a host's M(ansible.builtin.service) tasks to M(sysinit.upstart.upstart_service).
  - All is checked before anything is done. Without any option it only returns the settings.
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
      - What O(reload_configuration) would add and remove is worked out from the files in O(conf_dir).
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  log_priority:
    description:
      - The least priority that a message of the daemon needs to be logged. Its own default is V(message).
      - The daemon forgets it at the next boot.
    type: str
    choices: [debug, info, message, warn, error, fatal]
  job_env:
    description:
      - Variables to have in the environment that every job starts with. One that is null is taken out; those that are
        not named stay.
      - Only the init of a user's session lets it be changed, from Upstart 1.7 on, and changes that of running jobs with
        it. The init of a host (PID 1) does not. There the task fails, unless all variables are as wanted already.
      - Taking out a variable makes Upstart drop those, too, whose names it begins with (C(HTTP) with C(HTTP_PROXY)).
        The module puts them back, but running jobs may be left without their own variables of such names.
    type: dict
  reload_configuration:
    description:
      - Have the daemon read all job files again, which is over when the task is. It needs that only where it does not
        notice changes by itself, such as of links.
      - Counts as a change if the daemon knows more or fewer jobs afterwards. As with C(daemon_reload) of
        M(ansible.builtin.systemd_service), jobs that it only reads again do not.
    type: bool
    default: false
  runlevel:
    description:
      - Runlevel to bring the host to with C(telinit), V(1) to V(5) or V(S).
      - V(0) and V(6) are refused. Use M(ansible.builtin.reboot) to reboot, and shut down by hand.
      - From Upstart 1.7 on the task also waits until the jobs that this starts are running, or have ended if they are
        tasks, and those that it stops are gone. It does not when a condition holds the event, see RV(held_by).
      - On hosts whose scripts go on from V(1) to V(S), V(S) coming from V(1) also counts as V(1).
      - Jobs that are stopped in V(1) and V(S) often include the SSH server.
    type: str
  handle_service_module:
    description:
      - V(true) sets the fact C(ansible_facts.service_mgr), by which M(ansible.builtin.service) chooses a module, to
        V(sysinit.upstart.upstart_service). Roles that know nothing of this collection then use it.
      - V(false) sets it to V(upstart) again, which is what Ansible finds out by itself.
      - The fact stays for the host until facts are gathered again, so do that before, not after. Defaults of
        M(sysinit.upstart.upstart_service) in C(module_defaults) hold for those tasks.
      - Fails when no Upstart answers.
    type: bool
  _foreseen:
    description:
      - "Internal: set by the action plugin in check mode. Do not use."
    type: str
    version_added: 1.1.0
seealso:
  - module: sysinit.upstart.upstart_service
  - module: sysinit.upstart.upstart_job
  - module: ansible.builtin.service
"""

EXAMPLES = r"""
- name: Have the service tasks of all roles that follow done by upstart_service
  sysinit.upstart.upstart_init:
    handle_service_module: true
  when: ansible_facts.service_mgr == 'upstart'

- name: Log what the daemon does
  sysinit.upstart.upstart_init:
    log_priority: info

- name: Have job files read that are links
  sysinit.upstart.upstart_init:
    reload_configuration: true

- name: Go to runlevel 3
  sysinit.upstart.upstart_init:
    runlevel: 3
    timeout: 300

- name: Set one variable for all jobs of a user's session and take out another
  sysinit.upstart.upstart_init:
    address: "{{ session_address }}"
    job_env:
      LANG: en_GB.UTF-8
      LC_ALL: null
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
  description: The environment that every job starts with. Null before Upstart 1.7, and for users who may not see it.
  returned: success
  type: dict
  sample:
    PATH: /usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin
    TERM: linux
runlevel:
  description: The runlevel that the program C(runlevel) tells, null when it tells none.
  returned: success
  type: str
  sample: "2"
previous_runlevel:
  description: The runlevel before, V(N) if there was none since the boot, null when it is not known.
  returned: success
  type: str
  sample: "N"
held_by:
  description:
    - Conditions that the change of the runlevel meets only in part. They hold its event, so that the task did not wait
      until everything that it causes was done.
    - Null when the runlevel was changed and Upstart does not tell when that is over, which is so before 1.7. The task
      then waited for the runlevel only.
  returned: with O(runlevel)
  type: list
  elements: str
  sample: ["job web: start on (runlevel [2345] and db-up): runlevel [2345] has happened, db-up has not"]
jobs_added:
  description: Jobs that the daemon knows since it read its configuration again.
  returned: with O(reload_configuration)
  type: list
  elements: str
  sample: [web]
jobs_removed:
  description: Jobs that it does not know any more.
  returned: with O(reload_configuration)
  type: list
  elements: str
  sample: []
ansible_facts:
  description: The module that M(ansible.builtin.service) is to use.
  returned: with O(handle_service_module)
  type: dict
  sample:
    ansible_service_mgr: sysinit.upstart.upstart_service
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import _module
from ..module_utils._init import run


def act(module):
    return run.run(module, _module.connect(module.params))


def main():
    _module.refuse_unusable_text()
    module = AnsibleModule(
        argument_spec=dict(
            _module.daemon_options(),
            log_priority=dict(type="str", choices=["debug", "info", "message", "warn", "error", "fatal"]),
            job_env=dict(type="dict"),
            reload_configuration=dict(type="bool", default=False),
            runlevel=dict(type="str"),
            handle_service_module=dict(type="bool"),
            _foreseen=dict(type="str", no_log=True),
        ),
        supports_check_mode=True,
    )
    _module.run(module, act)


if __name__ == "__main__":
    main()
