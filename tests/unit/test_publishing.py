# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools that check the site and the package detect faults."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import build_docs
import importer
import pytest

HEAD = '<html><body id="top"><h1 id="one">One</h1>'


def site(folder: Path, body: str) -> list[str]:
    (folder / "sub").mkdir(exist_ok=True)
    (folder / "sub" / "other.html").write_text(HEAD)
    (folder / "style.css").write_text("")
    (folder / "index.html").write_text(HEAD + body)
    return build_docs.wrong_links(folder)


@pytest.mark.parametrize("body", [
    '<a href="#one">', '<a href="#">', '<a href="sub/other.html#one">', '<a href="https://docs.ansible.com/x#y">',
    '<a href="mailto:a@example.org">', '<link href="style.css?v=1">', '<img src="data:image/png;base64,AA==">',
])
def test_a_good_link(tmp_path: Path, body: str) -> None:
    assert site(tmp_path, body) == []


@pytest.mark.parametrize(("body", "complaint"), [
    ('<a href="#two">', "index.html links to #two, and that page has no such heading"),
    ('<a href="sub/other.html#two">', "index.html links to sub/other.html#two, and that page has no such heading"),
    ('<a href="none.html">', "index.html links to none.html, which does not exist"),
    ('<a href="/style.css">', "index.html links to /style.css, which does not exist"),
    ('<img src="none.png">', "index.html links to none.png, which does not exist"),
    ('<a href="https://nowhere">', "index.html links to https://nowhere, which is not a valid address"),
    ('<a href="htps://docs.ansible.com">', "index.html links to htps://docs.ansible.com, which is not a valid address"),
    ('<script src="https://example.org/x.js">', "index.html loads https://example.org/x.js from another site"),
    ('<script src="//example.org/x.js">', "index.html loads //example.org/x.js from another site"),
])
def test_a_wrong_link(tmp_path: Path, body: str, complaint: str) -> None:
    assert site(tmp_path, body) == [complaint]


def test_a_finding_without_an_anchor(tmp_path: Path) -> None:
    rows = [*build_docs.codes.CODES, *build_docs.audit_codes.CODES]
    path = tmp_path / "warnings.html"
    path.write_text(HEAD + "".join(f'<section id="{row.code}">' for row in rows))
    assert build_docs.without_anchor(path) == []
    path.write_text(path.read_text().replace('"wedged"', '"stuck"'))
    assert build_docs.without_anchor(path) == ["warnings.html has no anchor for the finding wedged"]


@pytest.mark.parametrize(("named", "expected"), [(None, importer.NO_REPOSITORY), ("https://example.org/x",) * 2])
def test_the_importer_gets_a_repository(tmp_path: Path, named: str | None, expected: str) -> None:
    manifest = {"collection_info": {"name": "upstart", "repository": named}}
    parts = {"MANIFEST.json": json.dumps(manifest), "README.md": "x"}
    with tarfile.open(tmp_path / "built.tar.gz", "w:gz") as archive:
        for name, text in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    importer.with_repository(tmp_path / "built.tar.gz", tmp_path / "copy.tar.gz")
    with tarfile.open(tmp_path / "copy.tar.gz") as archive:
        streams = {member.name: archive.extractfile(member) for member in archive}
        texts = {name: stream.read().decode() for name, stream in streams.items() if stream}
    assert texts["README.md"] == "x"
    assert json.loads(texts["MANIFEST.json"]) == {"collection_info": {"name": "upstart", "repository": expected}}
