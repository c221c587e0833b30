//! What the schema does not state: the meaning of inputs, their usual values and other names.

use backendai::operation::info::{InputType, InputValueInfo};

/// The meaning of an input, by its name.
const HELP: &[(&str, &str)] = &[
    ("access_key", "Access key of the keypair"),
    ("agent_id", "Id of the agent"),
    ("alias", "The alias"),
    ("allowed_client_ip", "Addresses or networks from which requests are accepted"),
    ("allowed_docker_registries", "Names of the container registries that may be used"),
    ("allowed_groups_add", "Ids of projects that may use it from now on"),
    ("allowed_groups_remove", "Ids of projects that may no longer use it"),
    ("allowed_vfolder_hosts", "Permissions by storage host"),
    ("architecture", "Architecture of the image, such as x86_64"),
    ("cluster_mode", "How the containers of a session are spread"),
    ("cluster_size", "Number of containers of a session"),
    ("comparator", "How the metric is compared with the threshold"),
    ("concurrency_limit", "Without effect; the resource policy decides"),
    ("configuration", "The whole new configuration"),
    ("container_gids", "Further group ids of the processes in containers"),
    ("container_main_gid", "Group id of the processes in containers"),
    ("container_registry", "Registry that receives committed images"),
    ("container_uid", "User id of the processes in containers"),
    ("cooldown_seconds", "Seconds between two changes"),
    ("default_for_unspecified", "Whether resources without a limit are limited"),
    ("delegate_endpoint_ownership", "Give the user's model services to the caller"),
    ("description", "Description"),
    ("desired_session_count", "Deprecated: use replicas"),
    ("digest", "Digest of the image"),
    ("domain", "Name of the domain"),
    ("domain_name", "Name of the domain"),
    ("dotfiles", "Encoded dotfiles"),
    ("driver", "Driver"),
    ("driver_opts", "Options of the driver"),
    ("email", "E-mail address"),
    ("endpoint", "Id or name of the model service"),
    ("endpoint_id", "Id or name of the model service"),
    ("environ", "Environment variables"),
    ("extra", "Further settings"),
    ("extra_mounts", "Folders to mount"),
    ("force", "Remove images that are in use"),
    ("full_name", "Full name"),
    ("gid", "Id or name of the project"),
    ("group_ids", "Ids or names of the projects, in place of the present ones"),
    ("hard_limit_bytes", "Maximum size"),
    ("hostname", "Name of the registry"),
    ("id", "Id or name"),
    ("idle_timeout", "Seconds after which an idle session is ended"),
    ("ids", "Ids of the sessions"),
    ("image", "Name of the image within its registry"),
    ("image_architecture", "Architecture of the image"),
    ("image_canonical", "Full name of the image"),
    ("image_id", "Id or full name of the image"),
    ("image_name", "Full name of the image"),
    ("image_registry", "Registry of the image"),
    ("integration_id", "Id in an external system"),
    ("is_active", "Whether it can be used"),
    ("is_admin", "Whether it has admin rights"),
    ("is_global", "Whether all projects may use it"),
    ("is_local", "Whether it is on the agents only"),
    ("is_public", "Whether users may select it"),
    ("keys", "The agents and images, as {\"agent_id\", \"images\"}"),
    ("labels", "Labels, as {\"key\", \"value\"}"),
    ("main_access_key", "Access key that is used by default"),
    ("max_concurrent_sessions", "Maximum number of running sessions"),
    ("max_concurrent_sftp_sessions", "Maximum number of running SFTP sessions"),
    ("max_containers_per_session", "Maximum number of containers of a session"),
    ("max_customized_image_count", "Maximum number of own images"),
    ("max_network_count", "Maximum number of networks; -1 for no limit"),
    ("max_pending_session_count", "Maximum number of pending sessions"),
    ("max_pending_session_resource_slots", "Resources that pending sessions may request"),
    ("max_quota_scope_size", "Maximum size of all folders; -1 for no limit"),
    ("max_replicas", "Maximum number of replicas"),
    ("max_session_count_per_model_session", "Maximum number of sessions of a model service"),
    ("max_session_lifetime", "Seconds after which a session is ended; 0 for never"),
    ("max_vfolder_count", "Maximum number of folders; 0 for no limit"),
    ("max_vfolder_size", "Deprecated: use max-quota-scope-size"),
    ("metric_name", "Name of the metric"),
    ("metric_source", "Where the metric is from"),
    ("min_replicas", "Minimum number of replicas"),
    ("model_definition_path", "Path of the model definition in its folder"),
    ("name", "Name"),
    ("need_password_change", "Whether the password must be changed at the next login"),
    ("network", "Id or name of the network"),
    ("new_architecture", "New architecture"),
    ("new_name", "New name"),
    ("noprune", "Keep the parent images"),
    ("open_to_public", "Whether requests need no token"),
    ("password", "Password"),
    ("priority", "Priority in the queue"),
    ("project", "Project in the registry"),
    ("project_id", "Id or name of the project"),
    ("purge_shared_vfolders", "Give shared folders to the caller, instead of deleting them"),
    ("quota", "The quota"),
    ("quota_scope_id", "The scope, as user:ID or project:ID"),
    ("rate_limit", "Requests allowed within 15 minutes"),
    ("reference", "Full name of the image, or an alias"),
    ("references", "Full names of the images"),
    ("registry", "Name of the registry"),
    ("registry_name", "Name of the registry"),
    ("remove_from_registry", "Remove it from the registry as well"),
    ("replicas", "Number of replicas"),
    ("resource_group", "Name of the scaling group"),
    ("resource_limits", "Limits, as {\"key\", \"min\", \"max\"}"),
    ("resource_opts", "Further resources, such as shared memory"),
    ("resource_policy", "Name of the resource policy"),
    ("resource_slots", "Resources, such as {\"cpu\": \"4\", \"mem\": \"8g\"}"),
    ("role", "Role"),
    ("runtime_variant", "Runtime of the model service"),
    ("scaling_group", "Name of the scaling group"),
    ("scaling_group_name", "Name of the scaling group"),
    ("scaling_groups", "Names of the scaling groups"),
    ("schedulable", "Whether new sessions may start on it"),
    ("scheduler", "Scheduler"),
    ("scheduler_opts", "Options of the scheduler"),
    ("scope_id", "The scope, as project:ID"),
    ("service", "Name of the service"),
    ("sgroups_to_add", "Names of scaling groups that the domain may use from now on"),
    ("sgroups_to_remove", "Names of scaling groups that the domain may no longer use"),
    ("shared_memory", "Shared memory, such as 1g"),
    ("size_bytes", "Size of the image"),
    ("ssl_verify", "Whether the certificate of the registry is verified"),
    ("status", "Status of the account"),
    ("step_size", "Replicas to add or remove at once"),
    ("storage_host_name", "The storage host, as PROXY:VOLUME"),
    ("sudo_session_enabled", "Whether sudo works in sessions without a password"),
    ("supported_accelerators", "Accelerators that the image supports"),
    ("tag", "Tag of the image"),
    ("target", "Full name of the image, or an alias"),
    ("target_agents", "Ids of the agents"),
    ("threshold", "Value of the metric at which replicas change"),
    ("totp_activated", "Whether one-time passwords are required"),
    ("total_resource_slots", "Resource limits, such as {\"cpu\": \"4\", \"mem\": \"8g\"}"),
    ("type", "Type"),
    ("url", "Address"),
    ("use_host_network", "Whether containers use the network of the agent"),
    ("user_group", "Id or name of the project"),
    ("user_id", "E-mail address of the owner"),
    ("user_update_mode", "Whether the given users are added or removed"),
    ("user_uuids", "Ids or e-mail addresses of the users"),
    ("username", "User name; by default the e-mail address"),
    ("wsproxy_addr", "Address of the app proxy"),
    ("wsproxy_api_token", "Token for the app proxy"),
];

