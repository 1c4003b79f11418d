# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of upstart_job for a job, and the WantedFile for them."""

from __future__ import absolute_import, division, print_function

import re

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._errors import UpstartError
from .._jobfile.options import NAMES_OF_OPTIONS
from .._jobfile.parser import LATEST
from .._jobfile.spelling import did_you_mean
from .plans import WantedFile

__metaclass__ = type

FILE_OPTIONS = dict(
    name=dict(type="str"),
    state=dict(type="str", choices=["present", "absent"], default="present"),
    override=dict(type="bool", default=False),
    content=dict(type="str"),
    restore=dict(type="dict"),
    merge=dict(type="bool", default=False),
    exact=dict(type="bool", default=False),
    backup=dict(type="bool", default=False),
    keep_running=dict(type="bool", default=False),
    enabled=dict(type="bool"),
    validate=dict(type="str"),
)
TYPES = dict(
    bool=("manual", "task", "respawn", "debug"),
    int=("kill_timeout", "nice"),
    dict=("limits",),
    raw=("start_on", "stop_on", "env", "respawn_limit", "umask", "pre_start", "post_start", "pre_stop", "post_stop"),
)
LISTS = dict(emits="str", export="str", normal_exit="str", cgroup="raw")
CHOICES = dict(expect=["none", "stop", "fork", "daemon"], console=["none", "log", "output", "owner"])


def argument_spec():
    """Return the argument spec of a job."""
    spec = dict((name, dict(type="str")) for name in NAMES_OF_OPTIONS)
    for kind, names in TYPES.items():
        spec.update((name, dict(type=kind)) for name in names)
    spec.update((name, dict(type="list", elements=elements)) for name, elements in LISTS.items())
    spec.update((name, dict(type="str", choices=choices)) for name, choices in CHOICES.items())
    spec.update(FILE_OPTIONS)
    return spec


def wanted_jobs(params):
    """Return a WantedFile for each job in a module's parameters; raise UpstartError for an invalid option."""
    if params["jobs"] is None:
        return [_wanted(params)]
    validator = ArgumentSpecValidator(dict(argument_spec(), name=dict(type="str", required=True)))
    wanted = []
    for number, job in enumerate(params["jobs"]):
        checked = validator.validate(job)
        if checked.error_messages:
            raise UpstartError("jobs: %s: %s." % (
                job.get("name", "entry %d" % number), "; ".join(_problems(checked))), name=job.get("name"))
        wanted.append(_wanted(checked.validated_parameters))
    names = [(file.name, file.override) for file in wanted]
    for name in names:
        if names.count(name) > 1:
            raise UpstartError("jobs: %s is listed twice." % name[0], name=name[0])
    return wanted


def _problems(checked):
    """Return what is wrong with an entry of ``jobs``, with a suggestion for each unknown option."""
    problems = []
    for option in sorted(checked.unsupported_parameters):
        suggestion = did_you_mean(option, argument_spec())
        problems.append("unknown option %s%s" % (option, " (%s)" % suggestion if suggestion else ""))
    return problems or [message.rstrip(".") for message in checked.error_messages]


def _wanted(params):
    stanzas = dict((name, params[name]) for name in NAMES_OF_OPTIONS if params.get(name) is not None)
    complete = [name for name in ("content", "restore") if params[name] is not None]
    if complete and (stanzas or params["merge"] or len(complete) > 1):
        others = complete[1:] + sorted(stanzas) + ["merge"] * params["merge"]
        raise UpstartError("Job %s: %s sets the whole file, so it cannot be combined with %s." % (
            params["name"], complete[0], ", ".join(others)), name=params["name"])
    wanted = WantedFile(stanzas=stanzas, **dict((name, params[name]) for name in FILE_OPTIONS))
    if wanted.restore is not None and wanted.restore.get("content", "") is None:
        return wanted._replace(state="absent")  # there was no file before
    return wanted


def version_of(text, client):
    """Return the release of Upstart that will read the files, as a tuple; raise UpstartError for an invalid text."""
    if text is None:
        return client.version() if client else LATEST
    if not re.match(r"[0-9]+(\.[0-9]+)+$", text):
        raise UpstartError("upstart_version is %s, but it must be a release such as 1.12.1." % text)
    return tuple(int(number) for number in text.split("."))
