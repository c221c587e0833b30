//! Operations on deployments against the sequences in `golden/api/operations.json`.

use std::time::Duration;

use backendai_testing::bentocloud::{Account, BentoCloud, Reply};
use bentocloud::{
    CreateDeployment, Endpoint, Env, Environment, Label, ListDeployments, Scaling, Status, Token,
    UpdateDeployment,
};
use serde_json::{Value, json};

use crate::support::{client, server};

/// The calls that a golden sequence makes for a deployment. Those about the bento come from
/// pushing, which every sequence of the real client begins with.
fn sequence(case: &str) -> Vec<(String, Value)> {
    let golden = crate::support::json("api/operations.json");
    let requests = golden[case]["requests"].as_array().unwrap_or_else(|| panic!("no {case}"));
    let about =
        |request: &&Value| request["target"].as_str().unwrap().starts_with("/api/v2/deployments");
    let line = |request: &Value| {
        let line = format!(
            "{} {}",
            request["method"].as_str().unwrap(),
            request["target"].as_str().unwrap()
        );
        (line, request["body"].clone())
    };
    requests.iter().filter(about).map(line).collect()
}

#[track_caller]
fn same_sequence(server: &BentoCloud, case: &str) {
    let line = |request: backendai_testing::bentocloud::Request| {
        (format!("{} {}", request.method, request.target), json!(request.body))
    };
    let sent: Vec<_> = server.requests().into_iter().map(line).collect();
    assert_eq!(sent, sequence(case), "{case}");
    server.forget();
}

/// Answers that people have met: one field of one deployment is null or of another type.
#[tokio::test]
async fn an_odd_field_of_one_deployment_does_not_hide_the_others() {
    let full = crate::support::json("field/deployment.json");
    let cases = crate::support::json("field/deployment-nulls.json");
    for case in cases.as_array().unwrap() {
        let (what, path, value) = (&case[0], case[1].as_array().unwrap(), &case[2]);
        let mut odd = full.clone();
        let mut place = &mut odd;
        for part in path {
            place = match part.as_u64() {
                Some(index) => &mut place[usize::try_from(index).unwrap()],
                None => &mut place[part.as_str().unwrap()],
            };
        }
        *place = value.clone();
        let body = json!({"start": 0, "count": 2, "total": 2, "items": [odd, full]});
        let path = Some("/api/v2/deployments");
        let server = server().reply("ok-ada", path, Reply::new(200, body.to_string()));
        let server = server.start().await.unwrap();
        let deployments = client(&server).deployments().list(&ListDeployments::default()).await;
        let deployments = deployments.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(deployments.len(), 2, "{what}");
        assert_eq!(deployments[0].name, deployments[1].name, "{what}");
    }
}

