//! Lists in which others create and delete rows while they are read.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use backendai::{
    Items, ListChanges, MaybeUndefined, Operation, OperationInfo, Page, Pager, Paginated,
    Pagination, Position,
    operation::info::{CursorInfo, KeyInfo, PagingInfo, WindowInfo},
    transport::HttpRequest,
};
use futures_util::FutureExt as _;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::transport::*;

/// A list that can be read by every strategy.
#[derive(Clone, Debug, Default, Serialize)]
struct People {
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    limit: MaybeUndefined<i32>,
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    offset: MaybeUndefined<i32>,
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    first: MaybeUndefined<i32>,
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    after: MaybeUndefined<String>,
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    filter: MaybeUndefined<String>,
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    order: MaybeUndefined<String>,
}

#[derive(Deserialize)]
struct Data {
    items: Vec<String>,
    total: Option<u64>,
    cursors: Vec<Option<String>>,
    more: bool,
}

impl Operation for People {
    type Data = Data;

    fn info(&self) -> &'static OperationInfo {
        static INFO: OperationInfo = OperationInfo {
            paging: Some(PagingInfo {
                strategies: &[Pagination::Keyset, Pagination::Offset, Pagination::Cursor],
                key: Some(KeyInfo { columns: "id", fields: &["id"] }),
                window: Some(WindowInfo {
                    limit: "limit",
                    offset: "offset",
                    unset: &["first", "after"],
                }),
                cursor: Some(CursorInfo {
                    first: "first",
                    after: "after",
                    unset: &["limit", "offset"],
                }),
                order: Some("order"),
                filter: Some("filter"),
                orders: &["order"],
            }),
            ..OperationInfo::query("People", "query People{people}")
        };
        &INFO
    }
}

impl Paginated for People {
    type Item = String;

    fn key(item: &String) -> Option<String> {
        Some(item.clone())
    }

    fn page(&self, data: Data) -> Option<Page<String>> {
        let end = data.cursors.last().cloned().flatten();
        Some(Page::new(data.items, data.total).with_cursors(data.cursors, end, data.more))
    }
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Make(u8),
    Delete(u8),
}

/// Rows by their id, with a rank that orders them otherwise.
#[derive(Debug)]
struct Model {
    rows: BTreeMap<String, u8>,
    /// What happens before the page of each request is read, and after its rows were counted.
    changes: Vec<Vec<Change>>,
    asked: usize,
    deleted: BTreeSet<String>,
    /// Whether a cursor means nothing once its row is gone.
    forgets: bool,
    requests: Vec<Value>,
}

fn id(row: u8) -> String {
    format!("{row:03}")
}

/// Not monotonous, and with rows that share it.
fn rank(row: u8) -> u8 {
    row.wrapping_mul(37) / 16
}

impl Model {
    fn new(rows: &BTreeSet<u8>, changes: Vec<Vec<Change>>, forgets: bool) -> Self {
        let rows = rows.iter().map(|row| (id(*row), rank(*row))).collect();
        let (deleted, requests) = (BTreeSet::new(), Vec::new());
        Self { rows, changes, asked: 0, deleted, forgets, requests }
    }

    fn change(&mut self) {
        for change in self.changes.get(self.asked).cloned().unwrap_or_default() {
            match change {
                Change::Make(row) => drop(self.rows.insert(id(row), rank(row))),
                Change::Delete(row) => {
                    if self.rows.remove(&id(row)).is_some() {
                        self.deleted.insert(id(row));
                    }
                }
            }
        }
        self.asked += 1;
    }

    /// The ids in some order, with what a condition leaves.
    fn ids(&self, variables: &Value) -> Vec<String> {
        let mut rows: Vec<_> = self.rows.iter().collect();
        if variables["order"].as_str().is_some_and(|order| order.starts_with("rank")) {
            rows.sort_by_key(|(id, rank)| (**rank, (*id).clone()));
        }
        if variables["order"].as_str().is_some_and(|order| order.starts_with("-id")) {
            rows.reverse();
        }
        let filter = variables["filter"].as_str().unwrap_or_default();
        let even = filter.contains("even");
        let key = |sign: &str| {
            let rest = filter.strip_prefix(&format!("(id {sign} \""))?;
            Some(rest[..3].to_owned())
        };
        let (above, below) = (key(">"), key("<"));
        rows.into_iter()
            .map(|(id, _)| id.clone())
            .filter(|id| above.as_ref().is_none_or(|key| id > key))
            .filter(|id| below.as_ref().is_none_or(|key| id < key))
            .filter(|id| !even || id.ends_with(['0', '2', '4', '6', '8']))
            .collect()
    }

