//! Names in place of ids: an unambiguous name is looked up before a request is sent.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use backendai::{
    Client, DynamicOperation, OperationInfo, Row,
    admin::{
        compute_session::{PagedSessionNodes, PagedSessions},
        container_registry::PagedContainerRegistryNodes,
        domain::PagedDomainNodes,
        endpoint::PagedEndpoints,
        group::{GroupsByName, ListGroups},
        image::GetImage,
        network::PagedNetworks,
        resource_preset::ListResourcePresets,
        user::PagedUsers,
    },
    operation::{Compiled, info::InputValueInfo},
};
use serde_json::{Map, Value, json};

use crate::{
    domain,
    input::{Input, is_global_id, is_uuid, key_of},
    output::{About, Code, Failure},
    render, v2,
};

/// How the id of an object is found by its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lookup {
    /// What it is, such as "project".
    what: &'static str,
    /// The noun whose list shows it.
    noun: &'static str,
    query: &'static OperationInfo,
    /// The list of the caller's own objects, for a caller who may not send the query.
    own: Option<&'static OperationInfo>,
    /// The field of the id.
    id: &'static str,
    /// The fields that hold a name; of a condition, its columns.
    names: &'static [&'static str],
    by: By,
    /// The fields that distinguish candidates.
    shown: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// This variable of the query is the name.
    Variable(&'static str),
    /// The query has a filter, in which the names are columns.
    Filter,
    /// The filter of the query is a condition of the v2 API, which has the only name as a column.
    Condition,
    /// The query is a list of the v2 API without a filter: the names of all rows are compared.
    Rows,
}

const fn lookup<O: Compiled>(
    (what, noun): (&'static str, &'static str),
    id: &'static str,
    names: &'static [&'static str],
    by: By,
    shown: &'static [&'static str],
) -> Lookup {
    Lookup { what, noun, query: O::INFO, own: None, id, names, by, shown }
}

/// Which ids the manager accepts.
enum IdKind {
    /// The id of the row, or a global one.
    Row,
    /// A global id only.
    Global,
}

impl Lookup {
    /// The lookup in a list of the v2 API: by a column of its filter, or of its rows if it has none.
    pub(crate) fn of_list(
        (what, noun): (&'static str, &'static str),
        query: &'static OperationInfo,
        own: Option<&'static OperationInfo>,
        names: &'static [&'static str],
        shown: &'static [&'static str],
    ) -> Self {
        let by = if query.variable("filter").is_some() { By::Condition } else { By::Rows };
        Self { what, noun, query, own, id: "id", names, by, shown }
    }

    /// The same for another noun with the same objects.
    pub(crate) const fn of_noun(self, noun: &'static str) -> Self {
        Self { noun, ..self }
    }

    /// What is accepted in place of the id.
    pub(crate) fn accepts(&self) -> &'static str {
        if self.names.contains(&"email") { "e-mail address" } else { "name" }
    }

    /// The list of the objects, and the field of their names.
    pub(crate) fn listed(&self) -> Option<(&'static OperationInfo, &'static str)> {
        let query = match self.by {
            By::Filter => self.query,
            By::Variable("name") => <ListGroups as Compiled>::INFO,
            By::Variable(_) | By::Condition | By::Rows => return None,
        };
        Some((query, self.name()?))
    }

    /// The name of the value on the command line.
    pub(crate) fn placeholder(&self) -> String {
        self.what.replace(' ', "_").to_uppercase()
    }

    /// What an argument means whose documentation is about ids alone.
    pub(crate) fn help(&self, docs: &str, is_list: bool) -> String {
        let (name, names) = match self.name() {
            Some("email") => ("e-mail address", "e-mail addresses"),
            Some(_) => ("name", "names"),
            None => ("full name", "full names"),
        };
        match docs.strip_prefix("Global ids").or(docs.strip_prefix("Ids")) {
            Some(rest) if is_list => format!("Ids or {names}{rest}"),
            _ => format!("Id or {name} of the {}", self.what),
        }
    }

    /// The column of the names; `None` where several objects often have the same name, so that
    /// people need the id.
    pub(crate) fn name(&self) -> Option<&'static str> {
        self.names.first().copied().filter(|_| !self.is_of_v2())
    }

    fn is_of_v2(&self) -> bool {
        matches!(self.by, By::Condition | By::Rows)
    }

    fn id_kind(&self) -> IdKind {
        // Of these only the global id is a field of the rows.
        if self.query.name == SESSION_NODE.query.name { IdKind::Global } else { IdKind::Row }
    }
}

