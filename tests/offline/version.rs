//! One build for managers of many versions: what is sent, what is left out, what is refused.

use std::sync::Arc;

use backendai::{
    Client, Config, ManagerVersion, Operation, VersionPolicy,
    admin::keypair::{GetKeyPair, ListKeyPairs, PagedKeyPairs},
    operation::Compiled as _,
};
use backendai_testing::Manager;
use serde_json::{Value, json};

use crate::{
    golden::{
        types::{self, Unit},
        versions::{Fleet, Move, Soon},
    },
    support::{
        embedded,
        logs::Log,
        transport::{self, ok},
    },
};

const FLEET: &str = r#"{"data":{"fleet":{"name":"first"}}}"#;
const DONE: &str = r#"{"data":{"move":{"ok":true,"msg":""}}}"#;

/// A manager that reports this version, or none, and gives one answer to every operation.
struct Fake(Arc<transport::Fake>);

impl Fake {
    fn new(manager: impl Into<Option<&'static str>>, answer: &'static str) -> Self {
        let manager = manager.into();
        Self(transport::Fake::new(move |_, request| match (request.method.as_str(), manager) {
            ("GET", Some(manager)) => {
                ok(json!({"version": "v9.20250722", "manager": manager}).to_string())
            }
            ("GET", None) => transport::answer(404, "application/json", ""),
            _ => ok(answer),
        }))
    }

    fn client(&self) -> Client {
        self.client_with(VersionPolicy::default())
    }

    fn client_with(&self, policy: VersionPolicy) -> Client {
        let config = Config::builder().endpoint("https://manager.invalid").access_key("");
        Client::builder(config.build().unwrap())
            .transport(self.0.clone())
            .version_policy(policy)
            .build()
            .unwrap()
    }

    fn methods(&self) -> Vec<String> {
        self.0.requests().iter().map(|it| it.method.to_string()).collect()
    }

    /// Text and variables of the last request.
    fn sent(&self) -> (String, Value) {
        let body: Value = serde_json::from_slice(&self.0.requests().last().unwrap().body).unwrap();
        (body["query"].as_str().unwrap().to_owned(), body["variables"].clone())
    }
}

#[test]
fn an_operation_lists_its_requirements() {
    assert_eq!(Fleet::INFO.min_manager_version(), Some(ManagerVersion::new(24, 3, 1)));
    let reasons: Vec<_> = Fleet::INFO.requires.iter().map(ToString::to_string).collect();
    assert_eq!(reasons, ["`Fleet` needs 24.3.1 or 23.9.6"]);
    assert_eq!(Soon::INFO.min_manager_version(), Some(ManagerVersion::new(26, 4, 2)));
    assert_eq!(PagedKeyPairs::INFO.min_manager_version(), None);
}

#[tokio::test]
async fn what_a_manager_does_not_know_is_left_out_with_its_variables() {
    let whole = Fleet::INFO.document.text;
    for (manager, text, variables) in [
        ("26.9.6", whole, json!({"name": "a", "first": 2})),
        (
            "25.1.0",
            "query Fleet($name:String! $first:Int!){fleet(name:$name){name size ...Robots}}\
             fragment Robots on Fleet{__typename robots(first:$first){name}}",
            json!({"name": "a", "first": 2}),
        ),
        (
            "23.09.6",
            "query Fleet($name:String!){fleet(name:$name){name ...Robots}}\
             fragment Robots on Fleet{__typename}",
            json!({"name": "a"}),
        ),
    ] {
        let fake = Fake::new(manager, FLEET);
        let client = fake.client();
        client.negotiate().await.unwrap();
        for _ in 0..2 {
            let data = client.send(Fleet::new("a", 2)).await.unwrap();
            assert_eq!((data.fleet.name.as_str(), data.fleet.size), ("first", None));
            let (sent, values) = fake.sent();
            let plain = |text: &str| text.replace([' ', '\n'], "");
            assert_eq!((plain(&sent), values), (plain(text), variables.clone()), "{manager}");
        }
    }
}

