"""All other root fields, with the rows of `tests/manager/fill`: visibility by role, and all fields."""
import base64

from schema import TYPES, select

from .book import DEFAULT_PROJECT, NOBODY, question

PAGE = "limit: 100, offset: 0"
MARK = "f00000{}-0000-4000-8000-{:012}"


def id_(kind, number):
    return MARK.format(f"{kind:02x}", number)


def node(type_, id_):
    return base64.b64encode(f"{type_}:{id_}".encode()).decode()


def ask(group, root, fields, roles=("SUPERADMIN", "DOMAIN_ADMIN", "USER"), exact=True):
    for role in roles:
        question(group, f"{role}: {root}", f"{{ {root} {{ {fields} }} }}", role=role, exact=exact)


SESSION, ENDPOINT = id_(6, 1), id_(10, 1)

# Lists: the columns that identify their rows.
g = "lists"
for root, key in [
    ("agents", "id status"), ("container_registries", "hostname"), ("images", "id"), ("customized_images", "id"),
    ("resource_presets", "id name"), ("scaling_groups", "name"), ("vfolders", "id"),
    (f'accessible_scaling_groups(project_id: "{DEFAULT_PROJECT}")', "name"),
    ('scaling_groups_for_domain(domain: "default")', "name"),
    (f'scaling_groups_for_user_group(user_group: "{DEFAULT_PROJECT}")', "name"),
    ('scaling_groups_for_keypair(access_key: "[[USER.key]]")', "name"),
    ("vfolder_host_permissions", "vfolder_host_permission_list"), ("total_resource_slot", "occupied_slots requested_slots"),
    ("viewer", "email role"), ("audit_log_schema", "status_variants"),
]:
    ask(g, root, key)
for root, key in [
    ("agent_list", "id status"), ("agent_summary_list", "id"), ("endpoint_list", "endpoint_id name"),
    ("endpoint_token_list", "token"), ("routing_list", "routing_id"), ("storage_volume_list", "id"),
    ("vfolder_list", "id"), ("vfolder_own_list", "id"), ("vfolder_invited_list", "id"),
    ("vfolder_project_list", "id"), ("vfolder_permission_list", "vfolder user permission"),
    ("compute_session_list", "session_id status"), ("legacy_compute_session_list", "id"),
]:
    ask(g, f"{root}({PAGE})", f"total_count items {{ {key} }}")
ask(g, f'compute_container_list({PAGE}, session_id: "{SESSION}")', "total_count items { kernel_id }")
for root, key in [
    ('agent_nodes(scope: "system", first: 100)', "row_id"),
    ('audit_log_nodes(first: 100, filter: "created_at < \\"2025-01-01\\"")', "row_id operation status"),
    ('compute_session_nodes(scope_id: "system", first: 100)', "row_id status"),
    ("container_registry_nodes(first: 100)", "row_id registry_name"),
    (f'endpoint_auto_scaling_rule_nodes(endpoint: "{ENDPOINT}", first: 100)', "row_id"),
    ('image_nodes(scope_id: "system", first: 100)', "row_id"), ("model_cards(first: 100)", "row_id"),
    ("networks(first: 100)", "row_id name"), ("vfolder_nodes(first: 100)", "row_id name"),
    ("domain_nodes(first: 100)", "name"), ("group_nodes(first: 100)", "row_id name"),
    ("user_nodes(first: 100)", "email"), ('session_pending_queue(resource_group_id: "fill-gpu", first: 100)', "row_id"),
]:
    ask(g, root, f"count edges {{ node {{ {key} }} }}")

