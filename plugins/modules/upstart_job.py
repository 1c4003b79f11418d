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
  - Writes the job file C(NAME.conf), or its override C(NAME.override), from options or from a complete text. Waits
    until the daemon has loaded it.
  - Does not start, stop or restart jobs. Running instances keep the definition that they were started with, and the
    result lists them as stale. Use M(sysinit.upstart.upstart_service) to start and restart them, or
    M(sysinit.upstart.upstart_deploy) to do both in one task.
  - Checks everything before it writes anything. If the daemon would reject a file, the task fails with the daemon's own
    message and the line. Likely mistakes are warnings; see
    R(the page about findings,ansible_collections.sysinit.upstart.docsite.warnings).
  - Leaves a file alone if the daemon would read the same job from it.
  - Writes files atomically, so the daemon never loads a part of a file. If a file changes after the task has read it,
    the task fails and writes nothing.
  - If the daemon may have missed a change, for example to a symbolic link, the task makes it reload its configuration.
author: []
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
      - Name of the job, which is the path of its file below O(conf_dir) without C(.conf). Required unless O(jobs) is
        given.
      - The path components V(.) and V(..) are not allowed. Names that Upstart never reads, such as V(CVS/web), are not
        allowed either.
      - Names with blanks around them, or with C(.conf) or C(.override) at the end, are only accepted with
        O(state=absent).
      - If the path of the log in O(log_dir) would be longer than 255 bytes, the task fails, because init would retry
        the start forever. With O(console=none) there is no log.
    type: str
  state:
    description:
      - V(present) writes the file. V(absent) removes it, and with a job file also its override. Neither starts or stops
        the job. To stop it first, use M(sysinit.upstart.upstart_service).
      - With V(absent), the module also removes subdirectories of O(conf_dir) that are empty afterwards.
    type: str
    choices: [present, absent]
    default: present
  keep_running:
    description:
      - With O(state=absent), keep the file while instances of the job are running. RV(jobs[].kept) is then true. Stop
        the instances, and remove the file with another task.
    type: bool
    default: false
    version_added: 1.0.0
  enabled:
    description:
      - Whether events start the job, as in O(sysinit.upstart.upstart_service#module:enabled). Set it here if a list of
        jobs is used for tasks of both modules. Otherwise each module undoes the change of the other.
      - With O(override), it adds C(manual) to the override or removes it. Without O(override) it has no effect, except
        before Upstart 1.3, which has no overrides. There it changes the job file.
      - The task warns if the job is not enabled or disabled as asked. It does not fail for a job that cannot be
        enabled; M(sysinit.upstart.upstart_service) does.
    type: bool
    version_added: 1.0.0
  override:
    description:
      - Write C(NAME.override) instead of C(NAME.conf). Upstart reads it after the job file, and its stanzas replace
        those of the job file. Use it to change a job of a package. Needs Upstart 1.3.
    type: bool
    default: false
  jobs:
    description:
      - Several jobs in one task, each a dictionary with the options from O(name) to O(post_stop), except O(jobs) and
        those that apply to the task, such as O(manifest) and O(load). The module checks all of them before it writes
        the first.
    type: list
    elements: dict
  manifest:
    description:
      - File on the host that records which files O(jobs) wrote. O(prune) needs it to find the jobs to remove. Its name
        must end in C(.json). The module creates its directory. Only its owner can read the file.
      - It also keeps the earlier text of changed files, until the jobs have started with the new one. See
        RV(manifest.unproven).
      - If you deploy several lists of jobs to one host, use one manifest for each list, all in one directory. A file
        that is in two manifests is kept until it is in neither.
      - If a file existed before and O(merge) only changed stanzas in it, the manifest does not list it.
    type: path
    version_added: 1.0.0
  prune:
    description:
      - Remove files that are in O(manifest) but no longer in O(jobs), as O(state=absent) does. O(keep_running) applies.
      - A job file takes its override with it, unless another list on the host has the override. If O(jobs) still has
        the override, the task fails and changes nothing.
    type: bool
    default: false
    version_added: 1.0.0
  boot_forecast:
    description:
      - In check mode, whether to predict how the task would change the next boot. If jobs would start at another time,
        or not at all, the result has RV(boot). The task warns about jobs that would no longer start.
      - The prediction reads all jobs of the host, and runs on the controller. It guesses the distribution of the host
        from its jobs. To give it more facts, such as network interfaces, use the filter
        P(sysinit.upstart.boot_forecast#filter). See R(the guide to the boot
        forecast,ansible_collections.sysinit.upstart.docsite.boot_forecast).
    type: bool
    default: true
    version_added: 2.0.0
  content:
    description:
      - The complete text of the file, instead of single stanzas. Use it to copy an existing job file.
    type: str
  restore:
    description:
      - The file to restore, which is RV(jobs[].previous) of an earlier task with O(return_previous), or C(previous) in
        RV(manifest.unproven).
        The module restores it byte for byte, even if it is invalid. If its C(content) is null, there was no file, so
        the module removes the file and keeps its override. O(keep_running) applies.
    type: dict
    version_added: 1.0.0
  merge:
    description:
      - Change only the given stanzas, and keep the rest of an existing file, including comments and layout.
    type: bool
    default: false
  exact:
    description:
      - Whether to replace a file that differs only in comments or layout. By default, such a file stays as it is.
    type: bool
    default: false
  force:
    description:
      - Whether to change an existing file. With V(false), the module only writes files that do not exist. Use it for
        jobs that the administrators of the host edit. The task fails if Upstart would reject an existing file.
        O(enabled) still applies.
    type: bool
    default: true
    version_added: 2.0.0
  return_previous:
    description:
      - Whether to return the earlier text of changed files in RV(jobs[].previous), for O(restore). The text may contain
        secrets.
    type: bool
    default: false
    version_added: 2.0.0
  load:
    description:
      - Whether to wait until the daemon has loaded the files. V(false) only writes them, and needs no daemon. Use it to
        build images.
    type: bool
    default: true
  upstart_version:
    description:
      - Release of Upstart that will read the files, such as V(1.5). Set it with O(load=false) if the files are for an
        older release. The default is the version of the daemon, or 1.13.2 with O(load=false).
    type: str
  backup:
    description:
      - Keep a copy of a changed or removed file in the same directory, under a name that the daemon ignores.
    type: bool
    default: false
  validate:
    description:
      - Command that checks the file before the module installs it. Each C(%s) stands for the path of a copy, and
        C(%%) for a percent sign. If the command fails, the task fails and writes nothing.
    type: str
  preset:
    description:
      - Start with the usual stanzas of a kind of job. The stanzas that you set replace them.
      - V(service) sets C(start on runlevel [2345]), C(stop on runlevel [!2345]) and C(respawn).
      - V(task) sets C(start on runlevel [2345]) and C(task).
    type: str
    choices: [service, task]
    version_added: 2.0.0
  _foreseen:
    description:
      - "Internal: set by the action plugin in check mode. Do not use."
    type: str
    version_added: 2.0.0
  description:
    description: Short description of the job, one line.
    type: str
  author:
    description: Author of the job.
    type: str
  version:
    description: Version of the job.
    type: str
  usage:
    description: Which variables the job needs, for users. Upstart shows it if one is missing. Needs Upstart 1.5.
    type: str
  emits:
    description: Names of the events that the job emits itself. Upstart does not use the list, but tools do that
      search for the emitter of an event, such as M(sysinit.upstart.upstart_info).
    type: list
    elements: str
  start_on:
    description:
      - Condition on events that starts the job. As text, it is what follows C(start on) in a job file, such as
        V(runlevel [2345] and started dbus).
      - As a structure, it is an event, or a dictionary with C(all) or C(any) and a list of conditions. An event is its
        name, a dictionary with C(event), C(args) and C(env), or a dictionary with one of the keys C(runlevel),
        C(starting), C(started), C(stopping) and C(stopped).
      - A text that begins with C({) is JSON of a structure.
      - See R(the guide to events,ansible_collections.sysinit.upstart.docsite.events).
    type: raw
  stop_on:
    description: Condition that stops the job, in the same forms as O(start_on).
    type: raw
  manual:
    description:
      - Do not start the job on events. In an override, it disables the C(start on) of the job file.
      - With O(start_on), the file keeps the condition, so O(enabled=true) can restore it later.
    type: bool
  instance:
    description: Name of the instances, formed from variables, such as V($TTY). Upstart then runs one instance of the
      job for each name. Without it, the job has a single instance.
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
      - Environment variables for the processes of the job, with their default values. Events and commands that start
        the job can set other values.
      - A dictionary, a list of C(KEY=VALUE), a string of such words quoted as in a shell, or JSON of a dictionary or a
        list. For a name without a value, the job gets the value of init's own environment.
    type: raw
  export:
    description: Names of variables that the job's own events, such as C(started), also carry.
    type: list
    elements: str
  task:
    description: Whether the job is a task, which runs to its end. A start of a task waits until it has ended.
    type: bool
  expect:
    description:
      - How the main process shows that it is ready. V(none) means that it is ready at once. V(stop) means that it stops
        itself with SIGSTOP. V(fork) and V(daemon) mean that it forks once or twice, as programs do that go into the
        background.
      - With a wrong value, Upstart waits forever or tracks the wrong process. If possible, make the program stay in the
        foreground, and leave this option out.
    type: str
    choices: [none, stop, fork, daemon]
  respawn:
    description: Whether to start the main process again when it exits. O(respawn_limit) limits how often.
    type: bool
  respawn_limit:
    description:
      - How often Upstart starts the main process again, before it gives up. A dictionary with C(count) and C(interval)
        in seconds, or V(unlimited). As text, the words of a job file, such as V(10 5), or JSON of the dictionary.
      - The default of Upstart is 10 times in 5 seconds. It has no effect without O(respawn).
    type: raw
  normal_exit:
    description:
      - Exit statuses and names of signals with which the main process ends normally. It is then not started again, and
        a task does not fail. As text, words such as V(0 TERM).
    type: list
    elements: str
  kill_signal:
    description: Name of the signal that stops the main process. The default of Upstart is V(TERM). Needs Upstart 1.3.
    type: str
  kill_timeout:
    description: Seconds that a process may take to end after O(kill_signal). After that, it gets SIGKILL. The default
      of Upstart is 5 seconds.
    type: int
  reload_signal:
    description: Name of the signal that makes the main process reload its configuration. The default of Upstart is
      V(HUP). Needs Upstart 1.10.
    type: str
  debug:
    description: For developers of Upstart. If init runs with C(--debug), each process of the job stops before it runs
      its program. Needs Upstart 0.6.7.
    type: bool
  console:
    description:
      - Where the output of the processes goes. V(log) is a file in the log directory, and needs Upstart 1.4. V(none) is
        C(/dev/null). V(output) and V(owner) are the system console, C(/dev/console).
      - The default of Upstart is V(log) from 1.4 on, and V(none) before.
    type: str
    choices: [none, log, output, owner]
  umask:
    description:
      - Permissions that new files of the processes do not get, an octal number in quotes such as V("022"). A number
        without quotes is an error, because YAML reads it as a different number.
    type: raw
  nice:
    description: Nice level of the processes, from -20 (first) to 19 (last).
    type: int
  oom_score:
    description: How early the kernel kills the processes when memory runs out, from V(-1000) (last) to V(1000) (first),
      or V(never).
    type: str
  limits:
    description:
      - Resource limits of the processes, a dictionary by name, such as C(nofile). A value is a dictionary with C(soft)
        and C(hard), a list of these two, or one value for both.
      - As text, the words of a job file, such as V(nofile 1024 4096), with one limit in each line, or JSON of the
        dictionary.
    type: raw
  chroot:
    description: Directory that the processes see as C(/).
    type: str
  chdir:
    description: Working directory of the processes. The default of Upstart is C(/).
    type: str
  setuid:
    description: Name of the user that runs the processes. The default is root. Needs Upstart 1.4.
    type: str
  setgid:
    description: Name of the group of the processes. Needs Upstart 1.4. Set it together with O(setuid).
    type: str
  apparmor_load:
    description: Path of an AppArmor profile to load before the job starts. Needs Upstart 1.9.
    type: str
  apparmor_switch:
    description: Name of the AppArmor profile of the main process. Needs Upstart 1.9.
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
    description: Command of the main process, one line. For several commands, use O(script).
    type: str
  script:
    description: Shell script of the main process, or code for O(interpreter). Excludes O(exec). Put C(exec) in front of
      the last command, so that Upstart tracks the program and not the shell.
    type: str
  interpreter:
    description: Program that runs O(script), such as V(python3). The default is the shell, C(/bin/sh -e).
    type: str
  pre_start:
    description:
      - Command or script to run before the main process. If it fails, the job does not start.
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
  - module: sysinit.upstart.upstart_deploy
  - plugin: sysinit.upstart.from_job_file
    plugin_type: filter
  - ref: ansible_collections.sysinit.upstart.docsite.warnings
    description: The findings in job files, with their reasons and remedies.
  - ref: ansible_collections.sysinit.upstart.docsite.moving_from_template_service
    description: How to replace template and service tasks.
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

- name: Write a service with the usual stanzas, unless the host already has a file for it
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

- name: Write these jobs, and remove jobs that were in an earlier version of the list
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
        - The job as the daemon reads it from the file and its override, in the form of the options of this module.
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
        - With O(return_previous), the file before the task changed or removed it; in check mode, before it would
          change. Null if there was no file, or no change. Pass it to O(restore) to restore the file.
        - C(content) is its text in base64. C(listed) says whether O(manifest) listed the file, and C(enabled) whether
          the job was enabled.
      returned: always
      type: dict
      sample: {"content": "ZXhlYyAvdXNyL2Jpbi9zaG9wCg==", "listed": true, "enabled": true}
      version_added: 1.0.0
    backup_file:
      description:
        - Path of the copy of the old file, or null. The module also keeps a copy without O(backup) if the file has text
          that is not UTF-8 and the job is running; see R(the page about what can go
          wrong,ansible_collections.sysinit.upstart.docsite.faults).
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
      description: Findings, which are likely mistakes and surprises in a job that the daemon accepts.
      returned: always
      type: list
      elements: dict
      contains:
        code:
          description: Code of the finding. It is a heading of
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
    - How the task would change the next boot. The keys are those of C(difference) in the result of
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
  description: What O(manifest) holds apart from the names of the files.
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
          successfully yet. A later task with the same manifest removes an entry when the job runs with its current
          files.
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
name:
  description: Name of the job that the failure is about.
  returned: when the failure is about one job
  type: str
  sample: web
code:
  description: Code of the finding because of which the module refuses the file. It is a heading of
    R(the page about findings,ansible_collections.sysinit.upstart.docsite.warnings).
  returned: when the module refuses a file
  type: str
  sample: kill-timeout-zero
hint:
  description: The remedy alone, which RV(ignore:msg) contains too. Null if there is none.
  returned: when an option or a file has a wrong value
  type: str
  sample: check the spelling of the stanza and of its second word; both are lower case and not quoted
option:
  description: The option with the wrong value.
  returned: when an option is the cause
  type: str
  sample: exec
entry:
  description: The part of a list of variables that is wrong.
  returned: when a variable is the cause
  type: str
  sample: PORT 80
unchangeable:
  description: Names of the values of the file that cannot be changed without a change of other values.
  returned: when a file cannot be changed as the task asks
  type: list
  elements: str
  sample: [exec]
command:
  description: The command of O(validate) that failed.
  returned: when the command of O(validate) fails
  type: str
  sample: /usr/local/bin/check-job /etc/init/web.conf
rc:
  description: Exit status of RV(command).
  returned: when the command of O(validate) fails
  type: int
  sample: 1
stdout:
  description: Standard output of RV(command).
  returned: when the command of O(validate) fails
  type: str
  sample: ""
stderr:
  description: Standard error of RV(command).
  returned: when the command of O(validate) fails
  type: str
  sample: no description
error:
  description: D-Bus name of the error.
  returned: when Upstart or the message bus rejects a call
  type: str
  sample: com.ubuntu.Upstart0_6.Error.PermissionDenied
method:
  description: D-Bus method of the call.
  returned: when a call fails
  type: str
  sample: GetAllJobs
address:
  description: Address of the daemon.
  returned: when the connection to it fails
  type: str
  sample: unix:abstract=/com/ubuntu/upstart
timeout:
  description: Seconds that the module waited.
  returned: when something did not happen in time
  type: float
  sample: 60.0
peer:
  description: The process that answers at the address, as C(pid) and C(uid).
  returned: when it belongs to the wrong user, or the daemon was replaced
  type: dict
  sample: {"pid": 4711, "uid": 1000}
before:
  description: Process ID of the daemon before the connection to it was lost.
  returned: when another process answers after a lost connection
  type: int
  sample: 1
uid:
  description: ID of the user whose sessions the module searched for.
  returned: when the user has no running session, or several
  type: int
  sample: 1000
sessions:
  description: Addresses of the running sessions of the user.
  returned: when the user has no running session, or several
  type: list
  elements: str
  sample: []
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
