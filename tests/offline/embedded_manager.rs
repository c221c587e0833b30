//! The client against the embedded manager, over a real connection.

use std::collections::BTreeSet;

use backendai::{
    ApiVersion, Client, Config, HashType,
    admin::{
        keypair::{CreateKeyPair, DeleteKeyPair, GetKeyPair, ModifyKeyPair, PagedKeyPairs},
        types::{KeyPairInput, ModifyKeyPairInput},
    },
};
use backendai_testing::{Fault, Manager, SignedDuration};

use crate::support::{
    embedded::{config, once},
    server::{HANGS, closed},
};

async fn read_all(client: &Client, list: PagedKeyPairs, size: u32) -> Vec<String> {
    let mut rows = client.pages(list).page_size(size).items();
    let mut keys = Vec::new();
    while let Some(row) = rows.next().await {
        keys.push(row.unwrap().access_key);
    }
    keys
}

#[tokio::test]
async fn the_life_of_a_keypair() {
    let manager = Manager::start().await.unwrap();
    let client = once(&manager, manager.superadmin());
    let owner = &manager.user().email;
    let create = CreateKeyPair::new(owner, KeyPairInput::new("default", 100).is_active(true));
    let new = client.send(create).await.unwrap().create_keypair.keypair.unwrap();
    let get = || GetKeyPair::new().access_key(new.access_key.as_str());

    let found = client.send(get()).await.unwrap().keypair.unwrap();
    assert_eq!((found.rate_limit, found.is_active), (Some(100), Some(true)));
    let props = ModifyKeyPairInput::new().rate_limit(200).is_active(false);
    client.send(ModifyKeyPair::new(&*new.access_key, props)).await.unwrap();
    let found = client.send(get()).await.unwrap().keypair.unwrap();
    assert_eq!((found.rate_limit, found.is_active), (Some(200), Some(false)));

    client.send(DeleteKeyPair::new(&*new.access_key)).await.unwrap();
    assert_eq!(client.send(get()).await.unwrap().keypair, None);
    let error = client.send(DeleteKeyPair::new(&*new.access_key)).await.unwrap_err();
    assert!(error.is_refused() && error.is_not_found(), "{error}");
}

#[tokio::test]
async fn every_hash_signs() {
    let manager = Manager::start().await.unwrap();
    for hash in [HashType::Sha256, HashType::Sha512, HashType::Sha3_256] {
        let config = config(manager.endpoint(), manager.user()).hash_type(hash);
        let client = Client::new(config.build().unwrap()).unwrap();
        assert!(client.send(GetKeyPair::new()).await.is_ok(), "{hash:?}");
    }
}

#[tokio::test]
async fn whose_keys_do_not_count() {
    let manager = Manager::start().await.unwrap();
    let mut wrong = manager.user().clone();
    wrong.secret_key = "another".into();
    for account in [&wrong, manager.inactive_key(), manager.inactive_user()] {
        let error = once(&manager, account).send(GetKeyPair::new()).await.unwrap_err();
        assert!(error.is_auth() && error.status().unwrap() == 401, "{error}");
        assert!(!error.to_string().contains(&*account.secret_key));
    }
    let user = once(&manager, manager.user());
    let other = GetKeyPair::new().access_key(manager.superadmin().access_key.as_str());
    let error = user.send(other).await.unwrap_err();
    assert!(error.is_permission_denied() && error.is_graphql(), "{error}");
    let create = CreateKeyPair::new(&manager.user().email, KeyPairInput::new("default", 100));
    let error = user.send(create).await.unwrap_err();
    assert!(error.is_permission_denied() && error.is_refused(), "{error}");
}

