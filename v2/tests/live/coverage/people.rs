//! Users, their key pairs, domains and projects.

use serde_json::{Value, json};

use super::{Cycle, ID, PROJECT, Run, SUPERADMIN, USER, WITH_ROLE, ask, find, id, person};
use crate::support::unique;

pub(super) async fn all(run: &mut Run) {
    users(run).await;
    several_users(run).await;
    keypairs(run).await;
    own(run).await;
    domains(run).await;
    projects(run).await;
}

async fn users(run: &mut Run) {
    let name = unique("v2-user");
    let made = run.change("AdminCreateUser", json!({ "input": person(&name, "USER") })).await;
    let user = json!({ "userId": id(&made, "user") });
    run.has("AdminUser", user.clone(), "username", &*name).await;
    run.query("AdminUser", user.clone()).await;
    let changed = json!({ "userId": user["userId"], "input": { "fullName": "Changed" } });
    run.change("AdminUpdateUser", changed).await;
    run.has("AdminUser", user.clone(), "fullName", "Changed").await;
    run.change("AdminDeleteUser", user.clone()).await;
    run.has("AdminUser", user.clone(), "status", "DELETED").await;
    run.change("AdminRestoreUser", user.clone()).await;
    run.lacks("AdminUser", user.clone(), "status", "DELETED").await;
    run.change("AdminPurgeUser", json!({ "input": user })).await;
    run.lacks("AdminUser", user, "username", &*name).await;

    run.query("DomainUsers", json!({ "scope": { "domainName": "default" } })).await;
    run.query("ProjectUsers", json!({ "scope": { "projectId": PROJECT } })).await;
    let scope = json!({ "domain": [{ "value": run.domain }] });
    run.query("ScopedUsers", json!({ "scope": scope })).await;
}

async fn several_users(run: &mut Run) {
    for (create, key) in
        [("AdminBulkCreateUsers", "createdUsers"), ("AdminBulkCreateUsersWithKeypair", "user")]
    {
        let name = unique("v2-user");
        let made = json!({ "input": { "users": [person(&name, "USER")] } });
        let user = id(&run.change(create, made).await, key);
        let one = json!({ "userId": user });
        run.has("AdminUser", one.clone(), "username", &*name).await;
        let input = json!({ "userId": user, "input": { "description": "changed" } });
        run.change("AdminBulkUpdateUsers", json!({ "input": { "users": [input] } })).await;
        run.has("AdminUser", one.clone(), "description", "changed").await;
        let all = json!({ "input": { "userIds": [user] } });
        run.change("AdminDeleteUsers", all.clone()).await;
        run.has("AdminUser", one.clone(), "status", "DELETED").await;
        run.change("AdminBulkPurgeUsers", all).await;
        run.lacks("AdminUser", one, "username", &*name).await;
    }
}

async fn keypairs(run: &mut Run) {
    let input = json!({ "userId": run.users[USER], "resourcePolicy": "small", "rateLimit": 7 });
    let made = run.change("AdminCreateKeypair", json!({ "input": input })).await;
    let key = find(&made, "accessKey").cloned().unwrap_or_default();
    let one = json!({ "accessKey": key });
    run.has("AdminKeypair", one.clone(), "rateLimit", 7).await;
    run.query("AdminKeypair", one.clone()).await;
    run.query("AdminKeypairs", json!({})).await;
    let changed = json!({ "input": { "accessKey": key, "rateLimit": 8 } });
    run.change("AdminUpdateKeypair", changed).await;
    run.has("AdminKeypair", one.clone(), "rateLimit", 8).await;

    let ssh = json!({
        "accessKey": key, "sshPublicKey": PUBLIC_KEY, "sshPrivateKey": private_key(),
    });
    run.change("AdminRegisterSshKeypair", json!({ "input": ssh })).await;
    run.has("AdminSshKeypair", one.clone(), "sshPublicKey", PUBLIC_KEY).await;
    run.query("AdminSshKeypair", one.clone()).await;
    run.change("AdminDeleteSshKeypair", one.clone()).await;
    run.lacks("AdminSshKeypair", one.clone(), "sshPublicKey", PUBLIC_KEY).await;

    run.change("AdminDeleteKeypair", one.clone()).await;
    run.lacks("AdminKeypair", one, "rateLimit", 8).await;
}

const PUBLIC_KEY: &str = "ssh-ed25519 \
    AAAAC3NzaC1lZDI1NTE5AAAAIKl2f3cVXxPz0n8d3sQ1yJ0XgJ0m3w1n2qf5sJ3kz6yV tests@example.com";

/// A text in the form of a private key, which opens nothing.
fn private_key() -> String {
    let kind = "OPENSSH PRIVATE KEY";
    format!("-----BEGIN {kind}-----\nbm90IGEga2V5\n-----END {kind}-----\n")
}

