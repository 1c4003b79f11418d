# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a checkout importable under its collection name, without installing it."""

from __future__ import absolute_import, division, print_function

import os
import sys
import types

__metaclass__ = type

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
COLLECTION = "ansible_collections.sysinit.upstart"


def mount(root=ROOT):
    # type: (str) -> None
    """Bind ``ansible_collections.sysinit.upstart`` to ``root`` unless it is already importable."""
    try:
        __import__(COLLECTION + ".plugins.module_utils._errors")
        return
    except ImportError:
        pass
    folders = {COLLECTION: root, COLLECTION + ".plugins": os.path.join(root, "plugins")}
    names = (COLLECTION + ".plugins").split(".")
    for depth in range(1, len(names) + 1):
        name = ".".join(names[:depth])
        module = sys.modules.setdefault(name, types.ModuleType(name))
        module.__path__ = [folders[name]] if name in folders else getattr(module, "__path__", [])
        if depth > 1:
            setattr(sys.modules[".".join(names[:depth - 1])], names[depth - 1], module)