#[tokio::test]
async fn a_clock_that_is_off_and_a_limit_that_is_used_up() {
    let manager = Manager::start().await.unwrap();
    let limited = once(&manager, manager.low_rate());
    let limit = limited.send(GetKeyPair::new()).response().await.unwrap().rate_limit().unwrap();
    assert_eq!((limit.limit, limit.remaining), (5, 4));
    for _ in 0..4 {
        limited.send(GetKeyPair::new()).await.unwrap();
    }
    let error = limited.send(GetKeyPair::new()).await.unwrap_err();
    assert!(error.is_rate_limited() && error.rate_limit().unwrap().remaining == 0, "{error}");

    manager.shift_clock(SignedDuration::from_mins(20));
    let user = config(manager.endpoint(), manager.user()).build().unwrap();
    let strict = Client::builder(user.clone()).correct_clock_skew(false).build().unwrap();
    let error = strict.send(GetKeyPair::new()).await.unwrap_err();
    assert!(error.is_clock_skew() && error.is_auth(), "{error}");
    let client = Client::new(user).unwrap();
    client.send(GetKeyPair::new()).await.unwrap();
    assert!((client.clock_offset().as_secs() - 1200).abs() <= 1, "{:?}", client.clock_offset());
}

#[tokio::test]
async fn a_pager_returns_every_keypair_once() {
    let manager = Manager::builder().keypairs(250).start().await.unwrap();
    let client = once(&manager, manager.superadmin());
    let all: BTreeSet<_> = manager.access_keys().into_iter().collect();
    for (list, size) in [
        (PagedKeyPairs::new(), 100),
        (PagedKeyPairs::new(), 7),
        // By this alone all rows are equal, and the manager shuffles them from page to page.
        (PagedKeyPairs::new().order("-created_at"), 20),
        (PagedKeyPairs::new().order("-created_at,-access_key"), 33),
    ] {
        let keys = read_all(&client, list.clone(), size).await;
        assert_eq!(keys.len(), all.len(), "{list:?}");
        assert_eq!(keys.into_iter().collect::<BTreeSet<_>>(), all, "{list:?}");
    }
    let active = read_all(&client, PagedKeyPairs::new().filter("is_active == false"), 10).await;
    assert!(active.contains(&manager.inactive_key().access_key) && active.len() < all.len());
}

#[tokio::test]
async fn a_pager_that_prefetches_returns_the_same() {
    // Seven more have a name.
    let manager = Manager::builder().keypairs(250).start().await.unwrap();
    let client = once(&manager, manager.superadmin());
    let keys = read_all(&client, PagedKeyPairs::new(), 20).await;
    assert_eq!(keys.len(), 257);
    let asked = manager.requests().len();

    let mut rows = client.pages(PagedKeyPairs::new()).page_size(20).prefetch(4).items();
    let mut ahead = Vec::new();
    while ahead.len() < 130 {
        ahead.push(rows.next().await.unwrap().unwrap().access_key);
    }
    let position = rows.position();
    assert_eq!(position.rows(), 130);
    while let Some(row) = rows.next().await {
        ahead.push(row.unwrap().access_key);
    }
    assert_eq!(ahead, keys);
    // The index of the keys, and one page more: a range has up to a sixteenth fewer rows than a page.
    assert_eq!(manager.requests().len(), 2 * asked + 2);

    let list = client.pages(PagedKeyPairs::new()).start_at(position).prefetch(4);
    let mut rest = list.page_size(50).items();
    for key in &keys[130..] {
        assert_eq!(rest.next().await.unwrap().unwrap().access_key, *key);
    }
    assert!(rest.next().await.is_none());
}

#[tokio::test]
async fn a_pager_survives_transient_failures() {
    let manager = Manager::builder().keypairs(50).start().await.unwrap();
    let client = once(&manager, manager.superadmin());
    let mut pages = client.pages(PagedKeyPairs::new()).page_size(20);
    let mut keys = Vec::new();
    for fault in [Fault::gateway(502), Fault::Reset, Fault::Garble] {
        manager.faults().push(fault);
        let error = pages.next().await.unwrap().unwrap_err();
        assert!(!error.is_outcome_unknown(), "{error}");
        let page = pages.next().await.unwrap().unwrap();
        keys.extend(page.items.into_iter().map(|row| row.access_key));
    }
    assert!(pages.next().await.is_none());
    keys.sort();
    assert_eq!(keys, manager.access_keys());
}

