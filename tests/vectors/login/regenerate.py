#!/usr/bin/env python3
"""Makes payloads.json of the cases anew, with the official client.

    python tests/vectors/login/regenerate.py [--check]

Any python that has the package backend.ai-client will do. --check writes nothing and fails when the file is
not what it should be.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ORACLE = HERE.parent.parent / "official" / "login.py"

cases = json.loads((HERE / "cases.json").read_text())
lines = "".join(json.dumps(case) + "\n" for case in cases)
run = subprocess.run([sys.executable, ORACLE], input=lines, capture_output=True, text=True, check=True)
text = json.dumps([json.loads(line)["payload"] for line in run.stdout.splitlines()], indent=2) + "\n"
file = HERE / "payloads.json"
if sys.argv[1:] != ["--check"]:
    file.write_text(text)
elif not file.exists() or file.read_text() != text:
    sys.exit(f"{file.name} is stale")
print(f"{len(cases)} logins")
