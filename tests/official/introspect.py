"""What graphql-core answers to an introspection of a snapshot: admin or v2."""

import json
import sys
from pathlib import Path

from graphql import build_schema, graphql_sync

root = Path(__file__).parents[2]
query = (root / "tests/offline/proxy/introspection.graphql").read_text()
answers = {}
for api in ("admin", "v2"):
    schema = build_schema((root / f"schema/{api}/schema.graphql").read_text())
    result = graphql_sync(schema, query)
    if result.errors:
        sys.exit(str(result.errors))
    answers[api] = result.data
print(json.dumps(answers))
