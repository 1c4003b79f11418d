# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the collection importable by its full name, wherever it is and without Ansible."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"ansible_collections": None, "ansible_collections.sysinit": None,
            "ansible_collections.sysinit.upstart": ROOT}


def add_packages() -> None:
    """Add the packages around this file, unless Ansible has them already."""
    for name, place in PACKAGES.items():
        if name not in sys.modules:
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [str(place)] if place else []
            sys.modules[name] = module_from_spec(spec)
