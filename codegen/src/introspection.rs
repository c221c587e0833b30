//! The schema of a server that serves it by introspection only.
//!
//! Introspection has less than the schema language: directives that are applied to definitions are
//! lost, except `@deprecated` and, where the server reports them, `@oneOf` and `@specifiedBy`.

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
    directives {
      name
      description
      locations
      args { ...Input }
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
    #[error(
        "this JSON is not an introspection answer: {0}; a schema is SDL, or the answer with \
         `__schema`, whole or its `data`"
    )]
    Json(#[from] serde_json::Error),
    /// The server answered with an error.
    #[error("the server refused the introspection: {0}")]
    Refused(String),
    /// There is no `__schema`.
    #[error(
        "this JSON is not an introspection answer: it has no `__schema`; a schema is SDL, or the \
         answer with `__schema`, whole or its `data`"
    )]
    NoSchema,
    /// A name is not a GraphQL name.
    #[error("the introspection answer is not valid: `{0}` is not a name")]
    Name(String),
    /// A type is nested deeper than the query goes, or is incomplete.
    #[error("the type of `{0}` is incomplete: it is nested too deeply")]
    Type(String),
}

/// Writes an answer to [`QUERY`], whole or its `data`, in the schema language.
///
/// # Errors
///
/// When it is not such an answer.
pub fn sdl(answer: &str) -> Result<String, IntrospectionError> {
    let Answer { data, schema, errors } = serde_json::from_str(answer)?;
    let Some(schema) = data.and_then(|data| data.schema).or(schema) else {
        let reason = errors.into_iter().flatten().find_map(|error| error.message);
        return Err(reason.map_or(IntrospectionError::NoSchema, IntrospectionError::Refused));
    };
    let mut text = String::new();
    describe(&mut text, "", schema.description.as_deref());
    let _ = writeln!(text, "schema {{\n  query: {}", name(&schema.query_type.name)?);
    if let Some(mutation) = &schema.mutation_type {
        let _ = writeln!(text, "  mutation: {}", name(&mutation.name)?);
    }
    if let Some(subscription) = &schema.subscription_type {
        let _ = writeln!(text, "  subscription: {}", name(&subscription.name)?);
    }
    text.push_str("}\n");
    for directive in schema.directives.iter().flatten() {
        directive.write(&mut text)?;
    }
    for ty in &schema.types {
        if !ty.name.starts_with("__") && !BUILT_IN.contains(&ty.name.as_str()) {
            ty.write(&mut text)?;
        }
    }
    Ok(text)
}

/// Checks that a name cannot be taken for more than a name.
fn name(name: &str) -> Result<&str, IntrospectionError> {
    let is_name = apollo_compiler::Name::is_valid_syntax(name);
    if is_name { Ok(name) } else { Err(IntrospectionError::Name(name.to_owned())) }
}

const BUILT_IN: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

/// The directives that every schema has.
const BUILT_IN_DIRECTIVES: [&str; 5] = ["skip", "include", "deprecated", "specifiedBy", "oneOf"];

#[derive(Deserialize)]
struct Answer {
    data: Option<Data>,
    #[serde(rename = "__schema")]
    schema: Option<Schema>,
    errors: Option<Vec<Refusal>>,
}

#[derive(Deserialize)]
struct Refusal {
    message: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "__schema")]
    schema: Option<Schema>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    description: Option<String>,
    query_type: Named,
    mutation_type: Option<Named>,
    subscription_type: Option<Named>,
    types: Vec<Type>,
    directives: Option<Vec<Directive>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Directive {
    name: String,
    description: Option<String>,
    locations: Option<Vec<String>>,
    args: Option<Vec<Input>>,
    is_repeatable: Option<bool>,
}

impl Directive {
    /// Writes the definition, if the directive can be used in a document.
    fn write(&self, out: &mut String) -> Result<(), IntrospectionError> {
        const EXECUTABLE: [&str; 8] = [
            "QUERY",
            "MUTATION",
            "SUBSCRIPTION",
            "FIELD",
            "FRAGMENT_DEFINITION",
            "FRAGMENT_SPREAD",
            "INLINE_FRAGMENT",
            "VARIABLE_DEFINITION",
        ];
        let locations = self.locations.as_deref().unwrap_or_default();
        if BUILT_IN_DIRECTIVES.contains(&self.name.as_str())
            || !locations.iter().any(|it| EXECUTABLE.contains(&it.as_str()))
        {
            return Ok(());
        }
        out.push('\n');
        describe(out, "", self.description.as_deref());
        let _ = write!(out, "directive @{}", name(&self.name)?);
        arguments(out, "", self.args.as_deref().unwrap_or_default(), &self.name)?;
        if self.is_repeatable == Some(true) {
            out.push_str(" repeatable");
        }
        for (index, location) in locations.iter().enumerate() {
            let joint = if index == 0 { " on" } else { " |" };
            let _ = write!(out, "{joint} {}", name(location)?);
        }
        out.push('\n');
        Ok(())
    }
}

/// Writes the arguments of a field or a directive.
fn arguments(
    out: &mut String,
    indent: &str,
    all: &[Input],
    owner: &str,
) -> Result<(), IntrospectionError> {
    if all.is_empty() {
        return Ok(());
    }
    out.push_str("(\n");
    for argument in all {
        argument.write(out, &format!("{indent}  "), owner)?;
    }
    let _ = write!(out, "{indent})");
    Ok(())
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
    #[serde(alias = "specifiedByURL")]
    specified_by_url: Option<String>,
    is_one_of: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: String,
    description: Option<String>,
    args: Option<Vec<Input>>,
    #[serde(rename = "type")]
    ty: TypeRef,
    is_deprecated: Option<bool>,
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
    is_deprecated: Option<bool>,
    deprecation_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EnumValue {
    name: String,
    description: Option<String>,
    is_deprecated: Option<bool>,
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
            _ => self.name.clone().filter(|it| name(it).is_ok()),
        }
    }
}

