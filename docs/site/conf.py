# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx's settings for the site that ``make docs`` builds."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import Any

import ansible.modules

HERE = Path(__file__).parent
BUILTIN = Path(ansible.modules.__file__).parent
ONLINE = "https://docs.ansible.com/ansible/latest/"
# Labels of Ansible's own documentation that the generated pages refer to, beside those of its modules.
APPENDICES = {
    "ansible_configuration_settings": "reference_appendices/config.html#ansible-configuration-settings",
    "common_return_values": "reference_appendices/common_return_values.html#common-return-values",
}

project = "sysinit.upstart"
author = "The sysinit.upstart contributors"
project_copyright = f"2026, {author}"
extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
default_role = "any"
highlight_language = "YAML+Jinja"
pygments_style = "ansible"
nitpicky = True
html_theme = "furo"
html_title = project
html_short_title = project
html_static_path = ["_site"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False
intersphinx_mapping = {"ansible": (ONLINE, str(HERE / "ansible.inv"))}


def labels_of_builtin(rst: Path) -> dict[str, str]:
    """Return where the labels of ansible.builtin's modules are that the pages name, as far as there are such modules."""
    pages = "\n".join(path.read_text(encoding="utf-8") for path in rst.rglob("*.rst"))
    found = {}
    for name in set(re.findall(r"ansible\.builtin\.(\w+)", pages)):
        name = name.partition("_module")[0]
        if (BUILTIN / f"{name}.py").exists():
            found[f"ansible_collections.ansible.builtin.{name}_module"] = f"collections/ansible/builtin/{name}_module.html"
    return found


def write_inventory(path: Path, labels: dict[str, str]) -> None:
    """Write what Sphinx otherwise fetches, so that the site is built without a network, and each link is known."""
    lines = "".join(f"{label} std:label -1 {place} -\n" for label, place in sorted(labels.items()))
    head = "# Sphinx inventory version 2\n# Project: Ansible\n# Version: latest\n# The rest is compressed with zlib.\n"
    path.write_bytes(head.encode() + zlib.compress(lines.encode()))


def with_captions(index: str) -> str:
    """Return the index page with headed, short entries in the side bar and this collection's introduction."""
    heading, lines, caption = "", [], False
    for line in index.splitlines():
        if lines and re.fullmatch(r"[-~=]{3,}", line):
            heading = lines[-1]
        if line.strip() in (":maxdepth: 1", ":hidden:") and not caption and heading and heading != "Sysinit.Upstart":
            lines.append(f"    :caption: {heading.replace(' Plugins', 's').replace(' Index', 's')}")
            caption = True
        if not line.strip():
            caption = caption and bool(lines[-1].strip().startswith(":"))
        entry = re.fullmatch(r"    (\w+)_(module|filter|role)", line)
        lines.append(f"    {entry[1]} <{entry[1]}_{entry[2]}>" if entry else line)
    text = "\n".join(lines) + "\n"
    text = text.replace("Sysinit.Upstart\n===============", "sysinit.upstart\n===============")
    return text.replace("Description\n-----------\n", (HERE / "introduction.rst").read_text(encoding="utf-8"))


def read(app: Any, name: str, source: list[str]) -> None:
    """Leave out the tables of contents, which this theme shows beside each page."""
    del app
    source[0] = re.sub(r"^\.\. contents::\n(?:   +:.*\n)*", "", source[0], flags=re.M)
    if name == "index":
        source[0] = with_captions(source[0])


def setup(app: Any) -> None:
    write_inventory(HERE / "ansible.inv", {**APPENDICES, **labels_of_builtin(HERE / "rst")})
    app.connect("source-read", read)
