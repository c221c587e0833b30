//! `backendai bento` against recordings of `bentoml cloud`: output, exit code, file and requests.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use backendai_testing::bentocloud::{Account, BentoCloud, Reply};
use serde_json::Value;
use tokio::process::Command;

const DEFAULT: &str = "contexts: []\ncurrent_context_name: default\n";

/// The server of the recordings: tokens pick what goes wrong.
async fn server() -> BentoCloud {
    let org = Some("/api/v1/current_org");
    let mut markup = Account::new("x", "[red]ac");
    markup.email = "[bold]x[/]@example.com".to_owned();
    let mut server = BentoCloud::builder()
        .token("ok-markup", markup)
        .token("org401", Account::new("ada", "acme"))
        .token("org500", Account::new("ada", "acme"))
        .reply("e404", None, Reply::new(404, "{\"error\": \"record not found\"}"))
        .reply("created201", None, Reply::new(201, "{}"))
        .reply("org401", org, Reply::new(401, ""))
        .reply("org500", org, Reply::new(500, ""));
    for name in ["ada", "grace"] {
        server = server.token(format!("ok-{name}"), Account::new(name, "acme"));
    }
    for status in [400, 401, 500, 502] {
        server = server.reply(&format!("e{status}"), None, Reply::new(status, ""));
    }
    server.start().await.unwrap()
}

/// A user's folder.
struct Home {
    folder: tempfile::TempDir,
    server: BentoCloud,
}

