# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All rules of the checks: for every code a file with the finding and files without it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import errors
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import check
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import codes as check_codes

MAIN = "exec /bin/web\n"
SCRIPT = "script\n  a\n  b\nend script\n"

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
    ("task-without-process", "task\npre-start exec a\n", 1, ["task\n" + MAIN, "task\n" + SCRIPT]),
    ("stanza-without-process", "respawn\n", 1, ["respawn\n" + MAIN, "pre-start exec a\n"]),
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
    ("console-not-logged", "console owner\n", 1, ["console log\n", "console none\n"]),
    ("limit-soft-above-hard", "limit nofile 5 4\n", 1, ["limit nofile 4 4\n", "limit nofile 4 unlimited\n"]),
    ("limit-soft-above-hard", "limit nofile unlimited 4\n", 1, ["limit nofile unlimited unlimited\n"]),
    ("env-twice", "env A=1\nenv B=1\nenv A=2\n", 3, ["env A=1\nenv AA=2\n"]),
    ("env-not-expanded", "env A=$B\n", 1, ["env A=5$\n", "env A=a-b\n"]),
    ("env-not-expanded", "env A=`id`\n", 1, []),
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
    ("stop-on-every-instance", "instance $N\nstop on stopping db\n", 2, ["stop on stopping db\n"]),
    ("stop-on-every-instance", "instance $N\nstop on net-device-down\n", 2, ["instance $N\nstop on runlevel 0\n"]),
    (
        "no-stop-on",
        "start on runlevel 2\n" + MAIN,
        1,
        ["start on runlevel 2\ntask\n" + MAIN, "start on a\nstop on b\n" + MAIN],
    ),
    ("start-on-startup", "start on startup\n" + MAIN, 1, ["start on filesystem\n" + MAIN, "start on startup\n"]),
    (
        "expect-with-script",
        "expect fork\n" + SCRIPT,
        1,
        ["expect stop\n" + SCRIPT, "expect fork\nscript\n  exec a\nend script\n",
         "expect fork\nscript\n  # reads (it) & goes\n  if [ -r /etc/default/a ]; then\n    . /etc/default/a\n  fi\n"
         "  A=1 umask 022 || exit 1\n  exec a $OPTIONS\nend script\n"],
    ),
    ("expect-with-script", "expect fork\nscript\n  mkdir -p /run/a\n  exec a\nend script\n", 1, []),
    ("expect-with-script", "expect fork\nscript\n  A=$(b)\n  exec a\nend script\n", 1, []),
    ("expect-with-script", "expect fork\nscript\n  [ -r b ] | true\n  exec a\nend script\n", 1, []),
    ("expect-with-script", "expect fork\nscript\n  true &\n  exec a\nend script\n", 1, []),
    ("foreground-with-expect", "expect fork\nscript\n  . /etc/default/ssh\n  exec sshd -D\nend script\n", 1, []),
    ("daemon-without-expect", "script\n  . /etc/default/cron\n  exec cron\nend script\n", 1,
     ["script\n  . /etc/default/cron\n  exec cron -f\nend script\n"]),
    ("daemon-without-expect", "script\n  export A='x;y'\n  exec /bin/c --daemon\nend script\n", 1, []),
    ("daemon-without-expect", "script\n  export A=\"(x)\" && cd / 2>&1\n  exec c --daemon\nend script\n", 1, []),
    ("daemon-without-expect", "exec c --pid $(cat x; y) --daemon\n", 1, ["exec c --pid $(cat x --daemon)\n"]),
    ("expect-with-script", "expect fork\nscript\n  export A=\"$(b)\"\n  exec a\nend script\n", 1, []),
    ("expect-with-script", "expect fork\nscript\n  cd /\n  exec >/log\nend script\n", 1, []),
    (
        "expect-stop-not-raised",
        "expect stop\n" + SCRIPT,
        1,
        ["expect stop\nscript\n  kill -STOP $$\n  a\nend script\n"],
    ),
    ("foreground-with-expect", "expect fork\nexec /usr/sbin/sshd -D\n", 1, ["exec /usr/sbin/sshd -D\n"]),
    ("foreground-with-expect", "expect daemon\nexec web --foreground\n", 1, ["expect daemon\nexec web -f\n"]),
    (
        "daemon-without-expect",
        "exec /usr/sbin/cron\n",
        1,
        ["expect fork\nexec cron\n", "exec cron -f\n", "exec crony\n"],
    ),
    (
        "daemon-without-expect",
        "exec web --daemon\n",
        1,
        ["exec web --daemon-user=x\n", "expect fork\nexec web --daemon\n"],
    ),
    ("daemon-without-expect", "script\n  exec start-stop-daemon -Sb\nend script\n", 1, ["exec start-stop-daemon -S\n"]),
    ("daemon-without-expect", "exec start-stop-daemon --background -S\n", 1, []),
    ("changes-user-itself", "exec su -c web www\n", 1, ["exec suexec web\n", "pre-start exec su -c web www\n"]),
    ("exec-only-first-command", "exec a; b\n", 1, ["exec a '; b'\n", "exec a $(b; c)\n", "exec a\\;\n", "exec a;\n"]),
    ("exec-only-first-command", "pre-start exec a && b\n", 1, ["exec a 2>&1\n"]),
    ("exec-only-first-command", "exec a $(b) ; c\n", 1, ["exec a $(b; c $(d))\n", "exec a `b; c`\n"]),
    ("exec-pipeline", "exec a | b\n", 1, ["exec a '|' b\n", "exec a || b\n"]),
    ("in-background", "exec a &\n", 1, ["exec a >&2\n", "exec a >&\n"]),
    ("in-background", "script\n  a\n  b & # why\n  c &\nend script\n", 1, ["script\n  a &\n  wait\nend script\n"]),
    ("in-background", "script\n  b & # why\nend script\n", 1, ["script\n  cat <<EOF\nb &\nEOF\nend script\n"]),
    ("in-background", "script\n  (cat <<EOF\nb\nEOF\n  ) &\nend script\n", 1, []),
    ("exec-assignment", "exec A=1 web\n", 1, ["exec env A=1 web\n", "exec web --a=1\n"]),
    ("exec-not-a-program", "pre-start exec cd /srv\n", 1, ["exec cdrecord\n"]),
    ("script-crlf", "script\r\n  a\r\nend script\r\n", 1, ["exec a\r\n"]),
    ("here-document-open", "script\n  cat <<EOF\n  x\nend script\n", 1, ["script\ncat <<EOF\n  x\nEOF\nend script\n"]),
    (
        "here-document-open",
        "script\na\ncat <<EOF\n\tEOF\nend script\n",
        1,
        ["script\na\ncat <<-EOF\n\tEOF\nend script\n"],
    ),
    (
        "here-document-open",
        "script\n  cat <<\\EOF\n  x\nend script\n",
        1,
        ["script\n  true # <<EOF\nend script\n", "script\n  echo '<<EOF' $((1<<N))\nend script\n"],
    ),
    ("home-unset", "exec a \"it's $HOME\" 'b'\n", 1, ["script\n  true # $HOME\nend script\n"]),
    ("home-unset", "exec a >$HOME/log\n", 1, []),
    ("home-unset", "start on startup\nexec a $HOME\n", 2, ["start on net-device-up\nexec a $HOME\n"]),
    (
        "here-document-open",
        "script\n  cat <<EOF\nend script\nEOF\nend script\n",
        1,
        ["script\ncat <<-'E'\n\tx\n\tE\nend script\n"],
    ),
]
ABSENT = sorted({(code, text) for code, _text, _line, clean in CASES for text in clean})

