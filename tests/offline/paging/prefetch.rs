//! A list whose pages are requested ahead.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use backendai::{Pager, Position};
use futures_util::{FutureExt as _, StreamExt as _};
use proptest::prelude::*;
use tokio::sync::oneshot::{self, Sender};

use super::pages::{NUMBERS, Numbers, list, window};
use crate::support::transport::*;

/// Holds the answers back until a test gives them, in whatever order.
#[derive(Clone, Default)]
struct Held(Arc<Mutex<Vec<Asked>>>);

struct Asked {
    window: (u64, u64),
    answer: Option<Sender<Answer>>,
}

impl Asked {
    /// Neither answered nor given up.
    fn is_under_way(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| !answer.is_closed())
    }
}

impl Held {
    fn pages(&self) -> Pager<Numbers> {
        let held = self.clone();
        let fake = Fake::later(move |_, request| {
            let (sender, receiver) = oneshot::channel();
            let asked = Asked { window: window(request), answer: Some(sender) };
            held.0.lock().unwrap().push(asked);
            async { receiver.await.unwrap() }
        });
        client(&fake).pages(NUMBERS)
    }

    /// The windows of all requests, as (limit, offset).
    fn asked(&self) -> Vec<(u64, u64)> {
        self.0.lock().unwrap().iter().map(|asked| asked.window).collect()
    }

    /// The windows of those that wait for an answer.
    fn under_way(&self) -> Vec<(u64, u64)> {
        let asked = self.0.lock().unwrap();
        asked.iter().filter(|asked| asked.is_under_way()).map(|asked| asked.window).collect()
    }

    /// The offsets of those that wait for an answer.
    fn offsets(&self) -> Vec<u64> {
        self.under_way().into_iter().map(|(_, offset)| offset).collect()
    }

    fn answer(&self, at: u64, answer: Answer) {
        let mut asked = self.0.lock().unwrap();
        let mut waiting = asked.iter_mut().filter(|asked| asked.is_under_way());
        let asked = waiting.find(|asked| asked.window.1 == at).unwrap();
        asked.answer.take().unwrap().send(answer).unwrap();
    }

    /// Answers with what the list 0, 1, 2, … has there.
    fn give(&self, at: u64, total: u64) {
        let (limit, _) = *self.under_way().iter().find(|(_, offset)| *offset == at).unwrap();
        self.answer(at, list((at..total).take(limit as usize), total));
    }
}

/// What `next` says now: nothing, or rows, or an error, or the end.
fn now(pages: &mut Pager<Numbers>) -> Option<Option<backendai::Result<Vec<u64>>>> {
    let page = pages.next().now_or_never()?;
    Some(page.map(|page| page.map(|page| page.items)))
}

fn rows(pages: &mut Pager<Numbers>) -> Vec<u64> {
    now(pages).unwrap().unwrap().unwrap()
}

/// A pager by 2 whose first page is behind it, the further ones asked for.
fn begun(total: u64, prefetch: usize) -> (Held, Pager<Numbers>) {
    let held = Held::default();
    let mut pages = held.pages().page_size(2).prefetch(prefetch);
    assert!(now(&mut pages).is_none());
    assert_eq!(held.asked(), [(2, 0)], "the first page is asked for alone");
    held.give(0, total);
    assert_eq!(rows(&mut pages), [0, 1]);
    (held, pages)
}

#[test]
fn pages_come_in_order_whatever_the_order_of_the_answers() {
    let (held, mut pages) = begun(9, 2);
    // They are under way while the caller looks at the first page.
    assert_eq!(held.offsets(), [2, 4]);
    assert!(now(&mut pages).is_none());
    assert_eq!(held.offsets(), [2, 4, 6]);
    held.give(6, 9);
    held.give(4, 9);
    assert!(now(&mut pages).is_none());
    assert_eq!(pages.position(), Position::after(2));
    held.give(2, 9);
    assert_eq!(rows(&mut pages), [2, 3]);
    assert_eq!(pages.position(), Position::after(4));
    // Two are here, so no more is asked for.
    assert_eq!(held.offsets(), [0_u64; 0]);
    assert_eq!(rows(&mut pages), [4, 5]);
    assert_eq!(held.offsets(), [8]);
    assert_eq!(rows(&mut pages), [6, 7]);
    held.give(8, 9);
    assert_eq!(rows(&mut pages), [8]);
    assert!(now(&mut pages).unwrap().is_none());
    assert_eq!(held.asked(), [(2, 0), (2, 2), (2, 4), (2, 6), (2, 8)]);
}

