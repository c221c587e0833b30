//! A manager with a list that is read by key or by cursor, with several requests at the same time, while
//! rows are created and deleted.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use backendai::{
    Items, MaybeUndefined, Operation, OperationInfo, Page, Pager, Paginated, Pagination, Position,
    operation::info::{
        CursorInfo, EdgesInfo, KeyInfo, PagingInfo, ProjectionInfo, RootFieldInfo, RowsInfo,
        SourceText, WindowInfo,
    },
    transport::HttpRequest,
};
use futures_util::FutureExt as _;
use proptest::{prelude::*, sample::Index};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot::{self, Sender};

use crate::support::transport::*;

/// A list that is read by key, or by cursor.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Entries {
    #[serde(skip)]
    pub(super) by_cursor: bool,
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub(super) order: MaybeUndefined<String>,
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub(super) filter: MaybeUndefined<String>,
}

#[derive(Deserialize)]
pub(super) struct Data {
    entries: List,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    #[serde(default)]
    items: Vec<Entry>,
    #[serde(default)]
    edges: Vec<Edge>,
    page_info: Option<PageInfo>,
    total: Option<u64>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
}

#[derive(Deserialize)]
struct Edge {
    cursor: String,
    node: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

static CONNECTION: OperationInfo = OperationInfo {
    root_fields: &[RootFieldInfo::new("entries")],
    rows: Some(RowsInfo {
        total: Some("total"),
        edges: Some(EdgesInfo::RELAY),
        index: Some(ProjectionInfo {
            before: SourceText::new("query Entries{entries"),
            after: SourceText::new("}"),
            requires: &[],
        }),
        ..RowsInfo::new("Entry", &[], &["entries", "edges"])
    }),
    paging: Some(PagingInfo {
        strategies: &[Pagination::Cursor],
        window: None,
        cursor: Some(CursorInfo { first: "first", after: "after", unset: &[] }),
        ..PagingInfo::window("limit", "offset")
    }),
    ..OperationInfo::query(
        "Entries",
        "query Entries{entries{edges{cursor node{id}}pageInfo{hasNextPage endCursor}total}}",
    )
};

impl Operation for Entries {
    type Data = Data;

    fn info(&self) -> &'static OperationInfo {
        static INFO: OperationInfo = OperationInfo {
            root_fields: &[RootFieldInfo::new("entries")],
            rows: Some(RowsInfo {
                total: Some("total"),
                projection: Some(ProjectionInfo {
                    before: SourceText::new("query Entries{entries{items"),
                    after: SourceText::new(" total}}"),
                    requires: &[],
                }),
                ..RowsInfo::new("Entry", &[], &["entries", "items"])
            }),
            paging: Some(PagingInfo {
                strategies: &[Pagination::Keyset, Pagination::Offset],
                key: Some(KeyInfo { columns: "id", fields: &["id"] }),
                window: Some(WindowInfo { limit: "limit", offset: "offset", unset: &[] }),
                order: Some("order"),
                filter: Some("filter"),
                orders: &["order"],
                ..PagingInfo::window("limit", "offset")
            }),
            ..OperationInfo::query("Entries", "query Entries{entries{items{id} total}}")
        };
        if self.by_cursor { &CONNECTION } else { &INFO }
    }
}

impl Paginated for Entries {
    type Item = String;

    fn key(item: &String) -> Option<String> {
        Some(item.clone())
    }

    fn page(&self, data: Data) -> Option<Page<String>> {
        let List { items, edges, page_info, total } = data.entries;
        let Some(PageInfo { has_next_page, end_cursor }) = page_info else {
            return Some(Page::new(items.into_iter().map(|entry| entry.id).collect(), total));
        };
        let edges = edges.into_iter().map(|edge| (edge.node.id, Some(edge.cursor)));
        let (items, cursors) = edges.unzip();
        Some(Page::new(items, total).with_cursors(cursors, end_cursor, has_next_page))
    }
}

/// A list that is read by cursor.
pub(super) fn by_cursor() -> Entries {
    Entries { by_cursor: true, ..Entries::default() }
}

pub(super) fn id(row: u16) -> String {
    format!("{row:04}")
}

/// The rows of the manager, and the requests that it has not answered.
#[derive(Default)]
pub(super) struct Manager {
    rows: BTreeSet<String>,
    pub(super) deleted: BTreeSet<String>,
    pub(super) waiting: Vec<Waiting>,
    /// The variables of every request, and whether only keys or cursors were requested.
    pub(super) requests: Vec<(Value, bool)>,
    pub(super) without_total: bool,
    /// The most rows of an answer.
    pub(super) cap: Option<usize>,
    /// Whether a cursor means nothing once its row is gone.
    pub(super) forgets: bool,
    /// Whether it reports of every page that no row follows.
    pub(super) silent: bool,
}

