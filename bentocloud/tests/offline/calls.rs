//! The recordings of single calls and of whole operations, against what this crate sends.

use std::collections::{BTreeMap, BTreeSet};

use backendai_testing::bentocloud::{Account, BentoCloud, Fault, Strategy};
use bentocloud::{
    Client, CreateApiToken, DateTime, SecretContent, SecretItem, SecretKind,
    store::{Kind, Store},
    transfer::Transfer,
};
use serde_json::Value;

use crate::support::local::{store, version, write};

/// Single calls of which ours sends the same: method, path and members of the body.
const SINGLE: [&str; 48] = [
    "v1.get_bento_repository[404]",
    "v1.create_bento_repository",
    "v1.get_bento_repository",
    "v1.get_bento[404]",
    "v1.create_bento",
    "v1.create_bento[naive build_at, no micros]",
    "v1.list_bentos",
    "v1.update_bento",
    "v1.update_bento[defaults]",
    "v1.presign_bento_upload_url",
    "v1.presign_bento_download_url",
    "v1.start_bento_multipart_upload",
    "v1.presign_bento_multipart_upload_url",
    "v1.complete_bento_multipart_upload",
    "v1.start_upload_bento",
    "v1.finish_upload_bento",
    "v1.upload_bento",
    "v1.download_bento",
    "v1.get_model_repository[404]",
    "v1.create_model_repository",
    "v1.get_model_repository",
    "v1.create_model",
    "v1.get_model",
    "v1.get_latest_model",
    "v1.presign_model_upload_url",
    "v1.presign_model_download_url",
    "v1.start_model_multipart_upload",
    "v1.start_upload_model",
    "v1.presign_model_multipart_upload_url",
    "v1.complete_model_multipart_upload",
    "v1.finish_upload_model",
    "v1.upload_model",
    "v1.download_model",
    "v1.get_bentos_list",
    "v1.get_models_list",
    "v1.create_secret",
    "v1.list_secrets",
    "v1.list_secrets[args]",
    "v1.get_secret",
    "v1.update_secret",
    "v1.delete_secret",
    "v1.list_api_tokens",
    "v1.list_api_tokens[search]",
    "v1.create_api_token",
    "v1.create_api_token[all]",
    "v1.get_api_token",
    "v1.get_api_token[404]",
    "v1.delete_api_token",
];

/// Operations on secrets and tokens, which are one call each.
const OPERATIONS: [&str; 12] = [
    "secret.create",
    "secret.create mountfile",
    "secret.list",
    "secret.update",
    "secret.get",
    "secret.delete",
    "api_token.create",
    "api_token.list",
    "api_token.get unknown",
    "api_token.delete unknown",
    "bentos.list remote",
    "bentos.get remote latest",
];

/// Method, path without names, and the members of the body.
type Shape = (String, String, BTreeSet<String>);

fn path(target: &str) -> String {
    let path = target.split('?').next().unwrap();
    let mut segments: Vec<&str> = path.split('/').collect();
    for at in 0..segments.len() {
        let names: &[usize] = match segments[at] {
            "bento_repositories" | "model_repositories" => &[1, 3],
            "org_secrets" | "api_tokens" => &[1],
            "storage" => &[2, 3],
            _ => &[],
        };
        for name in names.iter().map(|offset| at + offset) {
            if name < segments.len() {
                segments[name] = "NAME";
            }
        }
    }
    segments.join("/")
}

fn shape(method: &str, target: &str, body: Option<&Value>) -> Shape {
    let members = body.and_then(Value::as_object).into_iter().flatten();
    let members = members.map(|(name, _)| name.clone()).collect();
    (method.to_owned(), path(target), members)
}

fn recorded(golden: &Value, case: &str) -> Vec<Shape> {
    let requests = golden[case]["requests"].as_array().unwrap_or_else(|| panic!("no {case}"));
    let of = |request: &Value| {
        // An archive is shown by its size and sum, and is no JSON.
        let body = Some(&request["body"]).filter(|body| body.get("bytes").is_none());
        shape(
            request["method"].as_str().unwrap(),
            request["target"].as_str().unwrap(),
            body.filter(|_| request["method"] != "PUT"),
        )
    };
    requests.iter().map(of).collect()
}

fn sent(cloud: &BentoCloud) -> Vec<Shape> {
    let requests = cloud.requests();
    cloud.forget();
    requests.iter().map(|one| shape(&one.method, &one.target, one.body.as_ref())).collect()
}

async fn cloud(strategy: Strategy) -> (BentoCloud, Client) {
    let cloud = BentoCloud::builder().token("ok-ada", Account::new("ada", "acme"));
    let cloud = cloud.start().await.unwrap();
    cloud.strategy(strategy);
    let client = Client::new(cloud.endpoint(), "ok-ada").unwrap();
    (cloud, client)
}

