//! Logins at the embedded webserver, over real connections.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use backendai::{
    Client, Config, Endpoint, EndpointType, Error, Session,
    admin::{
        keypair::{CreateKeyPair, DeleteKeyPair, GetKeyPair, PagedKeyPairs},
        types::KeyPairInput,
    },
    config::Env,
    credential::ExposeSecret as _,
    observe::{Attempt, Observer, Outcome},
    transport::{HttpRequest, HttpResponse},
};
use backendai_testing::{Account, Fault, Manager, SignedDuration, Webserver};

use crate::support::{embedded, server::closed};

fn config(endpoint: &str) -> Config {
    let config = Config::builder().endpoint(endpoint).endpoint_type(EndpointType::Session);
    config.build().unwrap()
}

fn client(webserver: &Webserver) -> Client {
    Client::new(config(webserver.endpoint())).unwrap()
}

async fn start() -> (Manager, Webserver, Client) {
    let manager = Manager::start().await.unwrap();
    let webserver = manager.webserver().await.unwrap();
    let client = client(&webserver);
    (manager, webserver, client)
}

async fn log_in(client: &Client, account: &Account) -> Result<Session, Error> {
    client.login(&account.email, account.password.as_str()).await
}

/// Everything that an error can be made to say.
fn everything(error: &Error) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}\n{:?}", error.problem());
    let mut cause = std::error::Error::source(error);
    while let Some(of) = cause {
        text += &format!("\n{of}\n{of:?}");
        cause = of.source();
    }
    text
}

#[tokio::test]
async fn from_login_to_logout() {
    let (manager, webserver, client) = start().await;
    let error = client.send(GetKeyPair::new()).await.unwrap_err();
    assert!(error.is_login_required() && error.is_auth(), "{error}");
    assert!(webserver.requests().is_empty());
    assert_eq!(client.negotiate().await.unwrap().manager(), "26.9.6");

    let user = manager.user();
    let session = log_in(&client, user).await.unwrap();
    let account = session.account().unwrap();
    assert_eq!((&*account.access_key, &*account.role), (&*user.access_key, "user"));
    assert!(session.expires().is_some());
    let own = client.clone().send(GetKeyPair::new()).await.unwrap().keypair.unwrap();
    assert_eq!(own.access_key, user.access_key);
    assert_eq!(client.check_login().await.unwrap().as_ref(), Some(account));
    assert_eq!(
        client.extend_login().await.unwrap().id().expose_secret(),
        session.id().expose_secret()
    );

    let create = CreateKeyPair::new(&user.email, KeyPairInput::new("default", 1));
    let error = client.send(create).await.unwrap_err();
    assert!(error.is_refused() && error.is_permission_denied(), "{error}");
    assert!(!error.is_login_required());

    client.logout().await.unwrap();
    assert!(client.session().is_none() && client.check_login().await.unwrap().is_none());
    let late = Client::builder(config(webserver.endpoint())).session(session).build().unwrap();
    let error = late.send(GetKeyPair::new()).await.unwrap_err();
    assert!(error.is_login_required() && error.is_from_webserver(), "{error}");
    assert!(error.to_string().contains("log in again"), "{error}");
    assert!(late.extend_login().await.unwrap_err().is_login_required());
}

#[tokio::test]
async fn what_is_sent() {
    let (manager, webserver, client) = start().await;
    let session = log_in(&client, manager.superadmin()).await.unwrap();
    client.pages(PagedKeyPairs::new()).next().await.unwrap().unwrap();
    let by_header =
        Client::builder(config(webserver.endpoint())).session(session.clone().in_header());
    by_header.build().unwrap().send(GetKeyPair::new()).await.unwrap();

    let requests = webserver.requests();
    let [login, page, header] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((login.method(), login.path()), ("POST", "/server/login"));
    assert_eq!(login.header("x-backendai-encoded"), Some("true"));
    assert!(login.header("cookie").is_none());
    let body = String::from_utf8_lossy(login.body()).into_owned();
    assert!(!body.contains(&manager.superadmin().password), "{body}");
    assert_eq!(body.find(':'), Some(16), "{body}");

    let id = session.id().expose_secret();
    assert_eq!(page.path(), "/func/admin/gql");
    assert_eq!(page.header("cookie"), Some(&*format!("AIOHTTP_SESSION={id}")));
    assert_eq!(page.header("x-backendai-domain"), Some("default"));
    assert_eq!(page.header("x-backendai-version"), Some("v9.20250722"));
    assert_eq!(page.header("content-type"), Some("application/json"));
    assert!(page.header("date").is_some() && page.header("authorization").is_none());
    assert_eq!(header.header("x-backendai-sessionid"), Some(id));
    assert!(header.header("cookie").is_none());
}

