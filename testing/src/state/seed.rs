//! The initial state: accounts, domains, projects and policies.

use apollo_compiler::response::JsonValue;
use apollo_compiler::response::serde_json_bytes::json;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Domain, Group, KeyPair, Role, ScalingGroup, State, Status, User};
use crate::date::iso;
use crate::fixture::Rows;

/// The options of the builder that shape the initial state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed {
    /// Number of users, each with a keypair, beside the named accounts.
    pub(crate) keypairs: usize,
    /// Requests per window of every account except the one with the low limit.
    pub(crate) rate_limit: i32,
}

const fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128((kind << 120) | 0x4000_8000_0000_0000_0000 | number)
}

struct Person {
    username: &'static str,
    full_name: &'static str,
    role: Role,
    domain: &'static str,
    keys: &'static [Key],
}

struct Key {
    named: Named,
    secret_key: &'static str,
}

/// The named keypairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Superadmin,
    DomainAdmin,
    User,
    InactiveKey,
    InactiveUser,
    LowRate,
    OtherAdmin,
}

impl Named {
    pub(crate) const fn access_key(self) -> &'static str {
        match self {
            Self::Superadmin => "EMBEDDEDSUPERADMIN01",
            Self::DomainAdmin => "EMBEDDEDDOMAINADMIN1",
            Self::User => "EMBEDDEDUSER00000001",
            Self::InactiveKey => "EMBEDDEDINACTIVEKEY1",
            Self::InactiveUser => "EMBEDDEDINACTIVEUSR1",
            Self::LowRate => "EMBEDDEDLOWRATE00001",
            Self::OtherAdmin => "EMBEDDEDOTHERADMIN01",
        }
    }
}

const PEOPLE: [Person; 6] = [
    Person {
        username: "superadmin",
        full_name: "Super Admin",
        role: Role::Superadmin,
        domain: "default",
        keys: &[Key {
            named: Named::Superadmin,
            secret_key: "embedded-superadmin-secret-for-tests-001",
        }],
    },
    Person {
        username: "domain-admin",
        full_name: "Domain Admin",
        role: Role::Admin,
        domain: "default",
        keys: &[Key {
            named: Named::DomainAdmin,
            secret_key: "embedded-domain-admin-secret-for-tests-1",
        }],
    },
    Person {
        username: "user",
        full_name: "Plain User",
        role: Role::User,
        domain: "default",
        keys: &[
            Key { named: Named::User, secret_key: "embedded-user-secret-for-tests-000000001" },
            Key {
                named: Named::InactiveKey,
                secret_key: "embedded-inactive-key-secret-for-tests-1",
            },
        ],
    },
    Person {
        username: "inactive-user",
        full_name: "Inactive User",
        role: Role::User,
        domain: "default",
        keys: &[Key {
            named: Named::InactiveUser,
            secret_key: "embedded-inactive-user-secret-for-tests1",
        }],
    },
    Person {
        username: "limited",
        full_name: "Limited User",
        role: Role::User,
        domain: "default",
        keys: &[Key {
            named: Named::LowRate,
            secret_key: "embedded-low-rate-secret-for-tests-00001",
        }],
    },
    Person {
        username: "other-admin",
        full_name: "Other Admin",
        role: Role::Admin,
        domain: "other",
        keys: &[Key {
            named: Named::OtherAdmin,
            secret_key: "embedded-other-admin-secret-for-tests-01",
        }],
    },
];

const GROUPS: [(&str, Uuid); 2] = [("default", id(0x06, 1)), ("other", id(0x06, 2))];

/// Creates the initial state. All rows have the same creation time, like rows of one transaction, so
/// an order by that time alone is unstable.
pub(crate) fn seed(seed: Seed, rows: Rows, now: Timestamp) -> State {
    let mut state = State { rows, ..State::default() };
    policies(&mut state, now);
    scaling_groups(&mut state);
    for (name, id) in GROUPS {
        let mut domain = Domain::new(name, now);
        domain.description = Some(format!("the domain `{name}`"));
        state.domains.insert(name.to_owned(), domain);
        let mut group = Group::new(id, name, name, "GENERAL", now);
        group.description = Some(format!("project of the domain `{name}`"));
        state.groups.insert(id, group);
    }
    for (number, person) in (1..).zip(&PEOPLE) {
        let id = id(0x0a, number);
        let inactive = person.username == "inactive-user";
        let mut user = user(id, person.username, person.full_name, person.domain, person.role, now);
        if inactive {
            user.status = Status::Inactive;
            user.groups.clear();
        }
        state.insert_user(user);
        for (place, key) in person.keys.iter().enumerate() {
            state.insert_keypair(KeyPair {
                is_active: key.named != Named::InactiveKey,
                is_admin: matches!(person.role, Role::Superadmin | Role::Admin),
                is_default: place == 0,
                rate_limit: if key.named == Named::LowRate { 5 } else { seed.rate_limit },
                resource_policy: if place == 0 { "default" } else { "small" }.to_owned(),
                ..KeyPair::new(
                    id,
                    key.named.access_key().to_owned(),
                    key.secret_key.to_owned(),
                    now,
                )
            });
        }
    }
    for number in 1..=seed.keypairs {
        let id = id(0x0b, number as u128);
        let name = format!("member{number:06}");
        let full_name = format!("Member {number}");
        state.insert_user(user(id, &name, &full_name, "default", Role::User, now));
        state.insert_keypair(KeyPair {
            is_default: true,
            rate_limit: seed.rate_limit,
            ..KeyPair::new(
                id,
                format!("EMBEDDED{number:012}"),
                format!("embedded-member-secret-for-tests{number:08}"),
                now,
            )
        });
    }
    state
}

