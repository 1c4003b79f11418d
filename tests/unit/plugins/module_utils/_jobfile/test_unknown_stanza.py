# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A word that is no stanza: the message is Upstart's, and the remedy names what was probably meant."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import errors
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job

USUAL = errors.HINTS[errors.UNKNOWN_STANZA]


@pytest.mark.parametrize(("text", "hint"), [
    ("exce a\n", "did you mean exec?"),
    ("Exec a\n", "write exec"),
    ("exec: a\n", "write exec, without a colon"),
    ("start_on a\n", "write start on"),
    ("respawn-limit 10 5\n", "write respawn limit"),
    ("pre_start exec a\n", "write pre-start exec"),
    ("kill_timeout: 5\n", "write kill timeout, without a colon"),
    ("kill timout 5\n", "did you mean timeout?"),
    ("start up\n", USUAL),
    ("respawn true\n", "write respawn alone on its line"),
    ("respawn limits 10 5\n", "did you mean limit?"),
    ("pre-start scrpt\n", "did you mean script?"),
    ("[Unit]\n", "this is a unit file of systemd; write it as a job file, with exec, start on and so on"),
    ("/usr/bin/web\n", "write exec before the command; content takes the text of a job file, not a path"),
    ("\ufeffexec a\n", "save the file without a byte order mark"),
    ("import A\n", "only the init of ChromeOS has import: set dialect: chromeos if the host runs it"),
    ("tmpfiles /a\n", "only the init of ChromeOS has tmpfiles: set dialect: chromeos if the host runs it"),
    ("zzzzz\n", USUAL),
])
def test_the_remedy(text: str, hint: str) -> None:
    with pytest.raises(errors.JobFileError) as caught:
        parse_job(text)
    assert (caught.value.text, caught.value.line, caught.value.hint) == (errors.UNKNOWN_STANZA, 1, hint)