/// Callers change what is theirs: the account of the test, so that no other one is touched.
async fn own(run: &mut Run) {
    let mine = json!({ "userId": run.users[WITH_ROLE] });
    let keys = json!({ "filter": { "userId": { "equals": run.users[WITH_ROLE] } } });
    let keypairs = ask(&run.clients[SUPERADMIN], "AdminKeypairs", keys.clone()).await.unwrap();
    let first = find(&keypairs, "accessKey").cloned().unwrap();
    let made = run.own(WITH_ROLE, "IssueMyKeypair", json!({})).await;
    let second = find(&made, "accessKey").cloned().unwrap_or_default();
    run.has("AdminKeypairs", keys.clone(), "accessKey", second.clone()).await;
    run.query("MyKeypairs", json!({})).await;
    let switched = |key: &Value| json!({ "input": { "accessKey": key } });
    run.own(WITH_ROLE, "SwitchMyMainAccessKey", switched(&second)).await;
    run.has("AdminKeypair", json!({ "accessKey": second }), "isDefault", true).await;
    run.own(WITH_ROLE, "SwitchMyMainAccessKey", switched(&first)).await;
    run.has("AdminKeypair", json!({ "accessKey": first }), "isDefault", true).await;
    let changed = json!({ "input": { "accessKey": second, "isActive": false } });
    run.own(WITH_ROLE, "UpdateMyKeypair", changed).await;
    run.has("AdminKeypair", json!({ "accessKey": second }), "isActive", false).await;
    run.own(WITH_ROLE, "RevokeMyKeypair", switched(&second)).await;
    run.lacks("AdminKeypairs", keys, "accessKey", second).await;

    let allowed = |addresses: Value| json!({ "input": { "allowedClientIp": addresses } });
    run.own(WITH_ROLE, "UpdateMyAllowedClientIp", allowed(json!(["127.0.0.1"]))).await;
    run.has("AdminUser", mine.clone(), "allowedClientIp", json!(["127.0.0.1/32"])).await;
    run.own(WITH_ROLE, "UpdateMyAllowedClientIp", allowed(Value::Null)).await;
    run.has("AdminUser", mine, "allowedClientIp", Value::Null).await;

    for description in ["changed", "superadmin of the tests"] {
        let changed = json!({ "input": { "description": description } });
        run.change("UpdateUser", changed).await;
        run.has("MyUser", json!({}), "description", description).await;
    }
    run.query("MyUser", json!({})).await;
}

async fn domains(run: &mut Run) {
    let name = unique("v2-domain");
    let domain = json!({ "domainName": name });
    let made = json!({ "input": { "name": name, "description": "made" } });
    run.change("AdminCreateDomain", made).await;
    run.has("Domain", domain.clone(), "description", "made").await;
    run.query("Domain", domain.clone()).await;
    let changed = json!({ "domainName": name, "input": { "description": "changed" } });
    run.change("AdminUpdateDomain", changed).await;
    run.has("Domain", domain.clone(), "description", "changed").await;
    run.change("AdminDeleteDomain", domain.clone()).await;
    run.has("Domain", domain.clone(), "isActive", false).await;
    run.change("AdminRestoreDomain", domain.clone()).await;
    run.has("Domain", domain.clone(), "isActive", true).await;
    // A new domain has a project for models, which must be purged first.
    let projects = json!({ "scope": { "domainName": name } });
    let models = ask(&run.clients[SUPERADMIN], "DomainProjects", projects).await.unwrap();
    let project = json!({ "projectId": id(&models, "node") });
    for name in ["AdminDeleteProject", "AdminPurgeProject"] {
        ask(&run.clients[SUPERADMIN], name, project.clone()).await.unwrap();
    }
    run.own(SUPERADMIN, "AdminDeleteDomain", domain.clone()).await;
    run.change("AdminPurgeDomain", domain.clone()).await;
    run.lacks("Domain", domain, "name", &*name).await;

    run.query("RgDomains", json!({ "scope": { "resourceGroupName": "fill-gpu" } })).await;
    let scope = json!({ "resourceGroup": [{ "value": super::filled(1, 1) }] });
    run.query("ScopedDomains", json!({ "scope": scope })).await;
}

async fn projects(run: &mut Run) {
    let input = json!({
        "name": unique("v2-project"), "domainName": "default", "resourcePolicy": "default",
    });
    let project = Cycle {
        created: ("name", input["name"].clone()),
        create: ("AdminCreateProject", json!({ "input": input })),
        node: "project",
        read: ("Project", json!({ "projectId": ID })),
        update: (
            "AdminUpdateProject",
            json!({ "projectId": ID, "input": { "description": "changed" } }),
        ),
        updated: ("description", "changed".into()),
        delete: ("AdminPurgeProject", json!({ "projectId": ID })),
    };
    let project_id = run.begin(&project).await;
    let one = json!({ "projectId": project_id });
    run.query("ProjectDomain", one.clone()).await;

    let name = unique("v2-user");
    let mut input = person(&name, "USER");
    input["groupIds"] = json!([project_id]);
    let user = ask(&run.clients[SUPERADMIN], "AdminCreateUser", json!({ "input": input }));
    let user = id(&user.await.unwrap(), "user");
    let unassign = json!({ "projectId": project_id, "input": { "userIds": [user] } });
    let members = json!({ "scope": { "projectId": project_id } });
    run.change("UnassignUsersFromProject", unassign).await;
    run.lacks("ProjectUsers", members, "username", &*name).await;
    let purge = json!({ "input": { "userId": user } });
    ask(&run.clients[SUPERADMIN], "AdminPurgeUser", purge).await.unwrap();

    run.change("AdminDeleteProject", one.clone()).await;
    run.has("Project", one.clone(), "isActive", false).await;
    run.change("AdminRestoreProject", one.clone()).await;
    run.has("Project", one.clone(), "isActive", true).await;
    run.own(SUPERADMIN, "AdminDeleteProject", one).await;
    run.finish(&project, &project_id).await;

    run.query("DomainProjects", json!({ "scope": { "domainName": "default" } })).await;
    let scope = json!({ "domain": [{ "value": run.domain }] });
    run.query("ScopedProjects", json!({ "scope": scope })).await;
}
