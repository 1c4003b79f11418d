# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings in job files of ChromeOS; other hosts have none of them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import check, codes
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import EVERY_STANZA

MUST_HAVE = 'description "a"\nauthor "b"\noom score -100\n'
JOB = MUST_HAVE + "exec a\n"


def findings(text: str, **more: Any) -> list[dict[str, Any]]:
    known = {row.code for row in codes.CHROMEOS}
    return [found for found in check.findings(text, version=EVERY_STANZA, **more) if found["code"] in known]


@pytest.mark.parametrize(("text", "code", "line", "message"), [
    ("author b\noom score 5\nexec a\n", "chromeos-line-missing", None, "description is missing"),
    ("description a\noom score 5\nexec a\n", "chromeos-line-missing", None, "author is missing"),
    ("description a\nauthor b\nexec a\n", "chromeos-line-missing", None, "oom score is missing"),
    (JOB.replace("-100", "-1000"), "chromeos-oom-notation", 3,
     "the lint of ChromeOS refuses the line oom score -1000"),
    (JOB.replace("score -100", "-5"), "chromeos-oom-notation", 3, "the lint of ChromeOS refuses the line oom -5"),
    (JOB + "pre-start exec mkdir -p /run/a\n", "chromeos-file-commands", 5, "pre-start changes files with mkdir"),
    (JOB + "post-stop script\n  rm -f /a; b && touch /c || chown d /e\n  mkdir /f\nend script\n",
     "chromeos-file-commands", 5, "post-stop changes files with chown, mkdir, rm, touch"),
    (JOB + "pre-start script\n  x=$(cp a b)\nend script\n", "chromeos-file-commands", 5,
     "pre-start changes files with cp"),
    (JOB + "pre-start script\n  rm /a # croslint: disable\n  ln /b /c # why\nend script\n", "chromeos-file-commands",
     5, "pre-start changes files with ln"),
    (JOB + "import A=1\n", "import-without-effect", 5, "import A=1 has no effect"),
    (JOB + "import A UPSTART_JOB\n", "import-without-effect", 5, "import UPSTART_JOB has no effect"),
    (JOB + "import RESULT\n", "import-without-effect", 5, "import RESULT has no effect"),
])
def test_finding(text: str, code: str, line: int | None, message: str) -> None:
    assert [(found["code"], found["line"], found["message"]) for found in findings(text)] == [(code, line, message)]
    assert not {found["code"] for found in check.findings(text)} & {row.code for row in codes.CHROMEOS}


@pytest.mark.parametrize("text", [
    JOB,
    JOB.replace("-100", "never"),
    JOB + "import A\nimport RESULTS\n",
    JOB + "tmpfiles /usr/lib/tmpfiles.d/a.conf\n",
    JOB + "pre-start exec /bin/mkdir-all /run/a\n",
    # the lint does not see these
    JOB + "script\n  if mkdir /a; then b; fi\n  find / | rm c\n  echo mkdir d; case a in b) rm c;; esac\nend script\n",
    JOB + "script\n  x=$(a | cp b c)\nend script\n",
    JOB + "script\n  chown a \\\n    /b # croslint: disable: reviewed\n  # rm c\n  rm\nend script\n",
])
def test_no_finding(text: str) -> None:
    assert findings(text) == []


def test_an_override_needs_no_lines_of_its_own() -> None:
    assert check.findings(None, "nice 1\n", version=EVERY_STANZA) == []
    assert findings("exec a\n", override_text=MUST_HAVE) == []


@pytest.mark.parametrize(("text", "code"), [
    ("start on net-up\ninstance $A\nexec a\n", "instance-unset"),
    ("start on net-up\nexport A\nexec a\n", "export-unset"),
    ("instance $A\nexec a\n", "instance-unset"),
])
def test_events_and_callers_set_only_imported_variables(text: str, code: str) -> None:
    """Upstart itself passes on what events and callers set, and the variables of net-up are unknown."""
    def has_finding(**version: Any) -> bool:
        return code in [found["code"] for found in check.findings(text.replace("exec", addition + "exec"), **version)]

    for addition in ("", "import A\n", "env A=1\n"):
        assert has_finding(version=EVERY_STANZA) is (addition == "")
    addition = ""
    assert not has_finding()
