//! Snapshots: the schema that a manager serves, normalised to be checked in and compared.
//!
//! A snapshot keeps names, types, defaults and deprecations. It drops the directives of Apollo
//! federation and, unless they are to be kept, all descriptions; the versions that these mention are
//! kept as `@since(version:)` and `@deprecated`, since a client can act on them. Definitions are
//! sorted by name; members keep the manager's order.

use std::{collections::BTreeMap, fmt::Write as _};

use apollo_compiler::{
    Name, Node, Schema,
    ast::{
        Argument, Definition, Directive, DirectiveList, DirectiveLocation, Document,
        EnumValueDefinition, FieldDefinition, InputValueDefinition, OperationType, Value,
    },
    name,
};
use regex_lite::Regex;
use sha2::{Digest, Sha256};

/// The origin of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// The manager's own version, such as `26.9.6`.
    pub manager: &'a str,
    /// The path of the schema, such as `/admin/gql`.
    pub path: &'a str,
    /// The day on which it was taken, `YYYY-MM-DD`.
    pub date: &'a str,
}

/// Whether descriptions are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prose {
    /// Keeps them: generated types are documented by them.
    Keep,
    /// Drops them.
    Drop,
}

/// The manager's schema is not valid GraphQL.
#[derive(Debug, thiserror::Error)]
#[error("the schema text is not valid:\n{0}")]
pub struct SnapshotError(String);

const DIRECTIVES: &str = "\
directive @since(version: String!) repeatable on SCALAR | OBJECT | FIELD_DEFINITION \
| ARGUMENT_DEFINITION | INTERFACE | UNION | ENUM | ENUM_VALUE | INPUT_OBJECT \
| INPUT_FIELD_DEFINITION
";

/// Makes a snapshot of a schema. The same schema gives the same bytes, except for the date.
///
/// # Errors
///
/// When the text is not a valid schema, with every reason and its line.
pub fn normalise(sdl: &str, source: &Source<'_>, prose: Prose) -> Result<String, SnapshotError> {
    let document = Document::parse(sdl, format!("{} of manager {}", source.path, source.manager))
        .map_err(|invalid| SnapshotError(invalid.errors.to_string()))?;
    let facts = Facts::new(prose).map_err(|error| SnapshotError(error.to_string()))?;

    let mut definitions = BTreeMap::new();
    for definition in document.definitions {
        fold(&mut definitions, definition)?;
    }
    let mut body = String::from(DIRECTIVES);
    for (_, definition) in definitions {
        // Writing to a string cannot fail.
        let _ = write!(body, "\n{}\n", facts.tidy(definition).serialize().to_string().trim_end());
    }

    Schema::parse_and_validate(body.as_str(), "snapshot")
        .map_err(|invalid| SnapshotError(invalid.errors.to_string()))?;
    Ok(format!(
        "# Schema of POST {}\n# manager: {}\n# date: {}\n# sha256 of what follows this line: {}\n{body}",
        source.path,
        source.manager,
        source.date,
        hex::encode(Sha256::digest(body.as_bytes())),
    ))
}

/// A schema without the parts that federation adds to it. A manager writes them into a file, but its
/// own answer to `_service` has none.
///
/// # Errors
///
/// When the text is not GraphQL.
pub fn without_federation(sdl: &str) -> Result<String, SnapshotError> {
    let parsed = Document::parse(sdl, "schema");
    let mut document = parsed.map_err(|invalid| SnapshotError(invalid.errors.to_string()))?;
    let is_added = |name: &Name| matches!(name.as_str(), "_Any" | "_Entity" | "_Service");
    document.definitions.retain(|definition| !definition.name().is_some_and(is_added));
    for definition in &mut document.definitions {
        if let Definition::ObjectTypeDefinition(object) = definition {
            let fields = &mut object.make_mut().fields;
            fields.retain(|field| !matches!(field.name.as_str(), "_entities" | "_service"));
        }
    }
    Ok(document.to_string())
}

/// The lines at the head of a snapshot that name its path and its manager, if it has them.
pub fn origin(snapshot: &str) -> Option<(&str, &str)> {
    let head = |begin| snapshot.lines().take(4).find_map(|line| line.strip_prefix(begin));
    Some((head("# Schema of POST ")?, head("# manager: ")?))
}