pub(super) struct Waiting {
    variables: Value,
    pub(super) index: bool,
    /// What was read before it is sent.
    answer: Option<Answer>,
    sender: Option<Sender<Answer>>,
}

impl Waiting {
    fn is_in_flight(&self) -> bool {
        self.sender.as_ref().is_some_and(|sender| !sender.is_closed())
    }

    pub(super) fn send(&mut self, answer: Answer) {
        let _ = self.sender.take().unwrap().send(answer);
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    Create(u16),
    Delete(u16),
}

impl Manager {
    pub(super) fn change(&mut self, changes: impl IntoIterator<Item = Change>) {
        for change in changes {
            match change {
                Change::Create(row) => drop(self.rows.insert(id(row))),
                Change::Delete(row) => {
                    if self.rows.remove(&id(row)) {
                        self.deleted.insert(id(row));
                    }
                }
            }
        }
    }

    /// The rows that a condition leaves, in the requested order.
    fn ids(&self, variables: &Value) -> Vec<&String> {
        let filter = variables["filter"].as_str().unwrap_or_default();
        let key = |sign: &str| {
            let condition = format!("(id {sign} \"");
            let begin = filter.find(&condition)? + condition.len();
            Some(&filter[begin..begin + 4])
        };
        let (above, below, from, to) = (key(">"), key("<"), key(">="), key("<="));
        let even = filter.contains("even");
        let mut ids: Vec<_> = self
            .rows
            .iter()
            .filter(|id| above.is_none_or(|key| id.as_str() > key))
            .filter(|id| below.is_none_or(|key| id.as_str() < key))
            .filter(|id| from.is_none_or(|key| id.as_str() >= key))
            .filter(|id| to.is_none_or(|key| id.as_str() <= key))
            .filter(|id| !even || id.ends_with(['0', '2', '4', '6', '8']))
            .collect();
        if variables["order"].as_str().is_some_and(|order| order.starts_with('-')) {
            ids.reverse();
        }
        ids
    }

    /// What it answers now; the rows are read after they are counted and these changes are made. Fewer rows
    /// than requested prove the end only with a count of the same moment.
    fn read(&mut self, variables: &Value, index: bool, changes: &[Change]) -> Answer {
        if let Some(first) = variables["first"].as_u64() {
            return self.read_after(variables, first as usize, index, changes);
        }
        let (earlier, later) = changes.split_at(if self.cap.is_some() { changes.len() } else { 0 });
        self.change(earlier.iter().copied());
        let total = self.ids(variables).len();
        self.change(later.iter().copied());
        let (limit, offset) =
            (variables["limit"].as_u64().unwrap(), variables["offset"].as_u64().unwrap());
        let limit = (limit as usize).min(self.cap.unwrap_or(usize::MAX));
        let name = if index { "pagedBy0" } else { "id" };
        let ids = self.ids(variables);
        let rows = ids.iter().skip(offset as usize).take(limit);
        let items: Vec<_> = rows.map(|id| json!({ name: id })).collect();
        let total = (!self.without_total).then_some(total);
        ok(json!({ "data": { "entries": { "items": items, "total": total } } }).to_string())
    }

    fn read_after(
        &mut self,
        variables: &Value,
        first: usize,
        index: bool,
        changes: &[Change],
    ) -> Answer {
        let count = self.rows.len();
        self.change(changes.iter().copied());
        // With such a list, the total decides alone: it is counted with the rows.
        let count = if self.silent { self.rows.len() } else { count };
        let after = variables["after"].as_str();
        let known = after.is_none_or(|after| !self.forgets || self.rows.contains(after));
        let mut rows =
            self.rows.iter().filter(|id| known && after.is_none_or(|it| id.as_str() > it));
        let page: Vec<_> = rows.by_ref().take(first.min(self.cap.unwrap_or(usize::MAX))).collect();
        let more = rows.next().is_some() && !self.silent;
        let edge = |id| match index {
            true => json!({ "cursor": id }),
            false => json!({ "cursor": id, "node": { "id": id } }),
        };
        let edges: Vec<_> = page.iter().map(edge).collect();
        let info = json!({ "hasNextPage": more, "endCursor": page.last() });
        let total = (!self.without_total).then_some(count);
        let list = json!({ "edges": edges, "pageInfo": info, "total": total });
        ok(json!({ "data": { "entries": list } }).to_string())
    }

    pub(super) fn in_flight(&self) -> Vec<usize> {
        let waiting = self.waiting.iter().enumerate();
        waiting.filter(|(_, request)| request.is_in_flight()).map(|(index, _)| index).collect()
    }

