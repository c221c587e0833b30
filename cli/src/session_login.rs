//! `backendai session-login`: the sessions of logins at a webserver.

use backendai::{Client, Field, Format, Pager, Uuid, operation::Paginated};
use backendai_v2::{
    GlobalId,
    filter::UUIDFilter,
    login::{
        AdminLoginSessions, AdminRevokeLoginSession, LoginSessionDetail, MyLoginSessions,
        MyRevokeLoginSession,
    },
    types::{
        LoginSessionFilter, LoginSessionOrderBy, LoginSessionOrderField, LoginSessionStatus,
        LoginSessionStatusFilter,
    },
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::{
    change::Form,
    connect,
    context::confirm_or_yes,
    global::Global,
    number::whole,
    output::{self, Failure, out},
    render::{self, Row, Style},
    resolve::{self, Resolver},
    visible::Data,
};

/// Lists and ends the sessions of logins at a webserver, of the caller or, for a superadmin, of others.
/// Needs a manager of version 26.4.2 or newer.
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct SessionLogin {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List login sessions, newest first.
    #[command(
        visible_alias = "ls",
        after_help = "Examples:
  backendai session-login list --status active
  backendai session-login list --user ada@example.com --all -o json"
    )]
    List {
        #[command(flatten)]
        whose: Whose,
        /// Only sessions with this status.
        #[arg(long, value_enum)]
        status: Option<Status>,
        /// Maximum number of rows.
        #[arg(
            long,
            value_name = "N",
            default_value_t = 20,
            value_parser = whole(1, u64::MAX),
            conflicts_with = "all"
        )]
        limit: u64,
        /// List all of them.
        #[arg(long)]
        all: bool,
        /// Show all columns with whole cells and times, in lines that may be wider than the terminal.
        #[arg(long)]
        wide: bool,
    },
    /// End login sessions. Their next request fails.
    #[command(after_help = "Examples:
  backendai session-login end 3b4b4f2c-7c55-4ba0-9f0c-0d5d0d0f9f6e
  backendai session-login end --all
  backendai session-login end --all --user ada@example.com --yes")]
    End {
        /// Ids of the sessions.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        id: Vec<String>,
        /// End every active session.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        whose: Whose,
        /// Do not ask for confirmation.
        #[arg(short, long)]
        yes: bool,
    },
}

/// Whose sessions are meant.
#[derive(Args, Clone, Debug)]
struct Whose {
    /// Those of this user: an e-mail address, a user name or an id. Only superadmins may.
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Those of all users. Only superadmins may.
    #[arg(long, conflicts_with = "user")]
    admin: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Status {
    Active,
    Invalidated,
    Revoked,
}

impl From<Status> for LoginSessionStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Invalidated => Self::Invalidated,
            Status::Revoked => Self::Revoked,
        }
    }
}

const fn field(name: &'static str) -> Field {
    Field::new(name, None, name, Format::Plain, false)
}

/// The columns; the last one is shown for several users.
const FIELDS: [Field; 7] = [
    field("id"),
    field("status"),
    field("access_key"),
    field("created_at"),
    field("last_accessed_at"),
    field("invalidated_at"),
    field("user_id"),
];

impl SessionLogin {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        match self.command {
            Command::List { whose, status, limit, all, wide } => {
                let style = Style::of_stdout(global.rows()?, false);
                let style = Style { wide, name: Some("id"), ..style };
                let client = connect::client(global)?;
                let limit = (!all).then_some(limit);
                let rows = sessions(&client, &whose, status.map(Into::into), limit).await?;
                let fields = match whose.is_own() {
                    true => FIELDS.split_last().map_or(&FIELDS[..], |(_, own)| own),
                    false => &FIELDS[..],
                };
                let mut sink = render::list(style, fields, Data::stdout());
                sink.page(rows.iter().map(row).collect()).map_err(Failure::writing)?;
                sink.end(None).map_err(Failure::writing)?;
                render::note_left_out(&sink.left_out());
                if rows.is_empty() {
                    let selected = status.is_some() || whose.user.is_some();
                    render::note_none(&style, "login sessions", selected);
                }
                Ok(())
            }
            Command::End { id, all, whose, yes } => {
                let form = global.results()?;
                let client = connect::client(global)?;
                let ids = if all {
                    let active = Some(LoginSessionStatus::Active);
                    let rows = sessions(&client, &whose, active, None).await?;
                    rows.iter().map(|row| row.id.uuid()).collect::<Result<_, _>>()
                } else {
                    id.iter().map(|id| GlobalId::from(id.as_str()).uuid()).collect()
                };
                let ids: Vec<Uuid> = ids.map_err(|error| {
                    Failure::argument(error.to_string())
                        .help("take the ids from `backendai session-login list`")
                })?;
                let what = match ids.as_slice() {
                    [id] => format!("End the login session {id}?"),
                    ids => format!("End {} login sessions?", ids.len()),
                };
                if !ids.is_empty() {
                    confirm_or_yes(&what, yes).await?;
                }
                end(&client, &ids, whose.is_own(), form).await
            }
        }
    }
}

