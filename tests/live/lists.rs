//! Every paginated list, by each of its strategies and over several pages, against what the
//! database says.

use std::fmt::Write as _;

use backendai::{
    Client, Paginated, Pagination,
    admin::{
        agent::*, audit_log::*, compute_session::*, container_registry::*, endpoint::*, group::*,
        image::*, keypair::*, model_card::*, network::*, user::*, vfolder::*,
    },
    operation::Compiled,
};
use serde::Serialize;

use crate::support::{Manager, SUPERADMIN, USER, sql};

/// Rows of each list, at least.
const MANY: u32 = 150;
/// Rows of a page.
const PAGE: u32 = 40;

/// What was read, and what was wrong.
#[derive(Default)]
struct Report {
    read: String,
    wrong: Vec<String>,
}

impl Report {
    /// Reads the list by every strategy that it has. `field` of a row is what the query of the database
    /// gives, which is in the order of the key.
    async fn read<O>(&mut self, client: &Client, list: O, field: &str, query: &str)
    where
        O: Paginated + Compiled + Clone,
        O::Item: Serialize,
    {
        let wanted: Vec<_> = sql(query).lines().map(str::to_owned).collect();
        for way in O::INFO.paging.unwrap().strategies {
            let name = format!("{} by {way:?}", O::INFO.name);
            let (mut pages, mut rows) = (0, Vec::new());
            let mut pager = client.pages(list.clone()).strategy(*way).page_size(PAGE);
            let failed = loop {
                match pager.next().await {
                    None => break None,
                    Some(Err(error)) => break Some(error),
                    Some(Ok(page)) => {
                        pages += 1;
                        for row in page.items {
                            let row = serde_json::to_value(row).unwrap();
                            rows.push(row[field].as_str().unwrap_or_default().to_owned());
                        }
                    }
                }
            };
            let drift = pager.list_changes();
            writeln!(self.read, "{name}: {} rows in {pages} pages", rows.len()).unwrap();
            if let Some(error) = failed {
                self.wrong.push(format!("{name}: {error}"));
                continue;
            }
            let mut wanted = wanted.clone();
            if *way != Pagination::Keyset {
                rows.sort();
                wanted.sort();
            }
            let several = wanted.len() >= MANY as usize && pages > MANY / PAGE;
            let told = match way {
                Pagination::Offset if O::INFO.paging.unwrap().key.is_none() => {
                    drift.missed && rows.len() == wanted.len()
                }
                _ => !drift.missed && rows == wanted,
            };
            if several && told {
                continue;
            }
            let lost: Vec<_> = wanted.iter().filter(|row| !rows.contains(row)).take(3).collect();
            let other: Vec<_> = rows.iter().filter(|row| !wanted.contains(row)).take(3).collect();
            self.wrong.push(format!(
                "{name}: {} rows in {pages} pages, but the database has {}; not there: {lost:?}, \
                 not in the database: {other:?}, {drift:?}",
                rows.len(),
                wanted.len(),
            ));
        }
    }
}

#[tokio::test]
async fn every_list_is_what_the_database_has() {
    let Some(manager) = Manager::turn().await else { return };
    let _seeds = manager.seed(MANY);
    let _filled = manager.fill_many(MANY);
    let (all, own) = (manager.client(SUPERADMIN), manager.client(USER));
    let mut run = Report::default();

    // In the order that the database has for the key.
    let keys = "select access_key from keypairs order by access_key";
    run.read(&all, PagedKeyPairs::new(), "access_key", keys).await;
    run.read(&all, PagedKeyPairsWithSecrets::new(), "access_key", keys).await;
    run.read(&all, PagedKeyPairNames::new(), "access_key", keys).await;
    let users = "select uuid from users order by uuid";
    run.read(&all, PagedUsers::new(), "uuid", users).await;
    run.read(&all, PagedUserNames::new(), "uuid", users).await;
    let agents = "select id from agents order by id";
    run.read(&all, PagedAgents::new(), "id", agents).await;
    run.read(&all, PagedVisibleAgents::new(), "id", agents).await;
    let sessions = "select id from sessions order by id";
    run.read(&all, PagedSessions::new(), "id", sessions).await;
    let endpoints = "select id from endpoints order by id";
    run.read(&all, PagedEndpoints::new(), "endpoint_id", endpoints).await;
    run.read(&all, PagedVfolders::new(), "id", "select id from vfolders order by id").await;
    let mine = "select id from vfolders where \"user\" = (select uuid from users where email = \
                'user@tests.invalid') order by id";
    run.read(&own, PagedOwnVfolders::new(), "id", mine).await;
    let lent = "select target_entity_id from entity_shares where status = 'accepted' and \
                recipient_entity_id = (select uuid from users where email = \
                'user@tests.invalid') order by 1";
    run.read(&own, PagedInvitedVfolders::new(), "id", lent).await;
    let shared = "select id from vfolders where \"group\" = (select id from groups where name = \
                  'default' and domain_name = 'default') order by id";
    run.read(&own, PagedProjectVfolders::new(), "id", shared).await;

    // By offset only.
    let legacy = "select id from kernels where cluster_role = 'main' order by id";
    run.read(&all, PagedLegacySessions::new().order_key("id"), "id", legacy).await;
    // Newest first, and those that are equally new in any sequence: they come so many, and the pager
    // says that some may be missing.
    let tokens = "select token from endpoint_tokens order by token";
    run.read(&all, PagedEndpointTokens::new(), "token", tokens).await;

    // By cursor.
    run.read(&all, PagedAgentNodes::new(), "row_id", agents).await;
    // The tests' own leave rows with a null that the schema forbids, of which nobody gets any.
    let filled = PagedAuditLogNodes::new().filter("created_at < \"2025-01-01\"");
    let log = "select id from audit_logs where created_at < '2025-01-01' order by id";
    run.read(&all, filled, "row_id", log).await;
    let nodes = "select encode(convert_to('UserNode:' || uuid, 'UTF8'), 'base64') from users";
    run.read(&all, PagedUserNodes::new(), "id", nodes).await;
    run.read(&all, PagedSessionNodes::new(), "row_id", sessions).await;
    run.read(&all, PagedVfolderNodes::new(), "row_id", "select id from vfolders").await;
    run.read(&all, PagedGroupNodes::new(), "row_id", "select id from groups").await;
    let images = "select id from images where status = 'ALIVE' and not customized";
    run.read(&all, PagedImageNodes::new("system"), "row_id", images).await;
    let registries = "select id from container_registries";
    run.read(&all, PagedContainerRegistryNodes::new(), "row_id", registries).await;
    let nodes = "select translate(encode(convert_to('ContainerRegistryNode:' || id, 'UTF8'), 'base64'), \
                 chr(10), '') from container_registries";
    run.read(&all, PagedContainerRegistryNodeNames::new(), "id", nodes).await;
    run.read(&all, PagedNetworks::new(), "row_id", "select id from networks").await;
    let rules = "select id from endpoint_auto_scaling_rules";
    let endpoint = crate::coverage::id(10, 1);
    run.read(&all, PagedAutoScalingRules::new(endpoint), "row_id", rules).await;
    let cards =
        "select v.id from vfolders v join groups g on g.id = v.group where type = 'model-store'";
    run.read(&all, PagedModelCards::new(), "row_id", cards).await;

    println!("{}", run.read);
    assert!(run.wrong.is_empty(), "{}", run.wrong.join("\n"));
}
