//! Lists that are read by key with several requests at the same time, while rows are created and
//! deleted.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use backendai::{
    Items, MaybeUndefined, Operation, OperationInfo, Page, Pager, Paginated, Pagination, Position,
    operation::info::{
        KeyInfo, PagingInfo, ProjectionInfo, RootFieldInfo, RowsInfo, SourceText, WindowInfo,
    },
};
use futures_util::FutureExt as _;
use proptest::{prelude::*, sample::Index};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot::{self, Sender};

use crate::support::transport::*;

/// A list that is read by key.
#[derive(Clone, Debug, Default, Serialize)]
struct Entries {
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    order: MaybeUndefined<String>,
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    filter: MaybeUndefined<String>,
}

#[derive(Deserialize)]
struct Data {
    entries: List,
}

#[derive(Deserialize)]
struct List {
    items: Vec<Entry>,
    total: Option<u64>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
}

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
        &INFO
    }
}

impl Paginated for Entries {
    type Item = String;

    fn key(item: &String) -> Option<String> {
        Some(item.clone())
    }

    fn page(&self, data: Data) -> Option<Page<String>> {
        let List { items, total } = data.entries;
        Some(Page::new(items.into_iter().map(|entry| entry.id).collect(), total))
    }
}

fn id(row: u16) -> String {
    format!("{row:04}")
}

/// The rows of the manager, and the requests that it has not answered.
#[derive(Default)]
struct Manager {
    rows: BTreeSet<String>,
    deleted: BTreeSet<String>,
    waiting: Vec<Waiting>,
    /// The variables of every request, and whether only keys were requested.
    requests: Vec<(Value, bool)>,
    without_total: bool,
    /// The most rows of an answer.
    cap: Option<usize>,
}

struct Waiting {
    variables: Value,
    index: bool,
    /// What was read before it is sent.
    answer: Option<Answer>,
    sender: Option<Sender<Answer>>,
}

impl Waiting {
    fn is_in_flight(&self) -> bool {
        self.sender.as_ref().is_some_and(|sender| !sender.is_closed())
    }

    fn send(&mut self, answer: Answer) {
        let _ = self.sender.take().unwrap().send(answer);
    }
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Create(u16),
    Delete(u16),
}

