//! The client on the wire against `golden/api/`, and what it makes of bad answers.

use std::{error::Error as _, time::Duration};

use backendai_testing::bentocloud::{BentoCloud, Reply};
use bentocloud::{
    BENTOML_VERSION, Client, Contexts, CreateDeployment, DEFAULT_ENDPOINT, DeploymentConfig, Env,
    Label, ListDeployments, Scaling, Service, UpdateDeployment,
};
use serde_json::json;

use crate::support::{client, server};

/// The last request is the only one of this golden case, apart from headers that name the client.
#[track_caller]
fn same_request(server: &BentoCloud, case: &str) {
    let golden = crate::support::json("api/rest_client.json");
    let [expected] = golden[case]["requests"].as_array().unwrap().as_slice() else {
        panic!("{case} is not one request")
    };
    let sent = server.requests().pop().unwrap();
    assert_eq!(expected["method"], sent.method, "{case}");
    assert_eq!(expected["target"], sent.target, "{case}");
    assert_eq!(expected["body"], json!(sent.body), "{case}");
    for pair in expected["headers"].as_array().unwrap() {
        let (name, value) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        // The recordings are of the release before, which sends the same but for its number.
        let value = if name == "X-Bentoml-Version" { BENTOML_VERSION } else { value };
        if matches!(name, "Host" | "User-Agent" | "Accept-Encoding" | "Connection") {
            continue;
        }
        let sent = sent.headers.get(name).unwrap_or_else(|| panic!("{case}: no header {name}"));
        assert_eq!(sent.to_str().unwrap(), value, "{case}: {name}");
    }
    server.forget();
}

#[tokio::test]
async fn users_clusters_and_bentos_are_asked_as_the_real_client_asks() {
    let server = server().start().await.unwrap();
    let client = client(&server);
    assert_eq!(client.current_user().await.unwrap().unwrap().email, "ada@example.com");
    // The bytes that the real client's login sends: these headers of ours are in it.
    let sent = server.requests().pop().unwrap();
    let raw = crate::support::text("login_raw_http.txt").to_lowercase();
    for name in sent.headers.keys() {
        assert!(raw.contains(&format!("\n{name}: ")), "the real client sends no {name}");
    }
    same_request(&server, "v1.get_current_user");
    assert_eq!(client.current_organization().await.unwrap().unwrap().name, "acme");
    same_request(&server, "v1.get_current_organization");
    assert_eq!(client.clusters().await.unwrap().unwrap().items.len(), 2);
    same_request(&server, "v1.get_cluster_list");
    assert!(client.cluster("c1").await.unwrap().is_none());
    same_request(&server, "v1.get_cluster");
    let same = "deployment.list_instance_types"; // The same call as the next golden case.
    assert_eq!(client.instance_types(None).await.unwrap()[1].name, "gpu.l4.1", "{same}");
    same_request(&server, "v2.list_instance_types");
    let bento = client.bento("svc", "v1").await.unwrap().unwrap();
    assert_eq!(bento.tag().as_deref(), Some("svc:v1"));
    same_request(&server, "v1.get_bento");
    let cluster = client.cluster("default-cluster").await.unwrap().unwrap();
    assert_eq!(cluster.config.default_deployment_kube_namespace, "acme");
}

