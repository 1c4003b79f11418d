#!/usr/bin/python
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: lsb_service
short_description: Start and stop services that Upstart does not supervise
version_added: 1.0.0
description:
  - Brings a service into the wanted state by commands with the exit codes of the Linux Standard Base, such as init
    scripts, or by a pid file or the process table where there are no such commands.
  - Exit code 0 of the status command is running and 3 is stopped. Any other one, and a status command that does not
    end in time, is called dirty. A dirty service is stopped for cleaning, whatever comes of that, and then started if
    it shall run.
  - After every action the status is read again. The task is ok only when that tells the wanted state.
  - Needs neither a daemon nor dbus-python.
author:
  - The sysinit.upstart contributors !UNKNOWN
extends_documentation_fragment:
  - sysinit.upstart.attributes
attributes:
  check_mode:
    support: full
    details:
      - Only the status is read.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - O(state=restarted) acts on every run.
  platform:
    platforms: Linux
options:
  name:
    description:
      - Name of the service, for what is returned and said about it.
    type: str
    required: true
  state:
    description:
      - V(running) starts a service that is stopped. V(started) is another word for it.
      - V(stopped) stops a service that is running.
      - V(restarted) stops and starts it, or runs O(restart); a stopped one is started.
      - V(awaited) only reads O(status), or C(status) of O(control), until it tells running, and fails when that is not
        so within O(timeout). It is for what others start, and for health checks that exit with 0. The other commands
        have no effect.
    type: str
    choices: [running, started, stopped, restarted, awaited]
    default: running
    aliases: [expected]
  control:
    description:
      - Command to which the words C(start), C(stop), C(status) and, with O(restart=control), C(restart) are appended,
        for instance V(/etc/init.d/nfs) or V(/sbin/service nfs).
      - This and all other commands are a list of words, or a string that is split into words as a shell does, with its
        quotes and backslashes. No shell is started, so there are no variables, pipes or redirections.
      - Commands run in the folder C(/), with nothing to read from standard input.
    type: raw
  start:
    description:
      - Command that starts the service. It wins over O(control).
      - One of O(start) and O(control) is required, but for O(state=awaited).
    type: raw
  stop:
    description:
      - Command that stops the service. It wins over O(control).
      - Without this, O(control) and O(daemon), the processes of O(pattern) get the signal TERM, and KILL when the
        O(timeout) is over.
    type: raw
  status:
    description:
      - Command that tells by its exit code whether the service is running. It wins over O(control).
      - Without this, O(control) and O(daemon), the service is running when a process matches O(pattern).
    type: raw
  restart:
    description:
      - Command for O(state=restarted) of a service that is running.
      - Without it, and with V(stop+start), that is a stop, a wait until the status is stopped, and a start.
      - V(control) stands for O(control) followed by C(restart).
    type: raw
  pattern:
    description:
      - Regular expression to look for in the command lines of all processes, whose words are parted by one blank each.
        The processes of the task itself and those of containers are left out.
      - Takes the place of O(stop), O(status) or both where they are not given.
      - The default is the O(start) command, word by word.
      - Cannot be combined with O(control).
    type: str
  daemon:
    description:
      - Path of a pid file, for a O(start) command that stays in the foreground. It is started in a session and a
        process group of its own, with standard input and output at C(/dev/null), and must live for one second.
      - To stop it, its process group gets the signal TERM, and KILL when the O(timeout) is over.
      - It is running when the process is there for which the file was written; a later process with the same pid is not
        taken for it. A file that is left from a process that is gone makes the service dirty.
      - O(stop), O(status) and O(pattern) are ignored beside it, and it is ignored beside O(control), with a warning.
    type: path
  path:
    description:
      - Folders in which programs are looked for, with C(:) between them, and the variable E(PATH) of the commands.
        Their other variables are those of the task.
      - The default is the E(PATH) of the task with C(/usr/local/sbin), C(/usr/sbin) and C(/sbin) added.
    type: str
  timeout:
    description:
      - Seconds that each command may take. When they are over, all processes of the command's session get the
        signal TERM and, two seconds later, KILL.
      - Also the longest wait for the status to become what was asked for, after each action. For O(state=awaited) that
        is the time for all readings together.
    type: float
    default: 60
  interval:
    description:
      - Seconds between two readings of the status for O(state=awaited).
    type: float
    default: 1
  careful:
    description:
      - Whether the status may take its time, up to O(timeout), to become what was asked for after an action. With
        V(false) it is read once after each action.
    type: bool
    default: true
