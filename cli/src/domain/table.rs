//! Which lists and objects there are. Every list of the manager's Admin API stands here once; a test
//! compares it with the schema.

use backendai::{
    Field, Format, Fragment,
    admin::{
        agent::*, audit_log::*, compute_session::*, container::*, container_registry::*, domain::*,
        endpoint::*, group::*, image::*, keypair::*, model_card::*, network::*, resource_policy::*,
        resource_preset::*, scaling_group::*, service_config::*, storage::*, user::*, vfolder::*,
    },
};

use super::query::Query;

/// A word of the command line, with its list and the query of one row.
pub(crate) struct Domain {
    pub(crate) word: &'static str,
    /// What others call it.
    pub(crate) alias: Option<&'static str>,
    pub(crate) about: &'static str,
    /// What has to be known before its rows are trusted.
    pub(crate) note: Option<&'static str>,
    pub(crate) list: Query,
    pub(crate) info: Option<Info>,
}

/// How one row is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Info {
    pub(crate) query: Query,
    /// The variable that says which one.
    pub(crate) key: &'static str,
}

const fn domain(word: &'static str, about: &'static str, list: Query) -> Domain {
    Domain { word, alias: None, about, note: None, list, info: None }
}

impl Domain {
    const fn info(self, key: &'static str, query: Query) -> Self {
        Self { info: Some(Info { query, key }), ..self }
    }

    const fn alias(self, alias: &'static str) -> Self {
        Self { alias: Some(alias), ..self }
    }

    const fn note(self, note: &'static str) -> Self {
        Self { note: Some(note), ..self }
    }
}

const AT_MOST_100: &str = "All in one answer: the manager gives at most 100 rows, and does not say \
                           that there are more.";
const ONE_ANSWER: &str = "All in one answer.";
const UNUSED: &str = "Of managers before 24.09, and deprecated.";

const VFOLDER: &[&str] =
    &["id", "name", "host", "ownership_type", "usage_mode", "permission", "user_email", "status"];
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
const ALL: &[&str] = &[];

