//! Calls of a service of the real `bentoml serve`.

use std::{
    fs,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use bentocloud::{Endpoint, Field, Input, Output};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

/// A running `bentoml serve`, which ends with the test.
struct Served {
    child: Child,
    _folder: tempfile::TempDir,
    endpoint: Endpoint,
}

/// Lets it end its workers, which outlive a `bentoml serve` that is killed.
impl Drop for Served {
    fn drop(&mut self) {
        let Some(id) = self.child.id() else { return };
        let _ = std::process::Command::new("kill").arg(id.to_string()).status();
        let begin = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && begin.elapsed() < LIMIT {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// How long it may take to start, and to end.
const LIMIT: Duration = Duration::from_secs(120);

const SERVICE: &str = r#"
import asyncio, pathlib, typing as t
import bentoml

@bentoml.service
class Svc:
    @bentoml.api
    def text(self, text: str = "hi") -> str:
        return text + "!"

    @bentoml.api
    def add(self, one: int, other: int) -> dict[str, int]:
        return {"sum": one + other}

    @bentoml.api
    def size(self, f: pathlib.Path) -> int:
        return len(f.read_bytes())

    @bentoml.api
    def file(self, ctx: bentoml.Context) -> pathlib.Path:
        path = pathlib.Path(ctx.temp_dir) / "out.bin"
        path.write_bytes(bytes(range(256)))
        return path

    @bentoml.api
    async def count(self, n: int = 3) -> t.AsyncGenerator[str, None]:
        for i in range(n):
            yield f"{i}\n"
            await asyncio.sleep(0.01)

    @bentoml.task
    def job(self, n: int) -> int:
        return n * 2
"#;

async fn served() -> Option<Served> {
    let Some(command) = std::env::var_os("BENTOML_BIN").map(PathBuf::from) else {
        let fix = "no BENTOML_BIN: run `eval \"$(tests/bentoml/up)\"` first";
        assert!(std::env::var_os("BACKENDAI_LIVE").is_none_or(|live| live != "1"), "{fix}");
        eprintln!("skipped: {fix}");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("service.py"), SERVICE).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new(command)
        .args(["serve", "service:Svc", "--host", "127.0.0.1", "--port", &port.to_string()])
        .current_dir(folder.path())
        .env("BENTOML_HOME", folder.path().join("home"))
        .env("BENTOML_DO_NOT_TRACK", "true")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let endpoint = Endpoint::new(&format!("http://127.0.0.1:{port}"), None).unwrap();
    let served = Served { child, _folder: folder, endpoint };
    served.endpoint.ready(LIMIT).await.unwrap();
    Some(served)
}

#[tokio::test]
async fn a_real_service_is_called() {
    let Some(served) = served().await else { return };
    let endpoint = &served.endpoint;
    let schema = endpoint.schema().await.unwrap();
    assert!(schema.route("job").unwrap().is_task && schema.route("/size").unwrap().is_file("f"));
    let add = schema.route("add").unwrap();
    assert!(add.check(json!({"one": 1}).as_object().unwrap()).unwrap_err().is_input());

    let text: String = endpoint.call("/text", &json!({"text": "yo"})).await.unwrap();
    assert_eq!(text, "yo!");
    let sum: Value = endpoint.call("/add", &json!({"one": 1, "other": 2})).await.unwrap();
    assert_eq!(sum, json!({"sum": 3}));
    let f = Field::Bytes { name: "x.bin".to_owned(), data: vec![0; 100_000] };
    let size = endpoint.send("/size", Input::form([("f", f)])).await.unwrap();
    assert!(matches!(&size, Output::Json(size) if size == 100_000), "{size:?}");
    let Output::Bytes { data, .. } =
        endpoint.send("/file", Input::json(&json!({})).unwrap()).await.unwrap()
    else {
        panic!("no file")
    };
    assert_eq!(data, (0..=255).collect::<Vec<u8>>());
    let mut stream =
        endpoint.stream("/count", Input::json(&json!({"n": 4})).unwrap()).await.unwrap();
    let mut all = Vec::new();
    while let Some(chunk) = stream.next().await.unwrap() {
        all.extend(chunk);
    }
    assert_eq!(String::from_utf8(all).unwrap(), "0\n1\n2\n3\n");
    let task = endpoint.submit("/job", Input::json(&json!({"n": 21})).unwrap()).await.unwrap();
    let output = task.wait(Duration::from_secs(60)).await.unwrap();
    assert!(matches!(&output, Output::Json(done) if done == 42), "{output:?}");
    assert!(endpoint.task("/job", "nope").status().await.unwrap_err().status().is_some());
}
