//! What a valid document names and should not: what is deprecated, and null where the server
//! refuses it.

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::{DirectiveList, Type, Value},
    collections::IndexMap,
    executable::{Field, Operation, Selection, SelectionSet},
    parser::SourceSpan,
    schema::InputObjectType,
};

use crate::{
    diagnostic::{Diagnostic, Found},
    document::fragments,
    nulls::{Nulls, Rule},
};

/// Looks through all operations and fragments.
pub(crate) fn check(schema: &Schema, document: &ExecutableDocument, nulls: &Nulls) -> Found {
    let mut look = Look::new(schema, document, nulls);
    for operation in document.operations.iter() {
        look.operation(operation);
    }
    let mut sole = IndexMap::default();
    for (name, fragment) in &document.fragments {
        let meant = fragment.directives.has("legacy");
        look.sole.clear();
        look.selections(&fragment.selection_set, meant);
        if !look.sole.is_empty() {
            sole.insert(name, std::mem::take(&mut look.sole));
        }
    }
    if !sole.is_empty() {
        for operation in document.operations.iter() {
            for name in fragments(document, &operation.selection_set) {
                look.can_be_null(operation, sole.get(&name).map_or(&[], Vec::as_slice));
            }
        }
    }
    look.found
}

/// What holds for the variables of an operation that stand for fields of listed input objects.
/// `fragments` are those that the operation reaches.
pub(crate) fn variables<'d>(
    schema: &'d Schema,
    document: &'d ExecutableDocument,
    nulls: &'d Nulls,
    operation: &'d Operation,
    fragments: impl Iterator<Item = &'d Name>,
) -> IndexMap<Name, Rule> {
    let mut look = Look::new(schema, document, nulls);
    look.selections(&operation.selection_set, true);
    for fragment in fragments.filter_map(|name| document.fragments.get(name)) {
        look.selections(&fragment.selection_set, true);
    }
    look.variables
}

struct Look<'d> {
    schema: &'d Schema,
    document: &'d ExecutableDocument,
    nulls: &'d Nulls,
    found: Found,
    variables: IndexMap<Name, Rule>,
    /// Variables that are the one field of an input object that takes exactly one.
    sole: Vec<(&'d Name, Option<SourceSpan>)>,
}

impl<'d> Look<'d> {
    fn new(schema: &'d Schema, document: &'d ExecutableDocument, nulls: &'d Nulls) -> Self {
        let (found, variables) = (Found::default(), IndexMap::default());
        Self { schema, document, nulls, found, variables, sole: Vec::new() }
    }

