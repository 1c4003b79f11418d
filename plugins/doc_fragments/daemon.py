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
      - Which Upstart the task is about. V(system) is init, process 1. V(session) is the Upstart of the desktop session
        (C(init --user), Upstart 1.7 and later) of the user that the task runs as. See
        R(the page on user sessions,ansible_collections.sysinit.upstart.docsite.user_sessions).
      - With V(session), the module finds the running session itself. It looks for an address in the environment
        variable E(UPSTART_SESSION) of the task, then in the files C($XDG_RUNTIME_DIR/upstart/sessions/*.session) and
        C(/run/user/UID/upstart/sessions/*.session), then in the environment of the user's processes. It skips sessions
        that have ended and sessions of other users.
      - The task fails if the user has no running session, or several. O(address) selects one of several.
      - With V(session), only an Upstart that runs as the user of the task is accepted. Use C(become_user) to run the
        task as the user of the session.
    type: str
    choices: [system, session]
    default: system
    version_added: 2.0.0
  address:
    description:
      - Address of the Upstart daemon. V(system) is the system message bus, V(session) the session message bus of
        C(init --session). Any other value is a D-Bus address of the daemon's own socket.
      - With O(scope=system), the default is the address that initctl uses. It comes from the environment variable
        E(UPSTART_SESSION) of the task. Without that variable, root uses the private socket of init,
        C(unix:abstract=/com/ubuntu/upstart), and other users use the system message bus.
      - With O(scope=session), the default is the running session of the user.
      - On the system message bus every user can read. Starts, stops, events and all other changes need root. The
        private socket is for root only. Without root (C(become)), the modules can therefore only read.
      - On the private socket and the system message bus, the process that answers must belong to root. Otherwise the
        module sends nothing and the task fails. The socket of a session init must belong to the user of the session.
      - The addresses of the buses come from E(DBUS_SYSTEM_BUS_ADDRESS) (default
        C(unix:path=/var/run/dbus/system_bus_socket)) and E(DBUS_SESSION_BUS_ADDRESS).
    type: str
  conf_dir:
    description:
      - Directory from which the daemon reads job files.
      - With O(scope=system), the default is C(/etc/init).
      - With O(scope=session), the default is what the user's Upstart reads, by the environment that it was started
        with. Files are written to C($XDG_CONFIG_HOME/upstart) (C(~/.config/upstart)). Jobs are also read from
        C(~/.init), from C(upstart) in each directory of E(XDG_CONFIG_DIRS) (C(/etc/xdg/upstart)), and from
        C(/usr/share/upstart/sessions). The first of these directories that has a job's file counts.
      - Set it if the daemon was started with C(--confdir). The module then uses only this directory.
    type: path
  log_dir:
    description:
      - Directory to which the daemon writes the output of jobs.
      - With O(scope=system), the default is C(/var/log/upstart).
      - With O(scope=session), the default is C($XDG_CACHE_HOME/upstart) (C(~/.cache/upstart)).
    type: path
  timeout:
    description:
      - Seconds that the task may wait on the host. If it does not reach the requested state in this time, it fails and
        says what is missing.
      - In M(sysinit.upstart.upstart_service) it applies to all stops of a task together, and then again to all starts.
        In a restart, the stop may also use the kill timeout of the job. O(ignore:stable_for) is added to these times.
      - After the timeout the job stays as it is, and nothing keeps waiting on the host. The exception is a restart
        whose stop takes too long. The module then asks Upstart to start the job again once it has stopped.
    type: float
    default: 60
  dialect:
    description:
      - The language of the host's job files. V(chromeos) is the init of ChromeOS, which has the stanzas C(import) and
        C(tmpfiles). See R(the page on support,ansible_collections.sysinit.upstart.docsite.support.chromeos).
      - With V(stock), a file with such a stanza is an error, because Upstart rejects it.
    type: str
    choices: [stock, chromeos]
    default: stock
    version_added: 2.0.0
notes:
  - The managed host needs no Python package. The module uses dbus-python if the Python that Ansible uses has it, and
    otherwise speaks D-Bus by itself.
  - Variables and job files may contain secrets. Set C(no_log) on these tasks. Otherwise the secrets appear in the
    output, in the diff and, like the arguments of every module, in the system log of the host. With C(no_log), the
    cause of a failure is only in the field C(hidden_msg) of the registered result, because ansible-core 2.19 and later
    show the message of a failure even with C(no_log).
  - Upstart 1.7 and later sends every event with its variables to all users of the system message bus. Do not put
    secrets in the variables of an event, or in exported variables of a job.
  - In check mode, each task also takes into account what earlier tasks of these modules would have written, removed,
    started and stopped on the same host. M(sysinit.upstart.upstart_info) reports the host as it is. See
    R(the page on check mode,ansible_collections.sysinit.upstart.docsite.check_mode).
  - Runs on hosts with Python 2.7 (with ansible-core 2.16) or 3.6 and later, as supported by ansible-core on the
    controller.
"""
