//! Deployments: what is kept of them, and how they are shown.

#![allow(clippy::indexing_slicing, reason = "a key that a JSON value lacks is null")]

use serde_json::{Value, json};

use super::{
    State,
    account::{Account, FIRST, list, put, resource},
    store::Kind,
};

/// Fields that the real client always sends, nulls too.
const CONFIG: [&str; 7] =
    ["access_authorization", "envs", "labels", "secrets", "services", "canary", "bento"];
/// Fields that it always sends for each service.
const SERVICE: [&str; 7] = [
    "instance_type",
    "scaling",
    "envs",
    "deployment_strategy",
    "extras",
    "cold_start_timeout",
    "config_overrides",
];

#[derive(Clone, Debug)]
pub(super) struct Deployment {
    name: String,
    cluster: String,
    status: &'static str,
    revision: u64,
    dev: bool,
    config: Value,
}

/// What a call ends in: a body, or a status with a reason.
pub(super) type Outcome = Result<Value, (u16, String)>;

impl State {
    pub(super) fn create(&mut self, account: &Account, cluster: &str, body: &Value) -> Outcome {
        self.check(body, &["name", "dev"])?;
        let name = match body["name"].as_str() {
            Some(name) => name.to_owned(),
            None => {
                let repository = body["bento"].as_str().and_then(|tag| tag.split(':').next());
                format!("{}-{:04}", repository.unwrap_or("deployment"), self.made)
            }
        };
        if self.deployments.iter().any(|deployment| deployment.name == name) {
            return Err((400, format!("deployment {name} already exists")));
        }
        self.made += 1;
        self.deployments.push(Deployment {
            name: name.clone(),
            cluster: if cluster.is_empty() { FIRST } else { cluster }.to_owned(),
            status: "running",
            revision: 1,
            dev: body["dev"] == true,
            config: body.clone(),
        });
        self.show(account, &name, cluster)
    }

    pub(super) fn update(
        &mut self,
        account: &Account,
        name: &str,
        cluster: &str,
        body: Option<&Value>,
    ) -> Outcome {
        if let Some(body) = body {
            self.check(body, &[])?;
        }
        let deployment = self.find(name, cluster)?;
        if let Some(body) = body {
            deployment.config = body.clone();
        }
        deployment.status = "running";
        deployment.revision += 1;
        self.show(account, name, cluster)
    }

    pub(super) fn terminate(&mut self, account: &Account, name: &str, cluster: &str) -> Outcome {
        self.find(name, cluster)?.status = "terminated";
        self.show(account, name, cluster)
    }

    pub(super) fn delete(&mut self, account: &Account, name: &str, cluster: &str) -> Outcome {
        let shown = self.show(account, name, cluster)?;
        self.deployments.retain(|deployment| deployment.name != name);
        Ok(shown)
    }

    pub(super) fn show(&mut self, account: &Account, name: &str, cluster: &str) -> Outcome {
        let deployment = self.find(name, cluster)?.clone();
        let mut shown = self.shown(account, &deployment);
        let running = deployment.status == "running";
        let urls = running.then(|| format!("{}/apps/{name}", self.origin));
        put(&mut shown, json!({"urls": urls.into_iter().collect::<Vec<_>>()}));
        Ok(shown)
    }

    /// A page. Without a count it holds twenty, as with the open-source server.
    pub(super) fn list(&self, account: &Account, query: &super::query::Query) -> Outcome {
        let conditions: Vec<&str> = query.get("q").split_whitespace().collect();
        for condition in &conditions {
            if *condition != "is:dev" && !condition.starts_with("label:") {
                return Err((400, format!("the filter `{condition}` is not supported here")));
            }
        }
        let fits = |deployment: &&Deployment| {
            let has = |condition: &&str| match condition.strip_prefix("label:") {
                None => deployment.dev,
                Some(label) => deployment.has_label(label),
            };
            let cluster = query.get("cluster");
            (cluster.is_empty() || deployment.cluster == cluster)
                && deployment.name.contains(query.get("search"))
                && conditions.iter().all(has)
        };
        let found: Vec<_> = self.deployments.iter().filter(fits).collect();
        let start = query.number("start")?.unwrap_or(0);
        let count = query.number("count")?.unwrap_or(20);
        let page = found.iter().skip(start).take(count);
        let page = page.map(|deployment| self.shown(account, deployment)).collect();
        Ok(list(page, found.len(), start))
    }

