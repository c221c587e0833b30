//! Logins at a real webserver, in front of the real manager.

use std::time::{Duration, UNIX_EPOCH};

use backendai::{
    Client, Config, ConfigBuilder, EndpointType, Error, Session,
    admin::{
        keypair::{CreateKeyPair, GetKeyPair, PagedKeyPairs},
        types::KeyPairInput,
    },
    credential::ExposeSecret as _,
};

use crate::support::*;

fn config() -> Option<ConfigBuilder> {
    // `up` sets it when it is asked for a webserver.
    let Ok(endpoint) = std::env::var("BACKEND_WEBSERVER_ENDPOINT") else {
        let required = std::env::var("BACKENDAI_LIVE").is_ok_and(|value| value == "1");
        assert!(
            !required,
            "BACKEND_WEBSERVER_ENDPOINT is not set: use tests/manager/up --webserver"
        );
        return None;
    };
    Some(Config::builder().endpoint(endpoint).endpoint_type(EndpointType::Session))
}

fn client() -> Option<Client> {
    Some(Client::new(config()?.build().unwrap()).unwrap())
}

async fn log_in(client: &Client, role: Role) -> Result<Session, Error> {
    client.login(role.email(), role.password()).await
}

#[tokio::test]
async fn a_superadmin_reads_every_page() {
    let (Some(manager), Some(client)) = (Manager::turn().await, client()) else { return };
    assert_eq!(client.negotiate().await.unwrap().manager(), "26.9.6");
    let session = log_in(&client, SUPERADMIN).await.unwrap();
    assert_eq!(session.account().unwrap().role, "superadmin");
    let rows = read_all(&client, PagedKeyPairs::new()).await.unwrap();
    assert_eq!(keys_of(&rows), manager.access_keys());

    let extended = client.extend_login().await.unwrap();
    assert_eq!(extended.id().expose_secret(), session.id().expose_secret());
    assert!(extended.expires() >= session.expires());
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("session.json");
    extended.save(&path).unwrap();
    let stored = Client::new(config().unwrap().session_file(&path).build().unwrap()).unwrap();
    stored.send(GetKeyPair::new()).await.unwrap();
    assert_eq!(stored.check_login().await.unwrap().as_ref(), session.account());
    stored.logout().await.unwrap();

    // It is the same session that has ended.
    assert_eq!(client.check_login().await.unwrap(), None);
    let error = client.send(GetKeyPair::new()).await.unwrap_err();
    assert!(error.is_login_required() && error.is_from_webserver(), "{error}");
    assert!(client.extend_login().await.unwrap_err().is_login_required());
}

#[tokio::test]
async fn a_user_may_do_no_more_than_with_keys() {
    let (Some(manager), Some(client)) = (Manager::turn().await, client()) else { return };
    let before = manager.access_keys();
    let session = log_in(&client, USER).await.unwrap();
    let own = client.send(GetKeyPair::new()).await.unwrap().keypair.unwrap();
    assert_eq!(own.access_key, USER.access_key());
    let create = CreateKeyPair::new(USER.email(), KeyPairInput::new("default", 1));
    let error = client.send(create).await.unwrap_err();
    assert!(error.is_refused() && error.is_permission_denied(), "{error}");
    let foreign = GetKeyPair::new().access_key(SUPERADMIN.access_key());
    let error = client.send(foreign).await.unwrap_err();
    assert!(error.is_permission_denied() && !error.is_from_webserver(), "{error}");
    assert_eq!(manager.access_keys(), before);

    let by_header = Client::builder(config().unwrap().build().unwrap());
    let by_header = by_header.session(session.in_header()).build().unwrap();
    by_header.send(GetKeyPair::new()).await.unwrap();
    client.logout().await.unwrap();
    let error = by_header.send(GetKeyPair::new()).await.unwrap_err();
    assert!(error.is_login_required(), "{error}");
}

