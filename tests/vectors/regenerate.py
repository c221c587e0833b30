#!/usr/bin/env python3
"""Makes the expected files of every vector anew, with the official client.

    python tests/vectors/regenerate.py [--check]

Any python that has the package backend.ai-client will do. --check writes nothing and fails when a file
is not what it should be.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ORACLE = HERE.parent / "official" / "sign.py"
INPUT = ("method", "endpoint", "date", "content_type", "version", "access_key", "secret_key", "hash")


def ask(requests: list[dict]) -> list[dict]:
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    run = subprocess.run([sys.executable, ORACLE], input=lines, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    if refused := [answer["error"] for answer in answers if "error" in answer]:
        sys.exit("the official client refused a request:\n" + "\n".join(refused))
    return answers


def main() -> None:
    check = sys.argv[1:] == ["--check"]
    folders = sorted(path.parent for path in HERE.glob("*/request.json"))
    cases = [json.loads((folder / "request.json").read_text()) for folder in folders]
    plain = [{"path": case["target"]} | {key: case[key] for key in INPUT} for case in cases]
    # Where the official client is wrong, it is asked for something else, and must still be wrong without.
    mended = [request | case.get("official", {}) for request, case in zip(plain, cases)]
    stale = []
    for folder, case, official, answer in zip(folders, cases, ask(plain), ask(mended)):
        if ("official" in case) == (official == answer):
            sys.exit(f"{folder.name}: what it says of the official client is not so (any more)")
        files = {
            "string-to-sign.txt": answer["string_to_sign"],
            "signing-key.txt": answer["signing_key"],
            "signature.txt": answer["signature"],
            "authorization.txt": answer["headers"]["Authorization"],
        }
        if not answer["string_to_sign"].split("\n")[2] == case["date"]:
            sys.exit(f"{folder.name}: the official client writes this date in another way")
        for name, text in files.items():
            path = folder / name
            # One line feed at the end, for tools' sake; the signed text itself has none.
            if not path.exists() or path.read_text() != text + "\n":
                stale.append(f"{folder.name}/{name}")
                if not check:
                    path.write_text(text + "\n")
    print(f"{len(folders)} vectors, {len(stale)} files {'are stale' if check else 'written'}")
    if check and stale:
        sys.exit("\n".join(stale))


main()
