//! Did you mean …?

use apollo_compiler::{ExecutableDocument, Schema, schema::ExtendedType};

/// Returns the name that most resembles `wanted`, if one is close: at most a third of the letters
/// may differ, and case does not count.
pub fn closest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let letters = wanted.chars().count();
    // Distances take time in proportion to the product of the lengths.
    if letters > MAX_LETTERS {
        return None;
    }
    let max_distance = letters.div_ceil(3);
    names
        .into_iter()
        .filter(|name| name.len() <= 2 * MAX_LETTERS)
        .map(|name| {
            let same = name.eq_ignore_ascii_case(wanted);
            (if same { 0 } else { strsim::damerau_levenshtein(name, wanted) }, name)
        })
        .filter(|(distance, _)| *distance <= max_distance)
        .min()
        .map(|(_, name)| name)
}

/// The longest name that is compared.
const MAX_LETTERS: usize = 100;

/// Suggests a name for a fault that the validator found.
///
/// apollo-compiler gives no names, only the kind of a fault and a message with the names between
/// backticks, so they are read from there. `tests/invalid/names.graphql` pins the messages.
pub(crate) fn for_fault(
    fault: &str,
    message: &str,
    schema: &Schema,
    document: &ExecutableDocument,
) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let (first, second) = (quoted.next()?, quoted.next());
    let name = match fault {
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
            let known = schema.directive_definitions.keys().map(|name| name.as_str());
            return closest(first.trim_start_matches('@'), known).map(|name| format!("@{name}"));
        }
        "UndefinedVariable" => {
            let operations = document.operations.iter();
            let variables = operations.flat_map(|operation| &operation.variables);
            let known = variables.map(|variable| variable.name.as_str());
            return closest(first.trim_start_matches('$'), known).map(|name| format!("${name}"));
        }
        "UndefinedFragment" => closest(first, document.fragments.keys().map(|name| name.as_str())),
        "UndefinedDefinition"
        | "UndefinedTypeInNamedFragmentTypeCondition"
        | "UndefinedTypeInInlineFragmentTypeCondition" => {
            closest(first, schema.types.keys().map(|name| name.as_str()))
        }
        _ => None,
    };
    name.map(str::to_owned)
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
