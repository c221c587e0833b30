"""Writes testing/src/fixture/rows.json: the rows that the embedded manager serves as a fixture.

    tests/manager/up && . "${MANAGER_HOME:-$HOME/.cache/backendai-manager-tests}/env"
    tests/manager/fill && python3 testing/fidelity/record.py

It reads every field of every row from a real manager filled by `tests/manager/fill`. Accounts, which
differ by design, are written as the embedded manager has them. A field on which the manager failed is
recorded as its error, `{"$error": …}`.
"""
import base64
import json
import os
import re
import sys
from pathlib import Path

from schema import select
from side import Side

TARGET = Path(__file__).resolve().parents[1] / "src/fixture/rows.json"
PAGE = "limit: 100, offset: 0"
SESSION = "f0000006-0000-4000-8000-00000000000"
ENDPOINT = "f000000a-0000-4000-8000-000000000001"
# Type: the root fields that list all of its rows, with their arguments; `!` marks those sent as the plain user.
ROOTS = {
    "Agent": ["agents"],
    "AgentNode": ['agent_nodes(scope: "system", first: 100)'],
    "AgentSummary": [f"agent_summary_list({PAGE})"],
    "AuditLogNode": ['audit_log_nodes(first: 100, filter: "created_at < \\"2025-01-01\\"")'],
    "AvailableServiceNode": ["available_services(first: 100)"],
    "ComputeContainer": [f'compute_container_list({PAGE}, session_id: "{SESSION}{n}")' for n in (1, 2, 3)],
    "ComputeSession": [f"compute_session_list({PAGE})"],
    "ComputeSessionNode": ['compute_session_nodes(scope_id: "system", first: 100)'],
    "ContainerRegistry": ["container_registries"],
    "ContainerRegistryNode": ["container_registry_nodes(first: 100)"],
    "Endpoint": [f"endpoint_list({PAGE})"],
    "EndpointAutoScalingRuleNode": [f'endpoint_auto_scaling_rule_nodes(endpoint: "{ENDPOINT}", first: 100)'],
    "EndpointToken": [f"endpoint_token_list({PAGE})"],
    "Image": ["images"],
    "ImageNode": ['image_nodes(scope_id: "system", first: 100)'],
    "LegacyComputeSession": [f"legacy_compute_session_list({PAGE})"],
    "ModelCard": ["model_cards(first: 100)"],
    "NetworkNode": ["networks(first: 100)"],
    "ResourcePreset": ["resource_presets"],
    "ScalingGroup": ["scaling_groups"],
    "VirtualFolder": [f"vfolder_list({PAGE})"],
    "VirtualFolderNode": ["!vfolder_nodes(first: 100)"],
    "VirtualFolderPermission": [f"vfolder_permission_list({PAGE})"],
}
PEOPLE = {"superadmin": "superadmin", "domain-admin": "domain-admin", "user": "user",
          "inactive-user": "inactive-user", "low-rate": "limited", "other-admin": "other-admin"}
GLOBAL_ID = re.compile(r"^[A-Za-z0-9]+:.+$")
# The address of the manager is not recorded.
CONFIGURATION = {"manager": {"heartbeat-timeout": 40.0, "ssl-enabled": False}, "etcd": {"namespace": "local"}}


def words(side):
    """Returns the names that differ, by the name in the real manager."""
    found = {}
    rows = side.ask({"query": "{ user_list(limit: 100, offset: 0) { items { uuid email description } } }"})[3]
    ids = {row["email"]: row["uuid"] for row in rows["data"]["user_list"]["items"]}
    for number, (real, ours) in enumerate(PEOPLE.items(), 1):
        email = f"{real}@tests.invalid"
        found[ids[email]] = f"0a000000-0000-4000-8000-{number:012}"
        found[email] = f"{ours}@embedded.invalid"
    found[side.words["USER.key"]] = "EMBEDDEDUSER00000001"
    return found


def rename(value, found):
    if isinstance(value, dict):
        return {name: rename(member, found) for name, member in value.items()}
    if isinstance(value, list):
        return [rename(item, found) for item in value]
    if not isinstance(value, str):
        return value
    try:
        plain = base64.b64decode(value, validate=True).decode()
    except ValueError:
        plain = ""
    if GLOBAL_ID.match(plain):
        return base64.b64encode(rename(plain, found).encode()).decode()
    for real, ours in found.items():
        value = value.replace(real, ours)
    return value


def rows(value):
    if isinstance(value, dict) and "items" in value:
        return value["items"]
    if isinstance(value, dict) and "edges" in value:
        return [edge["node"] for edge in value["edges"]]
    return value if isinstance(value, list) else [value]


def ask(side, root, fields, role="SUPERADMIN"):
    body = side.ask({"query": f"{{ {root} {{ {fields} }} }}", "role": role})[3]
    for error in body.get("errors") or []:
        if "path" not in error:
            sys.exit(f"{root}: {error['message']}")
        # The null is at the path of the error or above it.
        place = body["data"]
        for step in error["path"][:-1]:
            place = place[step]
        failure = {"code": error.get("extensions", {}).get("code"), "message": error["message"].split("\n")[0]}
        if isinstance(place, dict):
            place[error["path"][-1]] = {"$error": failure}
    return rows(next(iter(body["data"].values())))


def wrap(root, type_):
    fields = select(type_, ("Query",))
    if "_list(" in root:
        return f"items {{ {fields} }}"
    if "first:" in root:
        return f"edges {{ node {{ {fields} }} }}"
    return fields


def main():
    side = Side("real", os.environ)
    found = words(side)
    recorded = {}
    for type_, roots in ROOTS.items():
        recorded[type_] = []
        for root in roots:
            role = "USER" if root.startswith("!") else "SUPERADMIN"
            root = root.lstrip("!")
            recorded[type_] += ask(side, root, wrap(root, type_), role)
    # No root field lists the kernels.
    kernels = f"edges {{ node {{ kernel_nodes {{ edges {{ node {{ {select('KernelNode', ('Query',))} }} }} }} }} }}"
    recorded["KernelNode"] = [row for session in ask(side, ROOTS["ComputeSessionNode"][0], kernels)
                              for row in rows(session["kernel_nodes"])]
    routings = {row["routing_id"]: row for e in recorded["Endpoint"] for row in e["routings"] or []}
    recorded["Routing"] = list(routings.values())
    text = json.dumps(CONFIGURATION)
    recorded["ServiceConfigNode"] = [{
        "id": base64.b64encode(b"ServiceConfigNode:manager").decode(), "service": "manager",
        "configuration": text, "schema": json.dumps({"type": "object", "title": "ManagerUnifiedConfig"})}]
    recorded = rename(recorded, found)
    TARGET.write_text(json.dumps(recorded, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    for type_, kept in recorded.items():
        print(f"{len(kept):3} {type_}")


if __name__ == "__main__":
    main()