const DOMAIN_NODE: Lookup = lookup::<PagedDomainNodes>(
    ("domain", "domain-node"),
    "id",
    &["name"],
    By::Filter,
    &["created_at"],
);
const ENDPOINT: Lookup = lookup::<PagedEndpoints>(
    ("model service", "endpoint"),
    "endpoint_id",
    &["name"],
    By::Filter,
    &["domain", "created_at"],
);
const IMAGE: Lookup =
    lookup::<GetImage>(("image", "image"), "id", &[], By::Variable("reference"), &["name"]);
const NETWORK: Lookup = lookup::<PagedNetworks>(
    ("network", "network"),
    "row_id",
    &["name"],
    By::Filter,
    &["domain_name"],
);
const PRESET: Lookup = lookup::<ListResourcePresets>(
    ("resource preset", "resource-preset"),
    "id",
    &["name"],
    By::Filter,
    &["scaling_group_name"],
);
pub(crate) const PROJECT: Lookup = lookup::<GroupsByName>(
    ("project", "project"),
    "id",
    &["name"],
    By::Variable("name"),
    &["domain_name", "is_active"],
);
const REGISTRY: Lookup = lookup::<PagedContainerRegistryNodes>(
    ("container registry", "container-registry"),
    "row_id",
    &["registry_name"],
    By::Filter,
    &["project", "url"],
);
const SESSION: Lookup = lookup::<PagedSessions>(
    ("session", "session"),
    "id",
    &["name"],
    By::Filter,
    &["status", "user_email", "created_at"],
);
const SESSION_NODE: Lookup = lookup::<PagedSessionNodes>(
    ("session", "session-node"),
    "id",
    &["name"],
    By::Filter,
    &["status", "row_id", "created_at"],
);
pub(crate) const USER: Lookup = lookup::<PagedUsers>(
    ("user", "user"),
    "uuid",
    &["email", "username"],
    By::Filter,
    &["domain_name"],
);

/// All of them, for the tests.
#[cfg(test)]
const LOOKUPS: [Lookup; 10] =
    [DOMAIN_NODE, ENDPOINT, IMAGE, NETWORK, PRESET, PROJECT, REGISTRY, SESSION, SESSION_NODE, USER];

/// Returns how a value of this noun is looked up, where it is an id that has a name.
pub(crate) fn lookup_of(noun: &str, value: &InputValueInfo) -> Option<Lookup> {
    if let Some(noun) = noun.strip_prefix(v2::PREFIX) {
        return v2::lookup(noun, value);
    }
    Some(*match (noun, value.name, value.type_name()) {
        ("domain-node", "id", _) => &DOMAIN_NODE,
        (
            "endpoint" | "auto-scaling-rule" | "endpoint-token" | "routing",
            "endpoint" | "endpoint_id",
            _,
        ) => &ENDPOINT,
        ("image", "image_id", _) => &IMAGE,
        ("network", "network" | "id", _) => &NETWORK,
        ("resource-preset", "id", _) => &PRESET,
        ("container-registry", "id", _) => &REGISTRY,
        ("session", "id" | "ids", "GlobalIDField") => &SESSION_NODE,
        ("session", "id", _) | ("container", "session_id", _) => &SESSION,
        ("group", "id", _)
        | (_, "gid" | "user_group" | "group_id" | "group_ids" | "project_id", _)
        | (_, "project", "UUID") => &PROJECT,
        (_, "user_uuids" | "user_uuid", _) => &USER,
        _ => return None,
    })
}

/// Replaces names by ids, each looked up once.
pub(crate) struct Resolver<'c> {
    client: &'c Client,
    known: HashMap<(&'static str, String), Value>,
}

impl<'c> Resolver<'c> {
    pub(crate) fn new(client: &'c Client) -> Self {
        Self { client, known: HashMap::new() }
    }

    /// Resolves all values of a verb.
    pub(crate) async fn values(
        &mut self,
        noun: &str,
        inputs: &[Input],
        values: &mut Map<String, Value>,
    ) -> Result<(), Failure> {
        // A new object is in the domain that is given beside it.
        let domain = values.get("domain_name").and_then(Value::as_str).map(str::to_owned);
        for input in inputs {
            let Some(value) = values.get_mut(&input.name) else { continue };
            let domain = domain.as_deref().filter(|_| input.name == "group_ids");
            self.input(noun, input, value, domain).await?;
        }
        Ok(())
    }

