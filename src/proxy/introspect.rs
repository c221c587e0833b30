//! Introspection, answered from the snapshots of the schema: managers disable it.

use std::sync::OnceLock;

use apollo_compiler::{
    Name, Schema, ast,
    collections::{HashMap, HashSet},
    introspection,
    request::{RequestError, coerce_variable_values},
    response::{GraphQLError, JsonMap},
    schema::Implementers,
    validation::Valid,
};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use hyper::body::{Body as _, Incoming};
use serde::{Deserialize, Serialize};

use super::{
    body::RequestBody,
    problem::{Problem, Reply, own},
};

/// The manager refuses larger requests.
const LIMIT: usize = 1 << 20;

/// A schema that a manager serves, as far as the snapshot knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Api {
    /// `/admin/gql`, and its older path.
    Admin,
    /// `/admin/gql/strawberry`.
    V2,
}

impl Api {
    /// The schema at this path.
    pub(super) fn at(path: &str) -> Option<Self> {
        match path {
            "/admin/gql" | "/admin/graphql" => Some(Self::Admin),
            "/admin/gql/strawberry" => Some(Self::V2),
            _ => None,
        }
    }

    fn known(self) -> Result<&'static Known, String> {
        static ADMIN: OnceLock<Result<Known, String>> = OnceLock::new();
        static V2: OnceLock<Result<Known, String>> = OnceLock::new();
        let known = match self {
            Self::Admin => ADMIN.get_or_init(|| Known::new(backendai_schema::ADMIN)),
            Self::V2 => V2.get_or_init(|| Known::new(backendai_schema::V2)),
        };
        known.as_ref().map_err(Clone::clone)
    }
}

/// A schema with what is computed from it.
struct Known {
    schema: Valid<Schema>,
    implementers: HashMap<Name, Implementers>,
}

impl Known {
    fn new(text: &str) -> Result<Self, String> {
        let schema = Schema::parse_and_validate(text, "schema.graphql")
            .map_err(|invalid| invalid.errors.to_string())?;
        let implementers = schema.implementers_map();
        Ok(Self { schema, implementers })
    }
}

/// How a request is handled.
pub(super) enum Outcome {
    /// It selected only the schema.
    Answered(Response<Reply>),
    /// It goes to the manager, with its body.
    Forward(RequestBody),
}

/// Answers a request that selects only the schema. Everything else is forwarded, including documents
/// that also select data, and bodies without a document.
pub(super) async fn answer(
    api: Api,
    headers: &HeaderMap,
    body: Incoming,
) -> Result<Outcome, Problem> {
    let large = body.size_hint().lower() > LIMIT as u64;
    if large || headers.contains_key(header::CONTENT_ENCODING) {
        return Ok(Outcome::Forward(body.into()));
    }
    let mut body = RequestBody::read(body, LIMIT).await.map_err(|_| {
        Problem::new(StatusCode::BAD_REQUEST, "Broken request.", "the body ended before its end")
    })?;
    let Some(text) = body.whole().filter(|text| mentions(text)) else {
        return Ok(Outcome::Forward(body));
    };
    // Some milliseconds of work, off the threads of the runtime.
    let answer = tokio::task::spawn_blocking(move || execute(api, &text)).await;
    match answer.ok().flatten() {
        Some(answer) => {
            Ok(Outcome::Answered(own(StatusCode::OK, "application/json; charset=utf-8", answer)))
        }
        None => Ok(Outcome::Forward(body)),
    }
}

/// Cheap check that skips nearly every request.
fn mentions(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else { return false };
    let after = |found: (usize, &str)| text.get(found.0 + found.1.len()..).unwrap_or_default();
    text.contains("__schema")
        || text.match_indices("__type").any(|found| !after(found).starts_with("name"))
}

#[derive(Deserialize)]
struct Asked {
    query: String,
    #[serde(alias = "operationName", default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<JsonMap>,
}

#[derive(Serialize)]
struct Refused {
    errors: Vec<GraphQLError>,
}

/// The answer, if the request asks for nothing but the schema.
fn execute(api: Api, body: &Bytes) -> Option<Bytes> {
    let asked: Asked = serde_json::from_slice(body).ok()?;
    let name = asked.operation_name.as_deref();
    // What cannot be parsed is the manager's, as it has words of its own for it.
    let document = ast::Document::parse(asked.query.as_str(), "query.graphql").ok()?;
    if !only_introspects(&document, name) {
        return None;
    }
    let known = match api.known() {
        Ok(known) => known,
        Err(error) => {
            tracing::warn!("the snapshot of the schema cannot be used: {error}");
            return None;
        }
    };
    let refused = |errors| serde_json::to_vec(&Refused { errors }).ok().map(Bytes::from);
    let executable = match document.to_executable_validate(&known.schema) {
        Ok(executable) => executable,
        Err(invalid) => {
            return refused(invalid.errors.iter().map(|error| error.to_json()).collect());
        }
    };
    let run = || -> Result<_, RequestError> {
        let operation = executable.operations.get(name)?;
        introspection::check_max_depth(&executable, operation)?;
        let variables = asked.variables.unwrap_or_default();
        let variables = coerce_variable_values(&known.schema, operation, &variables)?;
        let Known { schema, implementers } = known;
        introspection::partial_execute(schema, implementers, &executable, operation, &variables)
    };
    match run() {
        Ok(response) => serde_json::to_vec(&response).ok().map(Bytes::from),
        Err(error) => refused(vec![error.to_graphql_error(&executable.sources)]),
    }
}

