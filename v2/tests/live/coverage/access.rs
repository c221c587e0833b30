//! Roles and their permissions, labels, shares.

use serde_json::json;

use super::{DOMAIN_ADMIN, PROJECT, Run, SUPERADMIN, USER, WITH_ROLE, filled, find, id};
use crate::support::unique;

pub(super) async fn all(run: &mut Run) {
    roles(run).await;
    permissions(run).await;
    presets(run).await;
    labels(run).await;
    shares(run).await;
}

async fn roles(run: &mut Run) {
    let name = unique("v2-role");
    let scope = json!({ "scopeType": "domain", "scopeId": run.domain });
    let made = json!({ "input": { "name": name, "scope": scope } });
    let role = id(&run.change("AdminCreateRole", made).await, "adminCreateRole");
    let one = json!({ "id": role });
    run.has("AdminRole", one.clone(), "name", &*name).await;
    run.query("AdminRole", one.clone()).await;
    run.query("AdminRoles", json!({})).await;
    let changed = json!({ "input": { "id": role, "description": "changed" } });
    run.change("AdminUpdateRole", changed).await;
    run.has("AdminRole", one.clone(), "description", "changed").await;

    let user = run.users[USER].clone();
    let assignments = json!({ "filter": { "roleId": { "equals": role } } });
    let list = "AdminRoleAssignments";
    let both = json!({ "input": { "userId": user, "roleId": role } });
    run.change("AdminAssignRole", both.clone()).await;
    run.has(list, assignments.clone(), "userId", &*user).await;
    run.query(list, assignments.clone()).await;
    run.query("MyRoleAssignments", json!({})).await;
    run.change("AdminRevokeRole", both).await;
    run.lacks(list, assignments.clone(), "userId", &*user).await;
    let all = json!({ "input": { "roleId": role, "userIds": [user] } });
    run.change("AdminBulkAssignRole", all.clone()).await;
    run.has(list, assignments.clone(), "userId", &*user).await;
    run.change("AdminBulkRevokeRole", all).await;
    run.lacks(list, assignments, "userId", &*user).await;

    run.change("AdminDeleteRole", json!({ "input": one })).await;
    run.has("AdminRole", one.clone(), "status", "DELETED").await;
    run.change("AdminPurgeRole", json!({ "input": one })).await;
    run.lacks("AdminRole", one, "name", &*name).await;

    run.query("ProjectRoles", json!({ "projectId": PROJECT })).await;
    let target = json!({ "scopeType": "domain", "scopeId": run.domain, "entityType": "session" });
    run.query("MyScopePermissions", json!({ "input": { "target": target } })).await;
    let targets = json!({ "input": { "targets": [target] } });
    run.query("MyAtomicBulkScopePermissions", targets).await;
}

async fn permissions(run: &mut Run) {
    let scope = json!({ "scopeType": "domain", "scopeId": run.domain });
    let made = json!({ "input": { "name": unique("v2-role"), "scope": scope } });
    let role = run.own(SUPERADMIN, "AdminCreateRole", made).await;
    let role = id(&role, "adminCreateRole");
    let of = json!({ "filter": { "roleId": { "equals": role } } });
    let list = "AdminPermissions";
    let permission = |entity: &str, permission: &str| json!({ "roleId": role, "entityType": entity, "permission": permission });

    let made = json!({ "input": permission("image", "READ") });
    let made = id(&run.change("AdminCreatePermission", made).await, "adminCreatePermission");
    run.has(list, of.clone(), "entityType", "image").await;
    run.query(list, of.clone()).await;
    let changed = json!({ "input": { "id": made, "permission": "UPDATE" } });
    run.change("AdminUpdatePermission", changed).await;
    run.has(list, of.clone(), "permission", "UPDATE").await;
    run.change("AdminDeletePermission", json!({ "input": { "id": made } })).await;
    run.lacks(list, of.clone(), "entityType", "image").await;

    let all = json!({ "input": { "permissions": [permission("session", "READ")] } });
    let made = id(&run.change("AdminBulkAddRolePermissions", all).await, "items");
    run.has(list, of.clone(), "entityType", "session").await;
    let all = json!({ "input": { "permissionIds": [made] } });
    run.change("AdminBulkRemoveRolePermissions", all).await;
    run.lacks(list, of.clone(), "entityType", "session").await;
    let all =
        json!({ "input": { "roleId": role, "permissions": [permission("vfolder", "READ")] } });
    run.change("AdminReplaceRolePermissions", all).await;
    run.has(list, of, "entityType", "vfolder").await;

    let one = json!({ "input": { "id": role } });
    run.own(SUPERADMIN, "AdminDeleteRole", one.clone()).await;
    run.own(SUPERADMIN, "AdminPurgeRole", one).await;
}