    /// Resolves the value of an input, where that is an id. What is no id then is an error.
    pub(crate) async fn input(
        &mut self,
        noun: &str,
        input: &Input,
        value: &mut Value,
        domain: Option<&str>,
    ) -> Result<(), Failure> {
        match lookup_of(noun, input.info) {
            Some(lookup) => {
                self.value(&lookup, value, domain).await?;
                *value = input.sent(std::mem::take(value));
                Ok(())
            }
            None if input.is_id() => v2::check_id(noun, input, value),
            None => {
                let id = value.as_str().filter(|text| is_uuid(text)).map(str::to_owned);
                if let Some(id) = id
                    && let Some(list) = v2::named(noun, input.info)
                    && let Some(name) = self.name(list, &id).await?
                {
                    *value = name;
                }
                Ok(())
            }
        }
    }

    /// Returns the name of the object of a list that has this id, for an argument that takes the name.
    async fn name(
        &self,
        (list, column): (&'static OperationInfo, &'static str),
        id: &str,
    ) -> Result<Option<Value>, Failure> {
        let top = column.split('.').next().unwrap_or(column);
        let operation = DynamicOperation::new(list).select(["id", top])?;
        let mut pages = self.client.pages(operation).max_items(SEARCHED);
        while let Some(page) = pages.next().await {
            for row in page?.items {
                let is_it = row.get("id").and_then(Value::as_str).and_then(key_of);
                if is_it.is_some_and(|key| key.eq_ignore_ascii_case(id)) {
                    return Ok(render::get(&row, column).map(Cow::into_owned));
                }
            }
        }
        Ok(None)
    }

    /// Resolves one value, or the elements of a list.
    pub(crate) async fn value(
        &mut self,
        lookup: &Lookup,
        value: &mut Value,
        domain: Option<&str>,
    ) -> Result<(), Failure> {
        let items = match value {
            Value::Array(items) => items.as_mut_slice(),
            one => std::slice::from_mut(one),
        };
        for item in items {
            let Some(name) = item.as_str().map(str::to_owned) else { continue };
            let is_id = match lookup.id_kind() {
                IdKind::Global => is_global_id(&name),
                IdKind::Row => is_uuid(&name) || is_global_id(&name),
            };
            if !is_id {
                *item = self.one(lookup, &name, domain).await?;
            }
        }
        Ok(())
    }

    async fn one(
        &mut self,
        lookup: &Lookup,
        name: &str,
        domain: Option<&str>,
    ) -> Result<Value, Failure> {
        let key = (lookup.what, format!("{}\n{name}", domain.unwrap_or_default()));
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let rows = match self.rows(lookup, name).await {
            Ok(Some(rows)) => rows,
            // It cannot be looked up: the manager decides.
            Ok(None) => return Ok(name.into()),
            // The caller may not read the list, but may use the object.
            Err(failure) if failure.about() != About::Other => {
                let message = format!("the {} `{name}` cannot be looked up", lookup.what);
                return Err(failure.under(message).help("give the id"));
            }
            Err(failure) => return Err(failure),
        };
        let of_domain = |row: &&Row| {
            domain.is_none_or(|domain| {
                row.get("domain_name").and_then(Value::as_str).is_none_or(|it| it == domain)
            })
        };
        let found: Vec<_> = rows.iter().filter(of_domain).collect();
        let id = match found.as_slice() {
            [one] => one.get(lookup.id).cloned().unwrap_or_default(),
            [] => return Err(absent(lookup, name, domain)),
            several => return Err(ambiguous(lookup, name, several)),
        };
        self.known.insert(key, id.clone());
        Ok(id)
    }

    async fn rows(&self, lookup: &Lookup, name: &str) -> Result<Option<Vec<Row>>, Failure> {
        match (self.rows_of(lookup.query, lookup, name).await, lookup.own) {
            (Err(failure), Some(own)) if failure.about() != About::Other => {
                self.rows_of(own, lookup, name).await
            }
            (rows, _) => rows,
        }
    }

