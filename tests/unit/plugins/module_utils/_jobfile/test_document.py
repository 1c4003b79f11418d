# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes to a stanza keep every other byte."""

from __future__ import annotations

import random
from typing import Any, Callable

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import options
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.document import Document, merge
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import EVERY_STANZA
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values

Cases = Callable[[str], list[dict[str, Any]]]
PROCESSES = ["main", "pre-start", "post-start", "pre-stop", "post-stop", "security"]

TEXT = """\
# A job

description "x"   # keep me
start on (a  # one
  or b)
manual author me
env A=1
env B=2 # two
  nice 5#why

# how it runs
exec foo # run
pre-start script
  bar
end script"""


def test_spans() -> None:
    document = Document(TEXT)
    assert [(span.name, span.detail, span.line) for span in document.stanzas] == [
        ("description", None, 3), ("start on", None, 4), ("manual", None, 6), ("author", None, 6), ("env", "A", 7),
        ("env", "B", 8), ("nice", None, 9), ("exec", None, 12), ("pre-start script", None, 13),
    ]
    first, second = document.stanzas[0], document.stanzas[1]
    assert TEXT[first.start:first.end] == 'description "x"   # keep me\n'
    assert TEXT[second.start:second.end] == "start on (a  # one\n  or b)\n"
    assert str(document) == document.text == TEXT


def test_a_file_that_upstart_refuses() -> None:
    with pytest.raises(JobFileError) as caught:
        Document("task\nbogus\n")
    assert caught.value.line == 2


SET: list[tuple[str, list[str], str | None, str, str]] = [
    ("description", ['description "new"'], None, '"x"   # keep me', '"new"   # keep me'),
    ("nice", ["nice 7"], None, "nice 5#why", "nice 7#why"),
    ("env", ["env B=9"], "B", "env B=2 # two", "env B=9 # two"),
    ("env", ["env C=9"], "C", "# two\n", "# two\nenv C=9\n"),
    ("env", ["env C=9"], None, "env A=1\nenv B=2 # two\n", "env C=9\n"),
    ("env", [], "A", "env A=1\n", ""),
    ("script", ["script\n    x\nend script"], None, "exec foo # run\n", "script\n    x\nend script\n"),
    ("pre-start exec", ["pre-start exec y"], None, "pre-start script\n  bar\nend script", "pre-start exec y\n"),
    ("start on", ["start on z"], None, "start on (a  # one\n  or b)\nmanual author me\n", "start on z\nauthor me\n"),
    ("manual", [], None, "manual author", "author"),
    ("author", [], None, "manual author me\n", "manual \n"),
    ("nice", [], None, "  nice 5#why\n", ""),
    ("task", ["task"], None, "end script", "end script\n\ntask\n"),
    ("umask", ["umask 077"], None, "#why\n", "#why\numask 077\n"),
]


@pytest.mark.parametrize(("name", "lines", "detail", "old", "new"), SET)
def test_set(name: str, lines: list[str], detail: str | None, old: str, new: str) -> None:
    document = Document(TEXT)
    document.set_stanza(name, lines, detail)
    assert document.text == TEXT.replace(old, new)
    assert document.values == parse_job(document.text)