    /// Answers a request, with these changes while it is read.
    pub(super) fn answer(&mut self, index: usize, changes: &[Change]) {
        let answer = self.waiting[index].answer.take().unwrap_or_else(|| {
            let (variables, keys) =
                (self.waiting[index].variables.clone(), self.waiting[index].index);
            self.read(&variables, keys, changes)
        });
        self.waiting[index].send(answer);
    }

    /// Reads what a request asks for without sending it yet.
    pub(super) fn read_early(&mut self, index: usize) {
        if self.waiting[index].answer.is_none() {
            let (variables, keys) =
                (self.waiting[index].variables.clone(), self.waiting[index].index);
            let answer = self.read(&variables, keys, &[]);
            self.waiting[index].answer = Some(answer);
        }
    }
}

pub(super) fn manager(rows: impl IntoIterator<Item = u16>) -> Arc<Mutex<Manager>> {
    let rows = rows.into_iter().map(id).collect();
    Arc::new(Mutex::new(Manager { rows, ..Manager::default() }))
}

/// A pager whose requests wait until they are answered.
pub(super) fn pages(manager: &Arc<Mutex<Manager>>, list: Entries) -> Pager<Entries> {
    let manager = manager.clone();
    let fake = Fake::later(move |_, request| {
        let (variables, index) = wanted(request);
        let (sender, receiver) = oneshot::channel();
        let mut manager = manager.lock().unwrap();
        manager.requests.push((variables.clone(), index));
        manager.waiting.push(Waiting { variables, index, answer: None, sender: Some(sender) });
        async { receiver.await.unwrap() }
    });
    client(&fake).pages(list)
}

/// A pager whose requests are answered after the time that they take one of some workers: that of a
/// number of rows, of all their fields or of their keys or cursors only.
pub(super) fn slow_pages(
    manager: &Arc<Mutex<Manager>>,
    list: Entries,
    workers: usize,
    time: fn(u32, bool) -> Duration,
) -> Pager<Entries> {
    let manager = manager.clone();
    let workers = Arc::new(tokio::sync::Semaphore::new(workers));
    let fake = Fake::later(move |_, request| {
        let (variables, index) = wanted(request);
        let rows = variables["first"].as_u64().or(variables["limit"].as_u64()).unwrap();
        let time = time(rows.try_into().unwrap(), index);
        let answer = manager.lock().unwrap().read(&variables, index, &[]);
        let workers = workers.clone();
        async move {
            let _worker = workers.acquire().await.unwrap();
            tokio::time::sleep(time).await;
            answer
        }
    });
    client(&fake).pages(list)
}

/// The variables of a request, and whether it is for keys or cursors only.
fn wanted(request: &HttpRequest) -> (Value, bool) {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let query = body["query"].as_str().unwrap();
    let index = query.contains("pagedBy0") || !query.contains("id");
    (body["variables"].clone(), index)
}

/// Answers in the order of the requests until the list ends.
pub(super) fn all(manager: &Mutex<Manager>, items: &mut Items<Entries>) -> Vec<String> {
    let mut rows = Vec::new();
    loop {
        match items.next().now_or_never() {
            Some(Some(row)) => rows.push(row.unwrap()),
            Some(None) => return rows,
            None => {
                let mut manager = manager.lock().unwrap();
                // Without one, the pager lets other tasks run.
                if let Some(first) = manager.in_flight().first() {
                    manager.answer(*first, &[]);
                }
            }
        }
    }
}

/// The rows of the next page, which has arrived.
pub(super) fn next(pages: &mut Pager<Entries>) -> Vec<String> {
    pages.next().now_or_never().unwrap().unwrap().unwrap().items
}

/// A list of every tenth row, and its pager after the first page: the keys or cursors ahead are known, and the next
/// pages are in flight.
pub(super) fn begun(
    list: Entries,
    rows: u16,
    prefetch: usize,
) -> (Arc<Mutex<Manager>>, Pager<Entries>) {
    let manager = manager((0..rows).map(|row| row * 10));
    manager.lock().unwrap().forgets = true;
    let mut pages = pages(&manager, list).page_size(2).prefetch(prefetch);
    assert!(pages.next().now_or_never().is_none());
    manager.lock().unwrap().answer(0, &[]);
    assert_eq!(next(&mut pages), [id(0), id(10)]);
    assert!(pages.next().now_or_never().is_none());
    manager.lock().unwrap().answer(1, &[]);
    assert!(pages.next().now_or_never().is_none());
    (manager, pages)
}

/// Refuses the second page, which is this one of several requests, and answers it once it is sent again
/// alone.
pub(super) fn refuse_beside_others(
    manager: &Mutex<Manager>,
    pages: &mut Pager<Entries>,
    second: usize,
) {
    let in_flight = manager.lock().unwrap().in_flight();
    manager.lock().unwrap().waiting[in_flight[second]].send(problem(429, "{}"));
    manager.lock().unwrap().answer(in_flight[0], &[]);
    assert_eq!(next(pages), [id(20), id(30)]);
    assert!(pages.next().now_or_never().is_none());
    let alone = manager.lock().unwrap().in_flight();
    assert_eq!(alone.len(), 1, "all others are cancelled");
    manager.lock().unwrap().answer(alone[0], &[]);
}

#[derive(Clone, Debug)]
pub(super) enum Event {
    /// Rows are created and deleted.
    Change(Vec<Change>),
    /// A request is answered, with changes between the count and the rows.
    Answer(Index, Vec<Change>),
    /// The rows for a request are read; they are sent later.
    Read(Index),
    /// A request is refused with this status.
    Refuse(Index, u16),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![(0..400_u16).prop_map(Change::Create), (0..400_u16).prop_map(Change::Delete)]
}

fn run() -> impl Strategy<Value = Vec<Change>> {
    (0..400_u16, 1..40_u16, any::<bool>()).prop_map(|(from, count, create)| {
        let make = if create { Change::Create } else { Change::Delete };
        (from..from + count).map(make).collect()
    })
}

fn event() -> impl Strategy<Value = Event> {
    let changes = || prop::collection::vec(change(), 0..4);
    prop_oneof![
        8 => (any::<Index>(), changes()).prop_map(|(at, changes)| Event::Answer(at, changes)),
        4 => any::<Index>().prop_map(|at| Event::Answer(at, Vec::new())),
        3 => any::<Index>().prop_map(Event::Read),
        2 => changes().prop_map(Event::Change),
        1 => run().prop_map(Event::Change),
        1 => (any::<Index>(), prop_oneof![Just(429), Just(503)])
            .prop_map(|(at, status)| Event::Refuse(at, status)),
    ]
}

/// How a list is read.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) rows: BTreeSet<u16>,
    pub(super) size: u32,
    pub(super) prefetch: usize,
    pub(super) by_cursor: bool,
    pub(super) descending: bool,
    pub(super) without_total: bool,
    pub(super) cap: Option<usize>,
    /// Another pager resumes after this many rows.
    pub(super) stop: usize,
    pub(super) events: Vec<Event>,
}