#[tokio::test]
async fn deployments_are_asked_as_the_real_client_asks() {
    let server = server().start().await.unwrap();
    let client = client(&server);
    let deployments = client.deployments();

    let mut create = CreateDeployment::new("svc:v1").named("dep1");
    create.config.access_authorization = true;
    create.config.envs = Some(vec![Env::new("A", "B")]);
    create.config.labels = Some(vec![Label::new("a", "b")]);
    create.config.secrets = Some(vec!["s".to_owned()]);
    let service = Service {
        instance_type: Some("cpu.1".to_owned()),
        scaling: Some(Scaling::between(1, 2)),
        envs: Some(vec![Env::new("E", "V")]),
        ..Service::new()
    };
    create.config.services.insert("Svc".to_owned(), service);
    let made = deployments.create(&create, None).await.unwrap();
    same_request(&server, "v2.create_deployment");
    assert_eq!((made.bento().as_deref(), made.urls.len()), (Some("svc:v1"), 1));
    assert!(!format!("{made:?}").contains("\"V\""), "values of variables stay out of Debug");

    assert_eq!(deployments.create(&create, None).await.unwrap_err().status(), Some(400));
    same_request(&server, "v2.create_deployment[exists]");

    let minimal = CreateDeployment::new("svc:v1");
    assert!(deployments.create(&minimal, None).await.unwrap().name.starts_with("svc-"));
    same_request(&server, "v2.create_deployment[minimal]");
    let mut second = minimal.clone().named("dep2");
    second.dev = true;
    let there = deployments.create(&second, Some("c1")).await.unwrap();
    same_request(&server, "v2.create_deployment[cluster]");
    assert_eq!(
        there.console(client.endpoint()).query(),
        Some("cluster=c1&namespace=acme"),
        "only the first cluster needs no naming"
    );

    deployments.get("dep1", None).await.unwrap();
    same_request(&server, "v2.get_deployment");
    let error = deployments.get("nope", Some("c1")).await.unwrap_err();
    same_request(&server, "v2.get_deployment[404]");
    assert_eq!(error.code(), 404);
    assert_eq!(error.to_string(), "Deployment nope is not found: {\"error\":\"record not found\"}");

    let none = ListDeployments { all: Some(false), ..ListDeployments::default() };
    let page = deployments.page(&none, None, None).await.unwrap();
    same_request(&server, "v2.list_deployment");
    assert_eq!((page.total, page.items.len()), (3, 3));
    let query = ListDeployments {
        cluster: Some("c1".to_owned()),
        all: Some(true),
        search: Some("s".to_owned()),
        dev: true,
        ..ListDeployments::default()
    };
    deployments.page(&query, Some(1), Some(5)).await.unwrap();
    same_request(&server, "v2.list_deployment[args]");

    let next = UpdateDeployment { config: DeploymentConfig::default(), bento: "svc:v1".to_owned() };
    deployments.replace("dep1", Some("c1"), &next).await.unwrap_err();
    same_request(&server, "v2.update_deployment");
    assert!(deployments.replace("nope", None, &next).await.unwrap_err().is_not_found());
    same_request(&server, "v2.update_deployment[404]");
    deployments.void_update("dep1", None).await.unwrap();
    same_request(&server, "v2.void_update_deployment");
    deployments.terminate("dep1", None).await.unwrap();
    same_request(&server, "v2.terminate_deployment");
    deployments.delete("dep1", None).await.unwrap();
    same_request(&server, "v2.delete_deployment");
}

#[tokio::test]
async fn names_stay_one_part_of_the_path() {
    let server = server().start().await.unwrap();
    let client = client(&server);
    let deployments = client.deployments();
    for (name, sent) in [("a/b?c#d", "a%2Fb%3Fc%23d"), ("é %", "%C3%A9%20%25")] {
        assert!(deployments.get(name, Some("a&x=1")).await.unwrap_err().is_not_found());
        let target = server.requests().pop().unwrap().target;
        assert_eq!(target, format!("/api/v2/deployments/{sent}?cluster=a%26x%3D1"));
    }
    server.forget();
    for name in ["", ".", ".."] {
        assert!(deployments.delete(name, None).await.unwrap_err().is_input());
    }
    assert_eq!(server.calls(), [""; 0]);
}