    /// `meant` is whether a `@legacy` around says that deprecated things are there on purpose.
    fn operation(&mut self, operation: &'d Node<Operation>) {
        let meant = operation.directives.has("legacy");
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                let meant = meant || variable.directives.has("legacy");
                self.value(default, &variable.ty, meant);
            }
        }
        self.variables.clear();
        self.sole.clear();
        self.selections(&operation.selection_set, meant);
        self.can_be_null(operation, &self.sole.clone());
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value
                && default.is_null()
                && self.variables.get(&variable.name) == Some(&Rule::Never)
            {
                let message = format!(
                    "`${}` stands for a field that does not take null: give it no default",
                    variable.name
                );
                self.error(default.location(), message);
            }
        }
    }

    /// The one field of an input object cannot be null, and so neither can its variable.
    fn can_be_null(&mut self, operation: &Operation, sole: &[(&'d Name, Option<SourceSpan>)]) {
        for (name, span) in sole {
            let mut variables = operation.variables.iter();
            let declared = variables.find(|variable| variable.name == **name);
            if let Some(declared) = declared.filter(|declared| !declared.ty.is_non_null()) {
                let message = format!(
                    "`${name}` is the only field of its input object, which cannot be null: \
                     declare it as `{}!`",
                    declared.ty
                );
                self.error(*span, message);
            }
        }
    }

    fn selections(&mut self, set: &'d SelectionSet, meant: bool) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => self.field(field, &set.ty, meant),
                Selection::InlineFragment(inline) => {
                    let meant = meant || inline.directives.has("legacy");
                    self.selections(&inline.selection_set, meant);
                }
                // What is in a named fragment is looked at there.
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn field(&mut self, field: &'d Field, on: &Name, meant: bool) {
        let meant = meant || field.directives.has("legacy");
        let name = &field.name;
        self.deprecated(&field.definition.directives, name.location(), meant, || {
            format!("{on}.{name}")
        });
        for argument in &field.arguments {
            let Some(known) = field.definition.argument_by_name(&argument.name) else { continue };
            self.deprecated(&known.directives, argument.name.location(), meant, || {
                format!("{on}.{name}({}:)", known.name)
            });
            self.value(&argument.value, &known.ty, meant);
        }
        self.selections(&field.selection_set, meant);
    }

    fn value(&mut self, value: &'d Node<Value>, ty: &Type, meant: bool) {
        let inner = ty.inner_named_type();
        match &**value {
            Value::List(items) => {
                for item in items {
                    self.value(item, ty.item_type(), meant);
                }
            }
            Value::Enum(name) => {
                if let Some(known) = self.schema.get_enum(inner).and_then(|it| it.values.get(name))
                {
                    self.deprecated(&known.directives, value.location(), meant, || {
                        format!("{inner}.{name}")
                    });
                }
            }
            Value::Object(fields) => {
                if let Some(input) = self.schema.get_input_object(inner) {
                    self.object(value.location(), fields, input, meant);
                }
            }
            _ => {}
        }
    }

    fn object(
        &mut self,
        span: Option<SourceSpan>,
        fields: &'d [(Name, Node<Value>)],
        input: &'d InputObjectType,
        meant: bool,
    ) {
        if input.directives.has("oneOf") {
            self.one_of(span, fields, input);
        }
        for (name, value) in fields {
            let Some(known) = input.fields.get(name) else { continue };
            self.deprecated(&known.directives, name.location(), meant, || {
                format!("{}.{name}", input.name)
            });
            match (&**value, self.nulls.rule(&input.name, name)) {
                (Value::Null, Some(Rule::Never)) => {
                    let message = format!(
                        "`{}.{name}` does not take null: leave it out to keep what is there",
                        input.name
                    );
                    self.error(value.location(), message);
                }
                // A variable that is not given leaves the field out.
                (Value::Variable(variable), Some(rule @ (Rule::Never | Rule::Stated))) => {
                    self.variables.insert(variable.clone(), rule);
                }
                _ => {}
            }
            self.value(value, &known.ty, meant);
        }
        for stated in self.nulls.stated(&input.name) {
            if !fields.iter().any(|(name, _)| name == stated) {
                let message = format!(
                    "`{}.{stated}` has to be said, as a value or null: left out it takes a default \
                     that may destroy something",
                    input.name
                );
                self.error(span, message);
            }
        }
    }

    /// Exactly one field is given, and it is not null. The validator does not look at this.
    fn one_of(
        &mut self,
        span: Option<SourceSpan>,
        fields: &'d [(Name, Node<Value>)],
        input: &InputObjectType,
    ) {
        match fields {
            [(_, value)] => match &**value {
                Value::Null => {
                    let message = format!("the one field of `{}` cannot be null", input.name);
                    self.error(value.location(), message);
                }
                Value::Variable(name) => self.sole.push((name, value.location())),
                _ => {}
            },
            _ => {
                let names: Vec<_> = input.fields.keys().map(|name| format!("`{name}`")).collect();
                let message = format!(
                    "`{}` takes exactly one of its fields: {}",
                    input.name,
                    names.join(", ")
                );
                self.error(span, message);
            }
        }
    }

    fn deprecated(
        &mut self,
        directives: &DirectiveList,
        span: Option<SourceSpan>,
        meant: bool,
        name: impl FnOnce() -> String,
    ) {
        if meant || directives.is_empty() {
            return;
        }
        let Some(directive) = directives.get("deprecated") else { return };
        let reason = directive.specified_argument_by_name("reason").and_then(|it| it.as_str());
        // Most reasons begin with the word themselves.
        let reason = match reason.map(|reason| reason.trim().trim_end_matches('.')) {
            None | Some("") => String::new(),
            Some(reason) => match reason.strip_prefix("Deprecated ") {
                Some(rest) => format!(" {rest}"),
                None => format!(": {reason}"),
            },
        };
        let message = format!("`{}` is deprecated{reason} (`@legacy` says it is meant)", name());
        let warning = Diagnostic::at(span, &self.document.sources, message);
        self.found.warnings.push(warning);
    }

    fn error(&mut self, span: Option<SourceSpan>, message: String) {
        self.found.errors.push(Diagnostic::at(span, &self.document.sources, message));
    }
}
