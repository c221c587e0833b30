//! Projects, which the API calls groups: the generated operations, and an update that loses nothing.

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

/// Functions on projects that do more than one operation, see [`Client::groups`].
#[derive(Clone, Copy, Debug)]
pub struct Groups<'a>(&'a Client);

impl Client {
    /// Functions on projects that do more than one operation.
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
    /// Changes what `change` sets in a project, and nothing else. Roles: superadmin; a domain admin
    /// in the own domain.
    ///
    /// The manager clears the image-commit registry of a project in every change that does not say
    /// it. This reads it first and sends it back; `change` may set another. A registry that
    /// somebody else sets between the two requests is lost.
    ///
    /// # Errors
    ///
    /// Among all that [`Error`] can be: there is no such project
    /// ([`is_not_found`](Error::is_not_found)), or the role does not allow it
    /// ([`is_permission_denied`](Error::is_permission_denied)). When the project goes away between
    /// the two requests, the manager says that all is well and shows no project
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
