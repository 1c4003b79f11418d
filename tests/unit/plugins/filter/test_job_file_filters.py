# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters from_job_file and to_job_file, as functions and inside a template."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.filter import from_job_file as from_filter
from ansible_collections.sysinit.upstart.plugins.filter import to_job_file as to_filter
from ansible_collections.sysinit.upstart.plugins.filter.from_job_file import from_job_file
from ansible_collections.sysinit.upstart.plugins.filter.to_job_file import to_job_file

WEB = """\
description "a web server"

start on (local-filesystems and net-device-up IFACE!=lo)
stop on runlevel [!2345]

env PORT=80

respawn

umask 027

exec /usr/sbin/web --port $PORT
"""
OPTIONS = yaml.safe_load(from_filter.RETURN)["_value"]["sample"]


def test_the_sample_is_what_the_filter_returns() -> None:
    assert from_job_file(WEB) == OPTIONS


def test_the_filters_are_inverse() -> None:
    assert to_job_file(OPTIONS) == WEB


def test_the_sample_of_to_job_file() -> None:
    job = yaml.safe_load(to_filter.EXAMPLES)[0]["vars"]["job"]
    assert to_job_file(job) == yaml.safe_load(to_filter.RETURN)["_value"]["sample"]


@pytest.mark.parametrize(
    ("conf", "override", "options"),
    [
        ("", None, {}),
        ("start on a\nexec b\n", "manual\n", {"exec": "b", "manual": True}),
        ("manual\n", None, {"manual": True}),
        ("manual\nstart on a\n", None, {"start_on": "a"}),
        ("start on a\n", "env A=1\n", {"start_on": "a", "env": {"A": "1"}}),
        ("env A=1\n", "env A=2\n", {"env": {"A": "2"}}),
        ("kill signal USR1\nnormal exit 0 TERM\n", None, {"kill_signal": "USR1", "normal_exit": [0, "TERM"]}),
    ],
)
def test_from_job_file(conf: str, override: str | None, options: dict[str, Any]) -> None:
    assert from_job_file(conf, override) == options


def test_a_dialect() -> None:
    text = "import A\n\ntmpfiles /a.conf\n\nexec b\n"
    options = {"import": ["A"], "tmpfiles": ["/a.conf"], "exec": "b"}
    assert from_job_file(text, dialect="chromeos") == options
    assert to_job_file(options, dialect="chromeos") == text
    for call in (lambda: from_job_file(text), lambda: to_job_file(options)):
        with pytest.raises(AnsibleFilterError, match="only the init of ChromeOS has import: set dialect: chromeos if"):
            call()


def test_an_override_does_not_count_before_upstart_1_3() -> None:
    assert from_job_file("exec a\n", "exec b\n", version="0.6.5") == {"exec": "a"}
    assert from_job_file("exec a\n", "manual\n", version="1.3") == {"exec": "a", "manual": True}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, ""),
        ({"manual": False}, ""),
        ({"manual": True}, "manual\n"),
        ({"start_on": "a", "manual": True, "exec": "b"}, "start on a\nmanual\n\nexec b\n"),
    ],
)
def test_to_job_file(options: dict[str, Any], text: str) -> None:
    assert to_job_file(options) == text


def test_a_header_is_a_comment() -> None:
    assert to_job_file({"exec": "a"}, header="one\ntwo") == "# one\n# two\n\nexec a\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((7,), "sysinit.upstart.from_job_file needs text, not int"),
        (("", 7), "sysinit.upstart.from_job_file needs text, not int"),
        (("", None, 1.5), "sysinit.upstart.from_job_file needs text, not float"),
        (("", None, "new"),
         "sysinit.upstart.from_job_file: new is not a version of Upstart (use a version such as 1.5, in quotes)"),
        (("", None, "1.5", 7), "sysinit.upstart.from_job_file needs text, not int"),
        (("", None, "1.5", "new"),
         "sysinit.upstart.from_job_file: new is not a dialect (use one of stock, chromeos)"),
        (("task\nbogus\n",), "sysinit.upstart.from_job_file: conf:2: Unknown stanza ("),
        (("task\n", "nice x\n"), "sysinit.upstart.from_job_file: override:1: Illegal nice value"),
        (("setuid www\n", None, "1.3"), "sysinit.upstart.from_job_file: conf:1: Unknown stanza ("),
    ],
)
def test_from_job_file_explains(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        from_job_file(*arguments)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("exec a\n",), "sysinit.upstart.to_job_file needs a dictionary, not str"),
        (({}, 2), "sysinit.upstart.to_job_file needs text, not int"),
        (({}, "1.5", ["a"]), "sysinit.upstart.to_job_file needs text, not list"),
        (({}, "1.5", None, 7), "sysinit.upstart.to_job_file needs text, not int"),
        (({}, "1.5", None, "new"), "sysinit.upstart.to_job_file: new is not a dialect (use one of stock, chromeos)"),
        (({"nice": 20},), "sysinit.upstart.to_job_file: nice must be from -20 to 19, not 20"),
        (({"description": "a\nb"},), "sysinit.upstart.to_job_file: description: a line break cannot be written"),
        (({"manual": "yes"},), "sysinit.upstart.to_job_file: manual must be true or false, not a text"),
        (({"setuid": "www"}, "1.3"), "sysinit.upstart.to_job_file: setuid needs Upstart 1.4 or later"),
    ],
)
def test_to_job_file_explains(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        to_job_file(*arguments)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("plugin", [from_filter, to_filter])
def test_the_plugin_offers_what_its_documentation_names(plugin: Any) -> None:
    name = yaml.safe_load(plugin.DOCUMENTATION)["name"]
    assert list(plugin.FilterModule().filters()) == [name]
    assert yaml.safe_load(plugin.EXAMPLES)
