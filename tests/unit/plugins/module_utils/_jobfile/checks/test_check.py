# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete findings, and refused files."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import check
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError

SERVICE = """\
description "a web server"
start on (local-filesystems and net-device-up IFACE!=lo)
stop on runlevel [!2345]
respawn
respawn limit 5 30
setuid www
setgid www
limit nofile 4096 8192
env PORT=80
pre-start script
    mkdir -p /run/web
    test -x /usr/sbin/web || { stop; exit 0; }
end script
exec /usr/sbin/web --port "$PORT" 2>&1
"""
GETTY = """\
start on tty-added
stop on tty-removed TTY=$TTY
instance $TTY
respawn
exec /sbin/getty -8 38400 $TTY
"""


@pytest.mark.parametrize("text", [SERVICE, GETTY, "exec a\n", "# a comment\nexec a\n"])
def test_good_files_have_no_findings(text: str) -> None:
    assert check.findings(text) == []


def test_a_complete_finding() -> None:
    assert check.findings("exec a\n\nrespawn limit 3 5\n") == [
        {
            "code": "respawn-limit-without-respawn",
            "severity": "warning",
            "file": "conf",
            "line": 3,
            "message": "respawn limit without respawn",
            "remedy": "add a line with only respawn",
        }
    ]


def test_findings_are_in_the_order_of_the_lines() -> None:
    findings = check.findings("setuid www\nnice 4294967301\nchdir a\nexec a\n", "chroot a\nenv A=$B\n", name="é")
    assert [(finding["file"], finding["line"]) for finding in findings] == [
        (None, None),
        ("conf", 1),
        ("conf", 2),
        ("conf", 3),
        ("override", 1),
        ("override", 2),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("normal exit 3840\n", "normal exit has the status 3840, which stands for the signal TERM"),
        ("normal exit 3841\n", "normal exit has the status 3841"),
        ("env =x\n", "env '' is not a valid name of a shell variable"),
        ("start on a or b and c\n", "start on mixes 'and' and 'or' without parentheses: it means ((a or b) and c)"),
        ("chdir a\n", "chdir a is a relative path"),
        ("exec a && b\n", "main exec does not run what follows &&"),
        ("script\n  cat <<EOF\nend script\n", "main script does not close its here-document EOF"),
    ],
)
def test_details_of_messages(text: str, message: str) -> None:
    findings = [finding for finding in check.findings(text) if finding["code"] != "nothing-runs"]
    assert [finding["message"] for finding in findings] == [message]


def test_findings_before_a_syntax_error() -> None:
    findings = check.findings("respawn limit 1 2\nscript\n  cat <<EOF\nend script\nEOF\nend script\n")
    assert [(finding["code"], finding["line"]) for finding in findings] == [("here-document-open", 2), ("syntax", 5)]
    assert findings[1]["message"] == "Unknown stanza"


@pytest.mark.parametrize(
    ("arguments", "code", "file", "line"),
    [
        (("web", "kill timeout 0\n"), "kill-timeout-zero", "conf", 1),
        (("web", "exec a\n", "kill signal 0\n"), "kill-signal-impossible", "override", 1),
        (("web", "exec a\n\nkill signal 15\n", None, (1, 5)), "kill-signal-number", "conf", 3),
        (("web", b"exec a\n# \xe9"), "not-utf-8", "conf", 2),
        (("web", b"bogus\n# \xe9"), "not-utf-8", "conf", 2),
        (("web", "exec a\n", b"env A=\xe9\nexport A\n"), "not-utf-8", "override", 1),
        (("wéb", "exec a\n"), "job-name", None, None),
        (("", "exec a\n"), "job-name", None, None),
        (("web", "instance é\n"), "instance-not-ascii", "conf", 1),
        (("web", "exec a\nbogus\n"), "syntax", "conf", 2),
        (("web", "exec a\n", "bogus\n"), "syntax", "override", 1),
        (("web", None, "bogus\n"), "syntax", "override", 1),
        (("web", "exec a\n", "bogus\n", (1, 3)), "syntax", "override", 1),
    ],
)
def test_refuse(arguments: tuple[Any, ...], code: str, file: str | None, line: int | None) -> None:
    with pytest.raises(JobFileError) as caught:
        check.refuse(*arguments)
    assert (caught.value.facts["code"], caught.value.file, caught.value.line) == (code, file, line)
    assert caught.value.hint


@pytest.mark.parametrize(
    "arguments",
    [
        ("web", SERVICE),
        ("net/web", SERVICE, "manual\n"),
        (None, "setuid www\n"),
        ("web", None, "manual\n"),
        ("web", "exec a\n", "bogus\n", (0, 6, 5)),
    ],
)
def test_warnings_are_not_refused(arguments: tuple[Any, ...]) -> None:
    check.refuse(*arguments)


def test_the_value_of_an_option_is_no_program() -> None:
    for options in ("-Hu www", "-u www -H", "-uwww", "-H"):
        findings = check.findings("respawn\nscript\n  sudo %s node app.js\nend script\n" % options)
        assert [finding["message"] for finding in findings] == ["the script runs node without exec"]
