# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All rules of the checks: for every code a file with the finding and files without it; see also test_conditions.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import errors
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import check
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import codes as check_codes
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import EVERY_STANZA
from ansible_collections.sysinit.upstart.tests.unit.support import command_cases

MAIN = "exec /bin/web\n"

# code, file with the finding, its line, files without it
CASES: list[tuple[str, str, int, list[str]]] = [
    ("syntax", MAIN + "exce b\n", 2, [MAIN]),
    ("instance-not-ascii", "instance é\n", 1, ["instance e$N\n", "env N=é\ninstance $M\n"]),
    ("instance-not-ascii", "instance $N\nenv N=é\n", 1, []),
    ("kill-timeout-zero", MAIN + "kill timeout 0\n", 2, ["kill timeout 1\n", "kill timeout 0\nkill timeout 1\n"]),
    ("kill-signal-impossible", "kill signal 0\n", 1, ["kill signal 64\n", "kill signal HUP\n"]),
    ("kill-signal-impossible", "kill signal 65\n", 1, []),
    ("hash-cuts-word", "exec wget http://h/p#top\n", 1, ["exec a # why\n", "exec a '#b'\n", "task# why\n"]),
    ("hash-cuts-word", "env A=b#c\n", 1, ['description "a"# why\n', "script # why\n  a#b\nend script\n"]),
    ("blank-backslash", "exec find . -exec rm {} \\;\n", 1, ["exec echo a\\;b\n", "exec echo \\\\ \\\\\n"]),
    ("blank-backslash", 'env A="x \\n"\n', 1, ["exec a \\\n  -b\n", "exec a # \\;\n", "script\n  a \\;\nend script\n"]),
    ("quote-spans-lines", "description Bob's job\nexec a\nauthor Al's\n", 1, ["description \"Bob's job\"\n"]),
    ("quote-spans-lines", 'exec a "b\n  c"\n', 1, ['exec a "b \\\n  c"\n', "start on (a\n  or b)\n"]),
    ("stanza-replaced", "exec a\nscript\n  b\nend script\n", 1, [MAIN + "pre-start exec b\n", "env A=1\nenv B=2\n"]),
    ("stanza-replaced", "start on a\nstart on b\n", 1, ["start on a\nmanual\n", "task\ntask\n", "manual\nmanual\n"]),
    ("stanza-replaced", "nice 1\nnice 2\nenv A=1\n", 1, ["nice 1\nenv A=1\nenv A=1\n"]),
    ("stanza-replaced", "limit core 1 1\nlimit core 2 2\n", 1, ["limit core 1 1\nlimit cpu 2 2\n"]),
    ("number-wraps", "nice 4294967301\n", 1, ["nice 5\n", "kill timeout 4294967301\n"]),
    ("number-wraps", "respawn limit 4294967300 5\n", 1, ["respawn limit 2147483647 5\n"]),
    ("respawn-limit-without-respawn", "respawn limit 3 5\n", 1, ["respawn\nrespawn limit 3 5\n"]),
    ("respawn-unlimited", "respawn\nrespawn limit unlimited\n", 2, ["respawn\n", "respawn\nrespawn limit 1 5\n"]),
    ("task-with-respawn", "task\nrespawn\n" + MAIN, 2, ["task\n" + MAIN, "respawn\n" + MAIN]),
    ("task-without-process", "task\npre-start exec a\n", 1, ["task\n" + MAIN, "task\n" + command_cases.SCRIPT]),
    ("stanza-without-process", "respawn\npre-start exec a\n", 1, ["respawn\n" + MAIN, "pre-start exec a\n"]),
    ("respawn-without-process", "respawn\n", 1, ["respawn\n" + MAIN, "respawn\n" + command_cases.SCRIPT]),
    ("respawn-without-process", "nice 1\nrespawn\n", 2, ["respawn\npost-stop exec a\n"]),
    ("respawn-without-process", "start on a\nstop on b\nrespawn\n", 3, ["start on a\nstop on b\n"]),
    ("nothing-runs", "start on a\n", 1, [
        "start on a\n" + MAIN, "start on a\nstop on b\n", "start on a\n" + command_cases.SCRIPT]),
    ("nothing-runs", "stop on runlevel [06]\nstart on a\nmanual\n", 2, ["start on a\npre-start exec a\n", "respawn\n"]),
    ("carriage-returns", MAIN + "# why\r\nnice 1\r\n", 2, [MAIN, "script\r\n  a\r\nend script\r\n"]),
    ("carriage-returns", "exec a \\\r\n  b\r\n", 1, ["exec a \\\n  b\n", "env A='a\rb'\n"]),
    ("stanza-without-process", "expect fork\n", 1, ["expect fork\n" + MAIN, "expect none\n"]),
    ("pre-stop-defeats-restart", MAIN + "pre-stop exec b\n", 2, ["pre-stop exec b\n", MAIN + "post-stop exec b\n"]),
    ("kill-timeout-long", "kill timeout 301\n", 1, ["kill timeout 300\n"]),
    ("exit-status-too-big", "normal exit 0 256\n", 1, ["normal exit 0 255 TERM\n"]),
    ("reload-signal-impossible", "reload signal 0\n", 1, ["reload signal 64\n"]),
    ("debug", "debug\n", 1, [MAIN]),
    ("setuid-without-setgid", "setuid www\n", 1, ["setuid www\nsetgid www\n", "setgid www\n"]),
    ("user-by-number", "setgid 0\n", 1, ["setgid root\n"]),
    ("relative-path", "chdir srv\n", 1, ["chdir /srv\n"]),
    ("relative-path", "chroot srv\n", 1, ["chroot /srv\n"]),
    ("console-not-logged", "console owner\n" + MAIN, 1, ["console log\n" + MAIN, "console output\ntask\n" + MAIN]),
    ("console-not-logged", "console output\nscript\n  . /etc/default/a\n  exec a -d >&2\nend script\n", 1,
     ["console output\nexec a >>/var/log/a 2>&1\n", "console output\nscript\n  exec >/log\n  exec a\nend script\n",
      "console owner\nexec /sbin/sulogin\n", "console owner\nexec a </dev/console\n",
      "console output\npre-start exec a\n"]),
    ("umask-owner", "umask 0644\n", 1, ["umask 0022\n", "umask 077\n", "umask 0177\n", "umask 0\n"]),
    ("umask-owner", MAIN + "umask 200\n", 2, ["umask 666\numask 002\n"]),
    ("limit-soft-above-hard", "limit nofile 5 4\n", 1, ["limit nofile 4 4\n", "limit nofile 4 unlimited\n"]),
    ("limit-soft-above-hard", "limit nofile unlimited 4\n", 1, ["limit nofile unlimited unlimited\n"]),
    ("env-twice", "env A=1\nenv B=1\nenv A=2\n", 3, ["env A=1\nenv AA=2\n"]),
    ("env-not-expanded", "env A=$B\n", 1, ["env A=5$\n", "env A=a-b\n"]),
    ("env-not-expanded", "env A=`id`\n", 1,
     ["env A='$B'\nexec sh -c \"$A\"\n", "env A='-x $B'\nscript\n  eval exec a ${A}\nend script\n",
      "env A='$B c'\nexec nice -n 5 su -c \"$A\" web\n"]),
    ("env-not-expanded", "env A=$B\nexec sh -c 'b $AA'\n", 1, []),
    ("env-name", "env A-B=1\n", 1, ["env _A1=1\n", "env HOME\n"]),
    ("export-with-value", "export A=1\n", 1, ["env A=1\nexport A\n"]),
    ("export-unset", "start on startup\nexport A\n", 2, ["export A\n", "start on net-device-up\nexport A\n"]),
    ("export-unset", "start on runlevel 2\nexport A\n", 2, ["start on runlevel 2\nexport RUNLEVEL\n"]),
    ("instance-unset", "start on startup\ninstance $N\n", 2, ["start on startup\ninstance ${N:-1}\n", "instance $N\n"]),
    (
        "home-unset",
        "exec a $HOME/b\n",
        1,
        ["env HOME=/root\nexec a $HOME\n", "exec a ${HOME:-/root}\n", "exec a $HOMES\n", "exec su -c 'a $HOME'\n"],
    ),
    ("manual-then-start-on", "manual\nstart on a\n", 2, ["start on a\nmanual\n"]),
    ("mixed-operators", "start on a or b and c\n", 1, ["start on (a or b) and c\n", "start on a or b or c\n"]),
    ("mixed-operators", "stop on (a and b or c)\n", 1, ["stop on a 'and' or c\n"]),
    ("start-on-variable", "env A=1\nstart on up A=$A\n", 2, ["start on up A=${A:-1}\n", "start on up A=$\n"]),
    ("stop-on-unset", "start on startup\nstop on down A=$A\n", 2, ["stop on down A=$A\n"]),
    (
        "stop-on-unset",
        "start on runlevel 2\nstop on down A=$A\n",
        2,
        ["env A=1\nstart on startup\nstop on down A=$A\n"],
    ),
    ("condition-never-matches", "start on runlevel 2345\n", 1, ["start on runlevel [2345]\n", "start on runlevel 2\n"]),
    ("condition-never-matches", "start on stopped web failed\n", 1, ["start on stopped web x failed\n"]),
    ("condition-never-matches", "start on stopped web * bad\n", 1, ["start on stopped web * failed\n"]),
    ("condition-never-matches", "start on started web RESULT=ok\n", 1, ["start on stopped web RESULT=ok\n"]),
    ("condition-never-matches", "stop on runlevel RUNLEVEL!=?\n", 1, ["stop on runlevel [!$RUNLEVEL]\n"]),
    ("condition-impossible", "start on a and runlevel 23\n", 1, ["start on a or runlevel 23\n"]),
    ("stop-on-every-instance", "instance $N\nstart on started db N=*\nstop on stopping db\n", 3, [
        "start on started db\nstop on stopping db\n", "instance $N\nstop on stopping db\n",
        "instance $N\nstart on started db\nstop on stopping services\n"]),
    ("stop-on-every-instance", "instance $N\nstart on web-start\nstop on web-stop\n", 3, [
        "instance $N\nstart on web-start\nstop on all-stop\n", "instance $N\nstart on start\nstop on stop\n",
        "instance $N\nstart on web-start\nstop on web-stop N=$N\n"]),
    ("stop-on-every-instance", "instance $N\nstop on net-device-down\n", 2, ["instance $N\nstop on runlevel 0\n"]),
    (
        "no-stop-on",
        "start on runlevel 2\n" + MAIN,
        1,
        ["start on runlevel 2\ntask\n" + MAIN, "start on a\nstop on b\n" + MAIN],
    ),
    ("start-on-startup", "start on startup\nexec /usr/bin/web\n", 1, [
        "start on filesystem\nexec /usr/bin/web\n", "start on startup\n", "start on startup\n" + MAIN,
        "start on startup\ntask\nexec /usr/bin/web\n", "start on startup and filesystem\nexec /usr/bin/web\n"]),
    ("start-on-startup", "start on started mountall\nexec /usr/bin/web\n", 1, [
        "start on stopped mountall\nexec /usr/bin/web\n", "start on started\nexec /usr/bin/web\n",
        "start on started mountall and runlevel [2345]\nexec /usr/bin/web\n",
        "start on started mountall\nexec /sbin/getty\n"]),
    ("start-on-startup", "start on startup or started JOB=mountall\nchdir /srv\nexec node app.js\n", 1, []),
    ("start-on-startup", "start on (startup or web-start)\nchdir /srv\nexec node app.js\n", 1, [
        "start on startup\nexec /lib/udev/udevd\n"]),
    ("start-on-startup", "start on startup\nsetuid www\nsetgid www\nexec web\n", 1, []),
    ("start-on-startup", "start on startup\nenv DIR=/home/web\nscript\n  exec $DIR/run\nend script\n", 1, []),
    *command_cases.CASES,
]
NEED_A_HOST = {"program-missing"}  # see test_missing_programs.py
ABSENT = sorted({(code, text) for code, _text, _line, clean in CASES for text in clean})


