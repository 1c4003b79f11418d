# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the generated parts of the Upstart reference in docs/docsite/rst/.

    reference_pages.py [--check]

These are the facts of each stanza (upstart_stanzas.rst) and the stanzas by release (upstart_versions.rst), both from
the table of stanzas, and the picture of the states (images/upstart_states.svg) from the states of the emulator. People
write the rest. --check writes nothing; the exit status is 1 if something is out of date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import checkout

checkout.mount()

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import stanzas
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.signals import NAMES
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import APPEND, LAST, STANZAS, Stanza
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values
from state_picture import picture

RST = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"
LABEL = "ansible_collections.sysinit.upstart.docsite."
REPEATED = {LAST: "The last one counts.", APPEND: "Each adds to the list.", stanzas.ONCE: "No effect."}
# A default that the table of values does not tell.
DEFAULTS = {
    "console": "``log``. Before 1.4 ``none``.", "nice": "That of init. Up to 1.5 0.", "umask": "``022``",
    "chdir": "``/``",
    "respawn": "Off", "task": "Off: a service", "debug": "Off", "respawn limit": "``10 5``", "manual": "Off",
    "instance": "A single instance with an empty name", "limit": "Those of init", "oom": "``0``", "oom score": "``0``",
}
FIELDS = ("Syntax", "Values", "Default", "If repeated", "Since", "Option")
FACTS = rf"((?:(?::(?:{'|'.join(FIELDS)}): .+\n)+\n)?)"
SECTION = re.compile(rf"((?:\.\. _{re.escape(LABEL)}upstart_stanzas\.\w+:\n)+\n.+\n\^+\n\n){FACTS}", re.M)
TABLE = re.compile(r"(\.\. begin generated: stanzas by release\n)(?:.*\n)*?(\.\. end generated: stanzas by release\n)")


def slug(stanza: Stanza) -> str:
    """Return the last part of a stanza's label."""
    return re.sub(r"\W", "_", stanza.name)


def values_of(stanza: Stanza) -> str:
    """Return the values that the stanza accepts, or an empty text if they are any text."""
    if stanza.choices:
        words = [f"``{word}``" + (f" ({stanzas.dotted(since)})" if since > stanzas.FIRST else "")
                 for word, since in stanza.choices.items()]
        return ", ".join(words)
    if stanza.kind == "signal":
        return "A name such as ``TERM`` or ``SIGTERM``. Numbers are dangerous."
    if stanza.kind == "exits":
        return "Statuses from 0 to 255, and names of signals."
    if stanza.kind == "umask":
        return "An octal number from 0 to 0777."
    if stanza.kind == "seconds":
        return "Whole seconds. 0 is accepted and dangerous."
    if stanza.low is not None and stanza.high is not None:
        never = ", or ``never``" if stanza.kind == "oom" else ""
        return f"A whole number from {stanza.low} to {stanza.high}{never}."
    return ""


def default_of(stanza: Stanza) -> str:
    if stanza.name in DEFAULTS:
        return DEFAULTS[stanza.name]
    value = new_values().get(stanza.key)
    if stanza.kind == "signal":
        return f"``{NAMES[value]}``"
    return f"``{value}``" if isinstance(value, (int, str)) and value else "None"


def since_text(stanza: Stanza) -> str:
    if stanza.dialect:
        return "Only in ChromeOS."
    return "All releases" if stanza.since == stanzas.FIRST else stanzas.dotted(stanza.since)


def syntax(stanza: Stanza) -> str:
    words = f"``{f'{stanza.name} {stanza.arguments}'.strip()}``"
    return f"{words}, the lines of the script, ``end script``" if stanza.kind == "script" else words


def repeated(stanza: Stanza) -> str:
    return "The last one for each resource counts." if stanza.kind == "limit" else REPEATED[stanza.repeat]


def joined(texts: Iterable[str]) -> str:
    """Return different texts, each once, joined by "or"."""
    return " or ".join(dict.fromkeys(texts))


def facts(rows: list[Stanza]) -> str:
    """Return the field list of a section, which describes one stanza or several forms of one."""
    sinces = [since_text(row) for row in rows]
    since = sinces[0] if len(set(sinces)) == 1 else ", ".join(
        f"``{row.name}``: {text[0].lower() + text[1:]}" for row, text in zip(rows, sinces))
    values = [f"``{row.name}``: {values_of(row)[0].lower() + values_of(row)[1:]}" if len(rows) > 1 else values_of(row)
              for row in rows if values_of(row)]
    options = joined(f":ansopt:`sysinit.upstart.upstart_job#module:{row.option}`" for row in rows)
    texts = (joined(map(syntax, rows)), " ".join(values), joined(map(default_of, rows)), joined(map(repeated, rows)),
             since, options)
    return "".join(f":{name}: {text}\n" for name, text in zip(FIELDS, texts) if text) + "\n"


def with_facts(text: str) -> str:
    """Return the page of stanzas with current facts below each heading."""
    by_slug = {slug(row): row for row in STANZAS}
    described: set[str] = set()

    def section(match: re.Match[str]) -> str:
        slugs = re.findall(rf"{re.escape(LABEL)}upstart_stanzas\.(\w+):", match[1])
        unknown = [name for name in slugs if name not in by_slug]
        if unknown:
            sys.exit(f"upstart_stanzas.rst describes {', '.join(unknown)}, which is no stanza")
        described.update(slugs)
        return match[1] + facts([by_slug[name] for name in slugs])

    text = SECTION.sub(section, text)
    missing = [row.name for name, row in by_slug.items() if name not in described]
    if missing:
        sys.exit(f"upstart_stanzas.rst has no section for {', '.join(missing)}: write one, with its label")
    return text


def with_releases(text: str) -> str:
    """Return the page of releases with a current table of stanzas."""
    releases: dict[tuple[int, ...], list[str]] = {}
    for row in STANZAS:
        if row.since > stanzas.FIRST and row.dialect is None:
            name = f":ref:`{row.name} <{LABEL}upstart_stanzas.{slug(row)}>`"
            releases.setdefault(row.since, []).append(name)
        for word, since in (row.choices or {}).items():
            if since > stanzas.FIRST:
                name = f":ref:`{row.name} {word} <{LABEL}upstart_stanzas.{slug(row)}>`"
                releases.setdefault(since, []).append(name)
    rows = "".join(f"   * - {stanzas.dotted(since)}\n     - {', '.join(names)}\n"
                   for since, names in sorted(releases.items()))
    table = f"\n.. list-table::\n   :header-rows: 1\n   :widths: 15 85\n\n   * - Since\n     - Stanzas\n{rows}\n"
    text, count = TABLE.subn(lambda match: match[1] + table + match[2], text)
    if count != 1:
        sys.exit("upstart_versions.rst has no place for the stanzas by release")
    return text


def outputs() -> dict[Path, str]:
    """Return the text of each file that has generated parts."""
    pages = {"upstart_stanzas.rst": with_facts, "upstart_versions.rst": with_releases}
    texts = {RST / name: write((RST / name).read_text(encoding="utf-8")) for name, write in pages.items()}
    texts[RST / "images" / "upstart_states.svg"] = picture()
    return texts


def main() -> int:
    stale = {path: text for path, text in outputs().items()
             if not path.exists() or path.read_text(encoding="utf-8") != text}
    if "--check" not in sys.argv[1:]:
        for path, text in stale.items():
            path.write_text(text, encoding="utf-8")
        return 0
    for path in stale:
        print(f"{path.relative_to(RST.parents[2])} is out of date: run make pages", file=sys.stderr)
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
