//! What is in an answer: refusals, partial data, values that do not fit, and the secrets among them.

use backendai::{
    Client, Error, Operation, OperationInfo,
    admin::{
        keypair::{CreateKeyPair, ModifyKeyPair, PagedKeyPairs, PagedKeyPairsWithSecrets},
        types::{KeyPairInput, ModifyKeyPairInput},
    },
};
use serde::{Deserialize, Serialize};

use crate::support::transport::*;

async fn write(answer: fn() -> Answer) -> Error {
    let client = client(&Fake::new(move |_, _| answer()));
    client.send(ModifyKeyPair::new("AKIA", ModifyKeyPairInput::new())).await.unwrap_err()
}

#[tokio::test]
async fn a_refusal() {
    let error = write(|| {
        ok(r#"{"data": {"modify_keypair": {"ok": false, "msg": "no matching modifykeypair"}}, "errors": null}"#)
    })
    .await;
    assert!(error.is_refused() && !error.is_graphql());
    assert_eq!(error.refusal_message().unwrap(), "no matching modifykeypair");
    assert_eq!(
        error.to_string(),
        "ModifyKeyPair: the manager refused `modify_keypair` at https://api.backend.ai: no \
         matching modifykeypair; check the names and ids of the request"
    );
    let error = write(|| ok(r#"{"data": {"modify_keypair": {"ok": false, "msg": null}}}"#)).await;
    assert!(error.to_string().ends_with("it gives no reason"), "{error}");
}

/// A mutation whose document requires what only a success has.
#[derive(Serialize)]
struct Make;

#[derive(Debug, Deserialize)]
struct Made {
    #[expect(dead_code, reason = "only decoded")]
    make: Named,
}

#[derive(Debug, Deserialize)]
struct Named {
    #[expect(dead_code, reason = "only decoded")]
    name: String,
}

impl Operation for Make {
    type Data = Made;

    fn info(&self) -> &'static OperationInfo {
        static INFO: OperationInfo =
            OperationInfo::mutation("Make", "mutation Make{make{ok msg name}}");
        &INFO
    }
}

#[tokio::test]
async fn a_refusal_that_lacks_what_the_document_requires() {
    let make = async |body: &'static str| {
        client(&Fake::new(move |_, _| ok(body))).send(Make).await.unwrap_err()
    };
    let error = make(r#"{"data": {"make": {"ok": false, "msg": "no permission to execute make", "name": null}}, "errors": null}"#).await;
    assert!(error.is_refused() && error.is_permission_denied(), "{error}");
    assert!(!error.is_outcome_unknown());
    // Carried out, and yet without its name: that is another matter.
    let error = make(r#"{"data": {"make": {"ok": true, "msg": "success", "name": null}}}"#).await;
    assert!(error.is_decode() && error.is_outcome_unknown(), "{error}");
    assert_eq!(error.json_path(), Some("data.make.name"));
}

#[tokio::test]
async fn a_refusal_that_quotes_the_row_with_its_secrets() {
    let error = write(|| {
        ok(r#"{"data": {"modify_keypair": {"ok": false, "msg": "integrity error: (sqlalchemy.dialects.postgresql.asyncpg.IntegrityError) <class 'asyncpg.exceptions.NotNullViolationError'>: null value in column \"rate_limit\" of relation \"keypairs\" violates not-null constraint\nDETAIL:  Failing row contains (01a2, AKIAVMMCL4WKILHKCS7I, wj6VMKOKRY4gZW, f, -----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAj3CW..., default).\n[SQL: UPDATE keypairs SET rate_limit=$1::INTEGER]\n[parameters: (None, 'AKIAVMMCL4WKILHKCS7I')]"}}, "errors": null}"#)
    })
    .await;
    for shown in [error.to_string(), format!("{error:?}"), error.refusal_message().unwrap().into()]
    {
        assert!(shown.contains("violates not-null constraint"), "{shown}");
        assert!(!shown.contains("wj6V") && !shown.contains("MIIE"), "{shown}");
        assert!(!shown.contains("DETAIL") && !shown.contains("UPDATE"), "{shown}");
    }
    assert!(error.server_message_full().unwrap().contains("wj6VMKOKRY4gZW"));
}

#[tokio::test]
async fn variables_that_are_refused_are_not_quoted() {
    let error = write(|| {
        ok(r#"{"data": null, "errors": [{"message": "Variable '$props' got invalid value {'username': 'made', 'password': 'hunter2'}; Field 'role' of required type 'String!' was not provided.", "locations": [{"line": 1, "column": 27}]}]}"#)
    })
    .await;
    let entry = &error.graphql_errors()[0];
    assert_eq!((entry.locations()[0].line, entry.locations()[0].column), (1, 27));
    assert_eq!((entry.path(), entry.code()), (None, None));
    for shown in [error.to_string(), format!("{error:?}"), format!("{entry:?}")] {
        assert!(shown.contains("Field 'role' of required type"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    assert!(error.server_message_full().unwrap().contains("hunter2"));
    assert_eq!(error.partial_data_json(), None);
}

#[tokio::test]
async fn errors_beside_data_keep_the_data() {
    let client = client(&Fake::new(|_, _| {
        ok(
            r#"{"data": {"ok": {"total_count": 7}, "bad": null}, "errors": [{"message": "OFFSET must not be negative", "locations": [{"line": 1, "column": 57}], "path": ["bad", "items", 0, "user_id"], "extensions": {"code": "backendai_generic_internal-error"}}]}"#,
        )
    }));
    let error = client.send_document("{ ok bad }", ()).await.unwrap_err();
    assert!(error.is_graphql());
    assert_eq!(error.graphql_errors()[0].path().unwrap(), "bad.items[0].user_id");
    assert_eq!(error.error_code(), Some("backendai_generic_internal-error"));
    assert_eq!(
        error.to_string(),
        "document: the manager at https://api.backend.ai answered with errors: \
         bad.items[0].user_id: OFFSET must not be negative; what was answered beside them is in \
         the partial data; request rows from 0 on, and 0 or more of them"
    );

    #[derive(Deserialize)]
    struct Partial {
        ok: Total,
        bad: Option<Total>,
    }
    #[derive(Deserialize)]
    struct Total {
        total_count: i32,
    }
    let partial: Partial = error.partial_data().unwrap().unwrap();
    assert_eq!(partial.ok.total_count, 7);
    assert!(partial.bad.is_none());
}

#[tokio::test]
async fn data_of_another_shape_names_its_place_and_not_its_value() {
    let error = {
        let client = client(&Fake::new(|_, _| {
            ok(
                r#"{"data":{"keypair_list":{"total_count":2,"items":[{"access_key":"A"},{"access_key":"B","secret_key":{"v":"hunter2"}}]}},"errors":null}"#,
            )
        }));
        client.send(PagedKeyPairsWithSecrets::new()).await.unwrap_err()
    };
    assert!(error.is_decode());
    assert_eq!(error.json_path(), Some("data.keypair_list.items[1].secret_key"));
    for shown in [error.to_string(), format!("{error:?}")] {
        assert!(shown.contains("found map, expected a string"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    assert!(error.partial_data_json().unwrap().contains("hunter2"));
}

#[tokio::test]
async fn a_null_where_the_document_requires_a_value() {
    let list = |body: &'static str| async move {
        client(&Fake::new(move |_, _| ok(body))).send(PagedKeyPairs::new()).await.unwrap_err()
    };
    let error =
        list(r#"{"data":{"keypair_list":{"total_count":1,"items":[{"access_key":null}]}}}"#).await;
    assert_eq!(error.json_path(), Some("data.keypair_list.items[0].access_key"));
    assert!(error.to_string().contains("items[0].access_key: found null"), "{error}");
    let error = list(r#"{"data":{"keypair_list":null},"errors":null}"#).await;
    assert_eq!(error.json_path(), Some("data.keypair_list"));
}

#[tokio::test]
async fn a_created_keypair_comes_with_its_secret_and_debug_does_not_show_it() {
    let client: Client = client(&Fake::new(|_, _| {
        ok(
            r#"{"data": {"create_keypair": {"ok": true, "msg": "success", "keypair": {"access_key": "AKIAVMMCL4WKILHKCS7I", "secret_key": "wj6VMKOKRY4gZW"}}}, "errors": null}"#,
        )
    }));
    let create = CreateKeyPair::new("user@example.com", KeyPairInput::new("default", 100));
    let response = client.send(create).response().await.unwrap();
    assert!(!format!("{response:?}").contains("wj6V"), "{response:?}");
    let keypair = response.into_data().create_keypair.keypair.unwrap();
    assert_eq!(keypair.secret_key, "wj6VMKOKRY4gZW");
}
