"""Starts and stops processes, and recognises its own after a restart of this program.

A process is identified by pid and start time: another process that gets the pid later has a different start
time. Each leads a session, which its workers share, so that workers that outlive it are found.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

from home import Failure, Home, say

STOP = {"postgres": signal.SIGINT}  # SIGTERM would wait for every connection to end by itself


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, starting with the state; empty when the process does not exist."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    fields = text.rpartition(")")[2].split()
    return [] if fields[0] == "Z" else fields


def start_time(pid: int) -> str | None:
    fields = stat(pid)
    return fields[19] if fields else None


def signal_to(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


class Processes:
    def __init__(self, home: Home) -> None:
        self.home = home
        self.known: dict[str, list] = {}
        self.launched: dict[str, subprocess.Popen] = {}
        if home.processes.exists():
            self.known = json.loads(home.processes.read_text())

    def _save(self) -> None:
        fresh = self.home.processes.with_suffix(".new")
        fresh.write_text(json.dumps(self.known))
        fresh.replace(self.home.processes)

    def alive(self, name: str) -> bool:
        pid, started = self.known.get(name, (0, ""))
        return bool(pid) and start_time(pid) == started

    def any_alive(self) -> bool:
        return any(self.alive(name) for name in self.known)

    def launch(self, name: str, command: list, cwd: Path, env: dict | None = None) -> None:
        """Starts the command unless the process of this name runs."""
        if self.alive(name):
            return
        with open(self.log(name), "ab") as log:
            child = subprocess.Popen(
                [str(part) for part in command], cwd=cwd, env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )
        self.launched[name] = child
        self.known[name] = [child.pid, start_time(child.pid)]
        self._save()

    def log(self, name: str) -> Path:
        return self.home.log / f"{name}.log"

    def await_ready(self, name: str, probe, seconds: int) -> None:
        deadline = time.monotonic() + seconds
        while not probe():
            child = self.launched.get(name)
            ended = child.poll() is not None if child else not self.alive(name)
            if ended or time.monotonic() > deadline:
                lines = self.log(name).read_text(errors="replace").splitlines()[-30:]
                print("\n".join(lines), flush=True)
                what = "ended while it started" if ended else f"does not answer after {seconds} s"
                raise Failure(f"{name} {what}; its log is {self.log(name)}")
            time.sleep(0.1)

    def _session(self, leader: int) -> dict[int, str]:
        """Pid and start time of all processes in the leader's session that run inside our folders."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            fields = stat(int(entry.name))
            try:
                inside = bool(fields) and int(fields[3]) == leader and (entry / "cwd").readlink().is_relative_to(self.home.root)
            except OSError:
                continue
            if inside:
                found[int(entry.name)] = fields[19]
        return found

    def stop(self, name: str, seconds: int = 20) -> None:
        if name not in self.known:
            return
        pid, started = self.known[name]
        members = self._session(pid)
        if self.alive(name):
            members[pid] = started
            say(f"stopping {name}")
            signal_to(pid, STOP.get(name, signal.SIGTERM))
        for member in self._left(name, members, seconds if self.alive(name) else 0):
            say(f"killing what is left of {name} (pid {member})")
            signal_to(member, signal.SIGKILL)
        self._left(name, members, 5)  # the dying still write files
        del self.known[name]
        self._save()

    def _left(self, name: str, members: dict[int, str], seconds: int) -> list[int]:
        """Waits for the members to end; returns those that have not."""
        deadline = time.monotonic() + seconds
        while True:
            child = self.launched.get(name)
            if child:
                child.poll()  # takes the dead away
            left = [pid for pid, started in members.items() if start_time(pid) == started]
            if not left or time.monotonic() > deadline:
                return left
            time.sleep(0.05)
