//! Certificates: whom the client trusts, and whom it shows itself to.

use std::{net::SocketAddr, sync::Arc};

use backendai::{Client, Config, ConfigBuilder, Error, admin::keypair::GetKeyPair};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{RootCertStore, ServerConfig, crypto::ring, server::WebPkiClientVerifier},
};

use crate::support::server::each;

/// An authority of its own, made for one test.
pub(crate) struct Authority {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
    roots: Arc<RootCertStore>,
}

struct Leaf {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.der().clone()).unwrap();
        Self { pem: certificate.pem(), issuer: Issuer::new(params, key), roots: roots.into() }
    }

    fn leaf(&self, name: &str) -> Leaf {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        Leaf { certificate: params.signed_by(&key, &self.issuer).unwrap(), key }
    }

    /// A certificate of this authority with its key.
    pub(crate) fn identity(&self) -> String {
        let leaf = self.leaf("client");
        leaf.certificate.pem() + &leaf.key.serialize_pem()
    }

    /// The TLS of a server for 127.0.0.1; it asks for a certificate of this authority when told so.
    pub(crate) fn acceptor(&self, asks: bool) -> TlsAcceptor {
        let leaf = self.leaf("127.0.0.1");
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if asks {
            let roots = self.roots.clone();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let key = leaf.key.serialize_der().try_into().unwrap();
        let chain = vec![leaf.certificate.der().clone()];
        TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).unwrap()))
    }

    /// A server that answers every request the same.
    async fn serve(&self, asks: bool) -> SocketAddr {
        let acceptor = self.acceptor(asks);
        each(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut request = [0; 4096];
                if stream.read(&mut request).await.unwrap_or(0) == 0 {
                    return;
                }
                let body = r#"{"data":{"keypair":null}}"#;
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all((head + body).as_bytes()).await.unwrap();
            }
        })
        .await
    }
}

async fn ask(
    address: SocketAddr,
    configure: impl FnOnce(ConfigBuilder) -> ConfigBuilder,
) -> Result<(), Error> {
    let config = Config::builder().endpoint(format!("https://{address}")).access_key("");
    let client = Client::new(configure(config).build().unwrap())?;
    client.send(GetKeyPair::new()).await.map(drop)
}

#[tokio::test]
async fn an_authority_has_to_be_trusted() {
    let authority = Authority::new();
    let address = authority.serve(false).await;
    let error = ask(address, |config| config.ca_certificate_pem(Authority::new().pem)).await;
    assert!(error.unwrap_err().is_connect());
    ask(address, |config| config.ca_certificate_pem(authority.pem.as_str())).await.unwrap();
    let both = format!("{}{}", Authority::new().pem, authority.pem);
    ask(address, |config| config.ca_certificate_pem(both)).await.unwrap();
    // Or nothing is verified, as was said.
    ask(address, |config| config.skip_tls_verification(true)).await.unwrap();
}

#[tokio::test]
async fn a_server_may_request_a_client_certificate() {
    let authority = Authority::new();
    let address = authority.serve(true).await;
    let trusting = |config: ConfigBuilder| config.ca_certificate_pem(authority.pem.as_str());
    ask(address, trusting).await.unwrap_err();
    let show = |leaf: Leaf| leaf.certificate.pem() + &leaf.key.serialize_pem();
    let stranger = show(Authority::new().leaf("client"));
    ask(address, |config| trusting(config).client_identity_pem(stranger)).await.unwrap_err();
    let known = show(authority.leaf("client"));
    ask(address, |config| trusting(config).client_identity_pem(known)).await.unwrap();
}

/// A server for 127.0.0.1 with this certificate.
async fn serve(certificate: &rcgen::Certificate, key: &KeyPair) -> SocketAddr {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth();
    let key = key.serialize_der().try_into().unwrap();
    let chain = vec![certificate.der().clone()];
    let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).unwrap()));
    each(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut request = [0; 4096];
            if stream.read(&mut request).await.unwrap_or(0) > 0 {
                let body = r#"{"data":{"keypair":null}}"#;
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all((head + body).as_bytes()).await.unwrap();
            }
        }
    })
    .await
}

/// What `openssl req -x509` makes: its own authority.
fn own_authority(name: &str, days: i64) -> (rcgen::Certificate, KeyPair) {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let now = rcgen::date_time_ymd(2026, 1, 1);
    if days < 0 {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = now;
    }
    let key = KeyPair::generate().unwrap();
    (params.self_signed(&key).unwrap(), key)
}