#[tokio::test]
async fn logins_that_are_refused() {
    let (manager, webserver, client) = start().await;
    let user = manager.user();
    let wrong = client.login(&user.email, "hunter2").await.unwrap_err();
    let inactive = log_in(&client, manager.inactive_user()).await.unwrap_err();
    let other = log_in(&client, manager.other_admin()).await.unwrap_err();
    for error in [&wrong, &inactive, &other] {
        assert!(error.is_auth() && !error.is_login_required(), "{error}");
        assert!(error.to_string().contains("the password and the domain"), "{error}");
        assert!(!everything(error).contains("hunter2"));
    }
    // A refused login sets a cookie, which is no session.
    assert!(client.session().is_none());

    let admin = manager.other_admin();
    let login = client.login(&admin.email, admin.password.as_str()).domain("other");
    assert_eq!(login.await.unwrap().account().unwrap().role, "admin");
    // A domain that was configured counts as well.
    let config = Config::builder().endpoint(webserver.endpoint()).domain("other");
    let config = config.endpoint_type(EndpointType::Session).build().unwrap();
    log_in(&Client::new(config).unwrap(), admin).await.unwrap();
}

#[tokio::test]
async fn ten_wrong_passwords_block() {
    let (manager, _webserver, client) = start().await;
    let user = manager.user();
    for _ in 0..10 {
        assert!(client.login(&user.email, "wrong").await.unwrap_err().is_auth());
    }
    let error = log_in(&client, user).await.unwrap_err();
    assert!(error.is_rate_limited() && error.is_from_webserver() && !error.is_auth(), "{error}");
    assert!(error.to_string().contains("wait until logins are taken again"), "{error}");
    log_in(&client, manager.domain_admin()).await.unwrap();
    manager.shift_clock(SignedDuration::from_mins(21));
    log_in(&client, user).await.unwrap();
}

#[tokio::test]
async fn one_time_passwords() {
    let (manager, webserver, client) = start().await;
    let user = manager.user();
    webserver.require_otp(&user.email, "123456");
    let error = log_in(&client, user).await.unwrap_err();
    assert!(error.is_otp_required() && error.is_auth() && !error.is_http(), "{error}");
    assert_eq!(error.status().unwrap(), 200);
    let login = || client.login(&user.email, user.password.as_str());
    let error = login().otp("654321").await.unwrap_err();
    assert!(!error.is_otp_required() && error.to_string().contains("Invalid TOTP"), "{error}");
    login().otp(" 123456\n").await.unwrap();

    let admin = manager.domain_admin();
    webserver.require_otp_registration(&admin.email, "s3cret-token");
    let error = log_in(&client, admin).await.unwrap_err();
    assert!(error.is_otp_registration_required() && !error.is_otp_required(), "{error}");
    assert_eq!(error.otp_registration_token().unwrap().expose_secret(), "s3cret-token");
    assert!(!everything(&error).contains("s3cret-token"));
}

#[tokio::test]
async fn tokens() {
    let (manager, webserver, client) = start().await;
    webserver.accept_token("s3cret-token", &manager.user().email);
    let error = client.login_by_token("s3cret-other").await.unwrap_err();
    assert!(error.is_auth() && !everything(&error).contains("s3cret"), "{error}");
    let session = client.login_by_token("s3cret-token").await.unwrap();
    assert_eq!(session.account().unwrap().access_key, manager.user().access_key);
}

#[tokio::test]
async fn a_sign_on_begins_where_there_is_a_plugin() {
    let (_manager, webserver, client) = start().await;
    let error = client.begin_sign_on("http://127.0.0.1:1/back").await.unwrap_err();
    assert!(error.is_wrong_address() && error.status().unwrap() == 404, "{error}");
    webserver.offer_sign_on("s3cret-token");
    let address = client.begin_sign_on("http://127.0.0.1:1/back").await.unwrap();
    let back = "http%3A%2F%2F127.0.0.1%3A1%2Fback";
    let expected = format!("{}/provider?redirect_to={back}", webserver.endpoint());
    assert_eq!(address.as_str(), expected);
    assert!(client.session().is_none());
}

