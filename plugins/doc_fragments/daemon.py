# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the modules that talk to a daemon."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  address:
    description:
      - Where the Upstart daemon answers. V(system) is the system message bus, V(session) the session message bus of
        an C(init --session), all else a D-Bus address of the daemon's own socket.
      - The default is what initctl talks to. That is the environment variable E(UPSTART_SESSION) of the task, and
        without that the private socket of this host's init, C(unix:abstract=/com/ubuntu/upstart), for root and the
        system message bus for other users.
      - On the system message bus every user may look. Starting, stopping, events and all else that changes something
        need root there, and the private socket is for root alone. So without root (C(become)) modules are read-only.
      - What answers in the name of init must belong to root, else nothing is sent to it and the task fails. That holds
        for the private socket and for the system message bus. The socket of a user's session init must belong to that
        user.
      - The buses are found by E(DBUS_SYSTEM_BUS_ADDRESS) or C(unix:path=/var/run/dbus/system_bus_socket), and by
        E(DBUS_SESSION_BUS_ADDRESS).
    type: str
  conf_dir:
    description:
      - Directory that the daemon reads its job files from.
    type: path
    default: /etc/init
  log_dir:
    description:
      - Directory that the daemon writes the output of its jobs to.
    type: path
    default: /var/log/upstart
  timeout:
    description:
      - Seconds that the task may wait on the host. If it does not reach the wanted state by then, it fails and says
        what is missing.
      - M(sysinit.upstart.upstart_service) bounds all stops of a task by it, and then all starts. The stop of a restart
        gets the kill timeout of the job in addition. O(ignore:stable_for) comes on top.
      - A job stays as it is when the time is over, and nothing is left waiting on the host. The exception is a restart
        whose stop is not over. Upstart is then asked to start the job again once it has stopped, so that it is not left
        down.
    type: float
    default: 60
requirements:
  - dbus-python (on the managed host, for any Python there; Debian and Ubuntu call it C(python-dbus) or C(python3-dbus),
    Enterprise Linux C(dbus-python))
notes:
  - Variables and job files may hold secrets. Set C(no_log) on such a task, else they are in its output, in its diff
    and, like the arguments of every module, in the system log of the host. With C(no_log) a failure says why only in
    the field C(hidden_msg) of the registered result, because ansible-core 2.19 and later show the message of a failure
    all the same.
  - Upstart 1.7 and later announces every event with its variables to all users of the system message bus, so a secret
    does not belong into the variables of an event, nor into an exported variable of a job.
  - In check mode, each task also takes into account what earlier tasks with these modules would have written, removed,
    started and stopped on the same host. M(sysinit.upstart.upstart_info) reports the host as it is. See
    R(the page on check mode,ansible_collections.sysinit.upstart.docsite.check_mode).
  - Runs on hosts with Python 2.7 (ansible-core 2.16) or 3.6 and later, as far as the controller's ansible-core does.
"""