async fn presets(run: &mut Run) {
    let name = unique("v2-preset");
    let permission = |entity: &str| json!([{ "entityType": entity, "permission": "READ" }]);
    let made = json!({ "input": {
        "name": name, "scopeType": "project", "permissions": permission("image"),
    } });
    let preset = id(&run.change("AdminCreateRolePreset", made).await, "rolePreset");
    let one = json!({ "id": preset });
    let read = "AdminRolePreset";
    run.has(read, one.clone(), "name", &*name).await;
    run.query(read, one.clone()).await;
    run.query("AdminRolePresets", json!({})).await;
    let renamed = unique("v2-preset");
    let changed = json!({ "input": { "rolePresetId": preset, "name": renamed } });
    run.change("AdminUpdateRolePreset", changed).await;
    run.has(read, one.clone(), "name", &*renamed).await;

    let added =
        json!({ "input": { "rolePresetId": preset, "permissions": permission("session") } });
    let added = id(&run.change("AdminBulkAddRolePresetPermissions", added).await, "items");
    run.has(read, one.clone(), "name", &*renamed).await;
    let removed = json!({ "input": { "permissionPresetIds": [added] } });
    run.change("AdminBulkRemoveRolePresetPermissions", removed).await;
    run.has(read, one.clone(), "name", &*renamed).await;

    let all = json!({ "input": { "rolePresetIds": [preset] } });
    run.change("AdminDeleteRolePresets", all.clone()).await;
    run.has(read, one.clone(), "deleted", true).await;
    run.change("AdminRestoreRolePresets", all.clone()).await;
    run.has(read, one.clone(), "deleted", false).await;
    run.own(SUPERADMIN, "AdminDeleteRolePresets", all.clone()).await;
    run.change("AdminPurgeRolePresets", all).await;
    run.lacks(read, one, "name", &*renamed).await;
}

async fn labels(run: &mut Run) {
    let target = json!({ "entityType": "project", "entityId": PROJECT });
    let labels = json!({ "scope": [target] });
    for value in ["red", "blue"] {
        let label = json!({ "input": { "target": target, "key": "v2-team", "value": value } });
        let made = run.change("UpsertEntityLabel", label).await;
        run.has("EntityLabels", labels.clone(), "value", value).await;
        if value == "blue" {
            run.query("EntityLabels", labels.clone()).await;
            run.change("PurgeEntityLabel", json!({ "id": id(&made, "label") })).await;
            run.lacks("EntityLabels", labels.clone(), "key", "v2-team").await;
        }
    }
}

/// A user shares a folder with the account of the test.
async fn shares(run: &mut Run) {
    let recipient = json!({ "userId": run.users[WITH_ROLE] });
    let input = json!({
        "targetEntityType": "vfolder", "targetEntityId": filled(8, 1), "recipient": recipient,
        "permissions": ["READ"],
    });
    for ends in [
        [(WITH_ROLE, "AcceptEntityShare", "ACCEPTED"), (WITH_ROLE, "LeaveEntityShare", "REVOKED")],
        [(WITH_ROLE, "AcceptEntityShare", "ACCEPTED"), (USER, "RevokeEntityShare", "REVOKED")],
        [(WITH_ROLE, "RejectEntityShare", "REJECTED"), (USER, "", "")],
        [(USER, "CancelEntityShare", "CANCELED"), (USER, "", "")],
    ] {
        let share = run.own(USER, "CreateEntityShare", json!({ "input": input })).await;
        let one = json!({ "id": id(&share, "share") });
        run.has("EntityShare", one.clone(), "status", "PENDING").await;
        if find(&share, "id").is_none() {
            return;
        }
        run.query("EntityShare", one.clone()).await;
        for (role, name, status) in ends.into_iter().filter(|(_, name, _)| !name.is_empty()) {
            let other = if role == USER { WITH_ROLE } else { DOMAIN_ADMIN };
            let _ = run.send(name, other, &one).await;
            run.own(role, name, one.clone()).await;
            run.has("EntityShare", one.clone(), "status", status).await;
        }
    }
    let scope = json!({ "sharer": [{ "value": run.users[USER] }] });
    run.query("EntityShares", json!({ "scope": scope })).await;
    run.query("MyEntityShares", json!({})).await;
}