/// Calls everything once.
async fn everything() -> BTreeSet<Shape> {
    let mut all = BTreeSet::new();
    for strategy in [Strategy::Presigned, Strategy::Multipart, Strategy::Proxy] {
        let ((_home, store), (cloud, client)) = (store(), cloud(strategy).await);
        let transfer = Transfer { force: true, with_models: true, ..Transfer::default() };
        let (bento, model) = ("hello_svc:v1".parse().unwrap(), "tiny_model:v1".parse().unwrap());
        client.push(&store, Kind::Bento, &bento, &transfer).await.unwrap();
        client.push(&store, Kind::Bento, &bento, &transfer).await.unwrap();
        client.pull(&store, Kind::Bento, &bento, &transfer).await.unwrap();
        client.pull(&store, Kind::Model, &model, &transfer).await.unwrap();
        client.bentos(None).await.unwrap();
        client.models(None).await.unwrap();
        client.latest_bento("hello_svc").await.unwrap().unwrap();
        client.latest_model("tiny_model").await.unwrap().unwrap();
        let secrets = client.secrets();
        let content = SecretContent {
            kind: SecretKind::Env,
            items: vec![SecretItem::new("K", "V")],
            path: None,
            stage: Some("runtime".to_owned()),
        };
        secrets.create("s1", &content, None, None).await.unwrap();
        secrets.update("s1", &content, Some("d"), None).await.unwrap();
        secrets.get("s1", None).await.unwrap();
        secrets.list(None).await.unwrap();
        secrets.delete("s1", None).await.unwrap();
        let tokens = client.api_tokens();
        let wanted = CreateApiToken {
            name: "t".to_owned(),
            description: None,
            scopes: None,
            expired_at: DateTime::from_unix_micros(0),
        };
        let made = tokens.create(&wanted).await.unwrap();
        tokens.get(&made.uid).await.unwrap();
        tokens.list(None).await.unwrap();
        tokens.delete(&made.uid).await.unwrap();
        assert!(tokens.get("nope").await.unwrap_err().is_not_found());
        assert!(tokens.delete("nope").await.unwrap_err().is_not_found());
        all.extend(sent(&cloud));
    }
    all
}

#[tokio::test]
async fn single_calls_are_those_of_the_real_client() {
    let all = everything().await;
    for (file, cases) in
        [("api/rest_client.json", &SINGLE[..]), ("api/operations.json", &OPERATIONS)]
    {
        let golden = crate::support::json(file);
        for case in cases {
            for call in recorded(&golden, case) {
                assert!(all.contains(&call), "{case}: {call:?} is not in {all:#?}");
            }
        }
    }
}

/// In order, those of one part once.
fn sequence(calls: Vec<Shape>) -> Vec<Shape> {
    let mut kept: Vec<Shape> = Vec::new();
    for call in calls {
        let part = call.1.contains("presign_multipart") || call.1.starts_with("/storage");
        if !(part && kept.contains(&call)) {
            kept.push(call);
        }
    }
    kept
}

