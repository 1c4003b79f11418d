# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables in every form, for jobs, services, events and init: what is read, and what the error suggests."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import environment
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.assignments import assignments
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError

EVERYWHERE: list[tuple[Any, list[str]]] = [
    (None, []),
    ("", []),
    ({"A": 1, "B": "x y"}, ["A=1", "B=x y"]),
    (["A=1", "B=x y"], ["A=1", "B=x y"]),
    ('A=1 B="x y"', ["A=1", "B=x y"]),
    ("A=1\nB=2\n", ["A=1", "B=2"]),
    ('{"A": 1, "B": "x y"}', ["A=1", "B=x y"]),
    ('["A=1", "B=x y"]', ["A=1", "B=x y"]),
    ("A=", ["A="]),
    ("A.b-c=1", ["A.b-c=1"]),
    # A comma in a value is no sign of a second variable, unless the names look alike.
    ("OPTIONS=rw,size=10", ["OPTIONS=rw,size=10"]),
    ("HOSTS=a,b,c", ["HOSTS=a,b,c"]),
    ("JAVA_OPTS=-Da=1,B=2", ["JAVA_OPTS=-Da=1,B=2"]),
    ({"A": "1,B=2"}, ["A=1,B=2"]),
    (["A=1,B=2"], ["A=1,B=2"]),
    (["URL=http://a: b"], ["URL=http://a: b"]),
    ({"A": "x: y"}, ["A=x: y"]),
    (["A=1 B=2"], ["A=1 B=2"]),
    # Nor is a comma or a semicolon at the end of a value in quotes.
    ('A="1," B="2;" C=3', ["A=1,", "B=2;", "C=3"]),
    ('A="x=1, y=2; z=3"', ["A=x=1, y=2; z=3"]),
    ("LIST=a,", ["LIST=a,"]),
    ({"BASH_FUNC_f%%": "x"}, ["BASH_FUNC_f%%=x"]),
]
REFUSED_EVERYWHERE: list[tuple[Any, str, str | None]] = [
    ("A=1,B=2", "env is A=1,B=2, but two variables are written with a blank between them",
     "write A=1 B=2; if the comma belongs to the value, use a dictionary"),
    ("a=1,b=2,c=", "two variables are written with a blank", "write a=1 b=2 c=; if"),
    ("A=1, B=2", "env is A=1, B=2, but two variables are written with a blank between", "write A=1 B=2; if the comma"),
    ("A=1; B=2;  C=x", "two variables are written with a blank between", "write A=1 B=2 C=x; if the semicolon"),
    ("B=x A=1,\nC=2\n", "env is B=x A=1,\nC=2, but two variables", "write B=x A=1 C=2; if the comma belongs"),
    ('A="x y", B=2', 'env is A="x y", B=2, but two variables', 'write A="x y" B=2; if the comma'),
    ("export A=1", "env begins with the word export", "leave it out"),
    (" set A=1 B=2", "env begins with the word set", "leave it out"),
    ("# of the shop\nA=1", "env has the entry '#', which is not KEY=VALUE", "leave out comments"),
    ("A=1\n# of the shop\nB=2", "env has the entry '#', which is not KEY=VALUE", "leave out comments"),
    ("A=1 #x", "env has the entry '#x', which is not KEY=VALUE", "leave out comments"),
    ("A:1", "env has the entry 'A:1', which is not KEY=VALUE", "write A=1"),
    (["A:1"], "env has the entry 'A:1', which is not KEY=VALUE", "write A=1"),
    ("PORT:80 B=1", "env has the entry 'PORT:80', which is not KEY=VALUE", "write PORT=80"),
    ({"A:": 1}, "env has the variable 'A:', which cannot be its name", None),
    ("A+=1", "env has the variable 'A+', which cannot be its name", None),
    ("A:=1", "env has the variable 'A:', which cannot be its name", None),
    ("$A=1", "env has the variable '$A', which cannot be its name", None),
    ("A&B=1", "env has the variable 'A&B', which cannot be its name", None),
    ("*=1", "env has the variable '*', which cannot be its name", None),
    (["/etc/x=1"], "env has the variable '/etc/x', which cannot be its name", None),
    (["1"], "env has the entry '1', which is not KEY=VALUE", None),
    ("null", "env has the entry 'null', which is not KEY=VALUE", None),
    (["None"], "env has the entry 'None', which is not KEY=VALUE", None),
    ("A=x y", "env has the entry 'y', which is not KEY=VALUE", 'write A="x y" for a value with a blank'),
    ("OPTIONS=-a -b=c", "env has the entry '-b=c', which is not KEY=VALUE", 'write OPTIONS="-a -b=c" for a value'),
    ("A='1", "env cannot be split into words (No closing quotation)", "use a dictionary, a list of KEY=VALUE or a"),
    ("A: 1", "env is the text A: 1", "write A=1"),
    (" A: two words ", "env is the text A: two words", 'write A="two words"'),
    ("A = 1", "env has a blank before the = in A = 1", "write A=1"),
    (["A = 1"], "env has a blank before the = in A = 1", "write A=1"),
    (["A: 1"], "env has the item A: 1", "write {A: 1} without quotes around it"),
    ("{A: 1, B: two words}", "env cannot be parsed as JSON, although it begins like JSON (", 'write A=1 B="two words"'),
    ("{'A': '1'}", "env cannot be parsed as JSON", "write A=1"),
    ("{A: [1, 2]}", "env cannot be parsed as JSON", 'write A=1 B="two words", or {"A": "1"}'),
    ('["A=1", "B=2]', "env cannot be parsed as JSON", None),
    ("{A=1", "env cannot be parsed as JSON", None),
    ("A,B=1", "env has the variable 'A,B', which cannot be its name", 'write A=1 B="two words", or {"A": "1"}'),
    (["{A=1"], "env has the variable '{A', which cannot be its name", None),
    ({"A B": 1}, "env has the variable 'A B', which cannot be its name", None),
    ({"A=B": 1}, "env has the name 'A=B', but a name cannot contain '='", None),
    ({"A": [1]}, "The value of A in env is [1], but must be a string", None),
    ([{"A": 1}], 'env has the entry {"A": 1}, which is not KEY=VALUE', "make env itself a dictionary, or write"),
    (["=1"], "env has the entry '=1', which is not KEY=VALUE", None),
    (["A=\0"], "which is not KEY=VALUE", None),
    (7, "env has the type int", "use a dictionary, a list of KEY=VALUE or a string of such words"),
]


