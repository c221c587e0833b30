"""Writes testing/src/fixture/v2/rows.json and roots.json: what the embedded manager serves of the v2 schema as a fixture.

    tests/manager/up && . "${MANAGER_HOME:-$HOME/.cache/backendai-manager-tests}/env"
    tests/manager/fill && python3 testing/fidelity/record_v2.py

It asks a real manager filled by `tests/manager/fill` each root field of `Query` as three roles, with arguments that
exist and with arguments that do not, and each root field of `Mutation` with arguments that do not exist, unless it
could create something. Rows are recorded once by type; a row within a row is recorded as its id. A field on which
the manager failed is recorded as its error, `{"$error": …}`. Accounts, which differ by design, are written as the
embedded manager has them; rows of accounts, domains and projects are left out.
"""
import json
import os
import re
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from record import rename, words as accounts
from side import Side
from v2 import NOBODY, PATH, SCHEMA, node_id, words

TARGET = Path(__file__).resolve().parents[1] / "src/fixture/v2"
ROLES = ["SUPERADMIN", "DOMAIN_ADMIN", "USER"]
# These rows are made from the state.
STATE = {"UserV2", "KeyPairV2", "DomainV2", "ProjectV2"}
# Mutations that would change something even with made-up arguments.
CHANGES = re.compile(r"^(my|admin|scoped)?(create|issue|upsert|bulkcreate|bulkadd|register|import|scan|enqueue|delegate|"
                     r"refresh|update(my|user)|sweep|rotate|deploy|bulkupsert)", re.I)
AGENT = 'agentsV2(filter: {id: {equals: "%s"}})'


def failure(error):
    extensions = error.get("extensions", {})
    found = {"code": extensions.get("code"), "message": error["message"].split("\n")[0][:300]}
    return {**found, "errors": extensions["errors"]} if "errors" in extensions else found


def ask(side, document, role="SUPERADMIN"):
    """Returns the value of the root field with errors in their places, or the error of the root field."""
    status, _, _, body = side.ask({"path": PATH, "query": document, "role": role})
    if status != 200:
        return None, {"code": "http", "message": str(status)}
    data = body.get("data")
    for error in body.get("errors") or []:
        path = error.get("path") or []
        place = data
        for step in path[:-1]:
            if isinstance(place, (dict, list)):
                place = place[step]
        if len(path) > 1 and isinstance(place, dict):
            place[path[-1]] = {"$error": failure(error)}
        elif not data or data.get(path[0] if path else "") is None:
            return None, failure(error)
    return next(iter((data or {"": None}).values())), None


def rows(value):
    if isinstance(value, dict) and "edges" in value:
        return [edge["node"] for edge in value["edges"]]
    return [row for row in value if row] if isinstance(value, list) else [] if value is None else [value]


def reduce(value, top=True):
    """Turns connections within a row into lists of nodes."""
    if isinstance(value, list):
        return [reduce(item, False) for item in value]
    if not isinstance(value, dict) or "$error" in value:
        return value
    if set(value) == {"edges"}:
        return [reduce(edge["node"], False) for edge in value["edges"]]
    return {k: reduce(v, False) for k, v in value.items() if not (top and k == "__typename")}


def key(row):
    return row.get("id") or json.dumps(row, sort_keys=True)


