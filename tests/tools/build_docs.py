# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation as a site, and check its links.

    build_docs.py FOLDER

Needs the mirror of the collection in FOLDER (mirror.py) and creates its own virtual environment there. These are
errors: a warning of antsibull-docs or Sphinx, a link to a page or a heading that does not exist, a resource that a page
loads from another site, an invalid address of another site, a finding without an anchor, and what site_in_browser.py
finds. The program does not contact other sites.
"""

from __future__ import annotations

import html.parser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import own_venv
import site_in_browser
from ansible_collections.sysinit.upstart.plugins.module_utils._inventory import audit_codes
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import codes

COLLECTION = Path("ansible_collections", "sysinit", "upstart")
DOCSITE = Path("docsite")  # where antsibull-docs puts the pages of docs/docsite/rst
FINDINGS = DOCSITE / "warnings.html"
LOADED = {("link", "href"), ("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("object", "data")}


class Page(html.parser.HTMLParser):
    """The anchors, links and loaded resources of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors = {""}
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        for name, value in given.items():
            if (tag, name) in LOADED:
                self.loads.append(value)
            elif (tag, name) == ("a", "href"):
                self.links.append(value)


def well_formed(address: str) -> bool:
    """Return whether a browser could open an address of another site."""
    parts = urlsplit(address)
    if parts.scheme == "mailto":
        return bool(re.fullmatch(r"[^@\s]+@[^@\s]+", parts.path))
    return parts.scheme in ("http", "https") and bool(re.fullmatch(r"[\w.-]+\.\w+(:\d+)?", parts.netloc))


def wrong_links(site: Path) -> list[str]:
    """Return a sentence for each broken link of the site."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    wrong = []
    for path, page in pages.items():
        here = path.relative_to(site)
        for target in [*page.links, *page.loads]:
            parts = urlsplit(target)
            if parts.scheme == "data":
                continue
            if parts.scheme or parts.netloc:
                if target in page.loads:
                    wrong.append(f"{here} loads {target} from another site")
                elif not well_formed(target):
                    wrong.append(f"{here} links to {target}, which is not a valid address")
                continue
            place = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if parts.path.startswith("/") or not place.is_file():
                wrong.append(f"{here} links to {target}, which does not exist")
            elif place in pages and unquote(parts.fragment) not in pages[place].anchors:
                wrong.append(f"{here} links to {target}, and that page has no such heading")
    return sorted(set(wrong))


def without_anchor(page: Path) -> list[str]:
    """Return a sentence for each code of a finding that the page about findings has no anchor for."""
    anchors = Page(page.read_text(encoding="utf-8")).anchors
    return [f"{page.name} has no anchor for the finding {row.code}"
            for row in (*codes.CODES, *audit_codes.CODES) if row.code not in anchors]


def run(*command: str | Path, **environment: str) -> None:
    """Run a command; exit with its output if it fails."""
    done = subprocess.run([str(word) for word in command], env={**os.environ, **environment}, check=False, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(f"{done.stdout}docs: {Path(command[0]).name} failed with status {done.returncode}")


def build(folder: Path) -> Path:
    """Build the site; return its folder."""
    programs = own_venv.ready("docs", folder)
    source, work, site = folder / COLLECTION / "docs" / "site", folder / "docs", folder / "docs" / "html"
    shutil.rmtree(work, ignore_errors=True)
    (work / "rst").mkdir(parents=True, mode=0o755)
    for name in ("conf.py", "introduction.rst", "playbooks.rst", "scorer.js"):
        shutil.copy2(source / name, work)
    (work / "_site").mkdir()
    for name in ("site.css", "search.js"):
        shutil.copy2(source / name, work / "_site")
    environment = {"PATH": f"{programs}:{os.environ.get('PATH', os.defpath)}", "LC_ALL": "C.UTF-8",
                   "ANSIBLE_COLLECTIONS_PATH": str(folder), "ANSIBLE_HOME": str(work / "home")}
    old_mask = os.umask(0o022)  # antsibull-docs refuses a folder that others may write to
    run(programs / "antsibull-docs", "--config-file", source / "antsibull-docs.cfg", "collection", "--use-current",
        "--squash-hierarchy", "--fail-on-error", "--cleanup", "everything", "--dest-dir", work / "rst",
        "sysinit.upstart", **environment)
    shutil.copytree(folder / COLLECTION / "docs" / "docsite" / "rst" / "images", work / "rst" / DOCSITE / "images",
                    ignore=shutil.ignore_patterns("*.license"))  # antsibull-docs only copies pages
    os.umask(old_mask)
    run(programs / "sphinx-build", "-q", "-n", "-W", "--keep-going", "-b", "html", "-c", work, "-d", work / "doctrees",
        work / "rst", site, **environment)
    return site


def main() -> None:
    site = build(Path(sys.argv[1]).absolute())
    wrong = wrong_links(site) + without_anchor(site / FINDINGS)
    if site_in_browser.can_look():
        wrong += site_in_browser.problems(site)
    else:
        print("docs: the pages are not checked in a browser, because there is no Chromium or Chrome on the PATH")
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"docs: {len(list(site.rglob('*.html')))} pages without a warning or a broken link: "
          f"{site / 'index.html'}")


if __name__ == "__main__":
    main()
