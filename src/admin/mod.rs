//! The operations of the Admin GraphQL API, one module for each domain, with the feature `admin`.
//!
//! The build script compiles them from the documents in `graphql/admin`. [`types`] has the enums and
//! input objects that they share, [`columns`] the columns that a list can be filtered and ordered by,
//! and [`OPERATIONS`] their descriptions as data.
//!
//! [`Client::send`](crate::Client::send) sends an operation, and
//! [`Client::pages`](crate::Client::pages) reads a list of rows page by page. What needs more than one
//! operation is a function:
//!
//! | to do | use |
//! |---|---|
//! | create, change, list, activate, deactivate, delete a keypair | [`KeyPairs`], from `client.keypairs()` |
//! | create a user, make sure that one exists, purge one, change its projects | [`Users`], from `client.users()` |
//! | create a project, find it by name, change it and keep its registry, change its members | [`Projects`], from `client.projects()` |
//!
#![doc = include_str!("operations.md")]

pub mod columns;
mod keypairs;
mod projects;
mod users;

pub use self::{
    keypairs::KeyPairs,
    projects::Projects,
    users::{Ensured, NewUser, Users},
};

mod generated {
    crate::include_graphql!("admin");
}

#[doc(hidden)]
pub use self::generated::input_info;
pub use self::generated::{OPERATIONS, types};

// One for each document file; rustdoc shows the text here as that of the module.

/// What can be allowed on a folder host. Permissions on single folders and hosts belong to domains,
/// projects and resource policies.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::acl::ListVfolderHostPermissions;
///
/// let permissions = client.send(ListVfolderHostPermissions::new()).await?;
/// println!("{permissions:?}");
/// # Ok(())
/// # }
/// ```
pub use self::generated::acl;

/// Agents: the machines on which sessions run. A superadmin lists them, takes one out of
/// scheduling, and has its devices read again.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::agent::PagedAgents;
///
/// let mut agents = client.pages(PagedAgents::new().status("ALIVE")).items();
/// while let Some(agent) = agents.next().await {
///     let agent = agent?;
///     println!("{} in {}: {}", agent.id, agent.scaling_group, agent.status);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::agent;

/// Actions that the manager recorded: when, by which account, on which object, with which result.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::audit_log::PagedAuditLogNodes;
///
/// let mut actions = client.pages(PagedAuditLogNodes::new()).max_items(20).items();
/// while let Some(action) = actions.next().await {
///     let action = action?;
///     println!("{:?} {} {}", action.created_at, action.operation, action.entity_type);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::audit_log;

/// Compute sessions and what they use. The Admin API reads them, renames them and changes their
/// priority; it neither starts nor ends one.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::compute_session::PagedSessions;
///
/// let mut sessions = client.pages(PagedSessions::new().status("RUNNING")).items();
/// while let Some(session) = sessions.next().await {
///     let session = session?;
///     println!("{} {:?} of {:?}", session.id, session.name, session.user_email);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::compute_session;

/// Containers of a session, which Backend.AI also calls kernels.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::container::PagedComputeContainers;
///
/// let session = "f2b6d8c0-4b1f-4c8e-9d25-6a3f0e1b7c90";
/// let mut containers = client.pages(PagedComputeContainers::new(session)).items();
/// while let Some(container) = containers.next().await {
///     let container = container?;
///     println!("{:?} on {:?}: {}", container.hostname, container.agent, container.status);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::container;

/// Container registries that images come from, and the quotas of projects in them.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::container_registry::PagedContainerRegistryNodeNames;
///
/// let mut registries = client.pages(PagedContainerRegistryNodeNames::new()).items();
/// while let Some(registry) = registries.next().await {
///     println!("{:?}", registry?);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::container_registry;

/// Domains, the top level of tenancy: each has users, projects, and the scaling groups and
/// registries that it may use.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::domain::ListDomains;
///
/// for domain in client.send(ListDomains::new()).await?.domains {
///     println!("{} active: {:?}", domain.name, domain.is_active);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::domain;

/// Model services, with their routings, tokens and rules for automatic scaling.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::endpoint::PagedEndpoints;
///
/// let mut services = client.pages(PagedEndpoints::new()).items();
/// while let Some(service) = services.next().await {
///     let service = service?;
///     println!("{} at {:?}", service.name, service.url);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::endpoint;

/// Projects, which this API calls groups: users of one domain that share folders, resources and
/// scaling groups. [`Projects`](super::Projects) has functions that need more than one operation.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::group::GroupsByName;
///
/// let groups = client.send(GroupsByName::new("vision").domain_name("default")).await?;
/// for project in groups.groups_by_name {
///     println!("{} {}", project.id, project.name);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::group;

