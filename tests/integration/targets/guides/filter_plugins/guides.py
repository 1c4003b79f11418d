# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contents of the documentation pages, prepared for the daemon under test."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.sysinit.upstart.tests.unit.support import examples

PAGES = examples.ROOT / "docs" / "docsite" / "rst"


def on_the_daemon(play: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return a play unchanged, except for the address of the daemon and the user."""
    daemon: dict[str, t.Any] = {name: f"{{{{ upstart_{name} }}}}" for name in ("address", "conf_dir", "log_dir")}
    defaults = {"group/sysinit.upstart.upstart": {**daemon, "timeout": 20}}
    kept = {key: value for key, value in play.items() if key != "become"}
    return {**kept, "gather_facts": False, "module_defaults": defaults}


def guide_files(page: str) -> dict[str, list[t.Any]]:
    """Return the files that a page shows as lists of plays; a list of tasks becomes a play."""
    data = {block.caption: block.data() for block in examples.blocks_of(PAGES / f"{page}.rst")
            if block.caption.endswith(".yml")}
    plays = {name: items if "hosts" in items[0] else [{"name": "Tasks", "hosts": "all", "tasks": items}]
             for name, items in data.items()}
    return {name: [on_the_daemon(play) for play in found] for name, found in plays.items()}


def guide_texts(page: str) -> list[str]:
    """Return the messages that a page quotes, each on one line."""
    blocks = examples.blocks_of(PAGES / f"{page}.rst")
    return [" ".join(block.text.split()) for block in blocks if block.language == "text"]


def as_in_guide(message: str, conf_dir: str, log_dir: str) -> str:
    """Return a message as it appears on a page: with the default directories and one process number."""
    message = message.replace(conf_dir, "/etc/init").replace(log_dir, "/var/log/upstart")
    return re.sub(r"process \d+", "process 15736", message)


class FilterModule:
    """The filters of this target."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"guide_files": guide_files, "guide_texts": guide_texts, "as_in_guide": as_in_guide}