# code, keyword arguments of findings, place; then the same call without the finding
WITH_ARGUMENTS: list[tuple[str, dict[str, Any], tuple[str | None, int | None], dict[str, Any]]] = [
    ("not-utf-8", {"conf_text": b"task\n# caf\xe9\n"}, ("conf", 2), {"conf_text": "# café\n"}),
    (
        "not-utf-8",
        {"conf_text": "", "override_text": b"# \xff"},
        ("override", 1),
        {"conf_text": "", "override_text": ""},
    ),
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
        {"conf_text": "import A\n", "dialect": "chromeos"},
    ),
    (
        "export-unset",
        {"conf_text": "start on startup\nexport A\n", "dialect": "chromeos"},
        ("conf", 2),
        {"conf_text": "import A\nstart on startup\nexport A\n", "dialect": "chromeos"},
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
    tested = {case[0] for case in CASES} | {case[0] for case in WITH_ARGUMENTS}
    assert tested == set(check_codes.BY_CODE)
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


LEVELS = "use one of its values: 0, 1, 2, 3, 4, 5, 6, S or s"


@pytest.mark.parametrize(("condition", "remedy"), [
    ("runlevel [8]", LEVELS),
    ("runlevel RUNLEVEL=8", LEVELS),
    ("runlevel RUNLEVEL!=?", LEVELS),
    ("runlevel 28", LEVELS),
    ("runlevel 23", "put several values in brackets, as in [23]"),
    ("runlevel PREVLEVEL=N2", "put several values in brackets, as in [N2]"),
    ("stopped web RESULT=bad", "use one of its values: ok or failed"),
    ("stopped web failed", "name the variable, as in RESULT=failed"),
    ("started web RESULT=ok", "remove it, or use stopping or stopped, which have this variable"),
])
def test_remedy_for_a_condition_that_never_matches(condition: str, remedy: str) -> None:
    remedies = [finding["remedy"] for finding in check.findings(f"start on {condition}\n")
                if finding["code"] == "condition-never-matches"]
    assert remedies == [remedy]