    async fn rows_of(
        &self,
        query: &'static OperationInfo,
        lookup: &Lookup,
        name: &str,
    ) -> Result<Option<Vec<Row>>, Failure> {
        let operation = DynamicOperation::new(query);
        let mut fields: Vec<_> = [&[lookup.id], lookup.shown].concat();
        let operation = match lookup.by {
            By::Variable(variable) => operation.variable(variable, name),
            By::Filter => {
                // The filter language cannot express every text; no name has these characters.
                if name.contains(['"', '\\', '\n', '\0']) {
                    return Ok(None);
                }
                let columns: &[&str] = if is_uuid(name) { &["id"] } else { lookup.names };
                let conditions: Vec<_> =
                    columns.iter().map(|column| format!("({column} == \"{name}\")")).collect();
                operation.variable("filter", conditions.join(" | "))
            }
            By::Condition => {
                let column = lookup.names.first().copied().unwrap_or_default();
                operation.variable("filter", json!({ column: { "equals": name } }))
            }
            By::Rows => {
                fields.extend(lookup.names);
                operation
            }
        };
        // Members are selected with their object.
        for field in &mut fields {
            *field = field.split('.').next().unwrap_or(field);
        }
        let mut seen = HashSet::new();
        fields.retain(|field| seen.insert(*field));
        let operation = operation.select(fields)?;
        let is_meant = |row: &Row| match lookup.by {
            By::Rows => lookup.names.iter().any(|column| {
                render::get(row, column).is_some_and(|value| value.as_str() == Some(name))
            }),
            _ => !row.is_empty(),
        };
        let mut rows = Vec::new();
        let mut pages = self.client.pages(operation);
        if lookup.by != By::Rows {
            pages = pages.max_items(MOST);
        }
        while let Some(page) = pages.next().await {
            rows.extend(page?.items.into_iter().filter(is_meant));
        }
        Ok(Some(rows))
    }
}

/// Candidates that are fetched, one more than are shown.
const MOST: u64 = 11;

/// Objects among which one with an id is searched.
const SEARCHED: u64 = 1000;

fn absent(lookup: &Lookup, name: &str, domain: Option<&str>) -> Failure {
    let place = domain.map(|domain| format!(" in the domain `{domain}`")).unwrap_or_default();
    let list = domain::list_of(lookup.noun);
    let failure = Failure::absent(&format!("{} `{name}`{place}", lookup.what), list.clone());
    match list.filter(|_| domain.is_some()) {
        Some(list) => failure.help(format!(
            "list them with `backendai {list}`, and the domains with `backendai domain list`"
        )),
        None => failure,
    }
}

fn ambiguous(lookup: &Lookup, name: &str, rows: &[&Row]) -> Failure {
    let text = |row: &Row, field| match render::get(row, field).as_deref() {
        // As arguments of the v2 API are shown elsewhere.
        Some(Value::String(text)) if lookup.is_of_v2() => {
            key_of(text).unwrap_or_else(|| text.clone())
        }
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    let mut lines: Vec<_> = rows
        .iter()
        .take(MOST as usize - 1)
        .map(|row| {
            let shown: Vec<_> = lookup.shown.iter().map(|field| text(row, field)).collect();
            format!("{} ({})", text(row, lookup.id), shown.join(", "))
        })
        .collect();
    if rows.len() as u64 >= MOST {
        lines.push("and more".to_owned());
    }
    Failure::new(format!("several have the name `{name}`: which {} is meant?", lookup.what))
        .cause(lines.join("\n"))
        .help("give the id")
        .code(Code::Argument)
}

#[cfg(test)]
mod tests {
    use backendai::admin::columns::LISTS;

    use super::*;

    #[test]
    fn lookups_use_fields_and_columns_of_their_query() {
        for lookup in LOOKUPS {
            let rows = lookup.query.rows.expect("a lookup reads rows");
            for field in [&[lookup.id], lookup.names, lookup.shown].concat() {
                let known = rows.fields.iter().any(|known| known.name() == field);
                assert!(known, "{}: {field}", lookup.query.name);
            }
            match lookup.by {
                By::Variable(variable) => assert!(lookup.query.variable(variable).is_some()),
                By::Condition | By::Rows => unreachable!("these are not of the Admin API"),
                By::Filter => {
                    let root = lookup.query.root_fields.first().expect("it has a root").name;
                    let list = LISTS.iter().find(|list| list.name == root).expect("it has columns");
                    for name in lookup.names {
                        let filters =
                            list.columns.iter().any(|column| column.name == *name && column.filter);
                        assert!(filters, "{}: {name}", lookup.query.name);
                    }
                }
            }
        }
    }
}
