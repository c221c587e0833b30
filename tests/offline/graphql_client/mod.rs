//! Types that `graphql_client` derived run over this client as they are.

use backendai_testing::{Fault, Manager};
use graphql_client::GraphQLQuery;

use crate::support::embedded::client;

/// The scalar of the same name in the schema.
type DateTime = backendai::DateTime;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "schema/admin/schema.graphql",
    query_path = "tests/offline/graphql_client/keypairs.graphql",
    response_derives = "Debug"
)]
struct Owners;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "schema/admin/schema.graphql",
    query_path = "tests/offline/graphql_client/keypairs.graphql",
    response_derives = "Debug",
    skip_serializing_none
)]
struct Slow;

#[tokio::test]
async fn a_derived_query() {
    let manager = Manager::start().await.unwrap();
    let variables = owners::Variables { limit: 3, active: Some(true) };
    let data =
        client(&manager, manager.superadmin()).send_query::<Owners>(variables).await.unwrap();
    let list = data.keypair_list.unwrap();
    assert_eq!(list.items.len(), 3);
    assert!(list.total_count > 3);
    let first = list.items[0].as_ref().unwrap();
    assert!(manager.access_keys().contains(first.access_key.as_ref().unwrap()));
    assert!(first.created_at.unwrap() < jiff::Timestamp::now().into());
    let body = manager.requests()[0].json().unwrap();
    assert_eq!(body["operationName"], "Owners");
}

#[tokio::test]
async fn a_derived_mutation_is_sent_once_and_its_refusal_stays_in_the_data() {
    let manager = Manager::start().await.unwrap();
    let client = client(&manager, manager.superadmin());
    let modify = |access_key: &str| slow::Variables {
        access_key: access_key.to_owned(),
        props: slow::ModifyKeyPairInput {
            is_active: None,
            is_admin: None,
            resource_policy: None,
            concurrency_limit: None,
            rate_limit: Some(1),
        },
    };
    let refused = client.send_query::<Slow>(modify("NOSUCHKEY")).await.unwrap();
    assert_eq!(refused.modify_keypair.unwrap().ok, Some(false));

    manager.forget_requests();
    manager.faults().push(Fault::Lose);
    let error = client.send_query::<Slow>(modify(&manager.user().access_key)).await.unwrap_err();
    assert!(error.is_outcome_unknown() && !error.is_connect(), "{error}");
    assert_eq!(error.operation(), Some("Slow"));
    assert_eq!(manager.requests().len(), 1);
}
