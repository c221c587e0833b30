//! The state of the manager: domains, projects, users, keypairs and their policies.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::response::{JsonMap, JsonValue};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::fixture::Rows;

mod seed;
mod words;

pub(crate) use seed::{Named, Seed, password_of, seed};
pub(crate) use words::{Role, Status};

/// The identity that a request runs under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) user: Uuid,
    pub(crate) access_key: String,
    pub(crate) email: String,
    pub(crate) role: Role,
    pub(crate) domain: String,
    /// Requests per window, of the user's default keypair.
    pub(crate) rate_limit: i32,
}

impl Caller {
    /// Returns the caller of a request without credentials.
    pub(crate) fn anonymous() -> Self {
        Self {
            user: Uuid::nil(),
            access_key: String::new(),
            email: String::new(),
            role: Role::User,
            domain: String::new(),
            rate_limit: 0,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) is_active: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
    /// JSON, like all slots and hosts.
    pub(crate) total_resource_slots: String,
    pub(crate) allowed_vfolder_hosts: String,
    pub(crate) allowed_docker_registries: Vec<String>,
    pub(crate) integration_id: Option<String>,
}

impl Domain {
    /// Creates an active domain without limits.
    pub(crate) fn new(name: &str, now: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            description: None,
            is_active: true,
            created_at: now,
            modified_at: now,
            total_resource_slots: "{}".to_owned(),
            allowed_vfolder_hosts: "{}".to_owned(),
            allowed_docker_registries: Vec::new(),
            integration_id: None,
        }
    }
}

/// A project, a "group" in the schema.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) is_active: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
    pub(crate) domain: String,
    pub(crate) resource_policy: String,
    pub(crate) kind: &'static str,
    pub(crate) total_resource_slots: String,
    pub(crate) allowed_vfolder_hosts: String,
    pub(crate) integration_id: Option<String>,
    pub(crate) container_registry: Option<String>,
}

impl Group {
    /// Creates an active project without limits, with the default policy.
    pub(crate) fn new(
        id: Uuid,
        name: &str,
        domain: &str,
        kind: &'static str,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            name: name.to_owned(),
            description: None,
            is_active: true,
            created_at: now,
            modified_at: now,
            domain: domain.to_owned(),
            resource_policy: "default".to_owned(),
            kind,
            total_resource_slots: "{}".to_owned(),
            allowed_vfolder_hosts: "{}".to_owned(),
            integration_id: None,
            container_registry: Some("{}".to_owned()),
        }
    }
}

/// A resource group, and what it serves.
#[derive(Clone, Default)]
pub(crate) struct ScalingGroup {
    pub(crate) record: JsonMap,
    pub(crate) domains: BTreeSet<String>,
    pub(crate) groups: BTreeSet<Uuid>,
    /// Their access keys.
    pub(crate) keypairs: BTreeSet<String>,
}

impl ScalingGroup {
    pub(crate) fn name(&self) -> &str {
        self.record.get("name").and_then(JsonValue::as_str).unwrap_or_default()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) need_password_change: bool,
    pub(crate) full_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) status: Status,
    pub(crate) status_info: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
    pub(crate) domain: String,
    pub(crate) role: Role,
    pub(crate) resource_policy: String,
    pub(crate) allowed_client_ip: Option<Vec<String>>,
    pub(crate) totp_activated: bool,
    pub(crate) sudo_session_enabled: bool,
    pub(crate) container_uid: Option<i64>,
    pub(crate) container_main_gid: Option<i64>,
    pub(crate) container_gids: Option<Vec<i64>>,
    /// The user's projects, in the order of joining.
    pub(crate) groups: Vec<Uuid>,
}

#[derive(Clone)]
pub(crate) struct KeyPair {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) user: Uuid,
    pub(crate) is_active: bool,
    pub(crate) is_admin: bool,
    pub(crate) is_default: bool,
    pub(crate) resource_policy: String,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used: Option<Timestamp>,
    pub(crate) rate_limit: i32,
    pub(crate) num_queries: i32,
    pub(crate) ssh_public_key: Option<String>,
    /// The position in the order of creation.
    pub(crate) serial: u64,
}

impl KeyPair {
    /// Creates an active keypair of a user with the policy `default`.
    pub(crate) fn new(user: Uuid, access_key: String, secret_key: String, now: Timestamp) -> Self {
        Self {
            access_key,
            secret_key,
            user,
            is_active: true,
            is_admin: false,
            is_default: false,
            resource_policy: "default".to_owned(),
            created_at: now,
            last_used: None,
            rate_limit: 0,
            num_queries: 0,
            ssh_public_key: None,
            serial: 0,
        }
    }
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) domains: BTreeMap<String, Domain>,
    pub(crate) groups: BTreeMap<Uuid, Group>,
    pub(crate) users: BTreeMap<Uuid, User>,
    pub(crate) keypairs: BTreeMap<String, KeyPair>,
    /// Policies, as the manager returns them.
    pub(crate) keypair_policies: BTreeMap<String, JsonMap>,
    pub(crate) user_policies: BTreeMap<String, JsonMap>,
    pub(crate) project_policies: BTreeMap<String, JsonMap>,
    pub(crate) scaling_groups: BTreeMap<String, ScalingGroup>,
    /// Rows of all other types.
    pub(crate) rows: Rows,
    /// Rows of the v2 schema, loaded with the first request that needs them.
    pub(crate) v2: Option<Rows>,
    emails: BTreeMap<String, Uuid>,
    /// The access keys of each user, oldest first.
    owned: BTreeMap<Uuid, Vec<String>>,
    serial: u64,
}