#[tokio::test]
async fn operations_make_the_calls_that_the_real_client_makes() {
    let server = server().start().await.unwrap();
    let client = client(&server);
    let deployments = client.deployments();
    let bento = client.bento("svc", "v1").await.unwrap().unwrap();
    let of = |name: &str| CreateDeployment {
        name: Some(name.to_owned()),
        ..CreateDeployment::of(&bento, "svc").unwrap()
    };
    let scaled = |name: &str, scaling: Scaling| {
        let mut deployment = of(name);
        deployment.config.services.get_mut("Svc").unwrap().scaling = Some(scaling);
        deployment
    };
    server.forget();

    let mut full = scaled("dep1", Scaling::between(0, 3));
    full.config.access_authorization = true;
    full.config.envs = Some(vec![Env::new("A", "B")]);
    full.config.labels = Some(vec![Label::new("k", "v")]);
    let service = full.config.services.get_mut("Svc").unwrap();
    service.instance_type = Some("cpu.1".to_owned());
    service.deployment_strategy = Some("RollingUpdate".to_owned());
    deployments.create(&full, None).await.unwrap();
    same_sequence(&server, "deployment.create bento tag, args");

    let mut nameless = of("");
    nameless.name = None;
    deployments.create(&nameless, None).await.unwrap();
    same_sequence(&server, "deployment.create minimal");

    let only_min = Scaling { min_replicas: Some(2), ..Scaling::default() };
    let mut third = scaled("dep3", only_min);
    third.config.services.get_mut("Svc").unwrap().instance_type = Some("cpu.1".to_owned());
    deployments.create(&third, Some("second-cluster")).await.unwrap();
    same_sequence(&server, "deployment.create config_dict");

    let only_max = Scaling { max_replicas: Some(2), ..Scaling::default() };
    let mut fourth = scaled("dep4", only_max);
    fourth.config.envs = Some(vec![Env::new("X", "1")]);
    let overrides = json!({"traffic": {"timeout": 30}}).as_object().cloned();
    fourth.config.services.get_mut("Svc").unwrap().config_overrides = overrides;
    deployments.create(&fourth, None).await.unwrap();
    same_sequence(&server, "deployment.create config_file");

    for (min, max, part) in [(3, 1, "less than"), (-1, 1, "min scaling"), (0, 0, "max scaling")] {
        let bad = scaled("bad", Scaling::between(min, max));
        let error = deployments.create(&bad, None).await.unwrap_err();
        assert!(error.is_input() && error.to_string().contains(part), "{error}");
    }
    same_sequence(&server, "deployment.create bad scaling");

    assert_eq!(deployments.list(&ListDeployments::default()).await.unwrap().len(), 4);
    let (first, _) = sequence("deployment.list").swap_remove(0);
    assert_eq!(server.calls(), [first], "the second call would bring nothing new");
    server.forget();

    // Labels are kept, which the real client sends as null.
    let change = |next: &mut UpdateDeployment| {
        next.config.services.get_mut("Svc").unwrap().scaling.as_mut().unwrap().max_replicas =
            Some(5);
    };
    deployments.update("dep1", None, change).await.unwrap();
    let mut expected = sequence("deployment.update scaling");
    expected[1].1["labels"] = json!([{"key": "k", "value": "v"}]);
    let sent = server.requests().into_iter();
    let sent: Vec<_> =
        sent.map(|r| (format!("{} {}", r.method, r.target), json!(r.body))).collect();
    assert_eq!(sent, expected);
    server.forget();

    deployments.get("dep1", None).await.unwrap();
    same_sequence(&server, "deployment.get");
    deployments.get("nope", None).await.unwrap_err();
    same_sequence(&server, "deployment.get unknown");
    for (case, query) in [
        (
            "deployment.list cluster",
            ListDeployments { cluster: Some("second-cluster".to_owned()), ..Default::default() },
        ),
        ("deployment.list dev", ListDeployments { dev: true, ..Default::default() }),
    ] {
        deployments.list(&query).await.unwrap();
        // The real client filters on its second call only.
        let expected = sequence(case).swap_remove(1).0.replace("count=4", "count=");
        assert_eq!(server.calls(), [expected], "{case}");
        server.forget();
    }

    deployments.apply(&of("dep1"), Some("default-cluster")).await.unwrap();
    same_sequence(&server, "deployment.apply existing");
    deployments.apply(&of("dep9"), None).await.unwrap();
    same_sequence(&server, "deployment.apply new");
    // The real client always fails here, after the first call.
    deployments.apply(&of("dep1"), None).await.unwrap();
    let expected = sequence("deployment.apply existing, no cluster given").swap_remove(0).0;
    assert_eq!(server.calls()[0], expected);
    let put = "PUT /api/v2/deployments/dep1?cluster=default-cluster".to_owned();
    assert_eq!(server.calls().pop(), Some(put));
    let elsewhere = deployments.apply(&of("dep3"), Some("default-cluster")).await.unwrap_err();
    assert!(!elsewhere.is_not_found(), "it is created there, and its name is taken: {elsewhere}");
    assert!(deployments.apply(&nameless, None).await.unwrap_err().is_input());
    server.forget();

    let error = deployments.start("dep1", None).await.unwrap_err();
    assert!(error.is_state());
    let golden = crate::support::json("api/operations.json");
    let expected = &golden["deployment.start when running"]["exception"]["message"];
    assert_eq!(expected, &error.to_string());
    server.forget();
    let stopped = deployments.terminate("dep1", None).await.unwrap();
    assert_eq!((stopped.status, stopped.urls.len()), (Status::Terminated, 0));
    same_sequence(&server, "deployment.terminate");
    assert_eq!(deployments.start("dep1", None).await.unwrap().status, Status::Running);
    let calls = server.calls();
    assert_eq!(calls[0], sequence("deployment.start")[0].0);
    assert!(calls[1].starts_with("PUT /api/v2/deployments/dep1/void_update?"), "{calls:?}");
    server.forget();
    deployments.delete("dep1", None).await.unwrap();
    same_sequence(&server, "deployment.delete");
    let error = deployments.delete("dep1", None).await.unwrap_err();
    assert!(error.is_not_found());
    same_sequence(&server, "deployment.delete unknown");
}

