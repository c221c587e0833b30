//! What the schema does not state: the usual values of inputs, and their other names.

use backendai::operation::info::{InputType, InputValueInfo};

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
    (&["group", "group-node", "named-group"], "type", &["GENERAL", "MODEL_STORE", "PERSONAL"]),
    (&["image"], "load_filters", &["general", "operational", "customized", "customized-global"]),
];

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, found)| *found)
}

pub(super) fn aliases(name: &str) -> &'static [&'static str] {
    find(ALIASES, name).unwrap_or_default()
}

/// The usual values of a variable or a column of a noun's list.
pub(super) fn of_noun(noun: &str, name: &str) -> &'static [&'static str] {
    let known = OF_NOUN.iter().find(|(nouns, known, _)| nouns.contains(&noun) && *known == name);
    known.map_or(&[], |(.., values)| values)
}

/// The values of an enum, or the usual ones: those of the list of a noun, or without a noun those of a change.
pub(super) fn values(noun: &str, name: &str, info: &InputValueInfo) -> Vec<&'static str> {
    if let InputType::Enum(of) = info.holds {
        return of.values.iter().map(|value| value.name).collect();
    }
    let usual = match noun {
        "" => find(VALUES, name).unwrap_or_default(),
        noun => of_noun(noun, name),
    };
    find(TYPES, info.type_name()).unwrap_or(usual).to_vec()
}