    fn answer(&mut self, request: &HttpRequest) -> Answer {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let variables = &body["variables"];
        self.requests.push(variables.clone());
        let total = self.ids(variables).len();
        self.change();
        let ids = self.ids(variables);
        let cursored = variables.get("first").is_some();
        let begin = if !cursored {
            variables["offset"].as_u64().unwrap() as usize
        } else if let Some(after) = variables["after"].as_str() {
            let begin = ids.iter().position(|id| id.as_str() > after).unwrap_or(ids.len());
            if self.forgets && !self.rows.contains_key(after) { ids.len() } else { begin }
        } else {
            0
        };
        let limit = variables[if cursored { "first" } else { "limit" }].as_u64().unwrap() as usize;
        let items: Vec<_> = ids.iter().skip(begin).take(limit).cloned().collect();
        let cursors = if cursored { items.clone() } else { Vec::new() };
        let more = begin + items.len() < ids.len();
        let data = json!({ "items": items, "total": total, "cursors": cursors, "more": more });
        ok(json!({ "data": data, "errors": null }).to_string())
    }
}

/// A manager with the model, and a pager of its list.
fn pager(model: Model) -> (Arc<Mutex<Model>>, Pager<People>) {
    let model = Arc::new(Mutex::new(model));
    let manager = model.clone();
    let fake = Fake::new(move |_, request| manager.lock().unwrap().answer(request));
    (model, client(&fake).pages(People::default()))
}

fn next(items: &mut Items<People>) -> Option<backendai::Result<String>> {
    items.next().now_or_never().expect("the manager answers at once")
}

/// At most so many rows, and whether the list was over then.
fn some(items: &mut Items<People>, most: usize) -> (Vec<String>, bool) {
    let mut rows = Vec::new();
    while rows.len() < most {
        match next(items) {
            Some(row) => rows.push(row.unwrap()),
            None => return (rows, true),
        }
    }
    (rows, false)
}

/// The rows that were there all the time, of those that were there at first.
fn lasting(first: &BTreeSet<u8>, model: &Mutex<Model>) -> BTreeSet<String> {
    let deleted = &model.lock().unwrap().deleted;
    first.iter().map(|row| id(*row)).filter(|id| !deleted.contains(id)).collect()
}

fn twice(rows: &[String]) -> Vec<&String> {
    let mut seen = BTreeSet::new();
    rows.iter().filter(|row| !seen.insert(*row)).collect()
}

fn rows() -> impl Strategy<Value = BTreeSet<u8>> {
    prop::collection::btree_set(any::<u8>(), 0..60)
}

