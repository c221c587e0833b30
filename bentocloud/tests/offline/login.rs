//! Logging in by token and by browser.

use std::time::Duration;

use backendai_testing::bentocloud::{Account, BentoCloud, Reply};
use bentocloud::{BrowserLogin, Client, Context, Contexts, Environment, Saved};

use crate::support::{file, home};

async fn server() -> BentoCloud {
    BentoCloud::builder()
        .token("ok-ada", Account::new("ada", "acme"))
        .token("ok-web", Account::new("web", "acme"))
        .reply("org404", Some("/api/v1/current_org"), Reply::new(404, ""))
        .token("org404", Account::new("ada", "acme"))
        .browser("c0ffee+/=", 2, "ok-web")
        .start()
        .await
        .unwrap()
}

fn at(home: &tempfile::TempDir) -> Contexts {
    Contexts::at(home.path().join(".yatai.yaml"), Environment::default())
}

#[tokio::test]
async fn a_token_is_proved_and_then_stored() {
    let (server, home) = (server().await, home(None));
    let contexts = at(&home);
    let client = || Client::builder(server.endpoint(), "ok-ada");
    let login = contexts.login(client(), None).await.unwrap();
    assert_eq!((login.saved, login.organization.name.as_str()), (Saved::Added, "acme"));
    assert_eq!(contexts.login(client(), None).await.unwrap().saved, Saved::Replaced);
    let golden = crate::support::text("yatai_yaml/login_ok__1.yaml");
    let expected = golden.replace("http://127.0.0.1:18765", &server.endpoint());
    assert_eq!(file(&home), Some(expected));

    let login = contexts.login(client(), Some("stage")).await.unwrap();
    assert_eq!((login.saved, login.context.name.as_str()), (Saved::Added, "stage"));
    assert_eq!(contexts.read().unwrap().current_name(), "default", "it is not switched to");
}

#[tokio::test]
async fn a_failed_login_leaves_the_file_alone() {
    let server = server().await;
    for (token, code) in [("wrong", 401), ("org404", 500)] {
        for before in [None, Some("contexts: []\ncurrent_context_name: x # mine\n")] {
            let home = home(before);
            let client = Client::builder(server.endpoint(), token);
            let error = at(&home).login(client, None).await.unwrap_err();
            assert_eq!(error.code(), code, "{error}");
            assert_eq!(file(&home).as_deref(), before);
        }
    }
}

#[tokio::test]
async fn a_browser_is_waited_for() {
    let (server, home) = (server().await, home(None));
    let login = BrowserLogin::begin(&format!("{}/", server.endpoint())).await.unwrap();
    assert_eq!(
        login.url().as_str(),
        format!("{}/api_tokens?code=c0ffee%2B%2F%3D", server.endpoint())
    );
    assert!(!format!("{login:?}").contains("c0ffee"));
    let token = login.wait(Duration::from_millis(1)).await.unwrap();
    at(&home).login(Client::builder(login.endpoint(), token), None).await.unwrap();
    let golden = crate::support::json("cli/tty_login_browser.json");
    let expected: Vec<_> = golden[0]["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| format!("{} {}", r["method"].as_str().unwrap(), r["target"].as_str().unwrap()))
        .collect();
    assert_eq!(server.calls(), expected);
    assert!(server.requests()[..3].iter().all(|r| r.headers.get("x-yatai-api-token").is_none()));
    let after = golden[0]["yatai_after"].as_str().unwrap();
    assert_eq!(file(&home), Some(after.replace("http://127.0.0.1:18765", &server.endpoint())));
}

#[tokio::test]
async fn an_email_address_is_fetched_once_and_never_stored_for_a_lent_token() {
    let server = server().await;
    let golden = crate::support::json("api/cloud_client_config.json");
    let localise = |text: &str| text.replace("http://127.0.0.1:18766", &server.endpoint());

    let case = &golden["get_email fetched and saved"];
    let home = home(Some(&localise(case["file_before"].as_str().unwrap())));
    let contexts = at(&home);
    let context = contexts.current().unwrap();
    assert_eq!(contexts.email(&context).await.unwrap(), "ada@example.com");
    assert_eq!(file(&home), Some(localise(case["file_after"].as_str().unwrap())));
    let calls = server.calls().len();
    let context = contexts.current().unwrap();
    assert_eq!(contexts.email(&context).await.unwrap(), "ada@example.com");
    assert_eq!(server.calls().len(), calls, "the stored one is enough");

    let before = file(&home);
    let endpoint = server.endpoint();
    let env = [("BENTO_CLOUD_API_KEY", "ok-web"), ("BENTO_CLOUD_API_ENDPOINT", &endpoint)];
    let lent = Contexts::at(contexts.path(), Environment::from_iter(env));
    let context = lent.current().unwrap();
    assert_eq!(lent.email(&context).await.unwrap(), "web@example.com");
    assert_eq!(file(&home), before);

    let unknown = Context::new("x", server.endpoint(), "wrong");
    assert!(contexts.email(&unknown).await.unwrap_err().is_unauthorized());
}

#[tokio::test]
async fn email_addresses_of_every_golden_case() {
    let server = BentoCloud::builder()
        .token("ok-ada", Account::new("ada", "acme"))
        .reply("e404", None, Reply::new(404, ""))
        .reply("e401", None, Reply::new(401, "{\"message\": \"invalid api token\"}"))
        .start()
        .await
        .unwrap();
    let golden = crate::support::json("api/cloud_client_config.json");
    let local = |text: &str| text.replace("http://127.0.0.1:18766", &server.endpoint());
    for name in ["get_email cached", "get_email not found", "get_email 401", "get_email env"] {
        let case = &golden[name];
        let before = case["file_before"].as_str().map(local);
        let home = home(before.as_deref());
        let env = case["env"].as_object().unwrap().iter();
        let env = env.map(|(name, value)| (name.clone(), local(value.as_str().unwrap())));
        let contexts = Contexts::at(home.path().join(".yatai.yaml"), env.collect());
        let result = contexts.email(&contexts.current().unwrap()).await;
        match &case["exception"] {
            serde_json::Value::Null => assert_eq!(case["result"], result.unwrap(), "{name}"),
            exception => {
                let error = result.expect_err(name);
                assert_eq!(exception["message"], error.to_string(), "{name}");
                assert_eq!(exception["error_code"], error.code(), "{name}");
            }
        }
        // Also for the token that the environment lends, which the real client stores.
        assert_eq!(file(&home), before, "{name}");
    }
}
