//! What holds alike for lists that are read by key and by cursor with several requests at the same time.

use futures_util::FutureExt as _;

use super::model::{Change, Entries, all, begun, by_cursor, id, manager, next, pages};
use crate::support::transport::*;

fn lists() -> [Entries; 2] {
    [Entries::default(), by_cursor()]
}

#[test]
fn a_short_list_is_read_without_an_index() {
    for list in lists() {
        let manager = manager(0..6);
        let mut items = pages(&manager, list).page_size(2).prefetch(4).items();
        assert_eq!(all(&manager, &mut items).len(), 6);
        let requests = &manager.lock().unwrap().requests;
        assert!(requests.iter().all(|(_, index)| !index), "{requests:?}");
    }
}

#[test]
fn pages_are_returned_in_order_whatever_the_order_of_the_answers() {
    // By cursor it begins with two ranges, and the next index.
    for (list, most, ranges) in [(Entries::default(), 4, 3), (by_cursor(), 3, 2)] {
        let (manager, mut pages) = begun(list, 14, 3);
        let in_flight = manager.lock().unwrap().in_flight();
        assert_eq!(in_flight.len(), most);
        for index in in_flight.iter().skip(1).rev() {
            manager.lock().unwrap().answer(*index, &[]);
            assert!(pages.next().now_or_never().is_none());
        }
        manager.lock().unwrap().answer(in_flight[0], &[]);
        for row in [20, 40, 60].into_iter().take(ranges) {
            assert_eq!(next(&mut pages), [id(row), id(row + 10)]);
        }
        drop(pages);
        assert_eq!(manager.lock().unwrap().in_flight(), [0_usize; 0]);
    }
}

#[test]
fn a_range_that_grew_beyond_a_page_is_read_to_its_end() {
    for list in lists() {
        let (manager, pages) = begun(list, 20, 2);
        manager.lock().unwrap().change([21, 22, 23, 24].map(Change::Create));
        let rest = all(&manager, &mut pages.items());
        assert_eq!(rest[..7], [20, 21, 22, 23, 24, 30, 40].map(id));
        assert_eq!(rest.len(), 22);
    }
}

#[test]
fn without_an_index_the_list_is_read_page_after_page() {
    for (list, status) in lists().into_iter().flat_map(|list| [(list.clone(), 400), (list, 500)]) {
        let manager = manager(0..20);
        let mut pages = pages(&manager, list).page_size(2).prefetch(3);
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
        let manager = manager.lock().unwrap();
        assert_eq!(manager.requests.iter().filter(|(_, index)| *index).count(), 3, "{status}");
    }
}

#[test]
fn the_next_page_is_requested_before_a_page_is_decoded() {
    let continued = [("filter", r#"(id > "0005")"#), ("after", "0005")];
    for (list, (variable, value)) in lists().into_iter().zip(continued) {
        let manager = manager(0..9);
        let requests = || manager.lock().unwrap().requests.clone();
        let mut pages = pages(&manager, list).page_size(3);
        assert!(pages.next().now_or_never().is_none());
        manager.lock().unwrap().answer(0, &[]);
        // Whether there are more pages is not known before the first one.
        assert_eq!(next(&mut pages).len(), 3);
        assert_eq!(requests().len(), 1);
        assert!(pages.next().now_or_never().is_none());
        manager.lock().unwrap().answer(1, &[]);
        assert!(pages.next().now_or_never().is_none(), "other tasks run before it is decoded");
        assert_eq!(requests()[2].0[variable], value);
        assert_eq!(next(&mut pages), [id(3), id(4), id(5)]);
        // Nothing follows the last page.
        assert!(pages.next().now_or_never().is_none());
        manager.lock().unwrap().answer(2, &[]);
        while pages.next().now_or_never().is_none() {}
        assert_eq!(requests().len(), 3);
    }
}