class Accounts:
    """A host with the user and the group www."""

    def has_user(self, name: str) -> bool:
        return name == "www"

    has_group = has_user


WWW = {"accounts": Accounts()}
# code, keyword arguments of findings, place; then the same call without the finding
WITH_ARGUMENTS: list[tuple[str, dict[str, Any], tuple[str | None, int | None], dict[str, Any]]] = [
    ("not-utf-8", {"conf_text": b"task\n# caf\xe9\n"}, ("conf", 2), {"conf_text": "# café\n"}),
    (
        "not-utf-8",
        {"conf_text": "", "override_text": b"# \xff"},
        ("override", 1),
        {"conf_text": "", "override_text": ""},
    ),
    ("account-unknown", {"conf_text": "setuid ww\n" + MAIN, **WWW}, ("conf", 1), {"conf_text": "setuid www\n", **WWW}),
    ("account-unknown", {"conf_text": MAIN, "override_text": "setgid www:www\n", **WWW}, ("override", 1),
     {"conf_text": "setgid www\nsetuid 12\n", **WWW}),
    ("account-unknown", {"conf_text": MAIN + "setgid ww\nsetuid www\n", **WWW}, ("conf", 2),
     {"conf_text": "chroot /srv\nsetuid ww\n", **WWW}),
    ("job-name", {"conf_text": "", "name": "café"}, (None, None), {"conf_text": "", "name": "net/cafe"}),
    ("job-name", {"conf_text": "", "name": ""}, (None, None), {"conf_text": "", "name": ".hidden"}),
    ("job-name", {"conf_text": "", "name": "net/"}, (None, None), {"conf_text": ""}),
    (
        "kill-signal-number",
        {"conf_text": "kill signal 15\n", "version": (1, 5)},
        ("conf", 1),
        {"conf_text": "kill signal 9\nkill signal TERM\n", "version": (1, 5)},
    ),
    (
        "kill-signal-number",
        {"conf_text": 'kill signal "9" # why\n', "version": (1, 3)},
        ("conf", 1),
        {"conf_text": "kill signal 9\n", "version": (1, 6)},
    ),
    (
        "kill-timeout-zero",
        {"conf_text": "kill timeout 0\n", "version": (1, 6)},
        ("conf", 1),
        {"conf_text": "kill timeout 0\n", "version": (1, 5)},
    ),
    (
        "override-ignored",
        {"conf_text": "", "override_text": "bogus", "version": (0, 6, 5)},
        ("override", None),
        {"conf_text": "", "override_text": "", "version": (1, 3)},
    ),
    (
        "pre-stop-with-respawn",
        {"conf_text": "respawn\npre-stop exec a\n", "version": (1, 10)},
        ("conf", 2),
        {"conf_text": "respawn\npre-stop exec a\n", "version": (1, 11)},
    ),
    (
        "changes-user-itself",
        {"conf_text": "exec su web\n", "version": (1, 4)},
        ("conf", 1),
        {"conf_text": "exec su web\n", "version": (1, 3)},
    ),
    (
        "console-not-logged",
        {"conf_text": "console output\n" + MAIN, "version": (1, 4)},
        ("conf", 1),
        {"conf_text": "console output\n" + MAIN, "version": (1, 3)},
    ),
    (
        "unknown-job",
        {"conf_text": "start on started JOB=web\n", "known_jobs": ["db"]},
        ("conf", 1),
        {"conf_text": "start on started JOB!=web\n", "known_jobs": ["db"]},
    ),
    (
        "setuid-without-setgid",
        {"conf_text": "setuid www\n", "version": (1, 12)},
        ("conf", 1),
        {"conf_text": "setuid www\n", "version": (1, 5)},
    ),
    (
        "unknown-event",
        {"conf_text": "start on a\n", "known_events": []},
        ("conf", 1),
        {"conf_text": "start on a/failed or net-device-up/failed\n", "known_events": ["a"]},
    ),
    (
        "condition-impossible",
        {"conf_text": "stop on runlevel 23 or runlevel 8\n"},
        ("conf", 1),
        {"conf_text": "stop on runlevel 23 or a\n", "known_events": [], "known_jobs": []},
    ),
    (
        "condition-impossible",
        {"conf_text": "start on starting web X=$Y and a\n", "known_events": [], "known_jobs": []},
        ("conf", 1),
        {"conf_text": "start on a and starting web\n", "known_events": [], "known_jobs": [], "version": (0, 6, 5)},
    ),
    (
        "unknown-job",
        {"conf_text": "start on started d*\n", "known_jobs": ["web"]},
        ("conf", 1),
        {"conf_text": "start on started d* and stopped JOB=db and stopping\n", "known_jobs": ["db"]},
    ),
    (
        "unknown-job",
        {"conf_text": "start on stopped web\n", "known_jobs": []},
        ("conf", 1),
        {"conf_text": "start on stopped web\n", "known_jobs": [], "name": "web"},
    ),
    (
        "manual-then-start-on",
        {"conf_text": MAIN, "override_text": "manual\nstart on a\n"},
        ("override", 2),
        {"conf_text": "manual\n", "override_text": "start on a\n"},
    ),
    (
        "env-twice",
        {"conf_text": "env A=1\n", "override_text": "env B=1\n\nenv B=2\n"},
        ("override", 3),
        {"conf_text": "env A=1\n", "override_text": "env A=2\n"},
    ),
    (
        "syntax",
        {"conf_text": "import A\n"},
        ("conf", 1),
        {"conf_text": "import A\n", "version": EVERY_STANZA},
    ),
    (
        "export-unset",
        {"conf_text": "start on startup\nexport A\n", "version": EVERY_STANZA},
        ("conf", 2),
        {"conf_text": "import A\nstart on startup\nexport A\n", "version": EVERY_STANZA},
    ),
]


