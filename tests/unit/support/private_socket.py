# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module beside a squatter, in a network namespace where no other process uses its address, not even init.

    private_socket.py UID ADDRESS MODULE ARGUMENTS_AS_JSON

Prints the module's result and every byte that the squatter of user UID received, as JSON.
"""

from __future__ import annotations

import ctypes
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

NEW_NETWORK, NEW_USER = 0x40000000, 0x10000000


def leave_the_network() -> None:
    """Enter a new network namespace. Without permission, the address must be free in the current namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_NETWORK) != 0:
        libc.unshare(NEW_USER | NEW_NETWORK)


def main() -> None:
    import checkout

    checkout.mount()
    from ansible_collections.sysinit.upstart.tests.unit.support import fake_daemon, run_module

    leave_the_network()
    with fake_daemon.squatter(int(sys.argv[1]), sys.argv[2]) as (_address, heard):
        answer = run_module.result(run_module.start_python(sys.argv[3], **json.loads(sys.argv[4])))
        print(json.dumps({"said": answer, "heard": heard().decode("latin-1")}))


if __name__ == "__main__":
    main()