impl Home {
    async fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), server: server().await }
    }

    /// The recordings' addresses and folders in terms of this test.
    fn local(&self, text: &str) -> String {
        let address = self.server.endpoint().replace("http://", "");
        text.replace("127.0.0.1:18765", &address)
            .replace("127.0.0.1:18799", "127.0.0.1:1")
            .replace("$HOME", self.folder.path().to_str().unwrap())
    }

    async fn run(&self, arguments: &[&str], env: &[(&str, &str)]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_backendai"))
            .arg("bento")
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .envs(env.iter().copied())
            .current_dir(self.folder.path())
            .stdin(std::process::Stdio::null())
            .output()
            .await
            .unwrap()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("bentoml/.yatai.yaml")
    }

    fn write(&self, text: &str) {
        fs::create_dir_all(self.file().parent().unwrap()).unwrap();
        fs::write(self.file(), text).unwrap();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The cases of credential commands that this file is responsible for, with their differences.
fn cases() -> Vec<(String, Vec<String>)> {
    let table = fs::read_to_string(golden("CASES.tsv")).unwrap();
    let rows = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    rows.filter(|row| row[0].starts_with("cli/") && row[3] == "../cli/tests/command/bento.rs")
        .map(|row| {
            let differences = row[4].split(',').filter(|difference| !difference.is_empty());
            (row[0].to_owned(), differences.map(str::to_owned).collect())
        })
        .collect()
}

fn golden(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bentocloud/tests/golden").join(path)
}

/// Differences that change more than words have tests of their own below.
const OWN_TEST: [&str; 4] =
    ["environment-is-not-stored", "no-menu-without-terminal", "logout", "unknown-keys-kept"];

#[tokio::test]
async fn every_recorded_command() {
    let mut seen = 0;
    for (case, differences) in cases() {
        if OWN_TEST.iter().any(|own| differences.iter().any(|difference| difference == own)) {
            continue;
        }
        seen += 1;
        let steps = fs::read_to_string(golden(&case)).unwrap();
        let steps: Vec<Value> = serde_json::from_str(&steps).unwrap();
        let home = Home::new().await;
        for step in &steps {
            eprintln!("{case}: {}", step["argv"]);
            replay(&home, step, &case, &differences).await;
        }
    }
    assert!(seen > 40, "{seen}");
}

async fn replay(home: &Home, step: &Value, case: &str, differences: &[String]) {
    let differs = |name: &str| differences.iter().any(|difference| difference == name);
    let string = |name: &str| step[name].as_str().map(|text| home.local(text));

    let file = PathBuf::from(string("yatai_path").unwrap());
    if let Some(before) = string("yatai_before")
        && fs::read_to_string(&file).ok().as_deref() != Some(&before)
    {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        #[cfg(unix)]
        if case.contains("symlink") {
            std::os::unix::fs::symlink(home.folder.path().join("target"), &file).unwrap();
        }
        fs::write(&file, before).unwrap();
    }
    let before = fs::read_to_string(&file).ok();

    let mut arguments: Vec<String> = step["argv"].as_array().unwrap()[2..]
        .iter()
        .map(|a| home.local(a.as_str().unwrap()))
        .collect();
    if arguments.iter().any(|argument| argument == "current-context") {
        arguments.push("--show-token".to_owned());
    }
    let env: Vec<(String, String)> = step["env"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), home.local(value.as_str().unwrap())))
        .collect();
    home.server.forget();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let env: Vec<(&str, &str)> = env.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let output = home.run(&arguments, &env).await;
    let (out, err) = (text(&output.stdout), text(&output.stderr));

    if differs("text-only") {
        assert_eq!(output.status.code(), Some(1), "{case}: {out}");
        assert!(err.contains("put it in quotes"), "{case}: {err}");
        assert_eq!(fs::read_to_string(&file).ok(), before, "{case}");
        return;
    }
    assert_eq!(output.status.code().map(i64::from), step["exit"].as_i64(), "{case}: {err}");
    let requests = step["requests"].as_array().unwrap().iter();
    let expected: Vec<_> = requests
        .map(|r| format!("{} {}", r["method"].as_str().unwrap(), r["target"].as_str().unwrap()))
        .collect();
    let mut calls = home.server.calls();
    calls.dedup(); // Reading repeats.
    assert_eq!(calls, expected, "{case}");

    if !differs("own-help") {
        let (mut expected_out, mut expected_err) =
            (string("stdout").unwrap(), string("stderr").unwrap());
        expected_err = expected_err.replace("[cloud]", "[bento]");
        if differs("plain-text") {
            expected_err = expected_err.replace("credentials \n(", "credentials (");
            expected_out =
                expected_out.replace("x@example.com at ac ", "[bold]x[/]@example.com at [red]ac ");
        }
        if differs("right-page") {
            expected_err = expected_err.replace("/api-token)", "/api_tokens)");
        }
        if differs("honest-login") && expected_out.contains("current-context") {
            expected_out = expected_out.replace("(current-context:", "(context:");
            assert!(err.contains("backendai bento update-current-context"), "{case}: {err}");
            expected_err = err.clone();
        }
        if expected_err.contains("<traceback cut>") {
            assert!(err.starts_with("Error: [bento] `"), "{case}: {err}");
            assert!(!err.trim_end().contains('\n'), "{case}: {err}");
        } else {
            assert_eq!(err, expected_err, "{case}");
        }
        assert_eq!(out, expected_out, "{case}");
    }

    let after = fs::read_to_string(&file).ok();
    match string("yatai_after") {
        Some(expected) if expected == DEFAULT => {
            let unwritten = after == before || after.as_deref() == Some(DEFAULT);
            assert!(unwritten, "{case}: {after:?}");
        }
        // Where quotes are needed and the file was written, they are double ones.
        expected if after == before => assert_eq!(after, expected, "{case}"),
        expected => assert_eq!(after, expected.map(|text| text.replace('\'', "\"")), "{case}"),
    }
    #[cfg(unix)]
    if case.contains("symlink") && after.is_some() {
        assert!(file.is_symlink(), "{case}");
    }
}

#[tokio::test]
async fn the_environment_is_not_stored() {
    let home = Home::new().await;
    let two = "contexts:\n- api_token: a\n  email: null\n  endpoint: e\n  name: default\n\
               - api_token: b\n  email: null\n  endpoint: e\n  name: prod\n\
               current_context_name: default\n";
    home.write(two);
    let output =
        home.run(&["update-current-context", "prod"], &[("BENTO_CLOUD_API_KEY", "k")]).await;
    assert_eq!(text(&output.stdout), "Successfully switched to context: prod\n");
    assert!(text(&output.stderr).contains("BENTO_CLOUD_API_KEY is set"));
    let expected = two.replace("current_context_name: default", "current_context_name: prod");
    assert_eq!(fs::read_to_string(home.file()).unwrap(), expected);
}

#[tokio::test]
async fn nobody_to_ask_is_said() {
    for env in [&[][..], &[("BENTO_CLOUD_API_KEY", "")]] {
        let home = Home::new().await;
        let output = home.run(&["login", "--endpoint", &home.server.endpoint()], env).await;
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("--api-token"), "{}", text(&output.stderr));
        assert!(!home.file().exists() && home.server.calls().is_empty());
    }
}

