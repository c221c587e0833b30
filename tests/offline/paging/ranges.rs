//! Lists that are read by key with several requests at the same time, while rows are created and
//! deleted.

use std::{collections::BTreeSet, sync::Mutex};

use backendai::{MaybeUndefined, Position};
use futures_util::FutureExt as _;
use proptest::prelude::*;
use serde_json::Value;

use super::model::{
    Change, Entries, Manager, all, begun, id, manager, next, pages, plan, refuse_beside_others,
};
use crate::support::transport::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_lasting_row_is_returned_once_and_in_order(plan in plan()) {
        let manager = manager(plan.rows.iter().copied());
        manager.lock().unwrap().without_total = plan.without_total;
        manager.lock().unwrap().cap = plan.cap.filter(|_| !plan.without_total);
        let mut events = plan.events.clone().into_iter();
        let (mut rows, position, _) =
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
fn a_range_that_grew_beyond_a_page_is_requested_to_its_end() {
    let (manager, pages) = begun(Entries::default(), 20, 2);
    manager.lock().unwrap().change([21, 22, 23, 24].map(Change::Create));
    all(&manager, &mut pages.items());
    let sent = requests(&manager);
    assert!(sent.contains(&(2, r#"(id > "0021") & (id <= "0030")"#.to_owned(), false)), "{sent:?}");
}

#[test]
fn a_page_that_is_refused_only_beside_others_is_requested_again_alone() {
    let (manager, mut pages) = begun(Entries::default(), 20, 3);
    refuse_beside_others(&manager, &mut pages, 1);
    assert_eq!(next(&mut pages), [id(40), id(50)]);
    // Half as many as before.
    assert!(pages.next().now_or_never().is_none());
    assert_eq!(manager.lock().unwrap().in_flight().len(), 2);
    // What is refused alone is an error.
    let in_flight = manager.lock().unwrap().in_flight();
    manager.lock().unwrap().waiting[in_flight[0]].send(problem(429, "{}"));
    assert!(pages.next().now_or_never().unwrap().unwrap().unwrap_err().is_rate_limited());
}
