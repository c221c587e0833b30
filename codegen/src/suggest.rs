//! Did you mean …?

use apollo_compiler::{ExecutableDocument, Schema, schema::ExtendedType};

/// A name that exists and resembles the one that does not. What was looked for is read from the
/// validator's message, where names stand between backticks.
pub(crate) fn suggest(
    fault: &str,
    message: &str,
    schema: &Schema,
    document: &ExecutableDocument,
) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let (first, second) = (quoted.next()?, quoted.next());
    match fault {
        "UndefinedField" => closest(second?, fields(schema, first)),
        "UndefinedArgument" => {
            let owner = second?;
            let arguments = match owner.split_once('.') {
                Some((ty, field)) => &schema.type_field(ty, field).ok()?.arguments,
                None => &schema.directive_definitions.get(owner.trim_start_matches('@'))?.arguments,
            };
            closest(first, arguments.iter().map(|argument| argument.name.as_str()))
        }
        "UndefinedInputValue" => closest(first, fields(schema, second?)),
        "UndefinedEnumValue" => {
            let values = schema.get_enum(second?)?.values.keys();
            closest(first, values.map(|name| name.as_str()))
        }
        "UndefinedDirective" => {
            let name = first.trim_start_matches('@');
            let known = schema.directive_definitions.keys().map(|name| name.as_str());
            closest(name, known).map(|name| format!("@{name}"))
        }
        "UndefinedVariable" => {
            let name = first.trim_start_matches('$');
            let operations = document.operations.iter();
            let variables = operations.flat_map(|operation| &operation.variables);
            closest(name, variables.map(|variable| variable.name.as_str()))
                .map(|name| format!("${name}"))
        }
        "UndefinedFragment" => closest(first, document.fragments.keys().map(|name| name.as_str())),
        "UndefinedDefinition"
        | "UndefinedTypeInNamedFragmentTypeCondition"
        | "UndefinedTypeInInlineFragmentTypeCondition" => {
            closest(first, schema.types.keys().map(|name| name.as_str()))
        }
        _ => None,
    }
}

fn fields<'a>(schema: &'a Schema, ty: &str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
    match schema.types.get(ty) {
        Some(ExtendedType::Object(def)) => Box::new(def.fields.keys().map(|name| name.as_str())),
        Some(ExtendedType::Interface(def)) => Box::new(def.fields.keys().map(|name| name.as_str())),
        Some(ExtendedType::InputObject(def)) => {
            Box::new(def.fields.keys().map(|name| name.as_str()))
        }
        _ => Box::new(std::iter::empty()),
    }
}

/// The nearest of the names, if it is near at all: a third of the letters may differ.
pub(crate) fn closest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let allowed = wanted.chars().count().div_ceil(3);
    names
        .map(|name| {
            let distance = if name.eq_ignore_ascii_case(wanted) {
                0
            } else {
                strsim::damerau_levenshtein(name, wanted)
            };
            (distance, name)
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name.to_owned())
}
