//! Completions in the shells themselves, where they are installed; BACKENDAI_SHELLS=1 requires all of them.

use std::{env, path::Path, process::Command};

use backendai_testing::Manager;

use crate::common::Home;

/// What is typed before the tab key, the word that it becomes, and what is typed behind it. The last is what the
/// whole line prints.
const LINES: [[&str; 4]; 7] = [
    // A noun, an option, a verb, a context.
    ["backendai contex", "context", "list", "http://manager.invalid"],
    ["backendai version --clie", "--client", "", "client       "],
    ["backendai context li", "list", "", "http://manager.invalid"],
    ["backendai context use lab", "laboratory", "", "Context laboratory is now the current one"],
    // A field, and names that are requested from the manager.
    [
        "backendai user list --field need_pass",
        "need_password_change",
        "-o json",
        r#"need_password_change":"#,
    ],
    ["backendai domain info defa", "default", "--field name -o json", r#""name": "default""#],
    [
        "backendai user info user@em",
        "user@embedded.invalid",
        "--field email -o json",
        r#""email": "user@embed"#,
    ],
];

/// A shell, where it is installed, with the completions of a home on whose path the command is.
fn shell(manager: &Manager, name: &str) -> Option<(Home, Command)> {
    let program = Path::new("/usr/bin").join(name);
    if !program.exists() {
        assert!(env::var_os("BACKENDAI_SHELLS").is_none(), "{name} is not installed");
        return None;
    }
    let folder = Path::new(env!("CARGO_BIN_EXE_backendai")).parent().unwrap().display().to_string();
    let home = Home::of(manager, manager.superadmin())
        .with("PATH", format!("{folder}:/usr/bin:/bin"))
        .with("TERM", "xterm");
    let add = ["context", "add", "laboratory", "--endpoint", "http://manager.invalid"];
    for arguments in [&add[..], &["completions", "install", name]] {
        let ran = home.run(arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    let mut command = Command::new(program);
    command.env_clear().envs(home.env().iter().cloned()).current_dir(home.path());
    Some((home, command))
}

/// Types the lines at a terminal.
async fn types(name: &str, arguments: &[&str], begin: &str) {
    let manager = Manager::start().await.unwrap();
    let Some((_home, mut command)) = shell(&manager, name) else { return };
    command.args(arguments);
    let mut terminal = rexpect::session::spawn_command(command, Some(20_000)).unwrap();
    terminal.send_line(begin).unwrap();
    for [typed, _, rest, printed] in LINES {
        terminal.send_line(&format!("{typed}\t {rest}")).unwrap();
        terminal.exp_string(printed).unwrap_or_else(|error| panic!("{name}: {typed}: {error}"));
    }
    terminal.send_line("exit").unwrap();
    terminal.exp_eof().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn bash_completes() {
    let begin = "source ~/.local/share/bash-completion/completions/backendai";
    types("bash", &["--norc", "--noprofile", "-i"], begin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn zsh_completes() {
    types("zsh", &["-f", "-i"], "fpath+=~/.zfunc; autoload -U compinit; compinit -u").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fish_completes() {
    let manager = Manager::start().await.unwrap();
    let Some((_home, mut command)) = shell(&manager, "fish") else { return };
    let lines = LINES.map(|[typed, ..]| format!("complete -C '{typed}'"));
    let done = command.args(["-c", &lines.join("; echo =; ")]).output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    let found: Vec<_> = text.split("=\n").collect();
    assert_eq!(found.len(), LINES.len(), "{text} {}", String::from_utf8_lossy(&done.stderr));
    for ([typed, completed, ..], found) in LINES.iter().zip(found) {
        let mut words = found.lines().map(|line| line.split('\t').next().unwrap());
        assert!(words.any(|word| word == *completed), "{typed}: {found}");
    }
}
