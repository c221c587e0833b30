//! The schema of an older release: the snapshot without the parts that are marked as newer.
//!
//! Shares no code with the version rules of the client and the generator on purpose, because their
//! tests compare against it.

use std::io;

use apollo_compiler::ast::{
    Definition, DirectiveList, Document, FieldDefinition, InputValueDefinition,
};
use apollo_compiler::collections::HashSet;
use apollo_compiler::{Name, Node};

/// Returns the first three numbers of a version; missing ones are 0.
pub(crate) fn numbers(version: &str) -> [u32; 3] {
    let mut numbers = [0; 3];
    for (number, part) in numbers.iter_mut().zip(version.split('.')) {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        *number = digits.parse().unwrap_or(0);
    }
    numbers
}

/// Returns whether a manager of this release has a definition with these directives.
fn has(release: [u32; 3], directives: &DirectiveList) -> bool {
    let marks: Vec<_> = directives
        .get_all("since")
        .filter_map(|mark| mark.specified_argument_by_name("version")?.as_str())
        .map(numbers)
        .collect();
    // A backport to an older branch is marked with the version of that branch.
    let branch = marks.iter().find(|mark| mark[..2] == release[..2]);
    branch.or(marks.iter().max()).is_none_or(|mark| *mark <= release)
}

/// Returns the part of a schema that a manager of this release has, by the `@since` directives in it.
///
/// This is the schema that a manager started with [`ManagerBuilder::release`] executes.
///
/// [`ManagerBuilder::release`]: crate::ManagerBuilder::release
///
/// # Errors
///
/// When the text is not a GraphQL schema document.
pub fn schema_of_release(schema: &str, release: &str) -> io::Result<String> {
    let document = Document::parse(schema, "schema.graphql").map_err(|invalid| {
        io::Error::new(io::ErrorKind::InvalidData, invalid.errors.to_string())
    })?;
    Ok(cut(document, release).to_string())
}

fn cut(mut schema: Document, release: &str) -> Document {
    let release = numbers(release);
    // A field older than the scalar or enum it returns had another type before.
    let is_leaf = |definition: &Definition| {
        matches!(
            definition,
            Definition::ScalarTypeDefinition(_) | Definition::EnumTypeDefinition(_)
        )
    };
    let is_there = |definition: &Definition| has(release, definition.directives());
    schema.definitions.retain(|definition| is_leaf(definition) || is_there(definition));
    loop {
        let before = schema.definitions.len();
        let names = |of: &dyn Fn(&Definition) -> bool| -> HashSet<Name> {
            let those = schema.definitions.iter().filter(|definition| of(definition));
            those.filter_map(|definition| definition.name().cloned()).collect()
        };
        let (output, input) = (names(&|_| true), names(&is_there));
        for definition in &mut schema.definitions {
            members(definition, release, &output, &input);
        }
        // A type without members is removed.
        schema.definitions.retain(|definition| !is_empty(definition));
        if schema.definitions.len() == before {
            return schema;
        }
    }
}

fn members(
    definition: &mut Definition,
    release: [u32; 3],
    output: &HashSet<Name>,
    input: &HashSet<Name>,
) {
    let there = |name: &Name| output.contains(name) || is_builtin(name);
    let takes = |argument: &Node<InputValueDefinition>| {
        let name = argument.ty.inner_named_type();
        has(release, &argument.directives) && (input.contains(name) || is_builtin(name))
    };
    let field = |field: &mut Node<FieldDefinition>| {
        let field = field.make_mut();
        field.arguments.retain(takes);
        has(release, &field.directives) && there(field.ty.inner_named_type())
    };
    match definition {
        Definition::ObjectTypeDefinition(object) => {
            let object = object.make_mut();
            object.fields.retain_mut(field);
            object.implements_interfaces.retain(there);
        }
        Definition::InterfaceTypeDefinition(interface) => {
            let interface = interface.make_mut();
            interface.fields.retain_mut(field);
            interface.implements_interfaces.retain(there);
        }
        Definition::InputObjectTypeDefinition(object) => object.make_mut().fields.retain(takes),
        Definition::UnionTypeDefinition(union) => union.make_mut().members.retain(there),
        Definition::EnumTypeDefinition(values) => {
            values.make_mut().values.retain(|value| has(release, &value.directives));
        }
        _ => {}
    }
}

fn is_builtin(name: &str) -> bool {
    matches!(name, "Int" | "Float" | "String" | "Boolean" | "ID")
}

fn is_empty(definition: &Definition) -> bool {
    match definition {
        Definition::ObjectTypeDefinition(object) => object.fields.is_empty(),
        Definition::InterfaceTypeDefinition(interface) => interface.fields.is_empty(),
        Definition::InputObjectTypeDefinition(object) => object.fields.is_empty(),
        Definition::UnionTypeDefinition(union) => union.members.is_empty(),
        Definition::EnumTypeDefinition(values) => values.values.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn newer_parts_and_what_depends_on_them_are_removed() {
        let schema = r#"
            type Query { a(new: Int @since(version: "25.2.0"), other: In): A b: B c: Int @since(version: "24.9.0") }
            type A @since(version: "25.1.0") { x: Int }
            type B { y: Int @since(version: "25.1.0") @since(version: "24.09.6") z: Z e: E }
            type Z { a: A }
            input In @since(version: "25.1.0") { x: Int }
            enum E { OLD NEW @since(version: "26.1") }
        "#;
        let cut = |release| {
            let document = Document::parse(schema, "schema").unwrap();
            let text = cut(document, release).to_string();
            let words = text.split_whitespace().filter(|word| !word.contains("since"));
            let words: Vec<_> = words.filter(|word| !word.starts_with('"')).collect();
            words.join(" ")
        };
        assert_eq!(cut("24.9.5"), "type Query { b: B c: Int } type B { e: E } enum E { OLD }");
        let branch = cut("24.9.6");
        assert!(branch.contains("type B { y: Int") && !branch.contains("type Z"), "{branch}");
        assert!(cut("26.1.0rc1").contains("NEW") && cut("25.2.0").contains("new: Int"));
    }
}
