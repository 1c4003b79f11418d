# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the modules that talk to the Upstart daemon."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  scope:
    description:
      - Which Upstart to manage. V(system) is init, process 1. V(session) is the Upstart of a user's desktop session
        (C(init --user), Upstart 1.7 and later).
      - With V(session), run the task as the user of the session (C(become_user)). The module finds the running session
        itself. If there are several, set O(address) too. See
        R(the guide to user sessions,ansible_collections.sysinit.upstart.docsite.user_sessions).
    type: str
    choices: [system, session]
    default: system
    version_added: 2.0.0
  address:
    description:
      - Where the daemon listens. Most tasks do not need it; the notes below describe the default.
      - V(system) is the system message bus, on which every user can read. V(session) is the session message bus of
        C(init --session). Any other value is a D-Bus address, such as V(unix:abstract=/com/ubuntu/upstart).
    type: str
  conf_dir:
    description:
      - Directory of the job files. Set it if the daemon was started with C(--confdir).
      - With O(scope=system), the default is C(/etc/init).
      - With O(scope=session), the default is the directories of the user's Upstart. The module writes to
        C($XDG_CONFIG_HOME/upstart) (C(~/.config/upstart)). It also reads C(~/.init), C(upstart) in each directory of
        E(XDG_CONFIG_DIRS) (C(/etc/xdg/upstart)), and C(/usr/share/upstart/sessions). If several have a file for a job,
        the first one counts. If you set this option, the module uses only this directory.
    type: path
  log_dir:
    description:
      - Directory where the daemon writes the output of jobs.
      - With O(scope=system), the default is C(/var/log/upstart).
      - With O(scope=session), the default is C($XDG_CACHE_HOME/upstart) (C(~/.cache/upstart)).
    type: path
  timeout:
    description:
      - How many seconds the task may wait on the host. If it does not reach the requested state in this time, it fails
        and says what is missing. Increase it for jobs that start or stop slowly.
      - In M(sysinit.upstart.upstart_service), it applies to all stops of a task together, and then again to all starts.
        The stop of a restart may also use the kill timeout of the job. O(ignore:stable_for) is added to these times.
      - After the timeout, the job stays as it is, and nothing keeps waiting on the host. There is one exception. If the
        stop of a restart takes too long, the module asks Upstart to start the job again once it has stopped.
    type: float
    default: 60
  dialect:
    description:
      - The language of the host's job files. Use V(chromeos) for the init of ChromeOS, which has the stanzas C(import)
        and C(tmpfiles). With V(stock), a file with one of these stanzas is an error, because Upstart rejects it. See
        R(the page on support,ansible_collections.sysinit.upstart.docsite.support.chromeos).
    type: str
    choices: [stock, chromeos]
    default: stock
    version_added: 2.0.0
notes:
  - With O(scope=system), changes need root (C(become)). Other users can only read, over the system message bus.
  - Variables and job files may contain secrets. Set C(no_log) on these tasks. Otherwise the secrets appear in the
    output, in the diff and, like the arguments of every module, in the system log of the host. With C(no_log), the
    cause of a failure is only in the field C(hidden_msg) of the registered result, because ansible-core 2.19 and later
    show the message of a failure even with C(no_log).
  - Upstart 1.7 and later sends every event with its variables to all users of the system message bus. Do not put
    secrets in the variables of an event, or in exported variables of a job.
  - In check mode, each task takes into account what earlier tasks of the play would have written, removed, started and
    stopped on the same host with these modules. M(sysinit.upstart.upstart_info) reports the host as it is. See
    R(the guide to check mode,ansible_collections.sysinit.upstart.docsite.check_mode).
  - The managed host needs no Python package. The module uses dbus-python if the Python that Ansible uses has it.
    Otherwise it speaks D-Bus itself. It runs on hosts with Python 2.7 (with ansible-core 2.16) or 3.6 and later, as
    supported by ansible-core on the controller.
  - Without O(address) and with O(scope=system), the module connects to the address in the environment variable
    E(UPSTART_SESSION) of the task, as initctl does. Without this variable, root uses the private socket of init,
    C(unix:abstract=/com/ubuntu/upstart), and other users use the system message bus. The addresses of the message buses
    come from E(DBUS_SYSTEM_BUS_ADDRESS) (default C(unix:path=/var/run/dbus/system_bus_socket)) and
    E(DBUS_SESSION_BUS_ADDRESS).
  - The process that answers must belong to root, or with O(scope=session) to the user of the session. Otherwise the
    module sends nothing and the task fails. See
    R(the page on security,ansible_collections.sysinit.upstart.docsite.security).
"""