#[tokio::test]
async fn sessions_end() {
    let (manager, webserver, client) = start().await;
    for end in [0, 1] {
        log_in(&client, manager.user()).await.unwrap();
        client.send(GetKeyPair::new()).await.unwrap();
        match end {
            0 => webserver.forget_sessions(),
            _ => manager.shift_clock(SignedDuration::from_hours(8 * 24)),
        }
        assert_eq!(client.check_login().await.unwrap(), None);
        let error = client.send(GetKeyPair::new()).await.unwrap_err();
        assert!(error.is_login_required() && !error.is_outcome_unknown(), "{error}");
    }
    log_in(&client, manager.user()).await.unwrap();
    client.send(GetKeyPair::new()).await.unwrap();
}

#[tokio::test]
async fn a_session_is_kept_in_a_file_of_its_own() {
    let (manager, webserver, _) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let env = || {
        let pairs =
            [("BACKEND_ENDPOINT", webserver.endpoint()), ("BACKEND_ENDPOINT_TYPE", "session")];
        Env::from_pairs(pairs).with_state_dir(folder.path())
    };
    let make = || Client::new(Config::builder().environment(env()).build().unwrap());
    let client = make().unwrap();
    let path = client.config().session_file().unwrap().to_owned();
    assert_eq!(path.parent().unwrap(), folder.path().join("backendai/sessions"));
    assert!(Session::load(&path).unwrap().is_none());
    let session = log_in(&client, manager.user()).await.unwrap();
    session.save(&path).unwrap();
    // In place of what is there.
    session.save(&path).unwrap();
    assert_eq!(files(path.parent().unwrap()), 1);

    let again = make().unwrap();
    again.send(GetKeyPair::new()).await.unwrap();
    let loaded = again.session().unwrap();
    assert_eq!((loaded.account(), loaded.expires()), (session.account(), session.expires()));

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        let mut wider = path.metadata().unwrap().permissions();
        wider.set_mode(0o640);
        std::fs::set_permissions(&path, wider).unwrap();
        let error = make().unwrap_err();
        assert!(error.is_config() && error.to_string().contains("chmod 600"), "{error}");
        session.save(&path).unwrap();
    }

    let id = session.id().expose_secret();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(id));
    for broken in [text.replace(id, "no cookie has this: \u{7}"), text[..20].to_owned()] {
        std::fs::write(&path, &broken).unwrap();
        let error = make().unwrap_err();
        assert!(error.to_string().contains("log in again"), "{error}");
        assert!(!everything(&error).contains(id) && !everything(&error).contains("no cookie"));
    }
    std::fs::write(&path, text.replace("127.0.0.1", "localhost")).unwrap();
    let error = make().unwrap_err();
    assert!(error.to_string().contains("is not sent to http://127.0.0.1"), "{error}");

    Session::remove(&path).unwrap();
    Session::remove(&path).unwrap();
    assert!(make().unwrap().session().is_none());
    // An empty path is no file.
    let config = Config::builder().environment(env()).session_file("").build().unwrap();
    assert_eq!(config.session_file(), None);
}

fn files(folder: &Path) -> usize {
    folder.read_dir().unwrap().count()
}

#[tokio::test]
async fn a_session_goes_to_its_own_endpoint_alone() {
    let elsewhere: Endpoint = "https://elsewhere.example".parse().unwrap();
    let session = Session::new(elsewhere.clone(), "d31f").unwrap();
    let build = |config| Client::builder(config).session(session.clone()).build();
    let error = build(config("https://webui.example")).unwrap_err();
    assert!(error.is_config() && error.to_string().contains("elsewhere.example"), "{error}");
    let keys = Config::builder().endpoint("https://elsewhere.example").access_key("");
    let error = build(keys.build().unwrap()).unwrap_err();
    assert!(error.is_config() && error.to_string().contains("type `session`"), "{error}");
    build(config("https://elsewhere.example")).unwrap();
    for id in ["", "a b", "a;b", "a\r\nb", "é"] {
        assert!(Session::new(elsewhere.clone(), id).is_err(), "{id:?}");
    }
}