def line(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def write(name, parts, lines):
    """Writes a file with a line for each row or root field."""
    text = ",\n".join(f"{line(part)}: {lines(parts[part])}" for part in sorted(parts))
    (TARGET / f"{name}.json").write_text("{\n" + text + "\n}\n")


def main():
    side = Side("real", os.environ)
    words(side)
    found = accounts(side)
    domains, _ = ask(side, "{ adminDomainsV2(limit: 100) { edges { node { entityId basicInfo { name } } } } }")
    for row in rows(domains):
        ours = bytearray(sha256(f"domain {row['basicInfo']['name']}".encode()).digest()[:16])
        ours[6], ours[8] = ours[6] & 15 | 64, ours[8] & 63 | 128
        found[row["entityId"]] = str(UUID(bytes=bytes(ours)))
    recorded, queries, mutations, listed = {}, {}, {}, {}

    def keep(base, value):
        if base not in SCHEMA.nodes or base in STATE:
            return
        there = recorded.setdefault(base, {})
        for row in map(reduce, value):
            if row:
                there.setdefault(key(row), row)

    for root in SCHEMA.fields["Query"]:
        if root in ("_entities", "_service"):
            continue
        base, shape = SCHEMA.shape(root)
        fields = SCHEMA.select(base) if base in SCHEMA.fields and base != "Node" else "__typename ... on Node { id }"
        brief = "__typename id" if base in SCHEMA.nodes else fields
        entry, seen = {}, {}
        more = {"limit": 20 if "AuditLog" in root else 1000 if root == "adminPermissions" else 100} if SCHEMA.pages(root) else {}
        for limit in (0, 1001) if more else ():
            document = side.fill(f"{{ {root}{SCHEMA.arguments(root, True, limit=limit)} {SCHEMA.answer(root, '__typename')} }}")
            _, error = ask(side, document)
            if error and error["code"] == "backendai_parsing_invalid-parameters":
                entry.update({"strict": True} if limit == 0 else {"max": 1000})
        for role in ROLES:
            full = role == "SUPERADMIN" or base not in SCHEMA.nodes
            document = side.fill(f"{{ {root}{SCHEMA.arguments(root, True, **more)} {SCHEMA.answer(root, fields if full else brief)} }}")
            value, error = ask(side, document, role)
            if error:
                entry.setdefault("refused", {})[role] = error
                continue
            if role == "SUPERADMIN":
                keep(base, rows(value) if base in SCHEMA.nodes else [])
            if base not in SCHEMA.nodes and base != "Node":
                if shape == "connection":
                    recorded.setdefault(base, {}).update({key(r): reduce(r) for r in rows(value)})
                else:
                    entry.setdefault("answer", {})[role] = reduce(value, False)
            elif shape != "one":
                seen[role] = [key(row) for row in rows(value)]
            elif value is None:
                entry.setdefault("refused", {})[role] = None
        if shape != "one" and base not in STATE and "AuditLog" not in root:
            listed[root] = (base, seen)
        if SCHEMA.arguments(root, False):
            for role in ROLES:
                document = f"{{ {root}{SCHEMA.arguments(root, False)} {SCHEMA.answer(root, '__typename')} }}"
                value, error = ask(side, document, role)
                if error or shape == "one" and value is None:
                    entry.setdefault("missing", {})[role] = error
        for role in [role for role, error in entry.get("refused", {}).items() if error == entry.get("missing", {}).get(role, "")
                     or (error and str(error["code"]).endswith("not-found") and side.words.get(base) == NOBODY)]:
            if shape == "one" and side.words.get(base) == NOBODY:
                del entry["refused"][role]
        for part in ("answer", "refused", "missing"):
            given = entry.get(part)
            if given and len(given) == 3 and given["DOMAIN_ADMIN"] == given["USER"] == given["SUPERADMIN"]:
                entry[part] = {"*": given["USER"]}
            elif given and "USER" in given and given["USER"] == given.get("DOMAIN_ADMIN"):
                given["others"] = given.pop("USER")
                del given["DOMAIN_ADMIN"]
        queries[root] = entry
        print(root, len(recorded.get(base, {})), list(entry.get("refused", {})))
    # One agent makes the whole list fail.
    for agent in ("i-fill-gpu", "i-fill-bare"):
        value, error = ask(side, f"{{ {AGENT % agent} {{ edges {{ node {{ {SCHEMA.select('AgentV2')} }} }} }} }}")
        keep("AgentV2", [{"id": node_id("AgentV2", agent), "$error": error}] if error else rows(value))
    queries["agentsV2"].get("refused", {}).pop("SUPERADMIN", None)
    for root, (base, seen) in listed.items():
        every = set(recorded.get(base, {}))
        sees = {role: ids for role, ids in seen.items() if set(ids) != every and root != "agentsV2"}
        if sees:
            queries[root]["sees"] = sees
    # Nodes that no root field lists.
    refs = set(re.findall(r'"__typename": "(\w+)", "id": "([\w=+/]+)"', json.dumps(recorded)))
    for base, id_ in sorted(refs):
        if base in SCHEMA.nodes and base not in STATE and id_ not in recorded.get(base, {}):
            value, error = ask(side, f'{{ node(id: "{id_}") {{ ... on {base} {{ {SCHEMA.select(base)} }} }} }}')
            if value and not error:
                keep(base, [value])
    for root in SCHEMA.fields["Mutation"]:
        entry = {}
        for role in ROLES[::-1]:
            if role == "SUPERADMIN" and CHANGES.match(root) or role != "SUPERADMIN" and re.match("(my|issue|update(My|User)|enqueue)", root):
                continue
            base, shape = SCHEMA.shape(root, "Mutation")
            document = f"mutation {{ {root}{SCHEMA.arguments(root, False, 'Mutation')} {SCHEMA.answer(root, '__typename', 'Mutation')} }}"
            value, error = ask(side, document, role)
            if error and error["code"] is None:
                print("invalid", root, error["message"])
            elif error:
                entry[role] = error
        if "USER" in entry and entry["USER"] == entry.get("DOMAIN_ADMIN"):
            entry["others"] = entry.pop("USER")
            del entry["DOMAIN_ADMIN"]
        mutations[root] = entry
    lists = {base: list(kept.values()) for base, kept in recorded.items()}
    write("rows", rename(lists, found), lambda rows: "[\n" + ",\n".join(map(line, rows)) + "\n]")
    write("roots", rename({"queries": queries, "mutations": mutations}, found),
          lambda roots: "{\n" + ",\n".join(f"{line(name)}: {line(roots[name])}" for name in sorted(roots)) + "\n}")
    for base, kept in recorded.items():
        print(f"{len(kept):3} {base}")


if __name__ == "__main__":
    main()