impl Whose {
    const fn is_own(&self) -> bool {
        self.user.is_none() && !self.admin
    }
}

/// Reads login sessions, newest first.
async fn sessions(
    client: &Client,
    whose: &Whose,
    status: Option<LoginSessionStatus>,
    limit: Option<u64>,
) -> Result<Vec<LoginSessionDetail>, Failure> {
    let mut filter = LoginSessionFilter::new();
    if let Some(status) = status {
        filter = filter.status(LoginSessionStatusFilter::Equals(status));
    }
    if let Some(user) = &whose.user {
        let mut id = Value::from(user.as_str());
        Resolver::new(client).value(&resolve::USER, &mut id, None).await?;
        let id = id.as_str().and_then(|id| Uuid::parse_str(id).ok()).ok_or_else(|| {
            Failure::argument(format!("`{user}` is no user"))
                .help("give an e-mail address or an id")
        })?;
        filter = filter.user_id(UUIDFilter::Equals(id));
    }
    let order = vec![LoginSessionOrderBy::descending(LoginSessionOrderField::CreatedAt)];
    match whose.is_own() {
        true => {
            let list = MyLoginSessions::new().filter(filter).order_by(order);
            read(client.pages(list), limit).await
        }
        false => {
            let list = AdminLoginSessions::new().filter(filter).order_by(order);
            read(client.pages(list), limit).await
        }
    }
}

async fn read<O: Paginated>(pages: Pager<O>, limit: Option<u64>) -> Result<Vec<O::Item>, Failure> {
    let mut pages = match limit {
        Some(limit) => pages.max_items(limit),
        None => pages,
    };
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await {
        rows.extend(page?.items);
    }
    Ok(rows)
}

fn row(session: &LoginSessionDetail) -> Row {
    let id = session.id.uuid().map_or_else(|_| session.id.to_string(), |id| id.to_string());
    let values = [
        json!(id),
        json!(session.status),
        json!(session.access_key),
        json!(session.created_at),
        json!(session.last_accessed_at),
        json!(session.invalidated_at),
        json!(session.user_id),
    ];
    FIELDS.iter().map(|field| field.name().to_owned()).zip(values).collect()
}

/// Ends sessions, each with a result.
async fn end(client: &Client, ids: &[Uuid], own: bool, form: Form) -> Result<(), Failure> {
    let mut items = Vec::new();
    let mut failed = 0;
    for id in ids {
        let result = end_one(client, *id, own).await;
        let item = match &result {
            Ok(()) => json!({ "id": id, "ok": true }),
            Err(failure) => json!({ "id": id, "ok": false, "msg": failure.text() }),
        };
        failed += usize::from(result.is_err());
        match (form, result) {
            (Form::Lines, _) => out(item.to_string())?,
            (Form::Text, Ok(())) => out(format!("{id} was ended"))?,
            (Form::Text, Err(failure)) if ids.len() == 1 => return Err(failure),
            (Form::Text, Err(failure)) => drop(failure.report(None)),
            (Form::Json, _) => {}
        }
        items.push(item);
    }
    match form {
        Form::Json => output::json(&json!({ "ok": failed == 0, "items": items }))?,
        Form::Text if ids.is_empty() => out("There is no active login session")?,
        _ => {}
    }
    match failed {
        0 => Ok(()),
        1 => Err(Failure::silent_exit(format!("1 of {} was not ended", ids.len()))),
        _ => Err(Failure::silent_exit(format!("{failed} of {} were not ended", ids.len()))),
    }
}

async fn end_one(client: &Client, id: Uuid, own: bool) -> Result<(), Failure> {
    let sent = match own {
        true => client
            .send(MyRevokeLoginSession::new(id))
            .await
            .map(|data| data.my_revoke_login_session.success),
        false => client
            .send(AdminRevokeLoginSession::new(id))
            .await
            .map(|data| data.admin_revoke_login_session.success),
    };
    match sent.map_err(|error| Failure::from(error).message(format!("{id} was not ended")))? {
        true => Ok(()),
        false => Err(Failure::new(format!("{id} was not ended"))
            .cause("the manager did not end it")
            .help("take the id from `backendai session-login list`")),
    }
}
