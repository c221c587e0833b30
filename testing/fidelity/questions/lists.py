"""Visibility by role, records with all their fields, and pages."""
import json

from .book import DEFAULT_PROJECT, KEYPAIR, NOBODY, OTHER_PROJECT, OWN, USER, question

g = "privileges"
keys = "total_count items { access_key user_id is_active }"
queries = [
    ("own keypairs", "{ keypair_list(limit: 50, offset: 0, order: \"access_key\") { %s } }" % keys),
    ("somebody's keypairs", '{ keypair_list(limit: 9, offset: 0, order: "access_key", email: "[[SUPERADMIN.email]]") { %s } }' % keys),
    ("the other domain's keypairs", '{ keypair_list(limit: 9, offset: 0, domain_name: "other") { %s } }' % keys),
    ("keypair", OWN), ("somebody's keypair", '{ keypair(access_key: "[[SUPERADMIN.key]]") { access_key user_id } }'),
    ("another keypair of the user", '{ keypair(access_key: "[[INACTIVE_KEY.key]]") { access_key user_id } }'),
    ("the keypair of somebody in no project", '{ keypair(access_key: "[[INACTIVE_USER.key]]") { access_key user_id } }'),
    ("keypair in the other domain", '{ keypair(access_key: "[[OTHER_ADMIN.key]]") { access_key user_id } }'),
    ("keypairs", "{ keypairs { access_key user_id full_name projects } }"),
    ("keypairs of somebody", '{ keypairs(email: "[[USER.email]]") { access_key user_id projects } }'),
    ("keypairs of somebody in no project", '{ keypairs(email: "[[INACTIVE_USER.email]]") { access_key } }'),
    ("inactive keypairs", "{ keypairs(is_active: false) { access_key } }"),
    ("user", "{ user { email domain_name role status } }"),
    ("somebody", '{ user(email: "[[SUPERADMIN.email]]") { email } }'),
    ("somebody of the other domain", '{ user(email: "[[OTHER_ADMIN.email]]") { email } }'),
    ("nobody", '{ user(email: "nobody") { email } }'),
    ("user_from_uuid", "{ user_from_uuid { email } }"),
    ("user_from_uuid of the user", '{ user_from_uuid(user_id: "[[USER.id]]") { email } }'),
    ("user_from_uuid of nobody", '{ user_from_uuid(user_id: "%s") { email } }' % NOBODY),
    ("user_from_uuid, no UUID", '{ user_from_uuid(user_id: "nope") { email } }'),
    ("users", "{ users { email } }"), ("users of the other domain", '{ users(domain_name: "other") { email } }'),
    ("inactive users", "{ users(is_active: false) { email status } }"),
    ("users of a status", '{ users(status: "inactive") { email status } }'),
    ("users of no status", '{ users(status: "nope") { email } }'),
    ("users of a project", '{ users(group_id: "%s") { email } }' % OTHER_PROJECT),
    ("user_list", '{ user_list(limit: 50, offset: 0, order: "email") { total_count items { email } } }'),
    ("user_list of the other domain", '{ user_list(limit: 9, offset: 0, domain_name: "other") { total_count } }'),
    ("domain", "{ domain { name } }"), ("the other domain", '{ domain(name: "other") { name } }'),
    ("no domain", '{ domain(name: "nope") { name } }'), ("domains", "{ domains { name } }"),
    ("active domains", "{ domains(is_active: true) { name } }"),
    ("group", '{ group(id: "%s") { name type } }' % DEFAULT_PROJECT),
    ("the other group", '{ group(id: "%s") { name } }' % OTHER_PROJECT),
    ("no group", '{ group(id: "%s") { name } }' % NOBODY),
    ("groups", "{ groups { name type domain_name } }"),
    ("groups of the other domain", '{ groups(domain_name: "other") { name } }'),
    ("groups of a wrong kind", '{ groups(type: ["NOPE"]) { name } }'),
    ("groups by name", '{ groups_by_name(name: "other") { name } }'),
    ("keypair policy", "{ keypair_resource_policy { name } }"),
    ("a keypair policy by name", '{ keypair_resource_policy(name: "small") { name } }'),
    ("no keypair policy", '{ keypair_resource_policy(name: "nope") { name } }'),
    ("keypair policies", "{ keypair_resource_policies { name } }"),
    ("user policy", "{ user_resource_policy { name } }"),
    ("a user policy by name", '{ user_resource_policy(name: "default") { name } }'),
    ("no user policy", '{ user_resource_policy(name: "nope") { name } }'),
    ("user policies", "{ user_resource_policies { name } }"),
    ("a project policy", '{ project_resource_policy(name: "default") { name } }'),
    ("project policies", "{ project_resource_policies { name } }"),
    ("create_keypair", 'mutation { create_keypair(user_id: "nobody", props: { resource_policy: "default", rate_limit: 1 }) { ok msg keypair { access_key } } }'),
    ("modify_keypair", 'mutation { a: modify_keypair(access_key: "NOSUCHKEY", props: {}) { ok msg } }'),
    ("delete_keypair", 'mutation { delete_keypair(access_key: "NOSUCHKEY") { ok msg } }'),
    ("delete_user", 'mutation { delete_user(email: "nobody") { ok msg } }'),
    ("create_user", 'mutation { create_user(email: "x", props: { username: "x", password: "x", need_password_change: false, domain_name: "nope" }) { ok msg user { email } keypair { access_key } } }'),
]
for role in ["SUPERADMIN", "DOMAIN_ADMIN", "USER", "OTHER_ADMIN"]:
    for title, query in queries:
        question(g, f"{role}: {title}", query, role=role, exact=True)

