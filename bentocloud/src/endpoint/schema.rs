//! The routes of a service.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// The routes of a service: its `/schema.json`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Schema {
    /// The name of the service.
    #[serde(default)]
    pub name: String,
    /// Its routes.
    #[serde(default)]
    pub routes: Vec<Route>,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Route {
    /// The name of the method.
    pub name: String,
    /// The path, such as `/echo`.
    pub route: String,
    /// Whether it is a task, which is submitted and not called.
    #[serde(default)]
    pub is_task: bool,
    /// The JSON schema of the input.
    #[serde(default)]
    pub input: Value,
    /// The JSON schema of the output.
    #[serde(default)]
    pub output: Value,
}

impl Schema {
    /// Returns the route of that name or path.
    ///
    /// # Errors
    ///
    /// [`Error::is_input`] if there is none; the text lists those that there are.
    pub fn route(&self, name: &str) -> Result<&Route> {
        let name = name.trim_start_matches('/');
        let found = self
            .routes
            .iter()
            .find(|route| route.name == name || route.route.trim_start_matches('/') == name);
        found.ok_or_else(|| {
            let known: Vec<_> = self.routes.iter().map(|route| route.route.as_str()).collect();
            Error::input(format!("Endpoint {name} not found; there are {}", known.join(", ")))
        })
    }
}

impl Route {
    /// Whether an argument is a file, or a list of files.
    pub fn is_file(&self, argument: &str) -> bool {
        let property = self.properties().and_then(|properties| properties.get(argument));
        let is = |schema: &Value| schema.get("type").is_some_and(|kind| kind == "file");
        property.is_some_and(|property| is(property) || property.get("items").is_some_and(is))
    }

    /// Whether the input is one value and not named arguments.
    pub fn is_root(&self) -> bool {
        self.input.get("root_input").is_some_and(|root| root == true)
    }

    /// Checks the names of arguments, before anything is sent.
    ///
    /// # Errors
    ///
    /// [`Error::is_input`] if one is unknown or missing.
    pub fn check(&self, arguments: &Map<String, Value>) -> Result<()> {
        self.check_names(arguments.keys().map(String::as_str).collect())
    }

    /// Checks names as [`check`](Self::check) does.
    ///
    /// # Errors
    ///
    /// [`Error::is_input`] if one is unknown or missing.
    pub fn check_names(&self, names: Vec<&str>) -> Result<()> {
        if self.is_root() {
            return Ok(());
        }
        let known = |name: &&str| self.properties().is_some_and(|known| known.contains_key(*name));
        let free = self.input.get("additionalProperties").is_some_and(|free| free != false);
        let unknown: Vec<_> = names.iter().copied().filter(|name| !free && !known(name)).collect();
        if !unknown.is_empty() {
            let all = self.properties().into_iter().flat_map(Map::keys).map(String::as_str);
            let all: Vec<_> = all.collect();
            return Err(Error::input(format!(
                "Arguments not found in endpoint {}: {}; there are {}",
                self.name,
                unknown.join(", "),
                all.join(", ")
            )));
        }
        let required = self.input.get("required").and_then(Value::as_array);
        let required = required.into_iter().flatten().filter_map(Value::as_str);
        let missing: Vec<_> = required.filter(|name| !names.contains(name)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::input(format!(
            "Missing required arguments in endpoint {}: {}",
            self.name,
            missing.join(", ")
        )))
    }

    fn properties(&self) -> Option<&Map<String, Value>> {
        self.input.get("properties").and_then(Value::as_object)
    }
}
