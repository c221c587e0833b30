"""Encrypts bodies of logins as the official client does.

Reads JSON lines with endpoint, iv (16 characters) and body; writes for each a JSON line with the payload.
"""

import json
import sys
from unittest import mock

from ai.backend.client import auth
from yarl import URL

for line in filter(str.strip, sys.stdin):
    case = json.loads(line)
    letters = iter(case["iv"].encode())
    # The function makes its own vector, letter by letter.
    choose = mock.Mock(choice=lambda _: bytes([next(letters)]))
    with mock.patch.object(auth, "secrets", choose):
        # The official client gives the address as yarl writes it.
        payload = auth.encrypt_payload(str(URL(case["endpoint"])), case["body"].encode())
    print(json.dumps({"payload": payload.decode()}), flush=True)
