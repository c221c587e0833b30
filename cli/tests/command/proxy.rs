//! `backendai proxy`: what it prints, what it refuses, and that it serves until it is told to end.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Stdio},
};

use crate::common::Home;
use backendai_testing::Manager;
use serde_json::{Value, json};

/// A proxy that runs; what it printed at first.
struct Running {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    first: String,
}

impl Running {
    fn start(home: &Home, arguments: &[&str], input: &str) -> Self {
        let mut child = home.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        Self { child, out, first }
    }

    fn port(&self) -> u16 {
        let (_, rest) = self.first.rsplit_once(":").unwrap();
        rest.split('/').next().unwrap().parse().unwrap()
    }

    /// Asks who the keys are of; gives the status and the body.
    fn who(&self, header: &str) -> (String, Value) {
        let body = json!({ "query": "{ keypair { user_id } }" }).to_string();
        let mut stream = TcpStream::connect(("localhost", self.port())).unwrap();
        let head = "POST /admin/gql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        let request = format!("{head}Content-Length: {}\r\n{header}\r\n{body}", body.len());
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().to_owned();
        (status, serde_json::from_str(body).unwrap())
    }

    /// Ends it as Ctrl-C does; gives the exit code and what it told beside its output.
    #[cfg(unix)]
    fn interrupt(mut self) -> (Option<i32>, String) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        self.out.read_to_string(&mut self.first).unwrap();
        let mut told = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        (self.child.wait().unwrap().code(), told)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn it_signs_until_it_is_interrupted() {
    let manager = Manager::start().await.unwrap();
    let account = manager.superadmin();
    let proxy = Running::start(&Home::of(&manager, account), &["proxy", "--port", "0"], "");
    assert!(proxy.first.starts_with("GraphiQL at http://localhost:"), "{}", proxy.first);
    let (status, answer) = proxy.who("");
    assert_eq!(status, "200");
    assert_eq!(answer["data"]["keypair"]["user_id"], account.email.as_str());
    let (code, told) = proxy.interrupt();
    assert_eq!(code, Some(0));
    assert!(told.contains("require a token with --token-stdin"), "{told}");
    assert!(!told.contains(&account.secret_key), "{told}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_token_comes_from_the_standard_input_or_the_environment() {
    let manager = Manager::start().await.unwrap();
    let token = "0123456789abcdef";
    let home = || Home::of(&manager, manager.superadmin());
    for (home, arguments, input) in [
        (home(), &["proxy", "-p0", "--token-stdin", "--output", "json"][..], format!("{token}\n")),
        (
            home().with("BACKENDAI_PROXY_TOKEN", token),
            &["proxy", "-p0", "--output", "json"],
            String::new(),
        ),
    ] {
        let proxy = Running::start(&home, arguments, &input);
        let told: Value = serde_json::from_str(&proxy.first).unwrap();
        assert_eq!(told["token"], true);
        assert_eq!(told["endpoints"][0], format!("{}/", manager.endpoint()));
        let mut proxy = proxy;
        proxy.first = told["address"].as_str().unwrap().to_owned();
        assert_eq!(proxy.who("").0, "401");
        assert_eq!(proxy.who(&format!("Authorization: Bearer {token}\r\n")).0, "200");
        let (code, told) = proxy.interrupt();
        assert_eq!((code, told.as_str()), (Some(0), ""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_open_the_keys_is_refused_with_what_to_do() {
    let manager = Manager::start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    for (arguments, input, part) in [
        (&["proxy", "--bind", "0.0.0.0", "-p0"][..], "", "--allow-remote"),
        (&["proxy", "--bind", "0.0.0.0", "-p0", "--allow-remote"], "", "--token-stdin"),
        (&["proxy", "-p0", "--allow-origin", "*"], "", "token"),
        (&["proxy", "-p0", "--token-stdin"], "short\n", "openssl rand"),
    ] {
        let ran = home.run_with(arguments, input);
        assert_eq!(ran.code, Some(1), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains(part), "{arguments:?}: {ran:?}");
    }
}