#[tokio::test]
async fn a_long_list_takes_a_second_call_with_the_same_filter() {
    let server = server().start().await.unwrap();
    let client = client(&server);
    let deployments = client.deployments();
    for number in 0..25 {
        let mut deployment = CreateDeployment::new("svc:v1").named(format!("dep{number}"));
        deployment.config.labels = Some(vec![Label::new("k", "v")]);
        deployments.create(&deployment, None).await.unwrap();
    }
    server.forget();
    let labels = vec![Label::new("k", "v")];
    let query =
        ListDeployments { search: Some("dep".to_owned()), labels, ..ListDeployments::default() };
    assert_eq!(deployments.list(&query).await.unwrap().len(), 25);
    let golden = sequence("deployment.list search, labels, dev");
    let filtered = golden[1].0.replace("count=4", "count=25");
    assert_eq!(server.calls(), [filtered.replace("count=25", "count="), filtered]);
}

#[tokio::test]
async fn a_deployed_service_takes_a_bearer_token() {
    let mut server = server();
    for token in ["ok-endpoint", "ok-fromenv", "ok-arg"] {
        server = server.token(token, Account::new("ada", "acme"));
    }
    let server = server.start().await.unwrap();
    let client = client(&server);
    let mut deployment = CreateDeployment::new("svc:v1").named("dep1");
    deployment.config.access_authorization = true;
    client.deployments().create(&deployment, None).await.unwrap();

    let golden = crate::support::json("api/operations.json");
    let env = Environment::from_iter([("BENTO_CLOUD_API_KEY", "ok-fromenv")]);
    let lent = Endpoint::token(&env).unwrap();
    for (case, token) in [
        ("deployment.get_client and call, token argument", Some(Token::from("ok-endpoint"))),
        ("deployment.get_client and call, token from BENTO_CLOUD_API_KEY", lent),
        (
            "deployment.get_client and call, token argument beats the variable",
            Some(Token::from("ok-arg")),
        ),
    ] {
        server.forget();
        let endpoint = client.connect("dep1", None, token).await.unwrap();
        endpoint.ready(Duration::from_secs(30)).await.unwrap();
        let echo: String = endpoint.call("/echo", &json!({"text": "yo"})).await.unwrap();
        assert_eq!(echo, "yo");
        // The real client asks for the deployment twice, and for the service's schema.
        let expected = golden[case]["requests"].as_array().unwrap();
        let lines = [0, 2, 4].map(|at| {
            let request = &expected[at];
            let target = request["target"].as_str().unwrap();
            format!("{} {target}", request["method"].as_str().unwrap())
        });
        assert_eq!(server.calls(), lines, "{case}");
        let sent = server.requests().pop().unwrap();
        let bearer = sent.headers["authorization"].to_str().unwrap();
        assert_eq!(expected[4]["headers"][5], json!(["Authorization", bearer]), "{case}");
        assert!(sent.headers.get("x-yatai-api-token").is_none());
    }

    let case = "SyncHTTPClient without a token: the config file is not used";
    assert_eq!(Endpoint::token(&Environment::default()).unwrap(), None, "{case}");
    let stranger = client.connect("dep1", None, None).await.unwrap();
    let error = stranger.ready(Duration::from_secs(30)).await.unwrap_err();
    assert!(error.is_unauthorized(), "at once: {error}");
    assert!(server.requests().pop().unwrap().headers.get("authorization").is_none());

    client.deployments().terminate("dep1", None).await.unwrap();
    let error = client.connect("dep1", None, None).await.unwrap_err();
    let expected = &golden["deployment.get_client when terminated"]["exception"]["message"];
    assert_eq!(expected, &error.to_string());
}

