"""Runs calls of the official command in one process: it takes seconds to start.

Each line of the standard input is a JSON list of arguments; each is answered by a line with the exit code and what was
printed. Questions are answered with yes.
"""

import json
import sys

from ai.backend.cli.loader import load_entry_points
from click.testing import CliRunner

main = load_entry_points(allowlist={"ai.backend.client.cli", "ai.backend.cli"})
runner = CliRunner()
for line in sys.stdin:
    done = runner.invoke(main, json.loads(line), input="y\n" * 3)
    print(json.dumps({"code": done.exit_code, "output": done.output}), flush=True)
