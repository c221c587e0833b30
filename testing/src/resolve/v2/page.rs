//! Pages of lists: by cursor in both directions, or by limit and offset.

use apollo_compiler::resolvers::ResolveInfo;
use apollo_compiler::response::serde_json_bytes::json;
use apollo_compiler::response::{JsonMap, JsonValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::condition::{Order, selects};
use super::node;
use super::row::{id, key};
use crate::fixture::v2::{self as fixture, Query};
use crate::resolve::args::Args;
use crate::resolve::context::Context;
use crate::resolve::failure::Failure;

/// The number of rows without a limit.
const DEFAULT: usize = 10;
const CURSOR: &str = "cursor:v1:";
/// Lists whose `hasNextPage` is always false.
const ENDLESS: [&str; 7] = [
    "adminKeypairResourcePoliciesV2",
    "adminProjectResourcePoliciesV2",
    "adminUserResourcePoliciesV2",
    "huggingfaceRegistries",
    "objectStorages",
    "reservoirRegistries",
    "vfsStorages",
];

/// The page that the arguments ask for.
enum Page {
    /// The rows after a cursor.
    First(usize, Option<String>),
    /// The rows before a cursor.
    Last(usize, Option<String>),
    Slice {
        limit: usize,
        offset: usize,
    },
}

/// A page of rows.
struct Cut {
    rows: Vec<JsonMap>,
    count: usize,
    has_next: bool,
    has_previous: bool,
}

/// Makes a connection of a list of rows, where the schema has one.
pub(in crate::resolve) fn paged(
    context: &Context<'_>,
    info: &ResolveInfo<'_>,
    value: JsonValue,
) -> Result<JsonValue, Failure> {
    let definition = info.field_definition();
    let connection = definition.ty.inner_named_type().ends_with("Connection");
    let rows = match value {
        JsonValue::Array(rows) if connection => rows,
        other => return Ok(other),
    };
    let rows = rows.into_iter().filter_map(|row| {
        let row = row.as_object()?.clone();
        // A row within another is there by its id alone.
        let kind = row.get("__typename").and_then(JsonValue::as_str).filter(|_| row.len() == 2);
        let found = kind.and_then(|kind| node::find(context.state, kind, id(&row)));
        Some(found.unwrap_or(row))
    });
    let args = Args::new(info.arguments());
    let root = fixture::roots().ok().and_then(|roots| roots.queries.get(info.field_name()));
    let plain = definition.argument_by_name("limit").is_none();
    connect(context, &args, root, rows.collect(), plain, info.field_name())
}

/// Returns a page of rows as a connection. `plain` lists have no arguments and return all rows.
fn connect(
    context: &Context<'_>,
    args: &Args<'_>,
    root: Option<&Query>,
    rows: Vec<JsonMap>,
    plain: bool,
    name: &str,
) -> Result<JsonValue, Failure> {
    let cut = if plain {
        Cut { count: rows.len(), rows, has_next: false, has_previous: false }
    } else {
        cut(context, args, root, rows)?
    };
    let cursors: Vec<_> =
        cut.rows.iter().map(|row| STANDARD.encode(format!("{CURSOR}{}", key(row)))).collect();
    let page = json!({
        "hasNextPage": cut.has_next && !ENDLESS.contains(&name),
        "hasPreviousPage": cut.has_previous,
        "startCursor": cursors.first(),
        "endCursor": cursors.last(),
    });
    let edges: Vec<_> = cut
        .rows
        .into_iter()
        .zip(cursors)
        .map(|(row, cursor)| json!({ "cursor": cursor, "node": row }))
        .collect();
    Ok(json!({ "count": cut.count, "pageInfo": page, "edges": edges }))
}

/// Returns a page of rows as a list.
pub(super) fn list(
    context: &Context<'_>,
    args: &Args<'_>,
    root: &Query,
    rows: Vec<JsonMap>,
) -> Result<JsonValue, Failure> {
    let cut = cut(context, args, Some(root), rows)?;
    Ok(cut.rows.into_iter().map(JsonValue::Object).collect())
}

fn cut(
    context: &Context<'_>,
    args: &Args<'_>,
    root: Option<&Query>,
    mut rows: Vec<JsonMap>,
) -> Result<Cut, Failure> {
    let page = Page::read(args, root)?;
    if let Some(filter) = args.object("filter") {
        rows.retain(|row| selects(context.state, row, &filter));
    }
    let count = rows.len();
    let (start, end) = match &page {
        Page::First(number, after) => {
            // Observed: once the row of the cursor is gone, no row follows.
            let start =
                place(&rows, after.as_deref()).map_or(count, |at| at.map_or(0, |at| at + 1));
            (start, start.saturating_add(*number))
        }
        Page::Last(number, before) => {
            let end = place(&rows, before.as_deref()).map_or(0, |at| at.unwrap_or(count));
            (end.saturating_sub(*number), end)
        }
        Page::Slice { limit, offset } => {
            if let Some(order) = Order::read(args) {
                rows.sort_by_cached_key(key);
                rows.sort_by(|left, right| order.compare(left, right));
            }
            (*offset, offset.saturating_add(*limit))
        }
    };
    let (has_next, has_previous) = match &page {
        Page::First(_, after) => (end < count, after.is_some()),
        Page::Last(_, before) => (before.is_some(), start > 0),
        Page::Slice { .. } => (end < count, start > 0),
    };
    let rows: Vec<_> = rows.into_iter().take(end).skip(start).collect();
    // Observed: one bad row makes the whole page fail.
    if let Some(error) = rows.iter().find_map(|row| row.get("$error")) {
        return Err(Failure::recorded(error));
    }
    Ok(Cut { rows, count, has_next, has_previous })
}

/// Returns the index of the row of a cursor; `None` if it is gone.
fn place(rows: &[JsonMap], cursor: Option<&str>) -> Option<Option<usize>> {
    match cursor {
        None => Some(None),
        Some(cursor) => rows.iter().position(|row| key(row) == cursor).map(Some),
    }
}

impl Page {
    fn read(args: &Args<'_>, root: Option<&Query>) -> Result<Self, Failure> {
        let given = |name: &str| args.given(name).filter(|value| !value.is_null()).is_some();
        let either = |one: &str, other: &str| given(one) || given(other);
        let modes = [either("first", "after"), either("last", "before"), either("limit", "offset")];
        let invalid = |problem: &str| {
            Failure::new(
                "api_generic_invalid-parameters",
                format!("Invalid GraphQL parameters. ({problem})"),
            )
        };
        let (limit, offset) = (args.int("limit"), args.int("offset"));
        if let Some(root) = root {
            let bound = |kind: &str, word: &str, number: i64, name: &str| {
                let message = format!("Input should be {word} than or equal to {number}");
                Failure::new(
                    "backendai_parsing_invalid-parameters",
                    format!("Schema validation failed. ({message})"),
                )
                .details(json!([{
                    "type": kind,
                    "loc": [name],
                    "msg": message,
                    "url": format!("https://errors.pydantic.dev/2.13/v/{kind}"),
                }]))
            };
            if root.strict && limit.is_some_and(|limit| limit < 1) {
                return Err(bound("greater_than_equal", "greater", 1, "limit"));
            }
            if root.strict && offset.is_some_and(|offset| offset < 0) {
                return Err(bound("greater_than_equal", "greater", 0, "offset"));
            }
            if let Some(max) = root.max.filter(|max| limit.is_some_and(|limit| limit > *max)) {
                return Err(bound("less_than_equal", "less", max, "limit"));
            }
        }
        if modes.iter().filter(|mode| **mode).count() > 1 {
            return Err(invalid(
                "Only one pagination mode allowed: (first/after) OR (last/before) OR (limit/offset)",
            ));
        }
        for name in ["first", "last", "limit"] {
            if let Some(number) = args.int(name).filter(|number| *number < 1) {
                return Err(invalid(&format!("{name} must be positive, got {number}")));
            }
        }
        if let Some(offset) = offset.filter(|offset| *offset < 0) {
            return Err(invalid(&format!("offset must be non-negative, got {offset}")));
        }
        let size = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        match (args.int("first"), args.int("last")) {
            (Some(first), _) => Ok(Self::First(size(first), cursor(args.text("after"))?)),
            (_, Some(last)) => Ok(Self::Last(size(last), cursor(args.text("before"))?)),
            // Observed: a cursor without a number of rows is ignored.
            _ => Ok(Self::Slice {
                limit: limit.map_or(DEFAULT, size),
                offset: offset.map_or(0, size),
            }),
        }
    }
}

/// Returns the key in a cursor.
fn cursor(text: Option<&str>) -> Result<Option<String>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let decoded = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let key = decoded.as_deref().and_then(|text| text.strip_prefix(CURSOR)).map(str::to_owned);
    key.map(Some).ok_or_else(|| {
        Failure::new(
            "api_generic_invalid-parameters",
            format!("Invalid cursor format. (Invalid cursor format: {text})"),
        )
    })
}