#[test]
fn nothing_is_asked_for_behind_the_total() {
    let (held, mut pages) = begun(4, 6);
    assert_eq!(held.offsets(), [2]);
    assert!(now(&mut pages).is_none());
    assert_eq!(held.offsets(), [2]);
    held.give(2, 4);
    assert_eq!(rows(&mut pages), [2, 3]);
    assert!(now(&mut pages).unwrap().is_none());
    assert_eq!(held.asked().len(), 2);
}

#[test]
fn without_prefetch_nothing_is_asked_for_ahead() {
    let (held, mut pages) = begun(9, 0);
    assert_eq!(held.under_way(), []);
    assert!(now(&mut pages).is_none());
    assert_eq!(held.offsets(), [2]);
}

#[test]
fn max_items_is_the_end_of_what_is_asked_for() {
    let held = Held::default();
    let mut pages = held.pages().page_size(2).max_items(5).offset(3).prefetch(6);
    assert!(now(&mut pages).is_none());
    held.give(3, 99);
    assert_eq!(rows(&mut pages), [3, 4]);
    assert_eq!(held.under_way(), [(2, 5), (1, 7)]);
    held.give(7, 99);
    held.give(5, 99);
    assert_eq!((rows(&mut pages), rows(&mut pages)), (vec![5, 6], vec![7]));
    assert!(now(&mut pages).unwrap().is_none());
    assert_eq!((held.asked().len(), pages.position()), (3, Position::after(8)));
}

#[test]
fn a_number_without_bounds_is_bounded_by_the_total() {
    let (held, _pages) = begun(7, usize::MAX);
    assert_eq!(held.offsets(), [2, 4, 6]);
}

#[test]
fn without_a_total_the_first_page_that_is_not_full_stops_it() {
    let held = Held::default();
    let mut pages = held.pages().page_size(2).prefetch(3);
    let some = |at| list((at..5).take(2), None);
    assert!(now(&mut pages).is_none());
    held.answer(0, some(0));
    assert_eq!(rows(&mut pages), [0, 1]);
    assert_eq!(held.offsets(), [2, 4, 6]);
    // The list is known to end before 6.
    held.answer(6, some(6));
    assert!(now(&mut pages).is_none());
    held.answer(2, some(2));
    assert_eq!(rows(&mut pages), [2, 3]);
    assert_eq!(held.offsets(), [4]);
    held.answer(4, some(4));
    assert_eq!(rows(&mut pages), [4]);
    assert_eq!(held.under_way(), []);
    assert!(now(&mut pages).is_none());
    assert_eq!(held.offsets(), [5]);
    held.answer(5, some(5));
    assert!(now(&mut pages).unwrap().is_none());
}

#[test]
fn behind_a_short_page_everything_is_asked_for_anew() {
    let (held, mut pages) = begun(9, 2);
    held.give(4, 9);
    held.answer(2, list(2..3, 9));
    assert_eq!(rows(&mut pages), [2]);
    assert_eq!(pages.position(), Position::after(3));
    assert_eq!(held.under_way(), [], "what was under way is given up");
    // Alone, for the manager may give short pages always.
    assert!(now(&mut pages).is_none());
    assert_eq!(held.offsets(), [3]);
    held.give(3, 9);
    assert_eq!(rows(&mut pages), [3, 4]);
    assert_eq!(held.offsets(), [5, 7]);
}

#[test]
fn a_manager_that_never_gives_full_pages_is_asked_once_for_each() {
    for prefetch in [0, 4] {
        let fake = Fake::new(|_, request| list((window(request).1..7).take(2), 7));
        let pages = client(&fake).pages(NUMBERS).page_size(4).prefetch(prefetch);
        assert_eq!(pages.items().count().now_or_never(), Some(7));
        assert_eq!(fake.requests().len(), 4);
    }
}

#[test]
fn a_page_with_the_whole_list_ends_the_walk() {
    let (held, mut pages) = begun(9, 2);
    held.answer(2, list(0..9, 9));
    assert_eq!(rows(&mut pages).len(), 9);
    assert_eq!(held.under_way(), []);
    assert!(now(&mut pages).unwrap().is_none());
}

