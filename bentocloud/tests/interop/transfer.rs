//! The real `bentoml` command and this crate move bentos and models through one server and one
//! store, in both directions. See `interop.rs` for `BENTOML_BIN`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use backendai_testing::bentocloud::{Account, BentoCloud, Kind as There, Strategy};
use bentocloud::{
    Client, Format, Limits, Tag,
    store::{Kind, Store},
    transfer::Transfer,
};
use tokio::process::Command;

use crate::support::local::{tree, version};

const SERVICE: &str = r#"
import bentoml

@bentoml.service(resources={"cpu": "1"})
class Hello:
    model = bentoml.models.BentoModel("tiny_model:v1")

    @bentoml.api
    def echo(self, text: str = "hi") -> str:
        return text
"#;

const MODEL: &str = r#"
import bentoml
with bentoml.models.create("tiny_model:v1", labels={"kind": "toy"}, metadata={"acc": 0.5}) as model:
    open(model.path_of("weights.bin"), "wb").write(bytes(range(256)) * 64)
"#;

struct Theirs {
    bentoml: PathBuf,
    work: tempfile::TempDir,
    server: BentoCloud,
}

fn tag(tag: &str) -> Tag {
    tag.parse().unwrap()
}

impl Theirs {
    async fn new() -> Option<Self> {
        let Some(bentoml) = std::env::var_os("BENTOML_BIN") else {
            let fix = "no BENTOML_BIN: run `eval \"$(tests/bentoml/up)\"` first";
            assert!(std::env::var_os("BACKENDAI_LIVE").is_none_or(|live| live != "1"), "{fix}");
            eprintln!("skipped: {fix}");
            return None;
        };
        let server = BentoCloud::builder().token("ok-ada", Account::new("ada", "acme"));
        let server = server.start().await.unwrap();
        // Theirs refuses folders whose names begin with a dot.
        let work = tempfile::Builder::new().prefix("interop").tempdir().unwrap();
        Some(Self { bentoml: bentoml.into(), work, server })
    }

    fn home(&self, name: &str) -> PathBuf {
        self.work.path().join(name)
    }

    fn store(&self, name: &str) -> Store {
        Store::at(self.home(name))
    }

    fn client(&self) -> Client {
        let builder = Client::builder(self.server.endpoint(), "ok-ada");
        builder.pause(Duration::from_millis(1)).build().unwrap()
    }

    async fn run(&self, program: &Path, home: &str, arguments: &[&str]) -> String {
        let output = Command::new(program)
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.work.path())
            .env("BENTOML_HOME", self.home(home))
            .env("BENTO_CLOUD_API_KEY", "ok-ada")
            .env("BENTO_CLOUD_API_ENDPOINT", self.server.endpoint())
            .env("BENTOML_DO_NOT_TRACK", "true")
            .env("COLUMNS", "400")
            .env("PYTHONUTF8", "1")
            .current_dir(self.work.path())
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let (out, err) = (text(output.stdout), text(output.stderr));
        eprintln!("$ {} {}\n{out}{err}", program.display(), arguments.join(" "));
        assert_eq!(output.status.code(), Some(0), "{out}{err}");
        out
    }

    async fn theirs(&self, home: &str, arguments: &[&str]) -> String {
        self.run(&self.bentoml, home, arguments).await
    }

    /// Builds a bento and its model as their users do.
    async fn build(&self, home: &str) {
        let python = self.bentoml.with_file_name("python");
        self.run(&python, home, &["-c", MODEL]).await;
        let source = self.work.path().join("source");
        fs::create_dir_all(&source).unwrap();
        fs::write(source.join("service.py"), SERVICE).unwrap();
        let file = "service: service:Hello\nname: hello_svc\nlabels: {stage: dev}\ninclude: ['*.py']\n\
                    python: {lock_packages: false}\n";
        fs::write(source.join("bentofile.yaml"), file).unwrap();
        let source = source.to_str().unwrap().to_owned();
        self.theirs(home, &["build", &source, "--version", "v1"]).await;
    }
}

