//! Subscriptions, against the embedded manager.

use std::time::Duration;

use backendai::{
    Client, Config, ConfigBuilder, EndpointType, Error, OperationKind, Subscribe, Subscription,
    VersionPolicy,
};
use backendai_testing::{Account, Fault, Manager, SignedDuration, Step};
use backendai_v2::{
    OPERATIONS,
    artifact::{ArtifactImportProgressUpdated, ArtifactStatusChanged},
    background_task::BackgroundTaskEvents,
    deployment::{DeploymentStatusChanged, ReplicaStatusChanged},
    scheduling::{SchedulingEventsBySession, scheduling_events_by_session::Data},
    types::{ArtifactStatusChangedInput, BgtaskEventType, SchedulingStatus},
};
use serde_json::{Value, json};

const SESSION: &str = "f0000006-0000-4000-8000-000000000001";
const ROOT: &str = "schedulingEventsBySession";
/// What takes longer hangs.
const HANGS: Duration = Duration::from_secs(60);

fn config(endpoint: &str, account: &Account) -> ConfigBuilder {
    Config::builder()
        .endpoint(endpoint)
        .access_key(&account.access_key)
        .secret_key(&*account.secret_key)
}

fn client(manager: &Manager, account: &Account) -> Client {
    Client::new(config(manager.endpoint(), account).build().unwrap()).unwrap()
}

fn subscribe(client: &Client) -> Subscription<Data> {
    client.subscribe(SchedulingEventsBySession::new(SESSION))
}

async fn next(events: &mut Subscription<Data>) -> Option<backendai::Result<Data>> {
    tokio::time::timeout(HANGS, events.next()).await.unwrap()
}

/// The error that ends the stream.
async fn last_error(events: &mut Subscription<Data>) -> Error {
    let error = next(events).await.unwrap().unwrap_err();
    assert!(next(events).await.is_none(), "{error}");
    assert_eq!(error.operation(), Some("SchedulingEventsBySession"), "{error}");
    error
}

fn event(status: &str) -> Step {
    // The document does not select all of it.
    let event =
        json!({"sessionId": SESSION, "statusTransition": status, "reason": "r", "session": null});
    Step::Event(event)
}

/// Waits until so many subscriptions are open.
async fn open(manager: &Manager, count: usize) {
    let open = manager.subscriptions().wait_for(ROOT, count);
    tokio::time::timeout(HANGS, open).await.unwrap();
}

#[tokio::test]
async fn scripted_events_arrive() {
    let manager = Manager::start().await.unwrap();
    let error = Step::Error("Insufficient permission to perform this operation.".into());
    let pause = Step::Pause(Duration::from_millis(10));
    let status = "NEW_IN_A_LATER_RELEASE";
    let newer = json!({"sessionId": SESSION, "statusTransition": status, "reason": "r"});
    let newer = json!({"data": {"schedulingEventsBySession": newer}});
    let newer = Step::Text(json!({"id": "1", "type": "next", "payload": newer}).to_string());
    let steps = [event("PENDING"), error, pause, newer, event("RUNNING"), Step::Complete];
    manager.subscriptions().script(ROOT, steps);
    let mut events = subscribe(&client(&manager, manager.user()));
    let first = next(&mut events).await.unwrap().unwrap().scheduling_events_by_session;
    assert_eq!((first.status_transition, &*first.reason), (SchedulingStatus::Pending, "r"));
    assert_eq!(first.session_id.uuid().unwrap().to_string(), SESSION);
    assert!(next(&mut events).await.unwrap().unwrap_err().is_permission_denied());
    let newer = next(&mut events).await.unwrap().unwrap().scheduling_events_by_session;
    let unknown = SchedulingStatus::UnknownValue(status.into());
    assert_eq!(newer.status_transition, unknown);
    let last = next(&mut events).await.unwrap().unwrap().scheduling_events_by_session;
    assert_eq!(last.status_transition, SchedulingStatus::Running);
    assert!(next(&mut events).await.is_none());

    // The version is looked up once, and the WebSocket is signed.
    let requests: Vec<_> = manager.requests();
    let lines: Vec<_> = requests.iter().map(|r| format!("{} {}", r.method(), r.path())).collect();
    assert_eq!(lines, ["GET /", "GET /admin/gql/strawberry"]);
    assert!(requests[1].header("authorization").unwrap().contains(&manager.user().access_key));
}

