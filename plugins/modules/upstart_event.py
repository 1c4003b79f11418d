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
  - An event that makes a job fail fails the task, with the job and how it ended.
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
      - Emits nothing; RV(outlook) says what the event alone would start and stop.
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
      - Variables of the event. Conditions match the first ones by their position, so their order counts.
      - A list of C(KEY=VALUE), a mapping, or one string of such words quoted as in a shell.
    type: raw
  wait:
    description:
      - Whether to wait until the jobs that the event starts are running (tasks, have ended) and those that it stops
        are gone, for at most O(timeout) seconds.
      - Without, the task is over when the daemon has taken the event, and nothing is known of its effects.
    type: bool
    default: true
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
  description: The instances that started, stopped or failed from when the event was sent until it was over.
  returned: always
  type: list
  elements: dict
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
      description: Whether it went down. A task that came up and ended has both.
      returned: always
      type: bool
      sample: true
    failed:
      description: Whether it failed.
      returned: always
      type: bool
      sample: false
outlook:
  description: What the event alone would do.
  returned: in check mode
  type: dict
  contains:
    would_start:
      description: Names of jobs that would start.
      returned: always
      type: list
      elements: str
      sample: [migrate]
    would_stop:
      description: Names of jobs that would stop.
      returned: always
      type: list
      elements: str
      sample: []
    would_wait:
      description: Conditions that the event meets only in part. They would hold the event.
      returned: always
      type: list
      elements: str
      sample: ["job web: start on (a and b): a has happened, b has not"]
held_by:
  description: Who holds an event that was not over in time, and what is missing.
  returned: when the event was not over within O(timeout)
  type: list
  elements: str
  sample: ["job web: start on (a and b): a has happened, b has not"]
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import shell


def asked(module):
    """Return the emission.Emission for a module's parameters; raise UpstartError for what the daemon cannot be told."""
    from ..module_utils.converge import emission, environment
    params = module.params
    environment.check_text(params["name"], "name")
    env = environment.pairs(environment.ordered(module, "env"))
    return emission.Emission(name=params["name"], env=env, wait=params["wait"], timeout=params["timeout"],
                             log_dir=params["log_dir"], conf_dir=params["conf_dir"])


def act(module):
    wanted = asked(module)
    client = shell.connect(module.params)
    result = {"changed": True, "name": wanted.name, "env": wanted.env, "jobs": [], "held_by": []}
    if module.check_mode:
        from ..module_utils.converge import forecast
        result.update(forecast.foresee(client, wanted))
    else:
        from ..module_utils.converge import emission
        result["jobs"] = emission.emit(client, wanted)
    return result


def main():
    module = AnsibleModule(
        argument_spec=dict(
            shell.daemon_options(),
            name=dict(type="str", required=True),
            env=dict(type="raw"),
            wait=dict(type="bool", default=True),
        ),
        supports_check_mode=True,
    )
    shell.run(module, act)


if __name__ == "__main__":
    main()
