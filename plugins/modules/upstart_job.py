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
  - Writes C(NAME.conf) or C(NAME.override) from options or from its complete text, and waits until the daemon has
    loaded it.
  - Rejects files that the daemon would reject before it writes anything, with the daemon's own message and line.
  - Leaves a file alone if the daemon would read the same job from it.
  - A file only appears under its name when it is complete. The daemon never loads a part of a file.
  - If a file changes after the task has read it, the task fails and writes nothing.
  - If init may have missed a file, for example a symbolic link, the task makes init reload its configuration.
  - Running instances keep the definition that they were started with, and the result lists them as stale. Restart them
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
      - Name of the job. This is the path of its file below O(conf_dir) without C(.conf).
      - The path components V(.) and V(..) are not allowed, nor names that Upstart never reads, for example V(CVS/web).
      - A name with blanks around it, or with C(.conf) or C(.override) at its end, is only accepted for O(state=absent).
      - The task refuses a job whose log path in O(log_dir) is longer than 255 bytes, because init would retry its start
        forever. With O(console=none) there is no log.
      - Required unless O(jobs) is given.
    type: str
  state:
    description:
      - V(absent) removes the file, and with a job file its override. It does not stop the job.
      - The module also removes subdirectories of O(conf_dir) that are empty afterwards.
    type: str
    choices: [present, absent]
    default: present
  keep_running:
    description:
      - With O(state=absent), keep the file if instances of the job are running. RV(jobs[].kept) is then true. Stop the
        instances, then remove the file with another task.
    type: bool
    default: false
    version_added: 1.0.0
  enabled:
    description:
      - Whether events start the job, as in O(sysinit.upstart.upstart_service#module:enabled). Set it if tasks of both
        modules use the same list. Otherwise each module undoes the other's change.
      - It only affects the file that M(sysinit.upstart.upstart_service) changes as well, which is the override, or the
        job file before Upstart 1.3. In that file it adds or removes C(manual). This module does not report a job that
        cannot be enabled; M(sysinit.upstart.upstart_service) does. It warns if the job is not as asked after all.
    type: bool
    version_added: 1.0.0
  override:
    description:
      - Write C(NAME.override), which changes the job of another file, instead of C(NAME.conf). Needs Upstart 1.3.
    type: bool
    default: false
  jobs:
    description:
      - Several jobs in one task. Each is a dictionary with the options of this module from O(name) to O(validate),
        without O(jobs). The module checks all of them before it writes the first.
    type: list
    elements: dict
  manifest:
    description:
      - File that records the names of the files that O(jobs) wrote, for O(prune). Its name must end in C(.json). The
        module creates its directory.
      - It also keeps the earlier text of changed files. A later task with the same manifest drops it once the jobs run
        with the new one. See RV(manifest.unproven). Only its owner can read the file.
      - If you deploy several lists of jobs to one host, use one manifest for each list, all in one directory. A file
        that is in two manifests is kept until it is in neither.
      - If a file existed before and O(merge) only changed stanzas in it, the manifest does not list it.
    type: path
    version_added: 1.0.0
  prune:
    description:
      - Remove the files that are in O(manifest) but no longer in O(jobs), as with O(state=absent) and O(keep_running).
    type: bool
    default: false
    version_added: 1.0.0
  boot_forecast:
    description:
      - Whether to say in check mode what the task would make of the next boot, if it changes when jobs start. See
        RV(boot). The module warns about jobs that would no longer start.
      - The forecast reads all jobs of the host and runs on the controller. It guesses the family of the host from its
        jobs. For other facts, such as network interfaces, use the filter P(sysinit.upstart.boot_forecast#filter).
    type: bool
    default: true
    version_added: 2.0.0
  content:
    description:
      - The complete text of the file, instead of single stanzas.
    type: str
  restore:
    description:
      - RV(jobs[].previous) of an earlier task, which is the file before that task changed it. The module restores the
        file byte for byte, even if it is invalid. If C(content) is null, as in RV(manifest.unproven) for a new file,
        the module removes the file and keeps its override. O(keep_running) applies as well.
    type: dict
    version_added: 1.0.0
  merge:
    description:
      - Only change the given stanzas and keep the rest of an existing file, including comments and layout.
    type: bool
    default: false
  exact:
    description:
      - Compare files byte for byte. Replaces a file even if it only differs in comments or layout.
    type: bool
    default: false
  force:
    description:
      - Whether to change an existing file. With V(false), the module only writes a file that does not exist. It fails
        if Upstart would reject an existing file. O(enabled) still applies.
    type: bool
    default: true
    version_added: 2.0.0
  return_previous:
    description:
      - Whether to return the earlier text of changed files in RV(jobs[].previous), for O(restore). It may hold secrets.
    type: bool
    default: false
    version_added: 2.0.0
  load:
    description:
      - Whether to wait until the daemon has loaded the files. V(false) only writes them, for example while you build an
        image.
    type: bool
    default: true
  upstart_version:
    description:
      - Release of Upstart that will read the files, such as V(1.5). The default is the version of the daemon, or 1.13.2
        with O(load=false).
    type: str
  backup:
    description:
      - Keep a copy of a changed or removed file in the same directory, under a name that the daemon ignores.
    type: bool
    default: false
  validate:
    description:
      - Command that checks the file before the module installs it, with C(%s) for the path of a copy.
    type: str
  preset:
    description:
      - Stanzas that most jobs of a kind have. The stanzas that you set replace them.
      - V(service) starts and stops with the runlevels 2 to 5 and respawns.
      - V(task) is a task that runs when a runlevel from 2 to 5 begins.
    type: str
    choices: [service, task]
    version_added: 2.0.0
  _foreseen:
    description:
      - "Internal: set by the action plugin in check mode. Do not use."
    type: str
    version_added: 2.0.0
  description:
    description: Description of the job, one line.
    type: str
  author:
    description: Author of the job.
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
      - A text that begins with C({) is JSON of a structure.
    type: raw
  stop_on:
    description: Condition that stops the job, in the same forms as O(start_on).
    type: raw
  manual:
    description:
      - Do not start the job on events. In an override this disables the job's C(start on).
      - The job file keeps the condition of O(start_on), so that O(enabled=true) finds it later.
    type: bool
  instance:
    description: Name of the job's instances, formed from variables, such as V($TTY).
    type: str
  import:
    description:
      - Names of the variables that the job takes from events and from the commands that start and stop it. The init of
        ChromeOS drops all others. Needs O(dialect=chromeos).
    type: list
    elements: str
    version_added: 2.0.0
  env:
    description:
      - Variables for the job's processes and their defaults.
      - A dictionary, a list of C(KEY=VALUE), a string of such words quoted as in a shell, or JSON of a dictionary or a
        list. A name without a value is a variable that the job gets from init.
    type: raw
  export:
    description: Variables to add to the job's own events.
    type: list
    elements: str
  task:
    description: Whether the job is a task, which runs and ends.
    type: bool
  expect:
    description:
      - How the main process signals that it is ready.
      - A wrong value makes Upstart wait forever, or track the wrong process.
    type: str
    choices: [none, stop, fork, daemon]
  respawn:
    description: Start the main process again when it exits.
    type: bool
  respawn_limit:
    description:
      - Limit of respawns, a dictionary with C(count) and C(interval) in seconds, or V(unlimited).
      - As text, the words of a job file, such as V(10 5), or JSON of the dictionary.
    type: raw
  normal_exit:
    description:
      - Exit statuses and signal names after which the main process is not respawned.
      - As text, words such as V(0 TERM).
    type: list
    elements: str
  kill_signal:
    description: Signal that stops the main process, by name. Needs Upstart 1.3.
    type: str
  kill_timeout:
    description: Seconds after which a process that ignores this signal gets SIGKILL.
    type: int
  reload_signal:
    description: Signal that makes the main process reload its configuration, by name. Needs Upstart 1.10.
    type: str
  debug:
    description: Stop each child before it runs its program if init runs with C(--debug). Needs Upstart 0.6.7.
    type: bool
  console:
    description: Destination of the output of the processes. V(log) needs Upstart 1.4.
    type: str
    choices: [none, log, output, owner]
  umask:
    description:
      - File creation mask, an octal number in quotes.
      - A number without quotes is an error, because YAML reads it as a different number.
    type: raw
  nice:
    description: Nice level, from -20 to 19.
    type: int
  oom_score:
    description: How early the kernel kills the process when memory runs out, from -1000 to 1000, or V(never).
    type: str
  limits:
    description:
      - Resource limits. For each, a dictionary with C(soft) and C(hard), two values, or one value for both.
      - As text, the words of a job file, such as V(nofile 1024 4096), one limit in a line, or JSON of the dictionary.
    type: raw
  chroot:
    description: Directory that the processes see as the root.
    type: str
  chdir:
    description: Working directory.
    type: str
  setuid:
    description: Name of the user of the processes. Needs Upstart 1.4.
    type: str
  setgid:
    description: Name of the group of the processes. Needs Upstart 1.4.
    type: str
  apparmor_load:
    description: AppArmor profile file to load before the job starts. Needs Upstart 1.9.
    type: str
  apparmor_switch:
    description: AppArmor profile of the main process. Needs Upstart 1.9.
    type: str
  cgroup:
    description:
      - Control groups, each C(CONTROLLER [NAME] [KEY VALUE]) or a dictionary with these, or JSON of the list. Needs
        Upstart 1.13.
    type: list
    elements: raw
  tmpfiles:
    description:
      - Paths of files for systemd-tmpfiles, such as V(/usr/lib/tmpfiles.d/web.conf), which the init of ChromeOS applies
        before O(pre_start). Needs O(dialect=chromeos).
    type: list
    elements: str
    version_added: 2.0.0
  exec:
    description: Command of the main process, one line.
    type: str
  script:
    description: Shell script of the main process, or code for O(interpreter).
    type: str
  interpreter:
    description: Program that runs O(script), such as V(python3). The default is the shell, C(/bin/sh -e).
    type: str
  pre_start:
    description:
      - Command or script to run before the main process.
      - A string without a line break is a command. A string with line breaks, such as a block after C(|), is a script.
        To be explicit, use a dictionary with C(exec), or with C(script) and C(interpreter), or JSON of it.
    type: raw
  post_start:
    description: Command or script to run after the main process has started, in the same forms as O(pre_start).
    type: raw
  pre_stop:
    description: Command or script to run before the main process is stopped, in the same forms as O(pre_start).
    type: raw
  post_stop:
    description: Command or script to run after the main process has ended, in the same forms as O(pre_start).
    type: raw
seealso:
  - module: sysinit.upstart.upstart_service
  - module: sysinit.upstart.upstart_event
"""

EXAMPLES = r"""
- name: Write a service that starts at boot and is respawned
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

- name: Write a service with the usual stanzas, unless it has a file already
  sysinit.upstart.upstart_job:
    name: shop-worker
    preset: service
    exec: /usr/bin/shop-worker
    force: false

- name: Write a task in Python that runs on an event
  sysinit.upstart.upstart_job:
    name: migrate
    start_on: deploy-done
    task: true
    interpreter: python3
    script: |
      import os
      print("migrating to", os.environ["VERSION"])

- name: Keep a packaged job from starting at boot
  sysinit.upstart.upstart_job:
    name: mysql
    override: true
    manual: true

- name: Copy an existing job file
  sysinit.upstart.upstart_job:
    name: cron
    content: "{{ lookup('file', 'cron.conf') }}"

- name: Write these jobs, and remove jobs of an earlier version of the list
  sysinit.upstart.upstart_job:
    jobs:
      - {name: web, exec: /usr/bin/shop, respawn: true}
      - {name: mail, exec: /usr/bin/shop-mail}
    manifest: /var/lib/sysinit.upstart/shop.json
    prune: true

- name: Write a job for a ChromeOS device
  sysinit.upstart.upstart_job:
    name: shop-kiosk
    dialect: chromeos
    description: The shop's kiosk
    author: ops@example.com
    start_on: starting system-services
    stop_on: stopping system-services
    import: [KIOSK_URL]
    oom_score: "-100"
    tmpfiles: [/usr/lib/tmpfiles.d/shop-kiosk.conf]
    exec: /usr/bin/shop-kiosk --url $KIOSK_URL

- name: Write a job and remove another in one run
  sysinit.upstart.upstart_job:
    jobs:
      - {name: web, exec: /usr/bin/shop, respawn: true}
      - {name: old-web, state: absent}

- name: Write a job for the desktop session of alice
  sysinit.upstart.upstart_job:
    scope: session
    name: sync-notes
    start_on: desktop-start
    stop_on: session-end
    respawn: true
    exec: /usr/bin/sync-notes --watch
  become: true
  become_user: alice
  vars:
    ansible_pipelining: true  # or the package acl on the host, see the page on user sessions
"""

RETURN = r"""
jobs:
  description: The result for each job file. Pruned files come last.
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
      description: Path of the file.
      returned: always
      type: str
      sample: /etc/init/web.conf
    state:
      description: The requested state.
      returned: always
      type: str
      sample: present
    changed:
      description: Whether the file has changed.
      returned: always
      type: bool
      sample: true
    created:
      description: Whether the file is new.
      returned: always
      type: bool
      sample: false
    job:
      description:
        - The job as the daemon reads it from the file and its override, as options of this module.
        - Empty for a removed job, and for an override without a job file.
      returned: always
      type: dict
      sample: {"exec": "/usr/bin/shop", "respawn": true}
    hidden_start_on:
      description: The C(start on) condition that C(manual) disables, or null if there is none.
      returned: always
      type: str
      sample: runlevel [2345]
      version_added: 1.0.0
    kept:
      description: Whether the module kept the file because instances of the job are running; see O(keep_running).
      returned: always
      type: bool
      sample: false
      version_added: 1.0.0
    previous:
      description:
        - With O(return_previous), the earlier file, if the task changed or removed it, or would in check mode. Null if
          there was none. Use O(restore) to restore it.
        - C(content) is its text in base64. C(listed) says whether O(manifest) listed the file, and C(enabled) whether
          the job was enabled.
      returned: always
      type: dict
      sample: {"content": "ZXhlYyAvdXNyL2Jpbi9zaG9wCg==", "listed": true, "enabled": true}
      version_added: 1.0.0
    backup_file:
      description:
        - Copy of the old file, or null. The module also keeps a copy without O(backup) if the file has text that is not
          UTF-8 and the job is running; see R(what can go wrong,ansible_collections.sysinit.upstart.docsite.faults).
      returned: always
      type: str
      sample: /etc/init/web.conf.4711.2026-11-21@10:00:00~
    stale_instances:
      description:
        - Names of instances that still run with the definition from before this change (an empty string for the single
          instance).
        - If this task did not change the job, names of instances that run with the definition from before an earlier
          change. Null if the job is running and Upstart is older than 1.6.1, which does not report them.
      returned: always
      type: list
      elements: str
      sample: [""]
    stale_job:
      description:
        - The definition that RV(jobs[].stale_instances) run with, as options of this module. Null if there are no stale
          instances, for a removed file, and if Upstart does not report it.
      returned: always
      type: dict
      sample: {"exec": "/usr/bin/old-shop", "respawn": true}
      version_added: 1.0.0
    warnings:
      description: Likely mistakes and surprises in a job that the daemon accepts.
      returned: always
      type: list
      elements: dict
      contains:
        code:
          description: Code of the finding, as in
            R(the page about findings,ansible_collections.sysinit.upstart.docsite.warnings).
          returned: always
          type: str
          sample: respawn-limit-without-respawn
        severity:
          description: C(warning), which is also shown as a warning of the task, or C(hint).
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
          description: The mistake or surprise.
          returned: always
          type: str
          sample: respawn limit without respawn
        remedy:
          description: How to fix it.
          returned: always
          type: str
          sample: add a line with only respawn
boot:
  description:
    - What the task would make of the next boot. The keys are those of C(difference) in the result of
      P(sysinit.upstart.boot_forecast#filter), such as C(no_longer), C(newly), C(later), C(unsure) and C(summary), and
      C(profile).
    - The comparison includes what earlier tasks of the play would change.
  returned: in check mode, if the task would change when jobs start and O(boot_forecast) is true
  type: dict
  sample: {"profile": "ubuntu_14_04", "no_longer": {"web": "started dbb never comes: there is no job dbb"}}
  version_added: 2.0.0
summary:
  description:
    - A line for people for each job file. It says whether the file is V(created), V(changed), V(unchanged), V(removed),
      V(absent) or V(kept). In check mode, the predicted result.
    - If something is wrong, the line says so after two hyphens.
  returned: always
  type: list
  elements: str
  sample:
    - db unchanged, file /etc/init/db.conf
    - web changed, file /etc/init/web.conf -- it runs with an older definition
  version_added: 2.0.0
manifest:
  description: The content of O(manifest) other than the names.
  returned: when O(manifest) is given
  type: dict
  version_added: 1.0.0
  contains:
    path:
      description: Path of the manifest.
      returned: always
      type: str
      sample: /var/lib/sysinit.upstart/shop.json
    unproven:
      description:
        - Files that this task or an earlier task changed or removed, and with which the job has not started
          successfully yet. Every task removes jobs from this list that run with their current files.
        - Each is a dictionary with C(name), C(override) and C(previous). C(previous) has the form of
          RV(jobs[].previous), with C(content) null for a new file.
      returned: always
      type: list
      elements: dict
      sample: [{"name": "web", "override": false, "previous": {"content": null, "listed": false, "enabled": null}}]
file:
  description: The file that the daemon would reject, or that the module cannot write or remove.
  returned: when a file is the cause
  type: str
  sample: /etc/init/web.conf
  version_added: 1.0.0
done:
  description: Files that the task changed before the failure. The changes stay.
  returned: when a file cannot be written or removed
  type: list
  elements: str
  sample: [/etc/init/db.conf]
  version_added: 1.0.0
line:
  description: Line of the file with the error.
  returned: when the daemon would reject a text
  type: int
  sample: 3
text:
  description: The daemon's own message.
  returned: when the daemon would reject a text
  type: str
  sample: Unknown stanza
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import _daemon_module, _module
from ..module_utils._file_attributes import FileAttributes
from ..module_utils._jobs import options, run

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict  # noqa: F401


def act(module):
    # type: (AnsibleModule) -> Dict[str, Any]
    wanted = options.wanted_jobs(module.params)
    client = _daemon_module.connect(module.params) if module.params["load"] else None
    return run.run(module, client, wanted, FileAttributes(module))


def main():
    # type: () -> None
    spec = dict(
        _daemon_module.daemon_options(),
        jobs=dict(type="list", elements="dict"),
        manifest=dict(type="path"),
        prune=dict(type="bool", default=False),
        boot_forecast=dict(type="bool", default=True),
        load=dict(type="bool", default=True),
        return_previous=dict(type="bool", default=False),
        upstart_version=dict(type="str"),
        _foreseen=dict(type="str", no_log=True),
        **options.argument_spec()
    )  # type: Dict[str, Dict[str, Any]]
    _module.refuse_wrong_options(spec, file_options=True)
    module = AnsibleModule(
        argument_spec=spec,
        required_one_of=[("name", "jobs")],
        mutually_exclusive=[("name", "jobs")],
        required_if=[("prune", True, ["manifest"])],
        required_by={"manifest": ["jobs"]},
        add_file_common_args=True,
        supports_check_mode=True,
    )
    _daemon_module.run(module, act)


if __name__ == "__main__":
    main()
