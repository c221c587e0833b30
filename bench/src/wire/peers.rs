//! The clients that send the small query: one keypair of a list, three fields and the total.

use std::{env, future::Future, time::Duration};

use backendai::{Client, Config, admin::keypair};
use bytes::Bytes;
use graphql_client::{GraphQLQuery, Response};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, client::conn::http1::SendRequest, header};
use hyper_util::{
    client::legacy::{Client as Pooled, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use jiff::Timestamp;
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::Result;

/// The variables with the keys, and the values that are sent without them; the responder reads
/// neither.
const KEYS: [(&str, &str); 2] = [
    ("BACKEND_ACCESS_KEY", "AKIAIOSFODNN7EXAMPLE"),
    ("BACKEND_SECRET_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
];

/// The keys of all signing clients, as variables.
pub(crate) fn keys() -> [(&'static str, String); 2] {
    KEYS.map(|(name, example)| (name, env::var(name).unwrap_or_else(|_| example.to_owned())))
}

/// The scalars of the schema.
pub(crate) type DateTime = backendai::DateTime;
#[expect(clippy::upper_case_acronyms, reason = "it has the name that the schema has")]
pub(crate) type UUID = backendai::Uuid;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "graphql/schema.graphql",
    query_path = "graphql/keypairs.graphql",
    skip_serializing_none
)]
pub(crate) struct PagedKeyPairs;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "graphql/schema.graphql",
    query_path = "graphql/keypairs.graphql",
    skip_serializing_none
)]
pub(crate) struct PagedKeyPairNames;

/// A list that a program reads page by page with `graphql_client`.
pub(crate) trait Listed: GraphQLQuery {
    /// The variables of a page.
    fn page(limit: i64, offset: i64) -> Self::Variables;

    /// The number of rows of a page, and the total.
    fn count(data: Self::ResponseData) -> Option<(usize, i64)>;
}

impl Listed for PagedKeyPairs {
    fn page(limit: i64, offset: i64) -> Self::Variables {
        paged_key_pairs::Variables { limit, offset, filter: None, order: None }
    }

    fn count(data: Self::ResponseData) -> Option<(usize, i64)> {
        data.keypair_list.map(|list| (list.items.len(), list.total_count))
    }
}

impl Listed for PagedKeyPairNames {
    fn page(limit: i64, offset: i64) -> Self::Variables {
        paged_key_pair_names::Variables { limit, offset, filter: None, order: None }
    }

    fn count(data: Self::ResponseData) -> Option<(usize, i64)> {
        data.keypair_list.map(|list| (list.items.len(), list.total_count))
    }
}

mod by_cynic {
    #[derive(cynic::QueryVariables)]
    pub(super) struct Window {
        pub(super) limit: i32,
        pub(super) offset: i32,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(schema_path = "graphql/schema.graphql", graphql_type = "Query", variables = "Window")]
    pub(super) struct PagedKeyPairNames {
        #[arguments(limit: $limit, offset: $offset)]
        #[cynic(rename = "keypair_list")]
        pub(super) keypair_list: Option<KeyPairList>,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(schema_path = "graphql/schema.graphql")]
    pub(super) struct KeyPairList {
        pub(super) items: Vec<Option<KeyPair>>,
        #[cynic(rename = "total_count")]
        pub(super) total_count: i32,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(schema_path = "graphql/schema.graphql")]
    #[expect(dead_code, reason = "what is decoded has to be decoded, not read")]
    pub(super) struct KeyPair {
        #[cynic(rename = "access_key")]
        access_key: Option<String>,
        #[cynic(rename = "user_id")]
        user_id: Option<String>,
        #[cynic(rename = "is_active")]
        is_active: Option<bool>,
    }

    mod schema {
        cynic::use_schema!("graphql/schema.graphql");
    }
}

/// One caller, used sequentially; callers share the state of their constructor.
pub(crate) trait Caller {
    /// Sends the query and reads the response.
    fn call(&mut self) -> impl Future<Output = Result<()>>;
}

/// A client must not be fast because it received nothing.
fn check(rows: usize, total: impl Into<i64>) -> Result<()> {
    match rows == 1 && total.into() > 1 {
        true => Ok(()),
        false => Err("the answer is another one".into()),
    }
}

/// This library, signed or not.
#[derive(Clone)]
pub(crate) struct Ours(pub(crate) Client);

