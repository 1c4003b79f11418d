# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""upstart_job covers everything that the documentation of PythonUpstart's JobBuilder promises.

Each example goes through all steps: the module's own argument spec, the values, the file's text, and the job that the
daemon reads from it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.options import NAMES_OF_OPTIONS, to_values
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.render import render
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import options as job_options

PAGE = Path(__file__).resolve().parents[4] / "docs" / "docsite" / "rst" / "from_python_upstart.rst"
ROW = re.compile(r"^   \* - ``(\w+)\((.*)\)``\n     - ``(.+)``$", re.MULTILINE)

# Every public method of upstart.job_builder.JobBuilder 0.3.4.
METHODS = """
    run pre_start post_start pre_stop post_stop start_on start_on_runlevel start_on_before_started
    start_on_after_started stop_on stop_on_runlevel stop_on_before_stopped stop_on_after_stopped description author
    version emits expect respawn respawn_limit kill_timeout normal_exit console env env_kv export nice limit chdir
    chroot apparmor_load apparmor_switch instance kill_signal manual oom_score reload_signal setgid setuid task umask
    usage
""".split()


def command(text: str) -> dict[str, Any]:
    return {"script": False, "command": text}


def script(text: str) -> dict[str, Any]:
    return {"script": True, "command": text}


def event(name: str, *args: str) -> dict[str, Any]:
    return {"event": name, "args": list(args)}


AND = {"op": "and"}