/// Returns the password of a named account.
pub(crate) fn password_of(username: &str) -> String {
    format!("{username}-password")
}

fn policies(state: &mut State, now: Timestamp) {
    let created_at = iso(now);
    let keypair = |name: &str, unspecified: &str, slots: &str, numbers: [i64; 3]| {
        let [lifetime, sessions, idle] = numbers;
        json!({
            "name": name,
            "created_at": created_at,
            "default_for_unspecified": unspecified,
            "total_resource_slots": slots,
            "max_session_lifetime": lifetime,
            "max_concurrent_sessions": sessions,
            "max_containers_per_session": 1,
            "idle_timeout": idle,
            "allowed_vfolder_hosts": "{}",
            "max_vfolder_count": null,
            "max_vfolder_size": null,
            "max_quota_scope_size": null,
            "max_concurrent_sftp_sessions": 1,
            "max_pending_session_count": null,
            "max_pending_session_resource_slots": null,
        })
    };
    let small = r#"{"cpu": "2", "mem": "4294967296"}"#;
    let keypair_policies = [
        keypair("default", "UNLIMITED", "{}", [0, 5, 3600]),
        keypair("small", "LIMITED", small, [7200, 1, 600]),
    ];
    let user = json!({
        "id": "UserResourcePolicy:default",
        "name": "default",
        "created_at": created_at,
        "max_vfolder_count": 0,
        "max_vfolder_size": null,
        "max_quota_scope_size": -1,
        "max_session_count_per_model_session": 10,
        "max_customized_image_count": 3,
    });
    let project = json!({
        "id": "ProjectResourcePolicy:default",
        "name": "default",
        "created_at": created_at,
        "max_vfolder_count": 0,
        "max_vfolder_size": -1,
        "max_quota_scope_size": -1,
        "max_network_count": 3,
    });
    let named = |policy: JsonValue| {
        let policy = policy.as_object()?.clone();
        let name = policy.get("name")?.as_str()?.to_owned();
        Some((name, policy))
    };
    state.keypair_policies.extend(keypair_policies.into_iter().filter_map(named));
    state.user_policies.extend(named(user));
    state.project_policies.extend(named(project));
}

/// Moves the recorded resource groups into the state, with the associations they were recorded with.
fn scaling_groups(state: &mut State) {
    for record in state.rows.remove("ScalingGroup").unwrap_or_default() {
        let mut group = ScalingGroup { record, ..ScalingGroup::default() };
        let name = group.name().to_owned();
        let served = GROUPS.iter().filter(|(domain, _)| name != "fill-gpu" || *domain == "default");
        if name != "fill-bare" {
            group.domains.extend(served.map(|(domain, _)| (*domain).to_owned()));
        }
        if name == "fill-gpu" {
            group.groups.extend(GROUPS.first().map(|(_, id)| *id));
            group.keypairs.insert(Named::User.access_key().to_owned());
        }
        state.scaling_groups.insert(name, group);
    }
}

fn user(
    id: Uuid,
    username: &str,
    full_name: &str,
    domain: &str,
    role: Role,
    now: Timestamp,
) -> User {
    let groups = GROUPS.iter().filter(|(name, _)| *name == domain).map(|(_, id)| *id).collect();
    User {
        id,
        username: username.to_owned(),
        email: format!("{username}@embedded.invalid"),
        need_password_change: false,
        full_name: Some(full_name.to_owned()),
        description: Some(format!("account `{username}` of the embedded manager")),
        status: Status::Active,
        status_info: Some("embedded".to_owned()),
        created_at: now,
        modified_at: now,
        domain: domain.to_owned(),
        role,
        resource_policy: "default".to_owned(),
        allowed_client_ip: None,
        totp_activated: false,
        sudo_session_enabled: false,
        container_uid: None,
        container_main_gid: None,
        container_gids: None,
        groups,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_twenty_characters_and_every_secret_forty() {
        let state = seed(Seed { keypairs: 3, rate_limit: 9 }, Rows::new(), Timestamp::UNIX_EPOCH);
        assert_eq!(state.keypairs.len(), 10);
        for keypair in state.keypairs.values() {
            assert_eq!(keypair.access_key.len(), 20, "{}", keypair.access_key);
            assert_eq!(keypair.secret_key.len(), 40, "{}", keypair.access_key);
            assert!(state.users.contains_key(&keypair.user));
        }
    }
}
