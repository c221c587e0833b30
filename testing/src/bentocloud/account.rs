//! Accounts and what the server knows about them.

use serde_json::{Value, json};

/// The organisation's first cluster, and the one that is meant if none is named.
pub(super) const FIRST: &str = "default-cluster";
/// All clusters.
pub(super) const CLUSTERS: [&str; 2] = [FIRST, "second-cluster"];
/// All instance types: name, processor, memory, accelerator.
const INSTANCES: [(&str, &str, &str, Option<&str>); 2] =
    [("cpu.1", "500m", "2Gi", None), ("gpu.l4.1", "4000m", "16Gi", Some("nvidia-l4"))];

/// The account of a token.
#[derive(Clone, Debug)]
pub struct Account {
    /// The login name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The organisation.
    pub organization: String,
}

impl Account {
    /// Creates a user of an organisation, with an address at `example.com`.
    pub fn new(name: &str, organization: &str) -> Self {
        Self {
            name: name.to_owned(),
            email: format!("{name}@example.com"),
            organization: organization.to_owned(),
        }
    }

    pub(super) fn user(&self) -> Value {
        let mut user = resource("user", &self.name);
        put(
            &mut user,
            json!({
                "first_name": self.name, "last_name": "Example", "email": self.email,
                "avatar_url": "", "is_super_admin": false,
            }),
        );
        user
    }

    pub(super) fn organization(&self) -> Value {
        let mut organization = resource("organization", &self.organization);
        put(&mut organization, json!({"description": "", "creator": self.user()}));
        organization
    }

    pub(super) fn cluster(&self, name: &str) -> Value {
        let mut cluster = resource("cluster", name);
        put(
            &mut cluster,
            json!({
                "description": "", "organization_name": self.organization,
                "creator": self.user(), "is_first": name == FIRST,
            }),
        );
        cluster
    }

    pub(super) fn cluster_full(&self, name: &str) -> Value {
        let mut cluster = self.cluster(name);
        put(
            &mut cluster,
            json!({
                "organization": self.organization(), "kube_config": "", "grafana_root_path": "",
                "config": {"default_deployment_kube_namespace": self.organization},
                "resource_instances": instances(),
            }),
        );
        cluster
    }
}

pub(super) fn instances() -> Vec<Value> {
    let instance = |(name, cpu, memory, gpu): (&str, &str, &str, Option<&str>)| {
        let mut instance = resource("resource_instance", name);
        let count = gpu.map_or("", |_| "1");
        put(
            &mut instance,
            json!({
                "display_name": name, "description": format!("{name} instance"),
                "config": {
                    "group": "g", "price": "0.0484", "node_selectors": {},
                    "resources": {
                        "requests": {"cpu": cpu, "memory": memory, "gpu": count},
                        "limits": {"cpu": cpu, "memory": memory},
                    },
                    "gpu_config": gpu.map(|gpu| json!({"type": gpu, "memory": "24Gi"})),
                },
            }),
        );
        instance
    };
    INSTANCES.into_iter().map(instance).collect()
}

/// A login to be confirmed in a browser.
#[derive(Clone, Debug)]
pub(super) struct Browser {
    pub(super) code: String,
    /// Polls left until the login is confirmed.
    pub(super) polls: u32,
    pub(super) token: String,
}

/// When everything happened. A clock would only make tests differ.
pub(super) const TIME: &str = "2024-01-02T03:04:05.678901Z";

/// The fields that every resource has.
pub(super) fn resource(kind: &str, name: &str) -> Value {
    json!({
        "uid": format!("{kind}-{name}"), "name": name, "resource_type": kind, "labels": [],
        "created_at": TIME, "updated_at": TIME, "deleted_at": null,
    })
}

/// Adds the fields of one object to another.
pub(super) fn put(object: &mut Value, fields: Value) {
    if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), fields) {
        object.extend(fields);
    }
}

/// A page of everything.
pub(super) fn list(items: Vec<Value>, total: usize, start: usize) -> Value {
    json!({"start": start, "count": items.len(), "total": total, "items": items})
}
