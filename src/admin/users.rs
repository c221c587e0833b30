//! Functions on users.

use super::{
    keypair::NewKeyPair,
    types::{PurgeUserInput, UserInput},
    user::{CreateUser, GetUser, PurgeUser, UserDetail},
};
use crate::{
    client::Client,
    error::{Error, Result},
    operation::Compiled as _,
    scalar::Uuid,
};

/// Functions on users that need more than one operation, see [`Client::users`].
#[derive(Clone, Copy, Debug)]
pub struct Users<'a>(&'a Client);

/// A user that was created. `Debug` hides the secret key.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NewUser {
    /// The user.
    pub user: UserDetail,
    /// The default keypair with its secret key, which is returned only now. `None` with managers
    /// before 25.15.
    pub keypair: Option<NewKeyPair>,
}

/// What [`Users::ensure`] found or did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Ensured {
    /// The user was created.
    Created(Box<NewUser>),
    /// The user existed, and nothing was changed.
    Existing(Box<UserDetail>),
}

impl Ensured {
    /// Returns the user.
    pub fn user(&self) -> &UserDetail {
        match self {
            Self::Created(new) => &new.user,
            Self::Existing(user) => user,
        }
    }

    /// Returns whether the user was created.
    pub const fn is_created(&self) -> bool {
        matches!(self, Self::Created(_))
    }
}

impl Client {
    /// Returns the functions on users that need more than one operation.
    ///
    /// ```no_run
    /// # async fn run(client: backendai::Client, vision: backendai::Uuid) -> backendai::Result<()> {
    /// use backendai::admin::types::{PurgeUserInput, UserInput};
    ///
    /// let users = client.users();
    /// let props = UserInput::new("ada", "correct horse", true).full_name("Ada Lovelace");
    /// let ada = users.ensure("ada@example.com", props).await?;
    /// users.add_to_project(&ada.user().email, vision).await?;
    /// users.purge("left@example.com", PurgeUserInput::new()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn users(&self) -> Users<'_> {
        Users(self)
    }
}

impl Users<'_> {
    /// Creates a user with a keypair.
    ///
    /// Role: superadmin.
    ///
    /// # Errors
    ///
    /// Among others: the address or the user name is taken ([`is_conflict`](Error::is_conflict)), or
    /// the domain or the resource policy does not exist ([`is_not_found`](Error::is_not_found)).
    pub async fn create(&self, email: impl Into<String>, props: UserInput) -> Result<NewUser> {
        let data = self.0.send(CreateUser::new(email, props)).await?.create_user;
        let user = data.user.ok_or_else(|| {
            Error::null("create_user.user", true).with_operation(CreateUser::INFO.name.into())
        })?;
        Ok(NewUser { user, keypair: data.keypair })
    }

    /// Returns the user with this e-mail address, whatever the status is; `None` if there is none.
    ///
    /// A superadmin may read any user, a domain admin those of the own domain.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn find(&self, email: impl Into<String>) -> Result<Option<UserDetail>> {
        Ok(self.0.send(GetUser::new().email(email.into())).await?.user)
    }

    /// Makes sure that a user with this e-mail address exists: creates it with `props` unless it does.
    /// An existing user is not changed, even when it is inactive or deleted.
    ///
    /// A program that was interrupted can be run again. When another client creates the user at the
    /// same time, or the outcome of the creation is unknown, the user is read once more.
    ///
    /// Role: superadmin.
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create); a conflict only if the user name is that of another user.
    pub async fn ensure(&self, email: impl Into<String>, props: UserInput) -> Result<Ensured> {
        let email = email.into();
        if let Some(user) = self.find(&email).await? {
            return Ok(Ensured::Existing(Box::new(user)));
        }
        let error = match self.create(&email, props).await {
            Ok(new) => return Ok(Ensured::Created(Box::new(new))),
            Err(error) => error,
        };
        if !(error.is_conflict() || error.is_outcome_unknown()) {
            return Err(error);
        }
        match self.find(&email).await {
            Ok(Some(user)) => Ok(Ensured::Existing(Box::new(user))),
            // The first failure explains more than the second.
            Ok(None) | Err(_) => Err(error),
        }
    }

    /// Permanently deletes a user. A user that does not exist is an error before anything is sent.
    ///
    /// Manager 26.9.6 leaves the user's personal project behind and purges it on no request. A user of the
    /// same name can be created again; the name of the personal project then gets a number.
    ///
    /// Role: superadmin.
    ///
    /// # Errors
    ///
    /// Among others: the user does not exist ([`is_not_found`](Error::is_not_found)), or has running
    /// sessions.
    pub async fn purge(&self, email: impl Into<String>, props: PurgeUserInput) -> Result<()> {
        let email = email.into();
        self.existing(&email).await?;
        self.0.send(PurgeUser::new(email, props)).await.map(drop)
    }

    /// Adds a user to a project. See [`Projects::add_members`](super::Projects::add_members) for
    /// several.
    ///
    /// Role: domain admin, in the own domain.
    ///
    /// # Errors
    ///
    /// The user or the project does not exist ([`is_not_found`](Error::is_not_found)), or the role
    /// does not allow it ([`is_permission_denied`](Error::is_permission_denied)).
    pub async fn add_to_project(&self, email: impl Into<String>, project: Uuid) -> Result<()> {
        let user = self.existing(&email.into()).await?;
        self.0.projects().add_members(project, [user.uuid]).await.map(drop)
    }

    /// Removes a user from a project. A user that is no member stays as it is.
    ///
    /// Role: domain admin, in the own domain.
    ///
    /// # Errors
    ///
    /// As for [`add_to_project`](Self::add_to_project).
    pub async fn remove_from_project(&self, email: impl Into<String>, project: Uuid) -> Result<()> {
        let user = self.existing(&email.into()).await?;
        self.0.projects().remove_members(project, [user.uuid]).await.map(drop)
    }

    async fn existing(&self, email: &str) -> Result<UserDetail> {
        self.find(email).await?.ok_or_else(|| {
            Error::absent(format!("there is no user {email}, or the user is in another domain"))
                .with_operation(GetUser::INFO.name.into())
        })
    }
}
