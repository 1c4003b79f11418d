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
  - Starts and stops services with an init script, or with other commands that have the exit codes of the Linux Standard
    Base. Without such commands, it uses a pid file or the process table. It needs no Upstart daemon.
  - Reads the status again after every action. The task only succeeds if the service is in the requested state.
  - Exit code 0 of the status command means running, and 3 means stopped. Any other exit code and a timeout mean dirty.
    The module stops a dirty service to clean it up, ignores the result of the stop, and then starts it if it should
    run.
  - For Upstart jobs, use M(sysinit.upstart.upstart_service).
author: []
extends_documentation_fragment:
  - sysinit.upstart.attributes
attributes:
  check_mode:
    support: full
    details:
      - Only reads the status.
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
      - Name of the service, for the result and for messages. The module does not search for it; name the commands with
        O(control) or O(start).
    type: str
    required: true
  state:
    description:
      - V(running) starts a stopped service. V(started) means the same.
      - V(stopped) stops a running service.
      - V(restarted) stops and starts the service, or runs O(restart). A stopped service is started.
      - V(awaited) only reads O(status), or C(status) of O(control), until the service is running, and fails after
        O(timeout). Use it for services that something else starts, and for health checks. The other commands have no
        effect.
    type: str
    choices: [running, started, stopped, restarted, awaited]
    default: running
    aliases: [expected]
  control:
    description:
      - Command that takes C(start), C(stop), C(status) and, with O(restart=control), C(restart) as its last argument,
        for example V(/etc/init.d/nfs) or V(/sbin/service nfs).
      - All commands are a list of words, JSON of a list, or a string that is split into words as in a shell, with
        quotes and backslashes. No shell is started, so you cannot use variables, pipes or redirections.
      - Commands run in the directory C(/) with empty standard input.
    type: raw
  start:
    description:
      - Command that starts the service. It overrides O(control).
      - Either O(start) or O(control) is required, except with O(state=awaited).
    type: raw
  stop:
    description:
      - Command that stops the service. It overrides O(control).
      - Without O(stop), O(control) and O(daemon), the processes that match O(pattern) get the signal TERM, and KILL
        after O(timeout).
    type: raw
  status:
    description:
      - Command whose exit code says whether the service is running. It overrides O(control).
      - Without O(status), O(control) and O(daemon), the service is running if a process matches O(pattern).
    type: raw
  restart:
    description:
      - Command for O(state=restarted) if the service is running.
      - Without it, and with V(stop+start), the module stops the service, waits until the status is stopped, and starts
        it.
      - V(control) means O(control) followed by C(restart).
    type: raw
  pattern:
    description:
      - Regular expression to search for in the command lines of all processes, with a single space between words. The
        module ignores the processes of the task itself and those of containers.
      - Replaces O(stop) and O(status) if they are not set.
      - The default is the O(start) command, word by word.
      - Cannot be combined with O(control).
    type: str
  daemon:
    description:
      - Path of a pid file, for a O(start) command that stays in the foreground. The module starts the command in its
        own session and process group, with C(/dev/null) as standard input and output. It must keep running for one
        second.
      - To stop it, the module sends TERM to its process group, and KILL after O(timeout).
      - The service is running if the process for which the file was written exists. A later process with the same pid
        does not count. If the process no longer exists but the file does, the service is dirty.
      - With O(daemon), the options O(stop), O(status) and O(pattern) are ignored. With O(control), O(daemon) is
        ignored. The task warns about ignored options.
    type: path
  path:
    description:
      - Directories to search for programs, separated by C(:), and the variable E(PATH) of the commands. The commands
        get all other variables from the task.
      - The default is the E(PATH) of the task with C(/usr/local/sbin), C(/usr/sbin) and C(/sbin) added.
    type: str
  timeout:
    description:
      - How many seconds each command may take. After that, all processes of the command's session get the signal TERM
        and, two seconds later, KILL.
      - Also the longest wait for the requested status after each action. With O(state=awaited), it is the time for all
        checks together.
    type: float
    default: 60
  interval:
    description:
      - How many seconds to wait between two checks of the status with O(state=awaited).
    type: float
    default: 1
  careful:
    description:
      - Whether to wait up to O(timeout) for the requested status after an action. With V(false), the module reads the
        status once after each action.
    type: bool
    default: true