impl State {
    pub(crate) fn user_by_email(&self, email: &str) -> Option<&User> {
        self.emails.get(email).and_then(|id| self.users.get(id))
    }

    pub(crate) fn user_by_email_mut(&mut self, email: &str) -> Option<&mut User> {
        self.emails.get(email).and_then(|id| self.users.get_mut(id))
    }

    /// Returns the users in the order of creation.
    pub(crate) fn users_by_age(&self) -> Vec<&User> {
        let mut users: Vec<_> = self.users.values().collect();
        users.sort_by_key(|user| (user.created_at, user.id));
        users
    }

    pub(crate) fn insert_user(&mut self, user: User) {
        self.emails.insert(user.email.clone(), user.id);
        self.users.insert(user.id, user);
    }

    /// Removes a user and the user's keypairs. The personal project stays, as on a real manager.
    pub(crate) fn remove_user(&mut self, id: Uuid) {
        if let Some(user) = self.users.remove(&id) {
            self.emails.remove(&user.email);
        }
        for access_key in self.owned.remove(&id).unwrap_or_default() {
            self.keypairs.remove(&access_key);
        }
    }

    /// Returns a user's keypairs, oldest first.
    pub(crate) fn keypairs_of(&self, user: Uuid) -> impl Iterator<Item = &KeyPair> {
        self.owned.get(&user).into_iter().flatten().filter_map(|key| self.keypairs.get(key))
    }

    pub(crate) fn default_keypair(&self, user: Uuid) -> Option<&KeyPair> {
        self.keypairs_of(user).find(|keypair| keypair.is_default)
    }

    /// Adds a keypair and assigns its serial.
    pub(crate) fn insert_keypair(&mut self, mut keypair: KeyPair) {
        keypair.serial = self.next();
        self.owned.entry(keypair.user).or_default().push(keypair.access_key.clone());
        self.keypairs.insert(keypair.access_key.clone(), keypair);
    }

    pub(crate) fn remove_keypair(&mut self, access_key: &str) {
        let Some(keypair) = self.keypairs.remove(access_key) else { return };
        if let Some(owned) = self.owned.get_mut(&keypair.user) {
            owned.retain(|key| key != access_key);
        }
    }

    /// Generates a keypair; every run generates the same sequence.
    pub(crate) fn generate_keypair(&mut self, user: Uuid, now: Timestamp) -> KeyPair {
        let access_key = format!("AKIA{}", self.text(16, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"));
        let secret_key =
            self.text(40, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
        let ssh =
            self.text(64, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
        KeyPair {
            rate_limit: 10_000,
            ssh_public_key: Some(format!("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ{ssh}\n")),
            ..KeyPair::new(user, access_key, secret_key, now)
        }
    }

    /// Generates an id; every run generates the same sequence.
    pub(crate) fn generate_id(&mut self) -> Uuid {
        let digest = self.digest();
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Counts an authenticated request of a keypair.
    pub(crate) fn count_query(&mut self, access_key: &str, now: Timestamp) {
        if let Some(keypair) = self.keypairs.get_mut(access_key) {
            keypair.num_queries += 1;
            keypair.last_used = Some(now);
        }
    }

    /// Returns the caller of an active access key. None of a user's keypairs works without a default
    /// keypair.
    pub(crate) fn caller_by_key(&self, access_key: &str) -> Option<Caller> {
        let keypair = self.keypairs.get(access_key).filter(|keypair| keypair.is_active)?;
        self.caller(keypair)
    }

    /// Returns the caller of a user's default keypair.
    pub(crate) fn caller_by_user(&self, user: Uuid) -> Option<Caller> {
        self.default_keypair(user).and_then(|keypair| self.caller(keypair))
    }

    fn caller(&self, keypair: &KeyPair) -> Option<Caller> {
        let user = self.users.get(&keypair.user)?;
        let rate_limit = self.default_keypair(user.id)?.rate_limit;
        Some(Caller {
            user: user.id,
            access_key: keypair.access_key.clone(),
            email: user.email.clone(),
            role: user.role,
            domain: user.domain.clone(),
            rate_limit,
        })
    }

    fn next(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    fn digest(&mut self) -> impl Iterator<Item = u8> + use<> {
        let serial = self.next();
        (0_u8..).flat_map(move |round| {
            let mut hash = Sha256::new();
            hash.update(serial.to_be_bytes());
            hash.update([round]);
            hash.finalize()
        })
    }

    fn text(&mut self, length: usize, alphabet: &[u8]) -> String {
        self.digest()
            .filter_map(|byte| alphabet.get(usize::from(byte) % alphabet.len()))
            .take(length)
            .map(|byte| char::from(*byte))
            .collect()
    }
}