#[cfg(feature = "logs")]
#[tokio::test]
async fn logs_are_read_and_followed() {
    use bentocloud::LogOptions;

    let server = server().start().await.unwrap();
    let client = client(&server);
    let deployments = client.deployments();
    let chat = CreateDeployment::new("svc:v1").named("chat");
    let chat = deployments.create(&chat, None).await.unwrap();
    for line in ["one", "two", "drei \u{1f600}"] {
        server.log("chat", line);
    }
    server.forget();
    let pods = deployments.pods("chat", None).await.unwrap();
    assert_eq!(pods.iter().map(|pod| pod.name.as_str()).collect::<Vec<_>>(), ["chat-0"]);
    let options = LogOptions { lines: 2, ..LogOptions::default() };
    let mut log = deployments.logs(&chat, &pods[0], &options).await.unwrap();
    let mut text = Vec::new();
    while let Some(piece) = log.next().await.unwrap() {
        text.extend(piece);
    }
    assert_eq!(String::from_utf8(text).unwrap(), "two\ndrei \u{1f600}\n");
    // The calls are those of the real client.
    let golden = crate::support::json("api/rest_client.json");
    for (ours, case) in [(1, "v2.list_deployment_pods[ws]"), (2, "v2.tail_logs[ws]")] {
        let recorded = golden[case]["requests"].as_array().unwrap();
        let theirs = recorded.iter().find(|request| {
            request["target"].as_str().unwrap().starts_with("/ws/") && request["method"] == "GET"
        });
        let theirs = theirs.unwrap()["target"].as_str().unwrap();
        let theirs = theirs
            .replace("dep1", "chat")
            .replace("pod-0", "chat-0")
            .replace("/c1/", "/default-cluster/");
        assert_eq!(server.calls()[ours], format!("GET {theirs}"));
    }

    // A log that is followed goes on until the deployment ends.
    let options = LogOptions { follow: true, lines: 1, ..LogOptions::default() };
    let mut log = deployments.logs(&chat, &pods[0], &options).await.unwrap();
    assert_eq!(log.next().await.unwrap().unwrap(), "drei \u{1f600}\n".as_bytes());
    server.log("chat", "four");
    assert_eq!(log.next().await.unwrap().unwrap(), b"four\n");
    server.set_status("chat", "terminated");
    assert_eq!(log.next().await.unwrap(), None);

    let options = LogOptions { container: "sidecar".to_owned(), ..LogOptions::default() };
    let mut log = deployments.logs(&chat, &pods[0], &options).await.unwrap();
    let error = log.next().await.unwrap_err();
    assert!(error.is_state() && error.to_string().contains("container not found"), "{error}");
    assert!(deployments.pods("nope", None).await.unwrap_err().is_not_found());
    assert_eq!(deployments.image_builder("chat", None).await.unwrap(), None);
    server.set_status("chat", "image-building");
    let builder = deployments.image_builder("chat", None).await.unwrap().unwrap();
    assert!(builder.is_image_builder(), "{builder:?}");
    let theirs = &golden["v2.get_deployment_image_builder_pod[ws]"]["requests"];
    let mut theirs = theirs.as_array().unwrap().iter().filter_map(|one| one["target"].as_str());
    let theirs = theirs.find(|target| target.contains("selector=")).unwrap();
    assert_eq!(server.calls().pop().unwrap(), format!("GET {theirs}"));
    let options = LogOptions { container: "builder".to_owned(), ..LogOptions::default() };
    let mut log = deployments.logs(&chat, &builder, &options).await.unwrap();
    assert!(log.next().await.unwrap().is_some());
    assert_eq!(log.next().await.unwrap(), None);
}
