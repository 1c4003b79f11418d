# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances as templates."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.instances import (
    InstanceForm,
    instance_form,
    instance_unit,
)
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import read_jobs


@pytest.mark.parametrize(("stanza", "form"), [
    ("", InstanceForm()), ("instance $N", InstanceForm("instance", "N", "%I")),
    ("instance tty-${N}5%", InstanceForm("instance", "N", "tty-%I5%%")),
    ("instance $A-$B", InstanceForm("instance-several", "", "%I")),
    ("instance ${A:-b}", InstanceForm("instance-several", "", "%I")),
    ("instance x", InstanceForm("instance-fixed", "", "x")),
])
def test_form(stanza: str, form: InstanceForm) -> None:
    (job,) = read_jobs({"web": f"{stanza}\n"})
    assert instance_form(job) == form


@pytest.mark.parametrize(("text", "arguments", "unit"), [
    ("exec /x", [], "web.service"), ("instance $N", [], None), ("instance $N", ["N=a b"], "web@a\\x20b.service"),
    ("instance tty$N", ["N=4"], "web@4.service"), ("env N=5\ninstance $N", [], "web@5.service"),
    ("instance $N", ["N=[12]"], None), ("instance $N", ["N!=1"],
                                        None), ("instance $A-$B", ["A=1", "B=2"], "web@1\\x2d2.service"),
    ("instance $N", ["N="], None),
])
def test_unit(text: str, arguments: list[str], unit: str | None) -> None:
    (job,) = read_jobs({"web": f"{text}\n"})
    assert instance_unit("web", job, arguments) == unit
