//! Reports deprecated members, and nulls that the server refuses.

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
    graph::fragments,
    nulls::{Nulls, Rule},
    schema::{instruction, is_instruction},
};

/// The result of a check.
pub(crate) struct Lint {
    pub(crate) found: Found,
    /// The null rules of each operation's variables, by its name.
    pub(crate) rules: IndexMap<Name, IndexMap<Name, Rule>>,
}

/// Checks all operations and fragments.
pub(crate) fn check(schema: &Schema, document: &ExecutableDocument, nulls: &Nulls) -> Lint {
    let mut linter =
        Linter { schema, document, nulls, found: Found::default(), uses: Uses::default() };
    let mut in_fragments = IndexMap::default();
    for (name, fragment) in &document.fragments {
        linter.selections(&fragment.selection_set, is_legacy(schema, &fragment.directives));
        let uses = std::mem::take(&mut linter.uses);
        if !uses.is_empty() {
            in_fragments.insert(name, uses);
        }
    }
    let mut rules = IndexMap::default();
    for operation in document.operations.iter() {
        let uses = linter.operation(operation, &in_fragments);
        if let Some(name) = operation.name.as_ref().filter(|_| !uses.rules.is_empty()) {
            rules.insert(name.clone(), uses.rules);
        }
    }
    Lint { found: linter.found, rules }
}

/// Where a selection passes variables on as fields of input objects.
#[derive(Clone, Default)]
struct Uses<'d> {
    /// The rules of the fields, by variable.
    rules: IndexMap<Name, Rule>,
    /// Variables that are the only field of a `@oneOf` input object.
    one_of: Vec<(&'d Name, Option<SourceSpan>)>,
}

impl<'d> Uses<'d> {
    fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.one_of.is_empty()
    }

    fn add(&mut self, other: &Self) {
        self.rules.extend(other.rules.iter().map(|(name, rule)| (name.clone(), *rule)));
        self.one_of.extend(&other.one_of);
    }
}

/// Whether the use of deprecated members is intended.
fn is_legacy(schema: &Schema, directives: &DirectiveList) -> bool {
    instruction(schema, directives, "legacy").is_some()
}

struct Linter<'d> {
    schema: &'d Schema,
    document: &'d ExecutableDocument,
    nulls: &'d Nulls,
    found: Found,
    uses: Uses<'d>,
}

