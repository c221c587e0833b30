"""Fills an empty database: schema, accounts, preset roles. Run by the venv's python.

    prepare.py CONFIG ALEMBIC FIXTURE PRESETS

These are commands of the manager; in one process, as importing it takes longer than any of them.
"""

import sys
from pathlib import Path

from ai.backend.manager.cli.__main__ import main

config, alembic, fixture, presets = sys.argv[1:]


def manager(*command: str) -> None:
    print("mgr", *command, flush=True)
    main(["--config", config, *command], standalone_mode=False)


manager("schema", "oneshot", "-f", alembic)
manager("fixture", "populate", fixture)
folder = Path(presets, "fixtures", "manager")
folder.mkdir(parents=True, exist_ok=True)
manager("permissions", "emit", "--repository", presets)
manager("fixture", "populate", str(folder / "example-role-presets.json"))
manager("permissions", "provision")
