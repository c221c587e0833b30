//! Filters and orders mean on the manager what they say.

use backendai::Client;
use backendai_v2::{
    filter::{DateTimeFilter, StringFilter},
    login::{AdminCreateLoginClientType, AdminDeleteLoginClientType, LoginClientTypes},
    types::{
        CreateLoginClientTypeInput, LoginClientTypeFilter, LoginClientTypeOrderBy,
        LoginClientTypeOrderField,
    },
};

use crate::support::{Manager, unique};

async fn names(client: &Client, filter: LoginClientTypeFilter) -> Vec<String> {
    let order = LoginClientTypeOrderBy::ascending(LoginClientTypeOrderField::Name);
    let list = LoginClientTypes::new().filter(filter).order_by(vec![order]);
    let mut rows = client.pages(list).page_size(2).items();
    let mut names = Vec::new();
    while let Some(row) = rows.next().await {
        names.push(row.unwrap().name);
    }
    names
}

#[tokio::test]
async fn filters_select_what_they_say() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let prefix = unique("v2");
    // With letters that are not in the prefix, which is hexadecimal.
    let all: Vec<_> =
        ["q%z", "q_z", "qXz", "Q%Z", "q\\z"].map(|it| format!("{prefix}-{it}")).into();
    let mut ids = Vec::new();
    for name in &all {
        let create = AdminCreateLoginClientType::new(CreateLoginClientTypeInput::new(name));
        let made = client.send(create).await.unwrap().admin_create_login_client_type;
        ids.push(made.login_client_type.id.uuid().unwrap());
    }
    let name = |filter| LoginClientTypeFilter::new().name(filter);
    let ours = || name(StringFilter::starts_with(&prefix));
    let is = |names: &[&str]| {
        let mut names: Vec<_> = names.iter().map(|it| format!("{prefix}-{it}")).collect();
        names.sort();
        names
    };
    let mut failed = Vec::new();
    for (what, filter, expected) in [
        ("%", ours() & name(StringFilter::contains("q%z")), is(&["q%z"])),
        ("_", ours() & name(StringFilter::contains("q_z")), is(&["q_z"])),
        ("backslash", ours() & name(StringFilter::ends_with("q\\z")), is(&["q\\z"])),
        ("case", ours() & name(StringFilter::contains("q%z").ignore_case()), is(&["q%z", "Q%Z"])),
        (
            "pattern",
            ours() & name(StringFilter::Contains("q_z".to_owned())),
            is(&["q%z", "q_z", "qXz", "q\\z"]),
        ),
        ("not", ours() & !name(StringFilter::contains("q%z")), is(&["q_z", "qXz", "Q%Z", "q\\z"])),
        (
            "or",
            ours() & (name(StringFilter::ends_with("qXz")) | name(StringFilter::ends_with("Q%Z"))),
            is(&["qXz", "Q%Z"]),
        ),
        (
            "in",
            name(StringFilter::one_of([format!("{prefix}-qXz"), format!("{prefix}-no")])),
            is(&["qXz"]),
        ),
    ] {
        let mut found = names(&client, filter).await;
        found.sort();
        if found != expected {
            failed.push(format!("{what}: {found:?}, not {expected:?}"));
        }
    }
    for id in ids {
        client.send(AdminDeleteLoginClientType::new(id)).await.unwrap();
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// A range is two filters, of which each has effect.
#[tokio::test]
async fn times_are_compared() {
    use backendai_v2::{keypair::AdminKeypairs, types::KeypairFilter};
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.superadmin();
    let created = |filter| KeypairFilter::new().created_at(filter);
    let count = async |filter| {
        let list = AdminKeypairs::new().filter(filter);
        client.send(list).await.unwrap().admin_keypairs_v2.count
    };
    let past = "2000-01-01T00:00:00Z".parse().unwrap();
    let future = "2100-01-01T00:00:00Z".parse().unwrap();
    let (after, before) = (DateTimeFilter::After(past), DateTimeFilter::Before(future));
    let all = count(created(after.clone()) & created(before)).await;
    assert!(all > 0);
    assert_eq!(count(created(DateTimeFilter::Before(past))).await, 0);
    assert_eq!(count(created(after) & created(DateTimeFilter::Before(past))).await, 0);
    assert_eq!(count(created(DateTimeFilter::After(future))).await, 0);
}
