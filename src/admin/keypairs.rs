//! The KeyPair functions, with the names and defaults of the official client. Unlike there, a refusal
//! (`ok: false`) is an error, and [`KeyPairs::info`] returns the keypair that it is given.
//!
//! By default the official client reads the secret keys, too, and so do these functions.

use super::{
    keypair::{
        CreateKeyPair, DeleteKeyPair, GetKeyPairWithSecret, KeyPairWithSecret,
        ListKeyPairsWithSecrets, ModifyKeyPair, NewKeyPair, PagedKeyPairsWithSecrets,
    },
    types::{KeyPairInput, ModifyKeyPairInput},
};
use crate::{
    client::Client,
    error::{Error, Result},
    operation::Compiled as _,
    paging::Pager,
    scalar::MaybeUndefined,
};

/// Rows of a page of [`KeyPairs::paginated_list`], as in the official client.
const PAGE_SIZE: u32 = 20;

/// Functions on keypairs, see [`Client::keypairs`].
#[derive(Clone, Copy, Debug)]
pub struct KeyPairs<'a>(&'a Client);

impl Client {
    /// Returns the KeyPair functions.
    ///
    /// ```no_run
    /// # async fn run(client: backendai::Client) -> backendai::Result<()> {
    /// use backendai::admin::types::{KeyPairInput, ModifyKeyPairInput};
    ///
    /// let keypairs = client.keypairs();
    /// let new = keypairs.create("user@example.com", KeyPairInput::new("default", 5000)).await?;
    /// keypairs.update(&new.access_key, ModifyKeyPairInput::new().rate_limit(100)).await?;
    /// keypairs.deactivate(&new.access_key).await?;
    /// keypairs.delete(&new.access_key).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn keypairs(&self) -> KeyPairs<'_> {
        KeyPairs(self)
    }
}

impl KeyPairs<'_> {
    /// Creates a keypair for the user with this e-mail address, active and without admin rights unless
    /// `props` sets them. The result has the secret key.
    ///
    /// Role: superadmin.
    ///
    /// # Errors
    ///
    /// Among others: the user or the resource policy does not exist
    /// ([`is_not_found`](Error::is_not_found)), or the role does not allow it
    /// ([`is_permission_denied`](Error::is_permission_denied)).
    pub async fn create(
        &self,
        user_id: impl Into<String>,
        mut props: KeyPairInput,
    ) -> Result<NewKeyPair> {
        // The official client sends both, whatever the manager's defaults are.
        for (field, default) in [(&mut props.is_active, true), (&mut props.is_admin, false)] {
            if field.is_undefined() {
                *field = default.into();
            }
        }
        let data = self.0.send(CreateKeyPair::new(user_id, props)).await?;
        data.create_keypair.keypair.ok_or_else(|| {
            Error::null("create_keypair.keypair", true)
                .with_operation(CreateKeyPair::INFO.name.into())
        })
    }

    /// Changes the properties that `props` sets.
    ///
    /// Role: superadmin.
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create); refused ([`is_refused`](Error::is_refused)) if
    /// the keypair does not exist.
    pub async fn update(
        &self,
        access_key: impl Into<String>,
        props: ModifyKeyPairInput,
    ) -> Result<()> {
        self.0.send(ModifyKeyPair::new(access_key, props)).await.map(drop)
    }

    /// Deletes a keypair.
    ///
    /// Role: superadmin.
    ///
    /// # Errors
    ///
    /// Refused if the keypair does not exist, and if it is the default one of its owner.
    pub async fn delete(&self, access_key: impl Into<String>) -> Result<()> {
        self.0.send(DeleteKeyPair::new(access_key)).await.map(drop)
    }

    /// Returns the keypairs of one user, or all that the caller may see, with their secret keys, in one
    /// response. [`ListKeyPairs`](super::keypair::ListKeyPairs) has no secret keys.
    ///
    /// **The manager returns at most 100 rows and does not report that it leaves out the rest.** Use
    /// [`paginated_list`](Self::paginated_list) to get all.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn list(&self, list: ListKeyPairsWithSecrets) -> Result<Vec<KeyPairWithSecret>> {
        Ok(self.0.send(list).await?.keypairs)
    }

    /// Reads all keypairs that the caller may see, with their secret keys, by default 20 per page.
    /// [`PagedKeyPairs`](super::keypair::PagedKeyPairs) has no secret keys.
    pub fn paginated_list(
        &self,
        list: PagedKeyPairsWithSecrets,
    ) -> Pager<PagedKeyPairsWithSecrets> {
        self.0.pages(list).page_size(PAGE_SIZE)
    }

    /// Returns one keypair with its secret key, without an access key the caller's own. `None` if it does
    /// not exist, and if its owner is in no project. [`GetKeyPair`](super::keypair::GetKeyPair) has no
    /// secret key.
    ///
    /// # Errors
    ///
    /// See [`Error`]; a user without admin rights may read only own keypairs.
    pub async fn info(
        &self,
        access_key: impl Into<MaybeUndefined<String>>,
    ) -> Result<Option<KeyPairWithSecret>> {
        Ok(self.0.send(GetKeyPairWithSecret::new().access_key(access_key)).await?.keypair)
    }

    /// Activates a keypair.
    ///
    /// Role: superadmin.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    pub async fn activate(&self, access_key: impl Into<String>) -> Result<()> {
        self.update(access_key, ModifyKeyPairInput::new().is_active(true)).await
    }

    /// Deactivates a keypair, which is kept.
    ///
    /// Role: superadmin.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update); refused if it is the default keypair of its owner.
    pub async fn deactivate(&self, access_key: impl Into<String>) -> Result<()> {
        self.update(access_key, ModifyKeyPairInput::new().is_active(false)).await
    }
}
