"""The v2 schema: its roots, and arguments and selections for them."""
import base64
import re
from pathlib import Path

PATH = "/admin/gql/strawberry"
SNAPSHOT = Path(__file__).resolve().parents[2] / "schema/v2/schema.graphql"
DIRECTIVE = re.compile(r"@\w+(\((?:[^()\"]|\"(?:\\.|[^\"\\])*\")*\))?")
FIELD = re.compile(r"(\w+)\s*(?:\(([^()]*)\))?\s*:\s*([\[\]!\w]+)(\s*=\s*[^\n,]+)?")
DEFINITION = re.compile(r"^(type|interface|input|enum) (\w+)([^{\n]*)\{(.*?)^\}", re.M | re.S)
NOBODY = "00000000-0000-4000-8000-00000000dead"
PAGE_ARGUMENTS = {"before", "after", "first", "last", "limit", "offset", "filter", "orderBy", "usage"}
# Roots that want the global id.
GLOBAL = {"node": "UserV2", "deployment": "ModelDeployment", "revision": "ModelRevision", "replica": "ModelReplica",
          "route": "Route", "routes": "ModelDeployment", "updateRouteTrafficStatus": "Route"}
# Fields that fail on ordinary data, or that need a storage proxy.
LEFT_OUT = {("NotificationChannel", "spec"), ("DeploymentPolicy", "strategySpec"), ("ImageV2Metadata", "sizeBytes"),
            ("IdleCheckerAssignment", "idleChecker"), ("VFolder", "usage"), ("NotificationRule", "channel")}


def mark(kind, number):
    """Returns an id of `tests/manager/fill`."""
    return f"f00000{kind:02x}-0000-4000-8000-{number:012}"


# Values of arguments, by name. `[[…]]` differs between the managers.
KNOWN = {
    "domainName": "default", "projectId": "06000000-0000-4000-8000-000000000001", "resourceGroupName": "fill-gpu",
    "resourceGroup": "fill-gpu", "sessionId": mark(6, 1), "session": mark(6, 1), "registryId": mark(2, 1), "imageId": mark(3, 1),
    "deploymentId": mark(10, 1), "deployment": mark(10, 1), "routeId": mark(14, 1), "modelCardId": mark(8, 4),
    "userId": "[[USER.id]]", "userUuid": "[[USER.id]]", "vfolderId": mark(8, 1), "slotName": "cpu",
    "accessKey": "[[USER.key]]", "configNames": "nope", "kernel": mark(7, 1), "containerRegistry": mark(2, 1),
    "project": "06000000-0000-4000-8000-000000000001", "user": "[[USER.id]]", "domain": "[[DomainV2]]", "role": "[[Role]]",
    "roleId": "[[Role]]", "resourceGroupId": "fill-gpu", "queryTemplate": "up", "entityType": "project", "scopeType": "project",
    "entityId": "06000000-0000-4000-8000-000000000001", "scopeId": "06000000-0000-4000-8000-000000000001",
    "triggeredUser": "[[USER.id]]", "recipient": "[[USER.id]]", "name": "default",
}
NAMES = {"adminResourceGroupV2": "fill-gpu", "inferenceRuntimeConfig": "vllm"}


