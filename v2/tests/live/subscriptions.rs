//! Subscriptions: real events, through the manager and its webserver, and what the manager refuses.

use std::time::Duration;

use backendai::{Client, EndpointType, Error, OperationInfo, Subscribe};
use backendai_v2::{
    artifact::{ArtifactImportProgressUpdated, ArtifactStatusChanged},
    background_task::BackgroundTaskEvents,
    deployment::{DeploymentStatusChanged, ReplicaStatusChanged},
    scheduling::{SchedulingEventsBySession, scheduling_events_by_session::Data},
    session::TerminateSessions,
    types::{ArtifactStatusChangedInput, SchedulingStatus},
};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{Manager, pending_session};

/// An event takes no longer.
const SOON: Duration = Duration::from_secs(60);
/// The manager follows a session some time after it was subscribed to.
const SETTLED: Duration = Duration::from_secs(2);

/// The states up to the one that a session which is cancelled ends with.
async fn states(events: &mut backendai::Subscription<Data>) -> Vec<SchedulingStatus> {
    let mut states = Vec::new();
    while states.last() != Some(&SchedulingStatus::Cancelled) {
        let event = timeout(SOON, events.next()).await.unwrap().unwrap().unwrap();
        states.push(event.scheduling_events_by_session.status_transition);
    }
    states
}

#[tokio::test]
async fn a_cancelled_session_is_an_event_for_all_who_may_see_it() {
    let Some(manager) = Manager::turn().await else { return };
    let _filled = manager.fill();
    let session = pending_session();
    let superadmin = manager.client("SUPERADMIN");
    let mut all = vec![
        superadmin.subscribe(SchedulingEventsBySession::new(&*session)),
        manager.client("USER").subscribe(SchedulingEventsBySession::new(&*session)),
    ];
    // The webserver passes the WebSocket of a login on.
    let webserver = std::env::var("BACKEND_WEBSERVER_ENDPOINT").unwrap();
    let config = backendai::Config::builder().endpoint(webserver);
    let config = config.endpoint_type(EndpointType::Session).build().unwrap();
    let logged_in = Client::new(config).unwrap();
    let error = logged_in.subscribe(SchedulingEventsBySession::new(&*session)).next().await;
    assert!(error.unwrap().unwrap_err().is_login_required());
    let of_superadmin = |what| std::env::var(format!("BACKEND_SUPERADMIN_{what}")).unwrap();
    logged_in.login(of_superadmin("EMAIL"), of_superadmin("PASSWORD")).await.unwrap();
    all.push(logged_in.subscribe(SchedulingEventsBySession::new(&*session)));
    for events in &mut all {
        events.connect().await.unwrap();
    }
    tokio::time::sleep(SETTLED).await;
    let terminate = TerminateSessions::new([session.as_str().into()], false);
    let ended = superadmin.send(terminate).await.unwrap().terminate_sessions_v2;
    assert_eq!(serde_json::to_value(ended.cancelled).unwrap(), json!([session]));
    for events in &mut all {
        println!("{:?}", states(events).await);
    }
    logged_in.logout().await.unwrap();
}

#[tokio::test]
async fn a_silent_connection_stays_open_by_pings() {
    let Some(manager) = Manager::turn().await else { return };
    let _filled = manager.fill();
    let session = pending_session();
    let events = manager.client("SUPERADMIN").subscribe(SchedulingEventsBySession::new(session));
    let mut events = events.keep_alive(Duration::from_millis(300));
    events.connect().await.unwrap();
    // Without pongs it would fail after 600 milliseconds.
    assert!(timeout(Duration::from_secs(3), events.next()).await.is_err());
    drop(events);
    tokio::time::sleep(SETTLED).await;
}

/// The only error of a subscription, which ends it.
async fn refusal<S: Subscribe>(client: &Client, subscription: S) -> Error {
    let mut events = client.subscribe(subscription);
    let first = timeout(SOON, events.next()).await.unwrap().unwrap();
    assert!(timeout(SOON, events.next()).await.unwrap().is_none());
    let error = first.err().unwrap();
    println!("{error}");
    error
}

#[tokio::test]
async fn refusals_are_those_of_their_kind() {
    let Some(manager) = Manager::turn().await else { return };
    let _filled = manager.fill();
    let session = pending_session();
    let (superadmin, other) = (manager.client("SUPERADMIN"), manager.client("OTHER_ADMIN"));
    let error = refusal(&other, SchedulingEventsBySession::new(&*session)).await;
    assert!(error.is_permission_denied(), "{error}");
    let missing = "00000000-0000-4000-8000-000000000000";
    let error = refusal(&superadmin, SchedulingEventsBySession::new(missing)).await;
    assert!(error.is_not_found(), "{error}");
    let error = refusal(&superadmin, SchedulingEventsBySession::new("nonsense")).await;
    assert!(error.is_bad_argument(), "{error}");
    let error =
        refusal(&manager.client("INACTIVE_KEY"), SchedulingEventsBySession::new(&*session)).await;
    assert!(error.is_auth(), "{error}");

    #[derive(serde::Serialize)]
    struct Unknown;
    impl Subscribe for Unknown {
        type Data = Value;

        fn info(&self) -> &'static OperationInfo {
            static INFO: OperationInfo =
                OperationInfo::subscription("Unknown", "subscription Unknown{nope}");
            &INFO
        }
    }
    let error = refusal(&superadmin, Unknown).await;
    assert!(error.is_bad_document(), "{error}");
}

#[tokio::test]
async fn what_the_manager_cannot_do_is_a_clear_error() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client("SUPERADMIN");
    let id = "00000000-0000-4000-8000-000000000000";
    let input = ArtifactStatusChangedInput::new([id.into()]);
    for error in [
        refusal(&client, ArtifactStatusChanged::new(input)).await,
        refusal(&client, ArtifactImportProgressUpdated::new(id)).await,
        refusal(&client, DeploymentStatusChanged::new()).await,
        refusal(&client, ReplicaStatusChanged::new(id)).await,
    ] {
        assert!(error.is_server_bug(), "{error}");
        assert!(error.to_string().contains("Subscription not implemented"), "{error}");
    }

    // A task of the Admin API: no operation of the v2 API starts one without a storage proxy.
    let rescan = "mutation Rescan { rescan_images { task_id } }";
    let answer = client.send_document(rescan, json!({})).await.unwrap();
    let task: Value = serde_json::from_str(answer.get()).unwrap();
    let task = task["rescan_images"]["task_id"].as_str().unwrap();
    let error = refusal(&client, BackgroundTaskEvents::new(task)).await;
    assert!(error.is_server_bug() && error.to_string().contains("has no attribute"), "{error}");
}