/// Images that sessions run, their aliases, and which agents have them.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::image::ListImages;
///
/// let images = client.send(ListImages::new()).await?.images;
/// for image in images.iter().filter(|image| image.registry == "cr.backend.ai") {
///     println!("{:?}:{:?} {}", image.base_image_name, image.tag, image.architecture);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::image;

/// Keypairs, with which programs sign their requests. Each belongs to a user and has a resource
/// policy. [`KeyPairs`](super::KeyPairs) has functions over them.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::keypair::PagedKeyPairs;
///
/// let inactive = PagedKeyPairs::new().is_active(false);
/// let mut keypairs = client.pages(inactive).items();
/// while let Some(keypair) = keypairs.next().await {
///     let keypair = keypair?;
///     println!("{} of {:?}", keypair.access_key, keypair.user_id);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::keypair;

/// Utilization of a user's containers over a period of time, from Prometheus.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::metric::ListMetricNames;
///
/// let metrics = client.send(ListMetricNames::new()).await?;
/// println!("{metrics:?}");
/// # Ok(())
/// # }
/// ```
pub use self::generated::metric;

/// Models in the model store, described by a file in their folder.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::model_card::PagedModelCards;
///
/// let mut models = client.pages(PagedModelCards::new()).items();
/// while let Some(model) = models.next().await {
///     println!("{:?}", model?);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::model_card;

/// Networks between the containers of several sessions of one project.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::network::PagedNetworks;
///
/// let mut networks = client.pages(PagedNetworks::new()).items();
/// while let Some(network) = networks.next().await {
///     println!("{:?}", network?);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::network;

/// Any object by its Relay id: base64 of the type's name, a colon and the id.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::node::GetNode;
///
/// let node = client.send(GetNode::new("VXNlck5vZGU6ZjM4ZGVhMjMtNTBmYS00MmEwLWI1YWUtMzM4ZjVmNDY5M2Y0")).await?;
/// println!("{:?}", node.node);
/// # Ok(())
/// # }
/// ```
pub use self::generated::node;

/// Resource policies: the limits of keypairs, users and projects.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::resource_policy::GetKeyPairResourcePolicy;
///
/// let policy = client.send(GetKeyPairResourcePolicy::new().name("default")).await?;
/// if let Some(policy) = policy.keypair_resource_policy {
///     println!("{} sessions at a time", policy.max_concurrent_sessions.unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::resource_policy;

/// Resource presets: named amounts of resources that users choose from when they start a session.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::resource_preset::ListResourcePresets;
///
/// for preset in client.send(ListResourcePresets::new()).await?.resource_presets {
///     println!("{}", preset.name);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::resource_preset;

/// Scaling groups, which newer managers call resource groups: agents that are scheduled together.
/// Domains, projects and keypairs are associated with those that they may use.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::scaling_group::ScalingGroupsForDomain;
///
/// for group in client.send(ScalingGroupsForDomain::new("default")).await?.scaling_groups_for_domain {
///     println!("{} active: {:?}", group.name, group.is_active);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::scaling_group;

/// The manager's own configuration, part by part. It contains passwords, which no `Debug` shows.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::service_config::GetServiceConfig;
///
/// let config = client.send(GetServiceConfig::new("manager")).await?.service_config;
/// println!("{}", config.service);
/// # Ok(())
/// # }
/// ```
pub use self::generated::service_config;

/// Storage volumes, and quotas of users and projects on them.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::storage::PagedStorageVolumes;
///
/// let mut volumes = client.pages(PagedStorageVolumes::new()).items();
/// while let Some(volume) = volumes.next().await {
///     println!("{:?}", volume?);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::storage;

/// Users of a domain, with their role, policies and projects. [`Users`](super::Users) has functions
/// that need more than one operation.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::user::PagedUsers;
///
/// let mut users = client.pages(PagedUsers::new().status("active")).items();
/// while let Some(user) = users.next().await {
///     let user = user?;
///     println!("{} {:?}", user.email, user.role);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::user;

/// Virtual folders, which keep data between sessions: own ones, shared ones and those of projects.
///
/// ```no_run
/// # async fn run(client: backendai::Client) -> backendai::Result<()> {
/// use backendai::admin::vfolder::PagedVfolders;
///
/// let mut folders = client.pages(PagedVfolders::new()).items();
/// while let Some(folder) = folders.next().await {
///     let folder = folder?;
///     println!("{} on {}", folder.name, folder.host);
/// }
/// # Ok(())
/// # }
/// ```
pub use self::generated::vfolder;