/// The same files with the same content; their pull drops modes, so that these are left out.
#[track_caller]
fn same(one: &Store, other: &Store) {
    for (kind, tag) in [(Kind::Bento, "hello_svc:v1"), (Kind::Model, "tiny_model:v1")] {
        let of = |store| {
            let files = tree(&version(store, kind, tag)).into_iter();
            files.map(|(name, content, _)| (name, content)).collect::<Vec<_>>()
        };
        let (one, other): (Vec<_>, Vec<_>) = (of(one), of(other));
        let names = |files: &[(String, Vec<u8>)]| {
            files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&one), names(&other), "{tag}");
        assert!(one == other && !one.is_empty(), "{tag}");
    }
}

#[tokio::test]
async fn bentos_and_models_go_both_ways() {
    let Some(theirs) = Theirs::new().await else { return };
    theirs.build("made").await;
    let made = theirs.store("made");
    let client = theirs.client();
    let transfer = Transfer { with_models: true, part_size: 8192, ..Transfer::default() };

    for (number, strategy) in
        [Strategy::Presigned, Strategy::Multipart, Strategy::Proxy].into_iter().enumerate()
    {
        theirs.server.strategy(strategy);
        let force = Transfer { force: true, ..transfer.clone() };

        // Theirs pushes, ours pulls.
        theirs.theirs("made", &["push", "hello_svc:v1", "--force"]).await;
        let manifest = |server: &BentoCloud| {
            let requests = server.requests();
            let of = |end: &str| {
                let sent = requests.iter().rfind(|request| {
                    request.body.as_ref().is_some_and(|body| body.get("manifest").is_some())
                        && request.target.contains(end)
                });
                sent.map(|sent| sent.body.as_ref().unwrap()["manifest"].clone())
            };
            (of("bento_repositories"), of("model_repositories"))
        };
        let their_manifests = manifest(&theirs.server);
        let ours = theirs.store(&format!("ours-{number}"));
        client.pull(&ours, Kind::Bento, &tag("hello_svc"), &transfer).await.unwrap();
        same(&made, &ours);

        // Ours pushes, theirs pulls; and what ours says about it is what theirs says.
        theirs.server.forget();
        client.push(&made, Kind::Bento, &tag("hello_svc:v1"), &force).await.unwrap();
        let our_manifests = manifest(&theirs.server);
        assert_eq!(our_manifests.0, their_manifests.0);
        if our_manifests.1.is_some() {
            assert_eq!(our_manifests.1, their_manifests.1);
        }
        let home = format!("theirs-{number}");
        theirs.theirs(&home, &["pull", "hello_svc:v1", "--with-models"]).await;
        same(&made, &theirs.store(&home));
        theirs.theirs(&home, &["models", "pull", "tiny_model:v1", "--force"]).await;
        same(&made, &theirs.store(&home));

        // Ours reads and deletes what theirs stored, and theirs what ours stored.
        let listed = theirs.theirs(&format!("ours-{number}"), &["list", "-o", "json"]).await;
        assert!(listed.contains("hello_svc:v1"), "{listed}");
        theirs.theirs(&format!("ours-{number}"), &["delete", "hello_svc:v1", "-y"]).await;
        assert_eq!(ours.list(Kind::Bento, None).unwrap().len(), 0);
        assert_eq!(ours.list(Kind::Model, None).unwrap().len(), 1);
        let other = theirs.store(&home);
        other.delete(Kind::Bento, &tag("hello_svc:v1")).unwrap();
        let listed = theirs.theirs(&home, &["list", "-o", "json"]).await;
        assert!(!listed.contains("hello_svc"), "{listed}");
    }
    let there = theirs.server.stored(There::Bento, "hello_svc", "v1").unwrap();
    assert_eq!(there.status, "success");
}