OTHER_TEXTS = [
    ("nice 1\r\ntask\r\n", "nice", ["nice 2"], "nice 2\r\ntask\r\n"),
    ("nice 1 # c\r\ntask\r\n", "nice", ["nice 2"], "nice 2 # c\r\ntask\r\n"),
    ("task\r\n", "respawn", ["respawn"], "task\r\nrespawn\r\n"),
    ("task\r\n", "exec", ["exec x"], "task\r\n\r\nexec x\r\n"),
    ("task\r\n", "script", ["script\n    x\nend script"], "task\r\n\nscript\n    x\nend script\n"),
    ("nice 1\r\n", "nice", ["nice ''\\\n"], "nice ''\\\n\n"),
    ("nice 1\ntask\nnice 2\nnice 3\n", "nice", ["nice 4"], "nice 4\ntask\n"),
    ("oom 1\noom score 2\n", "oom score", ["oom score 3"], "oom score 3\n"),
    ("exec a\nscript\nend script\n", "exec", ["exec b"], "exec b\n"),
    ("limit cpu 1 1\nlimit core 1 1\n", "limit", [], ""),
    ("", "task", ["task"], "task\n"),
    ("# c", "task", ["task"], "# c\n\ntask\n"),
    ("start on a\nmanual\n", "manual", [], "start on a\n"),
    ("start on a\nmanual # off\ntask\n", "manual", [], "start on a\ntask\n"),
    ("start on a\n", "manual", ["manual"], "start on a\nmanual\n"),
    ("nice \\\n 1 # c\n", "nice", ["nice 2"], "nice 2\n"),
    ("manual # a comment\nmanual description x\n", "description", ['description "y"'],
     "manual # a comment\nmanual description \"y\"\n"),
]


@pytest.mark.parametrize(("before", "name", "lines", "after"), OTHER_TEXTS)
def test_set_in_other_texts(before: str, name: str, lines: list[str], after: str) -> None:
    document = Document(before)
    document.set_stanza(name, lines)
    assert document.text == after


def test_bytes() -> None:
    document = Document(b"description \xff\nnice 5\n")
    document.remove_stanza("nice")
    assert document.text == "description \udcff\n"


def test_merge_changes_only_named_values() -> None:
    wanted = dict(
        new_values(), description="new", nice=7, respawn=True, env=["A=1", "B=3"], limits={"cpu": [1, 2]},
        start_on=[{"event": "z", "args": []}], process={"main": {"script": False, "command": "bar"}},
    )
    text = merge(TEXT, wanted, ["description", "env", "main", "respawn", "limits"])
    expected = TEXT.replace('"x"', '"new"').replace("B=2", "B=3").replace("exec foo", "exec bar")
    assert text == expected.replace("#why\n", "#why\nlimit cpu 1 2\n") + "\n\nrespawn\n"
    assert merge(text, wanted, ["description", "env", "main", "respawn", "limits"]) == text


MERGES: list[tuple[str, dict[str, Any], list[str], str]] = [
    ("respawn\ntask\n", {}, ["respawn"], "task\n"),
    ("env A=1\n# x\nenv B=2\n", {"env": ["A=1", "B=2", "C=3"]}, ["env"], "env A=1\n# x\nenv B=2\nenv C=3\n"),
    ("env A=1\n# x\nenv B=2\n", {"env": ["B=2", "A=1"]}, ["env"], "env B=2\nenv A=1\n# x\n"),
    ("env A=1\nenv B=2\nenv A=3\n", {"env": ["A=4", "B=2"]}, ["env"], "env A=4\nenv B=2\n"),
    ("limit cpu 1 1\nlimit core 2 2 # c\n", {"limits": {"core": [2, 2]}}, ["limits"], "limit core 2 2 # c\n"),
    ("oom 5 # c\n", {"oom_score_adj": 333}, ["oom_score_adj"], "oom 5 # c\n"),
    ("oom 5 # c\n", {"oom_score_adj": 334}, ["oom_score_adj"], "oom score 334 # c\n"),
    ("kill timeout 30\n", {}, ["kill_timeout"], ""),
    ("start on a\n", {}, ["start_on"], ""),
    ("exec a\n", {"process": {"pre-start": {"script": False, "command": "b"}}}, ["pre-start", "main"],
     "\npre-start exec b\n"),
    ("exec a\n", {"process": {}}, ["process"], ""),
]


@pytest.mark.parametrize(("before", "wanted", "keys", "after"), MERGES)
def test_merge(before: str, wanted: dict[str, Any], keys: list[str], after: str) -> None:
    assert merge(before, dict(new_values(), **wanted), keys) == after


