//! The verbs that change something, one row per verb. A test compares the table with the mutations of
//! the schema.

use backendai::{
    OperationInfo,
    admin::{
        agent::*, compute_session::*, container_registry::*, domain::*, endpoint::*, group::*,
        image::*, keypair::*, network::*, resource_policy::*, resource_preset::*, scaling_group::*,
        service_config::*, storage::*, user::*,
    },
    operation::Compiled,
};

/// A verb that sends a mutation.
#[derive(Clone, Copy)]
pub(crate) struct Change {
    /// The words before the noun, with a space behind them.
    pub(crate) prefix: &'static str,
    pub(crate) noun: &'static str,
    /// The noun as the caller wrote it.
    pub(crate) called: &'static str,
    pub(crate) word: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) info: &'static OperationInfo,
    /// The summary, where that of the operation does not fit.
    pub(crate) about: Option<&'static str>,
    /// The inputs that are given without a name, in this order.
    pub(crate) places: &'static [&'static str],
    /// The input that names the changed object in reports, or a text for all.
    pub(crate) label: &'static str,
    /// Whether the label is a text for several objects.
    pub(crate) many: bool,
    /// Whether the label names what the new object belongs to, because that has no name yet.
    pub(crate) owned: bool,
    /// What a question asks to do to the object that the label names, where it is not the verb and the noun.
    pub(crate) asks: Option<&'static str>,
    /// What was done, such as "created".
    pub(crate) done: &'static str,
    pub(crate) kind: Kind,
    /// Inputs that the verb sets, as text.
    pub(crate) fixed: &'static [(&'static str, &'static str)],
    /// Defaults of inputs, as text.
    pub(crate) defaults: &'static [(&'static str, &'static str)],
    /// Inputs whose default is the value of another one.
    pub(crate) copies: &'static [(&'static str, &'static str)],
    pub(crate) switches: &'static [Switch],
    pub(crate) shorts: &'static [(char, &'static str)],
    /// The inputs that identify an object that may exist already; the same names are fields of the
    /// noun's list.
    pub(crate) unique: &'static [&'static str],
    /// The member of the answer whose fields are printed.
    pub(crate) shows: Option<&'static str>,
    /// An input that must be sent back when it is not given: the query that reads it by the only
    /// place of the verb.
    pub(crate) keeps: Option<(&'static str, &'static OperationInfo)>,
}

/// What a verb does to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Makes a new one.
    Create,
    /// Changes settings, of which one or more must be given.
    Update,
    /// Destroys something, so that it is confirmed.
    Destroy,
    /// Has an answer that is printed.
    Ask,
    /// Anything else.
    Act,
}

/// An option of the official command that sets an input.
#[derive(Clone, Copy)]
pub(crate) struct Switch {
    pub(crate) long: &'static str,
    pub(crate) short: Option<char>,
    pub(crate) input: &'static str,
    pub(crate) does: Does,
    pub(crate) help: &'static str,
}

/// The effect of a [`Switch`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    /// Sets a boolean.
    Set(bool),
    /// Takes a boolean and sets the opposite.
    Opposite,
}

const fn verb<O: Compiled>(
    noun: &'static str,
    word: &'static str,
    kind: Kind,
    places: &'static [&'static str],
) -> Change {
    Change::new(O::INFO, noun, word, kind, places)
}

