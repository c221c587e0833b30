//! What becomes of each answer that manager 26.9.6 was seen to give.

use backendai::{
    Error, MaybeUndefined,
    admin::{
        keypair::{DeleteKeyPair, GetKeyPair, ModifyKeyPair, PagedKeyPairs},
        types::ModifyKeyPairInput,
    },
    transport::TransportError,
};

use crate::support::transport::*;

async fn read(answer: fn() -> Answer) -> Error {
    let client = client(&Fake::new(move |_, _| answer()));
    client.send(GetKeyPair::new()).await.unwrap_err()
}

async fn write(answer: fn() -> Answer) -> Error {
    let client = client(&Fake::new(move |_, _| answer()));
    client.send(ModifyKeyPair::new("AKIA", ModifyKeyPairInput::new())).await.unwrap_err()
}

const UNAUTHORIZED: &str = r#"{"type":"https://api.backend.ai/probs/auth-failed","title":"Credential/signature mismatch.","error_code":"user_auth_unauthorized","msg":"HMAC signature mismatch"}"#;

#[tokio::test]
async fn a_wrong_signature() {
    let error = read(|| problem(401, UNAUTHORIZED)).await;
    assert!(error.is_auth() && error.is_http() && !error.is_clock_skew() && !error.is_decode());
    assert_eq!(error.status().unwrap(), 401);
    assert_eq!(error.error_code(), Some("user_auth_unauthorized"));
    assert_eq!(error.problem().unwrap().title(), Some("Credential/signature mismatch."));
    assert_eq!(error.operation(), Some("GetKeyPair"));
    assert_eq!(error.endpoint(), Some("https://api.backend.ai"));
    assert_eq!(
        error.to_string(),
        "GetKeyPair: the manager at https://api.backend.ai answered 401 Unauthorized: \
         Credential/signature mismatch. (HMAC signature mismatch): check the access key and its \
         secret key, that the keypair and its user are active, and that no proxy changes the Host \
         header or the path"
    );
}

