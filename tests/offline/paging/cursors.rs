//! Lists that are read by cursor with several requests at the same time, while rows are created and
//! deleted.

use std::{collections::BTreeSet, sync::Mutex, time::Duration};

use backendai::Position;
use futures_util::FutureExt as _;
use proptest::prelude::*;

use super::model::{
    Change, Manager, Plan, all, begun, by_cursor, id, manager, next, pages, plan,
    refuse_beside_others, slow_pages,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_lasting_row_is_returned_once_and_in_order(
        plan in plan(), forgets: bool, silent in prop::bool::weighted(0.3),
    ) {
        let plan = Plan { by_cursor: true, ..plan };
        let manager = manager(plan.rows.iter().copied());
        {
            let mut manager = manager.lock().unwrap();
            // Without a total, what the list reports is all there is.
            (manager.forgets, manager.silent) = (forgets, silent && !plan.without_total);
            manager.without_total = plan.without_total;
            manager.cap = plan.cap.filter(|_| !manager.silent);
        }
        let mut events = plan.events.clone().into_iter();
        let (mut rows, position, mut missed) =
            plan.read(&manager, Position::default(), plan.stop, &mut events);
        // Another pager resumes from the text of the position.
        let position = position.to_string().parse().unwrap();
        let (rest, _, missed_later) = plan.read(&manager, position, usize::MAX, &mut events);
        rows.extend(rest);
        missed |= missed_later;
        let mut returned = BTreeSet::new();
        for row in &rows {
            prop_assert!(returned.insert(row.clone()), "{} was returned twice", row);
        }
        let manager = manager.lock().unwrap();
        let mut lasting = plan.rows.iter().map(|row| id(*row));
        let missing = lasting.find(|id| !manager.deleted.contains(id) && !returned.contains(id));
        prop_assert!(missed || missing.is_none(), "{:?}", missing);
    }

    #[test]
    fn a_list_that_stays_is_the_same_with_any_prefetch(
        rows in prop::collection::btree_set(0..400_u16, 0..200),
        size in 1..40_u32, prefetch in 0..5_usize, max in prop::option::of(0..150_u64), silent: bool,
    ) {
        let manager = manager(rows.iter().copied());
        manager.lock().unwrap().silent = silent;
        manager.lock().unwrap().forgets = true;
        let mut pages = pages(&manager, by_cursor()).page_size(size).prefetch(prefetch);
        if let Some(max) = max {
            pages = pages.max_items(max);
        }
        let mut items = pages.items();
        let most = max.map_or(usize::MAX, |max| max as usize);
        let wanted: Vec<_> = rows.iter().map(|row| id(*row)).take(most).collect();
        prop_assert_eq!(all(&manager, &mut items), wanted);
        prop_assert_eq!(items.position().rows(), rows.len().min(most) as u64);
        if max != Some(0) {
            prop_assert_eq!(items.total_count(), Some(rows.len() as u64));
        }
        let changes = items.list_changes();
        // The end of a list that never announces rows is proven with an empty page.
        prop_assert!(changes.is_none() || silent && !changes.missed, "{:?}", changes);
    }
}

/// The requests so far: how many rows after which one, and whether only cursors.
fn requests(manager: &Mutex<Manager>) -> Vec<(u64, Option<String>, bool)> {
    let manager = manager.lock().unwrap();
    let requests = manager.requests.iter().map(|(variables, index)| {
        let after = variables["after"].as_str().map(str::to_owned);
        (variables["first"].as_u64().unwrap(), after, *index)
    });
    requests.collect()
}

#[test]
fn cursors_are_requested_ahead_and_pages_begin_after_some_of_them() {
    let manager = manager(0..9);
    let mut items = pages(&manager, by_cursor()).page_size(2).prefetch(2).items();
    assert_eq!(all(&manager, &mut items), (0..9).map(id).collect::<Vec<_>>());
    let after = |row| Some(id(row));
    assert_eq!(
        requests(&manager),
        [
            (2, None, false),
            (4, after(1), true),
            (2, after(1), false),
            (2, after(3), false),
            (2, after(5), false),
            (2, after(7), false),
        ]
    );
    assert!(items.list_changes().is_none());
}

