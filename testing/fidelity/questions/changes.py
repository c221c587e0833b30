"""Changes of a user and of keypairs; the order matters."""
import time

from .book import DEFAULT_PROJECT, KEYPAIR, NOBODY, OTHER_PROJECT, USER, question

g = "users"
made = f"fidelity-{int(time.time())}@test.invalid"
name = made.split("@")[0]
base = {"username": name, "password": "made-for-a-test", "need_password_change": False, "full_name": "Made",
        "description": "", "status": "active", "domain_name": "default", "role": "user",
        "group_ids": [DEFAULT_PROJECT], "resource_policy": "default"}
create = ("mutation($email: String!, $props: UserInput!) { create_user(email: $email, props: $props) { ok msg "
          "user { %s } keypair { %s } } }" % (USER, KEYPAIR))
modify = ("mutation($email: String!, $props: ModifyUserInput!) { modify_user(email: $email, props: $props) "
          "{ ok msg user { email username full_name description status status_info is_active role domain_name "
          "resource_policy allowed_client_ip container_uid container_gids totp_activated groups { name } } } }")
def creates(title, email, **change):
    props = {k: v for k, v in {**base, **change}.items() if v != "LEFT OUT"}
    question(g, f"create_user, {title}", create, variables={"email": email, "props": props})
def modifies(title, exact=True, **props):
    question(g, f"modify_user, {title}", modify, variables={"email": made, "props": props}, exact=exact)
creates("fine", made)
creates("the same again", made)
creates("the same name", "x" + made)
creates("no such domain", "d" + made, username="d" + name, domain_name="nowhere")
creates("no such policy", "p" + made, username="p" + name, resource_policy="nowhere")
creates("no such status", "s" + made, username="s" + name, status="nope")
creates("status null", "s" + made, username="s" + name, status=None)
creates("no such role", "r" + made, username="r" + name, role="king")
creates("a project that is no UUID", "g" + made, username="g" + name, group_ids=["nope"])
creates("a bad address", "a" + made, username="a" + name, allowed_client_ip=["zz"])
creates("a negative id", "n" + made, username="n" + name, container_uid=-1)
creates("a required member left out", "m" + made, username="m" + name, password="LEFT OUT")
creates("without defaults", "w" + made, username="w" + name, status="LEFT OUT", role="LEFT OUT",
        full_name="LEFT OUT", description="LEFT OUT", group_ids="LEFT OUT", resource_policy="LEFT OUT")
question(g, "its keypairs", '{ keypairs(email: "%s") { is_active is_admin is_default rate_limit resource_policy projects } }' % ("w" + made))
question(g, "purge it", 'mutation { purge_user(email: "%s", props: {}) { ok msg } }' % ("w" + made), exact=True)
question(g, "purge it again", 'mutation { purge_user(email: "%s", props: {}) { ok msg } }' % ("w" + made))
modifies("a name", full_name="Renamed")
modifies("nothing")
modifies("full_name null", full_name=None)
modifies("description null", description=None)
modifies("username null", username=None)
modifies("status null", status=None)
modifies("role null", role=None)
modifies("group_ids null", group_ids=None)
modifies("password null", password=None)
modifies("resource_policy null", resource_policy=None)
modifies("main_access_key null", main_access_key=None)
modifies("totp_activated null", totp_activated=None)
modifies("is_active", is_active=True)
modifies("is_active null", is_active=None)
modifies("no such status", status="nope")
modifies("inactive", status="inactive")
modifies("active", status="active")
modifies("an admin", role="admin")
question(g, "its keypairs", '{ keypairs(email: "%s") { is_active is_admin is_default } }' % made, exact=True)
modifies("a user again", role="user")
question(g, "its keypairs afterwards", '{ keypairs(email: "%s") { is_active is_admin is_default } }' % made, exact=True)
modifies("no such role", role="king")
modifies("a name that is taken", username="superadmin")
modifies("no such domain", domain_name="nope")
modifies("no such policy", resource_policy="nope")
modifies("no such key", main_access_key="NOPE")
modifies("somebody's key", main_access_key="[[USER.key]]")
modifies("no projects", group_ids=[])
modifies("a project", group_ids=[DEFAULT_PROJECT])
modifies("a project of the other domain", group_ids=[OTHER_PROJECT])
modifies("no such project", group_ids=[NOBODY])
modifies("a project that is no UUID", group_ids=["nope"])
modifies("a project", group_ids=[DEFAULT_PROJECT])
modifies("addresses", allowed_client_ip=["10.0.0.1", "10.0.*.*", "10.1.0.0/16", "::1"])
modifies("a bad address", allowed_client_ip=["zz"])
modifies("addresses null", allowed_client_ip=None)
modifies("a container uid", container_uid=7, container_gids=[1, 2])
modifies("a container uid null", container_uid=None, container_gids=None)
modifies("a negative id", container_uid=-5)
question(g, "modify_user, nobody", modify, variables={"email": "nobody", "props": {"full_name": "x"}})
question(g, "modify_user, nobody, null", modify, variables={"email": "nobody", "props": {"username": None}})