#[tokio::test]
async fn a_clock_that_is_off() {
    let error = read(|| {
        problem(400, r#"{"type":"https://api.backend.ai/probs/invalid-auth-params","title":"Missing or invalid authorization parameters.","error_code":"user_auth_invalid-parameters","msg":"Date/time sync error"}"#)
    })
    .await;
    assert!(error.is_clock_skew() && error.is_auth());
    assert!(
        error.to_string().contains("set this machine's clock, which may be at most 15 minutes off")
    );

    let error = read(|| {
        problem(400, r#"{"type":"https://api.backend.ai/probs/invalid-auth-params","title":"Missing or invalid authorization parameters.","error_code":"user_auth_invalid-parameters","msg":"API version missing in request headers"}"#)
    })
    .await;
    assert!(error.is_auth() && !error.is_clock_skew());
}

#[tokio::test]
async fn too_many_requests() {
    let error = read(|| {
        let mut answer = problem(429, r#"{"type":"https://api.backend.ai/probs/rate-limit-exceeded","title":"You have reached your API query rate limit.","error_code":"api_access_unavailable"}"#)?;
        for (name, value) in [("limit", "5"), ("remaining", "0"), ("reset", "900"), ("window", "900")] {
            let name = format!("x-ratelimit-{name}").parse::<http::HeaderName>().unwrap();
            answer.headers.insert(name, value.parse().unwrap());
        }
        Ok(answer)
    })
    .await;
    assert!(error.is_rate_limited() && !error.is_permission_denied());
    let limit = error.rate_limit().unwrap();
    assert_eq!((limit.limit, limit.remaining), (5, 0));
    assert_eq!(limit.reset.unwrap().as_secs(), 900);
}

#[tokio::test]
async fn what_one_may_not_do() {
    let act_as = read(|| {
        problem(
            403,
            r#"{"type":"https://api.backend.ai/probs/insufficient-privilege","title":"Insufficient privilege.","error_code":"user_auth_forbidden","msg":"Only superadmin may use X-BackendAI-Act-As"}"#,
        )
    });
    let query = read(|| {
        ok(
            r#"{"data": {"keypair": null}, "errors": [{"message": "Forbidden operation.", "locations": [{"line": 1, "column": 3}], "path": ["keypair"], "extensions": {"code": "backendai_generic_forbidden"}}]}"#,
        )
    });
    let mutation = write(|| {
        ok(
            r#"{"data": {"modify_keypair": {"ok": false, "msg": "no permission to execute modify_keypair"}}, "errors": null}"#,
        )
    });
    for error in [act_as.await, query.await, mutation.await] {
        assert!(error.is_permission_denied(), "{error}");
        assert!(
            !error.is_auth() && !error.is_not_found() && !error.is_outcome_unknown(),
            "{error}"
        );
    }
    // The method is wrong there, not the caller.
    let error = read(|| {
        problem(405, r#"{"type":"https://api.backend.ai/probs/method-not-allowed","title":"HTTP Method Not Allowed.","error_code":"api_access_forbidden"}"#)
    })
    .await;
    assert!(!error.is_permission_denied());
}

#[tokio::test]
async fn what_does_not_exist() {
    let path = read(|| {
        problem(
            404,
            r#"{"type":"https://api.backend.ai/probs/url-not-found","title":"Unknown URL path.","error_code":"api_read_not-found","data":"/v2/admin/gql"}"#,
        )
    });
    let user = write(|| {
        ok(
            r#"{"data": {"modify_keypair": null}, "errors": [{"message": "No keypair resource policy goes by that name. (nowhere)", "locations": [{"line": 1, "column": 51}], "path": ["modify_keypair"], "extensions": {"code": "keypair-resource-policy_read_not-found"}}]}"#,
        )
    });
    let key = write(|| {
        ok(
            r#"{"data": {"modify_keypair": {"ok": false, "msg": "no matching modifykeypair"}}, "errors": null}"#,
        )
    });
    for error in [path.await, user.await, key.await] {
        assert!(error.is_not_found() && !error.is_permission_denied(), "{error}");
    }
    // A keypair that does not exist is no error: the manager answers null.
    let client = client(&Fake::new(|_, _| ok(r#"{"data": {"keypair": null}, "errors": null}"#)));
    assert_eq!(client.send(GetKeyPair::new()).await.unwrap().keypair, None);
}

#[tokio::test]
async fn what_exists_already() {
    let error = write(|| {
        ok(r#"{"data": {"modify_keypair": null}, "errors": [{"message": "The user already exists. (User with email a@b.c or username a already exists.)", "path": ["modify_keypair"], "extensions": {"code": "user_create_conflict"}}]}"#)
    })
    .await;
    assert!(error.is_conflict() && error.is_graphql() && !error.is_refused());
}

#[tokio::test]
async fn graphql_errors_inside_a_problem_of_the_older_path() {
    let error = read(|| {
        problem(400, r#"{"type":"https://api.backend.ai/probs/graphql-error","title":"GraphQL-generated error.","error_code":"api_generic_internal-error","data":[{"message":"Insufficient privilege.","locations":[{"line":1,"column":3}],"path":["user_list"],"extensions":{"code":"user_auth_forbidden"}}]}"#)
    })
    .await;
    assert!(error.is_graphql() && error.is_permission_denied());
    assert_eq!(error.status().unwrap(), 400);
}

#[tokio::test]
async fn a_syntax_error_is_a_500() {
    const BODY: &str = r#"{"type":"https://api.backend.ai/probs/internal-server-error","title":"Internal server error.","error_code":"backendai_generic_internal-error"}"#;
    let error = read(|| problem(500, BODY)).await;
    assert!(error.is_http() && !error.is_outcome_unknown());
    // What was proved when it was compiled has no syntax error.
    assert!(error.is_server_bug() && !error.to_string().contains("syntax"), "{error}");
    let client = client(&Fake::new(|_, _| problem(500, BODY)));
    let error = client.send_document("{ a(: 1) }", ()).await.unwrap_err();
    assert!(error.is_server_bug() && error.is_outcome_unknown(), "{error}");
    assert!(error.to_string().contains("a document with a syntax error also ends so"), "{error}");
    // A mutation may have written before it failed.
    assert!(write(|| problem(500, BODY)).await.is_outcome_unknown());
}

#[tokio::test]
async fn a_body_larger_than_the_manager_takes() {
    let client = client(&Fake::new(|_, _| {
        problem(
            400,
            r#"{"type":"https://api.backend.ai/probs/generic-bad-request","title":"Bad request.","error_code":"backendai_generic_bad-request"}"#,
        )
    }));
    let filter = "x".repeat(1 << 20);
    let error = client.send(PagedKeyPairs::new().filter(filter.as_str())).await.unwrap_err();
    assert!(error.to_string().ends_with("larger than the 1 MiB that the manager takes"), "{error}");
    let error = client.send(PagedKeyPairs::new()).await.unwrap_err();
    assert!(error.to_string().contains("Bad request: correct the request"), "{error}");
}

#[tokio::test]
async fn the_page_of_a_proxy() {
    let error = write(|| answer(502, "text/html", "<html><h1>502 Bad Gateway</h1></html>")).await;
    assert!(error.is_http() && error.is_outcome_unknown() && error.problem().is_none());
    assert_eq!(error.body_excerpt(), Some("<html><h1>502 Bad Gateway</h1></html>"));
    assert_eq!(
        error.to_string(),
        "ModifyKeyPair: the manager at https://api.backend.ai answered 502 Bad Gateway with \
         text/html, which is not how a manager reports errors: the manager behind it seems to be down: \
         try again later; \
         it may have taken effect: look before sending it again"
    );
}

#[tokio::test]
async fn a_page_where_data_should_be() {
    let error = read(|| answer(200, "text/html", "<!doctype html><title>Backend.AI</title>")).await;
    assert!(error.is_decode() && !error.is_http());
    assert_eq!(error.json_path(), None);
    assert!(error.to_string().contains("check that it is the manager's address"), "{error}");
}

#[tokio::test]
async fn a_redirect() {
    let error = write(|| {
        let mut answer = answer(302, "text/html", "")?;
        let location = "https://elsewhere.example/login?token=s3cret".parse().unwrap();
        answer.headers.insert(http::header::LOCATION, location);
        Ok(answer)
    })
    .await;
    assert!(error.is_http() && !error.is_outcome_unknown());
    let text = error.to_string();
    assert!(text.contains("answered 302 Found to https://elsewhere.example/login and"), "{text}");
    assert!(text.contains("redirects are not followed") && !text.contains("s3cret"), "{text}");
}

#[tokio::test]
async fn answers_that_are_not_graphql() {
    for (body, reason) in [
        (r#"{"data":null,"errors":null}"#, "neither data nor errors"),
        ("{}", "neither data nor errors"),
        (r#"{"data":null,"errors":[]}"#, "neither data nor errors"),
        (r#"{"data":{"keypair":null},"data":{"keypair":null}}"#, "duplicate field `data`"),
        (r#"{"data":{"keypair":null}} trailing"#, "trailing characters"),
        (r#"{"data":{"keypair":"#, "EOF while parsing"),
        ("", "EOF while parsing"),
        (r#"{"data":{"keypair":null},"errors":"many"}"#, "found string, expected a sequence"),
    ] {
        let client = client(&Fake::new(move |_, _| ok(body)));
        let error = client.send(GetKeyPair::new()).await.unwrap_err();
        assert!(error.is_decode() && error.to_string().contains(reason), "{body}: {error}");
    }
}

#[tokio::test]
async fn deep_answers_do_not_overflow_the_stack() {
    fn nested(into: &str) -> String {
        into.replace("@", &format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)))
    }
    for body in [
        r#"{"data":@}"#,
        r#"{"data":null,"errors":@}"#,
        r#"{"data":null,"errors":[{"message":@}]}"#,
        "@",
    ] {
        let body = nested(body);
        let fake = Fake::new(
            move |count, _| {
                if count == 0 { ok(body.clone()) } else { problem(500, &body) }
            },
        );
        let client = client(&fake);
        assert!(client.send(GetKeyPair::new()).await.unwrap_err().is_decode());
        assert!(client.send(GetKeyPair::new()).await.unwrap_err().is_http());
    }
}

#[tokio::test]
async fn members_that_are_not_known_are_skipped() {
    let client = client(&Fake::new(|_, _| {
        ok(
            r#"{"extensions":{"a":[1]},"data":{"keypair":{"access_key":"A","new":{"x":1}},"more":1},"errors":[]}"#,
        )
    }));
    let data = client.send(GetKeyPair::new()).await.unwrap();
    assert_eq!(data.keypair.unwrap().access_key, "A");
}

#[tokio::test]
async fn what_the_wire_did() {
    fn timed_out() -> Answer {
        Err(TransportError::maybe_sent("deadline").timed_out())
    }
    fn too_large() -> Answer {
        Err(TransportError::too_large(10))
    }
    // answer, connect, timeout, too large, outcome unknown
    for (script, expected) in [
        (refused as fn() -> Answer, [true, false, false, false]),
        (|| Err(TransportError::not_sent("slow").timed_out()), [true, true, false, false]),
        (broken, [false, false, false, true]),
        (timed_out, [false, true, false, true]),
        (too_large, [false, false, true, true]),
    ] {
        let error = write(script).await;
        let found = [
            error.is_connect(),
            error.is_timeout(),
            error.is_too_large(),
            error.is_outcome_unknown(),
        ];
        assert_eq!(found, expected, "{error}");
        assert!(error.is_transport() && error.status().is_none());
        assert!(!read(script).await.is_outcome_unknown());
    }
    let error = write(refused).await;
    let cause = std::error::Error::source(&error).unwrap();
    assert_eq!(cause.to_string(), "cannot connect");
    assert_eq!(cause.source().unwrap().to_string(), "Connection refused");
    assert!(!error.to_string().contains("refused"), "a cause is not told twice: {error}");
}

#[tokio::test]
async fn whether_an_unclear_call_wrote_depends_on_what_it_is() {
    let client = client(&Fake::new(|_, _| broken()));
    let unclear = |error: Error| error.is_outcome_unknown();
    assert!(!unclear(client.send(GetKeyPair::new()).await.unwrap_err()));
    assert!(unclear(client.send(DeleteKeyPair::new("A")).await.unwrap_err()));
    let delete = || client.send(DeleteKeyPair::new("A"));
    // It may be sent again, and may still have been carried out.
    assert!(unclear(delete().idempotent(true).await.unwrap_err()));
    assert!(unclear(client.send_document("{ a }", ()).await.unwrap_err()));
    assert!(!unclear(client.send_document("{ a }", ()).idempotent(true).await.unwrap_err()));
    // Through graphql_client nobody knows that it is a query.
    assert!(unclear(client.send_query::<GetKeyPair>(GetKeyPair::new()).await.unwrap_err()));
}

#[tokio::test]
async fn variables_that_cannot_be_written() {
    let fake = Fake::new(|_, _| ok("{}"));
    let error =
        client(&fake).send_document("{ a }", MaybeUndefined::<i32>::Undefined).await.unwrap_err();
    assert!(error.to_string().ends_with("the variables cannot be written as JSON"), "{error}");
    assert!(fake.requests().is_empty());
}