notes:
  - If a command leaves a process running that keeps its output open, the module does not wait for it, and the task
    warns. Later output of the process is lost, and writing it may end the process.
  - A zombie process does not count as running. A process that is suspended by a signal or a debugger counts as running,
    and the task warns. The module only detects this with O(daemon) or O(pattern).
  - C(initctl status) exits with 0 for a stopped job. Use M(sysinit.upstart.upstart_service) for Upstart jobs.
  - Runs on hosts with Python 2.7 (with ansible-core 2.16) or 3.6 and later, as supported by ansible-core on the
    controller.
seealso:
  - module: sysinit.upstart.upstart_service
"""

EXAMPLES = r"""
- name: Start the service of an init script
  sysinit.upstart.lsb_service:
    name: nfs
    control: /etc/init.d/nfs

- name: Stop the service, and allow two minutes for each command
  sysinit.upstart.lsb_service:
    name: nfs
    control: /sbin/service nfs
    state: stopped
    timeout: 120

- name: Restart the service with the script's own restart command
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

- name: Stop all processes of an old program
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
  description: The requested state.
  returned: always
  type: str
  sample: running
status:
  description: V(running), V(stopped) or V(dirty) at the end of the task. In check mode, the predicted status.
  returned: always
  type: str
  sample: running
status_code:
  description:
    - The exit code of the status command. A negative number is the signal that ended the command. Null if it timed out
      or could not be executed.
  returned: always
  type: int
  sample: 0
before:
  description: V(running), V(stopped) or V(dirty) before the task.
  returned: always
  type: str
  sample: dirty
actions:
  description: The actions of the task, in the order in which they ran. In check mode, the predicted actions. Each is
    V(start), V(stop) or V(restart).
  returned: always
  type: list
  elements: str
  sample: [stop, start]
outputs:
  description: The actions that ran, with their output. Empty in check mode.
  returned: always
  type: list
  elements: dict
  sample: [{"action": "start", "cmd": /etc/init.d/nfs start, "rc": 0, "stdout": "Starting NFS: ok\n", "stderr": ""}]
  version_added: 2.0.0
  contains:
    action:
      description: V(start), V(stop) or V(restart).
      returned: always
      type: str
      sample: start
    cmd:
      description: The command, or the module's own action.
      returned: always
      type: str
      sample: /etc/init.d/nfs start
    rc:
      description: Its exit code, negative for a signal. Null if it timed out or could not be executed.
      returned: always
      type: int
      sample: 0
    stdout:
      description: Its standard output, at most the last 8 KiB.
      returned: always
      type: str
      sample: "Starting NFS: ok\n"
    stderr:
      description: Its standard error, at most the last 8 KiB, or why it could not be executed.
      returned: always
      type: str
      sample: ""
check:
  description:
    - A line about the final status, for monitoring. In check mode it describes the current status.
  returned: always
  type: str
  sample: "nfs: OK, running, as expected"
cmd:
  description: The command or the module's own action that failed.
  returned: failure
  type: str
  sample: /etc/init.d/nfs start
rc:
  description: Its exit code, negative for a signal. Null if it timed out or could not be executed.
  returned: failure
  type: int
  sample: 1
stdout:
  description: Its standard output, at most the last 8 KiB.
  returned: failure
  type: str
  sample: "Starting NFS: failed\n"
stderr:
  description: Its standard error, at most the last 8 KiB, or why it could not be executed.
  returned: failure
  type: str
  sample: "rpc.nfsd: unable to bind: Address already in use\n"
option:
  description: The option with the wrong value.
  returned: when an option is the cause
  type: str
  sample: interval
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import _module
from ..module_utils._lsb.run import run

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict  # noqa: F401


def main():
    # type: () -> None
    spec = dict(
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
    )  # type: Dict[str, Dict[str, Any]]
    _module.refuse_wrong_options(spec)
    module = AnsibleModule(
        argument_spec=spec,
        supports_check_mode=True,
    )
    _module.run(module, run)


if __name__ == "__main__":
    main()
