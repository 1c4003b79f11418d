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
    "action_plugins": "plugins/action.html#action-plugins",
    "ansible_configuration_settings": "reference_appendices/config.html#ansible-configuration-settings",
    "common_return_values": "reference_appendices/common_return_values.html#common-return-values",
}

project = "sysinit.upstart"
author = "The sysinit.upstart contributors"
project_copyright = f"2026, {author}"
extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
default_role = "any"
highlight_language = "YAML+Jinja"
nitpicky = True
html_theme = "furo"
html_title = project
html_short_title = project
html_static_path = ["_site"]
html_css_files = ["site.css"]
html_js_files = ["search.js"]
html_search_scorer = str(HERE / "scorer.js")
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False
antsibull_ext_color_scheme = "none"
intersphinx_mapping = {"ansible": (ONLINE, str(HERE / "ansible.inv"))}


def labels_of_builtin(rst: Path) -> dict[str, str]:
    """Return where the labels of those modules of ansible-core are that the pages name; there are no others."""
    pages = "\n".join(path.read_text(encoding="utf-8") for path in rst.rglob("*.rst"))
    named = {word.partition("_module")[0] for word in re.findall(r"ansible\.builtin\.(\w+)", pages)}
    return {f"ansible_collections.ansible.builtin.{name}_module": f"collections/ansible/builtin/{name}_module.html"
            for name in named if (BUILTIN / f"{name}.py").exists()}


def write_inventory(path: Path, labels: dict[str, str]) -> None:
    """Write what Sphinx otherwise fetches, so that the site is built without a network, and each link is known."""
    lines = "".join(f"{label} std:label -1 {place} -\n" for label, place in sorted(labels.items()))
    head = "# Sphinx inventory version 2\n# Project: Ansible\n# Version: latest\n# The rest is compressed with zlib.\n"
    path.write_bytes(head.encode() + zlib.compress(lines.encode()))


def entry(line: str) -> str:
    """Return an entry of the side bar under its plain name."""
    found = re.fullmatch(r"    (\w+)_(module|filter|role)", line)
    return f"    {found[1]} <{found[1]}_{found[2]}>" if found else line


def with_introduction(index: str) -> str:
    """Return the index page with our introduction, the playbooks, and headed, short entries in the side bar."""
    introduction = (HERE / "introduction.rst").read_text(encoding="utf-8")
    playbooks = (HERE / "playbooks.rst").read_text(encoding="utf-8")
    index = re.sub(r"^Description\n-+\n.*?^\.\. toctree::\n    :maxdepth: 1\n\n", lambda _all: introduction, index,
                   count=1, flags=re.M | re.S)
    index = re.sub(r"^Sysinit\.Upstart\n=+\n", f"{project}\n{'=' * len(project)}\n", index, flags=re.M)
    index = re.sub(r"^\.\. _changelog_section_for.*?^    changelog\n\n", "", index, flags=re.M | re.S)
    index = re.sub(r"^    docsite/support\n", r"\g<0>    Release notes <changelog>\n", index, flags=re.M)
    index = re.sub(r"^\.\. _plugin_index_for", lambda label: f"{playbooks}\n{label[0]}", index, flags=re.M)
    index = re.sub(r"^These are the (plugins|roles) in .*\n\n", "", index, flags=re.M)
    for plain, generated in {"Modules": "Modules", "Filters": "Filter Plugins", "Roles": "Role Index",
                             "Reference": "Plugin Index"}.items():
        index = re.sub(rf"^{generated}\n([-~])+\n", lambda found: f"{plain}\n{found[1] * len(plain)}\n",  # noqa: B023
                       index, flags=re.M)
    lines: list[str] = []
    heading = ""
    for line in index.splitlines():
        heading = lines[-1] if lines and re.fullmatch(r"[-~]{3,}", line) else heading
        lines.append(entry(line))
        if line == ".. toctree::":
            lines.append(f"    :caption: {heading}")
    return "\n".join(lines) + "\n"


def read(app: Any, name: str, source: list[str]) -> None:
    """Leave out the tables of contents, which this theme shows beside each page."""
    del app
    source[0] = re.sub(r"^\.\. contents::.*\n(?:   +:.*\n)*", "", source[0], flags=re.M)
    if name == "index":
        source[0] = with_introduction(source[0])


def setup(app: Any) -> None:
    write_inventory(HERE / "ansible.inv", {**APPENDICES, **labels_of_builtin(HERE / "rst")})
    app.connect("source-read", read)
