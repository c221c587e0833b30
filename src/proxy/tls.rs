//! TLS as the configuration wants it, for connections that the HTTP library of the
//! [transport](crate::transport) does not make.

use std::sync::Arc;

use rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject as _},
};
use rustls_platform_verifier::Verifier;

use crate::{
    config::Config,
    error::{Error as Failure, Result},
};

/// How servers are checked, and what is shown to them. `plain` is whether no connection is
/// encrypted; then a system without certificate authorities will do.
pub(super) fn client(config: &Config, plain: bool) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let unusable =
        |error: Error| Failure::config("TLS cannot be prepared as configured").with_source(error);
    let pem =
        |_| Failure::config("a certificate or the private key is no PEM text that can be read");
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(unusable)?;
    let builder = if config.skip_tls_verification() {
        let any = AnyServer(provider);
        builder.dangerous().with_custom_certificate_verifier(Arc::new(any))
    } else if plain {
        builder.with_root_certificates(RootCertStore::empty())
    } else {
        let mut own = Vec::new();
        for text in config.ca_certificates() {
            for certificate in CertificateDer::pem_slice_iter(text) {
                own.push(certificate.map_err(pem)?);
            }
        }
        let system = Verifier::new_with_extra_roots(own, provider).map_err(unusable)?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(system))
    };
    let Some(identity) = config.client_identity() else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = CertificateDer::pem_slice_iter(identity.expose_pem())
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(pem)?;
    let key = PrivateKeyDer::from_pem_slice(identity.expose_pem()).map_err(pem)?;
    builder.with_client_auth_cert(chain, key).map_err(unusable)
}

/// Takes any certificate, as was asked for. That the server has the key of it is checked still.
#[derive(Debug)]
struct AnyServer(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
