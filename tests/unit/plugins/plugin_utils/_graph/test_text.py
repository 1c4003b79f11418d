# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No name can become DOT or Mermaid syntax, and all names are readable."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.sysinit.upstart.plugins.filter.event_graph import event_graph
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph import text as graph_text
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.text import visible
from hypothesis import given, settings
from hypothesis import strategies as st

# A statement of each language, with every text in quotes and only plain words outside.
QUOTED = r'"(?:[^"\\\n]|\\["\\n])*"'
ATTRIBUTE = rf"[a-z]+=(?:{QUOTED}|[A-Za-z0-9.]+)"
ATTRIBUTES = rf"\[{ATTRIBUTE}(?:, {ATTRIBUTE})*\]"
DOT_LINE = re.compile(rf"  (graph|node|edge|\w+|\w+ -> \w+) {ATTRIBUTES}", re.ASCII)
MERMAID_QUOTED = r'"(?:[A-Za-z0-9 =!,/\[\]|?\'+.:-]|#[0-9]+;|<br/>)*"'
MERMAID_LINE = re.compile(
    rf"  (\w+(?:\[{MERMAID_QUOTED}\]|\(\[{MERMAID_QUOTED}\]\)|\(\({MERMAID_QUOTED}\)\)):::[a-z]+"
    rf"|\w+ (?:-->|-\.-x|--o)(?:\|{MERMAID_QUOTED}\|)? \w+"
    r"|classDef [a-z]+ [-a-z0-9:#, ]+|linkStyle [0-9,]+ stroke:#[0-9a-f]{6})", re.ASCII)

SVG = "{http://www.w3.org/2000/svg}"
PIECES = ['"', "\\", "<", ">", "&", "#", ";", "`", "$$", "%%{init:", "\n", "\0", "\x1b", "\u202e", "\udcff", "\uffff",
          "&lt;", "#quot;", "-->", "]]>", "<script>alert(1)</script>", "end", "1. ", "- ", "fa:fa-car", "\\n",
          "\ufb02\xb0", "\u00e9", "\U0001f600", "a", "web", " "]
NAMES = st.lists(st.one_of(st.sampled_from(PIECES), st.characters()), min_size=1, max_size=5).map("".join)


def hostile(names: list[str]) -> dict[str, Any]:
    """Return a result of upstart_info in which each name is a job, an event, an argument and a status."""
    jobs = [{"name": name, "instances": [{"instance": name, "status": name}], "loaded": True,
             "start_on": {"all": [{"event": name, "args": [name.replace("=", "")]}, {"started": name}]}}
            for name in names]
    edges = [{"event": name, "args": [name.replace("=", "")], "job": name, "stanza": "start_on", "emitters": names}
             for name in names]
    return {"jobs": jobs, "edges": edges, "events": [{"name": name, "kind": "unknown"} for name in names]}


def read_dot(text: str) -> str:
    """Return what Graphviz shows for a quoted string, line by line."""
    return html.unescape(re.sub(r'\\(["\\n])', lambda escape: escape.group(1).replace("n", "\n"), text[1:-1]))


def read_mermaid(text: str) -> str:
    """Return what Mermaid shows for a quoted text."""
    return re.sub(r"#([0-9]+);", lambda code: chr(int(code.group(1))), text).replace(graph_text.WORD_JOINER, "")


