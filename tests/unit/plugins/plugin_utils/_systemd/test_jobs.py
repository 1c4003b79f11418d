# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms of input."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import structure
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import InputError, read_jobs

CONF = "# a comment\nstart on startup\nexec /x\n"


def test_texts_have_lines() -> None:
    (job,) = read_jobs({"web": CONF})
    assert [(place.name, place.file, place.line) for place in job.places] == [
        ("start on", "/etc/init/web.conf", 2), ("exec", "/etc/init/web.conf", 3)]
    assert not job.has_override and not job.is_manual


def test_bytes_that_are_not_utf_8() -> None:
    job, = read_jobs({"web": b"exec /x \xe9\n".decode("utf-8", "surrogateescape")})
    assert ascii(job.values["process"]["main"]["command"]) == r"'/x \ufffd'"


def test_overrides() -> None:
    (job,) = read_jobs({"web": {"conf": CONF, "override": "manual\nnice 5\n"}})
    assert job.has_override and job.is_manual
    assert (job.conf_values["nice"], job.values["nice"]) == (None, 5)
    assert [(place.file, place.line) for place in job.places if place.is_override] == [
        ("/etc/init/web.override", 1), ("/etc/init/web.override", 2)]


def test_results_of_upstart_info() -> None:
    info = {"jobs": [{"name": "web", "path": "/opt/init/web.conf", "error": None, "stanzas": structure.read(CONF)},
                     {"name": "gone", "orphan": True}]}
    (job,) = read_jobs(info)
    assert job.process("main") == {"script": False, "command": "/x"} and job.process("pre-start") is None
    assert {(place.file, place.line) for place in job.places} == {("/opt/init/web.conf", None)}


@pytest.mark.parametrize(("source", "file", "line"), [
    ({"web": "exec /x\nnonsense\n"}, "/etc/init/web.conf", 2),
    ({"web": {"conf": CONF, "override": "nonsense"}}, "/etc/init/web.override", 1),
    ({"jobs": [{"name": "web", "stanzas": {}, "error": {"file": "/a", "line": 7, "message": "Unknown stanza"}}]},
     "/a", 7),
])
def test_rejected_files(source: object, file: str, line: int) -> None:
    (job,) = read_jobs(source)
    assert (job.error, job.error_file, job.error_line) == ("Unknown stanza", file, line)


@pytest.mark.parametrize(("source", "message"), [
    ("text", "needs a dictionary"), ({"web": 5}, "job web must be a text"),
    ({"web": {"conf": "", "more": ""}}, "job web must be"), ({"jobs": [{"name": "web"}]}, "subset stanzas"),
    ({"failed": True, "msg": "no daemon"}, "no daemon"),
])
def test_other_input(source: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_jobs(source)