/// Adds a definition, or merges an extension into its type. An extension without a type defines it: a
/// subgraph's schema extends types of other subgraphs.
fn fold(
    into: &mut BTreeMap<Name, Definition>,
    definition: Definition,
) -> Result<(), SnapshotError> {
    use Definition as D;
    // A definition may come before or after its extensions.
    let (name, definition) = match definition {
        D::ScalarTypeDefinition(ref def) => (def.name.clone(), definition),
        D::ObjectTypeDefinition(ref def) => (def.name.clone(), definition),
        D::InterfaceTypeDefinition(ref def) => (def.name.clone(), definition),
        D::UnionTypeDefinition(ref def) => (def.name.clone(), definition),
        D::EnumTypeDefinition(ref def) => (def.name.clone(), definition),
        D::InputObjectTypeDefinition(ref def) => (def.name.clone(), definition),
        D::ObjectTypeExtension(ext) => (
            ext.name.clone(),
            D::ObjectTypeDefinition(Node::new(apollo_compiler::ast::ObjectTypeDefinition {
                description: None,
                name: ext.name.clone(),
                implements_interfaces: ext.implements_interfaces.clone(),
                directives: ext.directives.clone(),
                fields: ext.fields.clone(),
            })),
        ),
        // A directive of the GraphQL specification that apollo-compiler does not define.
        // And documents can use those with executable locations.
        D::DirectiveDefinition(ref def)
            if def.name == "oneOf" || def.locations.iter().any(|it| is_executable(*it)) =>
        {
            (def.name.clone(), definition)
        }
        // The others are replaced by our own.
        D::DirectiveDefinition(_) | D::SchemaExtension(_) => return Ok(()),
        // Managers before 25.13 call the root types `Queries` and `Mutations`.
        D::SchemaDefinition(mut def) => {
            let is_default =
                |root: &Node<(OperationType, Name)>| root.0.default_type_name() == root.1.as_str();
            if def.root_operations.iter().all(is_default) {
                return Ok(());
            }
            let schema = def.make_mut();
            (schema.description, schema.directives) = (None, DirectiveList::new());
            (name!(schema), D::SchemaDefinition(def))
        }
        other => {
            return Err(SnapshotError(format!(
                "`{}`: a schema defines types, and extends object types only",
                other.name().map_or("", Name::as_str),
            )));
        }
    };
    match into.entry(name) {
        std::collections::btree_map::Entry::Vacant(entry) => {
            entry.insert(definition);
        }
        std::collections::btree_map::Entry::Occupied(mut entry) => {
            if let (D::ObjectTypeDefinition(whole), D::ObjectTypeDefinition(part)) =
                (entry.get_mut(), definition)
            {
                let whole = whole.make_mut();
                whole.description = whole.description.take().or_else(|| part.description.clone());
                whole.directives.0.extend(part.directives.iter().cloned());
                for interface in &part.implements_interfaces {
                    if !whole.implements_interfaces.contains(interface) {
                        whole.implements_interfaces.push(interface.clone());
                    }
                }
                for field in &part.fields {
                    if !whole.fields.iter().any(|known| known.name == field.name) {
                        whole.fields.push(field.clone());
                    }
                }
            }
        }
    }
    Ok(())
}

/// Whether a directive at this location is part of a document.
fn is_executable(location: DirectiveLocation) -> bool {
    use DirectiveLocation as L;
    matches!(
        location,
        L::Query
            | L::Mutation
            | L::Subscription
            | L::Field
            | L::FragmentDefinition
            | L::FragmentSpread
            | L::InlineFragment
            | L::VariableDefinition
    )
}

/// Reads the versions in descriptions.
struct Facts {
    prose: Prose,
    added: Regex,
    deprecated: Regex,
    version: Regex,
}

impl Facts {
    fn new(prose: Prose) -> Result<Self, regex_lite::Error> {
        const VERSION: &str = r"\d{2}\.\d{1,2}(?:\.\d+)?(?:\.?(?:rc|dev|a|b)\d+)?";
        Ok(Self {
            prose,
            // "Added in 24.03.1 and 23.09.6." names the version of each branch.
            added: Regex::new(&format!(
                r"\b(?:[Aa]dded|[Ii]ntroduced) (?:in|since) v?{VERSION}(?:(?:, and|,| and|/)\s*v?{VERSION})*"
            ))?,
            deprecated: Regex::new(&format!(r"\b[Dd]eprecated since v?{VERSION}"))?,
            version: Regex::new(VERSION)?,
        })
    }

