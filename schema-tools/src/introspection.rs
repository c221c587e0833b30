//! The schema of a server that serves it by introspection only.
//!
//! Introspection has less than the schema language: the only directive is `@deprecated`, so that an
//! `@oneOf` input object looks like any other.

use std::fmt::{self, Write as _};

use serde::Deserialize;

/// The introspection query, with deprecated members.
pub const QUERY: &str = "query Introspection {
  __schema {
    queryType { name }
    mutationType { name }
    subscriptionType { name }
    types {
      kind
      name
      description
      fields(includeDeprecated: true) {
        name
        description
        args(includeDeprecated: true) { ...Input }
        type { ...Type }
        isDeprecated
        deprecationReason
      }
      inputFields(includeDeprecated: true) { ...Input }
      interfaces { name }
      enumValues(includeDeprecated: true) {
        name
        description
        isDeprecated
        deprecationReason
      }
      possibleTypes { name }
    }
  }
}
fragment Input on __InputValue {
  name
  description
  type { ...Type }
  defaultValue
  isDeprecated
  deprecationReason
}
fragment Type on __Type {
  kind
  name
  ofType {
    kind
    name
    ofType {
      kind
      name
      ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
    }
  }
}";

/// An answer to [`QUERY`] that is not a schema.
#[derive(Debug, thiserror::Error)]
pub enum IntrospectionError {
    /// It is not the expected JSON.
    #[error("the answer is not an introspection: {0}")]
    Json(#[from] serde_json::Error),
    /// A type is nested deeper than the query goes, or is incomplete.
    #[error("the type of `{0}` is incomplete: it is nested too deeply")]
    Type(String),
}

/// Writes the `data` of an answer to [`QUERY`] in the schema language.
///
/// # Errors
///
/// When it is not such an answer.
pub fn sdl(data: &str) -> Result<String, IntrospectionError> {
    let schema = serde_json::from_str::<Data>(data)?.schema;
    let mut text = String::new();
    let _ = writeln!(text, "schema {{\n  query: {}", schema.query_type.name);
    if let Some(mutation) = &schema.mutation_type {
        let _ = writeln!(text, "  mutation: {}", mutation.name);
    }
    if let Some(subscription) = &schema.subscription_type {
        let _ = writeln!(text, "  subscription: {}", subscription.name);
    }
    text.push_str("}\n");
    for ty in &schema.types {
        if !ty.name.starts_with("__") && !BUILT_IN.contains(&ty.name.as_str()) {
            ty.write(&mut text)?;
        }
    }
    Ok(text)
}

const BUILT_IN: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "__schema")]
    schema: Schema,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    query_type: Named,
    mutation_type: Option<Named>,
    subscription_type: Option<Named>,
    types: Vec<Type>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Kind {
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    InputObject,
    List,
    NonNull,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Type {
    kind: Kind,
    name: String,
    description: Option<String>,
    fields: Option<Vec<Field>>,
    input_fields: Option<Vec<Input>>,
    interfaces: Option<Vec<Named>>,
    enum_values: Option<Vec<EnumValue>>,
    possible_types: Option<Vec<Named>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: String,
    description: Option<String>,
    args: Vec<Input>,
    #[serde(rename = "type")]
    ty: TypeRef,
    is_deprecated: bool,
    deprecation_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    name: String,
    description: Option<String>,
    #[serde(rename = "type")]
    ty: TypeRef,
    default_value: Option<String>,
    is_deprecated: bool,
    deprecation_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EnumValue {
    name: String,
    description: Option<String>,
    is_deprecated: bool,
    deprecation_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TypeRef {
    kind: Kind,
    name: Option<String>,
    of_type: Option<Box<TypeRef>>,
}

impl TypeRef {
    /// None if the innermost name is missing.
    fn text(&self) -> Option<String> {
        match (self.kind, &self.of_type) {
            (Kind::List, Some(inner)) => Some(format!("[{}]", inner.text()?)),
            (Kind::NonNull, Some(inner)) => Some(format!("{}!", inner.text()?)),
            (Kind::List | Kind::NonNull, None) => None,
            _ => self.name.clone(),
        }
    }
}

impl Type {
    // Writing to a string cannot fail.
    fn write(&self, out: &mut String) -> Result<(), IntrospectionError> {
        out.push('\n');
        describe(out, "", self.description.as_deref());
        let name = &self.name;
        match self.kind {
            Kind::Object | Kind::Interface => {
                let keyword = if self.kind == Kind::Object { "type" } else { "interface" };
                let _ = write!(out, "{keyword} {name}");
                for (index, interface) in self.interfaces.iter().flatten().enumerate() {
                    let joint = if index == 0 { " implements " } else { " & " };
                    let _ = write!(out, "{joint}{}", interface.name);
                }
                out.push_str(" {\n");
                for field in self.fields.iter().flatten() {
                    field.write(out, name)?;
                }
                out.push_str("}\n");
            }
            Kind::InputObject => {
                let _ = writeln!(out, "input {name} {{");
                for field in self.input_fields.iter().flatten() {
                    field.write(out, "  ", name)?;
                }
                out.push_str("}\n");
            }
            Kind::Enum => {
                let _ = writeln!(out, "enum {name} {{");
                for value in self.enum_values.iter().flatten() {
                    describe(out, "  ", value.description.as_deref());
                    let _ = write!(out, "  {}", value.name);
                    deprecate(out, value.is_deprecated, value.deprecation_reason.as_deref());
                }
                out.push_str("}\n");
            }
            Kind::Union => {
                let types = self.possible_types.iter().flatten().map(|ty| ty.name.as_str());
                let _ = writeln!(out, "union {name} = {}", types.collect::<Vec<_>>().join(" | "));
            }
            Kind::Scalar | Kind::List | Kind::NonNull => {
                let _ = writeln!(out, "scalar {name}");
            }
        }
        Ok(())
    }
}

impl Field {
    fn write(&self, out: &mut String, owner: &str) -> Result<(), IntrospectionError> {
        describe(out, "  ", self.description.as_deref());
        let _ = write!(out, "  {}", self.name);
        if !self.args.is_empty() {
            out.push_str("(\n");
            for argument in &self.args {
                argument.write(out, "    ", owner)?;
            }
            out.push_str("  )");
        }
        let _ = write!(out, ": {}", known(&self.ty, owner, &self.name)?);
        deprecate(out, self.is_deprecated, self.deprecation_reason.as_deref());
        Ok(())
    }
}

impl Input {
    fn write(&self, out: &mut String, indent: &str, owner: &str) -> Result<(), IntrospectionError> {
        describe(out, indent, self.description.as_deref());
        let _ = write!(out, "{indent}{}: {}", self.name, known(&self.ty, owner, &self.name)?);
        if let Some(default) = &self.default_value {
            let _ = write!(out, " = {default}");
        }
        deprecate(out, self.is_deprecated, self.deprecation_reason.as_deref());
        Ok(())
    }
}

fn known(ty: &TypeRef, owner: &str, member: &str) -> Result<String, IntrospectionError> {
    ty.text().ok_or_else(|| IntrospectionError::Type(format!("{owner}.{member}")))
}

fn deprecate(out: &mut String, is_deprecated: bool, reason: Option<&str>) {
    if is_deprecated {
        out.push_str(" @deprecated");
        if let Some(reason) = reason {
            let _ = write!(out, "(reason: {})", Quoted(reason));
        }
    }
    out.push('\n');
}

fn describe(out: &mut String, indent: &str, text: Option<&str>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        let _ = writeln!(out, "{indent}{}", Quoted(text));
    }
}

/// A GraphQL string. JSON's escapes are among GraphQL's.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", serde_json::Value::from(self.0))
    }
}

