//! `docs/bento.md`.

use std::fs;

use backendai_testing::bentocloud::{Account, BentoCloud};

use crate::transcript::Page;

/// The address that readers see.
const ENDPOINT: &str = "http://bentocloud.example";

/// All sections, in order.
pub(crate) async fn all() -> Vec<Page> {
    let server = BentoCloud::builder().token("ok-ada", Account::new("ada", "acme"));
    let server = server.start().await.unwrap();
    vec![
        credentials(&server),
        versions(&server).await,
        deployments(&server).await,
        organization(&server),
        failures(&server),
    ]
}

fn page(title: &str, server: &BentoCloud) -> Page {
    let mut page = Page::new(title);
    page.replace(server.endpoint(), ENDPOINT);
    page
}

/// A page whose commands have the token in variables that are not shown.
fn logged_in(title: &str, server: &BentoCloud) -> Page {
    let page = page(title, server).with("BENTO_CLOUD_API_KEY", "ok-ada");
    page.with("BENTO_CLOUD_API_ENDPOINT", &server.endpoint())
}

fn credentials(server: &BentoCloud) -> Page {
    let mut page = page("Credentials", server);
    page.prose(
        "A login checks the token and stores it as a context of the file that `bentoml` has. \
         Without `--api-token` and `BENTO_CLOUD_API_KEY`, it prompts for the token or opens a browser.",
    );
    let endpoint = server.endpoint();
    page.run(&["bento", "login", "--endpoint", &endpoint, "--api-token", "ok-ada"]);
    page.run(&["bento", "current-context"]);
    page.run(&["bento", "list-context"]);
    page.run(&["bento", "update-current-context", "stage"]);
    page.run(&["bento", "logout"]);
    page
}