pub(super) fn plan() -> impl Strategy<Value = Plan> {
    (
        prop::collection::btree_set(0..400_u16, 0..200),
        prop_oneof![1..9_u32, 16..40_u32],
        0..5_usize,
        any::<bool>(),
        prop::bool::weighted(0.2),
        prop::option::weighted(0.1, 1..12_usize),
        0..150_usize,
        prop::collection::vec(event(), 1..120),
    )
        .prop_map(|(rows, size, prefetch, descending, without_total, cap, stop, events)| {
            let by_cursor = false;
            Plan { rows, size, prefetch, by_cursor, descending, without_total, cap, stop, events }
        })
}

impl Plan {
    fn list(&self) -> Entries {
        let descending = self.descending && !self.by_cursor;
        let order = if descending { "-id".into() } else { MaybeUndefined::Undefined };
        Entries { by_cursor: self.by_cursor, order, ..Entries::default() }
    }

    /// Reads at most `most` rows; `events` decides what happens meanwhile. After the last event
    /// every request is answered. The last of the results is whether rows may have been missed.
    pub(super) fn read(
        &self,
        manager: &Arc<Mutex<Manager>>,
        position: Position,
        most: usize,
        events: &mut impl Iterator<Item = Event>,
    ) -> (Vec<String>, Position, bool) {
        let pages = pages(manager, self.list()).start_at(position);
        let mut items = pages.page_size(self.size).prefetch(self.prefetch).items();
        let mut rows = Vec::new();
        while rows.len() < most {
            let next = items.next().now_or_never();
            let mut manager = manager.lock().unwrap();
            let in_flight = manager.in_flight();
            // Without prefetch, one page is requested while the one before it is decoded.
            let most = (self.prefetch + usize::from(next.is_none())).max(1);
            assert!(in_flight.len() <= most, "{} with prefetch {}", in_flight.len(), self.prefetch);
            match next {
                Some(Some(Ok(row))) => rows.push(row),
                Some(Some(Err(error))) => assert!(error.is_http(), "{error}"),
                Some(None) => break,
                None if in_flight.is_empty() => {}
                None => match events.next() {
                    Some(Event::Change(changes)) => manager.change(changes),
                    Some(Event::Answer(at, changes)) => {
                        manager.answer(*at.get(&in_flight), &changes);
                    }
                    Some(Event::Read(at)) => manager.read_early(*at.get(&in_flight)),
                    Some(Event::Refuse(at, status)) => {
                        manager.waiting[*at.get(&in_flight)].send(problem(status, "{}"));
                    }
                    None => manager.answer(in_flight[0], &[]),
                },
            }
        }
        (rows, items.position(), items.list_changes().missed)
    }
}