impl<'d> Linter<'d> {
    /// Checks an operation; returns its uses of variables, those in its fragments included.
    fn operation(
        &mut self,
        operation: &'d Node<Operation>,
        in_fragments: &IndexMap<&'d Name, Uses<'d>>,
    ) -> Uses<'d> {
        // `intended` is whether a `@legacy` marks the use of deprecated members as intended.
        let intended = is_legacy(self.schema, &operation.directives);
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                let intended = intended || is_legacy(self.schema, &variable.directives);
                self.value(default, &variable.ty, intended);
            }
        }
        self.uses = Uses::default();
        self.selections(&operation.selection_set, intended);
        let mut uses = std::mem::take(&mut self.uses);
        if !in_fragments.is_empty() {
            for name in fragments(self.document, &operation.selection_set) {
                in_fragments.get(&name).into_iter().for_each(|inner| uses.add(inner));
            }
        }
        self.one_of_variables(operation, &uses);
        self.null_defaults(operation, &uses);
        uses
    }

    /// The only field of an input object cannot be null, and so neither can its variable.
    fn one_of_variables(&mut self, operation: &Operation, uses: &Uses<'d>) {
        for (name, span) in &uses.one_of {
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

    fn null_defaults(&mut self, operation: &Operation, uses: &Uses<'d>) {
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value
                && default.is_null()
                && uses.rules.get(&variable.name) == Some(&Rule::Never)
            {
                let message = format!(
                    "`${}` stands for a field that does not take null: give it no default",
                    variable.name
                );
                self.error(default.location(), message);
            }
        }
    }

    fn selections(&mut self, set: &'d SelectionSet, intended: bool) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => self.field(field, &set.ty, intended),
                Selection::InlineFragment(inline) => {
                    let intended = intended || is_legacy(self.schema, &inline.directives);
                    self.in_parts("defer", &inline.directives);
                    self.selections(&inline.selection_set, intended);
                }
                // Each named fragment is checked once.
                Selection::FragmentSpread(spread) => self.in_parts("defer", &spread.directives),
            }
        }
    }

    fn field(&mut self, field: &'d Field, on: &Name, intended: bool) {
        let intended = intended || is_legacy(self.schema, &field.directives);
        self.instructions(&field.directives);
        self.in_parts("stream", &field.directives);
        let name = &field.name;
        self.deprecated(&field.definition.directives, name.location(), intended, || {
            format!("{on}.{name}")
        });
        for argument in &field.arguments {
            let Some(known) = field.definition.argument_by_name(&argument.name) else { continue };
            self.deprecated(&known.directives, argument.name.location(), intended, || {
                format!("{on}.{name}({}:)", known.name)
            });
            self.value(&argument.value, &known.ty, intended);
        }
        self.selections(&field.selection_set, intended);
    }

    /// Refuses a directive that lets a server answer in several parts.
    fn in_parts(&mut self, name: &str, directives: &DirectiveList) {
        if let Some(directive) = directives.get(name) {
            let message = format!(
                "`@{name}` is not supported, because an answer is decoded as a whole: leave it out"
            );
            self.error(directive.location(), message);
        }
    }

    /// Instructions are not sent, and so their arguments cannot depend on a request.
    fn instructions(&mut self, directives: &DirectiveList) {
        for directive in directives.iter().filter(|it| is_instruction(self.schema, &it.name)) {
            if directive.arguments.iter().any(|argument| argument.value.as_variable().is_some()) {
                let name = &directive.name;
                let message =
                    format!("`@{name}` is an instruction to the generator: give it no variable");
                self.error(directive.location(), message);
            }
        }
    }

    fn value(&mut self, value: &'d Node<Value>, ty: &Type, intended: bool) {
        let inner = ty.inner_named_type();
        match &**value {
            Value::List(items) => {
                for item in items {
                    self.value(item, ty.item_type(), intended);
                }
            }
            Value::Enum(name) => {
                if let Some(known) = self.schema.get_enum(inner).and_then(|it| it.values.get(name))
                {
                    self.deprecated(&known.directives, value.location(), intended, || {
                        format!("{inner}.{name}")
                    });
                }
            }
            Value::Object(fields) => {
                if let Some(input) = self.schema.get_input_object(inner) {
                    self.object(value.location(), fields, input, intended);
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
        intended: bool,
    ) {
        if input.directives.has("oneOf") {
            self.one_of(span, fields, input);
        }
        for (name, value) in fields {
            let Some(known) = input.fields.get(name) else { continue };
            self.deprecated(&known.directives, name.location(), intended, || {
                format!("{}.{name}", input.name)
            });
            match (&**value, self.nulls.rule(&input.name, name)) {
                (Value::Null, Some(Rule::Never)) => {
                    let message = format!(
                        "`{}.{name}` does not take null: leave it out to keep the present value",
                        input.name
                    );
                    self.error(value.location(), message);
                }
                // A variable without a value leaves the field out.
                (Value::Variable(variable), Some(rule @ (Rule::Never | Rule::Stated))) => {
                    self.uses.rules.insert(variable.clone(), rule);
                }
                _ => {}
            }
            self.value(value, &known.ty, intended);
        }
        for stated in self.nulls.stated(&input.name) {
            if !fields.iter().any(|(name, _)| name == stated) {
                let message = format!(
                    "`{}.{stated}` must be given, as a value or null: if it is left out, the server \
                     applies a default that may destroy data",
                    input.name
                );
                self.error(span, message);
            }
        }
    }

    /// Exactly one field must be given, and not null. The validator does not check this.
    fn one_of(
        &mut self,
        span: Option<SourceSpan>,
        fields: &'d [(Name, Node<Value>)],
        input: &InputObjectType,
    ) {
        match fields {
            [(_, value)] => match &**value {
                Value::Null => {
                    let message = format!("the only field of `{}` cannot be null", input.name);
                    self.error(value.location(), message);
                }
                Value::Variable(name) => self.uses.one_of.push((name, value.location())),
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
        intended: bool,
        name: impl FnOnce() -> String,
    ) {
        if intended || directives.is_empty() {
            return;
        }
        let Some(directive) = directives.get("deprecated") else { return };
        let reason = directive.specified_argument_by_name("reason").and_then(|it| it.as_str());
        // Most reasons begin with the word "deprecated" themselves.
        let reason = match reason.map(|reason| reason.trim().trim_end_matches('.')) {
            None | Some("") => String::new(),
            Some(reason) => match reason.strip_prefix("Deprecated ") {
                Some(rest) => format!(" {rest}"),
                None => format!(": {reason}"),
            },
        };
        let message =
            format!("`{}` is deprecated{reason} (`@legacy` marks it as intended)", name());
        self.found.warn(|| Diagnostic::at(span, &self.document.sources, message));
    }

    fn error(&mut self, span: Option<SourceSpan>, message: String) {
        self.found.error(|| Diagnostic::at(span, &self.document.sources, message));
    }
}
