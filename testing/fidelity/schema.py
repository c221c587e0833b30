"""Object types and fields of the schema snapshot, for full selections."""
import re
from pathlib import Path

SNAPSHOT = Path(__file__).resolve().parents[2] / "schema/admin/schema.graphql"
DIRECTIVE = re.compile(r"@\w+(\((?:[^()\"]|\"(?:\\.|[^\"\\])*\")*\))?")
FIELD = re.compile(r"(\w+)\s*(?:\(((?:[^()\"]|\"(?:\\.|[^\"\\])*\")*)\))?\s*:\s*([\[\]!\w]+)")
# A required argument: non-null and without a default.
NEEDED = re.compile(r"\w+\s*:\s*[\[\]!\w]*!\s*(?![=\w\]!\s]*=)")


def read():
    """Returns object types and interfaces: type name, field name, (has required arguments, type)."""
    text = re.sub(r"^#.*$", "", SNAPSHOT.read_text(), flags=re.M)
    types = {}
    for kind, name, body in re.findall(r"^(type|interface) (\w+)[^{]*\{(.*?)^\}", text, re.M | re.S):
        body = DIRECTIVE.sub("", body)
        types[name] = {field: (bool(args and NEEDED.search(args)), re.sub(r"\W", "", type_))
                       for field, args, type_ in FIELD.findall(body)}
    return types


TYPES = read()


def select(name, path=(), depth=4):
    """Selects every field of a type without required arguments, without recursion into the same type."""
    chosen = []
    for field, (needs, type_) in TYPES[name].items():
        if needs or type_ in path:
            continue
        if type_ not in TYPES:
            chosen.append(field)
        elif type_.endswith("Connection") and path:
            page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
            chosen.append(f"{field} {{ {page} count edges {{ cursor node {{ id }} }} }}")
        elif depth:
            inner = select(type_, (*path, name), depth - 1)
            if inner:
                chosen.append(f"{field} {{ {inner} }}")
    return " ".join(chosen)
