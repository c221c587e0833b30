//! Bentos and models: records, uploads and archives.

#![allow(clippy::indexing_slicing, reason = "a key that a JSON value lacks is null")]

use std::{collections::BTreeMap, io};

use serde_json::{Value, json};

use super::{
    State,
    account::{TIME, list, put, resource},
    content::Content,
    deployment::Outcome,
    query::Query,
};

/// What a version belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Bentos.
    Bento,
    /// Models.
    Model,
}

impl Kind {
    /// `bento` or `model`, as in paths and types of resources.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Bento => "bento",
            Self::Model => "model",
        }
    }

    /// Fields that the real client always sends when it creates a version.
    fn fields(self) -> (&'static [&'static str], &'static [&'static str]) {
        let manifest: &[&str] = match self {
            Self::Bento => &[
                "service",
                "bentoml_version",
                "size_bytes",
                "entry_service",
                "name",
                "apis",
                "models",
                "runners",
                "services",
                "envs",
                "schema",
                "version",
                "dev",
                "image",
                "spec",
            ],
            Self::Model => &[
                "module",
                "api_version",
                "bentoml_version",
                "size_bytes",
                "metadata",
                "context",
                "options",
            ],
        };
        (&["description", "version", "manifest", "build_at", "labels"], manifest)
    }
}

/// How the server wants archives to be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// No strategy is named, and there is an address in the storage: one PUT.
    #[default]
    Presigned,
    /// `presigned_url`: parts, each to an address in the storage.
    Multipart,
    /// `proxy`: through this server.
    Proxy,
    /// No strategy is named, and there is no address: through this server.
    Fallback,
}

/// A version as the server has it.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) version: String,
    description: Value,
    manifest: Value,
    labels: Value,
    build_at: Value,
    pub(super) status: String,
    pub(super) reason: String,
    pub(super) content: Option<Content>,
    upload: Option<Upload>,
}

/// A multipart upload that is not complete.
#[derive(Clone, Debug)]
struct Upload {
    id: String,
    parts: BTreeMap<u64, Content>,
}

impl Record {
    /// A bento whose content is not kept.
    pub(super) fn bento(name: &str, version: &str, services: &[&str]) -> Self {
        let entry = services.first().copied().unwrap_or_default();
        let service = |name: &&str| json!({"name": name, "service": "", "models": [], "dependencies": [], "config": {}});
        let manifest = json!({
            "service": format!("service:{entry}"), "bentoml_version": "1.4.40",
            "size_bytes": 123, "entry_service": entry, "name": name, "apis": {},
            "models": [], "runners": [], "envs": [], "schema": {},
            "services": services.iter().map(service).collect::<Vec<_>>(),
            "version": version, "dev": false, "image": null, "spec": 1,
        });
        Self::new(Kind::Bento, name, version, manifest, "success")
    }

    fn new(kind: Kind, name: &str, version: &str, manifest: Value, status: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            version: version.to_owned(),
            description: json!(""),
            manifest,
            labels: json!([]),
            build_at: json!(TIME),
            status: status.to_owned(),
            reason: String::new(),
            content: None,
            upload: None,
        }
    }

    pub(super) fn tag(&self) -> String {
        format!("{}:{}", self.name, self.version)
    }

    pub(super) fn show(&self) -> Value {
        let mut shown = resource(self.kind.word(), &self.version);
        put(
            &mut shown,
            json!({
                "description": self.description, "version": self.version, "labels": self.labels,
                "image_build_status": "success", "upload_status": self.status,
                "upload_finished_reason": self.reason,
                "presigned_upload_url": "", "presigned_download_url": "",
                "transmission_strategy": null, "upload_id": "", "upload_started_at": TIME,
                "upload_finished_at": TIME, "build_at": self.build_at, "manifest": self.manifest,
                "repository": repository(self.kind, &self.name),
            }),
        );
        shown
    }

    /// The version's part of a path.
    fn place(&self) -> String {
        format!("{}/{}/{}", self.kind.word(), self.name, self.version)
    }
}

