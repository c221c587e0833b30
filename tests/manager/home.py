"""Folders, ports and the lock under MANAGER_HOME."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
# In this order, starting at the first port of the block.
PORTS = ("postgres", "redis", "etcd", "etcd_peer", "manager", "internal", "termui", "webui", "webserver")
FIRST_PORT = 19430
STEP = 10


class Failure(Exception):
    """Ends the command; its text names the place and the fix."""


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Home:
    def __init__(self) -> None:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        root = os.environ.get("MANAGER_HOME") or Path(cache) / "backendai-manager-tests"
        self.root = Path(root).resolve()
        self.conf = self.root / "conf"
        self.data = self.root / "data"
        self.log = self.root / "log"
        self.env = self.root / "env"
        self.processes = self.root / "processes.json"
        foreign = os.environ.get("MANAGER_VENV")
        self.owns_venv = not foreign
        # Not resolved: a venv is identified by its path, not by the target of its python.
        self.venv = Path(foreign).absolute() if foreign else self.root / "venv"
        self.python = self.venv / "bin" / "python"
        # Processes of the manager.
        self.workers = 1
        # The version of the manager; the data of a home belong to one version.
        self._version = self.root / "version"
        self.version = self._version.read_text() if self._version.exists() else ""
        self._block = self.root / "first-port"
        self.first_port = int(self._block.read_text()) if self._block.exists() else 0

    def lay_out(self) -> None:
        for folder in (self.root, self.data, self.log):
            folder.mkdir(parents=True, exist_ok=True)
        self.conf.mkdir(mode=0o700, exist_ok=True)

    def choose_version(self, wanted: str) -> None:
        if self.version and self.version != wanted:
            raise Failure(f"the data in {self.root} are of manager {self.version}: "
                          f"for {wanted}, run down --wipe or name another MANAGER_HOME")
        self.version = wanted
        self._version.write_text(wanted)

    def forget_version(self) -> None:
        self._version.unlink(missing_ok=True)

    def lock(self):
        """Held until the process ends: one command at a time uses a home."""
        self.root.mkdir(parents=True, exist_ok=True)
        handle = open(self.root / "lock", "w")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another command that works on {self.root}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        return handle

    @staticmethod
    def choosing():
        """Held while ports are chosen and not yet used: homes that start at the same time take turns."""
        handle = open(Path(tempfile.gettempdir()) / f"backendai-manager-ports-{os.getuid()}.lock", "w")
        fcntl.flock(handle, fcntl.LOCK_EX)
        return handle

    def port(self, name: str) -> int:
        return self.first_port + PORTS.index(name)

    def choose_ports(self, in_use: bool) -> None:
        """Keeps the block while one of our processes uses it; otherwise takes a free one."""
        wanted = os.environ.get("MANAGER_PORT_BASE")
        if in_use:
            if wanted and int(wanted) != self.first_port:
                raise Failure(f"already running on ports from {self.first_port}: run down before you move it")
            return
        if wanted:
            first = int(wanted)
            taken = self._taken(first)
            if taken:
                raise Failure(f"port {taken} is taken: choose another MANAGER_PORT_BASE")
        else:
            start = self.first_port or FIRST_PORT
            free = (b for b in range(start, start + 100 * STEP, STEP) if not self._taken(b))
            first = next(free, 0)
            if not first:
                raise Failure(f"no free block of ports from {start}: set MANAGER_PORT_BASE")
        self.first_port = first
        self._block.write_text(str(first))

    @staticmethod
    def _taken(first: int) -> int:
        return next((p for p in range(first, first + len(PORTS)) if not is_free(p)), 0)

    def ipc(self) -> Path:
        # The path of a socket has at most 107 bytes, and the manager adds about 40.
        ipc = self.root / "ipc"
        if len(str(ipc)) > 60:
            ipc = Path(f"/tmp/backendai-{os.getuid()}-{self.first_port}")
        ipc.mkdir(mode=0o700, exist_ok=True)
        return ipc