/// By word.
pub(crate) const DOMAINS: &[Domain] = &[
    domain(
        "accessible-scaling-group",
        "Scaling groups that a project may use, with what is free in them",
        Query::found::<AccessibleScalingGroups, AccessibleScalingGroup>(&[
            "name",
            "is_active",
            "accelerator_quantum_size",
        ]),
    )
    .note(ONE_ANSWER),
    domain("agent", "Machines that run sessions", Query::window::<PagedAgents>(AGENT))
        .info("agent_id", Query::whole::<GetAgent>(ALL)),
    domain("agent-node", "Agents, by permission", Query::cursor::<PagedAgentNodes>(AGENT))
        .info("id", Query::found::<GetAgentNode, AgentNodeDetail>(ALL)),
    domain(
        "audit-log",
        "Who did what",
        Query::cursor::<PagedAuditLogNodes>(&[
            "created_at",
            "entity_type",
            "operation",
            "entity_id",
            "status",
            "triggered_by",
            "description",
        ]),
    ),
    domain(
        "auto-scaling-rule",
        "By which rules a model service scales",
        Query::cursor::<PagedAutoScalingRules>(&[
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
    .info("id", Query::whole::<GetAutoScalingRule>(ALL)),
    domain(
        "container",
        "Containers of a session",
        Query::window::<PagedComputeContainers>(&[
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
    .info("id", Query::whole::<GetComputeContainer>(ALL)),
    domain(
        "container-registry",
        "Where images come from",
        Query::cursor::<PagedContainerRegistryNodes>(&[
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
    .info("id", Query::whole::<GetContainerRegistryNode>(ALL)),
    domain(
        "customized-image",
        "The caller's own images, made from sessions",
        Query::found::<ListCustomizedImages, CustomizedImage>(&[
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
        Query::whole::<ListDomains>(&[
            "name",
            "description",
            "is_active",
            "created_at",
            "total_resource_slots",
        ]),
    )
    .info("name", Query::whole::<GetDomain>(ALL))
    .note(ONE_ANSWER),
    domain(
        "domain-node",
        "Domains, by permission",
        Query::cursor::<PagedDomainNodes>(&[
            "id",
            "name",
            "description",
            "is_active",
            "created_at",
        ]),
    )
    .info("id", Query::whole::<GetDomainNode>(ALL)),
    domain(
        "domain-scaling-group",
        "Scaling groups that a domain may use",
        Query::whole::<ScalingGroupsForDomain>(SCALING_GROUP),
    )
    .note(ONE_ANSWER),
    domain(
        "endpoint",
        "Model services",
        Query::window::<PagedEndpoints>(&[
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
    .info("endpoint_id", Query::whole::<GetEndpoint>(ALL)),
    domain(
        "endpoint-token",
        "What opens model services",
        Query::window::<PagedEndpointTokens>(&[
            "token",
            "endpoint_id",
            "domain",
            "project",
            "created_at",
            "valid_until",
        ]),
    )
    .info("token", Query::whole::<GetEndpointToken>(ALL)),
    domain("group", "Projects", Query::whole::<ListGroups>(GROUP))
        .alias("project")
        .info("id", Query::whole::<GetGroup>(ALL))
        .note(ONE_ANSWER),
    domain("group-node", "Projects, by permission", Query::cursor::<PagedGroupNodes>(GROUP))
        .alias("project-node")
        .info("id", Query::whole::<GetGroupNode>(ALL)),
    domain(
        "group-scaling-group",
        "Scaling groups that a project may use",
        Query::whole::<ScalingGroupsForUserGroup>(SCALING_GROUP),
    )
    .alias("project-scaling-group")
    .note(ONE_ANSWER),
    domain(
        "image",
        "Images that sessions run",
        Query::whole::<ListImages>(&[
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
    .info("reference", Query::whole::<GetImage>(ALL))
    .note("All in one answer, without an upper limit; image-node has them page by page."),
    domain(
        "image-node",
        "Images, by permission",
        Query::cursor::<PagedImageNodes>(&[
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
    .info("id", Query::whole::<GetImageNode>(ALL)),
    domain(
        "invited-vfolder",
        "Folders that others lend to the caller",
        Query::window::<PagedInvitedVfolders>(VFOLDER),
    ),
    domain(
        "keypair",
        "Keypairs: what requests are signed with",
        Query::window::<PagedKeyPairs>(KEYPAIR),
    )
    .info("access_key", Query::whole::<GetKeyPair>(ALL)),
    domain(
        "keypair-resource-policy",
        "How much a keypair may use",
        Query::whole::<ListKeyPairResourcePolicies>(&[
            "name",
            "created_at",
            "total_resource_slots",
            "max_concurrent_sessions",
            "max_containers_per_session",
            "idle_timeout",
        ]),
    )
    .info("name", Query::whole::<GetKeyPairResourcePolicy>(ALL))
    .note(ONE_ANSWER),
    domain(
        "keypair-scaling-group",
        "Scaling groups that a keypair may use",
        Query::whole::<ScalingGroupsForKeyPair>(SCALING_GROUP),
    )
    .note(ONE_ANSWER),
    domain(
        "legacy-container-registry",
        "Container registries by host",
        Query::whole::<ListContainerRegistries>(&["id", "hostname", "config"]),
    )
    .info("hostname", Query::whole::<GetContainerRegistry>(ALL))
    .note(UNUSED),
    domain(
        "legacy-session",
        "Sessions as they were when each had one container",
        Query::window::<PagedLegacySessions>(&[
            "id",
            "session_name",
            "session_type",
            "status",
            "user_email",
            "image",
            "created_at",
        ]),
    )
    .info("sess_id", Query::whole::<GetLegacySession>(ALL))
    .note("Rows can be missed while sessions change; session has them all."),
    domain(
        "model-card",
        "Models in the model store",
        Query::cursor::<PagedModelCards>(&[
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
    .info("id", Query::whole::<GetModelCard>(ALL)),
    domain(
        "named-group",
        "Projects of one name, in all domains",
        Query::whole::<GroupsByName>(GROUP),
    )
    .alias("named-project")
    .note(ONE_ANSWER),
    domain(
        "network",
        "Networks between sessions",
        Query::cursor::<PagedNetworks>(&[
            "id",
            "name",
            "ref_name",
            "driver",
            "project",
            "domain_name",
            "created_at",
        ]),
    )
    .info("id", Query::whole::<GetNetwork>(ALL)),
    domain("own-vfolder", "The caller's own folders", Query::window::<PagedOwnVfolders>(VFOLDER)),
    domain(
        "pending-session",
        "Sessions that wait for resources of a scaling group, the next one first",
        Query::found::<ListPendingSessions, SessionNodeSummary>(&[
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
    domain("plain-agent", "Agents, all in one answer", Query::whole::<ListAgents>(AGENT))
        .note("In no order."),
    domain("plain-keypair", "Keypairs, at most 100", Query::whole::<ListKeyPairs>(KEYPAIR))
        .note(AT_MOST_100),
    domain("plain-user", "Users, at most 100", Query::whole::<ListUsers>(USER))
        .info("user_id", Query::whole::<GetUserById>(ALL))
        .note(AT_MOST_100),
    domain(
        "plain-vfolder",
        "Folders as older managers listed them",
        Query::whole::<ListVfolders>(VFOLDER),
    )
    .note("Managers no longer answer this list; vfolder has them."),
    domain(
        "project-resource-policy",
        "How much a project may use",
        Query::whole::<ListProjectResourcePolicies>(ALL),
    )
    .info("name", Query::whole::<GetProjectResourcePolicy>(ALL))
    .note(ONE_ANSWER),
    domain(
        "project-vfolder",
        "Folders of the caller's projects",
        Query::window::<PagedProjectVfolders>(VFOLDER),
    ),
    domain(
        "resource-preset",
        "Amounts of resources that users choose from",
        Query::whole::<ListResourcePresets>(ALL),
    )
    .info("name", Query::whole::<GetResourcePresetByName>(ALL))
    .note(ONE_ANSWER),
    domain(
        "routing",
        "Running copies of model services",
        Query::window::<PagedRoutings>(&[
            "routing_id",
            "endpoint",
            "session",
            "status",
            "traffic_ratio",
            "created_at",
        ]),
    )
    .info("routing_id", Query::whole::<GetRouting>(ALL))
    .note(
        "Manager 26.9 answers with an error as soon as there is one; endpoint info has them too.",
    ),
    domain(
        "scaling-group",
        "Groups of agents, also called resource groups",
        Query::whole::<ListScalingGroups>(SCALING_GROUP),
    )
    .alias("resource-group")
    .info("name", Query::whole::<GetScalingGroup>(ALL))
    .note(ONE_ANSWER),
    domain(
        "service",
        "Which services of the manager can be configured",
        Query::found::<ListAvailableServices, Services>(&["service_variants"]),
    )
    .note(ONE_ANSWER),
    domain(
        "service-config",
        "How services of the manager are configured",
        Query::found::<ListServiceConfigs, ServiceConfigDetail>(&["service", "configuration"]),
    )
    .info("service", Query::whole::<GetServiceConfig>(ALL))
    .note("All in one answer; what the manager cannot load is left out without a word."),
    domain(
        "session",
        "Sessions",
        Query::window::<PagedSessions>(&[
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
    .info("id", Query::whole::<GetSession>(ALL)),
    domain(
        "session-node",
        "Sessions, by permission",
        Query::cursor::<PagedSessionNodes>(&[
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
    .info("id", Query::whole::<GetSessionNode>(ALL)),
    domain(
        "storage-volume",
        "Volumes that folders are on",
        Query::window::<PagedStorageVolumes>(&[
            "id",
            "proxy",
            "name",
            "backend",
            "fsprefix",
            "path",
            "capabilities",
        ]),
    )
    .info("id", Query::whole::<GetStorageVolume>(ALL)),
    domain("user", "Users", Query::window::<PagedUsers>(USER))
        .info("email", Query::whole::<GetUser>(ALL)),
    domain(
        "user-node",
        "Users, by permission",
        Query::cursor::<PagedUserNodes>(&[
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
    .info("id", Query::whole::<GetUserNode>(ALL)),
    domain(
        "user-resource-policy",
        "How much a user may use",
        Query::whole::<ListUserResourcePolicies>(ALL),
    )
    .info("name", Query::whole::<GetUserResourcePolicy>(ALL))
    .note(ONE_ANSWER),
    domain("vfolder", "Folders", Query::window::<PagedVfolders>(VFOLDER))
        .info("id", Query::whole::<GetVfolder>(ALL)),
    domain("vfolder-node", "Folders, by permission", Query::cursor::<PagedVfolderNodes>(VFOLDER))
        .info("id", Query::whole::<GetVfolderNode>(ALL)),
    domain(
        "vfolder-permission",
        "Who may use folders of somebody else",
        Query::window::<PagedVfolderPermissions>(&[
            "vfolder",
            "vfolder_name",
            "user",
            "user_email",
            "permission",
        ]),
    )
    .note("Rows can be missed while folders are lent."),
    domain(
        "visible-agent",
        "What everybody may know of agents",
        Query::window::<PagedVisibleAgents>(ALL),
    )
    .info("agent_id", Query::whole::<GetVisibleAgent>(ALL)),
];

/// What is known of the services; the documents have no fragment for it.
struct Services;

impl Fragment for Services {
    const ON: &'static str = "AvailableServiceNode";
    const FIELDS: &'static [Field] = &[
        Field::new("id", None, "id", Format::Plain, false),
        Field::new("service_variants", None, "service_variants", Format::Plain, false),
    ];
}
