//! Rows by type: those of the state and the recorded ones.

use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{JsonMap, JsonValue};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::row::{column, is, key};
use crate::date::iso;
use crate::resolve::context::Context;
use crate::resolve::relay::{global_id, plain_id};
use crate::state::{Domain, Group, KeyPair, State, User};

/// Returns all rows of a type in the order in which the manager lists them.
pub(super) fn all(state: &State, kind: &str) -> Vec<JsonMap> {
    let made: Vec<JsonValue> = match kind {
        "UserV2" => {
            let mut users: Vec<_> = state.users.values().collect();
            users.sort_by(|a, b| b.created_at.cmp(&a.created_at).then(a.id.cmp(&b.id)));
            users.into_iter().map(|row| user(state, row)).collect()
        }
        "KeyPairV2" => {
            let mut keypairs: Vec<_> = state.keypairs.values().collect();
            keypairs.sort_by(|a, b| b.created_at.cmp(&a.created_at).then(a.serial.cmp(&b.serial)));
            keypairs.into_iter().map(keypair).collect()
        }
        "DomainV2" => {
            let mut domains: Vec<_> = state.domains.values().collect();
            domains.sort_by_key(|row| (std::cmp::Reverse(row.created_at), domain_id(&row.name)));
            domains.into_iter().map(domain).collect()
        }
        "ProjectV2" => {
            let mut groups: Vec<_> = state.groups.values().collect();
            groups.sort_by(|a, b| b.created_at.cmp(&a.created_at).then(a.id.cmp(&b.id)));
            groups.into_iter().map(project).collect()
        }
        _ => return recorded(state, kind).to_vec(),
    };
    made.into_iter().filter_map(|row| row.as_object().cloned()).collect()
}

/// Returns the recorded rows of a type.
pub(super) fn recorded<'s>(state: &'s State, kind: &str) -> &'s [JsonMap] {
    state.v2.as_ref().and_then(|rows| rows.get(kind)).map_or(&[], Vec::as_slice)
}

/// Returns the row of a type with this id, global or raw.
pub(super) fn find(state: &State, kind: &str, id: &str) -> Option<JsonMap> {
    let plain = plain_id(id);
    let made = match kind {
        "UserV2" => user(state, state.users.get(&Uuid::try_parse(&plain).ok()?)?),
        "ProjectV2" => project(state.groups.get(&Uuid::try_parse(&plain).ok()?)?),
        "KeyPairV2" => keypair(state.keypairs.get(&plain)?),
        "DomainV2" => domain(state.domains.values().find(|row| domain_id(&row.name) == plain)?),
        _ => return recorded(state, kind).iter().find(|row| is(row, id)).cloned(),
    };
    made.as_object().cloned()
}

/// Returns whether this is the id or the name of something.
pub(super) fn exists(state: &State, text: &str) -> bool {
    let plain = plain_id(text);
    if state.domains.contains_key(text) || state.keypairs.contains_key(&plain) {
        return true;
    }
    if Uuid::try_parse(&plain)
        .is_ok_and(|id| state.users.contains_key(&id) || state.groups.contains_key(&id))
        || state.domains.keys().any(|name| domain_id(name) == plain)
    {
        return true;
    }
    let named = |row: &JsonMap| {
        ["name", "slotName"]
            .iter()
            .any(|name| column(row, name).and_then(JsonValue::as_str) == Some(text))
    };
    let rows = state.v2.iter().flat_map(|rows| rows.values()).flatten();
    rows.into_iter().any(|row| is(row, text) || named(row))
}

/// Returns a member of the row with this id, or the rows within it.
pub(in crate::resolve) fn member(
    context: &Context<'_>,
    kind: &str,
    id: &str,
    name: &str,
) -> Option<JsonValue> {
    let row = find(context.state, kind, id)?;
    row.get(name).cloned().or_else(|| inner(context, kind, &row, name))
}

