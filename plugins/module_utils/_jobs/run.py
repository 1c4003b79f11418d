# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a task of upstart_job: load, plan, act, verify, report."""

from __future__ import absolute_import, division, print_function

from .._errors import UpstartError
from .._host.accounts import Accounts
from .._host.check_mode import add_to
from .._host.check_mode_client import client_for
from .._host.init_defaults import default_console
from .._host.program_search import is_out_of_sight, programs_of_host
from . import acting, options, predicting, proof, report, staleness, verifying
from .check_mode import of_jobs
from .manifest import Manifest
from .plans import plan_all
from .wanted_file import is_removed_job
from .watching import watch

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Sequence, Tuple  # noqa: F401
    from ansible.module_utils.basic import AnsibleModule  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .plans import FilePlan  # noqa: F401
    from .wanted_file import WantedFile  # noqa: F401

__metaclass__ = type


def run(module, client, wanted, attributes):
    # type: (AnsibleModule, Optional[Upstart], List[WantedFile], Any) -> Dict[str, Any]
    """Bring job files into the wanted state, and return the result of the module.

    :param module: AnsibleModule; its warnings are issued here.
    :param client: daemon.client.Upstart, or None to leave the daemon alone.
    :param wanted: list of wanted_file.WantedFile, see options.wanted_jobs.
    :param attributes: _file_attributes.FileAttributes.
    """
    params = module.params
    conf_dir = params["conf_dir"]

    # Load
    if module.check_mode:
        client = client_for(client, params)
    version = options.version_of(params["upstart_version"], client, params["dialect"])
    manifest = None if params["manifest"] is None else load_manifest(params["manifest"], client, conf_dir, version)

    # Plan
    obsolete = manifest.obsolete(wanted) if manifest and params["prune"] else []
    plans = plan_files(obsolete + wanted, client, params, version, module.check_mode)
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
    for text in report.warnings_of(plans) + report.enabling_warnings(plans):
        module.warn(text)
    by_file = dict(((plan.wanted.name, plan.wanted.override), plan) for plan in plans)
    result = report.result_of([by_file[file.name, file.override] for file in wanted + obsolete], manifest,
                              params["return_previous"])
    if module.check_mode:
        add_to(result, params, **of_jobs(plans, manifest))
    return result


def change_files(plans, client, attributes, conf_dir):
    # type: (Sequence[FilePlan], Optional[Upstart], Any, str) -> None
    """Carry out plans, verify that init has loaded exactly these files, and note stale instances."""
    watched = watch(plans, client)
    running = verifying.watch_running_jobs(watched, client, conf_dir)
    acting.act(watched, attributes, conf_dir)
    state = verifying.verify(watched, client, conf_dir, running)
    if client:
        staleness.note_stale(watched, state, client, conf_dir)


def load_manifest(path, client, conf_dir, version):
    # type: (str, Optional[Upstart], str, Tuple[int, ...]) -> Manifest
    """Return a Manifest without the earlier files of jobs that have run with their present files."""
    manifest = Manifest(path)
    if manifest.unproven and client:
        manifest.forget(proof.proven_jobs(client, sorted(manifest.names()), conf_dir, version))
    return manifest


def plan_files(wanted, client, params, version, check_mode):
    # type: (Sequence[WantedFile], Optional[Upstart], Dict[str, Any], Tuple[int, ...], bool) -> List[FilePlan]
    """Return the FilePlan of each WantedFile, checked by what this host has.

    :param params: dict with ``conf_dir`` and ``log_dir``.
    """
    peer_pid = client.connection.peer["pid"] if client else 0
    # In check mode, an earlier task may have been about to install the programs.
    programs = None if check_mode else programs_of_host(peer_pid)
    known_jobs = client.jobs() if client else None
    plans = plan_all(wanted, params["conf_dir"], version, known_jobs, params["log_dir"], programs,
                     None if is_out_of_sight(peer_pid) else Accounts(), default_console(peer_pid))
    _check_pruned(plans)
    return plans


def _check_pruned(plans):
    # type: (Sequence[FilePlan]) -> None
    """Raise UpstartError if the override of a job is listed, and its job file would be pruned."""
    overrides = set(plan.wanted.name for plan in plans if plan.wanted.override and plan.wanted.state == "present")
    for plan in plans:
        if is_removed_job(plan.wanted) and plan.before is not None and plan.wanted.name in overrides:
            raise UpstartError(
                "Job %s: the list has its override, but no longer its job file %s, which prune would remove. List the "
                "job file too, or neither of them. Nothing was changed." % (plan.wanted.name, plan.path),
                name=plan.wanted.name, path=plan.path)