/// Writes a bento and its model, as `bentoml build` does.
fn store(page: &Page) {
    let write = |path: &str, text: &str| {
        let path = page.home().path().join("bentoml").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let created = "creation_time: '2026-11-28T13:21:57+00:00'";
    write("models/llama/v1/model.yaml", &format!("name: llama\nversion: v1\n{created}\n"));
    write("models/llama/v1/weights", "0123456789");
    write(
        "bentos/chat/v1/bento.yaml",
        &format!(
            "name: chat\nversion: v1\n{created}\nservices:\n\
             - {{name: Chat, models: [{{tag: 'llama:v1'}}]}}\n"
        ),
    );
}

async fn versions(server: &BentoCloud) -> Page {
    let mut page = logged_in("Bentos and models", server);
    store(&page);
    page.prose(
        "`push` sends a bento with its models; what the server has already is not sent again. On a \
         terminal each transfer has a bar with bytes, rate and time left, on the standard error. \
         Ctrl-C ends a push in an orderly way: the server marks the version as failed, and the exit \
         code is 130. A second Ctrl-C ends at once. The next push of the same files continues a \
         multipart upload.",
    );
    page.run(&["bento", "list"]);
    page.run(&["bento", "push", "chat:v1"]);
    page.run(&["bento", "push", "chat", "--output", "json"]);
    page.run(&["bento", "list", "--remote"]);
    page.run(&["bento", "models", "get", "llama:v1", "--remote"]);
    page.prose(
        "`delete` wants the exact tag, and keeps a model that a bento uses. `pull` of a name asks \
         the server for its newest version; `--force` replaces the local version at the end.",
    );
    page.run(&["bento", "models", "delete", "llama:v1", "--yes"]);
    page.run(&["bento", "delete", "chat:v1"]);
    page.run(&["bento", "delete", "chat:v1", "--yes"]);
    page.run(&["bento", "pull", "chat", "--with-models"]);
    page.run(&["bento", "models", "pull", "llama:v1"]);
    page.prose(
        "Archives are files, standard streams or, to import, addresses: \
         `backendai bento export chat - --format tar | ssh host backendai bento import -`. \
         The content decides how an archive is read. For S3, give a presigned address.",
    );
    page.run(&["bento", "export", "chat:v1", "chat.tar.gz"]);
    page.run(&["bento", "import", "chat.tar.gz"]);
    page.run(&["bento", "import", "chat.tar.gz", "--force"]);
    // The storage has no transcript of its own signatures.
    let url = format!("{}/storage/model/llama/v1?sig=100", server.endpoint());
    page.run(&["bento", "models", "import", &url, "--force"]);
    page
}

async fn deployments(server: &BentoCloud) -> Page {
    let mut page = logged_in("Deployments", server);
    page.prose(
        "`create`, `update` and `apply` take the settings from `--config-file` (YAML or JSON, the \
         form of `bentoml deployment create --config-file`), with options over it; `--wait` waits \
         until the deployment runs.",
    );
    page.run(&["bento", "deployment", "create", "chat:v1", "--name", "chat", "--wait"]);
    page.run(&["bento", "deployment", "list"]);
    page.run(&["bento", "deployment", "update", "chat", "--scaling-max", "3", "--output", "json"]);
    page.run(&["bento", "deployment", "apply", "chat:v1", "--name", "chat", "--scaling-max", "2"]);
    page.run(&["bento", "deployment", "get", "chat"]);
    server.log("chat", "INFO: the model is loaded");
    server.log("chat", "INFO: ready");
    page.run(&["bento", "deployment", "logs", "chat", "--tail", "1"]);
    page.run(&["bento", "deployment", "wait", "chat", "--for", "running", "--timeout", "60"]);
    page.run(&["bento", "deployment", "list-instance-types"]);
    page.prose(
        "`call` waits until the service is ready, which wakes up one that is scaled to zero, and \
         checks the names of the arguments against its schema. Its token comes from `--token`, \
         `BENTO_CLOUD_API_KEY`, or with `--context-token` from the context in use.",
    );
    let url = format!("{}/apps/chat", server.endpoint());
    page.run(&["bento", "call", &url, "/echo", "{\"text\": \"hello\"}"]);
    page.run(&["bento", "call", &url, "/job", "{\"text\": \"hello\"}", "--task"]);
    page.run(&["bento", "call", &url, "/stream", "--stream"]);
    page.run(&["bento", "call", &url, "/echo", "{\"txt\": 1}"]);
    page.run(&["bento", "deployment", "terminate", "chat"]);
    page.run(&["bento", "deployment", "start", "chat"]);
    page.run(&["bento", "deployment", "delete", "chat", "--output", "json"]);
    page
}

fn organization(server: &BentoCloud) -> Page {
    let mut page = logged_in("Secrets and API tokens", server);
    page.prose("Values of secrets are never printed. `KEY=@FILE` reads one from a file.");
    page.run(&[
        "bento",
        "secret",
        "create",
        "keys",
        "HF_TOKEN=hf-1",
        "--description",
        "for models",
    ]);
    page.run(&["bento", "secret", "apply", "keys", "HF_TOKEN=hf-2"]);
    page.run(&["bento", "secret", "list"]);
    page.run(&["bento", "secret", "delete", "keys"]);
    let create =
        ["bento", "api-token", "create", "ci", "--scope", "api", "--expires", "2030-01-01"];
    let ran = page.run(&create);
    page.run(&["bento", "api-token", "list"]);
    let told = ran.stdout + &ran.stderr;
    let uid = told.lines().find_map(|line| line.strip_prefix("  UID: ")).unwrap();
    page.run(&["bento", "api-token", "get", uid]);
    page.run(&["bento", "api-token", "delete", uid]);
    page
}

fn failures(server: &BentoCloud) -> Page {
    let mut page = logged_in("When something fails", server);
    store(&page);
    page.prose("`--timeout` is the time for a connection and for each part of a response, 60 s by default.");
    page.run(&["bento", "pull", "nope:v1"]);
    page.run(&["bento", "get", "Not/a:tag"]);
    fs::remove_dir_all(page.home().path().join("bentoml/models")).unwrap();
    fs::write(
        page.home().path().join("bentoml/bentos/chat/v1/bento.yaml"),
        "name: chat\nversion: v1\nmodels: [{tag: 'gone:v1'}]\n",
    )
    .unwrap();
    page.run(&["bento", "push", "chat:v1", "--force"]);
    fs::write(page.home().path().join("broken.tar"), "this is no archive").unwrap();
    page.run(&["bento", "import", "broken.tar", "--output", "json"]);
    let mut page = page.with("BENTO_CLOUD_API_KEY", "expired");
    page.run(&["bento", "deployment", "list"]);
    page
}