# method, options of upstart_job, expected job in the daemon; the first row of a method is the one in the guide
EXAMPLES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("run", {"exec": "/usr/bin/shop --port 80"}, {"process": {"main": command("/usr/bin/shop --port 80")}}),
    ("run", {"exec": "/bin/a\n"}, {"process": {"main": command("/bin/a")}}),
    ("run", {"script": "echo a\n  echo b\n"}, {"process": {"main": script("echo a\n  echo b\n")}}),
    ("pre_start", {"pre_start": "/bin/true"}, {"process": {"pre-start": command("/bin/true")}}),
    ("pre_start", {"pre_start": "a\nb\n"}, {"process": {"pre-start": script("a\nb\n")}}),
    ("post_start", {"post_start": "/bin/true"}, {"process": {"post-start": command("/bin/true")}}),
    ("post_start", {"post_start": {"script": "a\n"}}, {"process": {"post-start": script("a\n")}}),
    ("pre_stop", {"pre_stop": "/bin/true"}, {"process": {"pre-stop": command("/bin/true")}}),
    ("pre_stop", {"pre_stop": {"script": "a\n"}}, {"process": {"pre-stop": script("a\n")}}),
    ("post_stop", {"post_stop": "/bin/true"}, {"process": {"post-stop": command("/bin/true")}}),
    ("post_stop", {"post_stop": {"script": "a\n"}}, {"process": {"post-stop": script("a\n")}}),
    (
        "start_on",
        {"start_on": {"all": [{"event": "abc", "env": ["aa=1", "bb=2"]}, {"event": "def", "env": ["cc=3", "dd=4"]}]}},
        {"start_on": [event("abc", "aa=1", "bb=2"), event("def", "cc=3", "dd=4"), AND]},
    ),
    ("start_on", {"start_on": "abc"}, {"start_on": [event("abc")]}),
    (
        "start_on",
        {"start_on": {"event": "abc", "env": {"aa": 1, "bb": "two words"}}},
        {"start_on": [event("abc", "aa=1", "bb=two words")]},
    ),
    ("start_on", {"start_on": {"any": ["abc", "def"]}}, {"start_on": [event("abc"), event("def"), {"op": "or"}]}),
    (
        "start_on",
        {"start_on": "abc aa=1 bb=2 and def cc=3 dd=4"},
        {"start_on": [event("abc", "aa=1", "bb=2"), event("def", "cc=3", "dd=4"), AND]},
    ),
    ("start_on_runlevel", {"start_on": {"runlevel": [2, 3, 4, 5]}}, {"start_on": [event("runlevel", "[2345]")]}),
    ("start_on_runlevel", {"start_on": {"runlevel": "23"}}, {"start_on": [event("runlevel", "[23]")]}),
    ("start_on_before_started", {"start_on": {"starting": "smbd"}}, {"start_on": [event("starting", "smbd")]}),
    ("start_on_after_started", {"start_on": {"started": "smbd"}}, {"start_on": [event("started", "smbd")]}),
    ("stop_on", {"stop_on": {"all": ["abc", "def"]}}, {"stop_on": [event("abc"), event("def"), AND]}),
    ("stop_on", {"stop_on": {"event": "abc", "env": {"aa": 1}}}, {"stop_on": [event("abc", "aa=1")]}),
    ("stop_on_runlevel", {"stop_on": {"runlevel": "!2345"}}, {"stop_on": [event("runlevel", "[!2345]")]}),
    ("stop_on_runlevel", {"stop_on": {"runlevel": [0, 1, 6]}}, {"stop_on": [event("runlevel", "[016]")]}),
    ("stop_on_before_stopped", {"stop_on": {"stopping": "smbd"}}, {"stop_on": [event("stopping", "smbd")]}),
    ("stop_on_after_stopped", {"stop_on": {"stopped": "smbd"}}, {"stop_on": [event("stopped", "smbd")]}),
    ("description", {"description": "The shop's server"}, {"description": "The shop's server"}),
    ("description", {"description": 'say "hi", café'}, {"description": 'say "hi", café'}),
    ("author", {"author": "Operations <ops@example.org>"}, {"author": "Operations <ops@example.org>"}),
    ("version", {"version": "1.0 beta"}, {"version": "1.0 beta"}),
    ("emits", {"emits": ["shop-up", "shop-down"]}, {"emits": ["shop-up", "shop-down"]}),
    ("emits", {"emits": "shop-up"}, {"emits": ["shop-up"]}),
    ("expect", {"expect": "daemon"}, {"expect": "daemon"}),
    ("expect", {"expect": "fork"}, {"expect": "fork"}),
    ("expect", {"expect": "stop"}, {"expect": "stop"}),
    ("respawn", {"respawn": True}, {"respawn": True}),
    ("respawn_limit", {"respawn_limit": {"count": 5, "interval": 30}}, {"respawn_limit": [5, 30]}),
    ("kill_timeout", {"kill_timeout": 30}, {"kill_timeout": 30}),
    ("normal_exit", {"normal_exit": [0, 1, "TERM"]}, {"normal_exit": [0, 1, 15 * 256]}),
    ("normal_exit", {"normal_exit": ["SIGTERM"]}, {"normal_exit": [15 * 256]}),
    ("console", {"console": "output"}, {"console": "output"}),
    ("console", {"console": "owner"}, {"console": "owner"}),
    ("console", {"console": "log"}, {"console": "log"}),
    ("console", {"console": "none"}, {"console": "none"}),
    ("env", {"env": {"GREETING": "hello world"}}, {"env": ["GREETING=hello world"]}),
    ("env", {"env": {"QUOTES": "it's $HOME"}}, {"env": ["QUOTES=it's $HOME"]}),
    ("env_kv", {"env": {"A": "1", "B": "2"}}, {"env": ["A=1", "B=2"]}),
    ("export", {"export": ["GREETING"]}, {"export": ["GREETING"]}),
    ("nice", {"nice": -5}, {"nice": -5}),
    ("limit", {"limits": {"nofile": {"soft": 1024, "hard": 4096}}}, {"limits": {"nofile": [1024, 4096]}}),
    ("limit", {"limits": {"core": "unlimited"}}, {"limits": {"core": ["unlimited", "unlimited"]}}),
    ("limit", {"limits": {"nproc": [10, "unlimited"]}}, {"limits": {"nproc": [10, "unlimited"]}}),
    ("chdir", {"chdir": "/srv/my shop"}, {"chdir": "/srv/my shop"}),
    ("chroot", {"chroot": "/srv/my root"}, {"chroot": "/srv/my root"}),
    (
        "apparmor_load",
        {"apparmor_load": "/etc/apparmor.d/usr.bin.shop"},
        {"process": {"security": command("/sbin/apparmor_parser -r -W /etc/apparmor.d/usr.bin.shop")}},
    ),
    ("apparmor_switch", {"apparmor_switch": "/usr/bin/shop"}, {"apparmor_switch": "/usr/bin/shop"}),
    ("instance", {"instance": "$TTY"}, {"instance": "$TTY"}),
    ("kill_signal", {"kill_signal": "INT"}, {"kill_signal": 2}),
    ("kill_signal", {"kill_signal": 2}, {"kill_signal": 2}),
    ("manual", {"manual": True, "start_on": "abc"}, {"start_on": None}),
    ("oom_score", {"oom_score": -500}, {"oom_score_adj": -500}),
    ("oom_score", {"oom_score": "never"}, {"oom_score_adj": -1000}),
    ("reload_signal", {"reload_signal": "USR1"}, {"reload_signal": 10}),
    ("reload_signal", {"reload_signal": 10}, {"reload_signal": 10}),
    ("setgid", {"setgid": "www-data"}, {"setgid": "www-data"}),
    ("setuid", {"setuid": "www-data"}, {"setuid": "www-data"}),
    ("task", {"task": True}, {"task": True}),
    ("umask", {"umask": "027"}, {"umask": 0o27}),
    ("usage", {"usage": "TTY=ttyN, the terminal"}, {"usage": "TTY=ttyN, the terminal"}),
]