#[tokio::test]
async fn events_can_be_sent_while_the_program_runs() {
    let manager = Manager::start().await.unwrap();
    let client = client(&manager, manager.superadmin());
    let mut one = subscribe(&client);
    let mut other = subscribe(&client);
    one.connect().await.unwrap();
    other.connect().await.unwrap();
    let all = manager.subscriptions();
    open(&manager, 2).await;
    assert_eq!(all.open(ROOT), vec![json!({"sessionId": SESSION}); 2]);
    assert_eq!(all.send(ROOT, &event("TERMINATED")), 2);
    for events in [&mut one, &mut other] {
        let event = next(events).await.unwrap().unwrap().scheduling_events_by_session;
        assert_eq!(event.status_transition, SchedulingStatus::Terminated);
    }
    // The one that is dropped ends there, and the other one stays.
    drop(one);
    open(&manager, 1).await;
    all.send(ROOT, &Step::Close(1012, "restarting".into()));
    assert_eq!(last_error(&mut other).await.close_code(), Some(1012));
    open(&manager, 0).await;

    let mut events = subscribe(&client);
    events.connect().await.unwrap();
    open(&manager, 1).await;
    all.send(ROOT, &Step::Text("no JSON".into()));
    assert!(last_error(&mut events).await.is_decode());
    open(&manager, 0).await;
    let mut events = subscribe(&client);
    events.connect().await.unwrap();
    open(&manager, 1).await;
    all.send(ROOT, &Step::Abort);
    assert!(last_error(&mut events).await.is_transport());
}

/// The errors of all items.
async fn errors<S: Subscribe>(client: &Client, subscription: S) -> Vec<Error> {
    let mut events = client.subscribe(subscription);
    let mut errors = Vec::new();
    while let Some(event) = events.next().await {
        errors.extend(event.err());
    }
    errors
}

#[tokio::test]
async fn what_the_manager_does_not_implement_is_a_clear_error() {
    let manager = Manager::start().await.unwrap();
    let client = client(&manager, manager.superadmin());
    let input = ArtifactStatusChangedInput::new([SESSION.into()]);
    let all = [
        errors(&client, ArtifactStatusChanged::new(input)).await,
        errors(&client, ArtifactImportProgressUpdated::new(SESSION)).await,
        errors(&client, DeploymentStatusChanged::new()).await,
        errors(&client, ReplicaStatusChanged::new(SESSION)).await,
    ];
    for errors in all {
        let [error] = &errors[..] else { panic!("{errors:?}") };
        assert!(error.is_server_bug() && error.is_graphql(), "{error}");
        let shown = error.to_string();
        assert!(shown.contains("Subscription not implemented"), "{shown}");
        assert!(shown.ends_with("does not implement it: read the state with a query"), "{shown}");
    }
    let [error] = &errors(&client, SchedulingEventsBySession::new("nonsense")).await[..] else {
        panic!()
    };
    assert!(error.is_bad_argument(), "{error}");
}

#[tokio::test]
async fn values_of_other_subscriptions_are_decoded() {
    let manager = Manager::start().await.unwrap();
    let event =
        json!({"taskId": SESSION, "eventType": "DONE", "message": "m", "currentProgress": 1.5});
    let steps = [Step::Event(event), Step::Complete];
    manager.subscriptions().script("backgroundTaskEvents", steps);
    let client = client(&manager, manager.superadmin());
    let mut events = client.subscribe(BackgroundTaskEvents::new(SESSION));
    let event = events.next().await.unwrap().unwrap().background_task_events;
    assert_eq!((event.event_type, event.current_progress), (BgtaskEventType::Done, Some(1.5)));
    assert_eq!(event.total_progress, None);
}

#[tokio::test]
async fn a_document_of_another_schema_is_refused() {
    #[derive(serde::Serialize)]
    struct Unknown;
    impl Subscribe for Unknown {
        type Data = Value;

        fn info(&self) -> &'static backendai::OperationInfo {
            static INFO: backendai::OperationInfo =
                backendai::OperationInfo::subscription("Unknown", "subscription Unknown{nope}");
            &INFO
        }
    }
    let manager = Manager::start().await.unwrap();
    let errors = errors(&client(&manager, manager.superadmin()), Unknown).await;
    let [error] = &errors[..] else { panic!("{errors:?}") };
    assert!(error.is_bad_document(), "{error}");
    assert!(
        error.to_string().contains("Cannot query field 'nope' on type 'Subscription'"),
        "{error}"
    );
}