fn repository(kind: Kind, name: &str) -> Value {
    let mut shown = resource(&format!("{}_repository", kind.word()), name);
    put(&mut shown, json!({"description": "", format!("latest_{}", kind.word()): null}));
    shown
}

fn absent<T>() -> Result<T, (u16, String)> {
    Err((404, "record not found".to_owned()))
}

impl State {
    pub(super) fn record(&self, kind: Kind, name: &str, version: &str) -> Option<&Record> {
        self.known
            .records
            .iter()
            .find(|record| record.kind == kind && record.name == name && record.version == version)
    }

    pub(super) fn record_mut(
        &mut self,
        kind: Kind,
        name: &str,
        version: &str,
    ) -> Option<&mut Record> {
        self.known
            .records
            .iter_mut()
            .find(|record| record.kind == kind && record.name == name && record.version == version)
    }

    pub(super) fn repository(&self, kind: Kind, name: &str) -> Outcome {
        let made = self.repositories.iter().any(|known| *known == (kind, name.to_owned()));
        let seeded = self.known.records.iter().any(|one| one.kind == kind && one.name == name);
        if made || seeded { Ok(repository(kind, name)) } else { absent() }
    }

    pub(super) fn create_repository(&mut self, kind: Kind, body: &Value) -> Outcome {
        let Some(name) = body["name"].as_str() else {
            return Err((400, "a repository needs a name".to_owned()));
        };
        if self.repository(kind, name).is_ok() {
            return Err((409, format!("the repository {name} exists")));
        }
        self.repositories.push((kind, name.to_owned()));
        Ok(repository(kind, name))
    }

    /// A page of the versions, newest first: of one repository, or of all.
    pub(super) fn versions(&self, kind: Kind, name: Option<&str>, query: &Query) -> Outcome {
        let fits = |record: &&Record| {
            record.kind == kind
                && name.is_none_or(|name| name == record.name)
                && record.tag().contains(query.get("search"))
        };
        let found: Vec<_> = self.known.records.iter().rev().filter(fits).collect();
        if let (Some(name), true) = (name, found.is_empty()) {
            self.repository(kind, name)?;
        }
        let start = query.number("start")?.unwrap_or(0);
        let count = query.number("count")?.unwrap_or(20);
        let page = found.iter().skip(start).take(count).map(|record| self.shown_record(record));
        Ok(list(page.collect(), found.len(), start))
    }

    /// A record with the strategy.
    pub(super) fn shown_record(&self, record: &Record) -> Value {
        let mut shown = record.show();
        let strategy = match self.strategy {
            Strategy::Presigned | Strategy::Fallback => Value::Null,
            Strategy::Multipart => json!("presigned_url"),
            Strategy::Proxy => json!("proxy"),
        };
        put(&mut shown, json!({"transmission_strategy": strategy}));
        shown
    }

    pub(super) fn show_version(&self, kind: Kind, name: &str, version: &str) -> Outcome {
        match self.record(kind, name, version) {
            Some(record) => Ok(self.shown_record(record)),
            None => absent(),
        }
    }

    pub(super) fn create_version(&mut self, kind: Kind, name: &str, body: &Value) -> Outcome {
        self.repository(kind, name)?;
        let (fields, manifest) = kind.fields();
        complete(body, "the version", fields)?;
        complete(&body["manifest"], "the manifest", manifest)?;
        let version = body["version"].as_str().unwrap_or_default();
        if self.record(kind, name, version).is_some() {
            return Err((409, format!("{name}:{version} exists")));
        }
        let record = Record::new(kind, name, version, Value::Null, "pending");
        self.known.records.push(record);
        self.update_version(kind, name, version, body)
    }

    pub(super) fn update_version(
        &mut self,
        kind: Kind,
        name: &str,
        version: &str,
        body: &Value,
    ) -> Outcome {
        let Some(record) = self.record_mut(kind, name, version) else { return absent() };
        for (field, place) in [
            ("description", &mut record.description),
            ("manifest", &mut record.manifest),
            ("labels", &mut record.labels),
            ("build_at", &mut record.build_at),
        ] {
            if let Some(value) = body.get(field) {
                value.clone_into(place);
            }
        }
        self.show_version(kind, name, version)
    }

