#!/usr/bin/python
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: upstart_job
short_description: Write job files and overrides of the Upstart init daemon
version_added: 0.1.0
description:
  - Writes C(NAME.conf) or C(NAME.override) from options, or from its whole text, and sees that the daemon loads it.
  - What the daemon would refuse is refused before anything is written, with the daemon's own message and line.
  - A file from which the daemon would read the same job is left alone.
  - A file appears under its name only when it is complete, so the daemon never loads half of one.
  - If a file changes after the task has read it, the task fails and writes nothing.
  - If init may have missed a file, for example a symbolic link, the task makes init reload its configuration.
  - Running instances keep following the definition they were started with; they are returned as stale. Restart them
    with M(sysinit.upstart.upstart_service).
author:
  - The sysinit.upstart contributors !UNKNOWN
extends_documentation_fragment:
  - sysinit.upstart.daemon
  - sysinit.upstart.attributes
  - sysinit.upstart.attributes.actiongroup_upstart
  - ansible.builtin.files
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description:
      - Name of the job, the path of its file below O(conf_dir) without C(.conf).
      - The path components V(.) and V(..) are not allowed. A name that Upstart never reads is refused too, for example
        V(CVS/web).
      - The task refuses a job whose log path in O(log_dir) is longer than 255 bytes, because init would retry its start
        forever. With O(console=none) there is no log.
      - Required unless O(jobs) is given.
    type: str
  state:
    description:
      - V(absent) removes the file, and with a job file its override. It does not stop the job.
      - Subdirectories of O(conf_dir) that are empty afterwards are removed too.
    type: str
    choices: [present, absent]
    default: present
  keep_running:
    description:
      - With O(state=absent), leave the file of a job of which instances run, and tell so by RV(jobs[].kept). Stop them,
        then remove it by another task.
    type: bool
    default: false
    version_added: 1.0.0
  enabled:
    description:
      - Whether the job is to start by itself, as O(sysinit.upstart.upstart_service#module:enabled) means it. It is for
        lists in which that module gets the same value, so that neither undoes what the other did.
      - It concerns only the file which that module changes too, the override; before Upstart 1.3 the job file. There
        C(manual) is added or taken out. A job that cannot be enabled is left to that module to tell.
    type: bool
    version_added: 1.0.0
  override:
    description:
      - Write C(NAME.override), which changes the job of another file, instead of C(NAME.conf). Needs Upstart 1.3.
    type: bool
    default: false
  jobs:
    description:
      - Many jobs in one task, each a dictionary with the options of this module from O(name) to O(validate), without
        O(jobs). All are checked before the first is written.
    type: list
    elements: dict
  manifest:
    description:
      - File in which the names of the files that O(jobs) brought to the host are kept, so that O(prune) knows them
        later. Its name must end in C(.json); its directory is made.
      - It also keeps the earlier text of files that were changed, until the jobs have come up by the new one, which
        O(sysinit.upstart.upstart_service#module:manifests) notes; see RV(manifest.unproven). Only its owner can read
        it.
      - Several lists of jobs on one host have a manifest each, in one directory. A file that two of them name is
        removed by neither as long as the other does.
      - A file that was there before, and in which O(merge) only changes stanzas, is not kept in it.
    type: path
    version_added: 1.0.0
  prune:
    description:
      - Remove the files that O(manifest) names and O(jobs) does not any more, as with O(state=absent) and
        O(keep_running).
    type: bool
    default: false
    version_added: 1.0.0
  prune_except:
    description:
      - Names of jobs that O(prune) leaves, as those that another manifest names, and that O(manifest) is not to name
        any more. In check mode these are jobs whose list was foreseen, but whose manifest has not been written yet.
    type: list
    elements: str
    default: []
    version_added: 1.0.0
  content:
    description:
      - The whole text of the file, instead of single stanzas.
    type: str
  restore:
    description:
      - A file as it was before an earlier task changed it, as RV(jobs[].previous) of that task holds it. It is put back
        byte for byte, whatever it says; with C(content) null, which RV(manifest.unproven) has of files that were not
        there, it is removed, and an override beside it is left. O(keep_running) counts then, too.
    type: dict
    version_added: 1.0.0
  merge:
    description:
      - Change only the stanzas that are named and keep the rest of an existing file, comments and layout included.
    type: bool
    default: false
  exact:
    description:
      - Compare files byte for byte, so that one which says the same in other words or comments is replaced.
    type: bool
    default: false
  load:
    description:
      - Whether a daemon must load the files. V(false) only writes them, for instance while an image is built.
    type: bool
    default: true
  upstart_version:
    description:
      - Release of Upstart that will read the files, such as V(1.5). By default the daemon tells; without O(load) it
        is the last one, 1.13.2.
    type: str
  backup:
    description:
      - Keep a copy of a file that is changed or removed, beside it, under a name that the daemon ignores.
    type: bool
    default: false
  validate:
    description:
      - Command that checks the file before it is put in place, with C(%s) for the path of a copy.
    type: str
  _foreseen:
    description:
      - "Internal: set by the action plugin in check mode. Do not use."
    type: str
    version_added: 1.1.0
  description:
    description: What the job is, one line.
    type: str
  author:
    description: Who wrote the job.
    type: str
  version:
    description: Version of the job.
    type: str
  usage:
    description: How to start the job with variables; shown in Upstart's errors. Needs Upstart 1.5.
    type: str
  emits:
    description: Events that the job emits itself, for documentation.
    type: list
    elements: str
  start_on:
    description:
      - Condition that starts the job, as text (as after C(start on)) or as a structure.
      - In a structure C(all) and C(any) hold lists; items are texts, C({event, args, env}), or the shorthands
        C({runlevel, started, starting, stopping, stopped}).
    type: raw
  stop_on:
    description: Condition that stops the job, in the same forms as O(start_on).
    type: raw
  manual:
    description: Do not start the job by itself. In an override this switches off the job's C(start on).
    type: bool
  instance:
    description: Name of the job's instances, made of variables, such as V($TTY).
    type: str
  env:
    description: Variables of the job's processes and their defaults; a dictionary or a list of C(KEY=VALUE).
    type: raw
  export:
    description: Variables that the job's own events carry.
    type: list
    elements: str
  task:
    description: The job is a task, which is expected to end.
    type: bool
  expect:
    description:
      - How the main process says that it is ready.
      - A wrong one makes Upstart wait for ever, or follow a wrong process.
    type: str
    choices: [none, stop, fork, daemon]
  respawn:
    description: Start the main process again when it ends.
    type: bool
  respawn_limit:
    description: How often it may end in how many seconds, a dictionary of C(count) and C(interval); or V(unlimited).
    type: raw
  normal_exit:
    description: Exit statuses and signal names with which the main process may end without being respawned.
    type: list
    elements: str
  kill_signal:
    description: Signal that stops the main process, by name. Needs Upstart 1.3.
    type: str
  kill_timeout:
    description: Seconds after which a process that ignores it is killed for good.
    type: int
  reload_signal:
    description: Signal that makes the main process reload its configuration, by name. Needs Upstart 1.10.
    type: str
  debug:
    description: Stop each child before it runs its program, when init runs with C(--debug). Needs Upstart 0.6.7.
    type: bool
  console:
    description: Where the output of the processes goes. V(log) needs Upstart 1.4.
    type: str
    choices: [none, log, output, owner]
  umask:
    description:
      - File creation mask, an octal number in quotes.
      - A number without quotes is refused, since YAML turns it into another one.
    type: raw
  nice:
    description: Nice level, from -20 to 19.
    type: int
  oom_score:
    description: How soon the kernel ends the process when memory runs out, from -1000 to 1000, or V(never).
    type: str
  limits:
    description: Resource limits, for each a dictionary of C(soft) and C(hard), two values, or one for both.
    type: dict
  chroot:
    description: Directory that the processes see as the root.
    type: str
  chdir:
    description: Working directory.
    type: str
  setuid:
    description: Name of the user that the processes run as. Needs Upstart 1.4.
    type: str
  setgid:
    description: Name of the group that the processes run as. Needs Upstart 1.4.
    type: str
  apparmor_load:
    description: AppArmor profile file that is loaded before the job starts. Needs Upstart 1.9.
    type: str
  apparmor_switch:
    description: AppArmor profile of the main process. Needs Upstart 1.9.
    type: str
  cgroup:
    description: Control groups, each C(CONTROLLER [NAME] [KEY VALUE]) or a dictionary of these. Needs Upstart 1.13.
    type: list
    elements: raw
  exec:
    description: Command of the main process, one line.
    type: str
  script:
    description: Shell script of the main process, or code for O(interpreter).
    type: str
  interpreter:
    description: Program that O(script) is written for, such as V(python3). The default is the shell, C(/bin/sh -e).
    type: str
  pre_start:
    description:
      - What is run before the main process.
      - A text without a line break is a command; one with line breaks, such as a block after C(|), is a script. A
        dictionary with C(exec), or with C(script) and C(interpreter), says it outright.
    type: raw
  post_start:
    description: What is run after the main process was started, in the same forms as O(pre_start).
    type: raw
  pre_stop:
    description: What is run before the main process is stopped, in the same forms as O(pre_start).
    type: raw
  post_stop:
    description: What is run after the main process is gone, in the same forms as O(pre_start).
    type: raw
seealso:
  - module: sysinit.upstart.upstart_service
  - module: sysinit.upstart.upstart_event
"""

EXAMPLES = r"""
- name: A service that is started at boot and when it dies
  sysinit.upstart.upstart_job:
    name: web
    description: The shop's web server
    start_on:
      all:
        - runlevel: [2, 3, 4, 5]
        - started: dbus
    stop_on: runlevel [!2345]
    respawn: true
    env:
      PORT: "8080"
    setuid: www-data
    setgid: www-data
    exec: /usr/bin/shop --port $PORT

- name: A task in Python that runs on an event
  sysinit.upstart.upstart_job:
    name: migrate
    start_on: deploy-done
    task: true
    interpreter: python3
    script: |
      import os
      print("migrating to", os.environ["VERSION"])

- name: Keep a packaged job from starting by itself
  sysinit.upstart.upstart_job:
    name: mysql
    override: true
    manual: true

- name: A job file as it is
  sysinit.upstart.upstart_job:
    name: cron
    content: "{{ lookup('file', 'cron.conf') }}"

- name: These jobs, and none that an earlier version of the list had
  sysinit.upstart.upstart_job:
    jobs:
      - {name: web, exec: /usr/bin/shop, respawn: true}
      - {name: mail, exec: /usr/bin/shop-mail}
    manifest: /var/lib/sysinit.upstart/shop.json
    prune: true

- name: Two jobs in one run
  sysinit.upstart.upstart_job:
    jobs:
      - {name: web, exec: /usr/bin/shop, respawn: true}
      - {name: old-web, state: absent}
"""

RETURN = r"""
jobs:
  description: What became of each job file, those that were pruned last.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the job.
      returned: always
      type: str
      sample: web
    path:
      description: The file.
      returned: always
      type: str
      sample: /etc/init/web.conf
    state:
      description: The state that was asked for.
      returned: always
      type: str
      sample: present
    changed:
      description: Whether the file was changed.
      returned: always
      type: bool
      sample: true
    created:
      description: Whether the file was not there before.
      returned: always
      type: bool
      sample: false
    job:
      description:
        - The job as the daemon reads it from the file and its override, in the options of this module.
        - Empty for a job that is removed, and for an override without a job file.
      returned: always
      type: dict
      sample: {"exec": "/usr/bin/shop", "respawn": true}
    hidden_start_on:
      description: The condition that C(manual) keeps from the job, or null when there is none.
      returned: always
      type: str
      sample: runlevel [2345]
      version_added: 1.0.0
    kept:
      description: Whether the file was left because instances of the job run, see O(keep_running).
      returned: always
      type: bool
      sample: false
      version_added: 1.0.0
    previous:
      description:
        - The file as it was before, when the task changed or removed it, or would in check mode; null when there was
          none. O(restore) puts it back.
        - Its text in base64 is C(content), C(listed) says whether O(manifest) named it, and C(enabled) whether the job
          started by itself.
      returned: always
      type: dict
      sample: {"content": "ZXhlYyAvdXNyL2Jpbi9zaG9wCg==", "listed": true, "enabled": true}
      version_added: 1.0.0
    backup_file:
      description:
        - Copy of the old file, or null. One is kept without O(backup), too, when the file holds text that is not UTF-8
          and the job runs; see R(what can go wrong,ansible_collections.sysinit.upstart.docsite.faults).
      returned: always
      type: str
      sample: /etc/init/web.conf.4711.2026-11-21@10:00:00~
    stale_instances:
      description:
        - Names of instances that still follow the definition from before this change ('' for the only one).
        - Of a job that this task did not change, those that follow one from before an earlier change. Upstart before
          1.6.1 does not tell these, and it is null when such a job runs there.
      returned: always
      type: list
      elements: str
      sample: [""]
    stale_job:
      description:
        - The job as RV(jobs[].stale_instances) follow it, in the options of this module. Null when there are none, for
          a file that is removed, and where Upstart does not tell it.
      returned: always
      type: dict
      sample: {"exec": "/usr/bin/old-shop", "respawn": true}
      version_added: 1.0.0
    warnings:
      description: What is probably wrong, or surprising, in the job although the daemon accepts it.
      returned: always
      type: list
      elements: dict
      contains:
        code:
          description: Short name of the finding, as in the collection's page on warnings.
          returned: always
          type: str
          sample: respawn-limit-alone
        severity:
          description: C(warning), which is shown as a warning of the task too, or C(hint).
          returned: always
          type: str
          sample: warning
        file:
          description: C(conf) or C(override), or null for the job as a whole.
          returned: always
          type: str
          sample: conf
        line:
          description: Line in that file, or null.
          returned: always
          type: int
          sample: 7
        message:
          description: What was found.
          returned: always
          type: str
          sample: respawn limit without respawn does nothing
        remedy:
          description: What to do about it.
          returned: always
          type: str
          sample: add respawn
manifest:
  description: What O(manifest) holds beside the names.
  returned: when O(manifest) is given
  type: dict
  version_added: 1.0.0
  contains:
    path:
      description: The file.
      returned: always
      type: str
      sample: /var/lib/sysinit.upstart/shop.json
    unproven:
      description:
        - Files that this task or an earlier one changed or removed, and by which the job has not come up since. Jobs
          that run by their present files are taken out by every task.
        - A dictionary of C(name), C(override) and C(previous) for each, the last as RV(jobs[].previous), with
          C(content) null for a file that was not there.
      returned: always
      type: list
      elements: dict
      sample: [{"name": "web", "override": false, "previous": {"content": null, "listed": false, "enabled": null}}]
file:
  description: The file that would be refused, or that cannot be written or removed.
  returned: when a file is the reason
  type: str
  sample: /etc/init/web.conf
  version_added: 1.0.0
done:
  description: Files that were changed before one could not be; their changes stay.
  returned: when a file cannot be written or removed
  type: list
  elements: str
  sample: [/etc/init/db.conf]
  version_added: 1.0.0
line:
  description: Line at which the daemon would refuse the file.
  returned: when a text is refused
  type: int
  sample: 3
text:
  description: The daemon's own message.
  returned: when a text is refused
  type: str
  sample: Unknown stanza
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import _module
from ..module_utils._file_attributes import FileAttributes
from ..module_utils._jobs import options, run


def act(module):
    wanted = options.wanted_jobs(module.params)
    client = _module.connect(module.params) if module.params["load"] else None
    return run.run(module, client, wanted, FileAttributes(module))


def main():
    _module.refuse_unusable_text()
    module = AnsibleModule(
        argument_spec=dict(
            _module.daemon_options(),
            jobs=dict(type="list", elements="dict"),
            manifest=dict(type="path"),
            prune=dict(type="bool", default=False),
            prune_except=dict(type="list", elements="str", default=[]),
            load=dict(type="bool", default=True),
            upstart_version=dict(type="str"),
            _foreseen=dict(type="str", no_log=True),
            **options.argument_spec()
        ),
        required_one_of=[("name", "jobs")],
        mutually_exclusive=[("name", "jobs")],
        required_if=[("prune", True, ["manifest"])],
        required_by={"manifest": ["jobs"]},
        add_file_common_args=True,
        supports_check_mode=True,
    )
    _module.run(module, act)


if __name__ == "__main__":
    main()
