"""Prints every keypair that the official client sees, as JSON: {"listed": [...], "paginated": [...], "total": N}.

Signs with BACKEND_ACCESS_KEY and BACKEND_SECRET_KEY against BACKEND_ENDPOINT, as the official client does.
"""

import json
import re

from ai.backend.client.output.fields import keypair_fields
from ai.backend.client.output.types import FieldSpec
from ai.backend.client.session import Session

PAGE = 100  # the official client's upper limit


def fields(session: Session) -> list[FieldSpec]:
    """All that type KeyPair has: the official client knows some that are not there, and misses others."""
    sdl = session.Admin.query("{ _service { sdl } }")["_service"]["sdl"]
    sdl = re.sub(r'""".*?"""', "", sdl, flags=re.DOTALL)
    objects = set(re.findall(r"^type (\w+)", sdl, flags=re.MULTILINE))
    body = re.search(r"^type KeyPair\b.*?^}", sdl, flags=re.DOTALL | re.MULTILINE)[0]
    there = dict(re.findall(r"^  (\w+)(?:\(.*?\))?: \[?(\w+)", body, flags=re.MULTILINE))
    known = {field.field_ref: field for field in keypair_fields.values() if field.field_name in there}
    covered = {field.field_name for field in known.values()}
    others = [FieldSpec(name) for name, kind in there.items() if name not in covered and kind not in objects]
    return [*known.values(), *others]


def walk(session: Session, wanted: list[FieldSpec]) -> tuple[list[dict], int]:
    items = []
    while True:
        page = session.KeyPair.paginated_list(
            fields=wanted, page_offset=len(items), page_size=PAGE, order="+access_key"
        )
        items += page.items
        if not page.items or len(items) >= page.total_count:
            return items, page.total_count


with Session() as session:
    wanted = fields(session)
    items, total = walk(session, wanted)
    print(json.dumps({"listed": session.KeyPair.list(fields=wanted), "paginated": items, "total": total}))
