# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of upstart_job for a job, and the WantedFile for them."""

from __future__ import absolute_import, division, print_function

import re

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .. import _arguments
from .._errors import UpstartError
from .._host.job_names import DEFAULT_CONF_DIR, check_written_name
from .._jobfile.dialects import STOCK, Release
from .._jobfile.options import NAMES_OF_OPTIONS
from .._jobfile.parser import LATEST
from .wanted_file import WantedFile, is_removed_job

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401

__metaclass__ = type

# The stanzas that most services and tasks have. The options of a task replace them.
PRESETS = {
    "service": {"start_on": "runlevel [2345]", "stop_on": "runlevel [!2345]", "respawn": True},
    "task": {"start_on": "runlevel [2345]", "task": True},
}  # type: Dict[str, Dict[str, Any]]
FILE_OPTIONS = dict(
    name=dict(type="str"),
    state=dict(type="str", choices=["present", "absent"], default="present"),
    override=dict(type="bool", default=False),
    content=dict(type="str"),
    restore=dict(type="dict"),
    merge=dict(type="bool", default=False),
    exact=dict(type="bool", default=False),
    force=dict(type="bool", default=True),
    backup=dict(type="bool", default=False),
    keep_running=dict(type="bool", default=False),
    enabled=dict(type="bool"),
    validate=dict(type="str"),
    preset=dict(type="str", choices=sorted(PRESETS)),
)  # type: Dict[str, Dict[str, Any]]
TYPES = dict(
    bool=("manual", "task", "respawn", "debug"),
    int=("kill_timeout", "nice"),
    raw=("start_on", "stop_on", "env", "limits", "respawn_limit", "umask", "pre_start", "post_start", "pre_stop",
         "post_stop"),
)
LISTS = {"emits": "str", "export": "str", "import": "str", "normal_exit": "str", "cgroup": "raw", "tmpfiles": "str"}
CHOICES = dict(expect=["none", "stop", "fork", "daemon"], console=["none", "log", "output", "owner"])


def argument_spec():
    # type: () -> Dict[str, Dict[str, Any]]
    """Return the argument spec of a job."""
    spec = dict((name, dict(type="str")) for name in NAMES_OF_OPTIONS)  # type: Dict[str, Dict[str, Any]]
    for kind, names in TYPES.items():
        spec.update((name, dict(type=kind)) for name in names)
    spec.update((name, dict(type="list", elements=elements)) for name, elements in LISTS.items())
    spec.update((name, dict(type="str", choices=choices)) for name, choices in CHOICES.items())
    spec.update(FILE_OPTIONS)
    return spec


def wanted_jobs(params):
    # type: (Dict[str, Any]) -> List[WantedFile]
    """Return a WantedFile for each job in a module's parameters; raise UpstartError for an invalid option."""
    if params["jobs"] is None:
        return [wanted_file(params, params.get("conf_dir", DEFAULT_CONF_DIR))]
    spec = dict(argument_spec(), name=dict(type="str", required=True))
    validator, known = ArgumentSpecValidator(spec), _arguments.names_of_options(spec)
    wanted = []
    for number, job in enumerate(params["jobs"]):
        checked = validator.validate(job)
        messages = _arguments.problems(job, spec, known=known) or checked.error_messages
        if messages:
            text = " ".join(messages)
            raise UpstartError("jobs: %s: %s%s" % (
                job.get("name", "entry %d" % number), text, "" if text[-1:] in ".?" else "."), name=job.get("name"))
        wanted.append(wanted_file(checked.validated_parameters, params.get("conf_dir", DEFAULT_CONF_DIR)))
    files = {}  # type: Dict[Tuple[str, bool], WantedFile]
    for file in wanted:
        if (file.name, file.override) in files:
            raise UpstartError("jobs: %s is listed twice." % file.name, name=file.name)
        files[file.name, file.override] = file
    for file in wanted:
        override = files.get((file.name, True))
        if is_removed_job(file) and override is not None and override.state == "present":
            raise UpstartError("jobs: %s: removing its job file also removes its override. List only the job file."
                               % file.name, name=file.name)
    return wanted


def wanted_file(params, conf_dir):
    # type: (Dict[str, Any], str) -> WantedFile
    """Return the WantedFile of a job; raise UpstartError for options that contradict each other.

    :param params: dict, the options of ``argument_spec`` with their defaults.
    """
    if params["restore"] is None:
        check_written_name(params["name"], conf_dir, params["state"] == "absent")
    stanzas = dict((name, params[name]) for name in NAMES_OF_OPTIONS if params.get(name) is not None)
    if params["state"] == "absent" and params["force"] is False:
        raise UpstartError("Job %s: force: false keeps an existing file and state: absent removes it. Leave out one of "
                           "them." % params["name"], name=params["name"])
    preset = params["preset"]
    complete = [name for name in ("content", "restore") if params[name] is not None]
    if complete and (stanzas or preset or params["merge"] or len(complete) > 1):
        others = complete[1:] + sorted(stanzas) + ["merge"] * params["merge"] + ["preset"] * bool(preset)
        raise UpstartError("Job %s: %s sets the whole file, so it cannot be combined with %s." % (
            params["name"], complete[0], ", ".join(others)), name=params["name"])
    if preset:
        stanzas = dict(PRESETS[preset], **stanzas)
    fields = dict((name, params[name]) for name in FILE_OPTIONS if name != "preset")
    wanted = WantedFile(stanzas=stanzas, keep_override=False, **fields)
    if wanted.restore is not None and wanted.restore.get("content", "") is None:
        return wanted._replace(state="absent")  # there was no file before
    return wanted


def version_of(text, client, dialect=STOCK):
    # type: (Optional[str], Optional[Upstart], str) -> Tuple[int, ...]
    """Return the release of Upstart that will read the files, as a tuple; raise UpstartError for an invalid text.

    :param dialect: text, of dialects.NAMES; the version of a client has it already.
    """
    if text is None:
        return client.version() if client else Release(LATEST, dialect)
    if not re.match(r"[0-9]+(\.[0-9]+)+$", text):
        raise UpstartError("upstart_version is %s, but it must be a release such as 1.12.1." % text)
    return Release([int(number) for number in text.split(".")], dialect)