/// Neither the rows of the range nor those after it are lost or repeated.
#[test]
fn the_row_between_two_ranges_may_be_deleted_before_and_after_each_page_is_read() {
    let rest = |gone: &[u16]| -> Vec<_> {
        (2..14).map(|row| row * 10).filter(|row| !gone.contains(row)).map(id).collect()
    };
    for early in [vec![], vec![0], vec![1], vec![0, 1], vec![1, 2]] {
        // 30 ends the first range and 50 the second.
        for gone in [vec![30], vec![50], vec![30, 50], vec![20, 30, 40, 50]] {
            let (manager, pages) = begun(by_cursor(), 14, 3);
            let in_flight = manager.lock().unwrap().in_flight();
            for page in &early {
                manager.lock().unwrap().read_early(in_flight[*page]);
            }
            manager.lock().unwrap().change(gone.iter().copied().map(Change::Delete));
            let mut items = pages.items();
            let seen = all(&manager, &mut items);
            let lasting = rest(&gone);
            let kept: Vec<_> = seen.iter().filter(|id| lasting.contains(*id)).cloned().collect();
            assert_eq!(kept, lasting, "{gone:?} after {early:?}");
            let all: BTreeSet<_> = seen.iter().collect();
            assert_eq!(all.len(), seen.len(), "{seen:?}");
            assert!(!items.list_changes().missed);
        }
    }
}

#[test]
fn a_page_that_is_refused_only_beside_others_is_requested_again_alone() {
    let (manager, mut pages) = begun(by_cursor(), 14, 3);
    // The first is the first page, the second the next index.
    refuse_beside_others(&manager, &mut pages, 2);
    // Alone, it is searched for the next cursor before it is decoded.
    assert!(pages.next().now_or_never().is_none());
    assert_eq!(next(&mut pages), [id(40), id(50)]);
}

#[test]
fn a_position_leads_on_when_the_last_rows_are_deleted() {
    let manager = manager(0..20);
    manager.lock().unwrap().forgets = true;
    let mut before = pages(&manager, by_cursor()).page_size(8);
    assert!(before.next().now_or_never().is_none());
    manager.lock().unwrap().answer(0, &[]);
    assert_eq!(next(&mut before).len(), 8);
    let position: Position = before.position().to_string().parse().unwrap();
    manager.lock().unwrap().change((1..8).map(Change::Delete));
    let mut items = pages(&manager, by_cursor()).page_size(3).start_at(position).items();
    assert_eq!(all(&manager, &mut items), (8..20).map(id).collect::<Vec<_>>());
    assert_eq!((items.list_changes().shifts, items.list_changes().missed), (1, false));
}

/// How long a pager takes for a hundred pages, with this prefetch.
async fn time_of(prefetch: usize, workers: usize, time: fn(u32, bool) -> Duration) -> Duration {
    let manager = manager(0..1000);
    let begin = tokio::time::Instant::now();
    let pages = slow_pages(&manager, by_cursor(), workers, time);
    let mut items = pages.page_size(10).prefetch(prefetch).items();
    for row in 0..1000 {
        assert_eq!(items.next().await.unwrap().unwrap(), id(row));
    }
    assert!(items.next().await.is_none());
    begin.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_hundred_pages_are_read_in_less_than_a_sixth_of_the_time() {
    let time = |_, _| Duration::from_millis(20);
    assert_eq!(time_of(0, 32, time).await.as_millis(), 2000);
    let took = time_of(8, 32, time).await;
    assert!(took.as_millis() * 6 <= 2000, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn an_index_that_takes_as_long_as_its_pages_is_requested_once() {
    let took = time_of(8, 1, |rows, _| Duration::from_millis(2) * rows).await;
    assert_eq!(took.as_millis(), 2040, "two pages of cursors, and one hundred of rows");
}

#[tokio::test(start_paused = true)]
async fn a_manager_that_gains_nothing_is_tried_less_and_less() {
    // The cursors take a third of the time of a page.
    let time = |rows, index| Duration::from_micros(if index { 1000 } else { 3000 }) * rows;
    let took = time_of(8, 1, time).await;
    assert!(took.as_millis() < 3300, "{took:?}, and 3 s without an index");
}
