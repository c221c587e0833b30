//! The parts of a request, each alone and without the network: for Criterion, and for counting
//! instructions.

use std::future::IntoFuture as _;
use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use backendai::{
    Client, Config, HashType, Keys,
    admin::keypair::{PagedKeyPairNames, PagedKeyPairs, paged_key_pairs},
    sign::{RequestDate, SignableRequest, Signer},
    transport::{HttpRequest, HttpResponse, Transport, TransportFuture},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::rows::Rows;

const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// Number of pages of the list; the last one is not full.
const PAGES: u64 = 4;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
type Case = fn(&Cases) -> Result<()>;

/// By name.
pub(crate) const CASES: [(&str, Case); 6] = [
    ("sign", Cases::sign),
    ("date", Cases::date),
    ("body", Cases::body),
    ("query", Cases::query),
    ("decode", Cases::decode),
    ("pages", Cases::pages),
];

/// Shared state of the cases, created once.
pub(crate) struct Cases {
    signer: Signer,
    date: RequestDate,
    moment: jiff::Timestamp,
    runtime: tokio::runtime::Runtime,
    short: Client,
    list: Client,
    page: Vec<u8>,
}

impl Cases {
    pub(crate) fn new() -> Result<Self> {
        let moment: jiff::Timestamp = "2026-09-20T01:02:03.456789Z".parse()?;
        let config = Config::builder()
            .endpoint("https://manager.example")
            .access_key(ACCESS_KEY)
            .secret_key(SECRET_KEY)
            .build()?;
        let config = Arc::new(config);
        let client = |answers| {
            Client::builder(config.clone()).transport(answers).clock(move || moment).build()
        };
        let answer = |rows: &Rows, begin, count, total| {
            let mut text = Vec::new();
            rows.answer(begin, count, total, &mut text);
            Bytes::from(text)
        };
        let whole = Rows::whole();
        let all = PAGES * 100 - 1;
        let pages = (0..PAGES).map(|page| {
            let begin = page * 100;
            answer(&whole, begin, (all - begin).min(100), all - begin)
        });
        let mut page = Vec::new();
        whole.answer(0, 100, 100_000, &mut page);
        Ok(Self {
            signer: Signer::new(&Keys::new(ACCESS_KEY, SECRET_KEY)?, HashType::Sha256),
            date: RequestDate::new(moment),
            moment,
            runtime: tokio::runtime::Builder::new_current_thread().build()?,
            short: client(Answers::new([answer(&Rows::short(), 1, 1, 1_000_000)]))?,
            list: client(Answers::new(pages))?,
            page,
        })
    }

    /// The signature of one request, with a derived key.
    fn sign(&self) -> Result<()> {
        let request = SignableRequest::new("POST", "/admin/gql", "manager.example", "v9.20250722");
        black_box(self.signer.authorization(black_box(&request), &self.date));
        Ok(())
    }

    /// A date and its header.
    fn date(&self) -> Result<()> {
        black_box(RequestDate::new(black_box(self.moment)).header_value());
        Ok(())
    }

    /// An operation as a request with its body.
    fn body(&self) -> Result<()> {
        let list = PagedKeyPairNames::new().limit(1).offset(1).filter("is_active == true");
        drop(black_box(self.short.send(list)));
        Ok(())
    }

    /// One small query from the operation to its data, without the network.
    fn query(&self) -> Result<()> {
        let operation = PagedKeyPairNames::new().limit(1).offset(1);
        black_box(self.runtime.block_on(self.short.send(operation).into_future())?);
        Ok(())
    }

    /// A page of 100 keypairs.
    fn decode(&self) -> Result<()> {
        #[derive(Deserialize)]
        struct Answer {
            data: paged_key_pairs::Data,
            #[serde(rename = "errors")]
            _errors: Option<Vec<Box<RawValue>>>,
        }
        let answer: Answer = serde_json::from_str(str::from_utf8(black_box(&self.page))?)?;
        black_box(answer.data);
        Ok(())
    }

    /// Four pages by key, without the network.
    fn pages(&self) -> Result<()> {
        let rows = self.runtime.block_on(async {
            let mut rows = self.list.pages(PagedKeyPairs::new()).items();
            let mut count = 0;
            while let Some(row) = rows.next().await {
                black_box(row?);
                count += 1;
            }
            Ok::<_, backendai::Error>(count)
        })?;
        if rows == PAGES * 100 - 1 { Ok(()) } else { Err(format!("{rows} rows came").into()) }
    }
}

/// Returns its responses in turn.
struct Answers {
    bodies: Vec<Bytes>,
    headers: HeaderMap,
    next: AtomicUsize,
}

impl Answers {
    fn new(bodies: impl IntoIterator<Item = Bytes>) -> Self {
        let headers = [
            ("content-type", "application/json; charset=utf-8"),
            ("date", "Sat, 21 Nov 2026 23:36:46 GMT"),
            ("server", "BackendAI"),
            ("x-ratelimit-limit", "1000000"),
            ("x-ratelimit-remaining", "999999"),
            ("x-ratelimit-reset", "900"),
            ("x-ratelimit-window", "900"),
        ];
        let headers = headers.map(|(name, value)| {
            (http::HeaderName::from_static(name), HeaderValue::from_static(value))
        });
        Self {
            bodies: bodies.into_iter().collect(),
            headers: HeaderMap::from_iter(headers),
            next: AtomicUsize::new(0),
        }
    }
}

impl Transport for Answers {
    fn send(&self, request: HttpRequest) -> TransportFuture<'_> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.bodies.len();
        let body = self.bodies.get(turn).cloned().unwrap_or_default();
        let mut response = HttpResponse::new(StatusCode::OK, body);
        response.headers = self.headers.clone();
        Box::pin(async move {
            drop(black_box(request));
            Ok(response)
        })
    }
}
