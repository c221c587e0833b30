//! Trusted certificates, and the client's own.

use std::{fs, path::PathBuf, sync::Arc};

use secrecy::{ExposeSecret as _, SecretSlice};

use crate::setting::{Field, Problem};

/// The client's certificate and private key, for servers that request them. The key is wiped from
/// memory when the last clone is dropped, and `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct ClientIdentity(Arc<SecretSlice<u8>>);

impl ClientIdentity {
    /// The certificate chain and private key, in PEM form.
    pub fn expose_pem(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

/// A PEM document, or a file with one.
#[derive(Clone, Debug)]
pub(super) enum Pem {
    File(PathBuf),
    Text(Arc<SecretSlice<u8>>),
}

impl Pem {
    pub(super) fn text(bytes: Vec<u8>) -> Self {
        Self::Text(Arc::new(bytes.into()))
    }

    fn read(&self, field: Field) -> Result<(Arc<SecretSlice<u8>>, String), Problem> {
        match self {
            Self::Text(text) => {
                let method = field.setting().method.replace("_file", "_pem");
                Ok((text.clone(), format!("ConfigBuilder::{method}")))
            }
            Self::File(path) => match fs::read(path) {
                Ok(bytes) => Ok((Arc::new(bytes.into()), path.display().to_string())),
                Err(error) => {
                    let message = format!("the file cannot be read: {error}");
                    Err(Problem::new(field, path.display(), message))
                }
            },
        }
    }

    pub(super) fn certificates(&self) -> Result<Vec<u8>, Problem> {
        let (pem, place) = self.read(Field::CaCertificates)?;
        let pem = pem.expose_secret();
        let message = if contains(pem, "PRIVATE KEY-----") {
            "it contains a private key; it must contain certificates alone"
        } else if !contains(pem, CERTIFICATE) {
            "it has no certificate in PEM form; convert it with openssl x509 -inform der"
        } else {
            return Ok(pem.to_vec());
        };
        Err(Problem::new(Field::CaCertificates, place, message))
    }

    pub(super) fn identity(&self) -> Result<ClientIdentity, Problem> {
        let (pem, place) = self.read(Field::ClientIdentity)?;
        let text = pem.expose_secret();
        let message = if !contains(text, CERTIFICATE) {
            "it has no certificate in PEM form; put certificate and private key into one file"
        } else if contains(text, "ENCRYPTED") {
            "the private key is encrypted; remove the passphrase with openssl pkey"
        } else if !contains(text, "PRIVATE KEY-----") {
            "it has no private key in PEM form; put certificate and private key into one file"
        } else {
            return Ok(ClientIdentity(pem));
        };
        Err(Problem::new(Field::ClientIdentity, place, message))
    }
}

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

fn contains(pem: &[u8], text: &str) -> bool {
    pem.windows(text.len()).any(|window| window == text.as_bytes())
}