#[tokio::test]
async fn a_model_that_ours_creates_on_the_server_is_described_as_theirs_describes_it() {
    let Some(theirs) = Theirs::new().await else { return };
    theirs.build("made").await;
    theirs.theirs("made", &["models", "push", "tiny_model:v1"]).await;
    let created = |server: &BentoCloud| {
        let requests = server.requests();
        let sent = requests.iter().find(|r| r.method == "POST" && r.target.ends_with("/models"));
        sent.unwrap().body.clone().unwrap()
    };
    let by_them = created(&theirs.server);
    let other = BentoCloud::builder().token("ok-ada", Account::new("ada", "acme"));
    let other = other.start().await.unwrap();
    let our_client = Client::new(other.endpoint(), "ok-ada").unwrap();
    let store = theirs.store("made");
    let transfer = Transfer::default();
    our_client.push(&store, Kind::Model, &tag("tiny_model"), &transfer).await.unwrap();
    assert_eq!(created(&other), by_them);
}

#[tokio::test]
async fn archives_go_both_ways_in_every_format() {
    let Some(theirs) = Theirs::new().await else { return };
    theirs.build("made").await;
    let made = theirs.store("made");
    let bento = made.get(Kind::Bento, &tag("hello_svc")).unwrap();
    let folder = theirs.work.path().to_owned();
    for (number, (ending, format)) in [
        ("bento", Format::Native),
        ("tar", Format::Tar),
        ("gz", Format::Gz),
        ("bz2", Format::Bz2),
        ("xz", Format::Xz),
        ("zip", Format::Zip),
    ]
    .into_iter()
    .enumerate()
    {
        let path = |who: &str| folder.join(format!("{who}.{ending}"));
        // Ours writes, theirs reads.
        made.export_to(&bento, &path("ours"), Some(format)).unwrap();
        let home = format!("theirs-{number}");
        theirs.theirs(&home, &["import", path("ours").to_str().unwrap()]).await;
        same(&made, &theirs.store(&home));
        // Theirs writes, ours reads.
        theirs.theirs("made", &["export", "hello_svc:v1", path("theirs").to_str().unwrap()]).await;
        let ours = theirs.store(&format!("ours-{number}"));
        let file = File::open(path("theirs")).unwrap();
        let stored = ours.import(file, Limits::default(), false).unwrap();
        assert_eq!(stored.len(), 2, "{ending}");
        same(&made, &ours);
    }
}

/// The calls with which the real client reads logs; its command has none.
#[cfg(feature = "logs")]
const LOGS: &str = r#"
import base64, sys, threading
from bentoml._internal.cloud.client import RestApiClient
client = RestApiClient(sys.argv[1], "ok-ada").v2
pods = client.list_deployment_pods("chat")
deployment = client.get_deployment("chat")
for pod in pods:
    for item in client.tail_logs(cluster_name=deployment.cluster.name, namespace=deployment.kube_namespace,
                                 pod_name=pod.name, stop_event=threading.Event()):
        print(pod.name, base64.b64decode(item).decode(), end="")
        break
"#;

#[cfg(feature = "logs")]
#[tokio::test]
async fn logs_are_those_that_the_real_client_reads() {
    use bentocloud::{CreateDeployment, LogOptions};

    let Some(theirs) = Theirs::new().await else { return };
    theirs.build("made").await;
    theirs.theirs("made", &["push", "hello_svc:v1"]).await;
    let client = theirs.client();
    let deployments = client.deployments();
    let wanted = CreateDeployment::new("hello_svc:v1").named("chat");
    let chat = deployments.create(&wanted, None).await.unwrap();
    theirs.server.log("chat", "ready");
    let python = theirs.bentoml.with_file_name("python");
    let by_them = theirs.run(&python, "made", &["-c", LOGS, &theirs.server.endpoint()]).await;
    let pods = deployments.pods("chat", None).await.unwrap();
    let mut log = deployments.logs(&chat, &pods[0], &LogOptions::default()).await.unwrap();
    let by_us = String::from_utf8(log.next().await.unwrap().unwrap()).unwrap();
    assert_eq!(by_them, format!("{} {by_us}", pods[0].name));
}
