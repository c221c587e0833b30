//! Authentication and its refusals.

use crate::support::{self, Ask, VERSION};
use backendai_testing::{Manager, SignedDuration};
use jiff::{Timestamp, tz::Offset};

const QUERY: &str = "{ __typename }";

async fn manager() -> Manager {
    Manager::start().await.unwrap()
}

#[tokio::test]
async fn a_signed_request_is_answered() {
    let manager = manager().await;
    let reply = Ask::new(manager.user(), QUERY).send(&manager).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(reply.text, r#"{"data":{"__typename":"Query"},"errors":null}"#);
}

#[tokio::test]
async fn dates_are_taken_within_fifteen_minutes() {
    let manager = manager().await;
    for (minutes, expected) in [(-20, 400), (-14, 200), (14, 200), (20, 400)] {
        let shift = SignedDuration::from_mins(minutes);
        let reply = Ask::new(manager.user(), QUERY).at(shift).send(&manager).await;
        assert_eq!(reply.status, expected, "{minutes}");
        if expected == 400 {
            assert_eq!(reply.problem().1, "Date/time sync error");
        }
    }
}

#[tokio::test]
async fn the_clock_can_be_shifted() {
    let hour = SignedDuration::from_hours(1);
    let manager = Manager::builder().clock_offset(hour).start().await.unwrap();
    let reply = Ask::new(manager.user(), QUERY).send(&manager).await;
    assert_eq!(reply.problem(), (400, "Date/time sync error".into()));
    assert_eq!(Ask::new(manager.user(), QUERY).at(hour).send(&manager).await.status, 200);
    manager.shift_clock(-hour);
    assert_eq!(Ask::new(manager.user(), QUERY).send(&manager).await.status, 200);
}

#[tokio::test]
async fn every_form_of_a_date_is_read() {
    let manager = manager().await;
    let now = Timestamp::now();
    let forms = [
        now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        now.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string(),
        now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
    ];
    for form in forms {
        let ask = Ask::new(manager.user(), QUERY).set(|ask| ask.date.clone_from(&form));
        assert_eq!(ask.send(&manager).await.status, 200, "{form}");
    }
    for form in ["", "yesterday"] {
        let ask = Ask::new(manager.user(), QUERY).set(|ask| ask.date = form.into());
        let reply = ask.send(&manager).await;
        assert_eq!(reply.problem(), (400, "Date/time sync error".into()), "{form:?}");
    }
    let instead = Ask::new(manager.user(), QUERY)
        .header("x-backendai-date", &support::iso(now))
        .set(|ask| ask.date.clear());
    assert_eq!(instead.send(&manager).await.status, 200);
}

#[tokio::test]
async fn the_key_is_that_of_the_day_in_the_text() {
    let manager = manager().await;
    let now = Timestamp::now();
    // At any time, at least one of the two zones has a different day than UTC.
    let other = [14, -12]
        .into_iter()
        .map(|hours| Offset::from_hours(hours).unwrap().to_datetime(now))
        .find(|local| local.strftime("%Y%m%d").to_string() != support::day(now))
        .map(|local| local.strftime("%Y%m%d").to_string());
    let Some(day) = other else { return };
    let zone = if day > support::day(now) { 14 } else { -12 };
    let local = Offset::from_hours(zone).unwrap().to_datetime(now);
    let date = format!("{}{zone:+03}:00", local.strftime("%Y-%m-%dT%H:%M:%S.%6f"));
    let ask = |day: String| {
        Ask::new(manager.user(), QUERY).set(|ask| {
            ask.date.clone_from(&date);
            ask.day = day;
        })
    };
    assert_eq!(ask(day).send(&manager).await.status, 200);
    let reply = ask(support::day(now)).send(&manager).await;
    assert_eq!(reply.problem(), (401, "HMAC signature mismatch".into()));
}

#[tokio::test]
async fn the_signature_covers_host_path_and_content_type() {
    let manager = manager().await;
    let mismatch = (401, "HMAC signature mismatch".to_owned());
    let ask = || Ask::new(manager.user(), QUERY);

    for host in ["127.0.0.1", "manager.test:1", "LOCALHOST:1"] {
        assert_eq!(ask().set(|ask| ask.host = Some(host.into())).send(&manager).await.status, 200);
    }
    let query = "/admin/gql?a=1&b=%20x";
    let reply = ask().set(|ask| ask.path = query.into()).send(&manager).await;
    assert_eq!(reply.status, 200);
    let spoilt = ask().set(|ask| {
        ask.path = query.into();
        ask.signed_path = Some("/admin/gql".into());
    });
    assert_eq!(spoilt.send(&manager).await.problem(), mismatch);

    let charset = "application/json; charset=utf-8";
    let reply = ask().set(|ask| ask.content_type = Some(charset.into())).send(&manager).await;
    assert_eq!(reply.status, 200);
    let spoilt = ask().set(|ask| {
        ask.content_type = Some(charset.into());
        ask.signed_content_type = charset.into();
    });
    assert_eq!(spoilt.send(&manager).await.problem(), mismatch);
    let without = ask().set(|ask| {
        ask.content_type = None;
        ask.signed_content_type = "application/octet-stream".into();
    });
    assert_eq!(without.send(&manager).await.status, 200);

    let wrong = ask().set(|ask| ask.secret_key.push('x'));
    assert_eq!(wrong.send(&manager).await.problem(), mismatch);
    assert_eq!(ask().set(|ask| ask.scheme = "Sorna".into()).send(&manager).await.status, 200);
}

#[tokio::test]
async fn versions_are_checked() {
    let manager = manager().await;
    let ask = |version: Option<&str>| {
        let version = version.map(str::to_owned);
        Ask::new(manager.user(), QUERY).set(|ask| ask.version = version)
    };
    assert_eq!(ask(Some("v5.20191215")).send(&manager).await.status, 200);
    let reply = ask(Some("v99.20990101")).send(&manager).await;
    assert_eq!(reply.problem(), (400, "Unsupported API version.".into()));
    let reply = ask(None).send(&manager).await;
    assert_eq!(reply.problem(), (400, "API version missing in request headers".into()));
    assert_eq!(ask(Some(VERSION)).send(&manager).await.status, 200);
}

#[tokio::test]
async fn keys_that_do_not_work_are_refused() {
    let manager = manager().await;
    let unknown = (401, "Access key not found in HMAC".to_owned());
    let reply = Ask::new(manager.inactive_key(), QUERY).send(&manager).await;
    assert_eq!(reply.problem(), unknown);
    let unknown_key =
        Ask::new(manager.user(), QUERY).set(|ask| ask.access_key = "NOSUCHKEY".into());
    assert_eq!(unknown_key.send(&manager).await.problem(), unknown);
    let reply = Ask::new(manager.inactive_user(), QUERY).send(&manager).await;
    assert_eq!(reply.problem(), (401, "User account is inactive".into()));
    assert_eq!(reply.header("x-ratelimit-limit"), "");
}

#[tokio::test]
async fn malformed_authorizations_have_distinct_problems() {
    let manager = manager().await;
    let cases = [
        ("Bearer abc", 400, "Invalid authorization type name"),
        ("BackendAI", 400, "Malformed authorization header"),
        (
            "BackendAI signMethod=HMAC-SHA256, credential=nocolon",
            400,
            "Missing or malformed authorization parameters",
        ),
        ("BackendAI signMethod=HMAC-SHA256", 400, "Missing or malformed authorization parameters"),
        ("BackendAI garbage", 500, "Internal server error."),
        (
            "BackendAI signMethod=RSA-SHA256, credential=EMBEDDEDUSER00000001:00",
            400,
            "Unsupported request signing method (MAC type)",
        ),
        (
            "BackendAI signMethod=HMAC-NOPE, credential=EMBEDDEDUSER00000001:00",
            400,
            "Unsupported request signing method (hash type)",
        ),
    ];
    for (authorization, status, msg) in cases {
        let ask = Ask::new(manager.user(), QUERY)
            .set(|ask| ask.authorization = Some(authorization.into()));
        assert_eq!(ask.send(&manager).await.problem(), (status, msg.into()), "{authorization}");
    }
}

#[tokio::test]
async fn anonymous_requests_are_counted_and_refused() {
    let manager = manager().await;
    let reply =
        Ask::new(manager.user(), QUERY).set(|ask| ask.anonymous = true).send(&manager).await;
    assert_eq!(reply.problem(), (401, "Unauthorized access".into()));
    assert_eq!(reply.header("x-ratelimit-limit"), "1000");
    assert_eq!(reply.header("x-ratelimit-remaining"), "999");
}

#[tokio::test]
async fn only_a_superadmin_may_impersonate() {
    let manager = manager().await;
    let own = "{ keypair { access_key } }";
    let reply = Ask::new(manager.superadmin(), own)
        .header("x-backendai-act-as", &manager.user().user_id)
        .send(&manager)
        .await;
    assert_eq!(reply.json()["data"]["keypair"]["access_key"], manager.user().access_key);
    let reply = Ask::new(manager.user(), own)
        .header("x-backendai-act-as", &manager.superadmin().user_id)
        .send(&manager)
        .await;
    assert_eq!(reply.problem(), (403, "Only superadmin may use X-BackendAI-Act-As".into()));
    let reply =
        Ask::new(manager.superadmin(), own).header("x-backendai-act-as", "me").send(&manager).await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn a_request_through_a_reverse_proxy_is_signed_for_its_address() {
    let manager = manager().await;
    let mut ask = Ask::new(manager.user(), QUERY)
        .header("x-forwarded-url", "http://front.test/other?x=1")
        .set(|ask| ask.signed_path = Some("/other".into()));
    let signature = ask.sign("front.test");
    let key = ask.access_key.clone();
    ask.authorization =
        Some(format!("BackendAI signMethod=HMAC-SHA256, credential={key}:{signature}"));
    assert_eq!(ask.send(&manager).await.status, 200);
}