g = "records"
policy = ("name created_at default_for_unspecified total_resource_slots max_session_lifetime "
          "max_concurrent_sessions max_containers_per_session idle_timeout allowed_vfolder_hosts "
          "max_vfolder_count max_vfolder_size max_quota_scope_size max_concurrent_sftp_sessions "
          "max_pending_session_count max_pending_session_resource_slots")
question(g, "a keypair", "{ keypair { %s } }" % KEYPAIR)
question(g, "a listed keypair", '{ keypair_list(limit: 1, offset: 0, email: "[[USER.email]]") { items { %s } } }' % KEYPAIR)
question(g, "a keypair in keypairs", "{ keypairs { %s } }" % KEYPAIR)
question(g, "a user", "{ user { %s } }" % USER)
question(g, "a listed user", '{ user_list(limit: 1, offset: 0, status: "active", domain_name: "default", order: "email") { items { %s } } }' % USER)
question(g, "a domain", "{ domain { name description is_active created_at modified_at total_resource_slots allowed_vfolder_hosts allowed_docker_registries integration_id scaling_groups } }")
question(g, "a group", '{ group(id: "%s") { id name description is_active created_at modified_at domain_name total_resource_slots allowed_vfolder_hosts integration_id resource_policy type container_registry scaling_groups } }' % DEFAULT_PROJECT)
question(g, "a keypair policy", "{ keypair_resource_policy { %s } }" % policy)
question(g, "another keypair policy", '{ keypair_resource_policy(name: "small") { %s } }' % policy)
question(g, "a user policy", "{ user_resource_policy { id name created_at max_vfolder_count max_quota_scope_size max_session_count_per_model_session max_customized_image_count } }")
question(g, "a project policy", '{ project_resource_policy(name: "default") { id name created_at max_vfolder_count max_quota_scope_size max_network_count } }')
question(g, "the items' interface", "{ keypair_list(limit: 1, offset: 0) { __typename items { __typename ... on Item { id } } } }")

g = "paging"
fixture = 'access_key like \\"[[prefix]]%\\"'
def listed(**a):
    a = {"limit": 3, "offset": 0, **a}
    args = ", ".join(f"{k}: {v if isinstance(v, int) else json.dumps(v)}" for k, v in a.items())
    return "{ keypair_list(%s) { total_count items { access_key } } }" % args
for title, a in [("limit 0", {"limit": 0}), ("limit -1", {"limit": -1}), ("offset -1", {"offset": -1}),
                 ("both negative", {"limit": -1, "offset": -1}), ("limit 100000", {"limit": 100000}),
                 ("offset past the end", {"offset": 1000000}), ("email of nobody", {"email": "nobody"}),
                 ("is_active false", {"is_active": False})]:
    question(g, title, listed(**a).replace("False", "false"))