# Every character with a meaning in the shell, and the end words of PythonUpstart's own here-documents.
PYTHON = r"""
import os
PRICE = "$HOME costs `id` \\ and $(id) \n".strip()
END = EOT = '''
END
EOT
'''
print(PRICE + END.replace("\n", "|") + os.environ["GREETING"])
"""
PERL = r"""
my %prices = (tea => 3);
print <<END;
$prices{tea} \$HOME \`id\` \\|$ENV{GREETING}
END
"""
BASH = r"""
names=(tea 'co ffee')
EOT='\$HOME `id`'
[[ $EOT == '\$HOME `id`' ]] && echo "${names[1]}|$GREETING|$EOT"
"""


def read_back(options: dict[str, Any]) -> dict[str, Any]:
    """Return the job that the daemon reads from the file that upstart_job writes for the options."""
    wanted, = job_options.wanted_jobs({"jobs": [{"name": "web", **options}]})
    values: dict[str, Any] = parse_job(render(to_values(wanted.stanzas)))
    return values


def changes(values: dict[str, Any]) -> dict[str, Any]:
    unset = new_values()
    return {key: value for key, value in values.items() if value != unset[key]}


def run_body(tmp_path: Path, interpreter: str, code: str) -> tuple[str, int]:
    """Run the script with the shell, as the daemon does; return its output and the shell's process id."""
    process = read_back({"script": code, "interpreter": interpreter})["process"]["main"]
    assert process["script"] is True
    body = tmp_path / "body"
    body.write_text(process["command"])
    shell = subprocess.Popen(["/bin/sh", "-e", str(body)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             env={"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "GREETING": "hello"})
    output = shell.communicate()[0]
    assert shell.returncode == 0, output
    return output, shell.pid


@pytest.mark.parametrize(("method", "options", "expected"), EXAMPLES)
def test_what_a_method_promises(method: str, options: dict[str, Any], expected: dict[str, Any]) -> None:
    found = changes(read_back(options))
    assert found == {key: value for key, value in expected.items() if value != new_values()[key]}


def test_every_method_has_an_example() -> None:
    assert len(METHODS) == 42
    assert list(dict.fromkeys(method for method, _options, _expected in EXAMPLES)) == METHODS
    assert {name for _method, options, _expected in EXAMPLES for name in options} <= set(NAMES_OF_OPTIONS)


def test_the_guide_has_the_first_example_of_every_method() -> None:
    page = PAGE.read_text(encoding="utf-8")
    table = page[page.index("\nJobBuilder\n---"):page.index("\nScripts\n---")]
    documented = {method: yaml.safe_load("{%s}" % example) for method, _arguments, example in ROW.findall(table)}
    first: dict[str, dict[str, Any]] = {}
    for method, options, _expected in EXAMPLES:
        first.setdefault(method, options)
    assert documented == first


def test_one_job_of_all_methods() -> None:
    options: dict[str, Any] = {}
    for _method, given, _expected in EXAMPLES:
        options.update({name: value for name, value in given.items() if name not in ("manual", "script")})
    found = read_back(options)
    assert set(found["process"]) == {"main", "pre-start", "post-start", "pre-stop", "post-stop", "security"}
    assert set(changes(found)) == {
        "description", "author", "version", "usage", "emits", "start_on", "stop_on", "instance", "env", "export",
        "task", "expect", "respawn", "respawn_limit", "normal_exit", "kill_signal", "kill_timeout", "reload_signal",
        "console", "umask", "nice", "oom_score_adj", "limits", "chroot", "chdir", "setuid", "setgid", "apparmor_switch",
        "process"}


def test_a_job_without_commands() -> None:
    assert changes(read_back({"start_on": "abc"})) == {"start_on": [event("abc")]}


def test_code_in_python(tmp_path: Path) -> None:
    assert run_body(tmp_path, sys.executable, PYTHON)[0] == "$HOME costs `id` \\ and $(id)|END|EOT|hello\n"


@pytest.mark.parametrize(("interpreter", "code", "output"), [
    ("perl", PERL, "3 $HOME `id` \\|hello\n"),
    ("bash", BASH, "co ffee|hello|\\$HOME `id`\n"),
])
def test_code_for_another_interpreter(tmp_path: Path, interpreter: str, code: str, output: str) -> None:
    if shutil.which(interpreter):
        assert run_body(tmp_path, interpreter, code)[0] == output
    assert read_back({"script": code, "interpreter": interpreter})["process"]["main"]["command"].count(code) == 1


def test_the_interpreter_is_the_process_that_init_follows(tmp_path: Path) -> None:
    output, pid = run_body(tmp_path, sys.executable, "import os\nprint(os.getpid())\n")
    assert int(output) == pid
