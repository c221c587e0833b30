//! One stored version and what its manifest holds.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{Kind, failed};
use crate::{
    DateTime, Label, Tag,
    error::{Error, Kind as What, Result},
    yaml,
};

/// No manifest is larger, in bytes.
const LIMIT: u64 = 64 << 20;
/// The largest README that is sent, in bytes.
const README: u64 = 3 << 20;

/// A version in a local store.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    kind: Kind,
    tag: Tag,
    path: PathBuf,
    manifest: Value,
}

/// A model that a bento uses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelUse {
    /// Its tag.
    pub tag: Tag,
    /// Where it comes from: `bentoml` is the store, `huggingface` is not.
    pub registry: String,
}

impl Item {
    pub(super) fn read(kind: Kind, tag: Tag, path: PathBuf) -> Result<Self> {
        let manifest = read_manifest(&path.join(kind.manifest()))?;
        Ok(Self { kind, tag, path, manifest })
    }

    /// Reads a folder that is not in the store yet: its manifest has the tag.
    pub(super) fn unpacked(kind: Kind, path: PathBuf) -> Result<Self> {
        let file = path.join(kind.manifest());
        let manifest = read_manifest(&file)?;
        let text = |key| manifest.get(key).and_then(Value::as_str).unwrap_or_default();
        let tag = Tag::new(text("name"), text("version")).map_err(|error| {
            let message = "its `name` and `version` are no tag".to_owned();
            Error::with_source(What::Shape { path: file, message }, error)
        })?;
        Ok(Self { kind, tag, path, manifest })
    }

    /// Whether it is a bento or a model.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the tag, with the version.
    pub fn tag(&self) -> &Tag {
        &self.tag
    }

    /// Returns the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns `bento.yaml` or `model.yaml`. Dates and numbers in unusual notation are texts.
    pub fn manifest(&self) -> &Value {
        &self.manifest
    }

    /// Returns the time of creation, if the manifest has one.
    pub fn created_at(&self) -> Option<DateTime> {
        self.text("creation_time").parse().ok()
    }

    /// Returns the labels.
    pub fn labels(&self) -> Vec<Label> {
        let labels = self.manifest.get("labels").and_then(Value::as_object).into_iter().flatten();
        labels.map(|(key, value)| Label::new(key, plain(value))).collect()
    }

    /// Returns the models that a bento uses, each once.
    pub fn models(&self) -> Vec<ModelUse> {
        let list = |of: &Value| of.get("models").and_then(Value::as_array).cloned();
        let services = self.manifest.get("services").and_then(Value::as_array);
        let own = list(&self.manifest).into_iter();
        let used = services.into_iter().flatten().filter_map(list);
        let mut models: Vec<ModelUse> = Vec::new();
        for model in own.chain(used).flatten() {
            let tag = model.get("tag").unwrap_or(&model).as_str().and_then(|tag| tag.parse().ok());
            let Some(tag) = tag else { continue };
            let registry = model.get("registry").and_then(Value::as_str).unwrap_or("bentoml");
            if !models.iter().any(|known| known.tag == tag) {
                models.push(ModelUse { tag, registry: registry.to_owned() });
            }
        }
        models
    }

    /// Returns the size of its files in bytes, without those of its models.
    ///
    /// # Errors
    ///
    /// A folder cannot be read.
    pub fn size(&self) -> Result<u64> {
        size(&self.path)
    }

    /// The README as the description of a bento.
    pub(crate) fn description(&self) -> String {
        let path = self.path.join("README.md");
        match fs::metadata(&path) {
            Ok(metadata) if metadata.len() <= README && self.kind == Kind::Bento => {
                fs::read_to_string(&path).unwrap_or_default()
            }
            _ => String::new(),
        }
    }