@settings(max_examples=150, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=4, unique=True))
def test_any_name_in_dot(names: list[str]) -> None:
    lines = event_graph(hostile(names)).encode().decode().split("\n")
    assert (lines[0], lines[-2:]) == ("digraph upstart {", ["}", ""])
    assert [line for line in lines[1:-2] if not DOT_LINE.fullmatch(line)] == []
    labels = [re.match(rf"  job\w* \[label=({QUOTED})", line) for line in lines]
    assert {visible(name) for name in names} <= {read_dot(found.group(1)).split("\n")[0] for found in labels if found}


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz")
@settings(max_examples=30, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=4, unique=True))
def test_graphviz_draws_any_name(names: list[str]) -> None:
    """Graphviz prints no message and draws a node for each job, each event and each junction of conditions."""
    text = event_graph(hostile(names))
    done = subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True, timeout=300, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    nodes = re.findall(r"^  ((?:job|event|gate)\w*) \[", text, re.M)
    drawn = [one.findtext(f"{SVG}title") for one in ElementTree.fromstring(done.stdout).iter(f"{SVG}g")
             if one.get("class", "").split()[:1] == ["node"]]
    assert sorted(nodes) == sorted(drawn)


@settings(max_examples=150, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=4, unique=True))
def test_any_name_in_mermaid(names: list[str]) -> None:
    lines = event_graph(hostile(names), "mermaid").encode().decode().split("\n")
    assert (lines[0], lines[-1]) == ("flowchart LR", "")
    assert [line for line in lines[1:-1] if not MERMAID_LINE.fullmatch(line)] == []
    shown = {read_mermaid(line.split('"')[1].split("<br/>")[0]) for line in lines if re.match(r"  job\w*\[", line)}
    assert {visible(name).replace(graph_text.WORD_JOINER, "") for name in names} <= shown


@settings(max_examples=150, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=6, unique=True))
def test_each_node_has_its_own_identifier(names: list[str]) -> None:
    text = event_graph(hostile(names))
    found = re.findall(r"^  ((?:job|event)\w*) \[label", text, re.M)
    assert len(found) == len(set(found)) >= 2 * len(names)


@pytest.mark.parametrize(("name", "dot", "mermaid"), [
    ('say "hi"', r'"say \"hi\""', '"say #34;hi#34;"'),
    ("a\\nb", r'"a\\nb"', '"a#92;#8288;nb"'),
    ("<b>&lt;", '"<b>&amp;lt;"', '"#60;b#62;#38;lt#59;"'),
    ("two\nlines", r'"two\\x0alines"', '"two#92;x0alines"'),
    ("1. a", '"1. a"', '"1#46; a"'),
    ("- a-b", '"- a-b"', '"#45; a-b"'),
    ("$$x$$", '"$$x$$"', '"#36;#8288;#36;x#36;#8288;#36;"'),
    ("fa:fa-car", '"fa:fa-car"', '"fa:#8288;fa-car"'),
    ("a\u202eb\x7f\udce9", r'"a\\u202eb\\x7f\\xe9"', '"a#92;u202eb#92;x7f#92;xe9"'),
    ("\u00e9\uffff", '"\u00e9\\\\uffff"', '"#233;#92;uffff"'),
])
def test_escapes(name: str, dot: str, mermaid: str) -> None:
    assert (graph_text.dot_text([name]), graph_text.mermaid_text([name])) == (dot, mermaid)


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb as WCAG 2 defines it."""
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", graph_text.APPEARANCES)
def test_nodes_have_contrast(name: str) -> None:
    appearance = graph_text.APPEARANCES[name]
    assert contrast(appearance.text, appearance.fill) >= 7
    assert contrast(appearance.line, "#ffffff") >= 4.5


@pytest.mark.parametrize("name", graph_text.ARROWS)
def test_arrows_have_contrast(name: str) -> None:
    assert contrast(graph_text.ARROWS[name].colour, "#ffffff") >= 4.5


def test_arrows_differ_without_colour() -> None:
    arrows = graph_text.ARROWS.values()
    assert len({arrow.dot for arrow in arrows}) == len({arrow.mermaid for arrow in arrows}) == len(arrows)


def test_trouble_shows_without_colour() -> None:
    outlines = {name: appearance.outline for name, appearance in graph_text.APPEARANCES.items()}
    assert {outlines[name] for name in ("trouble", "broken", "absent")} == {"double", "dashed", "dotted"}
    assert {outlines[name] for name in ("running", "stopped", "changing", "known")} == {"solid"}