/// Single changes, and floods of them that move the rows by pages.
fn changes() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let change =
        || prop_oneof![any::<u8>().prop_map(Change::Make), any::<u8>().prop_map(Change::Delete)];
    let run = |make: fn(u8) -> Change| {
        (any::<u8>(), 1..40_u8).prop_map(move |(from, count)| {
            (0..count).map(|step| make(from.wrapping_add(step))).collect::<Vec<_>>()
        })
    };
    let step = prop_oneof![
        4 => Just(Vec::new()),
        3 => prop::collection::vec(change(), 0..4),
        1 => run(Change::Make),
        1 => run(Change::Delete),
    ];
    prop::collection::vec(step, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn by_key_every_lasting_row_comes_once(
        rows in rows(), changes in changes(), size in 1..9_u32, stop in 0..50_usize, down: bool,
    ) {
        let (model, mut pages) = pager(Model::new(&rows, changes, false));
        let order = |pages: Pager<People>| pages;
        if down {
            let fake = model.clone();
            let fake = Fake::new(move |_, request| fake.lock().unwrap().answer(request));
            let list = People { order: "-id".into(), ..People::default() };
            pages = client(&fake).pages(list);
        }
        let again = |position: Position| {
            let fake = model.clone();
            let fake = Fake::new(move |_, request| fake.lock().unwrap().answer(request));
            let order = if down { "-id".into() } else { MaybeUndefined::Undefined };
            client(&fake).pages(People { order, ..People::default() }).start_at(position)
        };
        let mut items = order(pages).page_size(size).items();
        let (mut all, over) = some(&mut items, stop);
        if !over {
            // Another one goes on from a text.
            let position = items.position().to_string().parse().unwrap();
            all.extend(some(&mut again(position).page_size(size).items(), usize::MAX).0);
        }
        prop_assert_eq!(twice(&all), Vec::<&String>::new());
        let came: BTreeSet<_> = all.iter().cloned().collect();
        let lasting = lasting(&rows, &model);
        prop_assert!(lasting.is_subset(&came), "{:?}", lasting.difference(&came));
    }

    #[test]
    fn by_offset_nothing_comes_twice_and_nothing_is_missed(
        rows in rows(), changes in changes(), size in 1..9_u32, prefetch in 0..4_usize, rank: bool,
    ) {
        let model = Arc::new(Mutex::new(Model::new(&rows, changes, false)));
        let manager = model.clone();
        let fake = Fake::new(move |_, request| manager.lock().unwrap().answer(request));
        let order = if rank { "rank".into() } else { MaybeUndefined::Undefined };
        let pages = client(&fake).pages(People { order, ..People::default() });
        let pages = pages.strategy(Pagination::Offset).page_size(size).prefetch(prefetch);
        let mut items = pages.items();
        let (all, _) = some(&mut items, usize::MAX);
        prop_assert_eq!(twice(&all), Vec::<&String>::new());
        let came: BTreeSet<_> = all.iter().cloned().collect();
        let lasting = lasting(&rows, &model);
        prop_assert!(lasting.is_subset(&came), "{:?}", lasting.difference(&came));
        prop_assert!(!items.list_changes().missed);
    }

    #[test]
    fn by_offset_a_walk_that_another_goes_on_with_misses_nothing_unsaid(
        rows in rows(), changes in changes(), size in 1..9_u32, stop in 0..50_usize,
    ) {
        let (model, pages) = pager(Model::new(&rows, changes, false));
        let mut items = pages.strategy(Pagination::Offset).page_size(size).items();
        let (mut all, over) = some(&mut items, stop);
        let mut missed = false;
        if !over {
            let position: Position = items.position().to_string().parse().unwrap();
            let manager = model.clone();
            let fake = Fake::new(move |_, request| manager.lock().unwrap().answer(request));
            let pages = client(&fake).pages(People::default()).strategy(Pagination::Offset);
            let mut items = pages.start_at(position).page_size(size).items();
            all.extend(some(&mut items, usize::MAX).0);
            missed = items.list_changes().missed;
        }
        let lasting = lasting(&rows, &model);
        let came: BTreeSet<_> = all.iter().cloned().collect();
        prop_assert!(missed || lasting.is_subset(&came), "{:?}", lasting.difference(&came));
    }

    #[test]
    fn by_cursor_every_lasting_row_comes_once(
        rows in rows(), changes in changes(), size in 1..9_u32, stop in 0..50_usize, forgets: bool,
    ) {
        let (model, pages) = pager(Model::new(&rows, changes, forgets));
        let mut items = pages.strategy(Pagination::Cursor).page_size(size).items();
        let (mut all, over) = some(&mut items, stop);
        let mut missed = items.list_changes().missed;
        if !over {
            let position: Position = items.position().to_string().parse().unwrap();
            let manager = model.clone();
            let fake = Fake::new(move |_, request| manager.lock().unwrap().answer(request));
            let pages = client(&fake).pages(People::default()).strategy(Pagination::Cursor);
            let mut items = pages.start_at(position).page_size(size).items();
            all.extend(some(&mut items, usize::MAX).0);
            missed |= items.list_changes().missed;
        }
        prop_assert_eq!(twice(&all), Vec::<&String>::new());
        let came: BTreeSet<_> = all.iter().cloned().collect();
        let lasting = lasting(&rows, &model);
        prop_assert!(missed || lasting.is_subset(&came), "{:?}", lasting.difference(&came));
    }

    #[test]
    fn a_list_that_stays_is_the_same_from_anywhere(
        rows in rows(), size in 1..9_u32, stop in 0..70_usize, way in 0..3_usize, even: bool,
    ) {
        let strategy = [Pagination::Keyset, Pagination::Offset, Pagination::Cursor][way];
        let filter = if even { "even == true".into() } else { MaybeUndefined::Undefined };
        let manager = Arc::new(Mutex::new(Model::new(&rows, Vec::new(), true)));
        let begin = |position: Position| {
            let manager = manager.clone();
            let fake = Fake::new(move |_, request| manager.lock().unwrap().answer(request));
            let list = People { filter: filter.clone(), ..People::default() };
            client(&fake).pages(list).strategy(strategy).page_size(size).start_at(position).items()
        };
        let mut items = begin(Position::default());
        let (mut all, _) = some(&mut items, stop);
        let position = items.position();
        prop_assert_eq!(position.rows(), all.len() as u64);
        all.extend(some(&mut begin(position), usize::MAX).0);
        let wanted = rows.iter().filter(|row| !even || *row % 2 == 0).map(|row| id(*row));
        prop_assert_eq!(all, wanted.collect::<Vec<_>>());
        let (_, over) = some(&mut items, usize::MAX);
        prop_assert!(over && items.list_changes().is_none(), "{:?}", items.list_changes());
    }
}

