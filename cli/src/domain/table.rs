//! The commands for the lists of the manager's Admin API, one per list. A test compares the table with
//! the schema.

use backendai::admin::{
    agent::*, audit_log::*, compute_session::*, container::*, container_registry::*, domain::*,
    endpoint::*, group::*, image::*, keypair::*, model_card::*, network::*, resource_policy::*,
    resource_preset::*, scaling_group::*, service_config::*, storage::*, user::*, vfolder::*,
};

use super::query::Query;

/// A command with its list and the query of one row.
#[derive(Clone, Copy)]
pub(crate) struct Domain {
    /// The words before its own, with a space behind them.
    pub(crate) prefix: &'static str,
    pub(crate) word: &'static str,
    /// Its other name.
    pub(crate) alias: Option<&'static str>,
    /// The one of these that the caller wrote.
    pub(crate) called: &'static str,
    pub(crate) about: &'static str,
    /// A warning about its rows.
    pub(crate) note: Option<&'static str>,
    /// The columns on a terminal by default, the most important first; empty for those of the list.
    pub(crate) brief: &'static [&'static str],
    pub(crate) list: Query,
    pub(crate) info: Option<Info>,
}

/// The query for one row.
#[derive(Clone, Copy)]
pub(crate) struct Info {
    pub(crate) query: Query,
    /// The variable that identifies it.
    pub(crate) key: &'static str,
}

/// What an object of a noun is, in words.
pub(crate) fn what(word: &str) -> String {
    let text = |word: &str| match word {
        "ip" | "ssh" | "vfs" => word.to_uppercase(),
        "huggingface" => "Hugging Face".to_owned(),
        "reservoir" => "Reservoir".to_owned(),
        _ => word.to_owned(),
    };
    word.split('-').map(text).collect::<Vec<_>>().join(" ")
}

/// Several objects, in words.
pub(crate) fn plural(what: &str) -> String {
    match what.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if what.ends_with('s') => format!("{what}es"),
        None => format!("{what}s"),
    }
}

/// The indefinite article before these words.
pub(crate) fn article(what: &str) -> &'static str {
    if what.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }
}

const fn domain(word: &'static str, about: &'static str, list: Query) -> Domain {
    Domain::new("", word, about, list)
}

impl Domain {
    pub(crate) const fn new(
        prefix: &'static str,
        word: &'static str,
        about: &'static str,
        list: Query,
    ) -> Self {
        let (alias, called) = (None, word);
        Self { prefix, word, alias, called, about, note: None, brief: &[], list, info: None }
    }

    /// The words of the noun, by which the tables know it.
    pub(crate) fn key(&self) -> String {
        format!("{}{}", self.prefix, self.word)
    }

    /// The words of the noun as the caller wrote them.
    pub(crate) fn command(&self) -> String {
        format!("{}{}", self.prefix, self.called)
    }

    /// What one of its objects is, in words.
    pub(crate) fn what(&self) -> String {
        what(self.called)
    }

    pub(crate) const fn info(self, key: &'static str, query: Query) -> Self {
        Self { info: Some(Info { query, key }), ..self }
    }

    const fn alias(self, alias: &'static str) -> Self {
        Self { alias: Some(alias), ..self }
    }

    pub(crate) const fn brief(self, brief: &'static [&'static str]) -> Self {
        Self { brief, ..self }
    }

    const fn note(self, note: &'static str) -> Self {
        Self { note: Some(note), ..self }
    }
}

const AT_MOST_100: &str = "One response: the manager returns at most 100 rows, and does not report \
                           whether there are more.";
const ONE_ANSWER: &str = "All rows in one response.";
const UNUSED: &str = "For managers before 24.09; deprecated.";

const VFOLDER: &[&str] =
    &["id", "name", "host", "ownership_type", "usage_mode", "permission", "user_email", "status"];
const BRIEF_VFOLDER: &[&str] =
    &["name", "host", "status", "usage_mode", "permission", "user_email"];