/// Returns the rows within a row of the state that need the other tables.
fn inner(context: &Context<'_>, kind: &str, row: &JsonMap, field: &str) -> Option<JsonValue> {
    let state = &*context.state;
    let key = key(row);
    let reference =
        |kind: &str, id: String| json!({ "__typename": kind, "id": global_id(kind, &id) });
    let users = |belongs: &dyn Fn(&User) -> bool| -> JsonValue {
        let users = state.users_by_age().into_iter().filter(|user| belongs(user));
        users.map(|user| reference("UserV2", user.id.to_string())).collect()
    };
    let groups = |belongs: &dyn Fn(&Group) -> bool| -> JsonValue {
        let groups = state.groups.values().filter(|group| belongs(group));
        groups.map(|group| reference("ProjectV2", group.id.to_string())).collect()
    };
    let resource_groups = |serves: &dyn Fn(&crate::state::ScalingGroup) -> bool| -> JsonValue {
        let names: Vec<_> = state
            .scaling_groups
            .values()
            .filter(|group| serves(group))
            .map(|group| group.name())
            .collect();
        let rows = recorded(state, "ResourceGroup").iter();
        let named = rows.filter(|row| {
            column(row, "name")
                .and_then(JsonValue::as_str)
                .is_some_and(|name| names.contains(&name))
        });
        named.cloned().map(JsonValue::Object).collect()
    };
    match kind {
        "UserV2" => {
            let user = state.users.get(&Uuid::try_parse(&key).ok()?)?;
            match field {
                "projects" => Some(groups(&|group| user.groups.contains(&group.id))),
                "resourceGroups" => Some(resource_groups(&|group| {
                    group.domains.contains(&user.domain)
                        || user.groups.iter().any(|id| group.groups.contains(id))
                })),
                _ => None,
            }
        }
        "DomainV2" => {
            let name = column(row, "name")?.as_str()?;
            match field {
                "users" => Some(users(&|user| user.domain == name)),
                "projects" => Some(groups(&|group| group.domain == name)),
                "resourceGroups" => Some(resource_groups(&|group| group.domains.contains(name))),
                _ => None,
            }
        }
        "ProjectV2" => {
            let id = Uuid::try_parse(&key).ok()?;
            match field {
                "users" => Some(users(&|user| user.groups.contains(&id))),
                "resourceGroups" => Some(resource_groups(&|group| group.groups.contains(&id))),
                "modelCards" => Some(JsonValue::Array(Vec::new())),
                _ => None,
            }
        }
        "Role" => {
            let of_role = |kind: &str| {
                let rows = recorded(state, kind).iter();
                rows.filter(|row| row.get("roleId").and_then(JsonValue::as_str) == Some(&key))
            };
            match field {
                "permissions" => {
                    Some(of_role("Permission").cloned().map(JsonValue::Object).collect())
                }
                "users" => {
                    Some(of_role("RoleAssignment").cloned().map(JsonValue::Object).collect())
                }
                "usersV2" => {
                    let ids =
                        of_role("RoleAssignment").filter_map(|row| row.get("userId")?.as_str());
                    Some(ids.map(|id| reference("UserV2", id.to_owned())).collect())
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Returns an id that a name always has.
fn id_of(kind: &str, name: &str) -> String {
    let digest = Sha256::digest(format!("{kind} {name}"));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

pub(super) fn domain_id(name: &str) -> String {
    id_of("domain", name)
}

pub(super) fn user(state: &State, user: &User) -> JsonValue {
    json!({
        "id": global_id("UserV2", &user.id.to_string()),
        "entityId": user.id.to_string(),
        "basicInfo": {
            "username": user.username,
            "email": user.email,
            "fullName": user.full_name,
            "description": user.description,
            "integrationName": null,
        },
        "status": {
            "status": user.status.as_str().to_uppercase().replace('-', "_"),
            "statusInfo": user.status_info,
            "needPasswordChange": user.need_password_change,
        },
        "organization": {
            "domainName": user.domain,
            "domainId": domain_id(&user.domain),
            "role": user.role.as_str().to_uppercase(),
            "resourcePolicy": user.resource_policy,
            "mainAccessKey": state.default_keypair(user.id).map(|keypair| &keypair.access_key),
        },
        "security": {
            "allowedClientIp": user.allowed_client_ip,
            "totpActivated": user.totp_activated,
            "totpActivatedAt": null,
            "sudoSessionEnabled": user.sudo_session_enabled,
        },
        "container": {
            "containerUid": user.container_uid,
            "containerMainGid": user.container_main_gid,
            "containerGids": user.container_gids,
        },
        "timestamps": { "createdAt": iso(user.created_at), "modifiedAt": iso(user.modified_at) },
        "domain": { "__typename": "DomainV2", "id": global_id("DomainV2", &domain_id(&user.domain)) },
    })
}

pub(super) fn keypair(keypair: &KeyPair) -> JsonValue {
    json!({
        "id": global_id("KeyPairV2", &keypair.access_key),
        "fieldId": id_of("keypair", &keypair.access_key),
        "accessKey": keypair.access_key,
        "isActive": keypair.is_active,
        "isAdmin": keypair.is_admin,
        "isDefault": keypair.is_default,
        "createdAt": iso(keypair.created_at),
        "modifiedAt": iso(keypair.created_at),
        "lastUsed": keypair.last_used.map(iso),
        "rateLimit": keypair.rate_limit,
        // The manager counts elsewhere: this column of its table keeps its initial value.
        "numQueries": 0,
        "resourcePolicy": keypair.resource_policy,
        "sshPublicKey": keypair.ssh_public_key,
        "userId": keypair.user.to_string(),
        "user": { "__typename": "UserV2", "id": global_id("UserV2", &keypair.user.to_string()) },
    })
}

pub(super) fn domain(domain: &Domain) -> JsonValue {
    let id = domain_id(&domain.name);
    json!({
        "id": global_id("DomainV2", &id),
        "entityId": id,
        "basicInfo": {
            "name": domain.name,
            "description": domain.description,
            "integrationName": domain.integration_id,
        },
        "registry": { "allowedDockerRegistries": domain.allowed_docker_registries },
        "lifecycle": {
            "isActive": domain.is_active,
            "isDefault": domain.name == "default",
            "createdAt": iso(domain.created_at),
            "modifiedAt": iso(domain.modified_at),
        },
        "activeResourceOverview": { "slots": { "entries": [] }, "sessionCount": 0 },
    })
}

pub(super) fn project(group: &Group) -> JsonValue {
    json!({
        "id": global_id("ProjectV2", &group.id.to_string()),
        "entityId": group.id.to_string(),
        "basicInfo": {
            "name": group.name,
            "description": group.description,
            "type": group.kind,
            "integrationName": group.integration_id,
        },
        "organization": { "domainName": group.domain, "resourcePolicy": group.resource_policy },
        "storage": { "allowedVfolderHosts": [] },
        "lifecycle": {
            "isActive": group.is_active,
            "createdAt": iso(group.created_at),
            "modifiedAt": iso(group.modified_at),
        },
        "domain": { "__typename": "DomainV2", "id": global_id("DomainV2", &domain_id(&group.domain)) },
        "activeResourceOverview": { "slots": { "entries": [] }, "sessionCount": 0 },
    })
}
