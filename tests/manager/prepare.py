"""Fills an empty database: schema, accounts, preset roles. Run by the venv's python.

    prepare.py CONFIG ALEMBIC FIXTURE PRESETS

These are commands of the manager; they run in one process, because importing the manager takes longer than
any of them. The accounts are written for every version: values without a column are left out.
"""

import importlib
import json
import pkgutil
import sys
from pathlib import Path

from ai.backend.manager import models
from ai.backend.manager.cli.__main__ import main
from ai.backend.manager.models.base import metadata

config, alembic, fixture, presets = sys.argv[1:]


def manager(*command: str) -> None:
    print("mgr", *command, flush=True)
    main(["--config", config, *command], standalone_mode=False)


def fit(path: Path) -> None:
    for module in pkgutil.walk_packages(models.__path__, f"{models.__name__}."):
        if ".alembic" not in module.name:
            importlib.import_module(module.name)
    tables = json.loads(path.read_text())
    path.write_text(json.dumps({
        table: [{name: value for name, value in row.items() if name in metadata.tables[table].columns} for row in rows]
        for table, rows in tables.items() if table in metadata.tables
    }))


manager("schema", "oneshot", "-f", alembic)
fit(Path(fixture))
manager("fixture", "populate", fixture)
if "permissions" not in main.commands:
    sys.exit()  # without roles that are rows
folder = Path(presets, "fixtures", "manager")
folder.mkdir(parents=True, exist_ok=True)
manager("permissions", "emit", "--repository", presets)
manager("fixture", "populate", str(folder / "example-role-presets.json"))
manager("permissions", "provision")
