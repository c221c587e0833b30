//! A type's `Option`s and `Vec`s, and its documentation.

use apollo_compiler::{
    Node,
    ast::{Directive, Type},
    schema::ExtendedType,
};

use crate::model::{Docs, Wrap};

/// The `Option`s and `Vec`s of a type; `required` removes the `Option`s.
pub(super) fn wraps(ty: &Type, required: bool) -> Vec<Wrap> {
    let mut wraps = Vec::new();
    let mut ty = ty;
    loop {
        if !required && !ty.is_non_null() {
            wraps.push(Wrap::Option);
        }
        match ty {
            Type::Named(_) | Type::NonNullNamed(_) => return wraps,
            Type::List(inner) | Type::NonNullList(inner) => {
                wraps.push(Wrap::Vec);
                ty = inner;
            }
        }
    }
}

/// The documentation of a type.
pub(super) fn type_docs(ty: &ExtendedType) -> Docs {
    member_docs(ty.description(), ty.directives().iter().map(|it| &it.node), None)
}

/// The documentation of a field, a value or a type; a comment of the document comes first.
pub(super) fn member_docs<'a>(
    description: Option<&Node<str>>,
    directives: impl Iterator<Item = &'a Node<Directive>>,
    comment: Option<String>,
) -> Docs {
    let mut docs = Docs {
        text: comment.or_else(|| description.map(|text| text.to_string())),
        ..Docs::default()
    };
    for directive in directives {
        let argument = |name: &str| {
            let value = directive.specified_argument_by_name(name);
            value.and_then(|value| value.as_str()).map(str::to_owned)
        };
        match directive.name.as_str() {
            "since" => docs.since.extend(argument("version")),
            "deprecated" => docs.deprecated = Some(argument("reason").unwrap_or_default()),
            _ => {}
        }
    }
    docs
}