#[tokio::test]
async fn what_may_have_been_done_is_said_and_not_done_again() {
    let manager = Manager::start().await.unwrap();
    let client = once(&manager, manager.superadmin());
    let owner = &manager.user().email;
    let create = || CreateKeyPair::new(owner, KeyPairInput::new("default", 100));
    let before = manager.access_keys().len();
    for (number, fault) in
        [Fault::Lose, Fault::Cut, Fault::Garble, Fault::WrongLength(5)].into_iter().enumerate()
    {
        manager.faults().push(fault.clone());
        let error = client.send(create()).await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{fault:?}: {error}");
        assert_eq!(manager.access_keys().len(), before + number + 1, "{fault:?}");
        assert_eq!(manager.requests().len(), number + 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_manager_that_does_not_answer() {
    let manager = Manager::start().await.unwrap();
    manager.faults().push(Fault::Stall);
    let call = once(&manager, manager.superadmin()).send(DeleteKeyPair::new("A"));
    let arrived = async {
        while manager.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        // What the client waits for it passes at once.
        tokio::time::pause();
    };
    let (answer, ()) = tokio::join!(call.timeout(HANGS).into_future(), arrived);
    let error = answer.unwrap_err();
    assert!(error.is_timeout() && error.is_outcome_unknown() && !error.is_connect(), "{error}");
}

#[tokio::test]
async fn a_manager_that_is_gone_gives_way_to_another() {
    let manager = Manager::start().await.unwrap();
    let dead = format!("http://{}", closed().await);
    let both = Config::builder()
        .endpoints([dead.as_str(), manager.endpoint()])
        .access_key(&manager.superadmin().access_key)
        .secret_key(&*manager.superadmin().secret_key)
        .build();
    let client = Client::new(both.unwrap()).unwrap();
    // A mutation too, for nothing was sent.
    let error = client.send(DeleteKeyPair::new("NOSUCHKEY")).await.unwrap_err();
    assert!(error.is_refused(), "{error}");
    assert_eq!(error.endpoint(), Some(manager.endpoint()));
    client.send(GetKeyPair::new()).await.unwrap();

    let config = config(&dead, manager.superadmin());
    let error =
        Client::new(config.build().unwrap()).unwrap().send(GetKeyPair::new()).await.unwrap_err();
    assert!(error.is_connect() && error.endpoint() == Some(&dead), "{error}");
}

#[tokio::test]
async fn negotiation() {
    let manager = Manager::builder().manager_version("26.9.6").start().await.unwrap();
    let client = once(&manager, manager.user());
    let server = client.negotiate().await.unwrap();
    assert_eq!(server.manager(), "26.9.6");
    assert_eq!(server.negotiated(), ApiVersion::new(9, 20_250_722));
    assert!(manager.requests()[0].header("authorization").is_none());
}

#[tokio::test]
async fn documents_of_the_moment() {
    let manager = Manager::start().await.unwrap();
    let client = once(&manager, manager.superadmin());
    let document = "query A { __typename } query B($n: Int!) { keypair_list(limit: $n, offset: 0) { total_count } }";
    let variables = serde_json::json!({ "n": 1 });
    let data = client.send_document(document, &variables).operation_name("B").await.unwrap();
    assert!(data.get().contains("total_count"), "{data}");
    let error = client.send_document("{ keypair_list(limit: 1) { nope } }", ()).await.unwrap_err();
    assert!(error.is_graphql(), "{error}");
    assert!(error.graphql_errors().iter().any(|e| e.message().contains("nope")), "{error}");
    let error = client.send_document("{", ()).await.unwrap_err();
    assert!(error.is_http() && error.status().unwrap() == 500, "{error}");
    // The SDL of the manager, as `schema pull` wants it.
    let sdl = client.send_document("{ _service { sdl } }", ()).idempotent(true).await.unwrap();
    assert!(sdl.get().contains("keypair_list"));
}