    /// The description, which is removed if it is to be dropped.
    fn description(&self, of: &mut Option<Node<str>>) -> Option<Node<str>> {
        match self.prose {
            Prose::Keep => of.clone(),
            Prose::Drop => of.take(),
        }
    }

    /// The directives to keep, and those for the versions in the description.
    fn directives(
        &self,
        description: Option<&str>,
        given: &DirectiveList,
        may_deprecate: bool,
    ) -> DirectiveList {
        let mut kept = DirectiveList::new();
        let text = description.unwrap_or_default();
        let versions = |found: Option<regex_lite::Match<'_>>| -> Vec<String> {
            let found = found.map_or("", |found| found.as_str());
            self.version.find_iter(found).map(|version| version.as_str().to_owned()).collect()
        };
        for version in versions(self.added.find(text)) {
            kept.push(directive(name!(since), name!(version), version));
        }
        for given in given.iter() {
            if matches!(given.name.as_str(), "deprecated" | "specifiedBy" | "oneOf") {
                kept.push(given.clone());
            }
        }
        if may_deprecate && !kept.has("deprecated") {
            for version in versions(self.deprecated.find(text)) {
                let reason = format!("Deprecated since {version}.");
                kept.push(directive(name!(deprecated), name!(reason), reason));
            }
        }
        kept
    }

    fn tidy(&self, mut definition: Definition) -> Definition {
        macro_rules! tidy {
            ($def:ident, $($members:ident: $tidy:ident),*) => {{
                let def = $def.make_mut();
                let description = self.description(&mut def.description);
                def.directives = self.directives(description.as_deref(), &def.directives, false);
                $(for member in &mut def.$members {
                    self.$tidy(member);
                })*
            }};
        }
        match &mut definition {
            Definition::ScalarTypeDefinition(def) => tidy!(def,),
            Definition::ObjectTypeDefinition(def) => tidy!(def, fields: field),
            Definition::InterfaceTypeDefinition(def) => tidy!(def, fields: field),
            Definition::UnionTypeDefinition(def) => tidy!(def,),
            Definition::EnumTypeDefinition(def) => tidy!(def, values: value),
            Definition::InputObjectTypeDefinition(def) => tidy!(def, fields: input),
            _ => {}
        }
        definition
    }

    fn field(&self, field: &mut Node<FieldDefinition>) {
        let field = field.make_mut();
        let description = self.description(&mut field.description);
        field.directives = self.directives(description.as_deref(), &field.directives, true);
        for argument in &mut field.arguments {
            self.input(argument);
        }
    }

    fn input(&self, input: &mut Node<InputValueDefinition>) {
        let input = input.make_mut();
        let description = self.description(&mut input.description);
        // Required inputs cannot be deprecated.
        let optional = !input.ty.is_non_null() || input.default_value.is_some();
        input.directives = self.directives(description.as_deref(), &input.directives, optional);
    }

    fn value(&self, value: &mut Node<EnumValueDefinition>) {
        let value = value.make_mut();
        let description = self.description(&mut value.description);
        value.directives = self.directives(description.as_deref(), &value.directives, true);
    }
}