/// Other names of options, most of which the official command uses.
const ALIASES: &[(&str, &[&str])] = &[
    ("allowed_client_ip", &["allowed-ip"]),
    ("allowed_vfolder_hosts", &["vfolder-host-perms", "vfolder-host-permissions", "vfhost-perms"]),
    ("architecture", &["arch"]),
    ("container_gids", &["cgids"]),
    ("container_main_gid", &["cgid"]),
    ("container_uid", &["cuid"]),
    ("description", &["desc"]),
    ("is_active", &["active"]),
    ("domain_name", &["domain"]),
    ("group_ids", &["group", "groups", "project", "projects"]),
    ("project_id", &["project"]),
    ("scaling_group_name", &["scaling-group"]),
];

const ROLES: &[&str] = &["user", "admin", "superadmin", "monitor"];
const STATUSES: &[&str] = &["active", "inactive", "deleted", "before-verification"];

/// The usual values of inputs that are strings in the schema.
const VALUES: &[(&str, &[&str])] = &[
    ("cluster_mode", &["single-node", "multi-node"]),
    ("default_for_unspecified", &["LIMITED", "UNLIMITED"]),
    ("role", ROLES),
    ("runtime_variant", &["vllm", "nim", "cmd", "custom"]),
    ("scheduler", &["fifo", "lifo", "drf"]),
    ("status", STATUSES),
    ("user_update_mode", &["add", "remove"]),
];

