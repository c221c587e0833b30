//! A list, read page by page.

use std::sync::Arc;

use backendai::{
    Client, Operation, OperationInfo, Page, Paginated, Position, Result,
    admin::keypair::PagedKeyPairs, operation::info::PagingInfo, transport::HttpRequest,
};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::transport::*;

/// A list without order or key, whose manager may leave the total out.
#[derive(Clone, Serialize)]
pub(crate) struct Numbers {
    limit: i32,
    offset: i32,
}

#[derive(Deserialize)]
pub(crate) struct Data {
    list: Option<List>,
}

#[derive(Deserialize)]
struct List {
    items: Vec<u64>,
    total_count: Option<u64>,
}

impl Operation for Numbers {
    type Data = Data;

    fn info(&self) -> &'static OperationInfo {
        static INFO: OperationInfo = OperationInfo {
            paging: Some(PagingInfo::window("limit", "offset")),
            ..OperationInfo::query("Numbers", "query Numbers{list}")
        };
        &INFO
    }
}

impl Paginated for Numbers {
    type Item = u64;

    fn page(&self, data: Data) -> Option<Page<u64>> {
        data.list.map(|list| Page::new(list.items, list.total_count))
    }
}

pub(crate) const NUMBERS: Numbers = Numbers { limit: 0, offset: 0 };

pub(crate) fn window(request: &HttpRequest) -> (u64, u64) {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let number = |name: &str| body["variables"][name].as_u64().unwrap();
    (number("limit"), number("offset"))
}

fn windows(fake: &Fake) -> Vec<(u64, u64)> {
    fake.requests().iter().map(window).collect()
}

pub(crate) fn list(items: impl Iterator<Item = u64>, total: impl Into<Option<u64>>) -> Answer {
    let items: Vec<u64> = items.collect();
    let list = json!({ "items": items, "total_count": total.into() });
    ok(json!({ "data": { "list": list }, "errors": null }).to_string())
}

/// A manager with the rows 0, 1, 2, … that keeps to `limit` and `offset`.
fn rows(total: u64) -> Arc<Fake> {
    Fake::new(move |_, request| {
        let (limit, offset) = window(request);
        list((offset..total).take(limit as usize), total)
    })
}

async fn read_all(fake: &Arc<Fake>, size: u32) -> Result<Vec<u64>> {
    client(fake).pages(NUMBERS).page_size(size).items().try_collect().await
}

#[tokio::test]
async fn every_row_comes_once() {
    for total in [0, 1, 2, 3, 4, 7] {
        for size in [1, 2, 3, 100] {
            let fake = rows(total);
            assert_eq!(read_all(&fake, size).await.unwrap(), Vec::from_iter(0..total));
            // No page is asked for that is known to be empty.
            let pages = total.div_ceil(u64::from(size)).max(1);
            assert_eq!(fake.requests().len() as u64, pages, "{total} rows by {size}");
        }
    }
}

#[tokio::test]
async fn pages_say_the_total_and_the_position() {
    let fake = rows(5);
    let mut pages = client(&fake).pages(NUMBERS).page_size(2);
    assert_eq!((pages.total_count(), pages.position()), (None, Position::after(0)));
    assert_eq!(pages.next().await.unwrap().unwrap().items, [0, 1]);
    assert_eq!((pages.total_count(), pages.position()), (Some(5), Position::after(2)));
    let position: Position =
        serde_json::from_str(&serde_json::to_string(&pages.position()).unwrap()).unwrap();

    let rest: Vec<u64> =
        client(&fake).pages(NUMBERS).start_at(position).items().try_collect().await.unwrap();
    assert_eq!(rest, [2, 3, 4]);
    let pages: Vec<Page<u64>> =
        client(&fake).pages(NUMBERS).page_size(3).try_collect().await.unwrap();
    assert_eq!(pages.iter().map(|page| page.items.len()).collect::<Vec<_>>(), [3, 2]);
}