    /// One step of a transfer.
    pub(super) fn step(
        &mut self,
        kind: Kind,
        name: &str,
        version: &str,
        step: &str,
        body: &Value,
    ) -> Outcome {
        let (origin, strategy) = (self.origin.clone(), self.strategy);
        self.made += 1;
        let made = self.made;
        let Some(record) = self.record_mut(kind, name, version) else { return absent() };
        let mut more = json!({});
        match step {
            "presign_upload_url" if strategy == Strategy::Fallback => {}
            "presign_upload_url" => {
                let url = format!("{origin}/storage/{}?sig={made}", record.place());
                more = json!({"presigned_upload_url": url});
            }
            "presign_download_url" if matches!(strategy, Strategy::Fallback | Strategy::Proxy) => {}
            "presign_download_url" => {
                let url = format!("{origin}/storage/{}?sig={made}", record.place());
                more = json!({"presigned_download_url": url});
            }
            "start_upload" => "uploading".clone_into(&mut record.status),
            "start_multipart_upload" => {
                let id = format!("upload-{made}");
                more = json!({"upload_id": id});
                record.upload = Some(Upload { id, parts: BTreeMap::new() });
            }
            "presign_multipart_upload_url" => {
                let upload = record.upload(body)?;
                let part = body["part_number"].as_u64().unwrap_or(0);
                let query = format!("part={part}&upload={}&sig={made}", upload.id);
                let url = format!("{origin}/storage/{}?{query}", record.place());
                more = json!({"presigned_upload_url": url});
            }
            "complete_multipart_upload" => {
                let upload = record.upload(body)?;
                let listed = body["parts"].as_array().cloned().unwrap_or_default();
                let fits = listed.len() == upload.parts.len()
                    && listed.iter().zip(&upload.parts).enumerate().all(
                        |(at, (one, (n, part)))| {
                            let number = at as u64 + 1;
                            *n == number
                                && one["part_number"] == number
                                && one["etag"] == *part.etag
                        },
                    );
                if !fits || listed.is_empty() {
                    return Err((400, "the parts are not those that arrived".to_owned()));
                }
                let whole = Content::join(upload.parts.values());
                (record.content, record.upload) = (Some(whole), None);
            }
            "finish_upload" => {
                let status = body["status"].as_str().unwrap_or_default();
                if status == "success" && record.content.is_none() {
                    return Err((400, "nothing has arrived".to_owned()));
                }
                status.clone_into(&mut record.status);
                body["reason"].as_str().unwrap_or_default().clone_into(&mut record.reason);
            }
            _ => return absent(),
        }
        let mut shown = self.show_version(kind, name, version)?;
        put(&mut shown, more);
        Ok(shown)
    }

    /// An archive, or a part of one, arrives in the storage.
    pub(super) fn keep(
        &mut self,
        kind: Kind,
        name: &str,
        version: &str,
        query: &Query,
        content: Content,
    ) -> Result<(), (u16, String)> {
        let Some(record) = self.record_mut(kind, name, version) else { return absent() };
        let part = query.number("part")?.unwrap_or(0) as u64;
        if part == 0 {
            record.content = Some(content);
            return Ok(());
        }
        let upload = record.upload.as_mut().filter(|upload| upload.id == query.get("upload"));
        let Some(upload) = upload else { return absent() };
        upload.parts.insert(part, content);
        Ok(())
    }
}

impl Record {
    fn upload(&self, body: &Value) -> Result<&Upload, (u16, String)> {
        let upload = self.upload.as_ref().filter(|upload| body["upload_id"] == *upload.id);
        upload.ok_or_else(|| (400, "the upload is not known".to_owned()))
    }
}

pub(super) fn broken(error: io::Error) -> (u16, String) {
    (500, format!("the server's disk: {error}"))
}

/// Refuses an object that lacks a field.
pub(super) fn complete(object: &Value, what: &str, fields: &[&str]) -> Result<(), (u16, String)> {
    match fields.iter().find(|field| object.get(field).is_none()) {
        Some(field) => Err((400, format!("{what} lacks the field `{field}`"))),
        None => Ok(()),
    }
}
