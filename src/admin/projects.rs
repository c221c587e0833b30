//! Functions on projects, which the API calls groups.

use super::{
    group::{CreateGroup, GetGroupRegistry, GroupDetail, GroupsByName, ModifyGroup},
    types::{GroupInput, ModifyGroupInput},
};
use crate::{
    client::Client,
    error::{Error, Result},
    operation::Compiled as _,
    scalar::Uuid,
};

/// Functions on projects that need more than one operation, see [`Client::projects`].
#[derive(Clone, Copy, Debug)]
pub struct Projects<'a>(&'a Client);

impl Client {
    /// Returns the functions on projects that need more than one operation.
    ///
    /// ```no_run
    /// # async fn run(client: backendai::Client, id: backendai::Uuid) -> backendai::Result<()> {
    /// let project = client.projects().update(id, |props| props.description("vision")).await?;
    /// println!("{} {:?}", project.name, project.container_registry);
    /// # Ok(())
    /// # }
    /// ```
    pub const fn projects(&self) -> Projects<'_> {
        Projects(self)
    }
}

impl Projects<'_> {
    /// Creates a project in the domain that `props` names, and returns it.
    ///
    /// Role: domain admin, in the own domain.
    ///
    /// # Errors
    ///
    /// Among others: the name is taken in the domain ([`is_conflict`](Error::is_conflict)), or the
    /// domain or the resource policy does not exist ([`is_not_found`](Error::is_not_found)).
    pub async fn create(&self, name: impl Into<String>, props: GroupInput) -> Result<GroupDetail> {
        let data = self.0.send(CreateGroup::new(name, props)).await?;
        data.create_group.group.ok_or_else(|| {
            Error::null("create_group.group", true).with_operation(CreateGroup::INFO.name.into())
        })
    }

    /// Returns the project of this name in a domain; `None` if there is none that the caller may see.
    ///
    /// # Errors
    ///
    /// A domain other than the own is a GraphQL error for all roles but superadmin.
    pub async fn find(
        &self,
        domain: impl Into<String>,
        name: impl Into<String>,
    ) -> Result<Option<GroupDetail>> {
        let query = GroupsByName::new(name).domain_name(domain.into());
        // A name is unique in a domain.
        Ok(self.0.send(query).await?.groups_by_name.into_iter().next())
    }

    /// Adds users to a project. Users that are members already, and ids of no user, have no effect.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    pub async fn add_members(
        &self,
        id: Uuid,
        users: impl IntoIterator<Item = Uuid>,
    ) -> Result<GroupDetail> {
        self.change_members(id, "add", users).await
    }

    /// Removes users from a project. Users that are no members have no effect.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    pub async fn remove_members(
        &self,
        id: Uuid,
        users: impl IntoIterator<Item = Uuid>,
    ) -> Result<GroupDetail> {
        self.change_members(id, "remove", users).await
    }

    async fn change_members(
        &self,
        id: Uuid,
        mode: &str,
        users: impl IntoIterator<Item = Uuid>,
    ) -> Result<GroupDetail> {
        let users: Vec<_> = users.into_iter().map(|user| user.to_string()).collect();
        self.update(id, |props| props.user_update_mode(mode).user_uuids(users)).await
    }

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
