# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interpreter that stays in memory does what a Python with a script on its standard input does."""

from __future__ import annotations

import base64
import functools
import io
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import resident_python
from ansible_collections.sysinit.upstart.tests.unit.support import waiting

PATIENCE = 120.0
SHOW = "import os, sys; print(sys.argv, sys.path, sys.executable, os.getcwd(), os.environ['A'])"


@pytest.fixture(name="program")
def fixture_program(tmp_path: Path) -> Iterator[Path]:
    with resident_python.running(sys.executable, tmp_path) as program:
        yield program


def run(program: Path | str, script: str, **options: str) -> tuple[int, str, str]:
    ended = subprocess.run([program], input=script, env={**os.environ, **options}, capture_output=True, text=True,
                           check=False, timeout=PATIENCE, preexec_fn=functools.partial(os.umask, 0o027))
    signalled = 128 - ended.returncode if ended.returncode < 0 else ended.returncode  # as a shell tells it
    return signalled, ended.stdout, ended.stderr


def payload(**libraries: str) -> str:
    """Return the line of a script that has libraries."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for package in ("ansible", "ansible/module_utils"):
            archive.writestr(f"{package}/__init__.py", "")
        for name, code in libraries.items():
            archive.writestr(f"ansible/module_utils/{name}.py", code)
    return f"zip_data='{base64.b64encode(data.getvalue()).decode()}'\n"


def saying(code: str) -> str:
    """Return a script like those of Ansible, which calls ``main`` of its library ``said``."""
    return (payload(said=code)
            + "import base64, os, sys, tempfile\n"
            "with tempfile.TemporaryDirectory() as folder:\n"
            "    with open(folder + '/payload.zip', 'wb') as stream:\n"
            "        stream.write(base64.b64decode(zip_data))\n"
            "    sys.path.insert(0, folder + '/payload.zip')\n"
            "    from ansible.module_utils import said\n"
            "    said.main()\n")


@pytest.mark.parametrize("start", ["", payload()])  # by a new Python, and by a fork
@pytest.mark.parametrize("script, status", [
    (SHOW, 0), ("import sys; sys.exit(7)", 7), ("import sys; sys.exit('no')", 1), ("raise SystemExit", 0),
    ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", 128 + signal.SIGTERM),
    ("import atexit, sys; atexit.register(print, 'bye'); print(sys.stdin.read() == '')", 0),
    ("import os; print('%o' % os.umask(0))", 0),
])
def test_it_does_what_python_does(program: Path, start: str, script: str, status: int, tmp_path: Path) -> None:
    options = {"PYTHONPATH": f"{tmp_path}:/nowhere", "A": "é"}
    expected = run(sys.executable, script, **options)
    assert run(program, start + script, **options) == expected
    assert expected[0] == status


def test_it_shows_the_error_of_a_script(program: Path) -> None:
    status, output, errors = run(program, payload() + "print('before')\nraise ValueError('wrong')\n")
    assert (status, output) == (1, "before\n")
    assert 'File "<stdin>", line 3' in errors and errors.endswith("ValueError: wrong\n")


def test_the_libraries_of_a_payload_are_imported_once(program: Path) -> None:
    script = saying("import os\nOWNER = os.getpid()\ndef main():\n    print(OWNER, os.getpid() == OWNER)\n")
    first, again = run(program, script), run(program, script)
    assert first == again
    assert first[0] == 0 and first[1].endswith(" False\n")


def test_another_library_of_the_same_name_gets_a_new_python(program: Path) -> None:
    code = "import os\nOWNER = os.getpid()\ndef main():\n    print(OWNER == os.getpid(), %r)\n"
    assert run(program, saying(code % "one")) == (0, "False one\n", "")
    assert run(program, saying(code % "two")) == (0, "True two\n", "")
    assert run(program, saying(code % "one")) == (0, "False one\n", "")


def test_a_library_that_cannot_be_imported_fails_in_the_script(program: Path) -> None:
    status, _output, errors = run(program, saying("import no_such_library\n"))
    assert status == 1 and "No module named 'no_such_library'" in errors


def test_it_ends_a_script_whose_client_has_ended(program: Path, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    with subprocess.Popen([program], stdin=subprocess.PIPE, text=True) as client:
        assert client.stdin
        client.stdin.write(payload() + "import os, time\n"
                           f"open({str(mark)!r}, 'w').write(str(os.getpid()) + '.')\n"
                           "time.sleep(1000)\n")
        client.stdin.close()
        waiting.wait_for(lambda: mark.exists() and mark.read_text().endswith("."), "the script did not run")
        client.kill()
    process = int(mark.read_text()[:-1])
    waiting.wait_for(lambda: not Path(f"/proc/{process}").exists(), "the script still runs")


def test_other_arguments_go_to_the_python(program: Path) -> None:
    ended = subprocess.run([program, "-c", "import sys; print(sys.argv)", "word"], capture_output=True, text=True,
                           check=False, timeout=PATIENCE)
    assert (ended.returncode, ended.stdout) == (0, "['-c', 'word']\n")