pub(crate) fn client(endpoint: &str, signed: bool) -> Result<Client> {
    let config = config(endpoint, signed)?;
    Ok(Client::new(config)?)
}

pub(crate) fn config(endpoint: &str, signed: bool) -> Result<Config> {
    let config = Config::builder().endpoint(endpoint);
    let config = match signed {
        true => {
            let [(_, access_key), (_, secret_key)] = keys();
            config.access_key(access_key).secret_key(secret_key)
        }
        // An empty key means unsigned requests.
        false => config.access_key(""),
    };
    Ok(config.build()?)
}

impl Caller for Ours {
    async fn call(&mut self) -> Result<()> {
        let data = self.0.send(keypair::PagedKeyPairNames::new().limit(1).offset(1)).await?;
        check(data.keypair_list.items.len(), data.keypair_list.total_count)
    }
}

/// `graphql_client` over `reqwest`, as in its documentation.
#[derive(Clone)]
pub(crate) struct Derived {
    pub(crate) client: reqwest::Client,
    pub(crate) endpoint: String,
    /// The access and the secret key.
    pub(crate) signed: Option<[String; 2]>,
}

impl Derived {
    pub(crate) fn new(endpoint: &str, signed: bool) -> Self {
        // TLS is not used, but the client requires a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let endpoint = format!("{endpoint}/admin/gql");
        let signed = signed.then(|| keys().map(|(_, key)| key));
        Self { client: reqwest::Client::new(), endpoint, signed }
    }

    pub(crate) async fn query<Q: GraphQLQuery>(
        &self,
        variables: Q::Variables,
    ) -> Result<Q::ResponseData> {
        let mut request = self.client.post(&self.endpoint).json(&Q::build_query(variables));
        if let Some(keys) = &self.signed {
            request = by_hand(request, &self.endpoint, keys)?;
        }
        let answer = request.send().await?.error_for_status()?;
        let answer: Response<Q::ResponseData> = answer.json().await?;
        answer.data.ok_or_else(|| "no data".into())
    }
}

impl Caller for Derived {
    async fn call(&mut self) -> Result<()> {
        let data = self.query::<PagedKeyPairNames>(PagedKeyPairNames::page(1, 1)).await?;
        let (rows, total) = PagedKeyPairNames::count(data).ok_or("no list")?;
        check(rows, total)
    }
}

/// The signature as a program would implement it from the manager's documentation.
fn by_hand(
    request: reqwest::RequestBuilder,
    address: &str,
    [access_key, secret_key]: &[String; 2],
) -> Result<reqwest::RequestBuilder> {
    fn mac(key: &[u8], text: &str) -> Result<Vec<u8>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key)?;
        mac.update(text.as_bytes());
        Ok(mac.finalize().into_bytes().to_vec())
    }
    let (_, rest) = address.split_once("://").ok_or("no scheme")?;
    let (host, path) = rest.split_once('/').ok_or("no path")?;
    let now = Timestamp::now();
    let date = now.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string();
    let text = format!(
        "POST\n/{path}\n{date}\nhost:{host}\ncontent-type:application/json\n\
         x-backendai-version:v9.20250722\n\
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    let key = mac(secret_key.as_bytes(), &now.strftime("%Y%m%d").to_string())?;
    let signature = hex::encode(mac(&mac(&key, host)?, &text)?);
    let authorization =
        format!("BackendAI signMethod=HMAC-SHA256, credential={access_key}:{signature}");
    Ok(request
        .header("Date", date)
        .header("X-BackendAI-Version", "v9.20250722")
        .header("Authorization", authorization))
}

/// `cynic` over `reqwest`, unsigned.
#[derive(Clone)]
pub(crate) struct Cynic(pub(crate) Derived);

impl Caller for Cynic {
    async fn call(&mut self) -> Result<()> {
        use cynic::QueryBuilder as _;

        let operation =
            by_cynic::PagedKeyPairNames::build(by_cynic::Window { limit: 1, offset: 1 });
        let answer = self.0.client.post(&self.0.endpoint).json(&operation).send().await?;
        let answer: cynic::GraphQlResponse<by_cynic::PagedKeyPairNames> =
            answer.error_for_status()?.json().await?;
        let list = answer.data.and_then(|data| data.keypair_list).ok_or("no list")?;
        check(list.items.len(), list.total_count)
    }
}

