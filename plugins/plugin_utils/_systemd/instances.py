# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instance stanza of a job as the template of a unit."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.sysinit.upstart.plugins.module_utils._events.expand import instance_name, variable_behind
from ansible_collections.sysinit.upstart.plugins.module_utils._events.glob import is_literal
from ansible_collections.sysinit.upstart.plugins.module_utils._events.match import split_argument

from .jobs import HostJob
from .names import escape

REFERENCE = re.compile(r"\$(?:([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})")
VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")  # also with an operator, as in ${N:-1}


@dataclass(frozen=True)
class InstanceForm:
    """How the instances of a job are named.

    :ivar code: the row of the table, or "" for a job without instances.
    :ivar variable: the variable in the instance stanza if there is only one, else "".
    :ivar name: the instance stanza with %I in place of the variable.
    """

    code: str = ""
    variable: str = ""
    name: str = ""

    @property
    def is_template(self) -> bool:
        return self.code in ("instance", "instance-several")


def instance_form(job: HostJob) -> InstanceForm:
    """Return the form of a job's instances."""
    stanza = str(job.values["instance"] or "")
    if not stanza:
        return InstanceForm()
    references = REFERENCE.findall(stanza)
    if not references and "$" not in stanza:
        return InstanceForm("instance-fixed", "", stanza.replace("%", "%%"))
    if len(references) == 1 and REFERENCE.sub("", stanza).count("$") == 0:
        name = REFERENCE.sub("\0", stanza.replace("%", "%%")).replace("\0", "%I")
        return InstanceForm("instance", "".join(references[0]), name)
    return InstanceForm("instance-several", "", "%I")


def instance_variables(job: HostJob) -> set[str]:
    """Return the variables that name the instances of a job."""
    return set(VARIABLE.findall(str(job.values["instance"] or "")))


def instance_unit(stem: str, job: HostJob, arguments: t.Sequence[str]) -> str | None:
    """Return the unit that a condition starts: that of the instance for a template, None if it is not known.

    :param arguments: the arguments of the event; a literal value for the instance's variable counts. With a pattern or
        != for it, the event has a value that is not known, which the job gets instead of its own ``env``.
    """
    form = instance_form(job)
    if not form.is_template:
        return f"{stem}.service"
    variables = instance_variables(job)
    named = [item for item in map(split_argument, arguments) if item[0] in variables and "$" not in item[1]]
    if any(negated or not is_literal(value) for _variable, value, negated in named):
        return None
    env = [f"{variable}={value}" for variable, value, _negated in named]
    name = instance_name(str(job.values["instance"]), [*job.values["env"], *env])
    if name is None:
        return None
    behind = variable_behind(str(job.values["instance"]), name)
    value = behind[0].partition("=")[2] if form.code == "instance" and behind else name
    return f"{stem}@{escape(value)}.service" if value else None  # a unit has no instance with an empty name