class Schema:
    def __init__(self):
        text = re.sub(r"^#.*$", "", SNAPSHOT.read_text(), flags=re.M)
        self.kinds, self.fields, self.nodes, self.enums, self.one_of = {}, {}, set(), {}, set()
        for kind, name, head, body in DEFINITION.findall(text):
            body = DIRECTIVE.sub("", body)
            self.kinds[name] = kind
            if kind == "enum":
                self.enums[name] = body.split()
                continue
            self.fields[name] = {
                field: ({a: (t, bool(default)) for a, _, t, default in FIELD.findall(arguments)}, type_, bool(default))
                for field, arguments, type_, default in FIELD.findall(body)}
            if "@oneOf" in head:
                self.one_of.add(name)
            if "Node" in re.findall(r"\w+", head):
                self.nodes.add(name)
        self.unions = {name: re.findall(r"\w+", DIRECTIVE.sub("", members)) for name, members in
                       re.findall(r"^union (\w+)[^=]*=([^@]*?)\n\n", text, re.M | re.S)}

    def select(self, name, path=(), depth=5):
        """Selects every field that needs no argument: of nodes within only the id, of connections their nodes' ids."""
        chosen = []
        for field, (arguments, type_, _) in self.fields[name].items():
            base = re.sub(r"\W", "", type_)
            if any(t.endswith("!") and not d for t, d in arguments.values()) or (name, field) in LEFT_OUT:
                continue
            if base in self.unions or self.kinds.get(base) == "interface":
                if base != "NotificationChannelSpec" and base != "DeploymentStrategySpec":
                    chosen.append(f"{field} {{ __typename ... on Node {{ id }} }}")
            elif base not in self.fields:
                chosen.append(field)
            elif base in self.nodes:
                chosen.append(f"{field} {{ __typename id }}")
            elif base.endswith("Connection"):
                node = re.sub(r"\W", "", self.fields[self.fields[base]["edges"][1].strip("[]!")]["node"][1])
                inner = "id" if node in self.nodes else self.select(node, (*path, name, base))
                chosen.append(f"{field} {{ edges {{ node {{ __typename {inner} }} }} }}")
            elif depth and base not in path:
                inner = self.select(base, (*path, name), depth - 1)
                if inner:
                    chosen.append(f"{field} {{ {inner} }}")
        return " ".join(chosen)

    def shape(self, root, kind="Query"):
        """Returns the type of a root field's rows, and whether it is a list, a connection or one object."""
        type_ = self.fields[kind][root][1]
        base = re.sub(r"\W", "", type_)
        if base.endswith("Connection") and base in self.fields:
            return self.fields[self.fields[base]["edges"][1].strip("[]!")]["node"][1].strip("!"), "connection"
        return base, "list" if "[" in type_ else "one"

    def answer(self, root, inner, kind="Query"):
        """Returns the selection set of a root field with these fields of its rows."""
        base, shape = self.shape(root, kind)
        if base not in self.fields and base not in self.unions:
            return ""
        if shape == "connection":
            page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
            return f"{{ count {page} edges {{ cursor node {{ {inner} }} }} }}"
        return f"{{ {inner} }}"

    def value(self, root, name, type_, known, outer=""):
        """Returns a literal for an argument: one that exists if `known`, else one that does not."""
        base = re.sub(r"\W", "", type_)
        if type_.startswith("["):
            return "[" + self.value(root, name, type_.rstrip("!")[1:-1], known, outer) + "]"
        name = outer if name == "value" else name
        if base in self.enums:
            return self.enums[base][0]
        if base in self.fields:
            members = []
            for member, (_, of, default) in self.fields[base].items():
                if base in self.one_of:
                    members = members or [f"{member}: {self.value(root, member, of, known, name)}"]
                    continue
                optional = default or not of.endswith("!")
                if optional and base.endswith("Scope") and not members:
                    if not any(f[1].endswith("!") and not f[2] for f in self.fields[base].values()):
                        members.append(f"{member}: {self.value(root, member, of, known, member)}")
                elif not optional:
                    members.append(f"{member}: {self.value(root, member, of, known, outer or name)}")
            return "{" + ", ".join(members) + "}"
        if base == "Int":
            return "1"
        if base == "Boolean":
            return "true"
        if base in ("JSON", "_Any"):
            return "{}"
        if base in ("Decimal", "Float"):
            return '"1"' if base == "Decimal" else "1.5"
        if base in ("DateTime", "Date"):
            return '"2024-01-01"'
        if not known:
            if base == "UUID" or base == "ID":
                if root in GLOBAL and name in ("id", "deploymentId"):
                    return f'"{node_id(GLOBAL[root], NOBODY)}"'
                return f'"{NOBODY}"'
            return '"nope-' + name + '"' if base == "String" else '"1"'
        if name in ("id",) or (root in GLOBAL and name == "deploymentId"):
            if root == "node":
                return '"[[UserV2.id]]"'
            kind = self.shape(root)[0] if root in self.fields["Query"] else name
            kind = "ModelDeployment" if root == "routes" else kind
            return f'"[[{kind}.id]]"' if root in GLOBAL else f'"[[{kind}]]"'
        if name == "name" and root in NAMES:
            return f'"{NAMES[root]}"'
        return f'"{KNOWN.get(name, "nope")}"'

    def arguments(self, root, known, kind="Query", **more):
        """Returns the required arguments of a root field, in parentheses."""
        given = [f"{name}: {self.value(root, name, type_, known)}"
                 for name, (type_, default) in self.fields[kind][root][0].items()
                 if type_.endswith("!") and not default and name not in more]
        given += [f"{name}: {value}" for name, value in more.items()]
        return f"({', '.join(given)})" if given else ""

    def pages(self, root):
        return "limit" in self.fields["Query"][root][0]


def node_id(type_, key):
    return base64.b64encode(f"{type_}:{key}".encode()).decode()


def plain(id_):
    """Returns the key within a global id."""
    try:
        return base64.b64decode(id_, validate=True).decode().split(":", 1)[1]
    except (ValueError, IndexError):
        return id_


SCHEMA = Schema()


def words(side):
    """Adds the ids that differ between the managers: of the first row of each type that a root lists."""
    fields = SCHEMA.fields["Query"]
    for root in fields:
        base, shape = SCHEMA.shape(root)
        needs = any(t.endswith("!") and not d for t, d in fields[root][0].values())
        if shape == "one" or needs or base not in SCHEMA.nodes and "id" not in SCHEMA.fields.get(base, {}) or base in side.words:
            continue
        rows = SCHEMA.answer(root, "id")
        body = side.ask({"path": PATH, "query": f"{{ {root}{SCHEMA.arguments(root, True, limit=1) if SCHEMA.pages(root) else ''} {rows} }}"})[3]
        data = (body.get("data") or {}).get(root) if isinstance(body, dict) else None
        found = data["edges"] if isinstance(data, dict) else data
        if found:
            id_ = found[0]["node"]["id"] if "node" in found[0] else found[0]["id"]
            side.words[f"{base}.id"], side.words[base] = id_, plain(id_)
    for base in {SCHEMA.shape(root)[0] for root in fields}:
        side.words.setdefault(base, NOBODY)
        side.words.setdefault(f"{base}.id", node_id(base, side.words[base]))