/// The usual values of types that are strings in the schema.
const TYPES: &[(&str, &[&str])] = &[
    (
        "AgentPermissionField",
        &["read_attribute", "update_attribute", "create_compute_session", "create_service"],
    ),
    (
        "ContainerRegistryTypeField",
        &["docker", "harbor", "harbor2", "github", "gitlab", "ecr", "ecr-public", "local", "ocp"],
    ),
    (
        "DomainPermissionValueField",
        &[
            "read_attribute",
            "read_sensitive_attribute",
            "update_attribute",
            "create_user",
            "create_project",
        ],
    ),
    (
        "GroupPermissionField",
        &[
            "read_attribute",
            "read_sensitive_attribute",
            "update_attribute",
            "delete_project",
            "associate_with_user",
        ],
    ),
    (
        "ImagePermissionValueField",
        &["read_attribute", "update_attribute", "create_container", "forget_image"],
    ),
    (
        "SessionPermissionValueField",
        &[
            "read_attribute",
            "update_attribute",
            "delete_session",
            "start_app",
            "execute",
            "convert_to_image",
        ],
    ),
    (
        "VFolderPermissionValueField",
        &[
            "clone",
            "assign_permission_to_others",
            "read_attribute",
            "update_attribute",
            "delete_vfolder",
            "read_content",
            "write_content",
            "delete_content",
            "mount_ro",
            "mount_rw",
            "mount_wd",
        ],
    ),
];

/// The usual values of variables and columns of a noun's list that are strings in the schema.
const OF_NOUN: &[(&[&str], &str, &[&str])] = &[
    (
        &["legacy-session", "pending-session", "session", "session-node"],
        "status",
        &[
            "PENDING",
            "DEPRIORITIZING",
            "RESERVED",
            "SCHEDULED",
            "PREPARING",
            "PULLING",
            "PREPARED",
            "CREATING",
            "RUNNING",
            "RESTARTING",
            "RUNNING_DEGRADED",
            "PREEMPTED",
            "RESCHEDULING",
            "TERMINATING",
            "TERMINATED",
            "ERROR",
            "CANCELLED",
        ],
    ),
    (
        &["container"],
        "status",
        &[
            "PENDING",
            "RESERVED",
            "SCHEDULED",
            "PREPARING",
            "BUILDING",
            "PULLING",
            "PREPARED",
            "CREATING",
            "RUNNING",
            "RESTARTING",
            "RESIZING",
            "SUSPENDED",
            "TERMINATING",
            "TERMINATED",
            "ERROR",
            "CANCELLED",
        ],
    ),
    (
        &["agent", "agent-node", "plain-agent", "visible-agent", "scaling-group"],
        "status",
        &["ALIVE", "LOST", "RESTARTING", "TERMINATED"],
    ),
    (&["image", "image-node"], "status", &["ALIVE", "DELETED", "PURGING", "PURGE_ERROR"]),
    (&["plain-user", "user", "user-node"], "role", ROLES),
    (&["plain-user", "user", "user-node"], "status", STATUSES),
    (&["group", "group-node", "named-group"], "type", &["GENERAL", "MODEL_STORE"]),
    (&["image"], "load_filters", &["general", "operational", "customized", "customized-global"]),
];

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, found)| *found)
}

pub(super) fn help(name: &str) -> Option<&'static str> {
    find(HELP, name)
}

pub(super) fn aliases(name: &str) -> &'static [&'static str] {
    find(ALIASES, name).unwrap_or_default()
}

/// The values of an enum, or the usual ones: those of the list of a noun, or without a noun those of a change.
pub(super) fn values(noun: &str, name: &str, info: &InputValueInfo) -> Vec<&'static str> {
    if let InputType::Enum(of) = info.holds {
        return of.values.iter().map(|value| value.name).collect();
    }
    let of_noun = OF_NOUN.iter().find(|(nouns, known, _)| nouns.contains(&noun) && *known == name);
    find(TYPES, info.type_name())
        .or_else(|| if noun.is_empty() { find(VALUES, name) } else { of_noun.map(|it| it.2) })
        .unwrap_or_default()
        .to_vec()
}
