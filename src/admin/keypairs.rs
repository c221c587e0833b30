//! Keypairs: the generated operations, and the KeyPair functions over them.
//!
//! The functions have the names and the defaults of the official client's. Where that one is
//! silent, these are not: a refusal (`ok: false`) is an error, and [`KeyPairs::info`] asks for the
//! keypair it is given.

use super::{
    keypair::{
        CreateKeyPair, DeleteKeyPair, GetKeyPair, KeyPairDetail, ListKeyPairs, ModifyKeyPair,
        NewKeyPair, PagedKeyPairs,
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

/// The KeyPair functions, see [`Client::keypairs`].
#[derive(Clone, Copy, Debug)]
pub struct KeyPairs<'a>(&'a Client);

impl Client {
    /// The KeyPair functions.
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
    /// Creates a keypair for the user with this e-mail address: active and without admin rights
    /// unless `props` says otherwise. The answer is the only place where the secret key has to be
    /// taken from. Role: superadmin.
    ///
    /// # Errors
    ///
    /// Among all that [`Error`] can be: there is no such user or resource policy
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

    /// Changes what `props` sets and nothing else. Role: superadmin.
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create); refused ([`is_refused`](Error::is_refused)) when
    /// there is no such keypair.
    pub async fn update(
        &self,
        access_key: impl Into<String>,
        props: ModifyKeyPairInput,
    ) -> Result<()> {
        self.0.send(ModifyKeyPair::new(access_key, props)).await.map(drop)
    }

    /// Deletes a keypair. Role: superadmin.
    ///
    /// # Errors
    ///
    /// Refused when there is no such keypair, and when it is its owner's default one.
    pub async fn delete(&self, access_key: impl Into<String>) -> Result<()> {
        self.0.send(DeleteKeyPair::new(access_key)).await.map(drop)
    }

    /// The keypairs of one user, or of all that the caller may see, in one answer.
    ///
    /// **The manager answers with at most 100 rows and does not say that there are more.** Use
    /// [`paginated_list`](Self::paginated_list) to have all.
    ///
    /// # Errors
    ///
    /// All that [`Error`] can be.
    pub async fn list(&self, list: ListKeyPairs) -> Result<Vec<KeyPairDetail>> {
        Ok(self.0.send(list).await?.keypairs)
    }

    /// A walk over all keypairs that the caller may see, 20 to a page unless set otherwise.
    pub fn paginated_list(&self, list: PagedKeyPairs) -> Pager<PagedKeyPairs> {
        self.0.pages(list).page_size(PAGE_SIZE)
    }

    /// One keypair; the caller's own when the access key is left out. `None` when there is no such
    /// keypair, and when its owner is in no project.
    ///
    /// # Errors
    ///
    /// All that [`Error`] can be; a plain user may ask for own keypairs only.
    pub async fn info(
        &self,
        access_key: impl Into<MaybeUndefined<String>>,
    ) -> Result<Option<KeyPairDetail>> {
        Ok(self.0.send(GetKeyPair::new().access_key(access_key)).await?.keypair)
    }

    /// Makes a keypair usable again. Role: superadmin.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    pub async fn activate(&self, access_key: impl Into<String>) -> Result<()> {
        self.update(access_key, ModifyKeyPairInput::new().is_active(true)).await
    }

    /// Makes a keypair unusable, and keeps it. Role: superadmin.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update); refused when it is its owner's default keypair.
    pub async fn deactivate(&self, access_key: impl Into<String>) -> Result<()> {
        self.update(access_key, ModifyKeyPairInput::new().is_active(false)).await
    }
}