#[tokio::test]
async fn unknown_keys_survive_a_login() {
    let home = Home::new().await;
    home.write(
        "contexts:\n- {name: default, endpoint: e, api_token: t, org: acme}\n\
         - {name: prod, endpoint: e, api_token: t, org: acme}\nextra: 1\n",
    );
    let endpoint = home.server.endpoint();
    let output = home.run(&["login", "--endpoint", &endpoint, "--api-token", "ok-ada"], &[]).await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    let after = fs::read_to_string(home.file()).unwrap();
    assert_eq!(after.matches("  org: acme\n").count(), 2, "{after}");
    assert!(after.ends_with("current_context_name: default\nextra: 1\n"), "{after}");
}

#[tokio::test]
async fn switching_hiding_and_logging_out() {
    let home = Home::new().await;
    let endpoint = home.server.endpoint();
    let login = ["login", "--endpoint", &endpoint, "--context", "stage", "--switch"];
    let output = home.run(&login, &[("BENTO_CLOUD_API_KEY", "ok-ada")]).await;
    let out = text(&output.stdout);
    assert!(out.contains("(current-context: stage)"), "{out}{}", text(&output.stderr));

    let output = home.run(&["current-context"], &[]).await;
    let out = text(&output.stdout);
    assert!(out.contains("\"api_token\": \"***\"") && !out.contains("ok-ada"), "{out}");
    let output = home.run(&["current-context"], &[("BENTO_CLOUD_API_KEY", "")]).await;
    assert!(text(&output.stderr).contains("empty"), "{}", text(&output.stderr));
    let output = home.run(&["-q", "current-context"], &[("BENTO_CLOUD_API_KEY", "")]).await;
    assert_eq!(text(&output.stderr), "");

    let output = home.run(&["logout", "nope"], &[]).await;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr),
        "Error: [bento] `logout` failed: No cloud context nope found\n"
    );
    let output = home.run(&["logout"], &[]).await;
    assert_eq!(text(&output.stdout), "Removed context: stage\n");
    let output = home.run(&["list-context"], &[]).await;
    assert_eq!(text(&output.stdout), "[]\n");
}

#[tokio::test]
async fn without_a_command_there_is_help_and_exit_code_2() {
    let home = Home::new().await;
    let output = home.run(&[], &[]).await;
    assert_eq!(output.status.code(), Some(2));
    let err = text(&output.stderr);
    for command in ["login", "current-context", "list-context", "update-current-context", "logout"]
    {
        assert!(err.contains(command), "{command} in {err}");
    }
    assert!(!home.file().exists());
}

/// A store with a bento and its model in the home folder of the test.
fn store(home: &Home) -> PathBuf {
    let folder = home.folder.path().join("bentoml");
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let created = "creation_time: '2026-11-28T13:21:57+00:00'";
    write("models/m/v1/model.yaml", &format!("name: m\nversion: v1\n{created}\n"));
    write("models/m/v1/weights", "0123456789");
    write(
        "bentos/b/v1/bento.yaml",
        &format!(
            "name: b\nversion: v1\n{created}\nservices:\n- {{name: Svc, models: [{{tag: 'm:v1'}}]}}\n"
        ),
    );
    folder
}