# One row with all fields: their types, and the fields on which the manager fails.
g = "rows"
PYTHON = 'reference: "fill.registry/stable/python:3.13-ubuntu24.04", architecture: "x86_64"'
NONE = 'reference: "nope/none:1", architecture: "x86_64"'
for root, type_, there, missing in [
    ("agent", "Agent", 'agent_id: "i-fill-gpu"', 'agent_id: "i-none"'),
    ("agent_summary", "AgentSummary", 'agent_id: "i-fill-gpu"', 'agent_id: "i-none"'),
    ("compute_container", "ComputeContainer", f'id: "{id_(7, 1)}"', f'id: "{NOBODY}"'),
    ("compute_session", "ComputeSession", f'id: "{SESSION}"', f'id: "{NOBODY}"'),
    ("compute_session_node", "ComputeSessionNode", f'scope_id: "system", id: "{node("ComputeSessionNode", SESSION)}"',
     f'scope_id: "system", id: "{node("ComputeSessionNode", NOBODY)}"'),
    ("container_registry", "ContainerRegistry", 'hostname: "fill.registry"', 'hostname: "nope"'),
    ("container_registry_node", "ContainerRegistryNode", f'id: "{id_(2, 1)}"', f'id: "{NOBODY}"'),
    ("domain_node", "DomainNode", f'id: "{node("DomainNode", "default")}"', f'id: "{node("DomainNode", "nope")}"'),
    ("endpoint", "Endpoint", f'endpoint_id: "{ENDPOINT}"', f'endpoint_id: "{NOBODY}"'),
    ("endpoint_auto_scaling_rule_node", "EndpointAutoScalingRuleNode",
     f'id: "{node("EndpointAutoScalingRuleNode", id_(16, 1))}"', f'id: "{node("EndpointAutoScalingRuleNode", NOBODY)}"'),
    ("endpoint_token", "EndpointToken", 'token: "fill-token-1"', 'token: "nope"'),
    ("group_node", "GroupNode", f'id: "{node("GroupNode", DEFAULT_PROJECT)}"', f'id: "{node("GroupNode", NOBODY)}"'),
    ("image", "Image", PYTHON, NONE),
    ("image_node", "ImageNode", f'scope_id: "system", id: "{node("ImageNode", id_(3, 1))}"',
     f'scope_id: "system", id: "{node("ImageNode", NOBODY)}"'),
    ("model_card", "ModelCard", f'id: "{node("ModelCard", id_(8, 4))}"', f'id: "{node("ModelCard", NOBODY)}"'),
    ("network", "NetworkNode", f'id: "{node("NetworkNode", id_(18, 1))}"', f'id: "{node("NetworkNode", NOBODY)}"'),
    ("resource_preset", "ResourcePreset", 'name: "fill-large"', 'name: "nope"'),
    ("resource_preset_by_id", "ResourcePreset", f'id: "{id_(17, 2)}"', f'id: "{NOBODY}"'),
    ("routing", "Routing", f'routing_id: "{id_(14, 1)}"', f'routing_id: "{NOBODY}"'),
    ("scaling_group", "ScalingGroup", 'name: "fill-gpu"', 'name: "nope"'),
    ("storage_volume", "StorageVolume", 'id: "local:volume1"', 'id: "nope:none"'),
    ("quota_scope", "QuotaScope", f'storage_host_name: "local:volume1", quota_scope_id: "user:{NOBODY}"',
     f'storage_host_name: "nope", quota_scope_id: "user:{NOBODY}"'),
    ("user_node", "UserNode", f'id: "{node("UserNode", NOBODY)}"', 'id: "nope"'),
    ("vfolder", "VirtualFolder", f'id: "{id_(8, 1)}"', f'id: "{NOBODY}"'),
    ("vfolder_node", "VirtualFolderNode", f'id: "{node("VirtualFolderNode", id_(8, 1))}"',
     f'id: "{node("VirtualFolderNode", NOBODY)}"'),
    ("available_service", "AvailableServiceNode", "", None),
    ("service_config", "ServiceConfigNode", 'service: "manager"', 'service: "nope"'),
]:
    fields = select(type_, ("Query",), 2)
    ask(g, f"{root}({there})" if there else root, fields, exact=False)
    if missing is not None:
        key = next(field for field, (_, of) in TYPES[type_].items() if of not in TYPES)
        ask(g, f"{root}({missing})", key, exact=False)

# Filters and orders of lists.
g = "conditions"
for root, key, filters, orders in [
    ("agent_list", "id", ['status == \\"LOST\\"', 'id == \\"i-fill-gpu\\"', "schedulable == true", "lost_at is null",
                          'compute_plugins is null', "nope == 1"], ["id", "-id", "nope"]),
    ("endpoint_list", "name", ['name == \\"fill-bare\\"', "replicas > 0", 'domain == \\"default\\"', "nope == 1"],
     ["name", "-created_at", "nope"]),
    ("vfolder_list", "name", ['name like \\"fill-%\\"', 'usage_mode == \\"model\\"', "cloneable == true", "max_files > 0",
                              "nope == 1"], ["name", "-name", "nope"]),
    ("compute_session_list", "name", ['name == \\"fill-session\\"', 'status == \\"TERMINATED\\"', "result == 1", "nope == 1"],
     ["name", "-id", "nope"]),
    ("vfolder_permission_list", "vfolder", ['permission == \\"ro\\"', "nope == 1"], ["vfolder,user", "nope"]),
]:
    for f in filters:
        ask(g, f'{root}({PAGE}, filter: "{f}")', f"total_count items {{ {key} }}", ("SUPERADMIN",))
    for o in orders:
        ask(g, f'{root}({PAGE}, order: "{o}")', f"items {{ {key} }}", ("SUPERADMIN",))
for root, key, filters, orders in [
    ("agent_nodes(scope: \"system\", ", "row_id", ['status == \\"LOST\\"', "nope == 1"], ["-id", "nope"]),
    ("image_nodes(scope_id: \"system\", ", "row_id", ["is_local == true", "nope == 1"], ["-id", "nope"]),
    ("networks(", "row_id", ['name == \\"fill-network-1\\"', "nope == 1"], ["-name", "nope"]),
    ("vfolder_nodes(", "row_id", ["cloneable == true", "nope == 1"], ["-id", "nope"]),
    ("group_nodes(", "name", ['name == \\"default\\"', "nope == 1"], ["-id", "nope"]),
]:
    for f in filters:
        ask(g, f'{root}first: 100, filter: "{f}")', f"count edges {{ node {{ {key} }} }}", ("SUPERADMIN",))
    for o in orders:
        ask(g, f'{root}first: 100, order: "{o}")', f"edges {{ node {{ {key} }} }}", ("SUPERADMIN",))
