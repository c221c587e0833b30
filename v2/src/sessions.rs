//! Functions on sessions.

use backendai::{Client, Result, Uuid};

use crate::{
    Id,
    session::{Session, SessionDetail, TerminateSessions, terminate_sessions::TerminateSessionsV2},
};

/// Adds [`sessions`](Self::sessions) to the client. The Admin API cannot end a session, so these functions
/// are here and not beside `Client::users`.
pub trait ClientExt {
    /// Returns the functions on sessions.
    ///
    /// ```no_run
    /// # async fn run(client: backendai::Client) -> backendai::Result<()> {
    /// use backendai_v2::{ClientExt as _, session::AdminSessions, types::*};
    ///
    /// let pending = SessionV2Filter::new().status(SessionV2StatusFilter::Equals(SessionV2Status::Pending));
    /// let mut sessions = client.pages(AdminSessions::new().filter(pending)).items();
    /// let mut ids = Vec::new();
    /// while let Some(session) = sessions.next().await {
    ///     ids.push(session?.id);
    /// }
    /// let ended = client.sessions().terminate(ids).await?;
    /// println!("{} sessions end, {} are not there", ended.terminating.len(), ended.skipped.len());
    /// # Ok(())
    /// # }
    /// ```
    fn sessions(&self) -> Sessions<'_>;
}

impl ClientExt for Client {
    fn sessions(&self) -> Sessions<'_> {
        Sessions(self)
    }
}

/// Functions on sessions, see [`ClientExt::sessions`]. They need manager 26.4.4.
#[derive(Clone, Copy, Debug)]
pub struct Sessions<'a>(&'a Client);

impl Sessions<'_> {
    /// Returns a session; `None` if there is none.
    ///
    /// Role: user with permission.
    ///
    /// # Errors
    ///
    /// See [`Error`](backendai::Error).
    pub async fn find(&self, id: Uuid) -> Result<Option<SessionDetail>> {
        match self.0.send(Session::new(id)).await {
            Ok(data) => Ok(Some(data.session_v2)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Ends sessions, and cancels those that are pending. The manager ends them after its answer: read
    /// the status with [`find`](Self::find). Sessions that are missing or have ended are `skipped`, and no
    /// error.
    ///
    /// Role: user with permission.
    ///
    /// # Errors
    ///
    /// Among others: the caller may not end one of them
    /// ([`is_permission_denied`](backendai::Error::is_permission_denied)).
    pub async fn terminate(
        &self,
        ids: impl IntoIterator<Item: Into<Id>>,
    ) -> Result<TerminateSessionsV2> {
        self.end(ids, false).await
    }

    /// As [`terminate`](Self::terminate), but without waiting for the agents: containers of an agent that
    /// does not answer may keep running.
    ///
    /// # Errors
    ///
    /// As [`terminate`](Self::terminate).
    pub async fn force_terminate(
        &self,
        ids: impl IntoIterator<Item: Into<Id>>,
    ) -> Result<TerminateSessionsV2> {
        self.end(ids, true).await
    }

    async fn end(
        &self,
        ids: impl IntoIterator<Item: Into<Id>>,
        forced: bool,
    ) -> Result<TerminateSessionsV2> {
        let ids: Vec<_> = ids.into_iter().map(Into::into).collect();
        self.0
            .send(TerminateSessions::new(ids, forced))
            .await
            .map(|data| data.terminate_sessions_v2)
    }
}
