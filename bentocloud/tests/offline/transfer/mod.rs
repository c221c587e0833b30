//! Push and pull against the embedded BentoCloud: the calls of the real client, and what is on both
//! sides after every fault.

mod protocol;
mod pull;
mod push;

use std::{fs, time::Duration};

use backendai_testing::bentocloud::{Account, BentoCloud, Fault, Kind as There, Stored, Strategy};
use bentocloud::{
    Client, Error, Tag,
    store::{Kind, Store},
    transfer::{Moved, Transfer},
};
use serde_json::{Value, json};

use crate::support::local::{leftovers, model, store, tar, tree, version, write};

fn tag(tag: &str) -> Tag {
    tag.parse().unwrap()
}

async fn cloud() -> BentoCloud {
    BentoCloud::builder().token("ok-ada", Account::new("ada", "acme")).start().await.unwrap()
}

fn client(cloud: &BentoCloud) -> Client {
    let builder = Client::builder(cloud.endpoint(), "ok-ada");
    builder.pause(Duration::from_millis(1)).timeout(Duration::from_millis(150)).build().unwrap()
}

fn small() -> Transfer {
    Transfer { part_size: 4096, ..Transfer::default() }
}

async fn push(cloud: &BentoCloud, store: &Store, tag_: &str) -> Result<Vec<Moved>, Error> {
    client(cloud).push(store, Kind::Bento, &tag(tag_), &small()).await
}

async fn pull(cloud: &BentoCloud, store: &Store, tag_: &str) -> Result<Vec<Moved>, Error> {
    let transfer = Transfer { with_models: true, ..small() };
    client(cloud).pull(store, Kind::Bento, &tag(tag_), &transfer).await
}

/// What became of each, shortly.
fn shown(moved: &[Moved]) -> Vec<String> {
    let line = |moved: &Moved| {
        format!(
            "{} {} {}",
            moved.kind,
            moved.tag,
            if moved.bytes.is_some() { "moved" } else { "there" }
        )
    };
    moved.iter().map(line).collect()
}

fn bento_there(cloud: &BentoCloud) -> Stored {
    cloud.stored(There::Bento, "hello_svc", "v1").unwrap()
}

/// All that is stored.
fn stored(store: &Store) -> Vec<Vec<(String, Vec<u8>, u32)>> {
    ["bentos", "models"].iter().map(|folder| tree(&store.home().join(folder))).collect()
}

fn same(one: &Store, other: &Store) {
    for (kind, tag) in [(Kind::Bento, "hello_svc:v1"), (Kind::Model, "tiny_model:v1")] {
        assert_eq!(tree(&version(one, kind, tag)), tree(&version(other, kind, tag)), "{tag}");
    }
}