impl Type {
    // Writing to a string cannot fail.
    fn write(&self, out: &mut String) -> Result<(), IntrospectionError> {
        out.push('\n');
        describe(out, "", self.description.as_deref());
        let name = name(&self.name)?;
        match self.kind {
            Kind::Object | Kind::Interface => {
                let keyword = if self.kind == Kind::Object { "type" } else { "interface" };
                let _ = write!(out, "{keyword} {name}");
                for (index, interface) in self.interfaces.iter().flatten().enumerate() {
                    let joint = if index == 0 { " implements " } else { " & " };
                    let _ = write!(out, "{joint}{}", self::name(&interface.name)?);
                }
                out.push_str(" {\n");
                for field in self.fields.iter().flatten() {
                    field.write(out, name)?;
                }
                out.push_str("}\n");
            }
            Kind::InputObject => {
                let one_of = if self.is_one_of == Some(true) { " @oneOf" } else { "" };
                let _ = writeln!(out, "input {name}{one_of} {{");
                for field in self.input_fields.iter().flatten() {
                    field.write(out, "  ", name)?;
                }
                out.push_str("}\n");
            }
            Kind::Enum => {
                let _ = writeln!(out, "enum {name} {{");
                for value in self.enum_values.iter().flatten() {
                    describe(out, "  ", value.description.as_deref());
                    let _ = write!(out, "  {}", self::name(&value.name)?);
                    deprecate(out, value.is_deprecated, value.deprecation_reason.as_deref());
                }
                out.push_str("}\n");
            }
            Kind::Union => {
                let types = self.possible_types.iter().flatten().map(|ty| self::name(&ty.name));
                let types = types.collect::<Result<Vec<_>, _>>()?;
                let _ = writeln!(out, "union {name} = {}", types.join(" | "));
            }
            Kind::Scalar | Kind::List | Kind::NonNull => {
                let _ = write!(out, "scalar {name}");
                if let Some(url) = &self.specified_by_url {
                    let _ = write!(out, " @specifiedBy(url: {})", Quoted(url));
                }
                out.push('\n');
            }
        }
        Ok(())
    }
}

impl Field {
    fn write(&self, out: &mut String, owner: &str) -> Result<(), IntrospectionError> {
        describe(out, "  ", self.description.as_deref());
        let _ = write!(out, "  {}", name(&self.name)?);
        arguments(out, "  ", self.args.as_deref().unwrap_or_default(), owner)?;
        let _ = write!(out, ": {}", known(&self.ty, owner, &self.name)?);
        deprecate(out, self.is_deprecated, self.deprecation_reason.as_deref());
        Ok(())
    }
}

impl Input {
    fn write(&self, out: &mut String, indent: &str, owner: &str) -> Result<(), IntrospectionError> {
        describe(out, indent, self.description.as_deref());
        let _ =
            write!(out, "{indent}{}: {}", name(&self.name)?, known(&self.ty, owner, &self.name)?);
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

fn deprecate(out: &mut String, is_deprecated: Option<bool>, reason: Option<&str>) {
    if is_deprecated == Some(true) {
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
    fn directives_for_documents_are_kept() {
        let text = sdl(&answer(
            "type Query { a: Int } directive @at(zone: Zone! = HERE) repeatable on QUERY | FIELD
             directive @owner on OBJECT  enum Zone { HERE }",
        ))
        .unwrap();
        // The query does not ask for `isRepeatable`, which older servers do not know.
        let expected = "\ndirective @at(\n  zone: Zone! = HERE\n) on QUERY | FIELD\n";
        assert!(text.contains(expected) && !text.contains("@owner"), "{text}");
    }

    #[test]
    fn an_answer_is_read_whole_or_its_data() {
        let bare = r#"{"__schema": {"queryType": {"name": "Query"}, "types": [{"kind": "OBJECT",
            "name": "Query", "fields": [{"name": "a", "type": {"kind": "SCALAR", "name": "Int"}}]}]}}"#;
        let whole = format!("{{\"data\": {bare}, \"extensions\": {{}}}}");
        assert_eq!(sdl(bare).unwrap(), sdl(&whole).unwrap());
        assert_eq!(
            sdl(bare).unwrap(),
            "schema {\n  query: Query\n}\n\ntype Query {\n  a: Int\n}\n"
        );
        let injected = bare.replace("\"a\"", "\"a: Int } type X { b\"");
        assert!(matches!(sdl(&injected), Err(IntrospectionError::Name(_))));
    }

    #[test]
    fn no_introspection_is_an_error() {
        for answer in ["null", "{}", "[]", "{\"data\": {", r#"{"__schema": null}"#] {
            let error = sdl(answer).unwrap_err().to_string();
            assert!(error.contains("is not an introspection answer"), "{answer}: {error}");
        }
        let refused = sdl(r#"{"errors": [{"message": "log in"}], "data": null}"#).unwrap_err();
        assert_eq!(refused.to_string(), "the server refused the introspection: log in");
        let cut = r#"{"__schema": {"queryType": {"name": "Query"}, "types": [{"kind": "OBJECT",
            "name": "Query", "fields": [{"name": "a", "args": [], "isDeprecated": false,
            "type": {"kind": "NON_NULL"}}]}]}}"#;
        assert!(sdl(cut).unwrap_err().to_string().contains("`Query.a`"));
    }
}