    /// Whether a deployed service takes a call with this token.
    pub(super) fn admits(&self, name: &str, bearer: Option<&str>) -> Result<(), (u16, String)> {
        let deployment = self.deployments.iter().find(|deployment| deployment.name == name);
        let Some(deployment) = deployment.filter(|deployment| deployment.status == "running")
        else {
            return Err((404, "no such deployment".to_owned()));
        };
        let known = |token| self.known.accounts.iter().any(|(known, _)| known == token);
        if deployment.config["access_authorization"] == true && !bearer.is_some_and(known) {
            return Err((401, "the bearer token is not known".to_owned()));
        }
        Ok(())
    }

    /// What a deployment is doing, if it exists.
    pub(super) fn status(&mut self, name: &str) -> Option<&'static str> {
        self.find(name, "").ok().map(|deployment| deployment.status)
    }

    /// The deployment of a bento that is in this state.
    pub(super) fn deploys(&self, bento: &str, status: &str) -> Option<String> {
        let found = self
            .deployments
            .iter()
            .find(|deployment| deployment.status == status && deployment.config["bento"] == bento);
        found.map(|deployment| deployment.name.clone())
    }

    pub(super) fn set_status(&mut self, name: &str, status: &'static str) -> bool {
        match self.find(name, "") {
            Ok(deployment) => {
                deployment.status = status;
                true
            }
            Err(_) => false,
        }
    }

    fn find(&mut self, name: &str, cluster: &str) -> Result<&mut Deployment, (u16, String)> {
        let here = |deployment: &&mut Deployment| {
            deployment.name == name && (cluster.is_empty() || deployment.cluster == cluster)
        };
        self.deployments.iter_mut().find(here).ok_or_else(|| (404, "record not found".to_owned()))
    }

    fn check(&self, body: &Value, more: &[&str]) -> Result<(), (u16, String)> {
        let fields = |object: &Value, place: &str, wanted: &[&str]| {
            let known = object.as_object().ok_or_else(|| (400, format!("{place} is no object")))?;
            let missing = wanted.iter().find(|field| !known.contains_key(**field));
            let unknown = known.keys().find(|field| !wanted.contains(&field.as_str()));
            match (missing, unknown) {
                (Some(field), _) => Err((400, format!("{place} lacks the field `{field}`"))),
                (_, Some(field)) => Err((400, format!("{place} has a field `{field}` too many"))),
                (None, None) => Ok(()),
            }
        };
        fields(body, "the deployment", &[&CONFIG, more].concat())?;
        for (name, service) in body["services"].as_object().into_iter().flatten() {
            fields(service, &format!("the service `{name}`"), &SERVICE)?;
        }
        let tag = body["bento"].as_str().unwrap_or_default();
        if !self.known.records.iter().any(|one| one.kind == Kind::Bento && one.tag() == tag) {
            return Err((400, format!("there is no bento `{tag}`")));
        }
        Ok(())
    }

    fn shown(&self, account: &Account, deployment: &Deployment) -> Value {
        let user = account.user();
        let tag = deployment.config["bento"].as_str();
        let bento = self
            .known
            .records
            .iter()
            .find(|record| record.kind == Kind::Bento && Some(record.tag().as_str()) == tag);
        let mut config = deployment.config.clone();
        if let Some(config) = config.as_object_mut() {
            // The server keeps labels on the deployment itself.
            config.retain(|field, _| !["labels", "bento", "name", "dev"].contains(&field.as_str()));
        }
        let mut target = resource("deployment_target", "main");
        put(
            &mut target,
            json!({
                "creator": user, "config": config, "bento": bento.map(|bento| bento.show()),
                "kube_resource_uid": "", "kube_resource_version": "",
            }),
        );
        let mut revision = resource("deployment_revision", &deployment.revision.to_string());
        put(&mut revision, json!({"creator": user, "status": "active", "targets": [target]}));
        let mut shown = resource("deployment", &deployment.name);
        put(
            &mut shown,
            json!({
                "labels": deployment.config["labels"].as_array().cloned().unwrap_or_default(),
                "status": deployment.status, "kube_namespace": account.organization,
                "creator": user, "cluster": account.cluster(&deployment.cluster),
                "latest_revision": revision,
                "manifest": {"dev": deployment.dev, "routing": null},
            }),
        );
        shown
    }
}

impl Deployment {
    /// `key=value`.
    fn has_label(&self, label: &str) -> bool {
        let labels = self.config["labels"].as_array().into_iter().flatten();
        let mut labels = labels.filter_map(|label| {
            Some(format!("{}={}", label["key"].as_str()?, label["value"].as_str()?))
        });
        labels.any(|known| known == label)
    }
}
