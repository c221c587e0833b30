//! Responses of a manager, a proxy or any other server: to a document, a query, a mutation, lists
//! with each strategy, and the version request.

#![no_main]

mod wire;

use backendai::{Client, EndpointType, Paginated, Pagination, admin::{agent::PagedAgentNodes, keypair::{DeleteKeyPair, GetKeyPair, PagedKeyPairs}}};
use libfuzzer_sys::fuzz_target;
use wire::{Answers, client, examine, run};

/// Maximum number of pages: a server that always sends the same response would be queried forever.
const PAGES: usize = 12;

async fn walk<O: Paginated>(client: Client, list: O, walk: Pagination, prefetch: usize) {
    let mut pages = client.pages(list).strategy(walk).page_size(2).prefetch(prefetch);
    for _ in 0..PAGES {
        match pages.next().await {
            Some(Ok(_)) => {}
            Some(Err(error)) => examine(&error),
            None => break,
        }
    }
    let position = pages.position();
    assert_eq!(position.to_string().parse().ok(), Some(position));
    let _ = (pages.total_count(), pages.list_changes(), format!("{pages:?}"));
}

fuzz_target!(|bytes: &[u8]| {
    let client = || client(Answers::read(bytes), EndpointType::Api);
    run(async {
        match client().send_document("{ keypair { access_key } }", ()).response().await {
            Ok(response) => drop(format!("{response:?} {:?}", response.rate_limit())),
            Err(error) => examine(&error),
        }
        let _ = client().send(GetKeyPair::new()).await.map_err(|error| examine(&error));
        let _ = client().send(DeleteKeyPair::new("AKIA")).await.map_err(|error| examine(&error));
        let _ = client().negotiate().await.map_err(|error| examine(&error));
        walk(client(), PagedKeyPairs::new(), Pagination::Keyset, 0).await;
        walk(client(), PagedKeyPairs::new(), Pagination::Offset, 2).await;
        walk(client(), PagedAgentNodes::new(), Pagination::Cursor, 0).await;
    });
});