def test_merge_turns_a_command_that_upstart_would_change_into_a_script() -> None:
    wanted = dict(new_values(), process={"main": {"script": False, "command": "rm {} \\;"}})
    assert merge("exec a\n", wanted, ["main"]) == "script\n    exec rm {} \\;\nend script\n"
    with pytest.raises(JobFileError, match="would change this command"):
        merge("exec a\n", wanted, ["main"], exec_fallback=False)


def test_merge_of_explicit_keys() -> None:
    assert merge("task\n", new_values(), ["umask", "nice"], explicit=["umask", "nice"]) == "task\n\numask 022\n"
    assert merge("umask 022 # c\n", new_values(), ["umask"], explicit=["umask"]) == "umask 022 # c\n"


def test_merge_of_an_invalid_value() -> None:
    with pytest.raises(JobFileError, match="line break"):
        merge("task\n", dict(new_values(), description="a\nb"), ["description"])
    with pytest.raises(JobFileError, match="kill_timeout"):
        merge("task\n", dict(new_values(), kill_timeout=None), ["kill_timeout"])


def test_merge_of_the_recorded_jobs(load_cases: Cases) -> None:
    """The values of any job can be merged into the file of another job."""
    chance = random.Random(20260101)
    jobs = [
        (case["conf"], case["values"])
        for name in ("own.jsonl", "generated.jsonl") for case in load_cases(name)
        if case["accepted"] and case["override"] is None
    ]
    for text, values in jobs:
        assert Document(text).text == text
        _text, wanted = chance.choice(jobs)
        names = [key for key in wanted if key != "process"] + PROCESSES
        keys = chance.sample(names, chance.choice([1, 2, 5, len(names)]))
        expected = dict(values, process=dict(values["process"]))
        for key in keys:
            if key not in PROCESSES:
                expected[key] = wanted[key]
            elif key in wanted["process"]:
                expected["process"][key] = wanted["process"][key]
            else:
                expected["process"].pop(key, None)
        assert parse_job(merge(text, wanted, keys)) == expected


@pytest.mark.parametrize(("text", "name", "left"), [
    ("task\nnice 5 # why\nexec a\n", "nice", "task\n# why\nexec a\n"),
    ("task\nnice 5\nexec a\n", "nice", "task\nexec a\n"),
    ("manual description x\n", "manual", "description x\n"),
])
def test_cut(text: str, name: str, left: str) -> None:
    document = Document(text)
    (span,) = document.spans(name)
    assert document.cut(span) == left
    assert document.text == text


@pytest.mark.parametrize(("text", "changes", "result"), [
    ("import A\n# why\nexec a\n", {"import": ["B", "C"]}, "import B\nimport C\n# why\nexec a\n"),
    ("import A B\nexec a\n", {"import": ["A"]}, "import A\nexec a\n"),
    ("import A\nexec a\nimport B\n", {"import": []}, "exec a\n"),
    ("exec a\n", {"tmpfiles": ["/a.conf", "/b.conf"]}, "exec a\n\ntmpfiles /a.conf /b.conf\n"),
    ("tmpfiles /a.conf # why\n\nexec a\n", {"tmpfiles": ["/b.conf"]}, "tmpfiles /b.conf # why\n\nexec a\n"),
    ("tmpfiles /a.conf\ntmpfiles /b.conf\n", {"tmpfiles": []}, ""),
    ("import A\ntmpfiles /a.conf\nexec a\n", {"nice": 1}, "import A\ntmpfiles /a.conf\nexec a\n\nnice 1\n"),
])
def test_merge_in_a_dialect(text: str, changes: dict[str, Any], result: str) -> None:
    wanted = options.to_values(changes)
    assert merge(text, wanted, options.keys_of(changes), EVERY_STANZA) == result


def test_merge_of_a_stanza_that_upstart_does_not_have() -> None:
    with pytest.raises(JobFileError, match="set dialect: chromeos"):
        merge("exec a\n", options.to_values({"import": ["A"]}), {"import"})
    assert merge("exec a\n", options.to_values({"import": []}), {"import"}) == "exec a\n"
