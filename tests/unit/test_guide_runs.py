# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All examples of some pages run, one after another, and do what the page says.

UPSTART_BOOT runs these tests on a real daemon; see tests/tools/with_daemon.py.
"""

from __future__ import annotations

import functools

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.tests.unit.support.guide_runs import (
    FAILED,
    SERVICE,
    GuideRun,
    Step,
    sections_of,
)

FILES = {"shop.conf": "# The shop\nstart on runlevel [2345]\nrespawn\nenv PORT=80\nexec /usr/bin/shop --port $PORT\n"}
PROGRAMS = {
    # It fails as release 8, is healthy, and reports the rest in its output.
    "shop": '#!/bin/sh\ncase "$*" in *"--release 8"*) echo no port is free; exit 3;; *--probe*) exit 0;; esac\n'
            'echo "PORT=$PORT $*"\nexec sleep 100000\n',
    "shop-migrate": '#!/bin/sh\necho "migrated $*"\n',
    "mysqld": SERVICE,
}
MYSQL = "[{sysinit.upstart.upstart_job: {name: mysql, exec: /usr/bin/mysqld}}]"
MYSQL_RUNS = """
- sysinit.upstart.upstart_job: {name: mysql, preset: service, exec: /usr/bin/mysqld $OPTIONS}
- sysinit.upstart.upstart_service: {name: mysql, state: started}
"""
# A small boot like that of Ubuntu.
BOOT = """
- sysinit.upstart.upstart_job:
    jobs:
      - {name: mountall, task: true, start_on: startup, exec: mountall --daemon}
      - {name: networking, task: true, start_on: filesystem, exec: ifup -a}
      - {name: rc-sysinit, task: true, start_on: filesystem and static-network-up, exec: telinit 2}
      - {name: shop, preset: service, exec: /usr/bin/shop}
