use backendai::{Config, admin::keypair::KeyPairDetail};
use backendai_testing::{Fault, Manager};
use outside::{Office, unused};

#[test]
fn only_keypairs_without_requests_are_unused() {
    let keypair = |access_key: &str, num_queries| KeyPairDetail {
        access_key: access_key.to_owned(),
        num_queries,
        ..Default::default()
    };
    let all = [keypair("A", Some(0)), keypair("B", Some(7)), keypair("C", None)];
    let found: Vec<_> = unused(&all).cloned().collect();
    assert_eq!(found, all[..1]);
}

#[test]
fn users_are_invited_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let manager = runtime.block_on(Manager::start()).unwrap();
    let admin = manager.superadmin();
    let config = Config::builder()
        .endpoint(manager.endpoint())
        .access_key(&admin.access_key)
        .secret_key(admin.secret_key.as_str());
    let office = Office::open(config.build().unwrap(), "T-1").unwrap();

    manager.fail_operation("CreateUser", Fault::Lose);
    office.invite("ada@example.com").unwrap();
    assert!(!office.invite("ada@example.com").unwrap());
    let unused = office.unused().unwrap();
    assert!(unused.contains(&manager.user().access_key) && !unused.contains(&admin.access_key));

    let created = manager.requests_of("CreateUser");
    assert_eq!(created.len(), 1);
    assert!(manager.requests().iter().all(|it| it.header("X-Ticket") == Some("T-1")));
}
