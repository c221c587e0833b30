//! Functions on projects, which the API calls groups.

use super::{
    group::{GetGroupRegistry, GroupDetail, ModifyGroup},
    types::ModifyGroupInput,
};
use crate::{
    client::Client,
    error::{Error, Result},
    operation::Compiled as _,
    scalar::Uuid,
};

/// Functions on projects that need more than one operation, see [`Client::groups`].
#[derive(Clone, Copy, Debug)]
pub struct Groups<'a>(&'a Client);

impl Client {
    /// Returns the functions on projects that need more than one operation.
    ///
    /// ```no_run
    /// # async fn run(client: backendai::Client, id: backendai::Uuid) -> backendai::Result<()> {
    /// let project = client.groups().update(id, |props| props.description("vision")).await?;
    /// println!("{} {:?}", project.name, project.container_registry);
    /// # Ok(())
    /// # }
    /// ```
    pub const fn groups(&self) -> Groups<'_> {
        Groups(self)
    }
}

impl Groups<'_> {
    /// Changes the properties of a project that `change` sets, and returns the project.
    ///
    /// Role: domain admin, in the own domain.
    ///
    /// The manager clears the image-commit registry of a project in every update without it. This function
    /// reads the registry first and sends it back; `change` may set another. A registry that is set
    /// by another client between the two requests is lost.
    ///
    /// # Errors
    ///
    /// Among others: the project does not exist
    /// ([`is_not_found`](Error::is_not_found)), or the role does not allow it
    /// ([`is_permission_denied`](Error::is_permission_denied)). If the project is deleted between
    /// the two requests, the manager reports success without a project
    /// ([`is_decode`](Error::is_decode)).
    pub async fn update(
        &self,
        id: Uuid,
        change: impl FnOnce(ModifyGroupInput) -> ModifyGroupInput,
    ) -> Result<GroupDetail> {
        let group = self.0.send(GetGroupRegistry::new(id)).await?.group.ok_or_else(|| {
            Error::absent(format!("there is no project {id}, or it is in another domain"))
                .with_operation(GetGroupRegistry::INFO.name.into())
        })?;
        let props = change(ModifyGroupInput::new(group.container_registry));
        let data = self.0.send(ModifyGroup::new(id, props)).await?;
        data.modify_group.group.ok_or_else(|| {
            Error::null("modify_group.group", true).with_operation(ModifyGroup::INFO.name.into())
        })
    }
}