- sysinit.upstart.upstart_service: {name: shop, enabled: true}
"""

I_WANT_TO = {
    "Deploy a job": Step(checks=["status['shop'] == 'start/running'", "'changed=1 ' in output",
                                 "jobs['shop'].stanzas.respawn", "jobs['shop'].enabled"]),
    "Deploy a job file that I have": Step(checks=[
        "status['shop'] == 'start/running'", "jobs['shop'].stanzas.env == {'PORT': '80'}",
        "not jobs['shop'].instances[0].stale"]),
    "Change the environment of a job": Step(checks=[
        "jobs['shop'].stanzas.env == {'PORT': '8081', 'LANG': 'en_GB.UTF-8'}", "jobs['shop'].stanzas.respawn",
        "'PORT=8081 ' in lookup('file', upstart_log_dir ~ '/shop.log')", "not jobs['shop'].instances[0].stale"]),
    "Change a job of a package": Step(before=MYSQL, checks=[
        "jobs['mysql'].stanzas.limits.nofile == {'soft': 4096, 'hard': 4096}", "jobs['mysql'].override is string"]),
    "Take over existing job files": Step(),
    "Remove a job": Step(before="""
        - sysinit.upstart.upstart_job: {name: old-shop, exec: /usr/bin/shop --old}
        - sysinit.upstart.upstart_service: {name: old-shop, state: started}
        """, checks=["'old-shop' not in jobs"]),
    "Deploy on 100 hosts in batches": Step(checks=["status['web'] == 'start/running'"]),
    "Roll back a release that does not start": Step(fails=True, checks=[
        "status['shop'] == 'start/running'", "'--release 8' not in jobs['shop'].stanzas.exec"]),
    "Start a job at boot": Step(checks=["jobs['shop'].enabled", "jobs['shop'].stop_on == {'runlevel': '!2345'}"]),
    "Stop a job from starting at boot, and keep its file": Step(checks=[
        "status['shop'] == 'stop/waiting'", "not jobs['shop'].enabled", "jobs['shop'].override is string"]),
    "Restart a job only if its file has changed": Step(
        before="[{sysinit.upstart.upstart_service: {name: shop, enabled: true}}]",
        checks=["status['shop'] == 'start/running'"]),
    "Reload a job without a restart": Step(
        before="""
        - sysinit.upstart.upstart_job: {name: shop, script: "trap : HUP\\nwhile sleep 1 || :; do :; done\\n"}
        - sysinit.upstart.upstart_service: {name: shop, state: restarted}
        """,
        checks=["'CHANGED' in output", "status['shop'] == 'start/running'"]),
    "Run several instances of a job": Step(checks=[
        "status[item] == 'start/running'".replace("item", f"'worker ({number})'") for number in (1, 2, 3)]),
    "Run a command once for each deployment": Step(checks=[
        "status['migrate'] == 'stop/waiting'",
        "'migrated --to 7' in lookup('file', upstart_log_dir ~ '/migrate.log')"]),
    "Emit an event": Step(checks=["'\"name\": \"migrate\"' in output"]),
    "Free a job that hangs": Step(
        before="""
        - sysinit.upstart.upstart_job: {name: shop, expect: fork, exec: /usr/bin/shop}
        - sysinit.upstart.upstart_service: {name: shop, state: stopped}
        - sysinit.upstart.upstart_service: {name: shop, state: started, timeout: 1}
          register: hung
          failed_when: hung is not failed
        - sysinit.upstart.upstart_job: {name: shop, exec: /usr/bin/shop}
        """, checks=["status['shop'] == 'stop/waiting'"]),
    "Put a limit on restarts": Step(checks=["jobs['shop'].stanzas.respawn_limit == {'count': 5, 'interval': 600}"]),
    "Run a job as another user": Step(checks=[
        "jobs['shop'].stanzas.setuid == 'www-data'", "jobs['shop'].stanzas.setgid == 'www-data'"]),
    "Prepare something before the start": Step(
        after="[{sysinit.upstart.upstart_service: {name: spool, state: started}}]",
        checks=["status['spool'] == 'start/running'"]),
    "Give a program more time to stop": Step(checks=["jobs['shop'].stanzas.kill_timeout == 60"]),
    "Allow a job more open files": Step(checks=[
        "jobs['shop'].stanzas.limits.nofile == {'soft': 4096, 'hard': 4096}"]),
    "Keep the output of a job": Step(checks=["'logger' in jobs['shop-el6'].stanzas.exec"]),
    "Wait for the network": Step(checks=[
        "jobs['shop'].start_on == {'all': ['filesystem', {'event': 'net-device-up', 'env': ['IFACE=eth1']}]}"]),
    "Order two jobs": Step(checks=[
        "jobs['shop'].start_on == {'started': 'db'}", "jobs['shop'].stop_on == {'stopping': 'db'}"]),
    "Do something when a job fails": Step(checks=["jobs['shop-alarm'].start_on.env == ['RESULT=failed']"]),
    "See what runs, and what is wrong": Step(checks=["'worker (1) start/running' in output"]),
    "See why a job did not start": Step(
        before="[{sysinit.upstart.upstart_job: {name: shop, start_on: startde db, exec: /usr/bin/shop}}]",
        checks=["'startde' in output"]),
    "Know what the next boot does": Step(before=BOOT, checks=["'failed=0' in output"]),
    "Find out what made the last boot slow": Step(checks=["upstart.boot is defined"]),
    "Show the jobs of all hosts to a colleague": Step(checks=["'upstart-report.html' is file"]),
    "See what a play would change": Step(checks=["'--port 8080' in output"]),
    "Check job files in git without Ansible": Step(checks=["'etc/init/' in output"]),
    "Test a role without an Upstart host": Step(why_not="the molecule scenarios run the role emulator"),
    "Keep roles that use ansible.builtin.service": Step(before="""
        - sysinit.upstart.upstart_job: {name: cron, exec: /usr/bin/shop}
        - sysinit.upstart.upstart_service: {name: cron, state: started}
        """, checks=["status['cron'] == 'stop/waiting'"]),
    "Move to systemd": Step(checks=["'systemd-migration.html' is file"]),
}
OVERRIDES = {
    "Change a job of a package": Step(before=MYSQL_RUNS, checks=[
        "status['mysql'] == 'start/running'", "not jobs['mysql'].instances[0].stale",
        "lookup('file', upstart_conf_dir ~ '/mysql.override') == texts['overrides'][0]"]),
    "Keep a job from starting at boot": Step(checks=[
        "not jobs['mysql'].enabled", "status['mysql'] == 'start/running'",
        "'limit nofile' in lookup('file', upstart_conf_dir ~ '/mysql.override')"]),
    "Change what starts a job": Step(checks=[
        "jobs['mysql'].start_on.any | length == 2", "jobs['mysql'].stop_on == {'runlevel': '!2345'}"]),
    "Undo it": Step(checks=["jobs['mysql'].override is none", "jobs['mysql'].enabled"]),
}
INSTANCES = {
    "Run N workers": Step(checks=[
        "status.keys() | zip(status.values()) | map('join', ' ') | select('match', 'worker .* start/running') "
        "| list | length == 4",
        "'--worker 3' in lookup('file', upstart_log_dir ~ '/worker-3.log')"]),
    "Scale up and down": Step(checks=[
        "status | select('match', 'worker') | sort == ['worker (1)', 'worker (2)']"]),
    "Run instances by name": Step(checks=[
        "status | select('match', 'queue') | sort == ['queue (mail)', 'queue (orders)']",
        "'--priority high' in lookup('file', upstart_log_dir ~ '/queue-orders.log')",
        "'--priority low' in lookup('file', upstart_log_dir ~ '/queue-orders.log')"]),
    "With the role": Step(checks=[
        "status | select('match', 'worker') | sort == ['worker (1)', 'worker (2)', 'worker (3)']"]),
    "Stop instances": Step(checks=[
        "'worker (2)' not in status", "'worker (1)' in status", "status.queue == 'stop/waiting'"]),
    "Start N instances at boot": Step(after="""
        - sysinit.upstart.upstart_service: {name: worker, state: stopped}
        - sysinit.upstart.upstart_event: {name: runlevel, env: [RUNLEVEL=2, PREVLEVEL=N]}
        """, checks=["status | select('match', 'worker \\\\(') | list | length == 4"]),
    "If a variable is missing": Step(
        before="[{sysinit.upstart.upstart_service: {name: worker, state: stopped}}]", fails=True,
        checks=["guide_failure.msg == texts['instances'][1]"]),
}
CONF_FILES = {
    "files/init/shop.conf": FILES["shop.conf"], "files/init/shop.override": "env PORT=81\n",
    "files/init/shop-import.conf": "task\nstart on import\nexec /usr/bin/shop-migrate\n",
}
FROM_JOB_FILES = {
    "Pass the files on": Step(checks=[
        "lookup('file', upstart_conf_dir ~ '/shop.override') == lookup('file', 'files/init/shop.override')",
        "lookup('file', upstart_conf_dir ~ '/shop.conf') == lookup('file', 'files/init/shop.conf')",
        "'shop-import' in jobs"]),
    "Convert one file": Step(checks=["shown['jobs.yml'].upstart_jobs_list == [{'name': 'shop'} | combine("
                                     "lookup('file', 'shop.conf') | sysinit.upstart.from_job_file)]"]),
    "Convert a folder": Step(checks=[
        "(lookup('file', 'jobs.yml') | from_yaml).upstart_jobs_list | map(attribute='name') == ['shop', 'shop-import']",
        "(lookup('file', 'jobs.yml') | from_yaml).upstart_jobs_list[0].env == {'PORT': '81'}"]),
    "Convert the jobs of a host": Step(checks=["upstart.jobs | length == 2"]),
    "Check that nothing changes": Step(checks=["'+env PORT=81' in output", "'shop-migrate' not in output"]),
}
STEPS = {"i_want_to": I_WANT_TO, "overrides": OVERRIDES, "instances": INSTANCES, "from_job_files": FROM_JOB_FILES}


@pytest.mark.parametrize("page", STEPS)
def test_every_section_is_known(page: str) -> None:
    assert [section.title for section in sections_of(page)] == list(STEPS[page])


@functools.cache
def outputs_of(page: str) -> tuple[str, dict[str, str]]:
    """Run a page once; see GuideRun.run for what it returns."""
    with with_daemon.running() as daemon:
        return GuideRun(page, STEPS[page], daemon, {**FILES, **CONF_FILES}, PROGRAMS).run()


@pytest.mark.parametrize(("page", "title"), [(page, title) for page, steps in STEPS.items()
                                             for title, step in steps.items() if not step.why_not])
def test_the_examples_of_a_section(page: str, title: str) -> None:
    failure, outputs = outputs_of(page)
    assert not failure, failure
    assert FAILED not in outputs[title], outputs[title]
