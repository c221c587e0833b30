"""Installs what is missing: servers by apt-get, the manager from PyPI into a venv."""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from home import SOURCE, Failure, Home, say

# The manager of the schema snapshot.
NEWEST = "26.9.6"
POLICY = Path("/usr/sbin/policy-rc.d")


def pins(version: str) -> Path:
    """The pins of a version; the first line names the CPython that they are for."""
    path = SOURCE / ("constraints.txt" if version == NEWEST else f"constraints-{version}.txt")
    if not path.exists():
        raise Failure(f"there are no pins for manager {version}: write {path} as README.md describes, or name a venv "
                      "with this manager by MANAGER_VENV")
    return path


def postgres_bin() -> Path | None:
    """The newest folder that has initdb: Debian keeps it off the PATH."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    newest = max(found, key=lambda path: float(path.split("/")[4]), default=shutil.which("initdb"))
    return Path(newest).resolve().parent if newest else None


def servers(home: Home) -> None:
    missing = [
        package
        for package, there in (
            ("postgresql", postgres_bin()),
            ("redis-server", shutil.which("redis-server")),
            ("etcd-server", shutil.which("etcd")),
        )
        if not there
    ]
    if not missing:
        return
    if os.getuid() or not shutil.which("apt-get"):
        raise Failure(f"not installed: {' '.join(missing)}. Install them, or run as root where apt-get is")
    say(f"installing {' '.join(missing)}")
    # A policy of 101 keeps the packages from starting servers on their default ports.
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run(home, "apt", ["apt-get", "update"], quiet)
        run(home, "apt", ["apt-get", "install", "-y", "--no-install-recommends", *missing], quiet)
    finally:
        if ours:
            POLICY.unlink()


def manager(home: Home, webserver: bool) -> None:
    wanted = ["backend.ai-manager", "backend.ai-client"] + ["backend.ai-webserver"] * webserver
    if not home.owns_venv:
        lacking = [name for name in wanted if not is_there(home, name)]
        if lacking:
            raise Failure(f"MANAGER_VENV={home.venv} lacks {home.version} of {', '.join(lacking)}")
        return
    stamp = home.venv / "pins"
    wanted_pins = pins(home.version)
    digest = hashlib.sha256(wanted_pins.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        python = find_python(wanted_pins.read_text().split("CPython ", 1)[1].split()[0])
        say(f"making the venv {home.venv} with {python}")
        shutil.rmtree(home.venv, ignore_errors=True)
        run(home, "pip", [python, "-m", "venv", home.venv])
    lacking = [name for name in wanted if not is_there(home, name)]
    if lacking:
        say(f"installing {', '.join(lacking)} {home.version}")
        packages = [f"{name}=={home.version}" for name in lacking]
        run(home, "pip", [home.python, "-m", "pip", "install", "--no-input", "-c", wanted_pins, *packages])
    stamp.write_text(digest)


def is_there(home: Home, package: str) -> bool:
    folder = f"{package.replace('.', '_').replace('-', '_')}-{home.version}.dist-info"
    return any(home.venv.glob(f"lib/python*/site-packages/{folder}"))


def find_python(version: str) -> str:
    """A manager runs on one version of CPython and on no other."""
    pyenv = os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv"
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    candidates = [
        os.environ.get("MANAGER_PYTHON"),
        shutil.which(f"python{version}"),
        shutil.which("python3"),
        *sorted(glob.glob(f"{pyenv}/versions/{version}*/bin/python3"), reverse=True),
        *sorted(glob.glob(f"{data}/uv/python/cpython-{version}*/bin/python3"), reverse=True),
    ]
    wanted = tuple(map(int, version.split(".")))
    check = f"import sys; sys.exit(sys.implementation.name != 'cpython' or sys.version_info[:2] != {wanted})"
    for candidate in filter(None, candidates):
        # A shim of pyenv exists even when no version is selected, so it must be tried.
        if not subprocess.run([candidate, "-c", check], capture_output=True).returncode:
            return candidate
    raise Failure(f"no CPython {version} on PATH, in pyenv or in uv: install it, or name it by MANAGER_PYTHON")


def run(home: Home, log: str, command: list, env: dict | None = None, cwd: Path | None = None) -> None:
    path = home.log / f"{log}.log"
    with open(path, "wb") as out:
        done = subprocess.run(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            env={**os.environ, **(env or {})}, cwd=cwd,
        )
    if done.returncode:
        print("\n".join(path.read_text(errors="replace").splitlines()[-30:]), flush=True)
        raise Failure(f"{command[0]} failed with {done.returncode}; its log is {path}")