impl Manager {
    fn change(&mut self, change: Change) {
        match change {
            Change::Create(row) => drop(self.rows.insert(id(row))),
            Change::Delete(row) => {
                if self.rows.remove(&id(row)) {
                    self.deleted.insert(id(row));
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

    /// What it answers now; the rows are read after they are counted and these changes are made.
    fn read(&mut self, variables: &Value, index: bool, changes: &[Change]) -> Answer {
        let total = self.ids(variables).len();
        changes.iter().for_each(|change| self.change(*change));
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

    fn in_flight(&self) -> Vec<usize> {
        let waiting = self.waiting.iter().enumerate();
        waiting.filter(|(_, request)| request.is_in_flight()).map(|(index, _)| index).collect()
    }

    /// Answers a request, with these changes while it is read.
    fn answer(&mut self, index: usize, changes: &[Change]) {
        let answer = self.waiting[index].answer.take().unwrap_or_else(|| {
            let (variables, keys) =
                (self.waiting[index].variables.clone(), self.waiting[index].index);
            self.read(&variables, keys, changes)
        });
        self.waiting[index].send(answer);
    }

    /// Reads what a request asks for without sending it yet.
    fn read_early(&mut self, index: usize) {
        if self.waiting[index].answer.is_none() {
            let (variables, keys) =
                (self.waiting[index].variables.clone(), self.waiting[index].index);
            let answer = self.read(&variables, keys, &[]);
            self.waiting[index].answer = Some(answer);
        }
    }
}

fn manager(rows: impl IntoIterator<Item = u16>) -> Arc<Mutex<Manager>> {
    let rows = rows.into_iter().map(id).collect();
    Arc::new(Mutex::new(Manager { rows, ..Manager::default() }))
}

/// A pager whose requests wait until they are answered.
fn pages(manager: &Arc<Mutex<Manager>>, list: Entries) -> Pager<Entries> {
    let manager = manager.clone();
    let fake = Fake::later(move |_, request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let index = body["query"].as_str().unwrap().contains("pagedBy0");
        let (sender, receiver) = oneshot::channel();
        let mut manager = manager.lock().unwrap();
        manager.requests.push((body["variables"].clone(), index));
        let (variables, sender) = (body["variables"].clone(), Some(sender));
        manager.waiting.push(Waiting { variables, index, answer: None, sender });
        async { receiver.await.unwrap() }
    });
    client(&fake).pages(list)
}

/// Answers in the order of the requests until the list ends.
fn all(manager: &Mutex<Manager>, items: &mut Items<Entries>) -> Vec<String> {
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

#[derive(Clone, Debug)]
enum Event {
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
struct Plan {
    rows: BTreeSet<u16>,
    size: u32,
    prefetch: usize,
    descending: bool,
    without_total: bool,
    cap: Option<usize>,
    /// Another pager resumes after this many rows.
    stop: usize,
    events: Vec<Event>,
}

fn plan() -> impl Strategy<Value = Plan> {
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
            Plan { rows, size, prefetch, descending, without_total, cap, stop, events }
        })
}

impl Plan {
    fn list(&self) -> Entries {
        let order = if self.descending { "-id".into() } else { MaybeUndefined::Undefined };
        Entries { order, ..Entries::default() }
    }

    /// Reads at most `most` rows; `events` decides what happens meanwhile. After the last event
    /// every request is answered.
    fn read(
        &self,
        manager: &Arc<Mutex<Manager>>,
        position: Position,
        most: usize,
        events: &mut impl Iterator<Item = Event>,
    ) -> (Vec<String>, Position) {
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
                    Some(Event::Change(changes)) => {
                        changes.into_iter().for_each(|change| manager.change(change));
                    }
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
        (rows, items.position())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_lasting_row_is_returned_once_and_in_order(plan in plan()) {
        let manager = manager(plan.rows.iter().copied());
        manager.lock().unwrap().without_total = plan.without_total;
        manager.lock().unwrap().cap = plan.cap.filter(|_| !plan.without_total);
        let mut events = plan.events.clone().into_iter();
        let (mut rows, position) =
            plan.read(&manager, Position::default(), plan.stop, &mut events);
        // Another pager resumes from the text of the position.
        let position = position.to_string().parse().unwrap();
        rows.extend(plan.read(&manager, position, usize::MAX, &mut events).0);
        for pair in rows.windows(2) {
            prop_assert!((pair[0] < pair[1]) != plan.descending, "{:?}", pair);
            prop_assert_ne!(&pair[0], &pair[1]);
        }
        let returned: BTreeSet<_> = rows.into_iter().collect();
        let manager = manager.lock().unwrap();
        let mut lasting = plan.rows.iter().map(|row| id(*row));
        let missing = lasting.find(|id| !manager.deleted.contains(id) && !returned.contains(id));
        prop_assert_eq!(missing, None);
    }

    #[test]
    fn a_list_that_stays_is_the_same_with_any_prefetch(
        rows in prop::collection::btree_set(0..400_u16, 0..200),
        size in 1..40_u32, prefetch in 0..5_usize, max in prop::option::of(0..150_u64), even: bool,
    ) {
        let manager = manager(rows.iter().copied());
        let filter = if even { "even == true".into() } else { MaybeUndefined::Undefined };
        let list = Entries { filter, ..Entries::default() };
        let mut pages = pages(&manager, list).page_size(size).prefetch(prefetch);
        if let Some(max) = max {
            pages = pages.max_items(max);
        }
        let mut items = pages.items();
        let wanted: Vec<_> = rows.iter().filter(|row| !even || *row % 2 == 0).map(|row| id(*row)).collect();
        let most = max.map_or(usize::MAX, |max| max as usize);
        prop_assert_eq!(all(&manager, &mut items), wanted.iter().take(most).cloned().collect::<Vec<_>>());
        prop_assert!(items.list_changes().is_none(), "{:?}", items.list_changes());
        prop_assert_eq!(items.position().rows(), wanted.len().min(most) as u64);
        if max != Some(0) {
            prop_assert_eq!(items.total_count(), Some(wanted.len() as u64));
        }
    }
}

/// The variables of the requests so far, without the order, and whether only keys were requested.
fn requests(manager: &Mutex<Manager>) -> Vec<(u64, String, bool)> {
    let manager = manager.lock().unwrap();
    let request = |(variables, index): &(Value, bool)| {
        let filter = variables["filter"].as_str().unwrap_or_default().to_owned();
        (variables["limit"].as_u64().unwrap(), filter, *index)
    };
    manager.requests.iter().map(request).collect()
}

#[test]
fn keys_are_requested_ahead_and_pages_are_their_ranges() {
    let manager = manager(0..9);
    let mut items = pages(&manager, Entries::default()).page_size(2).prefetch(2).items();
    assert_eq!(all(&manager, &mut items), (0..9).map(id).collect::<Vec<_>>());
    let sent = requests(&manager);
    let sent: Vec<_> =
        sent.iter().map(|(limit, filter, keys)| (*limit, &**filter, *keys)).collect();
    assert_eq!(
        sent,
        [
            (2, "", false),
            (7, r#"(id > "0001")"#, true),
            (2, r#"(id > "0001") & (id <= "0003")"#, false),
            (2, r#"(id > "0003") & (id <= "0005")"#, false),
            (2, r#"(id > "0005") & (id <= "0007")"#, false),
            (2, r#"(id > "0007")"#, false),
        ]
    );
}

#[test]
fn a_short_list_is_read_without_an_index() {
    let manager = manager(0..6);
    let mut items = pages(&manager, Entries::default()).page_size(2).prefetch(4).items();
    assert_eq!(all(&manager, &mut items).len(), 6);
    assert!(requests(&manager).iter().all(|(.., keys)| !keys), "{:?}", requests(&manager));
}

/// A pager with its first page, whose keys ahead are known and whose next pages are in flight.
fn begun(rows: u16, prefetch: usize) -> (Arc<Mutex<Manager>>, Pager<Entries>) {
    let manager = manager(0..rows);
    let mut pages = pages(&manager, Entries::default()).page_size(2).prefetch(prefetch);
    assert!(pages.next().now_or_never().is_none());
    manager.lock().unwrap().answer(0, &[]);
    assert_eq!(pages.next().now_or_never().unwrap().unwrap().unwrap().items, [id(0), id(1)]);
    assert!(pages.next().now_or_never().is_none());
    manager.lock().unwrap().answer(1, &[]);
    assert!(pages.next().now_or_never().is_none());
    (manager, pages)
}

fn next(pages: &mut Pager<Entries>) -> Vec<String> {
    pages.next().now_or_never().unwrap().unwrap().unwrap().items
}

#[test]
fn a_range_that_grew_beyond_a_page_is_read_to_its_end() {
    let manager = manager((0..20).map(|row| row * 10));
    let mut pages = pages(&manager, Entries::default()).page_size(2).prefetch(2);
    for index in 0..2 {
        let _ = pages.next().now_or_never();
        manager.lock().unwrap().answer(index, &[]);
        let _ = pages.next().now_or_never();
    }
    let create = [21, 22, 23, 24].map(Change::Create);
    create.into_iter().for_each(|change| manager.lock().unwrap().change(change));
    let rest = all(&manager, &mut pages.items());
    let expected: Vec<_> = [20, 21, 22, 23, 24, 30, 40].map(id).into();
    assert_eq!(rest[..7], expected);
    assert_eq!(rest.len(), 22);
    let more = requests(&manager);
    assert!(more.contains(&(2, r#"(id > "0021") & (id <= "0030")"#.to_owned(), false)), "{more:?}");
}

#[test]
fn pages_are_returned_in_order_whatever_the_order_of_the_answers() {
    let (manager, mut pages) = begun(20, 3);
    let in_flight = manager.lock().unwrap().in_flight();
    assert_eq!(in_flight.len(), 4);
    for index in in_flight.iter().skip(1).rev() {
        manager.lock().unwrap().answer(*index, &[]);
        assert!(pages.next().now_or_never().is_none());
    }
    manager.lock().unwrap().answer(in_flight[0], &[]);
    assert_eq!(next(&mut pages), [id(2), id(3)]);
    assert_eq!(next(&mut pages), [id(4), id(5)]);
    assert_eq!(next(&mut pages), [id(6), id(7)]);
    drop(pages);
    assert_eq!(manager.lock().unwrap().in_flight(), [0_usize; 0]);
}

#[test]
fn a_page_that_is_refused_only_beside_others_is_requested_again_alone() {
    let (manager, mut pages) = begun(20, 3);
    let in_flight = manager.lock().unwrap().in_flight();
    manager.lock().unwrap().waiting[in_flight[1]].send(problem(429, "{}"));
    manager.lock().unwrap().answer(in_flight[0], &[]);
    assert_eq!(next(&mut pages), [id(2), id(3)]);
    assert!(pages.next().now_or_never().is_none());
    let alone = manager.lock().unwrap().in_flight();
    assert_eq!(alone.len(), 1, "all others are cancelled");
    manager.lock().unwrap().answer(alone[0], &[]);
    assert_eq!(next(&mut pages), [id(4), id(5)]);
    // Half as many as before.
    assert!(pages.next().now_or_never().is_none());
    assert_eq!(manager.lock().unwrap().in_flight().len(), 2);
    // What is refused alone is an error.
    let in_flight = manager.lock().unwrap().in_flight();
    manager.lock().unwrap().waiting[in_flight[0]].send(problem(429, "{}"));
    assert!(pages.next().now_or_never().unwrap().unwrap().unwrap_err().is_rate_limited());
}

#[test]
fn without_keys_ahead_the_list_is_read_page_after_page() {
    for status in [400, 500] {
        let manager = manager(0..20);
        let mut pages = pages(&manager, Entries::default()).page_size(2).prefetch(3);
        let mut rows = Vec::new();
        while rows.len() < 20 {
            match pages.next().now_or_never() {
                Some(page) => rows.extend(page.unwrap().unwrap().items),
                None => {
                    let mut manager = manager.lock().unwrap();
                    let Some(index) = manager.in_flight().first().copied() else { continue };
                    match manager.waiting[index].index {
                        true => manager.waiting[index].send(problem(status, "{}")),
                        false => manager.answer(index, &[]),
                    }
                }
            }
        }
        assert_eq!(rows, (0..20).map(id).collect::<Vec<_>>());
        assert_eq!(requests(&manager).iter().filter(|(.., keys)| *keys).count(), 3, "{status}");
    }
}

#[test]
fn the_next_page_is_requested_before_a_page_is_decoded() {
    let manager = manager(0..9);
    let mut pages = pages(&manager, Entries::default()).page_size(3);
    assert!(pages.next().now_or_never().is_none());
    manager.lock().unwrap().answer(0, &[]);
    // Whether there are more pages is not known before the first one.
    assert_eq!(next(&mut pages).len(), 3);
    assert_eq!(requests(&manager).len(), 1);
    assert!(pages.next().now_or_never().is_none());
    manager.lock().unwrap().answer(1, &[]);
    assert!(pages.next().now_or_never().is_none(), "other tasks run before it is decoded");
    assert_eq!(requests(&manager).last().unwrap().1, r#"(id > "0005")"#);
    assert_eq!(next(&mut pages), [id(3), id(4), id(5)]);
    // Nothing follows the last page.
    assert!(pages.next().now_or_never().is_none());
    manager.lock().unwrap().answer(2, &[]);
    while pages.next().now_or_never().is_none() {}
    assert_eq!(requests(&manager).len(), 3);
}
