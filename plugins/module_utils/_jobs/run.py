# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a task of upstart_job: load, plan, act, verify, report."""

from __future__ import absolute_import, division, print_function

from .._host.check_mode import add_to
from . import acting, options, predicting, proof, report, staleness, verifying
from .check_mode import of_jobs
from .manifest import Manifest
from .plans import plan_all
from .watching import watch

__metaclass__ = type


def run(module, client, wanted, attributes):
    """Bring job files into the wanted state, and return the result of the module.

    :param module: AnsibleModule; its warnings are issued here.
    :param client: daemon.client.Upstart, or None to leave the daemon alone.
    :param wanted: list of plans.WantedFile, see options.wanted_jobs.
    :param attributes: _file_attributes.FileAttributes.
    """
    params = module.params
    conf_dir = params["conf_dir"]

    # Load
    if module.check_mode:
        # Imported here because only check mode needs it (saves 11 ms).
        from .._host.check_mode_client import client_for
        client = client_for(client, params)
    version = options.version_of(params["upstart_version"], client)
    manifest = _load_manifest(params, client, version)

    # Plan
    obsolete = manifest.obsolete(wanted, params["prune_except"]) if manifest and params["prune"] else []
    plans = plan_all(obsolete + wanted, conf_dir, version, client.jobs() if client else None, params["log_dir"])
    if manifest:
        manifest.mark(plans)

    # Act and verify
    if module.check_mode:
        predicting.predict(plans, client, attributes, conf_dir)
        if manifest:
            manifest.update(plans)
    else:
        if manifest:
            manifest.announce(plans)
        change_files(plans, client, attributes, conf_dir)
        if manifest:
            manifest.settle(plans)

    # Report
    for text in report.warnings_of(plans):
        module.warn(text)
    result = report.result_of(plans[len(obsolete):] + plans[:len(obsolete)], manifest)
    if module.check_mode:
        add_to(result, params, **of_jobs(plans, manifest))
    return result


def change_files(plans, client, attributes, conf_dir):
    """Carry out plans, verify that init has loaded exactly these files, and note stale instances."""
    watched = watch(plans, client)
    running = verifying.watch_running_jobs(watched, client, conf_dir)
    acting.act(watched, attributes, conf_dir)
    state = verifying.verify(watched, client, conf_dir, running)
    if client:
        staleness.note_stale(watched, state, client, conf_dir)


def _load_manifest(params, client, version):
    """Return the Manifest of a task, or None. Drop its earlier files of jobs that have run with their present files."""
    if params["manifest"] is None:
        return None
    manifest = Manifest(params["manifest"])
    if manifest.unproven and client:
        manifest.forget(proof.proven_jobs(client, sorted(manifest.names()), params["conf_dir"], version))
    return manifest
