//! `backendai keypair`: the verbs that change keypairs. `list` and `info` are those of every domain.

use backendai::{
    Client, Error, Operation,
    admin::{
        keypair::{CreateKeyPair, DeleteKeyPair, ModifyKeyPair},
        types::{KeyPairInput, ModifyKeyPairInput},
    },
};
use clap::{Args, Subcommand, builder::BoolishValueParser, value_parser};
use serde_json::{Value, json};

use crate::{
    connect,
    global::{Global, SingleFormat},
    output::{self, Failure, err, out},
    prompt,
};

/// Manage keypairs. Role: superadmin.
#[derive(Debug, Subcommand)]
pub(crate) enum Keypair {
    /// Create a keypair for a user. Its secret key is printed only once.
    Add(Add),
    /// Change a keypair; settings that are not given stay the same.
    Update(Update),
    /// Activate keypairs.
    Activate(Several),
    /// Deactivate keypairs without deleting them.
    Deactivate(Several),
    /// Delete keypairs permanently.
    Delete(Delete),
}

#[derive(Args, Debug)]
pub(crate) struct Add {
    /// E-mail address of the owner.
    #[arg(value_name = "USERID")]
    user_id: String,
    /// Name of the keypair resource policy.
    resource_policy: String,
    /// Give it admin rights.
    #[arg(short, long)]
    admin: bool,
    /// Create it inactive.
    #[arg(short, long)]
    inactive: bool,
    /// Requests allowed within 15 minutes.
    #[arg(short, long, value_name = "N", default_value_t = 5000, value_parser = value_parser!(i32).range(0..))]
    rate_limit: i32,
    #[command(flatten)]
    dry: Dry,
}

#[derive(Args, Debug)]
pub(crate) struct Update {
    #[arg(value_name = "ACCESSKEY")]
    access_key: String,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    dry: Dry,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Name of the keypair resource policy.
    #[arg(long, value_name = "NAME")]
    resource_policy: Option<String>,
    /// Whether it has admin rights.
    #[arg(long, value_name = "BOOL", value_parser = BoolishValueParser::new())]
    is_admin: Option<bool>,
    /// Whether it can be used.
    #[arg(long, value_name = "BOOL", value_parser = BoolishValueParser::new())]
    is_active: Option<bool>,
    /// Requests allowed within 15 minutes.
    #[arg(short, long, value_name = "N", value_parser = value_parser!(i32).range(0..))]
    rate_limit: Option<i32>,
}

#[derive(Args, Debug)]
pub(crate) struct Several {
    #[arg(value_name = "ACCESSKEY", required = true)]
    access_keys: Vec<String>,
    #[command(flatten)]
    dry: Dry,
}

#[derive(Args, Debug)]
pub(crate) struct Delete {
    #[command(flatten)]
    several: Several,
    /// Do not ask for confirmation.
    #[arg(short, long)]
    yes: bool,
}

#[derive(Args, Debug)]
struct Dry {
    /// Print the request without sending it.
    #[arg(long)]
    dry_run: bool,
}

impl Keypair {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        let form = global.single()?;
        match self {
            Self::Add(add) => add.run(global, form).await,
            Self::Update(update) => update.run(global, form).await,
            Self::Activate(several) => several.run(global, form, activity(true), "activated").await,
            Self::Deactivate(several) => {
                several.run(global, form, activity(false), "deactivated").await
            }
            Self::Delete(delete) => delete.run(global, form).await,
        }
    }
}

impl Add {
    async fn run(self, global: &Global, form: SingleFormat) -> Result<(), Failure> {
        let props = KeyPairInput::new(self.resource_policy, self.rate_limit)
            .is_active(!self.inactive)
            .is_admin(self.admin);
        let operation = CreateKeyPair::new(&self.user_id, props);
        if self.dry.dry_run {
            return show([&operation], form);
        }
        let what = || format!("no keypair was created for {}", self.user_id);
        let data = connect::client(global)?.send(operation).await;
        let data = data.map_err(|error| failed(error, what()))?;
        let Some(new) = data.create_keypair.keypair else {
            return Err(Failure::new("the manager created a keypair but did not return its keys")
                .help("find it with `backendai keypair list`, and delete it"));
        };
        let printed = match form {
            SingleFormat::Text => {
                let (access, secret) = (&new.access_key, &new.secret_key);
                out(format!("Access Key  {access}\nSecret Key  {secret}"))
            }
            SingleFormat::Json => output::json(&json!({
                "ok": true,
                "access_key": new.access_key,
                "secret_key": new.secret_key,
            })),
        };
        // The secret key cannot be fetched again, so even a closed pipe is reported.
        printed.map_err(|_| {
            let key = &new.access_key;
            Failure::new(format!("{key} was created, but its secret key could not be written"))
                .help(format!("delete it with `backendai keypair delete {key}`, and add another"))
        })?;
        if form == SingleFormat::Text {
            err("store the secret key: it is shown only once");
        }
        Ok(())
    }
}