const fn create<O: Compiled>(noun: &'static str, places: &'static [&'static str]) -> Change {
    Change { aliases: &["add"], ..verb::<O>(noun, "create", Kind::Create, places) }
}

const fn update<O: Compiled>(noun: &'static str, place: &'static [&'static str]) -> Change {
    Change { aliases: &["modify"], ..verb::<O>(noun, "update", Kind::Update, place) }
}

const fn delete<O: Compiled>(noun: &'static str, place: &'static [&'static str]) -> Change {
    Change { aliases: &["rm"], ..verb::<O>(noun, "delete", Kind::Destroy, place) }
}

const fn purge<O: Compiled>(noun: &'static str, place: &'static [&'static str]) -> Change {
    verb::<O>(noun, "purge", Kind::Destroy, place).done("purged")
}

const fn act<O: Compiled>(
    noun: &'static str,
    word: &'static str,
    done: &'static str,
    places: &'static [&'static str],
) -> Change {
    verb::<O>(noun, word, Kind::Act, places).done(done)
}

impl Change {
    pub(crate) const fn new(
        info: &'static OperationInfo,
        noun: &'static str,
        word: &'static str,
        kind: Kind,
        places: &'static [&'static str],
    ) -> Self {
        let label = match places {
            [first, ..] => first,
            [] => noun,
        };
        let done = match kind {
            Kind::Create => "created",
            Kind::Update => "updated",
            Kind::Destroy => "deleted",
            Kind::Act => "changed",
            Kind::Ask => "answered",
        };
        Self {
            prefix: "",
            noun,
            called: noun,
            word,
            aliases: &[],
            info,
            about: None,
            places,
            label,
            many: false,
            owned: false,
            asks: None,
            done,
            kind,
            fixed: &[],
            defaults: &[],
            copies: &[],
            switches: &[],
            shorts: &[],
            unique: &[],
            shows: None,
            keeps: None,
        }
    }

    /// The words of the noun, by which the tables know it.
    pub(crate) fn key(&self) -> String {
        format!("{}{}", self.prefix, self.noun)
    }

    /// The words of the noun as the caller wrote them.
    pub(crate) fn command(&self) -> String {
        format!("{}{}", self.prefix, self.called)
    }

    const fn done(self, done: &'static str) -> Self {
        Self { done, ..self }
    }

    const fn word(self, word: &'static str, aliases: &'static [&'static str]) -> Self {
        Self { word, aliases, ..self }
    }

    const fn about(self, about: &'static str) -> Self {
        Self { about: Some(about), ..self }
    }

    const fn label(self, label: &'static str) -> Self {
        Self { label, ..self }
    }

    /// Reports about several objects with this text.
    const fn all(self, label: &'static str) -> Self {
        Self { label, many: true, ..self }
    }

    const fn owned(self) -> Self {
        Self { owned: true, ..self }
    }

    const fn asks(self, asks: &'static str) -> Self {
        Self { asks: Some(asks), ..self }
    }

    const fn destroys(self) -> Self {
        Self { kind: Kind::Destroy, ..self }
    }

    const fn fixed(self, fixed: &'static [(&'static str, &'static str)]) -> Self {
        Self { fixed, ..self }
    }

    const fn defaults(self, defaults: &'static [(&'static str, &'static str)]) -> Self {
        Self { defaults, ..self }
    }

    const fn copies(self, copies: &'static [(&'static str, &'static str)]) -> Self {
        Self { copies, ..self }
    }

    const fn switches(self, switches: &'static [Switch]) -> Self {
        Self { switches, ..self }
    }

    const fn shorts(self, shorts: &'static [(char, &'static str)]) -> Self {
        Self { shorts, ..self }
    }

    const fn unique(self, unique: &'static [&'static str]) -> Self {
        Self { unique, ..self }
    }

    const fn shows(self, member: &'static str) -> Self {
        Self { shows: Some(member), ..self }
    }

    const fn keeps<O: Compiled>(self, input: &'static str) -> Self {
        Self { keeps: Some((input, O::INFO)), ..self }
    }
}

const INACTIVE: Switch = Switch {
    long: "inactive",
    short: Some('i'),
    input: "is_active",
    does: Does::Set(false),
    help: "Create it inactive",
};
const ADMIN: Switch = Switch {
    long: "admin",
    short: Some('a'),
    input: "is_admin",
    does: Does::Set(true),
    help: "Give it admin rights",
};
const PRIVATE: Switch = Switch {
    long: "private",
    short: None,
    input: "is_public",
    does: Does::Set(false),
    help: "Do not let users select it",
};
const NOT_PUBLIC: Switch = Switch {
    long: "private",
    short: None,
    input: "is_public",
    does: Does::Opposite,
    help: "The opposite of --is-public",
};
/// The official client's limits of a keypair resource policy.
const KEYPAIR_POLICY: &[(&str, &str)] = &[
    ("default_for_unspecified", "UNLIMITED"),
    ("max_concurrent_sessions", "30"),
    ("max_concurrent_sftp_sessions", "30"),
    ("max_containers_per_session", "1"),
    ("idle_timeout", "1800"),
];
const CREATE_USER: &[(char, &str)] =
    &[('u', "username"), ('n', "full_name"), ('r', "role"), ('s', "status"), ('g', "group_ids")];