notes:
  - A process that a command leaves behind with its output still open is not waited for. What it writes later is lost
    and may end it, so there is a warning.
  - A zombie process does not count as running. A process that is suspended by a signal or a debugger counts as running,
    with a warning. The module detects this only with O(daemon) or O(pattern).
  - The status command of C(initctl) exits with 0 for a job that is stopped. Use M(sysinit.upstart.upstart_service) for
    jobs of Upstart.
  - Runs on hosts with Python 2.7 (ansible-core 2.16) or 3.6 and later, as far as the controller's ansible-core does.
seealso:
  - module: sysinit.upstart.upstart_service
"""

EXAMPLES = r"""
- name: See that the init script's service runs
  sysinit.upstart.lsb_service:
    name: nfs
    control: /etc/init.d/nfs

- name: Stop it, and give each command two minutes
  sysinit.upstart.lsb_service:
    name: nfs
    control: /sbin/service nfs
    state: stopped
    timeout: 120

- name: Restart it by the script's own restart
  sysinit.upstart.lsb_service:
    name: nfs
    control: /sbin/service nfs
    restart: control
    state: restarted

- name: Run a program that stays in the foreground as a daemon
  sysinit.upstart.lsb_service:
    name: shop
    start: [/usr/bin/shop, --greeting, hello world]
    daemon: /var/run/shop.pid

- name: Wait until the web server answers
  sysinit.upstart.lsb_service:
    name: web
    state: awaited
    status: curl --silent --fail http://localhost:8080/health
    timeout: 120

- name: See that no process of an old program is left
  sysinit.upstart.lsb_service:
    name: oldshop
    start: /opt/oldshop/bin/oldshopd
    pattern: ^/opt/oldshop/bin/
    state: stopped
"""

RETURN = r"""
name:
  description: Name of the service.
  returned: always
  type: str
  sample: nfs
state:
  description: The state that was asked for.
  returned: always
  type: str
  sample: running
status:
  description: V(running), V(stopped) or V(dirty), as it was read last; in check mode what it would be.
  returned: always
  type: str
  sample: running
status_code:
  description:
    - The exit code that says so. A negative one is a signal that ended the status command; null if it did not end in
      time or could not be run.
  returned: always
  type: int
  sample: 0
before:
  description: V(running), V(stopped) or V(dirty), as it was before the task.
  returned: always
  type: str
  sample: dirty
actions:
  description: What was done, in this order; in check mode what would be done. Each is V(start), V(stop) or V(restart).
  returned: always
  type: list
  elements: str
  sample: [stop, start]
check:
  description:
    - One line for monitoring, on the status that was read last. In check mode that is the present one, which makes the
      task a check.
  returned: always
  type: str
  sample: "nfs: OK, running, as expected"
cmd:
  description: The command that failed, or what was done instead of one.
  returned: failure
  type: str
  sample: /etc/init.d/nfs start
rc:
  description: Its exit code, negative for a signal; null if it did not end in time or could not be run.
  returned: failure
  type: int
  sample: 1
stdout:
  description: What it printed, at most the last 8 KiB.
  returned: failure
  type: str
  sample: "Starting NFS: failed\n"
stderr:
  description: What it printed as errors, at most the last 8 KiB, or why it could not be run.
  returned: failure
  type: str
  sample: "rpc.nfsd: unable to bind: Address already in use\n"
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import _module
from ..module_utils._lsb.run import run


def main():
    _module.refuse_unusable_text()
    module = AnsibleModule(
        argument_spec=dict(
            name=dict(type="str", required=True),
            state=dict(type="str", choices=["running", "started", "stopped", "restarted", "awaited"],
                       default="running", aliases=["expected"]),
            control=dict(type="raw"),
            start=dict(type="raw"),
            stop=dict(type="raw"),
            status=dict(type="raw"),
            restart=dict(type="raw"),
            pattern=dict(type="str"),
            daemon=dict(type="path"),
            path=dict(type="str"),
            timeout=dict(type="float", default=60.0),
            interval=dict(type="float", default=1.0),
            careful=dict(type="bool", default=True),
        ),
        supports_check_mode=True,
    )
    _module.run(module, run)


if __name__ == "__main__":
    main()