#[test]
fn an_error_has_its_turn_and_the_walk_stays() {
    let (held, mut pages) = begun(12, 3);
    assert_eq!(held.offsets(), [2, 4, 6]);
    held.answer(4, problem(500, "{}"));
    held.give(6, 12);
    assert!(now(&mut pages).is_none(), "the page before it comes first");
    held.give(2, 12);
    assert_eq!(rows(&mut pages), [2, 3]);
    assert_eq!(held.under_way(), [], "nothing is asked for behind an error");
    let error = now(&mut pages).unwrap().unwrap().unwrap_err();
    assert!(error.is_http(), "{error}");
    assert_eq!(pages.position(), Position::after(4));
    // The same page again, alone.
    assert!(now(&mut pages).is_none());
    assert_eq!(held.offsets(), [4]);
    held.answer(4, broken());
    assert!(now(&mut pages).unwrap().unwrap().unwrap_err().is_transport());
    assert!(now(&mut pages).is_none());
    held.give(4, 12);
    assert_eq!(rows(&mut pages), [4, 5]);
    assert_eq!(held.offsets(), [6, 8, 10]);
}

#[test]
fn what_broke_while_nobody_looked_is_asked_for_again() {
    let (held, mut pages) = begun(9, 1);
    // It was under way while the caller had the first page.
    held.answer(2, broken());
    assert!(now(&mut pages).is_none());
    assert_eq!(held.offsets(), [2]);
    // Now somebody looks.
    held.answer(2, broken());
    assert!(now(&mut pages).unwrap().unwrap().unwrap_err().is_transport());
    // An answer is an answer, at any time.
    let (held, mut pages) = begun(9, 1);
    held.answer(2, problem(502, "{}"));
    assert!(now(&mut pages).unwrap().unwrap().unwrap_err().is_http());
}

#[test]
fn the_total_may_grow_and_shrink() {
    let (held, mut pages) = begun(4, 3);
    assert_eq!(held.offsets(), [2]);
    held.give(2, 7);
    assert_eq!(rows(&mut pages), [2, 3]);
    assert_eq!(held.offsets(), [4, 6]);
    held.give(6, 7);
    held.give(4, 8);
    assert_eq!((rows(&mut pages), pages.total_count()), (vec![4, 5], Some(8)));
    // It was said before the list grew, but it is what was said last in the order of the list.
    assert_eq!((rows(&mut pages), pages.total_count()), (vec![6], Some(7)));
    assert!(now(&mut pages).unwrap().is_none());

    let (held, mut pages) = begun(9, 3);
    assert_eq!(held.offsets(), [2, 4, 6]);
    held.give(2, 4);
    assert_eq!((rows(&mut pages), pages.total_count()), (vec![2, 3], Some(4)));
    assert_eq!(held.under_way(), [], "the list has ended");
    assert!(now(&mut pages).unwrap().is_none());
}

#[test]
fn rows_that_vanish_are_looked_for_once_more_and_alone() {
    let (held, mut pages) = begun(9, 3);
    held.answer(2, list(0..0, 9));
    assert!(now(&mut pages).is_none());
    assert_eq!(held.offsets(), [2]);
    held.answer(2, list(0..0, 2));
    assert!(now(&mut pages).unwrap().is_none());
}

#[test]
fn dropping_the_future_of_next_loses_nothing() {
    // `now` drops it each time.
    let (held, mut pages) = begun(6, 2);
    assert!(now(&mut pages).is_none());
    held.give(4, 6);
    assert!(now(&mut pages).is_none());
    assert!(now(&mut pages).is_none());
    held.give(2, 6);
    assert_eq!((rows(&mut pages), rows(&mut pages)), (vec![2, 3], vec![4, 5]));
    assert_eq!(held.asked().len(), 3);
}

#[test]
fn dropping_the_walk_cancels_what_is_under_way() {
    let (held, pages) = begun(9, 3);
    assert_eq!(held.under_way().len(), 3);
    drop(pages);
    assert_eq!(held.under_way(), []);

    let (held, pages) = begun(9, 3);
    let mut items = pages.items();
    assert!(items.next().now_or_never().is_none());
    assert_eq!(held.under_way().len(), 4);
    drop(items);
    assert_eq!(held.under_way(), []);
}

#[test]
fn rows_know_their_position_whatever_is_fetched_ahead() {
    let (held, pages) = begun(9, 3);
    let mut items = pages.items();
    for offset in [6, 4, 2] {
        held.give(offset, 9);
    }
    assert_eq!(items.next().now_or_never().unwrap().unwrap().unwrap(), 2);
    assert_eq!((items.position(), items.total_count()), (Position::after(3), Some(9)));

    let rest = held.pages().start_at(items.position()).prefetch(2).items();
    let mut rest = rest.map(|row| row.unwrap()).collect::<Vec<u64>>();
    assert!((&mut rest).now_or_never().is_none());
    held.give(3, 9);
    assert_eq!(rest.now_or_never().unwrap(), [3, 4, 5, 6, 7, 8]);
}