#[tokio::test]
async fn versions_are_pushed_pulled_listed_and_deleted() {
    let home = Home::new().await;
    let folder = store(&home);
    let endpoint = home.server.endpoint();
    let env = [("BENTO_CLOUD_API_KEY", "ok-ada"), ("BENTO_CLOUD_API_ENDPOINT", endpoint.as_str())];
    let run = async |arguments: &[&str], code: i32| {
        let output = home.run(arguments, &env).await;
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {out}{err}");
        if code == 0 { out } else { err }
    };

    let out = run(&["push", "b:v1"], 0).await;
    assert_eq!(out, "Successfully pushed Model \"m:v1\"\nSuccessfully pushed Bento \"b:v1\"\n");
    let out = run(&["push", "b", "--output", "json"], 0).await;
    let pushed: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(pushed["pushed"][1]["bytes"], Value::Null, "it is there");
    let out = run(&["list"], 0).await;
    assert!(out.starts_with("TAG") && out.contains("b:v1"), "{out}");
    let out = run(&["models", "list", "--remote", "--output", "json"], 0).await;
    let listed: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&listed[0]["tag"], &listed[0]["status"]), (&"m:v1".into(), &"success".into()));
    let out = run(&["get", "b", "--output", "json"], 0).await;
    let got: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(got["manifest"]["services"][0]["name"], "Svc");

    let err = run(&["models", "delete", "m:v1", "--yes"], 1).await;
    assert!(err.contains("being used by the following bentos") && err.contains("b:v1"), "{err}");
    let err = run(&["delete", "b:v1"], 2).await;
    assert!(err.contains("--yes"), "{err}");
    assert_eq!(run(&["delete", "b:v1", "-y"], 0).await, "Bento(tag=\"b:v1\") deleted.\n");
    run(&["models", "delete", "m:v1", "-y"], 0).await;
    assert!(!folder.join("bentos/b").exists() && !folder.join("models/m").exists());

    let out = run(&["pull", "b", "--with-models"], 0).await;
    assert_eq!(out, "Successfully pulled Bento \"b:v1\"\nSuccessfully pulled Model \"m:v1\"\n");
    assert_eq!(fs::read_to_string(folder.join("models/m/v1/weights")).unwrap(), "0123456789");
    let err = run(&["pull", "nope:v1"], 1).await;
    assert!(err.starts_with("Error: [bento] `pull` failed: ") && err.contains("nope:v1"), "{err}");

    // Archives, to a folder and through a pipe.
    let out = run(&["export", "b:v1", "."], 0).await;
    assert!(out.trim_end().ends_with("b-v1.bento."), "{out}");
    let archive = home.folder.path().join("b-v1.bento");
    assert!(run(&["import", archive.to_str().unwrap()], 1).await.contains("already exists"));
    run(&["delete", "b:v1", "-y"], 0).await;
    let out = run(&["import", archive.to_str().unwrap()], 0).await;
    assert_eq!(out, "Bento(tag=\"b:v1\") imported.\n");
    let output = home.run(&["models", "export", "m", "-", "--format", "tar"], &env).await;
    assert_eq!(&output.stdout[257..262], b"ustar");
    for bad in ["a:b:c", "../x"] {
        run(&["push", bad], 2).await;
    }
}

