//! The real `bentoml` command and this crate take turns on one `.yatai.yaml`, and the real
//! command works against the embedded server.
//!
//! `BENTOML_BIN` names the command; `tests/bentoml/up` installs two releases of it. Without the variable the tests
//! are skipped; with `BACKENDAI_LIVE=1` they fail instead.

use std::{fs, path::PathBuf, process::Stdio};

use backendai_testing::bentocloud::{Account, BentoCloud};
use bentocloud::{
    Client, Context, Contexts, CreateDeployment, Environment, ListDeployments, Saved,
};
use serde_json::Value;
use tokio::process::Command;

/// The command, or the reason to skip.
fn bentoml() -> Option<PathBuf> {
    let Some(command) = std::env::var_os("BENTOML_BIN") else {
        let fix = "no BENTOML_BIN: run `eval \"$(tests/bentoml/up)\"` first";
        assert!(std::env::var_os("BACKENDAI_LIVE").is_none_or(|live| live != "1"), "{fix}");
        eprintln!("skipped: {fix}");
        return None;
    };
    Some(command.into())
}

/// A user who has both programs, and a server for them.
struct Both {
    bentoml: PathBuf,
    home: tempfile::TempDir,
    server: BentoCloud,
    ours: Contexts,
}

/// What the real command printed.
struct Printed {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Both {
    async fn new() -> Option<Self> {
        let bentoml = bentoml()?;
        let home = tempfile::tempdir().unwrap();
        let server = BentoCloud::builder()
            .token("ok-ada", Account::new("ada", "acme"))
            .token("ok-grace", Account::new("grace", "acme"))
            .bento("svc", "v1", &["Svc"])
            .start()
            .await
            .unwrap();
        let env = Environment::from_iter([("HOME", home.path())]);
        let ours = Contexts::new(env).unwrap();
        Some(Self { bentoml, home, server, ours })
    }

    async fn theirs(&self, arguments: &[&str]) -> Printed {
        let output = Command::new(&self.bentoml)
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.home.path())
            .env("BENTOML_DO_NOT_TRACK", "true")
            .env("COLUMNS", "400")
            .env("PYTHONUTF8", "1")
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let printed = Printed {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        eprintln!("$ bentoml {}\n{}{}", arguments.join(" "), printed.out, printed.err);
        printed
    }