#[test]
fn a_walk_that_is_moved_forgets_what_was_asked_for() {
    let (held, pages) = begun(20, 2);
    let mut pages = pages.offset(9);
    assert!(now(&mut pages).is_none());
    assert_eq!(held.offsets(), [9, 11, 13]);
}

#[test]
fn nothing_is_asked_for_beyond_what_the_manager_counts() {
    let held = Held::default();
    let last = u64::from(i32::MAX.unsigned_abs()) - 1;
    let mut pages = held.pages().page_size(1).offset(last).prefetch(5);
    assert!(now(&mut pages).is_none());
    held.give(last, last + 9);
    assert_eq!(rows(&mut pages), [last]);
    assert_eq!(held.offsets(), [last + 1]);
    held.give(last + 1, last + 9);
    assert_eq!(rows(&mut pages), [last + 1]);
    assert!(now(&mut pages).unwrap().unwrap().unwrap_err().is_config());
    assert!(now(&mut pages).unwrap().is_none());
}

#[test]
fn it_may_go_from_thread_to_thread() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    let (_held, pages) = begun(9, 3);
    let mut pages = send(pages);
    drop(send(pages.next()));
    drop(send(pages.items()));
}

/// A list that answers the same question in the same way, and not always with full pages.
#[derive(Clone, Debug)]
struct Plan {
    total: u64,
    size: u32,
    start: u64,
    max: Option<u64>,
    /// By offset.
    places: Vec<Place>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    /// How many rows a page has that begins here; all that are wanted, if none.
    rows: Option<u64>,
    says_total: bool,
    /// The first request for it fails.
    fails: bool,
}

impl Plan {
    fn answer(&self, (limit, offset): (u64, u64), first: bool) -> Answer {
        let place = self.places[offset as usize % self.places.len()];
        if place.fails && first {
            return problem(503, "{}");
        }
        let rows = place.rows.unwrap_or(limit) as usize;
        list((offset..self.total).take(rows), place.says_total.then_some(self.total))
    }
}

fn plan() -> impl Strategy<Value = Plan> {
    let rows = prop_oneof![6 => Just(None), 1 => (0..8_u64).prop_map(Some)];
    let place = (rows, prop::bool::weighted(0.9), prop::bool::weighted(0.1));
    let place = place.prop_map(|(rows, says_total, fails)| Place { rows, says_total, fails });
    let max = prop::option::weighted(0.3, 0..40_u64);
    (0..50_u64, 1..7_u32, 0..20_u64, max, prop::collection::vec(place, 1..60))
        .prop_map(|(total, size, start, max, places)| Plan { total, size, start, max, places })
}

/// What a pager yields: its pages and its lasting errors, and where it ends.
type Outcome = (Vec<Result<Vec<u64>, String>>, Position);

/// Reads the list; `choose` picks the request that is answered next.
fn read_all(plan: &Plan, prefetch: usize, mut choose: impl FnMut(usize) -> usize) -> Outcome {
    let held = Held::default();
    let mut pages = held.pages().page_size(plan.size).offset(plan.start).prefetch(prefetch);
    if let Some(max) = plan.max {
        pages = pages.max_items(max);
    }
    let mut failed = BTreeSet::new();
    let mut read = Vec::new();
    loop {
        let next = now(&mut pages);
        let under_way = held.under_way();
        let most = prefetch + usize::from(next.is_none());
        assert!(under_way.len() <= most, "{under_way:?} with prefetch {prefetch}");
        match next {
            Some(None) => return (read, pages.position()),
            Some(Some(Ok(rows))) => read.push(Ok(rows)),
            Some(Some(Err(error))) if error.is_http() => assert_eq!(under_way, []),
            Some(Some(Err(error))) => read.push(Err(error.to_string())),
            None => {
                let window = under_way[choose(under_way.len())];
                held.answer(window.1, plan.answer(window, failed.insert(window.1)));
            }
        }
    }
}

proptest! {
    #[test]
    fn it_brings_what_the_walk_without_it_brings(
        plan in plan(),
        prefetch in 0..6_usize,
        choices in prop::collection::vec(any::<prop::sample::Index>(), 1..50),
    ) {
        let mut choices = choices.iter().cycle();
        let ahead = read_all(&plan, prefetch, |count| choices.next().unwrap().index(count));
        prop_assert_eq!(ahead, read_all(&plan, 0, |_| 0));
    }
}