#[tokio::test]
async fn transfers_make_the_recorded_calls() {
    let golden = crate::support::json("api/operations.json");
    let theirs = |case: &str| sequence(recorded(&golden, case));
    // Push, and pull to an empty store, for each strategy.
    let cases: BTreeMap<_, _> = [
        ("presigned", Strategy::Presigned),
        ("no presigned url", Strategy::Fallback),
        ("proxy", Strategy::Proxy),
        ("presigned_url", Strategy::Multipart),
    ]
    .into();
    for (kind, tag, what, strategy, push, pull) in [
        (
            Kind::Bento,
            "hello_svc:v1",
            "bento",
            "presigned",
            "bentos.push strategy=None presigned",
            Some("bentos.pull strategy=None presigned"),
        ),
        (
            Kind::Bento,
            "hello_svc:v1",
            "bento",
            "no presigned url",
            "bentos.push strategy=None no presigned url (falls back to proxy)",
            Some("bentos.pull strategy=None no presigned url (proxy)"),
        ),
        (
            Kind::Bento,
            "hello_svc:v1",
            "bento",
            "proxy",
            "bentos.push strategy=proxy",
            Some("bentos.pull strategy=proxy"),
        ),
        (
            Kind::Bento,
            "hello_svc:v1",
            "bento",
            "presigned_url",
            "bentos.push strategy=presigned_url multipart (chunk size patched to 4096)",
            Some("bentos.pull strategy=presigned_url"),
        ),
        (
            Kind::Model,
            "tiny_model:v1",
            "model",
            "presigned",
            "models.push strategy=None presigned",
            None,
        ),
        (Kind::Model, "tiny_model:v1", "model", "proxy", "models.push strategy=proxy", None),
        (
            Kind::Model,
            "tiny_model:v1",
            "model",
            "presigned_url",
            "models.push strategy=presigned_url multipart (chunk size patched to 4096)",
            None,
        ),
    ] {
        let ((_home, store), (cloud, client)) = (store(), cloud(cases[strategy]).await);
        if kind == Kind::Bento {
            // The recorded bento has no model.
            let yaml = version(&store, kind, tag).join("bento.yaml");
            write(&yaml, "name: hello_svc\nversion: v1\nservices: [{name: Svc}]\n");
        }
        let tag = tag.parse().unwrap();
        let transfer = Transfer { part_size: 4096, ..Transfer::default() };
        client.push(&store, kind, &tag, &transfer).await.unwrap();
        assert_eq!(sequence(sent(&cloud)), theirs(push), "{push}");
        if strategy == "presigned" {
            client.push(&store, kind, &tag, &transfer).await.unwrap();
            let again = match kind {
                Kind::Bento => "bentos.push again (already there)",
                Kind::Model => "models.push again (already there)",
            };
            assert_eq!(sequence(sent(&cloud)), theirs(again), "{what}");
            let force = Transfer { force: true, ..transfer.clone() };
            client.push(&store, kind, &tag, &force).await.unwrap();
            let again = match kind {
                Kind::Bento => "bentos.push again force",
                Kind::Model => "models.push again force",
            };
            assert_eq!(sequence(sent(&cloud)), theirs(again), "{what}");
        }
        let elsewhere = tempfile::tempdir().unwrap();
        let other = Store::at(elsewhere.path());
        client.pull(&other, kind, &tag, &transfer).await.unwrap();
        let pulled = sequence(sent(&cloud));
        if let Some(pull) = pull {
            assert_eq!(pulled, theirs(pull), "{pull}");
        }
        client.pull(&other, kind, &tag, &transfer).await.unwrap();
        let none = if kind == Kind::Bento {
            "bentos.pull exists locally"
        } else {
            "models.pull exists locally"
        };
        assert_eq!(sent(&cloud), theirs(none), "{none}");
    }
    // A part that fails for good ends the upload here, and is completed with a hole there.
    for (case, times, ends) in [
        ("bentos.push multipart, one part fails twice", 2, "success"),
        ("bentos.push multipart, a part fails three times", 99, "failed"),
    ] {
        let ((_home, store), (cloud, client)) = (store(), cloud(Strategy::Multipart).await);
        let yaml = version(&store, Kind::Bento, "hello_svc:v1").join("bento.yaml");
        write(&yaml, "name: hello_svc\nversion: v1\nservices: [{name: Svc}]\n");
        let transfer = Transfer { part_size: 4096, attempts: 3, ..Transfer::default() };
        cloud.fault(Fault::status(500, "oops").on("PUT", "part=2").times(times));
        let tag = "hello_svc:v1".parse().unwrap();
        let pushed = client.push(&store, Kind::Bento, &tag, &transfer).await;
        assert_eq!(pushed.is_ok(), ends == "success", "{case}");
        let (ours, theirs) = (sequence(sent(&cloud)), theirs(case));
        let completes = |calls: &[Shape]| {
            calls.iter().any(|call| call.1.ends_with("complete_multipart_upload"))
        };
        assert!(completes(&theirs) && completes(&ours) == (ends == "success"), "{case}");
        assert_eq!(ours.last(), theirs.last(), "{case}");
    }
    // `models.pull version`, `models.pull latest`, `models.pull no version`, `models.pull strategy=proxy` and
    // `models.pull strategy=presigned_url` ask for the address without a look at the record, and twice.
    for case in ["models.pull version", "models.pull strategy=presigned_url"] {
        let calls = recorded(&golden, case);
        assert!(calls[0] == calls[1] && calls[0].1.ends_with("/presign_download_url"), "{case}");
    }
    for case in ["models.pull latest", "models.pull no version", "models.pull strategy=proxy"] {
        assert!(
            recorded(&golden, case).iter().any(|call| call.1.ends_with("presign_download_url"))
        );
    }
}

#[tokio::test]
async fn addresses_and_tokens_of_the_recordings() {
    let golden = crate::support::json("api/rest_client.json");
    let (cloud, _) = cloud(Strategy::Presigned).await;
    for (case, endpoint, token) in [
        ("base_url with path", format!("{}/sub", cloud.endpoint()), "ok-ada"),
        ("base_url with slash", format!("{}/", cloud.endpoint()), "ok-ada"),
        ("empty token", cloud.endpoint(), ""),
    ] {
        let client = Client::new(endpoint, token).unwrap();
        let _ = client.current_user().await;
        assert_eq!(sent(&cloud), recorded(&golden, case), "{case}");
    }
    assert!(Client::new(cloud.endpoint(), "t\u{f6}ken").unwrap_err().is_input());
    assert_eq!(recorded(&golden, "token non-ascii"), []);
    let client = Client::new(cloud.endpoint(), "ok-ada").unwrap();
    assert!(client.bento("a b/c", "v?x=1").await.unwrap().is_none());
    let ours = cloud.calls().pop().unwrap();
    assert_eq!(ours, "GET /api/v1/bento_repositories/a%20b%2Fc/bentos/v%3Fx=1");
    assert_ne!(golden["v1.get_bento[odd chars]"]["requests"][0]["target"], ours[4..]);
    let raw = golden["v1.create_secret[cluster]"]["requests"][0]["target"].as_str().unwrap();
    assert!(raw.ends_with("?cluster=c%201&x"), "{raw}");
}