#[tokio::test]
async fn an_operation_that_needs_more_fails_before_it_is_sent() {
    for manager in ["24.3.0", "23.9.5", "23.03.12"] {
        let fake = Fake::new(manager, FLEET);
        let client = fake.client();
        client.negotiate().await.unwrap();
        let error = client.send(Fleet::new("a", 2)).await.unwrap_err();
        assert!(error.is_manager_too_old() && !error.is_unsupported_version());
        assert_eq!(error.missing()[0].coordinate(), "Fleet");
        let manager: ManagerVersion = manager.parse().unwrap();
        assert_eq!(
            error.to_string(),
            format!(
                "Fleet: the manager is of version {manager}, and this needs a newer one: `Fleet` \
                 needs 24.3.1 or 23.9.6; update it, leave out what is newer, or send it anyway with \
                 VersionPolicy::Warn"
            )
        );
        assert_eq!(fake.methods(), ["GET"]);
    }
}

#[tokio::test]
async fn a_value_that_the_manager_does_not_know_is_refused_and_null_is_not() {
    let step = || types::Step::new(1);
    let to = || types::Move::new("here");
    let refused = async |operation: Move| {
        let fake = Fake::new("25.2.0", DONE);
        let client = fake.client();
        client.negotiate().await.unwrap();
        let result = client.send(operation).await;
        let missing = result.err().map(|error| {
            error.missing().iter().map(|since| since.coordinate()).collect::<Vec<_>>()
        });
        assert_eq!(fake.methods().len(), 1 + usize::from(missing.is_none()));
        missing.unwrap_or_default()
    };
    let op = || Move::new("a");
    assert_eq!(refused(op()).await, [""; 0]);
    assert_eq!(refused(op().r#move(to())).await, [""; 0]);
    assert_eq!(refused(op().r#move(to().path(vec![step()]))).await, [""; 0]);
    assert_eq!(refused(op().dry(backendai::MaybeUndefined::Null)).await, [""; 0]);
    assert_eq!(refused(op().dry(true)).await, ["Mutation.move(dry:)"]);
    assert_eq!(refused(op().r#move(to().speed(1))).await, ["Move.speed"]);
    assert_eq!(refused(op().r#move(to().unit(Unit::Lb))).await, ["Unit.LB"]);
    let path = vec![step(), step().y(1)];
    assert_eq!(refused(op().r#move(to().path(path))).await, ["Step.y"]);
}

#[tokio::test]
async fn a_null_that_the_manager_does_not_know_is_not_sent() {
    let fake = Fake::new("25.2.0", DONE);
    let client = fake.client();
    client.negotiate().await.unwrap();
    client.send(Move::new("a").dry(backendai::MaybeUndefined::Null)).await.unwrap();
    assert_eq!(fake.sent().1, json!({"name": "a"}));
}

#[tokio::test]
async fn warn_sends_everything_with_one_warning_and_off_sends_no_probe() {
    let any = Fake::new("25.2.0", FLEET).client();
    let (log, guard) = Log::capture(async { any.send(Fleet::new("a", 2)).await.unwrap() }).await;

    let fake = Fake::new("25.2.0", DONE);
    let client = fake.client_with(VersionPolicy::Warn);
    client.negotiate().await.unwrap();
    client.send(Move::new("a").dry(true)).await.unwrap();
    let (text, variables) = fake.sent();
    assert!(text.contains("dry:$dry"), "{text}");
    assert_eq!(variables, json!({"name": "a", "dry": true}));
    let lines = log.take();
    assert_eq!(lines.matches("WARN").count(), 1, "{lines}");
    assert!(lines.contains("`Mutation.move(dry:)` needs 25.3.0"), "{lines}");
    drop(guard);

    let fake = Fake::new("23.3.0", FLEET);
    fake.client_with(VersionPolicy::Ignore).send(Fleet::new("a", 2)).await.unwrap();
    assert_eq!(
        (fake.methods(), fake.sent().0.as_str()),
        (vec!["POST".to_owned()], Fleet::INFO.document.text)
    );
    let client = fake.client();
    client.negotiate().await.unwrap();
    client.send(Fleet::new("a", 2)).version_policy(VersionPolicy::Ignore).await.unwrap();
    assert_eq!(fake.sent().0, Fleet::INFO.document.text);
}

#[tokio::test]
async fn the_version_is_requested_once_and_only_if_needed() {
    // Whoever understands the configured API version has what this needs.
    let fake = Fake::new("26.4.2rc3", FLEET);
    let client = fake.client();
    client.send(Fleet::new("a", 2)).await.unwrap();
    assert_eq!(fake.methods(), ["POST"]);

    let fake = Fake::new("26.4.2rc3", r#"{"data":{"soon":1}}"#);
    let client = fake.client();
    let (one, two) = (client.clone(), client.clone());
    let (one, two) = tokio::join!(one.send(Soon::new()), two.send(Soon::new()));
    assert_eq!((one.unwrap().soon, two.unwrap().soon), (Some(1), Some(1)));
    client.send(Soon::new()).await.unwrap();
    assert_eq!(fake.methods(), ["GET", "POST", "POST", "POST"]);

    let fake = Fake::new("26.4.1", r#"{"data":{"soon":1}}"#);
    let error = fake.client().send(Soon::new()).await.unwrap_err();
    assert!(error.is_manager_too_old(), "{error}");
    assert_eq!(fake.methods(), ["GET"]);
}

#[tokio::test]
async fn a_manager_without_a_version_is_sent_everything() {
    for manager in [None, Some(""), Some("unknown")] {
        let fake = Fake::new(manager, r#"{"data":{"soon":1}}"#);
        let client = fake.client();
        for _ in 0..2 {
            client.send(Soon::new()).await.unwrap();
        }
        assert_eq!(fake.methods(), ["GET", "POST", "POST"]);
    }
}

/// An embedded manager of a release, and a client of it.
async fn release(version: &str) -> (Manager, Client) {
    let manager = Manager::builder().release(version).start().await.unwrap();
    let client = embedded::client(&manager, manager.superadmin());
    (manager, client)
}

#[tokio::test]
async fn a_query_that_was_not_understood_goes_again_without_what_is_newer() {
    let (manager, client) = release("26.4.0").await;
    let found = client.send(ListKeyPairs::new()).await.unwrap();
    assert!(found.keypairs.iter().all(|keypair| keypair.is_default.is_none()));
    assert!(found.keypairs.iter().any(|keypair| keypair.rolling_count.is_some()));
    let count = manager.requests().len();
    assert_eq!(count, 3, "refused, asked for the version, answered");
    client.send(GetKeyPair::new()).await.unwrap();
    assert_eq!(manager.requests().len(), count + 1);
}

#[tokio::test]
async fn lists_and_chosen_fields_work_on_old_managers() {
    for (version, counts) in [("26.9.6", true), ("24.9.14", true), ("23.9.10", false)] {
        let (_manager, client) = release(version).await;
        client.negotiate().await.unwrap();
        let mut rows = client.pages(PagedKeyPairs::new()).items();
        let mut count = 0;
        while let Some(row) = rows.next().await {
            let row = row.unwrap();
            assert_eq!(row.is_default.is_some(), version == "26.9.6", "{version}");
            assert_eq!(row.rolling_count.is_some(), counts, "{version}");
            count += 1;
        }
        assert_eq!(count, 7);

        for fields in [&["access_key", "is_default"][..], &["is_default"]] {
            let list = PagedKeyPairs::new().select(fields.iter().copied()).unwrap();
            let mut rows = client.pages(list).page_size(3).items();
            while let Some(row) = rows.next().await {
                let row = row.unwrap();
                assert_eq!(row.contains_key("is_default"), version == "26.9.6", "{version}");
                assert!(row.contains_key(fields[0]) || fields[0] == "is_default", "{version}");
            }
        }
    }
}