#[tokio::test]
async fn logins_that_are_refused() {
    let (Some(_manager), Some(client)) = (Manager::turn().await, client()) else { return };
    let wrong = client.login(USER.email(), "hunter2").await.unwrap_err();
    let inactive = log_in(&client, INACTIVE_USER).await.unwrap_err();
    let other = log_in(&client, OTHER_ADMIN).await.unwrap_err();
    for error in [wrong, inactive, other] {
        assert!(error.is_auth() && !error.is_login_required(), "{error}");
        assert_eq!(error.status().unwrap(), 401);
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
    assert!(client.session().is_none());
    let login = client.login(OTHER_ADMIN.email(), OTHER_ADMIN.password()).domain("other");
    assert_eq!(login.await.unwrap().account().unwrap().access_key, OTHER_ADMIN.access_key());
    let rows = read_all(&client, PagedKeyPairs::new()).await.unwrap();
    assert_eq!(keys_of(&rows), [OTHER_ADMIN.access_key()]);
    client.logout().await.unwrap();

    let error = client.login_by_token("x").await.unwrap_err();
    assert!(error.is_auth() && error.status().unwrap() == 200, "{error}");
}

#[tokio::test]
async fn a_session_that_does_not_exist() {
    let (Some(_manager), Some(client)) = (Manager::turn().await, client()) else { return };
    let endpoint = client.config().endpoints()[0].clone();
    let session = Session::new(endpoint, "0123456789abcdef0123456789abcdef").unwrap();
    let other = Client::builder(config().unwrap().build().unwrap()).session(session);
    let other = other.build().unwrap();
    let error = other.send(GetKeyPair::new()).await.unwrap_err();
    assert!(error.is_login_required() && error.is_from_webserver(), "{error}");
    assert_eq!(other.check_login().await.unwrap(), None);
}

/// Activates one-time passwords for the user, until it is dropped.
struct OneTime;

impl OneTime {
    const KEY: &str = "JBSWY3DPEHPK3PXP";

    fn set(activated: bool, key: &str) {
        let user = USER.email();
        sql(&format!(
            "update users set totp_activated = {activated}, totp_key = '{key}' where email = '{user}'"
        ));
    }

    fn activate() -> Self {
        Self::set(true, Self::KEY);
        Self
    }
}

impl Drop for OneTime {
    fn drop(&mut self) {
        Self::set(false, "");
    }
}

/// Waits until a new code is valid for at least 20 seconds: it expires with its period of 30.
async fn early_in_the_period() {
    let elapsed = UNIX_EPOCH.elapsed().unwrap().as_secs() % 30;
    if elapsed > 10 {
        tokio::time::sleep(Duration::from_secs(30 - elapsed)).await;
    }
}

/// The manager's plugin `totp`, which `tests/manager` allows, asks who has activated it.
#[tokio::test]
async fn one_time_passwords() {
    let (Some(manager), Some(client)) = (Manager::turn().await, client()) else { return };
    let activated = OneTime::activate();
    let login = || client.login(USER.email(), USER.password());
    let error = login().await.unwrap_err();
    assert!(error.is_otp_required() && error.is_auth() && !error.is_http(), "{error}");
    let error = login().otp("000000").await.unwrap_err();
    assert!(!error.is_otp_required() && error.to_string().contains("Invalid TOTP"), "{error}");
    assert!(!format!("{error} {error:?}").contains("000000"), "{error}");
    assert!(client.session().is_none());

    early_in_the_period().await;
    let code = manager.official_with("totp.py", &[OneTime::KEY], USER);
    let session = login().otp(code.as_str().unwrap()).await.unwrap();
    assert_eq!(session.account().unwrap().access_key, USER.access_key());
    client.send(GetKeyPair::new()).await.unwrap();
    client.logout().await.unwrap();

    drop(activated);
    login().await.unwrap();
    client.logout().await.unwrap();
}