const SCALING_GROUP: &[&str] =
    &["name", "description", "is_active", "is_public", "driver", "scheduler"];
const USER: &[&str] =
    &["uuid", "username", "email", "full_name", "role", "status", "domain_name", "resource_policy"];
const KEYPAIR: &[&str] = &[
    "user_id",
    "projects",
    "full_name",
    "access_key",
    "secret_key",
    "is_active",
    "is_admin",
    "created_at",
    "last_used",
    "resource_policy",
    "rate_limit",
    "concurrency_used",
];
const AGENT: &[&str] = &[
    "id",
    "status",
    "scaling_group",
    "schedulable",
    "available_slots",
    "occupied_slots",
    "architecture",
    "version",
];
const GROUP: &[&str] =
    &["id", "name", "domain_name", "is_active", "type", "resource_policy", "created_at"];
const BRIEF_GROUP: &[&str] =
    &["name", "domain_name", "is_active", "type", "resource_policy", "created_at"];
const ALL: &[&str] = &[];

/// By word.
pub(crate) const DOMAINS: &[Domain] = &[
    domain(
        "accessible-scaling-group",
        "Scaling groups that a project may use, with their free resources",
        Query::new::<AccessibleScalingGroups>(&["name", "is_active", "accelerator_quantum_size"]),
    )
    .note(ONE_ANSWER),
    domain("agent", "Machines that run sessions", Query::new::<PagedAgents>(AGENT))
        .brief(&["id", "status", "scaling_group", "schedulable", "occupied_slots"])
        .info("agent_id", Query::new::<GetAgent>(ALL)),
    domain("agent-node", "Agents, by permission", Query::new::<PagedAgentNodes>(AGENT))
        .info("id", Query::new::<GetAgentNode>(ALL)),
    domain(
        "audit-log",
        "Entries of the audit log",
        Query::new::<PagedAuditLogNodes>(&[
            "created_at",
            "entity_type",
            "operation",
            "entity_id",
            "status",
            "triggered_by",
            "description",
        ]),
    )
    .brief(&["created_at", "entity_type", "operation", "entity_id", "status"]),
    domain(
        "auto-scaling-rule",
        "Auto-scaling rules",
        Query::new::<PagedAutoScalingRules>(&[
            "row_id",
            "metric_source",
            "metric_name",
            "threshold",
            "comparator",
            "step_size",
            "cooldown_seconds",
            "min_replicas",
            "max_replicas",
        ]),
    )
    .info("id", Query::new::<GetAutoScalingRule>(ALL)),
    domain(
        "container",
        "Containers of a session",
        Query::new::<PagedComputeContainers>(&[
            "id",
            "role",
            "hostname",
            "agent",
            "image",
            "status",
            "created_at",
            "occupied_slots",
        ]),
    )
    .brief(&["id", "hostname", "role", "status", "agent"])
    .info("id", Query::new::<GetComputeContainer>(ALL)),
    domain(
        "container-registry",
        "Container registries",
        Query::new::<PagedContainerRegistryNodes>(&[
            "id",
            "registry_name",
            "project",
            "url",
            "type",
            "is_global",
            "username",
            "ssl_verify",
        ]),
    )
    .brief(&["registry_name", "project", "url", "type", "is_global"])
    .info("id", Query::new::<GetContainerRegistryNode>(ALL)),
    domain(
        "customized-image",
        "Your own images, created from sessions",
        Query::new::<ListCustomizedImages>(&[
            "id",
            "name",
            "namespace",
            "tag",
            "registry",
            "architecture",
            "customized_image",
        ]),
    )
    .note(ONE_ANSWER),
    domain(
        "domain",
        "Domains",
        Query::new::<ListDomains>(&[
            "name",
            "description",
            "is_active",
            "created_at",
            "total_resource_slots",
        ]),
    )
    .info("name", Query::new::<GetDomain>(ALL))
    .note(ONE_ANSWER),
    domain(
        "domain-node",
        "Domains, by permission",
        Query::new::<PagedDomainNodes>(&["id", "name", "description", "is_active", "created_at"]),
    )
    .info("id", Query::new::<GetDomainNode>(ALL)),
    domain(
        "domain-scaling-group",
        "Scaling groups that a domain may use",
        Query::new::<ScalingGroupsForDomain>(SCALING_GROUP),
    )
    .note(ONE_ANSWER),
    domain(
        "endpoint",
        "Model services",
        Query::new::<PagedEndpoints>(&[
            "endpoint_id",
            "name",
            "image_object",
            "domain",
            "project",
            "resource_group",
            "replicas",
            "status",
            "url",
            "created_at",
        ]),
    )
    .brief(&["name", "status", "replicas", "image_object", "created_at"])
    .info("endpoint_id", Query::new::<GetEndpoint>(ALL)),
    domain(
        "endpoint-token",
        "Access tokens of model services",
        Query::new::<PagedEndpointTokens>(&[
            "token",
            "endpoint_id",
            "domain",
            "project",
            "created_at",
            "valid_until",
        ]),
    )
    .info("token", Query::new::<GetEndpointToken>(ALL)),
    domain("group", "Projects", Query::new::<ListGroups>(GROUP))
        .brief(BRIEF_GROUP)
        .alias("project")
        .info("id", Query::new::<GetGroup>(ALL))
        .note(
            "All rows in one response. The project that each user has alone is of the type PERSONAL, \
             and not listed by default.",
        ),
    domain("group-node", "Projects, by permission", Query::new::<PagedGroupNodes>(GROUP))
        .brief(BRIEF_GROUP)
        .alias("project-node")
        .info("id", Query::new::<GetGroupNode>(ALL)),
    domain(
        "group-scaling-group",
        "Scaling groups that a project may use",
        Query::new::<ScalingGroupsForUserGroup>(SCALING_GROUP),
    )
    .alias("project-scaling-group")
    .note(ONE_ANSWER),
    domain(
        "image",
        "Container images for sessions",
        Query::new::<ListImages>(&[
            "id",
            "namespace",
            "base_image_name",
            "version",
            "registry",
            "architecture",
            "size_bytes",
            "status",
            "installed",
        ]),
    )
    .brief(&["namespace", "tag", "architecture", "size_bytes", "status", "installed"])
    .info("reference", Query::new::<GetImage>(ALL))
    .note(
        "All rows in one response, without an upper limit; `image-node` reads them page by page.",
    ),
    domain(
        "image-node",
        "Images, by permission",
        Query::new::<PagedImageNodes>(&[
            "id",
            "name",
            "namespace",
            "tag",
            "registry",
            "architecture",
            "size_bytes",
            "status",
        ]),
    )
    .info("id", Query::new::<GetImageNode>(ALL)),
    domain(
        "invited-vfolder",
        "Folders shared with you",
        Query::new::<PagedInvitedVfolders>(VFOLDER),
    )
    .brief(BRIEF_VFOLDER),
    domain("keypair", "Keypairs, which sign requests", Query::new::<PagedKeyPairs>(KEYPAIR))
        .brief(&["access_key", "user_id", "is_active", "resource_policy", "created_at"])
        .info("access_key", Query::new::<GetKeyPair>(ALL)),
    domain(
        "keypair-resource-policy",
        "Resource limits of keypairs",
        Query::new::<ListKeyPairResourcePolicies>(&[
            "name",
            "created_at",
            "total_resource_slots",
            "max_concurrent_sessions",
            "max_containers_per_session",
            "idle_timeout",
        ]),
    )
    .brief(&["name", "max_concurrent_sessions", "max_containers_per_session", "idle_timeout"])
    .info("name", Query::new::<GetKeyPairResourcePolicy>(ALL))
    .note(ONE_ANSWER),
    domain(
        "keypair-scaling-group",
        "Scaling groups that a keypair may use",
        Query::new::<ScalingGroupsForKeyPair>(SCALING_GROUP),
    )
    .note(ONE_ANSWER),
    domain(
        "legacy-container-registry",
        "Container registries by host",
        Query::new::<ListContainerRegistries>(&["id", "hostname", "config"]),
    )
    .info("hostname", Query::new::<GetContainerRegistry>(ALL))
    .note(UNUSED),
    domain(
        "legacy-session",
        "Sessions in the older format, with one container each",
        Query::new::<PagedLegacySessions>(&[
            "id",
            "session_name",
            "session_type",
            "status",
            "user_email",
            "image",
            "created_at",
        ]),
    )
    .info("sess_id", Query::new::<GetLegacySession>(ALL))
    .note("Rows can be missed while sessions change; `session` lists all of them."),
    domain(
        "model-card",
        "Models in the model store",
        Query::new::<PagedModelCards>(&[
            "id",
            "name",
            "title",
            "version",
            "author",
            "task",
            "category",
            "license",
            "error_msg",
        ]),
    )
    .brief(&["name", "title", "version", "author", "task", "license"])
    .info("id", Query::new::<GetModelCard>(ALL)),
    domain(
        "named-group",
        "Projects with a given name, in all domains",
        Query::new::<GroupsByName>(GROUP),
    )
    .brief(BRIEF_GROUP)
    .alias("named-project")
    .note(ONE_ANSWER),
    domain(
        "network",
        "Networks between sessions",
        Query::new::<PagedNetworks>(&[
            "id",
            "name",
            "ref_name",
            "driver",
            "project",
            "domain_name",
            "created_at",
        ]),
    )
    .brief(&["name", "ref_name", "driver", "domain_name", "created_at"])
    .info("id", Query::new::<GetNetwork>(ALL)),
    domain("own-vfolder", "Your own folders", Query::new::<PagedOwnVfolders>(VFOLDER))
        .brief(BRIEF_VFOLDER),
    domain(
        "pending-session",
        "Sessions that wait for resources of a scaling group, in queue order",
        Query::new::<ListPendingSessions>(&[
            "row_id",
            "name",
            "type",
            "domain_name",
            "access_key",
            "status",
            "created_at",
            "requested_slots",
        ]),
    )
    .note(ONE_ANSWER),
    domain("plain-agent", "Agents, in one response", Query::new::<ListAgents>(AGENT))
        .note("The rows have no particular order."),
    domain("plain-keypair", "Keypairs, at most 100", Query::new::<ListKeyPairs>(KEYPAIR))
        .note(AT_MOST_100),
    domain("plain-user", "Users, at most 100", Query::new::<ListUsers>(USER))
        .info("user_id", Query::new::<GetUserById>(ALL))
        .note(AT_MOST_100),
    domain("plain-vfolder", "Folders, for older managers", Query::new::<ListVfolders>(VFOLDER))
        .note("Current managers do not serve this list; use `vfolder`."),
    domain(
        "project-resource-policy",
        "Resource limits of projects",
        Query::new::<ListProjectResourcePolicies>(ALL),
    )
    .brief(&["name", "max_vfolder_count", "max_quota_scope_size", "created_at"])
    .info("name", Query::new::<GetProjectResourcePolicy>(ALL))
    .note(ONE_ANSWER),
    domain(
        "project-vfolder",
        "Folders of your projects",
        Query::new::<PagedProjectVfolders>(VFOLDER),
    )
    .brief(BRIEF_VFOLDER),
    domain("resource-preset", "Resource presets", Query::new::<ListResourcePresets>(ALL))
        .brief(&["name", "resource_slots", "shared_memory", "scaling_group_name"])
        .info("name", Query::new::<GetResourcePresetByName>(ALL))
        .note(ONE_ANSWER),
    domain(
        "routing",
        "Replicas of model services",
        Query::new::<PagedRoutings>(&[
            "routing_id",
            "endpoint",
            "session",
            "status",
            "traffic_ratio",
            "created_at",
        ]),
    )
    .info("routing_id", Query::new::<GetRouting>(ALL))
    .note("Manager 26.9 returns an error if the list is not empty; use `endpoint info`."),
    domain(
        "scaling-group",
        "Groups of agents, also called resource groups",
        Query::new::<ListScalingGroups>(SCALING_GROUP),
    )
    .alias("resource-group")
    .info("name", Query::new::<GetScalingGroup>(ALL))
    .note(ONE_ANSWER),
    domain(
        "service",
        "Configurable services of the manager",
        Query::new::<ListAvailableServices>(&["service_variants"]),
    )
    .note(ONE_ANSWER),
    domain(
        "service-config",
        "Configuration of the manager's services",
        Query::new::<ListServiceConfigs>(&["service", "configuration"]),
    )
    .info("service", Query::new::<GetServiceConfig>(ALL))
    .note("All rows in one response; the manager omits configurations that it cannot load."),
    domain(
        "session",
        "Sessions",
        Query::new::<PagedSessions>(&[
            "id",
            "name",
            "type",
            "status",
            "user_email",
            "group_name",
            "image",
            "scaling_group",
            "created_at",
            "occupying_slots",
        ]),
    )
    .brief(&["name", "status", "user_email", "image", "created_at"])
    .info("id", Query::new::<GetSession>(ALL)),
    domain(
        "session-node",
        "Sessions, by permission",
        Query::new::<PagedSessionNodes>(&[
            "row_id",
            "name",
            "type",
            "status",
            "domain_name",
            "access_key",
            "scaling_group",
            "created_at",
            "occupied_slots",
        ]),
    )
    .info("id", Query::new::<GetSessionNode>(ALL)),
    domain(
        "storage-volume",
        "Storage volumes for folders",
        Query::new::<PagedStorageVolumes>(&[
            "id",
            "proxy",
            "name",
            "backend",
            "fsprefix",
            "path",
            "capabilities",
        ]),
    )
    .info("id", Query::new::<GetStorageVolume>(ALL))
    .alias("storage"),
    domain("user", "Users", Query::new::<PagedUsers>(USER))
        .brief(&["email", "username", "role", "status", "domain_name"])
        .info("email", Query::new::<GetUser>(ALL)),
    domain(
        "user-node",
        "Users, by permission",
        Query::new::<PagedUserNodes>(&[
            "id",
            "username",
            "email",
            "full_name",
            "role",
            "status",
            "domain_name",
            "resource_policy",
        ]),
    )
    .info("id", Query::new::<GetUserNode>(ALL)),
    domain(
        "user-resource-policy",
        "Resource limits of users",
        Query::new::<ListUserResourcePolicies>(ALL),
    )
    .brief(&["name", "max_vfolder_count", "max_quota_scope_size", "created_at"])
    .info("name", Query::new::<GetUserResourcePolicy>(ALL))
    .note(ONE_ANSWER),
    domain("vfolder", "Folders", Query::new::<PagedVfolders>(VFOLDER))
        .brief(BRIEF_VFOLDER)
        .info("id", Query::new::<GetVfolder>(ALL)),
    domain("vfolder-node", "Folders, by permission", Query::new::<PagedVfolderNodes>(VFOLDER))
        .info("id", Query::new::<GetVfolderNode>(ALL)),
    domain(
        "vfolder-permission",
        "Permissions on shared folders",
        Query::new::<PagedVfolderPermissions>(&[
            "vfolder",
            "vfolder_name",
            "user",
            "user_email",
            "permission",
        ]),
    )
    .note("Rows can be missed while folders are being shared."),
    domain("visible-agent", "Agents, public fields only", Query::new::<PagedVisibleAgents>(ALL))
        .info("agent_id", Query::new::<GetVisibleAgent>(ALL)),
];
