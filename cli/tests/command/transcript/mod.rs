//! Transcripts: commands that are really run, with what they print, as pages of Markdown.
//!
//! `docs/cli.md` is made of the sections that `tests/command/sections/mod.rs` lists. To add one, write a
//! file `tests/command/sections/NAME.rs` with
//!
//! ```text
//! pub(crate) async fn section() -> Page {
//!     let manager = Manager::start().await.unwrap();
//!     let mut page = Page::new("Keypairs").of(&manager, manager.superadmin());
//!     page.prose("What a reader has to know.");
//!     page.run(&["keypair", "list", "--limit", "2"]);
//!     page
//! }
//! ```
//!
//! and add it to the list. Every page has a home folder of its own, which is shown as `~`; what else
//! differs from run to run is replaced by [`Page::replace`]. A secret that would be shown fails the
//! test. `UPDATE_GOLDEN=1 cargo test -p backendai-cli docs` writes the file.

#![allow(dead_code, reason = "not every section needs all of it")]

use std::{fs, path::Path};

use backendai_testing::{Account, Manager};

use crate::common::{Home, Ran};

/// The address that readers see; as long as the real one, so that columns stay in line.
pub(crate) const ENDPOINT: &str = "http://manager.example";

/// A section, as far as it is written.
pub(crate) struct Page {
    text: String,
    home: Home,
    replaced: Vec<(String, String)>,
    secrets: Vec<String>,
}

impl Page {
    /// A section with this title, a home folder and nothing else.
    pub(crate) fn new(title: &str) -> Self {
        let home = Home::new();
        let replaced = vec![(home.path().display().to_string(), "~".to_owned())];
        Self { text: format!("## {title}\n"), home, replaced, secrets: Vec::new() }
    }

    /// A section that another test writes to a file of this crate.
    pub(crate) fn kept(file: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        Self { text: fs::read_to_string(path).unwrap(), ..Self::new("") }
    }

    /// Whose commands run here.
    pub(crate) fn at(self, home: Home) -> Self {
        Self { home, ..self }
    }

    /// Whose commands ask this manager as this account, by variables that are not shown.
    pub(crate) fn of(mut self, manager: &Manager, account: &Account) -> Self {
        self.home = self
            .home
            .with("BACKEND_ENDPOINT", manager.endpoint())
            .with("BACKEND_ACCESS_KEY", &account.access_key)
            .with("BACKEND_SECRET_KEY", &account.secret_key);
        self.knows(manager, account)
    }

    /// Whose commands have this variable, which is not shown.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.home = self.home.with(name, value);
        self
    }

    /// Shows the manager under the address for readers, and guards the secret of the account.
    pub(crate) fn knows(mut self, manager: &Manager, account: &Account) -> Self {
        self.replace(manager.endpoint(), ENDPOINT);
        self.secrets.push(account.secret_key.clone());
        self
    }

    /// Shows this text in place of one that differs from run to run. The first that fits wins.
    pub(crate) fn replace(&mut self, varying: impl Into<String>, shown: impl Into<String>) {
        self.replaced.insert(0, (varying.into(), shown.into()));
    }

    /// Where the commands run.
    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    /// A paragraph.
    pub(crate) fn prose(&mut self, text: &str) {
        self.text.push_str(&format!("\n{text}\n"));
    }

    /// Runs the command with these arguments, and shows it and what it prints.
    pub(crate) fn run(&mut self, arguments: &[&str]) -> Ran {
        let ran = self.home.run(arguments);
        self.show(arguments, "", &ran);
        ran
    }

    /// The same with this text as its standard input, which readers see as the file `input`.
    pub(crate) fn run_with(&mut self, arguments: &[&str], text: &str, input: &str) -> Ran {
        let ran = self.home.run_with(arguments, text);
        self.show(arguments, &format!(" < {input}"), &ran);
        ran
    }

    /// Runs the command, and shows the first lines of what it prints.
    pub(crate) fn run_head(&mut self, arguments: &[&str], lines: usize) {
        let mut ran = self.home.run(arguments);
        ran.stdout = ran.stdout.split_inclusive('\n').take(lines).collect();
        self.show(arguments, &format!(" | head -n {lines}"), &ran);
    }

    fn show(&mut self, arguments: &[&str], after: &str, ran: &Ran) {
        let words: Vec<String> = arguments.iter().map(|word| quoted(word)).collect();
        let mut text =
            format!("$ backendai {}{after}\n{}{}", words.join(" "), ran.stdout, ran.stderr);
        if let Some(code @ 1..) = ran.code {
            text.push_str(&format!("[exit code {code}]\n"));
        }
        for (varying, shown) in &self.replaced {
            text = text.replace(varying, shown);
        }
        text = with_one_key(&without_ages(&text));
        for secret in &self.secrets {
            assert!(!text.contains(secret.as_str()), "a secret is shown by {arguments:?}");
        }
        self.text.push_str(&format!("\n```console\n{text}```\n"));
    }

    /// The Markdown.
    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

/// The text with one age in place of all, for they grow.
fn without_ages(text: &str) -> String {
    let mut parts = text.split(" ago");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let number = shown.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let start = number.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let longer = (shown.len() - start).saturating_sub("5d".len());
        shown.truncate(start);
        shown.push_str("5d ago");
        // What follows in the line stays in its column.
        shown.push_str(&" ".repeat(if part.starts_with(' ') { longer } else { 0 }));
        shown.push_str(part);
    }
    shown
}

/// The text with one access key in place of those that the manager makes.
fn with_one_key(text: &str) -> String {
    let mut parts = text.split("AKIA");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (key, rest) = part.split_at_checked(16).unwrap_or((part, ""));
        let made = key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        shown.push_str("AKIA");
        shown.push_str(if made { "IOSFODNN7EXAMPLE" } else { key });
        shown.push_str(rest);
    }
    shown
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@,+%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}