for f in ["is_active == true", "is_active isnot true", "is_active is true", "is_active isnull",
          "is_active == null", "user_id == \"[[USER.id]]\"", "user_id == \"nope\"", "user_id like \"0a%\"",
          "email ilike \"%USER@%\"", "email == \"[[USER.email]]\"", "access_key contains \"USER\"",
          "access_key contains \"_\"", "access_key like \"[[prefix]]%\"", "access_key > \"[[USER.key]]\"",
          "rate_limit > 10 & is_admin == true", "rate_limit == 5 | is_admin == true",
          "rate_limit == 5 & is_admin == true | is_active == true", "!(is_admin == true)",
          "!is_admin == true & is_active == true", "!is_admin == true | is_active == true",
          "resource_policy in [\"small\", \"none\"]", "access_key in []", "access_key in \"x\"",
          "rate_limit in [5, 6]", "rate_limit in [5, \"x\"]", "is_active in [true]",
          "rate_limit >= 5.5", "rate_limit < -1", "rate_limit == +5", "rate_limit == 1e3", "rate_limit == 1.0e3",
          "rate_limit contains \"1\"", "rate_limit == \"abc\"",
          "created_at > \"2020-01-01T00:00:00+00:00\"", "created_at > \"2020-01-01\"",
          "created_at > \"not a date\"", "created_at is null", "created_at > 5", "last_used is null",
          "created_at like \"2%\"", "num_queries > 0", "num_queries == 0", "ssh_public_key is null",
          "full_name == \"\"", "full_name isnot null", "projects == \"default\"", "projects is null",
          "projects != \"default\"", "access_key == 5", "access_key == true", "access_key == null",
          "access_key > null", "access_key is \"x\"", "is_active == 1", "is_active == \"true\"",
          "is_active > true", "access_key == [1]", "access_key == \"a\\\\\"", "access_key == \"a\\\"b\"",
          "access_key == \"a", "access_key == 'a'", "access_key == \"a\nb\"", "", " ", "access_key",
          "access_key ==", "is_active === true", "is_active == maybe", "is_active == TRUE", "nope == 1",
          "a.b == 1", "is_active == true && is_admin == true", "is_active == true and is_admin == true",
          "access_key not \"x\"", "(is_active == true", "is_active == true)", "((is_active == true))",
          "is_active==true&is_admin==true", "created_at", "secret_key == \"x\"", "!is_active", "is_default == true"]:
    question(g, f"filter {f!r}", listed(limit=50, order="access_key", filter=f), exact="count")
for o in ["access_key", "-access_key", "+access_key", "is_active,-access_key", "email,access_key",
          "rate_limit,access_key", "resource_policy , - access_key", "full_name,access_key",
          "projects,access_key", "last_used,access_key", "-num_queries,access_key", "nope", "--access_key",
          "access_key,", ",", "access_key desc", "user_id", "ssh_public_key", "is_default", " "]:
    question(g, f"order {o!r}", listed(limit=50, order=o, filter='access_key like "[[prefix]]%"'), exact="order" if "access_key" in o else True)
question(g, "filter wrong and order wrong", listed(filter="nope == 1", order="nope"))
question(g, "order wrong and limit negative", listed(order="nope", limit=-1))
for f in ["status == \"active\"", "status == \"ACTIVE\"", "status == \"nope\"", "status is null", "status in [\"active\"]",
          "role == \"superadmin\"", "role == \"SUPERADMIN\"", "role == 1", "is_active == true", "uuid == \"[[USER.id]]\"",
          "uuid == \"x\"", "domain_name == \"other\"", "username contains \"admin\"", "main_access_key == \"[[USER.key]]\"",
          "need_password_change == false", "totp_activated_at is null", "allowed_client_ip is null", "project_name == \"default\"",
          "modified_at > \"2020-01-01\"", "allowed_client_ip == \"1.2.3.4\""]:
    question(g, f"user filter {f!r}",
             "{ user_list(limit: 50, offset: 0, order: \"email\", filter: %s) { total_count items { email } } }" % json.dumps(f),
             exact="count")
for o in ["email", "-email", "role,email", "status,email", "is_active", "description", "uuid", "main_access_key"]:
    question(g, f"user order {o!r}",
             "{ user_list(limit: 50, offset: 0, domain_name: \"default\", order: %s) { items { email } } }" % json.dumps(o))