    /// The manifest as the server wants it, with every field of the real client's.
    pub(crate) fn remote_manifest(&self, size: u64) -> Value {
        let field = |key: &str, default: Value| match self.manifest.get(key) {
            None | Some(Value::Null) => default,
            Some(value) => value.clone(),
        };
        let bentoml_version = self.text("bentoml_version");
        if self.kind == Kind::Model {
            let context = field("context", json!({}));
            let part = |key: &str, default: Value| context.get(key).cloned().unwrap_or(default);
            let version = part("bentoml_version", json!(""));
            return json!({
                "module": field("module", json!("")),
                "api_version": field("api_version", json!("v1")),
                "bentoml_version": version, "size_bytes": size,
                "metadata": field("metadata", json!({})),
                "context": {
                    "framework_name": part("framework_name", json!("")),
                    "framework_versions": part("framework_versions", json!({})),
                    "bentoml_version": version,
                    "python_version": part("python_version", json!("")),
                },
                "options": field("options", json!({})),
            });
        }
        let spec = field("spec", json!(1));
        let services = field("services", json!([]));
        let services = services.as_array().into_iter().flatten().map(service);
        let old = spec == 1;
        let apis = self.manifest.get("apis").and_then(Value::as_array);
        let apis = apis.into_iter().flatten().filter_map(|api| {
            let part = |key: &str| api.get(key).cloned().unwrap_or(Value::Null);
            let shown = json!({"route": part("route"), "doc": part("docs"),
                "input": part("input_type"), "output": part("output_type")});
            Some((api.get("name")?.as_str()?.to_owned(), shown))
        });
        let runners = self.manifest.get("runners").and_then(Value::as_array);
        let runners = runners.into_iter().flatten().map(|runner| {
            let part = |key: &str| runner.get(key).cloned().unwrap_or(Value::Null);
            json!({"name": part("name"), "runnable_type": part("runnable_type"),
                "models": part("models"), "resource_config": part("resource_config")})
        });
        json!({
            "service": self.text("service"), "bentoml_version": bentoml_version,
            "size_bytes": size, "entry_service": self.text("entry_service"),
            "name": self.tag.name(),
            "apis": apis.collect::<serde_json::Map<_, _>>(),
            "models": self.models().iter().map(|model| model.tag.to_string()).collect::<Vec<_>>(),
            "runners": runners.collect::<Vec<_>>(),
            "services": services.collect::<Vec<_>>(),
            "envs": field("envs", json!([])), "schema": field("schema", json!({})),
            "version": self.tag.version(), "dev": false,
            "image": if old { Value::Null } else { field("image", Value::Null) },
            "spec": spec,
        })
    }

    fn text(&self, key: &str) -> &str {
        self.manifest.get(key).and_then(Value::as_str).unwrap_or_default()
    }
}

fn service(service: &Value) -> Value {
    let field = |key: &str, default: Value| service.get(key).cloned().unwrap_or(default);
    let models = field("models", json!([]));
    let models = models.as_array().into_iter().flatten().map(|model| {
        let field = |key: &str| model.get(key).cloned().unwrap_or(Value::Null);
        let time = field("creation_time");
        let time = time.as_str().and_then(|time| time.parse::<DateTime>().ok());
        json!({
            "tag": model.get("tag").unwrap_or(model), "module": plain(&field("module")),
            "creation_time": time, "alias": field("alias"),
            "registry": model.get("registry").cloned().unwrap_or(json!("bentoml")),
            "metadata": field("metadata"),
        })
    });
    json!({
        "name": field("name", json!("")), "service": field("service", json!("")),
        "models": models.collect::<Vec<_>>(), "dependencies": field("dependencies", json!([])),
        "config": field("config", json!({})),
    })
}

/// A scalar as text.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn read_manifest(path: &Path) -> Result<Value> {
    let length = fs::metadata(path).map_err(|error| failed("read", path, error))?.len();
    let shape = |message: String| Error::from(What::Shape { path: path.to_owned(), message });
    if length > LIMIT {
        return Err(shape(format!("the manifest is larger than {LIMIT} bytes")));
    }
    let text = fs::read_to_string(path).map_err(|error| failed("read", path, error))?;
    let node = yaml::parse(&text).map_err(|problem| What::Yaml {
        path: path.to_owned(),
        line: problem.line,
        column: problem.column,
        message: problem.message,
    })?;
    match node.as_ref().map(yaml::to_json) {
        Some(manifest @ Value::Object(_)) => Ok(manifest),
        _ => Err(shape("the manifest is not a map".to_owned())),
    }
}

fn size(path: &Path) -> Result<u64> {
    let refuse = |error| failed("read the folder", path, error);
    let mut total = 0;
    for entry in fs::read_dir(path).map_err(refuse)? {
        let entry = entry.map_err(refuse)?;
        let kind = entry.file_type().map_err(refuse)?;
        total += if kind.is_dir() {
            size(&entry.path())?
        } else {
            // A link counts with what it leads to, as it does to the real client.
            fs::metadata(entry.path()).map_or(0, |metadata| metadata.len())
        };
    }
    Ok(total)
}
