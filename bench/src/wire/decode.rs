//! From the bytes of a response to types.

use std::{hint::black_box, time::Duration};

use backendai::{DateTime, Uuid, admin::keypair::paged_key_pairs};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{
    peers,
    rows::Rows,
    table::{Goals, Table},
};
use crate::{Result, cpu};

const ROUNDS: usize = 15;
/// Number of rows of one measurement.
const ROWS: u64 = 100_000;

/// The envelope of the data, equal for all candidates.
#[derive(Deserialize)]
struct Answer<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Option<Vec<Box<RawValue>>>,
}

/// Hand-written, with the same scalars.
#[derive(Deserialize)]
struct Data {
    keypair_list: List,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "what is decoded has to be decoded, not read")]
struct List {
    items: Vec<KeyPair>,
    total_count: i64,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "what is decoded has to be decoded, not read")]
struct KeyPair {
    user_id: Option<String>,
    full_name: Option<String>,
    projects: Option<Vec<Option<String>>>,
    access_key: String,
    secret_key: Option<String>,
    is_active: Option<bool>,
    is_admin: Option<bool>,
    is_default: Option<bool>,
    resource_policy: Option<String>,
    created_at: Option<DateTime>,
    last_used: Option<DateTime>,
    rate_limit: Option<i32>,
    num_queries: Option<i32>,
    rolling_count: Option<i32>,
    concurrency_used: Option<i32>,
    user: Option<Uuid>,
    ssh_public_key: Option<String>,
}

type Decoder = fn(&[u8]) -> Result<usize>;

/// Our client and one of the others check UTF-8 once for the whole body; the rest decode like
/// `reqwest`.
const DECODERS: [(&str, Decoder); 5] = [
    ("backendai, as its client reads", |text| {
        Ok(read_text::<paged_key_pairs::Data>(text)?.keypair_list.items.len())
    }),
    ("structs by hand, the same scalars, `from_str`", |text| {
        Ok(read_text::<Data>(text)?.keypair_list.items.len())
    }),
    ("structs by hand, the same scalars, `from_slice`", |text| {
        Ok(read::<Data>(text)?.keypair_list.items.len())
    }),
    ("`graphql_client`'s types, the same scalars, `from_slice`", |text| {
        let data = read::<peers::paged_key_pairs::ResponseData>(text)?;
        Ok(data.keypair_list.map_or(0, |list| list.items.len()))
    }),
    ("`serde_json::Value`, `from_slice`", |text| {
        let data = read::<serde_json::Value>(text)?;
        let rows = data.pointer("/keypair_list/items").and_then(serde_json::Value::as_array);
        Ok(rows.map_or(0, Vec::len))
    }),
];

fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T> {
    data(serde_json::from_slice(text)?)
}

fn read_text<T: DeserializeOwned>(text: &[u8]) -> Result<T> {
    data(serde_json::from_str(str::from_utf8(text)?)?)
}

fn data<T>(answer: Answer<T>) -> Result<T> {
    match answer.errors {
        Some(errors) if !errors.is_empty() => Err("errors".into()),
        _ => answer.data.ok_or_else(|| "no data".into()),
    }
}

pub(super) fn run(goals: &mut Goals) -> Result<()> {
    println!("\n### Decoding");
    for page in [100, 10_000] {
        let mut text = Vec::new();
        Rows::whole().answer(0, page, ROWS, &mut text);
        let mut times = DECODERS.map(|_| Vec::new());
        for _ in 0..ROUNDS {
            for ((_, decoder), times) in DECODERS.iter().zip(&mut times) {
                times.push(time(*decoder, &text, page)?);
            }
        }
        let title = format!("a page of {page} keypairs, {} bytes", text.len());
        let mut table = Table::new(&title, &["ns of CPU per row", "ours : this"]);
        let each = times.map(|times| cpu::median(times).as_secs_f64() * 1e9 / ROWS as f64);
        for ((title, _), this) in DECODERS.iter().zip(each) {
            table.row(title, &[this, each[0] / this].map(Some));
        }
        table.print();
        let work =
            format!("decoding a page of {page} rows, against structs by hand, read the same way");
        goals.at_most(&work, 1.0, each[0] / each[1]);
    }
    Ok(())
}

fn time(decoder: Decoder, text: &[u8], page: u64) -> Result<Duration> {
    let (rows, time) = cpu::own(|| {
        let mut rows = 0;
        for _ in 0..ROWS / page {
            rows += decoder(black_box(text))? as u64;
        }
        Ok(rows)
    })?;
    if rows == ROWS { Ok(time) } else { Err("rows are missing".into()) }
}