/// The request of the next four clients: the same bytes each time; they do not parse the response.
#[derive(Clone)]
pub(crate) struct Fixed {
    authority: String,
    path: String,
    body: Bytes,
}

impl Fixed {
    pub(crate) fn new(endpoint: &str) -> Result<Self> {
        let address = format!("{endpoint}/admin/gql");
        let (_, rest) = address.split_once("://").ok_or("no scheme")?;
        let (authority, path) = rest.split_once('/').ok_or("no path")?;
        let variables = PagedKeyPairNames::page(1, 1);
        Ok(Self {
            authority: authority.to_owned(),
            path: format!("/{path}"),
            body: serde_json::to_vec(&PagedKeyPairNames::build_query(variables))?.into(),
        })
    }

    fn request(&self, whole: bool) -> Result<Request<Full<Bytes>>> {
        let uri = match whole {
            true => format!("http://{}{}", self.authority, self.path),
            false => self.path.clone(),
        };
        Ok(Request::post(uri)
            .header(header::HOST, &self.authority)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(self.body.clone()))?)
    }
}

async fn read(answer: hyper::Response<hyper::body::Incoming>) -> Result<()> {
    let ok = answer.status().is_success();
    let body = answer.into_body().collect().await?.to_bytes();
    check(usize::from(ok), i64::try_from(body.len())?)
}

/// One connection of `hyper`, without a pool.
pub(crate) struct Hyper {
    pub(crate) sender: SendRequest<Full<Bytes>>,
    pub(crate) fixed: Fixed,
}

impl Hyper {
    pub(crate) async fn connect(fixed: Fixed) -> Result<Self> {
        let stream = TcpStream::connect(&fixed.authority).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move { connection.await.unwrap_or_default() });
        Ok(Self { sender, fixed })
    }
}

impl Caller for Hyper {
    async fn call(&mut self) -> Result<()> {
        self.sender.ready().await?;
        read(self.sender.send_request(self.fixed.request(false)?).await?).await
    }
}

/// `reqwest` alone, which this library and most others use: what no client over it can be below.
#[derive(Clone)]
pub(crate) struct Bare {
    client: reqwest::Client,
    address: reqwest::Url,
    body: Bytes,
}

impl Bare {
    pub(crate) fn new(endpoint: &str, fixed: Fixed) -> Result<Self> {
        let client = Derived::new(endpoint, false).client;
        Ok(Self { client, address: format!("{endpoint}/admin/gql").parse()?, body: fixed.body })
    }
}

impl Caller for Bare {
    async fn call(&mut self) -> Result<()> {
        let request = self.client.post(self.address.clone());
        let request = request.header("Content-Type", "application/json").body(self.body.clone());
        let answer = request.send().await?;
        let ok = answer.status().is_success();
        check(usize::from(ok), i64::try_from(answer.bytes().await?.len())?)
    }
}

/// `hyper-util`'s client: `hyper` with a pool, the basis of `reqwest`.
#[derive(Clone)]
pub(crate) struct HyperUtil {
    client: Pooled<HttpConnector, Full<Bytes>>,
    fixed: Fixed,
}

impl HyperUtil {
    pub(crate) fn new(fixed: Fixed) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Pooled::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(connector);
        Self { client, fixed }
    }
}

impl Caller for HyperUtil {
    async fn call(&mut self) -> Result<()> {
        read(self.client.request(self.fixed.request(true)?).await?).await
    }
}

/// The lower bound: a socket, prepared bytes, and a search for the length of the response.
pub(crate) struct Tcp {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Tcp {
    pub(crate) async fn connect(fixed: Fixed) -> Result<Self> {
        let stream = TcpStream::connect(&fixed.authority).await?;
        stream.set_nodelay(true)?;
        let mut request = format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n",
            fixed.path,
            fixed.authority,
            fixed.body.len()
        )
        .into_bytes();
        request.extend_from_slice(&fixed.body);
        Ok(Self { stream, request, answer: Vec::with_capacity(4096) })
    }
}

impl Caller for Tcp {
    async fn call(&mut self) -> Result<()> {
        self.stream.write_all(&self.request).await?;
        self.answer.clear();
        loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err("the connection ended".into());
            }
            if super::server::message_end(&self.answer).is_some() {
                return Ok(());
            }
        }
    }
}
