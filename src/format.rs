//! What a field holds, which decides how it is shown to people.

/// What a field holds. Chosen for each field in the documents by `@format(as:)`.
///
/// Each is named after a formatter of the official Python client; the `backendai` command shows them
/// as that client does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Any value.
    #[default]
    Plain,
    /// A JSON object, possibly encoded in a string.
    NestedDict,
    /// A number of bytes, shown in MiB.
    MiBytes,
    /// A number of bytes, shown with a binary unit.
    SizeBytes,
    /// An object of which one member is shown, by its name.
    SubField(&'static str),
    /// The labels of a customised image.
    CustomizedImage,
    /// Resource slots, as JSON.
    ResourceSlot,
    /// An agent's statistics, as JSON.
    AgentStat,
    /// A list of objects with names.
    GroupList,
    /// A list of routes with a status.
    InlineRouting,
    /// A kernel's statistics, as JSON.
    KernelStat,
    /// A list of objects.
    NestedObject,
    /// A list of containers.
    ContainerList,
    /// A list of sessions that a session depends on.
    DependencyList,
    /// An image with a name.
    ImageObject,
}