def codes(*arguments: Any, **keywords: Any) -> list[str]:
    return [finding["code"] for finding in check.findings(*arguments, **keywords)]


@pytest.mark.parametrize(("code", "text", "line", "_clean"), CASES)
def test_finding_on_its_line(code: str, text: str, line: int, _clean: list[str]) -> None:
    places = [(finding["file"], finding["line"]) for finding in check.findings(text) if finding["code"] == code]
    assert places == [("conf", line)]


@pytest.mark.parametrize(("code", "text"), ABSENT)
def test_no_finding(code: str, text: str) -> None:
    all_codes = codes(text)
    assert code not in all_codes
    assert code == "syntax" or "syntax" not in all_codes


@pytest.mark.parametrize(("code", "arguments", "place", "clean"), WITH_ARGUMENTS)
def test_depends_on_more_than_the_file(
    code: str, arguments: dict[str, Any], place: tuple[str | None, int | None], clean: dict[str, Any]
) -> None:
    findings = [finding for finding in check.findings(**arguments) if finding["code"] == code]
    assert place in [(finding["file"], finding["line"]) for finding in findings]
    assert code not in codes(**clean)


def test_every_code_has_a_case() -> None:
    others = "".join(Path(__file__).with_name(name).read_text(encoding="utf-8")
                     for name in ("test_conditions.py", "test_chromeos.py"))
    tested = {case[0] for case in CASES} | {case[0] for case in WITH_ARGUMENTS}
    assert tested | NEED_A_HOST <= set(check_codes.BY_CODE)
    assert [code for code in set(check_codes.BY_CODE) - tested - NEED_A_HOST if f'"{code}",' not in others] == []
    assert len(check_codes.BY_CODE) == len(check_codes.CODES)


def test_refuse_refuses_files_with_errors() -> None:
    for code, text, _line, _clean in CASES:
        severe = {finding["code"] for finding in check.findings(text) if finding["severity"] == "error"}
        if severe:
            with pytest.raises(errors.JobFileError):
                check.refuse("web", text)
        else:
            check.refuse("web", text)
        assert (code in severe) == (check_codes.BY_CODE[code].severity == "error")