#[test]
fn a_walk_by_cursor_that_went_back_tells_the_next_one_what_came() {
    let gone = vec![Change::Delete(20), Change::Delete(18), Change::Delete(16)];
    let none = Vec::new;
    let changes = vec![none(), none(), none(), gone, none(), none(), vec![Change::Make(13)]];
    let rows = [10, 12, 14, 16, 18, 20, 22].into();
    let (model, pages) = pager(Model::new(&rows, changes, true));
    let mut items = pages.strategy(Pagination::Cursor).page_size(2).items();
    let (mut all, _) = some(&mut items, 7);
    assert_eq!(all.last().map(String::as_str), Some("013"), "{all:?}");
    let position = items.position().to_string().parse().unwrap();
    let fake = Fake::new(move |_, request| model.lock().unwrap().answer(request));
    let pages = client(&fake).pages(People::default()).strategy(Pagination::Cursor).page_size(2);
    all.extend(some(&mut pages.start_at(position).items(), usize::MAX).0);
    assert_eq!(all, ["010", "012", "014", "016", "018", "020", "013", "022"]);
}

#[test]
fn a_walk_by_cursor_ends_though_rows_were_made_behind_it() {
    let make = |row| vec![Change::Make(row)];
    let none = Vec::new;
    let changes = vec![none(), none(), none(), make(3), none(), make(75)];
    let rows = [0, 2, 73, 74, 205].into();
    let (model, pages) = pager(Model::new(&rows, changes, false));
    let (all, _) = some(&mut pages.strategy(Pagination::Cursor).page_size(1).items(), usize::MAX);
    assert_eq!(all, ["000", "002", "073", "074", "205", "075"]);
    assert!(requests(&model).len() < 20, "{:?}", requests(&model));
}

fn requests(model: &Mutex<Model>) -> Vec<Value> {
    model.lock().unwrap().requests.clone()
}

fn stay(rows: std::ops::Range<u8>) -> Model {
    Model::new(&rows.collect(), Vec::new(), true)
}