#[tokio::test]
async fn rows_know_their_position_inside_a_page() {
    let fake = rows(5);
    let mut items = client(&fake).pages(NUMBERS).page_size(3).offset(1).items();
    assert_eq!(items.position(), Position::after(1));
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    assert_eq!((items.position(), items.total_count()), (Position::after(2), Some(5)));
    let rest: Vec<u64> = items.by_ref().try_collect().await.unwrap();
    assert_eq!((rest, items.position()), (vec![2, 3, 4], Position::after(5)));
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn max_items_is_not_page_size() {
    let fake = rows(10);
    let read_all = |max| {
        let items = client(&fake).pages(NUMBERS).page_size(4).max_items(max).items();
        async { items.try_collect::<Vec<u64>>().await.unwrap() }
    };
    assert_eq!(read_all(6).await, [0, 1, 2, 3, 4, 5]);
    assert_eq!(windows(&fake), [(4, 0), (2, 4)]);
    assert_eq!(read_all(0).await, [0_u64; 0]);
    assert_eq!(fake.requests().len(), 2);
    assert_eq!(read_all(99).await.len(), 10);
}

#[tokio::test]
async fn a_beginning_in_the_operation_is_not_ignored() {
    let fake = rows(5);
    let first = client(&fake).pages(Numbers { limit: 2, offset: 0 }).next().await;
    assert_eq!(first.unwrap().unwrap().items.len(), 5);
    let mut pages = client(&fake).pages(Numbers { limit: 0, offset: 3 });
    let error = pages.next().await.unwrap().unwrap_err().to_string();
    assert!(error.contains("the variable `offset` is set for each page: leave it out"), "{error}");
    assert!(pages.next().await.is_none());
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn page_size_has_bounds() {
    let fake = rows(200);
    for size in [0, 101] {
        let mut pages = client(&fake).pages(NUMBERS).page_size(size);
        let error = pages.next().await.unwrap().unwrap_err();
        assert!(
            error.is_config()
                && error.to_string().contains(
                    "page_size takes 1 to 100, and more where \
                                               ClientBuilder::max_page_size allows it"
                ),
            "{error}"
        );
        assert!(pages.next().await.is_none());
    }
    assert!(fake.requests().is_empty());
    let client =
        Client::builder(config(&["http://a.example"])).transport(fake.clone()).max_page_size(150);
    let mut pages = client.build().unwrap().pages(NUMBERS).page_size(150);
    assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 150);
}

#[tokio::test]
async fn the_page_is_never_larger_than_a_lower_bound() {
    let fake = rows(9);
    let client = Client::builder(config(&["http://a.example"])).transport(fake.clone());
    let mut pages = client.max_page_size(5).build().unwrap().pages(NUMBERS);
    pages.next().await.unwrap().unwrap();
    assert_eq!(windows(&fake), [(5, 0)]);
}

#[tokio::test]
async fn a_short_page_is_not_the_end() {
    // The manager gives at most 2 rows, whatever is asked.
    let fake = Fake::new(|_, request| list((window(request).1..5).take(2), 5));
    assert_eq!(read_all(&fake, 4).await.unwrap(), [0, 1, 2, 3, 4]);
    assert_eq!(windows(&fake), [(4, 0), (4, 2), (4, 4)]);
}

#[tokio::test]
async fn without_a_total_the_first_empty_page_is_the_end() {
    let fake = Fake::new(|_, request| list((window(request).1..5).take(2), None));
    assert_eq!(read_all(&fake, 2).await.unwrap(), [0, 1, 2, 3, 4]);
    assert_eq!(windows(&fake).last(), Some(&(2, 5)));
}

#[tokio::test]
async fn a_manager_that_ignores_the_window_is_asked_once() {
    let fake = Fake::new(|_, _| list(0..7, None));
    assert_eq!(read_all(&fake, 3).await.unwrap().len(), 7);
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn an_empty_page_before_the_total_is_stepped_over() {
    // Rows 2 to 5 are counted and not shown.
    let fake = Fake::new(|_, request| {
        let (limit, offset) = window(request);
        list((offset..offset + limit).filter(|row| !(2..6).contains(row) && *row < 8), 8)
    });
    assert_eq!(read_all(&fake, 2).await.unwrap(), [0, 1, 6, 7]);
    assert_eq!(windows(&fake), [(2, 0), (2, 2), (2, 2), (2, 4), (2, 6)]);
}

#[tokio::test]
async fn rows_deleted_while_they_were_counted_do_not_fail_the_walk() {
    let fake = Fake::new(|count, _| match count {
        0 => list(0..2, 3),
        1 => list(0..0, 3),
        _ => list(0..0, 2),
    });
    assert_eq!(read_all(&fake, 2).await.unwrap(), [0, 1]);
    assert_eq!(fake.requests().len(), 3);
}

#[tokio::test]
async fn rows_that_are_claimed_and_never_come_are_an_error_and_no_endless_loop() {
    let fake = Fake::new(|_, _| list(0..0, 1_000_000));
    let mut pages = client(&fake).pages(NUMBERS);
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "Numbers: the manager reports a total of 1000000 rows and returns empty pages from row 0 \
         on; other rows may be left out"
    );
    assert_eq!(windows(&fake), [(100, 0), (100, 0), (100, 100), (100, 200)]);
    // Who insists goes on behind them.
    pages.next().await.unwrap().unwrap_err();
    assert_eq!(windows(&fake)[4], (100, 300));

    let fake = Fake::new(|_, _| list(0..0, 7));
    let mut pages = client(&fake).pages(NUMBERS);
    assert!(pages.next().await.unwrap().is_err());
    assert!(pages.next().await.is_none());
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn the_total_may_change_during_the_walk() {
    // It grows by a row at the end with each page, up to 6.
    let fake = Fake::new(|count, request| {
        let (limit, offset) = window(request);
        let total = (4 + count as u64).min(6);
        list((offset..total).take(limit as usize), total)
    });
    assert_eq!(read_all(&fake, 2).await.unwrap(), [0, 1, 2, 3, 4, 5]);
    // It shrinks below what was read.
    let fake = Fake::new(|count, _| if count == 0 { list(0..2, 9) } else { list(0..0, 1) });
    assert_eq!(read_all(&fake, 2).await.unwrap(), [0, 1]);
}

#[tokio::test]
async fn after_an_error_the_same_page_is_asked_for_again() {
    let fake = Fake::new(|count, request| match count {
        1 => broken(),
        2 => problem(500, "{}"),
        _ => list((window(request).1..4).take(2), 4),
    });
    let mut pages = client(&fake).pages(NUMBERS).page_size(2);
    assert_eq!(pages.next().await.unwrap().unwrap().items, [0, 1]);
    assert!(pages.next().await.unwrap().unwrap_err().is_transport());
    assert_eq!(pages.position(), Position::after(2));
    assert!(pages.next().await.unwrap().unwrap_err().is_http());
    assert_eq!(pages.next().await.unwrap().unwrap().items, [2, 3]);
    assert!(pages.next().await.is_none());
    assert_eq!(windows(&fake), [(2, 0), (2, 2), (2, 2), (2, 2)]);
}

#[tokio::test]
async fn a_list_that_is_null_is_an_error() {
    let fake = Fake::new(|_, _| ok(r#"{"data":{"list":null},"errors":null}"#));
    let error = read_all(&fake, 2).await.unwrap_err();
    assert!(
        error.is_decode() && error.to_string().contains("the manager answered null"),
        "{error}"
    );
}

#[tokio::test]
async fn no_offset_beyond_what_the_manager_counts() {
    let fake = rows(5);
    let mut pages = client(&fake).pages(NUMBERS).offset(1 << 31);
    assert!(pages.next().await.unwrap().unwrap_err().is_config());
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn the_key_ends_every_order() {
    let fake = Fake::new(|_, _| {
        ok(r#"{"data":{"keypair_list":{"items":[],"total_count":0}},"errors":null}"#)
    });
    let client = client(&fake);
    for list in [
        PagedKeyPairs::new(),
        PagedKeyPairs::new().order("-created_at"),
        PagedKeyPairs::new().order("-access_key"),
    ] {
        assert!(client.pages(list).next().await.is_none());
    }
    let orders: Vec<_> =
        fake.bodies().iter().map(|body| body["variables"]["order"].clone()).collect();
    assert_eq!(orders, ["access_key", "-created_at,access_key", "-access_key"]);
}

#[tokio::test]
async fn a_filter_stays_on_every_page() {
    let fake = Fake::new(|count, _| {
        let key = ["A", "B"][count.min(1)];
        let list = json!({ "items": [{ "access_key": key }], "total_count": 2 - count });
        let data = if count < 2 { list } else { json!({ "items": [], "total_count": 0 }) };
        ok(json!({ "data": { "keypair_list": data }, "errors": null }).to_string())
    });
    let list = PagedKeyPairs::new().filter("is_active == true");
    let rows: Vec<_> = client(&fake).pages(list).page_size(1).items().try_collect().await.unwrap();
    assert_eq!(rows.len(), 2);
    let filters: Vec<_> =
        fake.bodies().iter().map(|body| body["variables"]["filter"].clone()).collect();
    let expected = [
        "is_active == true",
        r#"(access_key > "A") & (is_active == true)"#,
        r#"(access_key > "B") & (is_active == true)"#,
    ];
    assert_eq!(filters, expected);
}

#[tokio::test]
async fn dropping_the_future_of_next_loses_nothing() {
    // An answer comes for each permit.
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let permits = gate.clone();
    let slow = Fake::later(move |_, request| {
        let (limit, offset) = window(request);
        let rows = (offset..5).take(limit as usize);
        let permits = permits.clone();
        async move {
            permits.acquire().await.unwrap().forget();
            list(rows, 5)
        }
    });
    let mut items = client(&slow).pages(NUMBERS).page_size(2).items();
    let mut rows = Vec::new();
    loop {
        // Polled once and dropped, before the answer is there.
        let first = futures_util::poll!(Box::pin(items.next()));
        if let std::task::Poll::Ready(row) = first {
            match row {
                Some(row) => rows.push(row.unwrap()),
                None => break,
            }
        } else {
            gate.add_permits(1);
        }
    }
    assert_eq!(rows, [0, 1, 2, 3, 4]);
    assert_eq!(slow.requests().len(), 3, "a page was requested twice");
}

#[tokio::test]
async fn streams_can_be_combined() {
    let fake = rows(9);
    let even: Vec<u64> = client(&fake)
        .pages(NUMBERS)
        .page_size(2)
        .items()
        .try_filter(|row| std::future::ready(row % 2 == 0))
        .take(3)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(even, [0, 2, 4]);
    // Pages are fetched when they are needed.
    assert_eq!(fake.requests().len(), 3);
}