#[tokio::test]
async fn wrong_addresses() {
    let (manager, webserver, _) = start().await;
    // The webserver's address, taken for a manager's.
    let signed = embedded::client_at(webserver.endpoint(), manager.user());
    for error in
        [signed.negotiate().await.unwrap_err(), signed.send(GetKeyPair::new()).await.unwrap_err()]
    {
        assert!(error.is_wrong_address() && error.to_string().contains("`session`"), "{error}");
    }
    let error = signed.login("a@b.c", "x").await.unwrap_err();
    assert!(error.is_config(), "{error}");
    // And the other way round.
    let error = log_in(&Client::new(config(manager.endpoint())).unwrap(), manager.user()).await;
    assert!(error.unwrap_err().is_wrong_address());
}

#[tokio::test]
async fn the_key_is_of_the_address_without_its_path() {
    let (manager, webserver, _) = start().await;
    for endpoint in [
        format!("{}/", webserver.endpoint()),
        webserver.endpoint().replace("127.0.0.1", "localhost"),
    ] {
        let client = Client::new(config(&endpoint)).unwrap();
        log_in(&client, manager.user()).await.unwrap();
    }
    webserver.faults().push(Fault::Answer {
        status: 500,
        content_type: "text/plain".into(),
        body: "500 Internal Server Error".into(),
        headers: Vec::new(),
    });
    let error = log_in(&client(&webserver), manager.user()).await.unwrap_err();
    assert!(error.to_string().contains("encrypted login"), "{error}");
}

#[tokio::test]
async fn a_login_is_tried_once() {
    let manager = Manager::start().await.unwrap();
    let [one, two] = [manager.webserver().await.unwrap(), manager.webserver().await.unwrap()];
    let gone = format!("http://{}", closed().await);
    let all = Config::builder().endpoints([&*gone, one.endpoint(), two.endpoint()]);
    let all = all.endpoint_type(EndpointType::Session).build().unwrap();
    let client = Client::new(all).unwrap();
    assert!(client.login(&manager.user().email, "wrong").await.unwrap_err().is_auth());
    one.faults().push(Fault::gateway(502));
    two.faults().push(Fault::gateway(502));
    assert!(log_in(&client, manager.user()).await.unwrap_err().is_unavailable());
    assert_eq!(one.requests().len() + two.requests().len(), 2);
}