/// Whether the operation is a query of `__schema` or `__type` and of no data.
fn only_introspects(document: &ast::Document, name: Option<&str>) -> bool {
    let operations = document.definitions.iter().filter_map(|definition| match definition {
        ast::Definition::OperationDefinition(operation) => Some(operation),
        _ => None,
    });
    let mut chosen = operations.filter(|operation| match name {
        Some(name) => operation.name.as_ref().is_some_and(|own| own == name),
        None => true,
    });
    let (Some(operation), None) = (chosen.next(), chosen.next()) else { return false };
    let mut roots = Roots::default();
    roots.add(&operation.selection_set, document, &mut HashSet::default());
    operation.operation_type == ast::OperationType::Query && roots.schema && !roots.data
}

/// What is selected at the root.
#[derive(Default)]
struct Roots {
    schema: bool,
    data: bool,
}

impl Roots {
    fn add(
        &mut self,
        set: &[ast::Selection],
        document: &ast::Document,
        spread: &mut HashSet<Name>,
    ) {
        for selection in set {
            match selection {
                ast::Selection::Field(field) => match field.name.as_str() {
                    "__schema" | "__type" => self.schema = true,
                    "__typename" => {}
                    _ => self.data = true,
                },
                ast::Selection::InlineFragment(inline) => {
                    self.add(&inline.selection_set, document, spread);
                }
                ast::Selection::FragmentSpread(fragment) => {
                    if !spread.insert(fragment.fragment_name.clone()) {
                        continue;
                    }
                    let found =
                        document.definitions.iter().find_map(|definition| match definition {
                            ast::Definition::FragmentDefinition(found)
                                if found.name == fragment.fragment_name =>
                            {
                                Some(found)
                            }
                            _ => None,
                        });
                    if let Some(found) = found {
                        self.add(&found.selection_set, document, spread);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn ask(api: Api, body: Value) -> Option<Value> {
        let answer = execute(api, &body.to_string().into())?;
        Some(serde_json::from_slice(&answer).unwrap())
    }

    #[test]
    fn what_asks_for_the_schema_alone_is_answered() {
        let query =
            "query($name: String!) { __type(name: $name) { kind fields { name } } __typename }";
        let body = json!({ "query": query, "variables": { "name": "KeyPairList" } });
        let expected = json!({ "data": {
            "__type": { "kind": "OBJECT", "fields": [{ "name": "items" }, { "name": "total_count" }] },
            "__typename": "Query",
        } });
        assert_eq!(ask(Api::Admin, body).unwrap(), expected);

        let query = "query A { agents { id } } query B { ...S ... on Query { ...S } } \
                     fragment S on Query { __schema { queryType { name } } }";
        let body = json!({ "query": query, "operationName": "B" });
        assert_eq!(
            ask(Api::Admin, body).unwrap()["data"]["__schema"]["queryType"]["name"],
            "Query"
        );
    }

    #[test]
    fn each_path_has_its_own_schema() {
        let body = json!({ "query": "{ __schema { queryType { fields { name } } } }" });
        for (api, there, not) in [
            (Api::Admin, "keypair_list", "adminKeypairsV2"),
            (Api::V2, "adminKeypairsV2", "keypair_list"),
        ] {
            let answer = ask(api, body.clone()).unwrap().to_string();
            assert!(answer.contains(&format!("\"{there}\"")), "{api:?}");
            assert!(!answer.contains(&format!("\"{not}\"")), "{api:?}");
        }
    }

    #[test]
    fn everything_else_is_the_managers() {
        for body in [
            json!({ "query": "{ __schema { queryType { name } } keypair_list(limit: 1, offset: 0) { total_count } }" }),
            json!({ "query": "{ __typename }" }),
            json!({ "query": "{ keypairs { access_key } }" }),
            json!({ "query": "mutation { __schema { queryType { name } } }" }),
            json!({ "query": "{ __schema {" }),
            json!({ "query": "query A { __schema { queryType { name } } } query B { __typename }" }),
            json!({ "query": "{ ...S } fragment S on Query { __schema { queryType { name } } agents { id } }" }),
            json!({ "query": "{ ...S } fragment S on Query { ...S }" }),
            json!({ "query": "{ __schema { queryType { name } } }", "operationName": "Other" }),
            json!({ "query": "{ __schema { queryType { name } } }", "variables": [] }),
            json!([{ "query": "{ __schema { queryType { name } } }" }]),
            json!({ "query": 1 }),
        ] {
            assert_eq!(ask(Api::Admin, body.clone()), None, "{body}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_and_no_depth_is_endless() {
        let wrong = ask(Api::Admin, json!({ "query": "{ __schema { nothing } }" })).unwrap();
        assert!(wrong["errors"].to_string().contains("nothing"), "{wrong}");
        assert_eq!(wrong.get("data"), None);

        let body = json!({ "query": "query($n: String!) { __type(name: $n) { name } }" });
        assert!(ask(Api::Admin, body).unwrap()["errors"][0]["message"].is_string());

        let mut query = "name".to_owned();
        for _ in 0..20 {
            query = format!("fields {{ type {{ {query} }} }}");
        }
        let body = json!({ "query": format!("{{ __schema {{ types {{ {query} }} }} }}") });
        assert!(ask(Api::Admin, body).unwrap()["errors"][0]["message"].is_string());
    }

    #[test]
    fn the_cheap_look_misses_no_introspection() {
        for (body, expected) in [
            ("{\"query\":\"{ __schema { x } }\"}", true),
            ("{ __type(name: \\\"A\\\") }", true),
            ("__type", true),
            ("{ __typename }", false),
            ("{ __typename __type }", true),
            ("{ agents { id } }", false),
        ] {
            assert_eq!(mentions(body.as_bytes()), expected, "{body}");
        }
        assert!(!mentions(b"\xff__schema"));
    }
}
