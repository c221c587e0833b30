//! TLS as configured, for the transport and the proxy.

use std::sync::Arc;

use rustls::{
    CertificateError, ClientConfig, ConfigBuilder, DigitallySignedStruct, RootCertStore,
    SignatureScheme,
    client::{
        WantsClientCert, WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{
        CertificateDer, PrivateKeyDer, ServerName, UnixTime,
        pem::{self, PemObject as _},
    },
    server::ParsedCertificate,
};
use rustls_platform_verifier::Verifier;

use crate::config::Config;

/// Why TLS cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("a certificate or the private key is not PEM that can be read")]
    Pem(#[from] pem::Error),
    #[error(transparent)]
    Setup(#[from] rustls::Error),
    #[error("the certificates cannot be used")]
    Authorities(#[from] rustls::client::VerifierBuilderError),
}

/// Returns how servers are verified and which certificate is presented to them. With `plain`
/// endpoints alone, a system without certificate authorities, as in a bare container, is no error.
pub(crate) fn client_config(config: &Config, plain: bool) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?;
    let builder = if config.skip_tls_verification() {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyServer(provider)))
    } else {
        let mut own = Vec::new();
        for text in config.ca_certificates() {
            for certificate in CertificateDer::pem_slice_iter(text) {
                own.push(certificate?);
            }
        }
        let verifier: Arc<dyn ServerCertVerifier> =
            match Verifier::new_with_extra_roots(own.clone(), provider.clone()) {
                Ok(system) => Arc::new(system),
                Err(_) if plain => {
                    let mut roots = RootCertStore::empty();
                    for certificate in own.clone() {
                        roots.add(certificate)?;
                    }
                    if roots.is_empty() {
                        return finish(config, builder.with_root_certificates(roots));
                    }
                    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
                        .build()?
                }
                Err(error) => return Err(error.into()),
            };
        let verifier = OwnServer { verifier, own };
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
    };
    finish(config, builder)
}

/// Adds the client's certificate, if there is one.
fn finish(
    config: &Config,
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
) -> Result<ClientConfig, TlsError> {
    let Some(identity) = config.client_identity() else {
        return Ok(builder.with_no_client_auth());
    };
    let chain =
        CertificateDer::pem_slice_iter(identity.expose_pem()).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(identity.expose_pem())?;
    Ok(builder.with_client_auth_cert(chain, key)?)
}

/// Verifies servers, and also accepts a certificate that was configured itself, although it is that of an
/// authority: such as `openssl req -x509` makes unless another kind is requested.
#[derive(Debug)]
struct OwnServer {
    verifier: Arc<dyn ServerCertVerifier>,
    own: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for OwnServer {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified =
            self.verifier.verify_server_cert(certificate, intermediates, name, ocsp, now);
        match &verified {
            // Reported only for a certificate that is valid now; its names are checked here.
            Err(error) if is_authority(error) && self.own.contains(certificate) => {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            _ => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

/// Whether a certificate was refused only because it is that of an authority.
fn is_authority(error: &rustls::Error) -> bool {
    let rustls::Error::InvalidCertificate(CertificateError::Other(other)) = error else {
        return false;
    };
    other.0.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity)
}

/// Accepts any certificate, but still verifies that the server has its key.
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
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