impl Update {
    async fn run(self, global: &Global, form: SingleFormat) -> Result<(), Failure> {
        let Changes { resource_policy, is_admin, is_active, rate_limit } = self.changes;
        let mut props = ModifyKeyPairInput::new();
        props.resource_policy = resource_policy;
        props.is_admin = is_admin;
        props.is_active = is_active;
        props.rate_limit = rate_limit;
        let operation = ModifyKeyPair::new(&self.access_key, props);
        if self.dry.dry_run {
            return show([&operation], form);
        }
        let what = || format!("{} was not updated", self.access_key);
        let sent = connect::client(global)?.send(operation).await;
        sent.map_err(|error| failed(error, what()))?;
        match form {
            SingleFormat::Text => out(format!("{} was updated", self.access_key)),
            SingleFormat::Json => {
                output::json(&json!({ "ok": true, "access_key": self.access_key }))
            }
        }
    }
}

impl Delete {
    async fn run(self, global: &Global, form: SingleFormat) -> Result<(), Failure> {
        let keys = &self.several.access_keys;
        if !self.yes && !self.several.dry.dry_run {
            if !prompt::is_interactive() {
                return Err(Failure::usage("nothing was deleted: confirmation is needed and the terminal is not interactive")
                    .help("give --yes"));
            }
            let question = format!("Delete {} permanently?", keys.join(", "));
            if !prompt::confirm(question, false).await? {
                return Err(Failure::silent_exit("nothing was deleted"));
            }
        }
        self.several.run(global, form, |key: &str| DeleteKeyPair::new(key), "deleted").await
    }
}

fn activity(active: bool) -> impl Fn(&str) -> ModifyKeyPair {
    move |key| ModifyKeyPair::new(key, ModifyKeyPairInput::new().is_active(active))
}

impl Several {
    /// Runs the operation for every key, and reports each result.
    async fn run<O: Operation>(
        self,
        global: &Global,
        form: SingleFormat,
        operation: impl Fn(&str) -> O,
        done: &str,
    ) -> Result<(), Failure> {
        let mut keys = self.access_keys;
        let mut seen = std::collections::HashSet::new();
        keys.retain(|key| seen.insert(key.clone()));
        if self.dry.dry_run {
            let operations: Vec<_> = keys.iter().map(|key| operation(key)).collect();
            return show(&operations, form);
        }
        let client = connect::client(global)?;
        let what = |key: &str| format!("{key} was not {done}");
        if let [key] = keys.as_slice() {
            let sent = client.send(operation(key)).await;
            sent.map_err(|error| failed(error, what(key)))?;
            return match form {
                SingleFormat::Text => out(format!("{key} was {done}")),
                SingleFormat::Json => output::json(&json!({ "ok": true, "access_key": key })),
            };
        }
        let mut items = Vec::new();
        let mut lost = None;
        for key in &keys {
            let result = match &lost {
                // A failure that is not about one key would repeat for the others.
                Some(_) => {
                    Err(Failure::new(what(key)).cause("it was not tried after an earlier failure"))
                }
                None => one(&client, operation(key)).await.map_err(|error| {
                    lost = (!is_about_the_key(&error)).then_some(());
                    failed(error, what(key))
                }),
            };
            match (&result, form) {
                (Ok(()), SingleFormat::Text) => out(format!("{key} was {done}"))?,
                (Err(failure), SingleFormat::Text) => drop(failure.report(None)),
                (_, SingleFormat::Json) => {}
            }
            items.push(reported(key, &result));
        }
        let count = items.iter().filter(|item| item.get("ok") == Some(&Value::Bool(false))).count();
        if form == SingleFormat::Json {
            output::json(&json!({ "ok": count == 0, "items": items }))?;
        }
        match count {
            0 => Ok(()),
            _ => Err(Failure::silent_exit(format!("{count} of {} were not {done}", keys.len()))),
        }
    }
}

async fn one<O: Operation>(client: &Client, operation: O) -> Result<(), Error> {
    client.send(operation).await.map(drop)
}

/// Whether the operation may succeed for another key.
fn is_about_the_key(error: &Error) -> bool {
    (error.is_refused() || error.is_graphql()) && !error.is_permission_denied()
}

fn reported(key: &str, result: &Result<(), Failure>) -> Value {
    match result {
        Ok(()) => json!({ "access_key": key, "ok": true }),
        Err(failure) => json!({ "access_key": key, "ok": false, "msg": failure.text() }),
    }
}

fn failed(error: Error, what: String) -> Failure {
    Failure::from(error).message(what)
}

/// Prints the requests without sending them.
fn show<'o, O: Operation + 'o>(
    operations: impl IntoIterator<Item = &'o O>,
    form: SingleFormat,
) -> Result<(), Failure> {
    for operation in operations {
        let variables = serde_json::to_value(operation).map_err(Failure::from_error)?;
        match form {
            SingleFormat::Text => {
                out(format!("{}\n{variables:#}", operation.info().document.text))?
            }
            SingleFormat::Json => output::json(&json!({
                "operationName": operation.info().name,
                "query": operation.info().document.text,
                "variables": variables,
            }))?,
        }
    }
    Ok(())
}
