//! Lists the sessions that have not ended, gives the owner of one a role, and follows the events of that
//! session until it ends.
//!
//! `session_events [SESSION [--terminate]]`: SESSION is the id of a session, the first of the list unless
//! given; `--terminate` ends it. The role is a new one in the session's project, and is deleted at the end.
//!
//! Without configuration it starts an embedded manager, whose sessions have ended, and the events of one are
//! scripted. With `BACKEND_ENDPOINT`, `BACKEND_ACCESS_KEY` and
//! `BACKEND_SECRET_KEY` it uses that manager, of version 26.9 or newer; the keys must be those of a
//! superadmin.

use std::env;

use backendai::{Client, Config, Uuid};
use backendai_testing::{Manager, Step};
use backendai_v2::{
    GlobalId,
    role::{AdminAssignRole, AdminCreateRole, AdminDeleteRole, AdminPurgeRole, AdminRevokeRole},
    scheduling::SchedulingEventsBySession,
    session::{AdminSessions, Session, TerminateSessions},
    types::{
        AssignRoleInput, CreateRoleInput, DeleteRoleInput, PurgeRoleInput, RevokeRoleInput,
        SchedulingStatus, ScopeInput, SessionV2Filter, SessionV2Status, SessionV2StatusFilter,
    },
};
use serde_json::json;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the output is the purpose of the example")]
async fn main() -> Result<()> {
    let embedded = match env::var_os("BACKEND_ENDPOINT") {
        Some(_) => None,
        None => Some(Manager::builder().start().await?),
    };
    let client = match &embedded {
        None => Client::from_env()?,
        Some(manager) => {
            let admin = manager.superadmin();
            let config = Config::builder()
                .endpoint(manager.endpoint())
                .access_key(&admin.access_key)
                .secret_key(admin.secret_key.as_str());
            Client::new(config.build()?)?
        }
    };
    let mut arguments = env::args().skip(1);
    let mut chosen = arguments.next().map(GlobalId::from);
    let terminate = arguments.next().is_some_and(|argument| argument == "--terminate");

    let mut list = AdminSessions::new();
    if embedded.is_none() {
        let ended = [SessionV2Status::Terminated, SessionV2Status::Cancelled];
        let status = SessionV2StatusFilter::NotIn(ended.into());
        list = list.filter(SessionV2Filter::new().status(status));
    }
    let mut sessions = client.pages(list).prefetch(2).items();
    while let Some(session) = sessions.next().await {
        let session = session?;
        println!("session  {} {}", session.metadata.name, session.lifecycle.status.as_str());
        chosen.get_or_insert(session.id);
    }
    let Some(id) = chosen else {
        println!("none has to be followed");
        return Ok(());
    };

    let session = client.send(Session::new(id.uuid()?)).await?.session_v2;
    let owner = session.user_id.uuid()?;
    let role = CreateRoleInput::new(format!("session-events-{}", std::process::id()))
        .scope(ScopeInput::new("project", session.project_id.uuid()?));
    let role = client.send(AdminCreateRole::new(role)).await?.admin_create_role;
    let role_id = role.id.uuid()?;
    client.send(AdminAssignRole::new(AssignRoleInput::new(owner, role_id))).await?;
    println!("role     {} of {owner}", role.name);

    if let Some(manager) = &embedded {
        script(manager, id.uuid()?);
    }
    let followed = follow(&client, &id, terminate).await;

    client.send(AdminRevokeRole::new(RevokeRoleInput::new(owner, role_id))).await?;
    client.send(AdminDeleteRole::new(DeleteRoleInput::new(role_id))).await?;
    client.send(AdminPurgeRole::new(PurgeRoleInput::new(role_id))).await?;
    followed
}

/// Scripts what the embedded manager sends of a session that ends.
fn script(manager: &Manager, session: Uuid) {
    let events = ["TERMINATING", "TERMINATED"].map(|status| {
        let reason = "user-requested";
        Step::Event(json!({ "sessionId": session, "statusTransition": status, "reason": reason }))
    });
    manager.subscriptions().script("schedulingEventsBySession", events);
}

/// Prints the events of a session until it ends.
#[expect(clippy::print_stdout, reason = "the output is the purpose of the example")]
async fn follow(client: &Client, session: &GlobalId, terminate: bool) -> Result<()> {
    let mut events = client.subscribe(SchedulingEventsBySession::new(session));
    // From here on no event is missed.
    events.connect().await?;
    if terminate {
        client.send(TerminateSessions::new([session.into()], false)).await?;
    }
    while let Some(event) = events.next().await {
        let event = event?.scheduling_events_by_session;
        println!("event    {} {}", event.status_transition.as_str(), event.reason);
        if matches!(
            event.status_transition,
            SchedulingStatus::Terminated | SchedulingStatus::Cancelled | SchedulingStatus::Error
        ) {
            break;
        }
    }
    Ok(())
}