const UPDATE_USER: &[(char, &str)] = &[
    ('p', "password"),
    ('u', "username"),
    ('n', "full_name"),
    ('d', "domain_name"),
    ('r', "role"),
    ('s', "status"),
];
const DESCRIPTION: &[(char, &str)] = &[('d', "description")];
const NAME: &[&str] = &["name"];
const ID: &[&str] = &["id"];

/// By noun, then in the order of help.
pub(crate) const CHANGES: &[Change] = &[
    update::<ModifyAgent>("agent", ID),
    act::<RescanGpuAllocMaps>("agent", "rescan-gpu-alloc-maps", "asked to rescan", &["agent_id"]),
    create::<CreateAutoScalingRule>("auto-scaling-rule", &["endpoint"]).owned(),
    update::<ModifyAutoScalingRule>("auto-scaling-rule", ID),
    delete::<DeleteAutoScalingRule>("auto-scaling-rule", ID),
    create::<CreateContainerRegistryNodeV2>("container-registry", &["registry_name"])
        .unique(&["registry_name", "project"]),
    update::<ModifyContainerRegistryNodeV2>("container-registry", ID),
    delete::<DeleteContainerRegistryNodeV2>("container-registry", ID),
    create::<CreateContainerRegistryQuota>("container-registry-quota", &["scope_id", "quota"])
        .owned(),
    act::<UpdateContainerRegistryQuota>(
        "container-registry-quota",
        "update",
        "updated",
        &["scope_id", "quota"],
    ),
    delete::<DeleteContainerRegistryQuota>("container-registry-quota", &["scope_id"])
        .asks("Remove the quota of"),
    create::<CreateDomain>("domain", NAME).switches(&[INACTIVE]).shorts(DESCRIPTION).unique(NAME),
    update::<ModifyDomain>("domain", NAME).shorts(DESCRIPTION),
    delete::<DeleteDomain>("domain", NAME),
    purge::<PurgeDomain>("domain", NAME),
    create::<CreateDomainNode>("domain-node", NAME).unique(NAME),
    update::<ModifyDomainNode>("domain-node", ID),
    act::<AssociateScalingGroupsWithDomain>(
        "domain-scaling-group",
        "add",
        "allowed more scaling groups",
        &["domain", "scaling_groups"],
    ),
    act::<DisassociateScalingGroupsWithDomain>(
        "domain-scaling-group",
        "remove",
        "denied scaling groups",
        &["domain", "scaling_groups"],
    ),
    act::<DisassociateAllScalingGroupsWithDomain>(
        "domain-scaling-group",
        "clear",
        "denied all scaling groups",
        &["domain"],
    )
    .destroys()
    .asks("Deny all scaling groups to domain"),
    update::<ModifyEndpoint>("endpoint", &["endpoint_id"]),
    create::<CreateGroup>("group", &["domain_name", "name"])
        .label("name")
        .switches(&[INACTIVE])
        .shorts(DESCRIPTION)
        .unique(&["domain_name", "name"]),
    update::<ModifyGroup>("group", &["gid"])
        .about("Changes a project; omitted fields stay unchanged")
        .shorts(&[('n', "name"), ('d', "description")])
        .keeps::<GetGroupRegistry>("container_registry"),
    delete::<DeleteGroup>("group", &["gid"]),
    purge::<PurgeGroup>("group", &["gid"]),
    act::<ModifyGroup>("group", "add-users", "changed", &["gid", "user_uuids"])
        .about("Adds users to a project")
        .fixed(&[("user_update_mode", "add")])
        .keeps::<GetGroupRegistry>("container_registry"),
    act::<ModifyGroup>("group", "remove-users", "changed", &["gid", "user_uuids"])
        .about("Removes users from a project")
        .fixed(&[("user_update_mode", "remove")])
        .keeps::<GetGroupRegistry>("container_registry"),
    act::<AssociateScalingGroupsWithUserGroup>(
        "group-scaling-group",
        "add",
        "allowed more scaling groups",
        &["user_group", "scaling_groups"],
    ),
    act::<DisassociateScalingGroupsWithUserGroup>(
        "group-scaling-group",
        "remove",
        "denied scaling groups",
        &["user_group", "scaling_groups"],
    ),
    act::<DisassociateAllScalingGroupsWithGroup>(
        "group-scaling-group",
        "clear",
        "denied all scaling groups",
        &["user_group"],
    )
    .destroys()
    .asks("Deny all scaling groups to project"),
    act::<RescanImages>("image", "rescan", "rescanned", &[])
        .all("the images")
        .shorts(&[('r', "registry"), ('p', "project")]),
    act::<AliasImage>("image", "alias", "made an alias", &["alias", "target"]),
    verb::<DealiasImage>("image", "dealias", Kind::Destroy, &["alias"]).asks("Delete alias"),
    update::<ModifyImage>("image", &["target"]),
    act::<PreloadImage>("image", "preload", "preloaded", &["references"]).all("the images"),
    act::<UnloadImage>("image", "unload", "unloaded", &["references"]).all("the images"),
    act::<ClearImageCustomResourceLimit>(
        "image",
        "clear-resource-limit",
        "reset to its own limits",
        &["image_canonical"],
    )
    .destroys()
    .asks("Reset the resource limits of image"),
    verb::<ForgetImage>("image", "forget", Kind::Destroy, &["reference"]).done("forgotten"),
    verb::<ForgetImageById>("image", "forget-by-id", Kind::Destroy, &["image_id"])
        .done("forgotten")
        .asks("Forget image"),
    purge::<PurgeImageById>("image", &["image_id"]),
    purge::<PurgeImages>("image", &[])
        .word("purge-from-agents", &[])
        .all("the images")
        .asks("Purge from their agents"),
    verb::<UntagImageFromRegistry>("image", "untag", Kind::Destroy, &["image_id"]).done("untagged"),
    verb::<ClearImages>("image", "clear", Kind::Destroy, &["registry"])
        .done("cleared of its images")
        .asks("Mark as deleted all images of registry"),
    create::<CreateKeyPair>("keypair", &["user_id", "resource_policy"])
        .owned()
        .switches(&[ADMIN, INACTIVE])
        .defaults(&[("rate_limit", "5000")])
        .shorts(&[('r', "rate_limit")])
        .shows("keypair"),
    update::<ModifyKeyPair>("keypair", &["access_key"]).shorts(&[('r', "rate_limit")]),
    act::<ModifyKeyPair>("keypair", "activate", "activated", &["access_key"])
        .about("Activates keypairs")
        .fixed(&[("is_active", "true")]),
    act::<ModifyKeyPair>("keypair", "deactivate", "deactivated", &["access_key"])
        .about("Deactivates keypairs without deleting them")
        .fixed(&[("is_active", "false")]),
    delete::<DeleteKeyPair>("keypair", &["access_key"]),
    create::<CreateKeyPairResourcePolicy>("keypair-resource-policy", NAME)
        .defaults(KEYPAIR_POLICY)
        .unique(NAME),
    update::<ModifyKeyPairResourcePolicy>("keypair-resource-policy", NAME),
    delete::<DeleteKeyPairResourcePolicy>("keypair-resource-policy", NAME),
    act::<AssociateScalingGroupsWithKeyPair>(
        "keypair-scaling-group",
        "add",
        "allowed more scaling groups",
        &["access_key", "scaling_groups"],
    ),
    act::<DisassociateScalingGroupsWithKeyPair>(
        "keypair-scaling-group",
        "remove",
        "denied scaling groups",
        &["access_key", "scaling_groups"],
    ),
    create::<CreateContainerRegistry>("legacy-container-registry", &["hostname"]),
    update::<ModifyContainerRegistry>("legacy-container-registry", &["hostname"]),
    delete::<DeleteContainerRegistry>("legacy-container-registry", &["hostname"]),
    create::<CreateContainerRegistryNode>("legacy-container-registry", &["registry_name"])
        .word("create-node", &[]),
    update::<ModifyContainerRegistryNode>("legacy-container-registry", ID).word("update-node", &[]),
    delete::<DeleteContainerRegistryNode>("legacy-container-registry", ID).word("delete-node", &[]),
    create::<CreateNetwork>("network", NAME).defaults(&[("driver", "overlay")]).unique(NAME),
    update::<ModifyNetwork>("network", &["network"]),
    delete::<DeleteNetwork>("network", &["network"]),
    create::<CreateProjectResourcePolicy>("project-resource-policy", NAME).unique(NAME),
    update::<ModifyProjectResourcePolicy>("project-resource-policy", NAME),
    delete::<DeleteProjectResourcePolicy>("project-resource-policy", NAME),
    act::<SetQuotaScope>(
        "quota-scope",
        "set",
        "limited",
        &["storage_host_name", "quota_scope_id", "hard_limit_bytes"],
    )
    .label("quota_scope_id"),
    verb::<UnsetQuotaScope>(
        "quota-scope",
        "unset",
        Kind::Destroy,
        &["storage_host_name", "quota_scope_id"],
    )
    .label("quota_scope_id")
    .done("freed of its limit")
    .asks("Remove the limit of"),
    create::<CreateResourcePreset>("resource-preset", NAME).unique(NAME),
    update::<ModifyResourcePreset>("resource-preset", ID),
    delete::<DeleteResourcePreset>("resource-preset", ID),
    create::<CreateScalingGroup>("scaling-group", NAME)
        .switches(&[INACTIVE, PRIVATE])
        .defaults(&[("driver", "static"), ("scheduler", "fifo")])
        .shorts(DESCRIPTION)
        .unique(NAME),
    update::<ModifyScalingGroup>("scaling-group", NAME)
        .switches(&[NOT_PUBLIC])
        .shorts(&[('d', "description"), ('a', "is_active")]),
    delete::<DeleteScalingGroup>("scaling-group", NAME),
    act::<AssociateScalingGroupWithDomain>(
        "scaling-group",
        "associate-with-domain",
        "allowed in the domain",
        &["scaling_group", "domain"],
    )
    .word("associate-with-domain", &["associate-scaling", "associate-scaling-group"]),
    act::<DisassociateScalingGroupWithDomain>(
        "scaling-group",
        "dissociate-from-domain",
        "denied in the domain",
        &["scaling_group", "domain"],
    )
    .word("dissociate-from-domain", &["dissociate-scaling", "dissociate-scaling-group"]),
    act::<AssociateScalingGroupWithUserGroup>(
        "scaling-group",
        "associate-with-group",
        "allowed in the project",
        &["scaling_group", "user_group"],
    ),
    act::<DisassociateScalingGroupWithUserGroup>(
        "scaling-group",
        "dissociate-from-group",
        "denied in the project",
        &["scaling_group", "user_group"],
    ),
    act::<AssociateScalingGroupWithKeyPair>(
        "scaling-group",
        "associate-with-keypair",
        "allowed for the keypair",
        &["scaling_group", "access_key"],
    ),
    act::<DisassociateScalingGroupWithKeyPair>(
        "scaling-group",
        "dissociate-from-keypair",
        "denied for the keypair",
        &["scaling_group", "access_key"],
    ),
    act::<ModifyServiceConfig>("service-config", "set", "set", &["service", "configuration"])
        .word("update", &["modify"]),
    update::<ModifySession>("session", ID),
    act::<CheckAndTransitSessionStatus>("session", "check-status", "checked", &["ids"])
        .all("the sessions"),
    create::<CreateUser>("user", &["domain_name", "email", "password"])
        .label("email")
        .defaults(&[("need_password_change", "false"), ("group_ids", "default")])
        .copies(&[("username", "email")])
        .shorts(CREATE_USER)
        .unique(&["email"]),
    update::<ModifyUser>("user", &["email"]).shorts(UPDATE_USER),
    delete::<DeleteUser>("user", &["email"]),
    purge::<PurgeUser>("user", &["email"]),
    create::<CreateUserResourcePolicy>("user-resource-policy", NAME).unique(NAME),
    update::<ModifyUserResourcePolicy>("user-resource-policy", NAME),
    delete::<DeleteUserResourcePolicy>("user-resource-policy", NAME),
];

/// The nouns that have no list.
pub(crate) const NOUNS: &[(&str, &str)] = &[
    ("container-registry-quota", "Quotas of projects in a container registry"),
    ("quota-scope", "Limits of the folders of a user or a project"),
];