g = "keypairs"
kcreate = ("mutation($user: String!, $props: KeyPairInput!) { create_keypair(user_id: $user, props: $props) "
           "{ ok msg keypair { %s } } }" % KEYPAIR)
kmodify = "mutation($key: String!, $props: ModifyKeyPairInput!) { modify_keypair(access_key: $key, props: $props) { ok msg } }"
good = {"is_active": True, "is_admin": False, "resource_policy": "default", "rate_limit": 100}
question(g, "create_keypair", kcreate, variables={"user": made, "props": good}, remember="made")
question(g, "create_keypair, defaults", kcreate,
         variables={"user": made, "props": {"resource_policy": "small", "rate_limit": 0}})
question(g, "create_keypair, is_active null", kcreate, variables={"user": made, "props": {**good, "is_active": None}})
question(g, "create_keypair, nobody", kcreate, variables={"user": "nobody", "props": good})
question(g, "create_keypair, no such policy", kcreate,
         variables={"user": made, "props": {**good, "resource_policy": "nowhere"}})
question(g, "create_keypair, nobody and no such policy", kcreate,
         variables={"user": "nobody", "props": {**good, "resource_policy": "nowhere"}})
question(g, "create_keypair, negative rate", kcreate, variables={"user": made, "props": {**good, "rate_limit": -1}})
for title, props in [("rate", {"rate_limit": 200}), ("deactivate", {"is_active": False}),
                     ("activate as admin", {"is_active": True, "is_admin": True}), ("nothing", {}),
                     ("rate null", {"rate_limit": None}), ("is_active null", {"is_active": None}),
                     ("is_admin null", {"is_admin": None}), ("policy null", {"resource_policy": None}),
                     ("concurrency_limit", {"concurrency_limit": 5}), ("concurrency_limit null", {"concurrency_limit": None}),
                     ("no such policy", {"resource_policy": "nowhere"}), ("policy", {"resource_policy": "small"})]:
    question(g, f"modify_keypair, {title}", kmodify, variables={"key": "[[made]]", "props": props})
question(g, "what became of it", '{ keypair(access_key: "[[made]]") { is_active is_admin is_default rate_limit resource_policy projects concurrency_limit } }', exact=True)
question(g, "modify_keypair, no such key", kmodify, variables={"key": "NOSUCHKEY", "props": {"rate_limit": 1}})
question(g, "modify_keypair, no such key, null", kmodify, variables={"key": "NOSUCHKEY", "props": {"rate_limit": None}})
question(g, "modify_keypair, deactivate a default keypair", kmodify,
         variables={"key": "[[LOW_RATE.key]]", "props": {"is_active": False}})
question(g, "modify_user, the default keypair", modify, variables={"email": made, "props": {"main_access_key": "[[made]]"}}, exact=True)
question(g, "delete_keypair, default now", 'mutation { delete_keypair(access_key: "[[made]]") { ok msg } }', exact=True)
question(g, "which is the default", '{ keypairs(email: "%s") { is_active is_admin is_default rate_limit } }' % made)
question(g, "two mutations, the second fails",
         'mutation { a: modify_keypair(access_key: "[[made]]", props: { rate_limit: 3 }) { ok msg } '
         'b: create_keypair(user_id: "nobody", props: { resource_policy: "default", rate_limit: 1 }) { ok msg } }')
question(g, "create_keypair to delete", kcreate, variables={"user": made, "props": good}, remember="second")
question(g, "delete_keypair", 'mutation { delete_keypair(access_key: "[[second]]") { ok msg } }', exact=True)
question(g, "delete_keypair again", 'mutation { delete_keypair(access_key: "[[second]]") { ok msg } }', exact=True)
question(g, "keypair that was deleted", '{ keypair(access_key: "[[second]]") { access_key } }', exact=True)
question(g, "delete_user", 'mutation { delete_user(email: "%s") { ok msg } }' % made, exact=True)
question(g, "delete_user again", 'mutation { delete_user(email: "%s") { ok msg } }' % made, exact=True)
question(g, "the deleted user", '{ user(email: "%s") { status status_info is_active groups { name } } }' % made, exact=True)
question(g, "its keypairs", '{ keypairs(email: "%s") { is_active is_default } }' % made)
question(g, "purge_user, null", 'mutation { purge_user(email: "%s", props: { purge_shared_vfolders: null }) { ok msg } }' % made)
question(g, "purge_user", 'mutation { purge_user(email: "%s", props: { purge_shared_vfolders: false }) { ok msg } }' % made, exact=True)
question(g, "delete_user, nobody", 'mutation { delete_user(email: "%s") { ok msg } }' % made)
question(g, "purge_user, nobody", 'mutation { purge_user(email: "%s", props: {}) { ok msg } }' % made)