@pytest.mark.parametrize("in_file", [False, True])
@pytest.mark.parametrize(("given", "expected"), EVERYWHERE)
def test_read(given: Any, expected: list[str], in_file: bool) -> None:
    assert assignments(given, "env", in_file) == expected
    assert environment.pairs(given) == expected


@pytest.mark.parametrize("in_file", [False, True])
@pytest.mark.parametrize(("given", "text", "hint"), REFUSED_EVERYWHERE)
def test_refused(given: Any, text: str, hint: str | None, in_file: bool) -> None:
    with pytest.raises(JobFileError) as caught:
        assignments(given, "env", in_file)
    assert text in caught.value.text
    assert hint is None or hint in (caught.value.hint or "")
    with pytest.raises(UpstartError) as same:
        environment.pairs(given)
    assert same.value.message.startswith(caught.value.text + ".")
    remedy = caught.value.hint or ""
    assert same.value.message.endswith(f" {remedy[:1].upper()}{remedy[1:]}." if remedy else caught.value.text + ".")


@pytest.mark.parametrize(("given", "in_file", "expected"), [
    (["A"], True, ["A"]),
    ("LANG TZ", True, ["LANG", "TZ"]),
    ({"A": None}, True, ["A"]),
    ({"A": None}, False, ["A="]),
    ({"A": True, "B": 1.5}, False, ["A=true", "B=1.5"]),
    ({"A": 1.2345678901234567}, False, ["A=1.2345678901234567"]),
    (["A.b-c", "_X1"], True, ["A.b-c", "_X1"]),
    ([True], True, "an item of env must be text, not true or false"),
    ({"A": True}, True, "A of env must be text, not true or false"),
    ({"A": 1.10}, True, "A of env must be text, not a fraction"),
    (["A"], False, "env has the entry 'A', which is not KEY=VALUE"),
    ("A", False, "env has the entry 'A', which is not KEY=VALUE"),
])
def test_job_files_differ(given: Any, in_file: bool, expected: list[str] | str) -> None:
    """A variable without a value comes from init, and YAML has changed how true and 1.10 were written."""
    if isinstance(expected, list):
        assert assignments(given, "env", in_file) == expected
        return
    with pytest.raises(JobFileError) as caught:
        assignments(given, "env", in_file)
    assert caught.value.text == expected