#[cfg(test)]
mod tests {
    use apollo_compiler::{
        ExecutableDocument, Schema, introspection::partial_execute,
        request::coerce_variable_values, response::JsonMap,
    };

    use super::*;

    /// The answer of a server with the schema.
    fn answer(schema: &str) -> String {
        let schema = Schema::parse_and_validate(schema, "schema").unwrap();
        let document = ExecutableDocument::parse_and_validate(&schema, QUERY, "query").unwrap();
        let operation = document.operations.get(None).unwrap();
        let variables = coerce_variable_values(&schema, operation, &JsonMap::new()).unwrap();
        let implementers = schema.implementers_map();
        let answer =
            partial_execute(&schema, &implementers, &document, operation, &variables).unwrap();
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        serde_json::to_string(&answer.data).unwrap()
    }

    #[test]
    fn what_was_introspected_is_the_schema_again() {
        let schema = r#"schema { query: Root mutation: Change }
            "says \"so\"" type Root implements Node & Other {
              id: ID! @deprecated(reason: "Use \"it\".")
              "lines\nof text" list(first: Int = 10, by: [Order!]! = [UP], in: Filter = {a: 1} old: Int @deprecated): [[U!]]!
            }
            interface Node { id: ID! } interface Other { id: ID! }
            type Change { do: Boolean } union U = Root | Change
            enum Order { UP "below" DOWN @deprecated } scalar Time
            input Filter { a: Int = 2 b: [Filter!] at: Time }"#;
        let text = sdl(&answer(schema)).unwrap();
        let again = sdl(&answer(&text)).unwrap();
        assert_eq!(again, text);
        for line in [
            "  query: Root",
            "type Root implements Node & Other {",
            r#"  id: ID! @deprecated(reason: "Use \"it\".")"#,
            "    by: [Order!]! = [UP]",
            "    old: Int @deprecated(reason: \"No longer supported\")",
            "  ): [[U!]]!",
            "union U = Root | Change",
            "  a: Int = 2",
            "scalar Time",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn the_snapshot_survives() {
        let snapshot = include_str!("../../schema/admin/schema.graphql");
        let text = sdl(&answer(snapshot)).unwrap();
        let parse = |text| backendai_codegen::Schema::parse("schema".as_ref(), text).unwrap();
        let changes = crate::diff::diff(&parse(snapshot), &parse(&text));
        // Introspection has no versions.
        let lost = changes.iter().filter(|it| !it.what.starts_with("changed its version"));
        assert_eq!(lost.collect::<Vec<_>>(), Vec::<&crate::diff::Change>::new());
    }

    #[test]
    fn no_introspection_is_an_error() {
        for answer in ["null", "{}", r#"{"__schema": null}"#] {
            assert!(sdl(answer).unwrap_err().to_string().contains("not an introspection"));
        }
        let cut = r#"{"__schema": {"queryType": {"name": "Query"}, "types": [{"kind": "OBJECT",
            "name": "Query", "fields": [{"name": "a", "args": [], "isDeprecated": false,
            "type": {"kind": "NON_NULL"}}]}]}}"#;
        assert!(sdl(cut).unwrap_err().to_string().contains("`Query.a`"));
    }
}