    #[track_caller]
    fn file(&self) -> String {
        fs::read_to_string(self.ours.path()).unwrap()
    }
}

/// Pseudo-random words, always the same ones.
fn words(alphabet: &str, count: usize) -> Vec<String> {
    let alphabet: Vec<char> = alphabet.chars().collect();
    let mut state = 8_u64;
    let mut next = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut word = || (0..1 + next(9)).map(|_| alphabet[next(alphabet.len())]).collect();
    (0..count).map(|_| word()).collect()
}

impl Printed {
    #[track_caller]
    fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

#[tokio::test]
async fn both_take_turns_on_one_file() {
    let Some(both) = Both::new().await else { return };
    let endpoint = both.server.endpoint();

    // Ours logs in, theirs sees it.
    let login = Client::builder(&endpoint, "ok-ada");
    both.ours.login(login, None).await.unwrap();
    assert_eq!(
        both.theirs(&["cloud", "list-context"]).await.json(),
        serde_json::json!(["default"])
    );
    let current = both.theirs(&["cloud", "current-context"]).await.json();
    assert_eq!(current["api_token"], "ok-ada");
    assert_eq!(current["email"], "ada@example.com");

    // Theirs overrides, ours reads.
    let login = ["cloud", "login", "--endpoint", &endpoint, "--api-token", "ok-grace"];
    let printed = both.theirs(&login).await;
    assert!(printed.err.contains(&Saved::Replaced.warning("default").unwrap()), "{}", printed.err);
    assert_eq!(both.ours.current().unwrap().api_token.expose(), "ok-grace");
    assert_eq!(both.ours.current().unwrap().email.as_deref(), Some("grace@example.com"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(both.ours.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "theirs keeps our mode");
    }

    // Ours adds a second one and switches; theirs follows and switches back.
    both.ours.save(Context::new("prod", &endpoint, "ok-ada")).unwrap();
    both.ours.set_current("prod").unwrap();
    assert_eq!(both.theirs(&["cloud", "current-context"]).await.json()["name"], "prod");
    let printed = both.theirs(&["cloud", "update-current-context", "default"]).await;
    assert_eq!(printed.out, "Successfully switched to context: default\n");
    assert_eq!(both.ours.current().unwrap().name, "default");
    let before = both.file();

    // Both say the same about what is not there, and leave the file alone.
    let printed = both.theirs(&["cloud", "update-current-context", "nope"]).await;
    let error = both.ours.set_current("nope").unwrap_err();
    assert!(printed.err.contains(&error.to_string()), "{} / {error}", printed.err);
    assert_eq!(both.file(), before);

    // A rewrite by ours that changes nothing changes no byte of what theirs wrote.
    both.ours.set_current("default").unwrap();
    assert_eq!(both.file(), before);

    // Ours removes; theirs misses it.
    both.ours.delete("prod").unwrap();
    assert_eq!(
        both.theirs(&["cloud", "list-context"]).await.json(),
        serde_json::json!(["default"])
    );
}

#[tokio::test]
async fn theirs_reads_every_string_that_ours_writes() {
    let Some(both) = Both::new().await else { return };
    let golden = crate::support::json("api/cloud_client_config.json");
    let rows = golden["write_scalar_matrix"].as_array().unwrap();
    let mut names: Vec<String> =
        rows.iter().map(|row| row["value"].as_str().unwrap().to_owned()).collect();
    // More than was recorded: words of each type, and every length around the fold.
    for word in
        ["0b1", "0x_", "1:59", "1:60", "+.5", "1.e+3", "2024-1-2 3:04:05", "0_", "==", "<<x"]
    {
        names.push(word.to_owned());
    }
    for length in 60..100 {
        names.push(format!("{} é \"x\" {}", "w".repeat(length), "t ".repeat(30)));
        names.push(format!("{} it's {}end", "w".repeat(length), "t ".repeat(30)));
    }
    names.extend(words("0123456789_+-.:eExbTZ yno~=<#'\"", 400));
    names.sort();
    names.dedup();
    for name in &names {
        let mut context = Context::new(name, format!("e{name}"), format!("{name}t"));
        context.email = Some(name.clone());
        both.ours.save(context).unwrap();
    }
    let printed = both.theirs(&["cloud", "list-context"]).await.json();
    assert_eq!(printed, serde_json::json!(names));

    // Theirs writes it all again, and nothing changes to ours.
    let before = both.ours.read().unwrap();
    let before: Vec<_> = before.contexts().collect();
    let last = names.last().unwrap();
    both.theirs(&["cloud", "update-current-context", last]).await;
    let after = both.ours.read().unwrap();
    assert_eq!(after.contexts().collect::<Vec<_>>(), before);
    assert_eq!(both.ours.current().unwrap().name, *last);
}

/// PyYAML itself is asked, because the command takes a second for each file.
#[tokio::test]
async fn ours_reads_every_scalar_as_theirs_does_or_refuses_it() {
    let Some(both) = Both::new().await else { return };
    const SCRIPT: &str = "
import json, sys, yaml
def read(word):
    try:
        name = yaml.safe_load('contexts:\\n- name: ' + word + '\\n')['contexts'][0]['name']
    except Exception:
        return None
    return str(name) if not isinstance(name, (list, dict)) else None
json.dump([read(word) for word in json.load(open(sys.argv[1]))], sys.stdout)
";
    let mut candidates = words("0123456789_+-.:eE", 4_000);
    candidates.extend(words("0123456789_xXbBaAfFoO+-", 4_000));
    candidates.extend(words("0179-:.T Z+", 2_000));
    let given = both.home.path().join("words.json");
    fs::write(&given, serde_json::to_vec(&candidates).unwrap()).unwrap();
    let python = both.bentoml.with_file_name("python");
    let output = Command::new(python).arg("-c").arg(SCRIPT).arg(&given).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs: Vec<Option<String>> = serde_json::from_slice(&output.stdout).unwrap();
    let path = both.home.path().join("one.yaml");
    let (mut differ, mut read_by_both) = (Vec::new(), 0);
    for (word, theirs) in candidates.iter().zip(theirs) {
        fs::write(&path, format!("contexts: [{{endpoint: e, api_token: t, name: {word} }}]"))
            .unwrap();
        let read = Contexts::at(&path, Environment::default()).read();
        let ours = read.ok().map(|config| config.contexts().next().unwrap().name.clone());
        read_by_both += usize::from(ours.is_some());
        // What theirs makes another text of must be refused, and its own text must not be. A date
        // is the only text that theirs keeps and ours refuses.
        let kept = theirs.as_deref() == Some(word) && !is_date(word);
        if (ours.is_some() || kept) && ours != theirs {
            differ.push(format!("`{word}`: theirs {theirs:?}, ours {ours:?}"));
        }
    }
    assert!(read_by_both > 2_000, "{read_by_both} words were read by both");
    assert!(differ.is_empty(), "{} differ: {:#?}", differ.len(), &differ[..differ.len().min(40)]);
}

fn is_date(word: &str) -> bool {
    let date = word.split(' ').next().unwrap_or_default();
    date.len() == 10 && date.split('-').count() == 3
}

#[tokio::test]
async fn theirs_works_against_the_embedded_server() {
    let Some(both) = Both::new().await else { return };
    let endpoint = both.server.endpoint();
    let wrong = ["cloud", "login", "--endpoint", &endpoint, "--api-token", "wrong"];
    let printed = both.theirs(&wrong).await;
    assert_eq!(printed.code, Some(1));
    assert!(printed.err.contains("HTTP 401: Bad credentials"), "{}", printed.err);
    let login = ["cloud", "login", "--endpoint", &endpoint, "--api-token", "ok-ada"];
    assert_eq!(both.theirs(&login).await.code, Some(0));
    let client = Client::from_context(&both.ours.current().unwrap()).unwrap();
    let deployments = client.deployments();

    // Ours creates, theirs sees and changes.
    let bento = client.bento("svc", "v1").await.unwrap().unwrap();
    let wanted = CreateDeployment::of(&bento, "svc").unwrap().named("ours");
    deployments.create(&wanted, None).await.unwrap();
    let listed = both.theirs(&["deployment", "list", "-o", "json"]).await.json();
    assert_eq!(listed[0]["name"], "ours");
    let shown = both.theirs(&["deployment", "get", "ours", "-o", "json"]).await.json();
    assert_eq!(shown["bento"], "svc:v1");
    assert_eq!(shown["status"]["status"], "running");

    // Theirs creates, ours sees.
    let deploy =
        ["deployment", "create", "svc:v1", "--name", "theirs", "--no-wait", "--scaling-max", "3"];
    assert_eq!(both.theirs(&deploy).await.code, Some(0));
    let theirs = deployments.get("theirs", None).await.unwrap();
    let config = theirs.latest_revision.as_ref().unwrap().main().unwrap().config.clone().unwrap();
    assert_eq!(config.services["Svc"].scaling.as_ref().unwrap().max_replicas, Some(3));
    let update = ["deployment", "update", "theirs", "--scaling-max", "4", "--bento", "svc:v1"];
    assert_eq!(both.theirs(&update).await.code, Some(0));
    let apply = ["deployment", "apply", "svc:v1", "--name", "applied"];
    assert_eq!(both.theirs(&apply).await.code, Some(0));
    let names = |list: Vec<bentocloud::Deployment>| -> Vec<String> {
        list.into_iter().map(|deployment| deployment.name).collect()
    };
    let all = deployments.list(&ListDeployments::default()).await.unwrap();
    assert_eq!(names(all), ["ours", "theirs", "applied"]);

    // Theirs stops what ours made, and the other way round.
    assert_eq!(both.theirs(&["deployment", "terminate", "ours"]).await.code, Some(0));
    let ours = deployments.get("ours", None).await.unwrap();
    assert_eq!(ours.status, bentocloud::Status::Terminated);
    deployments.start("ours", None).await.unwrap();
    deployments.terminate("theirs", None).await.unwrap();
    let shown = both.theirs(&["deployment", "get", "theirs", "-o", "json"]).await.json();
    assert_eq!(shown["status"]["status"], "terminated");
    assert_eq!(both.theirs(&["deployment", "delete", "theirs"]).await.code, Some(0));
    let printed = both.theirs(&["deployment", "get", "theirs"]).await;
    let error = deployments.get("theirs", None).await.unwrap_err();
    assert!(printed.err.contains(&error.to_string()), "{} / {error}", printed.err);
    let types = both.theirs(&["deployment", "list-instance-types", "-o", "json"]).await.json();
    assert_eq!(types.as_array().unwrap().len(), 2);
}
