//! One build against an older real manager, which `tests/manager/up --version` brings up.
//!
//! Skipped when there is none, or one that is new; with `BACKENDAI_LIVE=1` that is a failure.

use std::env;

use backendai::{
    Client, Config, DynamicOperation, ManagerVersion, Operation, OperationInfo, VersionPolicy,
    admin::{
        self,
        keypair::{GetKeyPair, ListKeyPairs, PagedKeyPairs},
        types::{KeyPairInput, ModifyKeyPairInput},
    },
};

/// What the client asks for is not all there before this.
const NEW: ManagerVersion = ManagerVersion::new(26, 9, 0);

async fn client() -> Option<Client> {
    let skip = |why: &str| {
        assert!(env::var("BACKENDAI_LIVE").as_deref() != Ok("1"), "{why}");
        eprintln!("skipped: {why}");
        None
    };
    if env::var_os("BACKEND_ENDPOINT").is_none() {
        return skip("run tests/manager/up --version and source the env file that it names");
    }
    let client = Client::new(Config::from_env().unwrap()).unwrap();
    let server = client.negotiate().await.unwrap();
    match server.manager_version().unwrap() {
        old if old < NEW => Some(client),
        new => skip(&format!("the manager is not older than {NEW}: {new}")),
    }
}

#[tokio::test]
async fn lists_come_without_what_the_manager_does_not_have() {
    let Some(client) = client().await else { return };
    let mut rows = client.pages(PagedKeyPairs::new()).page_size(3).items();
    let mut paged = Vec::new();
    while let Some(row) = rows.next().await {
        paged.push(row.unwrap());
    }
    // Another test makes one meanwhile.
    paged.retain(|row| row.access_key.starts_with("TEST"));
    assert_eq!(paged.len(), 7);
    let mut listed = client.send(ListKeyPairs::new()).await.unwrap().keypairs;
    listed.retain(|row| row.access_key.starts_with("TEST"));
    assert_eq!(listed.len(), 7);
    for row in paged.iter().chain(&listed) {
        assert_eq!((row.is_default, row.rolling_count.is_some()), (None, true));
    }

    let one = client.send(GetKeyPair::new()).await.unwrap().keypair.unwrap();
    assert_eq!((one.is_admin, one.is_default), (Some(true), None));

    let list = PagedKeyPairs::new().select(["access_key", "is_default"]).unwrap();
    let mut rows = client.pages(list).items();
    let mut count = 0;
    while let Some(row) = rows.next().await {
        let row = row.unwrap();
        assert!(!row.contains_key("is_default"));
        count += usize::from(row["access_key"].as_str().unwrap().starts_with("TEST"));
    }
    assert_eq!(count, 7);
}

#[tokio::test]
async fn the_manager_really_does_not_have_what_is_left_out() {
    let Some(client) = client().await else { return };
    let list = client.send(ListKeyPairs::new());
    let error = list.version_policy(VersionPolicy::Ignore).await.unwrap_err();
    assert!(error.is_bad_document(), "{error}");
    assert!(error.to_string().contains("is_default"), "{error}");
}

#[tokio::test]
async fn what_the_manager_lacks_is_refused_as_it_would() {
    let Some(client) = client().await else { return };
    let version = client.server().unwrap().manager_version().unwrap();
    let lacks = |info: &&&OperationInfo| !info.requires.iter().all(|it| it.is_in(version));
    let lacking: Vec<_> = admin::OPERATIONS.iter().filter(lacks).collect();
    println!("manager {version} lacks {} of {}", lacking.len(), admin::OPERATIONS.len());
    for info in lacking {
        let error = client.send(DynamicOperation::new(info)).await.unwrap_err();
        assert!(error.is_manager_too_old() && error.status().is_none(), "{error}");
        let sent = client.send(DynamicOperation::new(info));
        let error = sent.version_policy(VersionPolicy::Warn).await.unwrap_err();
        assert!(error.is_bad_document(), "{error}");
    }
}

#[tokio::test]
async fn a_keypair_lives_there_too() {
    let Some(client) = client().await else { return };
    let keypairs = client.keypairs();
    let email = env::var("BACKEND_USER_EMAIL").unwrap();
    let new = keypairs.create(email.as_str(), KeyPairInput::new("default", 100)).await.unwrap();
    let change = ModifyKeyPairInput::new().rate_limit(200);
    keypairs.update(new.access_key.as_str(), change).await.unwrap();
    let found = GetKeyPair::new().access_key(new.access_key.as_str());
    let found = client.send(found).await.unwrap().keypair.unwrap();
    assert_eq!(found.rate_limit, Some(200));
    keypairs.delete(new.access_key.as_str()).await.unwrap();
}