fn directive(name: Name, argument: Name, value: String) -> Node<Directive> {
    Node::new(Directive {
        name,
        arguments: vec![Node::new(Argument {
            name: argument,
            value: Node::new(Value::String(value)),
        })],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: Source<'_> = Source { manager: "26.9.6", path: "/admin/gql", date: "2026-11-21" };

    fn body(sdl: &str) -> String {
        let text = normalise(sdl, &SOURCE, Prose::Drop).unwrap();
        let at = text.find("directive @since").unwrap();
        text[at + DIRECTIVES.len()..].to_owned()
    }

    #[test]
    fn federation_and_prose_go_and_versions_stay() {
        let sdl = r#"
            extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
            "Words. Added in 24.03.1 and 23.09.6."
            type Query @key(fields: "id") @shareable {
              "Added since v25.1.0. Deprecated since 25.6."
              old("Introduced in 26.4.2rc1" a: Int = 1, b: Color): String
              gone: Int @deprecated(reason: "Use old.")
            }
            "No version here."
            enum Color { "Added in 25.12.0, more words" RED BLUE }
        "#;
        assert_eq!(
            body(sdl),
            r#"
enum Color {
  RED @since(version: "25.12.0")
  BLUE
}

type Query @since(version: "24.03.1") @since(version: "23.09.6") {
  old(
    a: Int = 1 @since(version: "26.4.2rc1"),
    b: Color,
  ): String @since(version: "25.1.0") @deprecated(reason: "Deprecated since 25.6.")
  gone: Int @deprecated(reason: "Use old.")
}
"#
        );
    }

    #[test]
    fn directives_for_documents_stay() {
        let sdl = "directive @at(zone: Int) on QUERY directive @owner on OBJECT type Query @owner { a: Int }";
        assert_eq!(body(sdl), "\ntype Query {\n  a: Int\n}\n\ndirective @at(zone: Int) on QUERY\n");
    }

    #[test]
    fn root_types_keep_their_names() {
        let sdl = "schema @link(url: \"x\") { query: Queries } type Queries { a: Int }";
        assert_eq!(body(sdl), "\ntype Queries {\n  a: Int\n}\n\nschema {\n  query: Queries\n}\n");
        assert_eq!(
            body("schema { query: Query } type Query { a: Int }"),
            "\ntype Query {\n  a: Int\n}\n"
        );
    }

    #[test]
    fn prose_can_stay() {
        let sdl = "\"Words. Added in 25.1.\" type Query { \"More.\" a(\"Less.\" b: Int): Int }";
        let text = normalise(sdl, &SOURCE, Prose::Keep).unwrap();
        assert!(
            text.ends_with(
                r#"
"""Words. Added in 25.1."""
type Query @since(version: "25.1") {
  """More."""
  a(
    """Less."""
    b: Int,
  ): Int
}
"#
            ),
            "{text}"
        );
    }

    #[test]
    fn the_order_of_definitions_does_not_matter() {
        let (a, b) = ("type Query { a: A }", "type A { x: Int }");
        assert_eq!(body(&format!("{a} {b}")), body(&format!("{b} {a}")));
    }

    #[test]
    fn an_extension_without_a_definition_defines() {
        let sdl = "extend type A { y: Int } type Query { a: A b: B } extend type B { z: Int } type A { x: Int }";
        assert_eq!(
            body(sdl),
            "\ntype A {\n  y: Int\n  x: Int\n}\n\ntype B {\n  z: Int\n}\n\ntype Query {\n  a: A\n  b: B\n}\n"
        );
    }

    #[test]
    fn the_header_says_where_it_is_from() {
        let text = normalise("type Query { a: Int }", &SOURCE, Prose::Drop).unwrap();
        let (header, body) = text.split_at(text.find("directive").unwrap());
        let digest = hex::encode(Sha256::digest(body.as_bytes()));
        assert_eq!(
            header,
            format!(
                "# Schema of POST /admin/gql\n# manager: 26.9.6\n# date: 2026-11-21\n# sha256 of what follows this line: {digest}\n"
            )
        );
    }

    #[test]
    fn the_origin_is_read_back() {
        let text = normalise("type Query { a: Int }", &SOURCE, Prose::Drop).unwrap();
        assert_eq!(origin(&text), Some(("/admin/gql", "26.9.6")));
        assert_eq!(origin("type Query { a: Int }"), None);
    }

    #[test]
    fn what_federation_adds_can_go() {
        let sdl = "type Query { a: Int _entities(r: [_Any]): [_Entity] _service: _Service! } \
                   scalar _Any union _Entity = Query type _Service { sdl: String }";
        let text = without_federation(sdl).unwrap();
        assert_eq!(body(&text), "\ntype Query {\n  a: Int\n}\n");
    }

    #[test]
    fn an_invalid_schema_is_an_error_with_its_line() {
        for sdl in ["type Query {", "type Query { a: Nope }", "<html>"] {
            let error = normalise(sdl, &SOURCE, Prose::Drop).unwrap_err().to_string();
            assert!(error.contains(":1:") || error.contains("snapshot:"), "{error}");
        }
    }
}