#[tokio::test]
async fn errors_are_those_of_the_real_client() {
    let golden = crate::support::json("api/errors.json");
    let body = |status: u16| {
        let case = golden.as_object().unwrap().iter().find_map(|(name, case)| {
            let message = case["exception"]["message"].as_str()?;
            let start = format!("request failed with status code {status}: ");
            name.starts_with("get_current_user:").then(|| message.strip_prefix(&start))?
        });
        case.unwrap_or_default().to_owned()
    };
    let mut builder = server();
    for status in [400, 401, 403, 418, 500, 502, 302, 201] {
        builder = builder.reply(&format!("e{status}"), None, Reply::new(status, body(status)));
    }
    let missing = Reply::new(404, "{\"error\": \"record not found\"}");
    let trace = Reply::new(500, "boom").header("x-trace-id", "trace-123");
    let server = builder
        .reply("created201", None, Reply::new(201, body(201)))
        .reply("e404", None, missing)
        .reply("e400rnf", None, Reply::new(400, "{\"error\": \"record not found\"}"))
        .reply("e500trace", None, trace)
        .reply("html", None, Reply::new(200, "<html>"))
        .reply("nofields", None, Reply::new(200, "{}"))
        .reply("badtypes", None, Reply::new(200, "{\"name\": 7}"))
        .start()
        .await
        .unwrap();
    let mut seen = 0;
    for (name, case) in golden.as_object().unwrap() {
        let Some(token) = name.strip_prefix("get_current_user:") else { continue };
        seen += 1;
        let client = Client::builder(server.endpoint(), token).attempts(1).build().unwrap();
        let result = client.current_user().await;
        match token {
            // Python turns anything into text; here the answer does not fit.
            "html" | "nofields" | "badtypes" => {
                let error = result.unwrap_err();
                assert!(error.is_decode() && error.source().is_some(), "{error}");
                assert!(error.to_string().contains("/api/v1/auth/current"), "{error}");
            }
            _ if case["result"].is_null() && case["exception"].is_null() => {
                assert_eq!(result.unwrap(), None, "{token}");
            }
            _ => {
                let error = result.expect_err(token);
                assert_eq!(case["exception"]["message"], error.to_string(), "{token}");
                assert_eq!(case["exception"]["error_code"], error.code(), "{token}");
                assert!(error.status().is_some() && error.body().is_some());
            }
        }
    }
    assert_eq!(seen, 14);
    let error = Client::new(server.endpoint(), "e500trace").unwrap().email().await.unwrap_err();
    assert_eq!(error.trace_id(), Some("trace-123"));
    let error = Client::new(server.endpoint(), "e404").unwrap().email().await.unwrap_err();
    assert_eq!(error.to_string(), "Unable to get current user from yatai server");
    assert_eq!(error.code(), 500);
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_without_the_secret() {
    for (endpoint, token) in [
        ("", "ok"),
        ("ftp://h", "ok"),
        ("cloud.bentoml.com", "ok"),
        ("http://u:hidden@", "ok"),
        ("http:/h", "ok"),
        ("http:h", "ok"),
        ("http:\\\\h", "ok"),
        ("http://h", "line\nbreak-hidden"),
        ("http://h", "tökhidden"),
    ] {
        let error = Client::new(endpoint, token).unwrap_err();
        assert!(error.is_input(), "{error}");
        assert!(!format!("{error:?}{error}").contains("hidden"), "{error:?}");
    }
    // "connect refused" and "no scheme" of the recordings. Port 1 on loopback: nobody listens there.
    let client = Client::builder("http://u:hidden@127.0.0.1:1", "hidden-token")
        .attempts(2)
        .pause(Duration::from_millis(1))
        .build()
        .unwrap();
    let error = client.current_user().await.unwrap_err();
    assert!(error.is_network() && !error.is_timeout(), "{error}");
    assert!(!format!("{error:?} {client:?}").contains("hidden"), "{error:?} {client:?}");
}

#[tokio::test]
async fn blanks_around_endpoint_and_token_come_from_copying() {
    let server = server().start().await.unwrap();
    for endpoint in [format!(" {}", server.endpoint()), format!("{}\r\n", server.endpoint())] {
        let builder = Client::builder(&endpoint, " ok-ada\n");
        let home = crate::support::home(None);
        let contexts = Contexts::at(home.path().join(".yatai.yaml"), Default::default());
        let login = contexts.login(builder, None).await.unwrap();
        assert_eq!(login.context.endpoint, server.endpoint());
        assert_eq!(login.context.api_token.expose(), "ok-ada");
    }
}

#[tokio::test]
async fn only_a_refused_token_is_unauthorized() {
    let yatai = "{\"message\":\"get api token: record not found\"}";
    let server = server()
        .reply("old", None, Reply::new(403, yatai))
        .reply("weak", None, Reply::new(403, "{\"error\": \"no permission\"}"))
        .start()
        .await
        .unwrap();
    let of = async |token: &str| {
        Client::new(server.endpoint(), token).unwrap().current_user().await.unwrap_err()
    };
    assert!(of("old").await.is_unauthorized());
    assert!(!of("weak").await.is_unauthorized());
}

#[tokio::test]
async fn settings_of_the_http_client_are_checked() {
    let builder = || Client::builder("https://127.0.0.1:1", "k");
    for error in [
        builder().root_certificates(b"no PEM").unwrap_err(),
        builder().identity(b"no PEM").unwrap_err(),
        builder().proxy("http://[bad").unwrap_err(),
    ] {
        assert!(error.is_input(), "{error}");
    }
    // A proxy gets the request in whole.
    let server = server().start().await.unwrap();
    let client =
        Client::builder("http://bento.invalid", "ok-ada").proxy(&server.endpoint()).unwrap();
    client.build().unwrap().current_user().await.unwrap();
    assert_eq!(server.requests()[0].headers["host"], "bento.invalid");
    // A client of the caller's own is used as it is.
    let own = reqwest::Client::builder().user_agent("mine").build().unwrap();
    let client = Client::builder(server.endpoint(), "ok-ada").http_client(own).build().unwrap();
    client.current_user().await.unwrap();
    assert_eq!(server.requests()[1].headers["user-agent"], "mine");
    assert_eq!(server.requests()[1].headers["x-yatai-api-token"], "ok-ada");
}

#[tokio::test]
async fn only_reading_is_repeated() {
    let busy = || Reply::new(503, "busy").header("retry-after", "0");
    let server = server()
        .reply_times(2, "ok-ada", Some("/api/v1/auth/current"), busy())
        .reply("ok-ada", Some("/api/v2/deployments/x/terminate"), busy())
        .reply("ok-ada", Some("/api/v1/clusters"), busy())
        .start()
        .await
        .unwrap();
    let client = client(&server);
    assert!(client.current_user().await.unwrap().is_some());
    assert_eq!(server.calls().len(), 3);
    server.forget();
    assert_eq!(client.clusters().await.unwrap_err().status(), Some(503));
    assert_eq!(server.calls().len(), 3);
    server.forget();
    assert_eq!(client.deployments().terminate("x", None).await.unwrap_err().code(), 503);
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn endpoints_keep_their_path_and_their_password_becomes_a_header() {
    let server = server().start().await.unwrap();
    let base = server.endpoint();
    let with_path = Client::new(format!("{base}/sub/path/"), "ok-ada").unwrap();
    assert_eq!(with_path.current_user().await.unwrap(), None);
    assert_eq!(server.calls(), ["GET /sub/path/api/v1/auth/current"]);
    let user = base.replace("http://", "http://u:p%40w@");
    Client::new(user, "ok-ada").unwrap().current_user().await.unwrap();
    let sent = server.requests().pop().unwrap();
    assert_eq!(sent.headers["authorization"], "Basic dTpwQHc=");
}

#[tokio::test]
async fn clients_take_the_address_that_the_real_client_takes() {
    let golden = crate::support::json("api/cloud_client_config.json");
    for name in [
        "BentoCloudClient()",
        "BentoCloudClient('k')",
        "BentoCloudClient('k') with env",
        "BentoCloudClient(endpoint='http://z')",
        "BentoCloudClient.for_context('prod')",
    ] {
        let case = &golden[name];
        let home = crate::support::home(case["file_before"].as_str());
        let env = case["env"].as_object().unwrap().iter();
        let env = env.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
        let contexts = Contexts::at(home.path().join(".yatai.yaml"), env.collect());
        let client = match name {
            // A token counts with the endpoint that is given with it, and nothing else.
            "BentoCloudClient('k')" | "BentoCloudClient('k') with env" => {
                Client::new(DEFAULT_ENDPOINT, "k")
            }
            "BentoCloudClient.for_context('prod')" => {
                Client::from_context(&contexts.resolve(Some("prod")).unwrap())
            }
            _ => Client::from_context(&contexts.resolve(None).unwrap()),
        };
        let expected = format!("{}/", case["result"][0].as_str().unwrap());
        assert_eq!(client.unwrap().endpoint().as_str(), expected, "{name}");
    }
}

/// A server that takes a connection and never answers.
#[tokio::test]
async fn timeouts_can_be_set() {
    // "BentoCloudClient(timeout=5)" of the recordings: the setting arrives.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::builder(endpoint, "k").timeout(Duration::from_millis(50)).attempts(1);
    let error = client.build().unwrap().current_user().await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
}
