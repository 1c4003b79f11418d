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
      - D-Bus address of the Upstart daemon.
      - The default is the environment variable E(UPSTART_SESSION) of the task, as for initctl, and without that the
        private socket of this host's init, C(unix:abstract=/com/ubuntu/upstart).
      - The process behind the private socket must belong to root, else nothing is sent to it.
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
      - Seconds that the task may take on the host. What is not reached by then is an error that says what is missing.
      - A job whose O(timeout) is over stays as it is; nothing is left waiting on the host.
    type: float
    default: 60
requirements:
  - dbus-python (on the managed host, for any Python there; Debian and Ubuntu call it C(python-dbus) or C(python3-dbus),
    Enterprise Linux C(dbus-python))
notes:
  - Runs on hosts with Python 2.7 (ansible-core 2.16) or 3.6 and later, as far as the controller's ansible-core does.
"""
