//! What a route gets.

use std::path::{Path, PathBuf};

use reqwest::{
    RequestBuilder,
    header::CONTENT_TYPE,
    multipart::{Form, Part},
};
use serde::Serialize;
use serde_json::Value;

use crate::error::{Error, Kind, Result};

/// The input of a call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Input {
    /// JSON: an object with the arguments.
    Json(Value),
    /// A text, for routes whose input is one text.
    Text(String),
    /// Bytes of a media type, for routes whose input is one file.
    Bytes {
        /// The media type, if it is known.
        media_type: Option<String>,
        /// The bytes.
        data: Vec<u8>,
    },
    /// Arguments of which some are files.
    Form(Vec<(String, Field)>),
}

/// An argument of a form.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Field {
    /// A value.
    Json(Value),
    /// A file on the disk, which is read when it is sent.
    File(PathBuf),
    /// A file that is in memory.
    Bytes {
        /// Its name.
        name: String,
        /// Its bytes.
        data: Vec<u8>,
    },
    /// The address of a file, which the service fetches.
    Url(String),
}

impl Input {
    /// JSON of anything that can be serialised.
    ///
    /// # Errors
    ///
    /// It has no JSON.
    pub fn json(input: &impl Serialize) -> Result<Self> {
        serde_json::to_value(input).map(Self::Json).map_err(|error| {
            let problem = "the input cannot be written as JSON".to_owned();
            Error::with_source(Kind::Input { problem }, error)
        })
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The arguments of a form.
    pub fn form<N: Into<String>>(fields: impl IntoIterator<Item = (N, Field)>) -> Self {
        Self::Form(fields.into_iter().map(|(name, field)| (name.into(), field)).collect())
    }

    pub(super) async fn put_into(self, request: RequestBuilder) -> Result<RequestBuilder> {
        Ok(match self {
            Self::Json(value) => request.json(&value),
            Self::Text(text) => request.header(CONTENT_TYPE, "text/plain").body(text),
            Self::Bytes { media_type: Some(kind), data } => {
                request.header(CONTENT_TYPE, kind).body(data)
            }
            Self::Bytes { media_type: None, data } => request.body(data),
            Self::Form(fields) => {
                let mut form = Form::new();
                // Values come first, as with the real client.
                let (files, values): (Vec<_>, Vec<_>) = fields
                    .into_iter()
                    .partition(|(_, field)| matches!(field, Field::File(_) | Field::Bytes { .. }));
                for (name, field) in values.into_iter().chain(files) {
                    form = form.part(name, field.part().await?);
                }
                request.multipart(form)
            }
        })
    }
}

impl Field {
    async fn part(self) -> Result<Part> {
        Ok(match self {
            Self::Json(value) => Part::text(value.to_string()),
            Self::Url(url) => Part::text(url),
            Self::Bytes { name, data } => {
                typed(Part::bytes(data), Path::new(&name))?.file_name(name)
            }
            Self::File(path) => {
                let refuse = |error| {
                    Error::with_source(Kind::File { what: "read", path: path.clone() }, error)
                };
                let part = Part::file(&path).await.map_err(refuse)?;
                typed(part, &path)?
            }
        })
    }
}

fn typed(part: Part, path: &Path) -> Result<Part> {
    match mime_guess::from_path(path).first_raw() {
        None => Ok(part),
        Some(kind) => {
            part.mime_str(kind).map_err(|_| Error::input(format!("`{kind}` is not a media type")))
        }
    }
}
