# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the collection against job files of other projects and the real parser's verdicts on them.

    with_daemon.py check_corpus.py FOLDER FILE

FILE has a JSON object on each line: name, conf, override, accepted, error, values.
The collection's parser reads every job file, then upstart_job deploys it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import checkout
import yaml

checkout.mount()

from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job

Case = dict[str, Any]


class Text(str):
    """A text that Ansible must not treat as a template."""


class Untemplated(yaml.SafeDumper):
    """Writes these texts with Ansible's tag !unsafe."""


Untemplated.add_representer(Text, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style='"'))


def reads_alike(case: Case) -> bool:
    """Return whether the collection's parser gives the values, or the first error, of the real parser."""
    try:
        values: Any = parse_job(case["conf"], case["override"])
    except JobFileError as error:
        first_error = {"file": error.file, "line": error.line, "message": error.text}
        return not case["accepted"] and bool(first_error == case["error"])
    return bool(case["accepted"] and values == case["values"])


def entries(case: Case) -> list[dict[str, Any]]:
    """Return the entries of upstart_job for a case."""
    files: list[dict[str, Any]] = [{"name": case["name"], "content": Text(case["conf"])}]
    if case["override"] is not None:
        files.append({"name": case["name"], "override": True, "content": Text(case["override"])})
    return files


def deploy(folder: Path, cases: list[Case]) -> bool:
    """Run the playbook; return whether it succeeded."""
    scratch = Path(os.environ["UPSTART_SCRATCH"])
    variables = {name: os.environ[name.upper()] for name in ("upstart_address", "upstart_conf_dir", "upstart_log_dir")}
    settings = scratch / "corpus.yml"
    settings.write_text(yaml.dump({
        **variables,
        "ansible_connection": "local",
        "ansible_python_interpreter": str(folder / "venv/bin/python"),
        "accepted": [entry for case in cases if case["accepted"] for entry in entries(case)],
        "refused": [{"job": entries(case)[0], "line": case["error"]["line"], "message": case["error"]["message"]}
                    for case in cases if not case["accepted"]],
    }, Dumper=Untemplated))
    command = [str(folder / "venv/bin/ansible-playbook"), "-i", "upstart-host,", "-e", f"@{settings}",
               str(Path(__file__).parent.parent / "corpus/deploy.yml")]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(folder), "ANSIBLE_DISPLAY_FAILED_STDERR": "false"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout[-4000:], done.stderr[-2000:])
    return done.returncode == 0


def main() -> int:
    folder = Path(sys.argv[1]).absolute()
    cases: list[Case] = [json.loads(line) for line in Path(sys.argv[2]).read_text().splitlines()]
    different = [case["name"] for case in cases if not reads_alike(case)]
    print(f"same result of both parsers: {len(cases) - len(different)} of {len(cases)} {' '.join(different)}")
    deployed = deploy(folder, cases)
    accepted = {case["name"] for case in cases if case["accepted"]}
    with Connection(os.environ["UPSTART_ADDRESS"]) as connection:
        loaded = set(Upstart(connection).jobs())
    print(f"deployed as expected, the second run without a change: {'yes' if deployed else 'no'}")
    print(f"loaded by the daemon: {len(accepted & loaded)} of {len(accepted)}; others: {len(loaded - accepted)}")
    good = not different and deployed and loaded == accepted
    print(f"corpus: {len(cases) if good else 0} passed, {0 if good else len(cases)} failed")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