#[test]
fn what_is_sent_by_key() {
    let (model, pages) = pager(stay(0..5));
    let (rows, _) = some(&mut pages.page_size(2).items(), usize::MAX);
    assert_eq!(rows, ["000", "001", "002", "003", "004"]);
    assert_eq!(
        requests(&model),
        [
            json!({ "limit": 2, "offset": 0, "order": "id" }),
            json!({ "limit": 2, "offset": 0, "order": "id", "filter": r#"(id > "001")"# }),
            json!({ "limit": 2, "offset": 0, "order": "id", "filter": r#"(id > "003")"# }),
        ]
    );
}

#[test]
fn what_is_sent_by_offset() {
    let (model, pages) = pager(stay(0..5));
    some(&mut pages.strategy(Pagination::Offset).page_size(2).items(), usize::MAX);
    let windows: Vec<_> = requests(&model)
        .iter()
        .map(|request| (request["limit"].as_u64().unwrap(), request["offset"].as_u64().unwrap()))
        .collect();
    // Each begins with the last row of the one before.
    assert_eq!(windows, [(2, 0), (3, 1), (3, 3)]);
}

#[test]
fn what_is_sent_by_cursor() {
    let (model, pages) = pager(stay(0..5));
    some(&mut pages.strategy(Pagination::Cursor).page_size(2).items(), usize::MAX);
    assert_eq!(
        requests(&model),
        [
            json!({ "first": 2 }),
            json!({ "first": 2, "after": "001" }),
            json!({ "first": 2, "after": "003" }),
        ]
    );
}

#[test]
fn rows_that_were_deleted_before_the_walk_are_noticed() {
    let changes = vec![vec![], vec![Change::Delete(0), Change::Delete(1)]];
    let (_, pages) = pager(Model::new(&(0..9).collect(), changes, false));
    let mut items = pages.strategy(Pagination::Offset).page_size(3).items();
    let (rows, _) = some(&mut items, usize::MAX);
    assert_eq!(rows.len(), 9);
    let drift = items.list_changes();
    assert_eq!((drift.first_total, drift.last_total), (Some(9), Some(7)));
    assert_eq!((drift.shifts, drift.missed, drift.is_none()), (1, false, false));
}

#[test]
fn rows_that_were_made_before_the_walk_are_noticed() {
    let changes = vec![vec![], vec![Change::Make(0), Change::Make(1)]];
    let (_, pages) = pager(Model::new(&(2..9).collect(), changes, false));
    let mut items = pages.strategy(Pagination::Offset).page_size(3).items();
    let (rows, _) = some(&mut items, usize::MAX);
    assert_eq!(rows, (2..9).map(id).collect::<Vec<_>>());
    let drift: ListChanges = items.list_changes();
    assert_eq!((drift.duplicates, drift.shifts, drift.missed), (2, 1, false));
}

#[test]
fn a_cursor_whose_row_is_gone_is_stepped_over() {
    let changes = vec![vec![], vec![Change::Delete(2), Change::Delete(1)]];
    let (model, pages) = pager(Model::new(&(0..9).collect(), changes, true));
    let mut items = pages.strategy(Pagination::Cursor).page_size(3).items();
    let (rows, _) = some(&mut items, usize::MAX);
    assert_eq!(rows, (0..9).map(id).collect::<Vec<_>>());
    let after: Vec<_> = requests(&model).iter().map(|request| request["after"].clone()).collect();
    assert_eq!(after[..4], [json!(null), json!("002"), json!("001"), json!("000")]);
    assert_eq!((items.list_changes().shifts, items.list_changes().missed), (1, false));
}

#[test]
fn a_place_that_is_gone_is_said() {
    let (_, pages) = pager(stay(0..9));
    let mut items = pages.strategy(Pagination::Cursor).page_size(3).items();
    some(&mut items, 3);
    let position = items.position();
    let gone = Model::new(&(3..9).collect(), Vec::new(), true);
    let (_, pages) = pager(gone);
    let mut items = pages.start_at(position).items();
    assert_eq!(some(&mut items, usize::MAX), (Vec::new(), true));
    assert!(items.list_changes().missed);
}

/// What the first page says.
fn refused(pages: Pager<People>) -> String {
    let mut pages = pages;
    let error = pages.next().now_or_never().unwrap().unwrap().unwrap_err();
    assert!(error.is_config(), "{error}");
    assert!(pages.next().now_or_never().unwrap().is_none());
    error.to_string()
}

#[test]
fn what_is_not_possible_is_said_before_anything_is_sent() {
    let fake = Fake::new(|_, _| problem(500, "{}"));
    let list = |order: &str| People { order: order.into(), ..People::default() };
    let pages = |list: People| client(&fake).pages(list);
    let by_name = || pages(list("name"));
    for (pages, expected) in [
        (
            by_name().strategy(Pagination::Keyset),
            "People: the list can be read by key only in the order of id: leave out the order, or \
             read by offset",
        ),
        (
            by_name().strategy(Pagination::Cursor),
            "People: the manager cannot page by cursor in another order: leave out the order",
        ),
        (
            pages(People::default()).strategy(Pagination::Cursor).offset(3),
            r#"People: reading by cursor cannot begin at the position {"rows":3}: it has no cursor; begin at the position of another pager"#,
        ),
        (
            pages(People::default())
                .strategy(Pagination::Offset)
                .start_at(r#"{"rows":3,"key":"003"}"#.parse().unwrap()),
            r#"People: reading by offset cannot begin at the position {"rows":3,"key":"003"}: it was reached with another strategy"#,
        ),
    ] {
        assert_eq!(refused(pages), expected);
    }
    let numbers = client(&fake).pages(super::pages::NUMBERS).strategy(Pagination::Keyset);
    let error = Box::pin(numbers).next().now_or_never().unwrap().unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "Numbers: the document does not let the list be read by key, but by offset"
    );
    assert!(fake.requests().is_empty());
    assert!("elsewhere".parse::<Position>().unwrap_err().is_config());
}

#[test]
fn an_order_of_the_callers_own_is_walked_by_offset() {
    for (order, filtered) in [("rank", false), ("id", true), ("-id", true), ("", true)] {
        let model = Arc::new(Mutex::new(stay(0..5)));
        let manager = model.clone();
        let fake = Fake::new(move |_, request| manager.lock().unwrap().answer(request));
        let list = People { order: order.into(), ..People::default() };
        let (rows, _) = some(&mut client(&fake).pages(list).page_size(2).items(), usize::MAX);
        assert_eq!(rows.len(), 5);
        let sent = requests(&model);
        assert_eq!(sent.iter().any(|request| request.get("filter").is_some()), filtered, "{order}");
    }
}

/// A manager that always gives the same answer.
fn always(data: Value) -> Pager<People> {
    let fake = Fake::new(move |_, _| ok(json!({ "data": data, "errors": null }).to_string()));
    client(&fake).pages(People::default()).page_size(2)
}

#[test]
fn a_manager_that_repeats_itself_is_no_endless_loop() {
    let page = json!({ "items": ["a", "b"], "total": 9, "cursors": ["x", "y"], "more": true });
    for (strategy, expected) in [
        (
            Pagination::Keyset,
            "People: the list cannot be read by key: the row \"a\" comes again after itself, so \
             id does not identify a row or the manager does not keep to the filter",
        ),
        (
            Pagination::Cursor,
            "People: the list cannot be read by cursor: the manager returns the cursor \"y\" again \
             after itself",
        ),
    ] {
        let mut pages = always(page.clone()).strategy(strategy);
        assert_eq!(pages.next().now_or_never().unwrap().unwrap().unwrap().items, ["a", "b"]);
        let error = pages.next().now_or_never().unwrap().unwrap().unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(pages.next().now_or_never().unwrap().is_none());
    }
    // By offset nothing comes twice, and the list ends.
    for items in [json!(["a", "b"]), json!(["a", "b", "c"])] {
        let endless = json!({ "items": items, "total": null, "cursors": [], "more": true });
        for page in [&page, &endless] {
            let mut items = always(page.clone()).strategy(Pagination::Offset).items();
            let (mut rows, mut errors) = (Vec::new(), 0);
            while let Some(row) = next(&mut items) {
                match row {
                    Ok(row) => rows.push(row),
                    Err(_) => errors += 1,
                }
            }
            assert_eq!((twice(&rows).len(), rows[..2].concat()), (0, "ab".to_owned()));
            assert!(errors <= 1);
        }
    }
}

#[test]
fn a_cursor_that_is_missing_is_an_error() {
    let page = json!({ "items": ["a", "b"], "total": 9, "cursors": [null, null], "more": true });
    let mut pages = always(page).strategy(Pagination::Cursor);
    let error = pages.next().now_or_never().unwrap().unwrap().unwrap_err();
    assert!(error.is_decode(), "{error}");
}

#[test]
fn a_list_that_says_too_early_that_nothing_comes_is_read_on() {
    // One of the manager's connections says so of every page.
    let fake = Fake::new(|_, request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let after = body["variables"]["after"].as_str().map_or(0, |it| it.parse().unwrap());
        let rows: Vec<_> = (after + 1..=5).take(2).map(|row: u32| row.to_string()).collect();
        let data = json!({ "items": rows, "total": 5, "cursors": rows, "more": false });
        ok(json!({ "data": data, "errors": null }).to_string())
    });
    let pages = client(&fake).pages(People::default()).strategy(Pagination::Cursor).page_size(2);
    let mut items = pages.items();
    assert_eq!(some(&mut items, usize::MAX).0, ["1", "2", "3", "4", "5"]);
    assert!(items.list_changes().is_none());
    assert_eq!(fake.requests().len(), 3);
}

#[test]
fn a_key_that_the_filter_language_cannot_say_ends_the_walk_with_a_word() {
    let page = json!({ "items": ["a", "b\\"], "total": 9, "cursors": [], "more": false });
    let mut pages = always(page);
    pages.next().now_or_never().unwrap().unwrap().unwrap();
    let error = pages.next().now_or_never().unwrap().unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "People: the list cannot be read by key after the row \"b\\\\\": the filter language \
         cannot express this string; read by offset instead"
    );
    assert!(pages.next().now_or_never().unwrap().is_none());
}