#[tokio::test]
async fn deployments_secrets_and_tokens_are_managed() {
    let home = Home::new().await;
    store(&home);
    let endpoint = home.server.endpoint();
    let env = [("BENTO_CLOUD_API_KEY", "ok-ada"), ("BENTO_CLOUD_API_ENDPOINT", endpoint.as_str())];
    let json = async |arguments: &[&str]| -> Value {
        let arguments = [arguments, &["--output", "json"]].concat();
        let output = home.run(&arguments, &env).await;
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {out}{err}");
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    };
    json(&["push", "b"]).await;
    let file = home.folder.path().join("chat.yaml");
    fs::write(
        &file,
        "name: chat\nbento: b:v1\nservices:\n  Svc:\n    scaling: {max_replicas: 2}\n",
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let made = json(&["deployment", "create", "-f", file, "--env", "A=B", "--wait"]).await;
    assert_eq!((&made["name"], &made["status"]), (&"chat".into(), &"running".into()));
    let sent = home.server.requests().into_iter().find(|r| r.target.contains("/v2/deployments?"));
    let body = sent.unwrap().body.unwrap();
    assert_eq!(body["services"]["Svc"]["scaling"]["max_replicas"], 2);
    assert_eq!(body["envs"][0]["name"], "A");
    json(&["deployment", "update", "chat", "--scaling-max", "4"]).await;
    json(&["deployment", "apply", "b:v1", "--name", "chat", "--scaling-min", "0"]).await;
    assert_eq!(json(&["deployment", "list"]).await.as_array().unwrap().len(), 1);
    json(&["deployment", "terminate", "chat"]).await;
    json(&["deployment", "start", "chat"]).await;
    assert_eq!(json(&["deployment", "wait", "chat"]).await["status"], "running");
    assert_eq!(json(&["deployment", "list-instance-types"]).await[1]["gpu_type"], "nvidia-l4");

    // The deployed service is called.
    let url = format!("{endpoint}/apps/chat");
    assert_eq!(json(&["call", &url, "/echo", "{\"text\": \"hello\"}"]).await, "hello");
    assert_eq!(json(&["call", &url, "job", "{\"text\": \"x\"}", "--task"]).await["text"], "x");
    let output = home.run(&["call", &url, "echo", "{\"txt\": 1}"], &env).await;
    assert!(text(&output.stderr).contains("there are text"), "{}", text(&output.stderr));
    let output = home.run(&["call", &url, "stream", "--stream"], &env).await;
    assert_eq!(text(&output.stdout), "one\ntwo\n");
    let given = format!("f={file}");
    let seen = json(&["call", &url, "upload", "--file", &given]).await;
    assert!(seen["body"].as_str().unwrap().contains("filename=\"chat.yaml\""), "{seen}");
    json(&["deployment", "delete", "chat"]).await;

    let value = home.folder.path().join("value");
    fs::write(&value, "hidden").unwrap();
    let item = format!("K=@{}", value.display());
    json(&["secret", "create", "keys", &item]).await;
    let listed = json(&["secret", "list"]).await;
    assert_eq!(listed[0]["keys"][0], "K");
    assert!(!listed.to_string().contains("hidden"), "{listed}");
    let sent = home.server.requests().into_iter().rfind(|r| r.target.ends_with("/org_secrets"));
    assert_eq!(sent.unwrap().body.unwrap()["content"]["items"][0]["value"], "hidden");
    json(&["secret", "apply", "keys", "K=other"]).await;
    json(&["secret", "delete", "keys"]).await;

    let made = json(&["api-token", "create", "ci", "--scope", "api", "--expires", "30d"]).await;
    assert!(made["token"].as_str().unwrap().starts_with("new-token"), "{made}");
    let uid = made["uid"].as_str().unwrap();
    assert_eq!(json(&["api-token", "get", uid]).await["name"], "ci");
    assert_eq!(json(&["api-token", "list"]).await[0]["token"], Value::Null);
    json(&["api-token", "delete", uid]).await;
    let output = home.run(&["api-token", "create", "ci", "--expires", "soon"], &env).await;
    assert_eq!(output.status.code(), Some(2));
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupted_push_is_reported_to_the_server() {
    use backendai_testing::bentocloud::{Fault, Kind};

    let home = Home::new().await;
    store(&home);
    let endpoint = home.server.endpoint();
    home.server.fault(Fault::stall().on("PUT", "/storage/bento"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_backendai"))
        .args(["bento", "push", "b:v1"])
        .env_clear()
        .env("HOME", home.folder.path())
        .env("BENTO_CLOUD_API_KEY", "ok-ada")
        .env("BENTO_CLOUD_API_ENDPOINT", &endpoint)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while !home.server.calls().iter().any(|call| call.starts_with("PUT /storage/bento")) {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().await.unwrap().code(), Some(130));
    let there = home.server.stored(Kind::Bento, "b", "v1").unwrap();
    assert_eq!((there.status.as_str(), there.reason.as_str()), ("failed", "stopped"));
}

/// A kill at any moment leaves nothing half there, and the next command cleans up.
#[cfg(unix)]
#[tokio::test]
async fn a_killed_pull_leaves_the_store_as_it_was() {
    use backendai_testing::bentocloud::Fault;

    let home = Home::new().await;
    let folder = store(&home);
    fs::write(folder.join("models/m/v1/weights"), vec![7; 1 << 20]).unwrap();
    let endpoint = home.server.endpoint();
    let env = [("BENTO_CLOUD_API_KEY", "ok-ada"), ("BENTO_CLOUD_API_ENDPOINT", endpoint.as_str())];
    assert!(home.run(&["push", "b:v1"], &env).await.status.success());
    fs::write(folder.join("models/m/v1/weights"), "mine").unwrap();
    // Those in which a download is unpacked.
    let folders = || -> Vec<_> {
        let entries = fs::read_dir(folder.join("tmp")).into_iter().flatten().map(Result::unwrap);
        let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
        folders.map(|entry| entry.file_name()).collect()
    };
    for bytes in [0, 100_000, 900_000] {
        let before = folders();
        home.server.forget();
        home.server.fault(Fault::hang(bytes).on("GET", "/storage/model"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_backendai"))
            .args(["bento", "models", "pull", "m:v1", "--force"])
            .env_clear()
            .env("HOME", home.folder.path())
            .envs(env)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        while !home.server.calls().iter().any(|call| call.starts_with("GET /storage/model"))
            || folders().iter().all(|name| before.contains(name))
        {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        // Some of it is written meanwhile.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        child.kill().await.unwrap();
        assert_eq!(fs::read_to_string(folder.join("models/m/v1/weights")).unwrap(), "mine");
        let half = fs::read_dir(folder.join("tmp")).unwrap().count();
        assert_eq!(half, 2, "the lock and one folder of the killed process");
    }
    let output = home.run(&["models", "pull", "m:v1", "--force"], &env).await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(fs::read(folder.join("models/m/v1/weights")).unwrap().len(), 1 << 20);
    assert_eq!(fs::read_dir(folder.join("tmp")).unwrap().count(), 1, "the lock alone");
}