/// 08 of the inputs from the field.
#[tokio::test]
async fn a_certificate_that_was_given_itself_is_accepted_for_its_names() {
    let (certificate, key) = own_authority("127.0.0.1", 1);
    let address = serve(&certificate, &key).await;
    ask(address, |config| config.ca_certificate_pem(certificate.pem())).await.unwrap();
    // Another one of the same name is not trusted, nor is it without being given.
    let (other, _) = own_authority("127.0.0.1", 1);
    let error = ask(address, |config| config.ca_certificate_pem(other.pem())).await.unwrap_err();
    assert!(error.is_connect(), "{error}");
    ask(address, |config| config).await.unwrap_err();
    // Names and dates count.
    for (name, days, part) in
        [("other.example", 1, "check the address"), ("127.0.0.1", -1, "dates")]
    {
        let (certificate, key) = own_authority(name, days);
        let address = serve(&certificate, &key).await;
        let error = ask(address, |config| config.ca_certificate_pem(certificate.pem()));
        let error = error.await.unwrap_err();
        assert!(error.is_connect() && error.help().unwrap().contains(part), "{error:?}");
    }
}

#[tokio::test]
async fn an_unknown_authority_has_advice() {
    let (certificate, key) = own_authority("127.0.0.1", 1);
    let authority = Authority::new();
    let address = authority.serve(false).await;
    let error = ask(address, |config| config.ca_certificate_pem(certificate.pem()));
    assert!(error.await.unwrap_err().help().unwrap().contains("`ca_file`"));
    drop(key);
}

/// `https://` at a port that speaks plain HTTP or something else, or hangs up.
#[tokio::test]
async fn a_port_without_tls_is_named() {
    let answers: [&[u8]; 3] = [
        b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
        b"-ERR unknown command\r\n",
        // It hangs up.
        b"",
    ];
    for answer in answers {
        let address = each(move |mut stream| async move {
            let mut request = [0; 4096];
            if stream.read(&mut request).await.unwrap_or(0) > 0 {
                let _ = stream.write_all(answer).await;
            }
        })
        .await;
        let error = ask(address, |config| config.ca_certificate_pem(Authority::new().pem));
        let error = error.await.unwrap_err();
        assert!(error.is_connect(), "{error:?}");
        let expected = format!("no TLS server answers at https://{address}");
        assert_eq!(error.summary(), expected, "{error:?}");
        assert!(error.help().unwrap().ends_with("plain HTTP, write http://"), "{error}");
    }
}

/// Asks a port for a keypair by plain HTTP.
async fn ask_plain(address: SocketAddr) -> Error {
    let config = Config::builder().endpoint(format!("http://{address}")).access_key("");
    let client = Client::builder(config.build().unwrap()).retry(backendai::Retry::disabled());
    client.build().unwrap().send(GetKeyPair::new()).await.unwrap_err()
}

/// `http://` at a port that speaks TLS.
#[tokio::test]
async fn a_port_with_tls_is_named() {
    let (certificate, key) = own_authority("127.0.0.1", 1);
    let address = serve(&certificate, &key).await;
    let error = ask_plain(address).await;
    assert_eq!(error.summary(), format!("no HTTP server answers at http://{address}"));
    assert!(error.help().unwrap().contains("if the port speaks TLS, write https://"), "{error:?}");
}

/// `http://` at a port of SSH, which speaks first, and of Redis, which answers or hangs up.
#[tokio::test]
async fn a_port_without_http_is_named() {
    let (ssh, redis, closing) = (
        each(|mut stream| async move {
            let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").await;
            let _ = stream.read(&mut [0; 4096]).await;
        })
        .await,
        each(|mut stream| async move {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"-ERR wrong number of arguments\r\n").await;
        })
        .await,
        each(|mut stream| async move {
            let _ = stream.read(&mut [0; 4096]).await;
        })
        .await,
    );
    for address in [ssh, redis] {
        let error = ask_plain(address).await;
        let expected = format!("no HTTP server answers at http://{address}");
        assert_eq!(error.summary(), expected, "{error:?}");
        assert!(error.help().unwrap().starts_with("check the host and the port"), "{error}");
    }
    let error = ask_plain(closing).await;
    assert!(error.summary().contains("broke before the answer"), "{error:?}");
    assert!(error.help().unwrap().contains("an HTTP server answers there"), "{error}");
}