#[tokio::test]
async fn an_error_behind_a_router_is_as_if_there_were_none() {
    let (manager, webserver, client) = start().await;
    log_in(&client, manager.superadmin()).await.unwrap();
    let wrapped = |code: &str, response: &str| {
        Fault::json(
            200,
            format!(
                r#"{{"data":null,"errors":[{{"message":"x","extensions":{{"code":"{code}","serviceName":"legacy","response":{response}}}}}]}}"#
            ),
        )
    };
    let problem = r#"{"type":"https://api.backend.ai/probs/auth-failed","title":"Credential/signature mismatch.","error_code":"user_auth_unauthorized","msg":"User account is inactive"}"#;
    let response = format!(r#"{{"status":401,"statusText":"Unauthorized","body":{problem}}}"#);
    webserver.faults().push(wrapped("DOWNSTREAM_SERVICE_ERROR", &response));
    let error = client.send(GetKeyPair::new()).await.unwrap_err();
    assert!(error.is_auth() && error.is_http() && !error.is_login_required(), "{error}");
    assert_eq!(error.status().unwrap(), 401);
    assert_eq!(error.error_code(), Some("user_auth_unauthorized"));
    assert_eq!(error.problem().unwrap().message().unwrap(), "User account is inactive");

    // A mutation behind it may have been carried out.
    let down = r#"{"status":502,"statusText":"Bad Gateway","body":"<html></html>"}"#;
    webserver.faults().push(wrapped("RESPONSE_VALIDATION_FAILED", down));
    let error = client.send(DeleteKeyPair::new("A")).await.unwrap_err();
    assert!(error.is_unavailable() && error.is_outcome_unknown(), "{error}");

    // Without such a response it stays what it was, and partial data is kept.
    webserver.faults().push(wrapped("DOWNSTREAM_SERVICE_ERROR", "null"));
    assert!(client.send(DeleteKeyPair::new("A")).await.unwrap_err().is_graphql());
    let partial = format!(
        r#"{{"data":{{"keypair":{{"access_key":"A"}}}},"errors":[{{"message":"x","extensions":{{"response":{response}}}}}]}}"#
    );
    webserver.faults().push(Fault::json(200, partial));
    let error = client.send_document("{ keypair { access_key } }", ()).await.unwrap_err();
    assert!(error.is_graphql() && error.partial_data_json().unwrap().contains("\"A\""), "{error}");
}

#[tokio::test]
async fn nothing_shows_a_secret() {
    let (manager, _webserver, client) = start().await;
    let user = manager.user();
    let login = client.login(&user.email, user.password.as_str()).otp("0therSecret");
    let mut shown = format!("{login:?}");
    let session = login.await.unwrap();
    shown += &format!("{session:?} {session:#?} {client:?} {:?}", client.session());
    for header in ["set-cookie", "cookie", "x-backendai-sessionid"] {
        let value = session.id().expose_secret().parse().unwrap();
        let mut answer = HttpResponse::new(http::StatusCode::OK, "");
        answer.headers.insert(header, value);
        let mut request = HttpRequest::new(http::Method::GET, "http://h".parse().unwrap());
        request.headers = answer.headers.clone();
        shown += &format!("{answer:?} {request:?}");
    }
    for secret in [&*user.password, "0therSecret", session.id().expose_secret()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// Notes what an observer receives.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Observer for Notes {
    fn before(&self, attempt: &Attempt<'_>) {
        assert_eq!(attempt.kind, None, "{attempt:?}");
        self.0.lock().unwrap().push(format!("{} {}", attempt.operation, attempt.resend_count));
    }

    fn after(&self, attempt: &Attempt<'_>, outcome: &Outcome<'_>) {
        let status = outcome.status.map(|status| status.as_u16());
        let failed = outcome.error.is_some();
        self.0.lock().unwrap().push(format!("{} {status:?} {failed}", attempt.operation));
    }
}

impl Notes {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

#[tokio::test]
async fn requests_about_logins_are_observed_and_repeated_where_safe() {
    let manager = Manager::start().await.unwrap();
    let webserver = manager.webserver().await.unwrap();
    let nobody = format!("http://{}", closed().await);
    let config = Config::builder()
        .endpoints([nobody.as_str(), webserver.endpoint()])
        .endpoint_type(EndpointType::Session);
    let notes = Notes::default();
    let client = Client::builder(config.build().unwrap())
        .shuffle(false)
        .observer(notes.clone())
        .sleep(|_| std::future::ready(()))
        .build()
        .unwrap();
    let user = manager.user();

    // A login that never left is sent elsewhere; one whose answer is lost is not sent again.
    log_in(&client, user).await.unwrap();
    let received = notes.take();
    assert_eq!(received, ["login 0", "login None true", "login 1", "login Some(200) false"]);
    webserver.faults().push(Fault::Lose);
    let error = log_in(&client, user).await.unwrap_err();
    assert!(error.is_transport() && !error.is_connect(), "{error}");
    assert_eq!(notes.take(), ["login 0", "login None true"]);

    // What only asks is sent again.
    webserver.faults().push(Fault::Lose);
    assert!(client.check_login().await.unwrap().is_some());
    let check = "login-check";
    let lost = format!("{check} None true");
    let received = notes.take();
    assert!(received.len() >= 4 && received[..2] == [format!("{check} 0"), lost], "{received:?}");
    assert_eq!(received.last().unwrap(), "login-check Some(200) false");

    // A logout whose answer is lost is not.
    webserver.faults().push(Fault::Lose);
    assert!(client.logout().await.unwrap_err().is_transport());
    assert_eq!(notes.take(), ["logout 0", "logout None true"]);
}

#[test]
fn logins_are_encrypted_as_by_the_official_client() {
    #[derive(serde::Deserialize)]
    struct Case {
        endpoint: String,
        iv: String,
        body: String,
    }
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../vectors/login/cases.json")).unwrap();
    let payloads: Vec<String> =
        serde_json::from_str(include_str!("../vectors/login/payloads.json")).unwrap();
    assert!(cases.len() == payloads.len() && cases.len() >= 7);
    for (case, payload) in cases.iter().zip(payloads) {
        let ours = backendai::session::__encode(&case.endpoint, &case.iv, case.body.as_bytes());
        assert_eq!(ours, Some(payload), "{}", case.endpoint);
    }
}