#[tokio::test]
async fn a_login_session_goes_through_the_webserver() {
    let manager = Manager::start().await.unwrap();
    let webserver = manager.webserver().await.unwrap();
    let config =
        Config::builder().endpoint(webserver.endpoint()).endpoint_type(EndpointType::Session);
    let client = Client::new(config.build().unwrap()).unwrap();
    let error = last_error(&mut subscribe(&client)).await;
    assert!(error.is_login_required(), "{error}");

    let user = manager.user();
    client.login(&*user.email, &*user.password).await.unwrap();
    manager.subscriptions().script(ROOT, [event("RUNNING"), Step::Complete]);
    let mut events = subscribe(&client);
    assert!(next(&mut events).await.unwrap().is_ok());
    assert!(next(&mut events).await.is_none());
    let requests = webserver.requests();
    let upgrade = requests.last().unwrap();
    assert_eq!((upgrade.method(), upgrade.path()), ("GET", "/func/admin/gql/strawberry"));
    assert!(upgrade.header("cookie").is_some() && upgrade.header("authorization").is_none());

    webserver.forget_sessions();
    let error = last_error(&mut subscribe(&client)).await;
    assert!(error.is_login_required() && error.is_from_webserver(), "{error}");
}

#[tokio::test]
async fn wrong_keys_are_refused_at_the_upgrade() {
    let manager = Manager::start().await.unwrap();
    for account in [manager.inactive_key(), manager.inactive_user()] {
        let error = last_error(&mut subscribe(&client(&manager, account))).await;
        assert!(error.is_auth(), "{error}");
    }
    assert!(manager.subscriptions().open(ROOT).is_empty());
}

#[tokio::test]
async fn an_older_manager_is_not_asked() {
    let manager = Manager::builder().release("25.15.0").start().await.unwrap();
    let client = client(&manager, manager.superadmin());
    let error = last_error(&mut subscribe(&client)).await;
    assert!(error.is_manager_too_old(), "{error}");
    let shown = error.to_string();
    assert!(shown.contains("subscriptions over WebSocket") && shown.contains("26.4.0"), "{shown}");
    assert_eq!(manager.requests().len(), 1);
    let mut events = subscribe(&client).version_policy(VersionPolicy::Ignore);
    let error = last_error(&mut events).await;
    assert!(error.is_wrong_address(), "{error}");
}

#[tokio::test]
async fn connecting_follows_the_clients_policies() {
    let manager =
        Manager::builder().clock_offset(SignedDuration::from_hours(1)).start().await.unwrap();
    manager.subscriptions().script(ROOT, [event("RUNNING")]);
    let config = config(manager.endpoint(), manager.superadmin()).build().unwrap();
    let client = Client::builder(config).sleep(|_| std::future::ready(())).build().unwrap();
    client.negotiate().await.unwrap();
    manager.faults().push(Fault::gateway(502));
    manager.faults().push(Fault::Close);
    // A gateway, a closed connection, a refused date, and then it is accepted.
    assert!(next(&mut subscribe(&client)).await.unwrap().is_ok());
    assert!(client.clock_offset().as_mins() >= 59);
}

#[test]
fn descriptions_are_those_of_subscriptions() {
    let all = OPERATIONS.iter().filter(|info| info.kind == OperationKind::Subscription);
    let mut roots = Vec::new();
    for info in all {
        assert!(info.docs.starts_with("Follows "), "{}", info.name);
        assert!(info.min_manager_version().is_some(), "{}", info.name);
        roots.extend(info.root_fields.iter().map(|field| field.name));
    }
    roots.sort_unstable();
    assert_eq!(
        roots,
        [
            "artifactImportProgressUpdated",
            "artifactStatusChanged",
            "backgroundTaskEvents",
            "deploymentStatusChanged",
            "replicaStatusChanged",
            "schedulingEventsBySession"
        ]
    );
}
