"""Signs requests as the official client does.

Reads JSON lines with method, endpoint, path (with the query), date (ISO 8601), content_type, version,
access_key, secret_key and hash; writes for each a JSON line with the headers, the signature, the string to
sign and the derived keys. A request that the official function refuses gives {"error": ...}.
"""

import hmac
import json
import sys
from datetime import datetime
from unittest import mock

from ai.backend.common.auth import utils
from yarl import URL


def sign(request: dict) -> dict:
    stages = []

    def recording(key: bytes, message: bytes, hash_type: str) -> hmac.HMAC:
        stages.append((message, made := hmac.new(key, message, hash_type)))
        return made

    # The function tells only the signature; what it hands to hmac.new are the stages before it.
    with mock.patch.object(utils, "hmac", mock.Mock(new=recording)):
        headers, signature = utils.generate_signature(
            method=request["method"],
            version=request["version"],
            endpoint=URL(request["endpoint"]),
            date=datetime.fromisoformat(request["date"]),
            rel_url=request["path"],
            content_type=request["content_type"],
            access_key=request["access_key"],
            secret_key=request["secret_key"],
            hash_type=request["hash"],
        )
    (_, by_date), (host, by_host), (text, _) = stages
    return {
        "headers": dict(headers),
        "signature": signature,
        "host": host.decode(),
        "string_to_sign": text.decode(),
        "date_key": by_date.hexdigest(),
        "signing_key": by_host.hexdigest(),
    }


for line in filter(str.strip, sys.stdin):
    try:
        answer = sign(json.loads(line))
    except Exception as error:  # any refusal is a result to compare, and the next line is still to be signed
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
