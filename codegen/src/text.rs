//! The text that is sent, in parts: what an older manager does not know is left out of it.
//!
//! A selection can be left out when its value may be null, an argument when the document gives it
//! an optional variable. What is newer and cannot be left out goes with the nearest selection above
//! it that can; at the root it is what the whole operation requires.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Value, VariableDefinition},
    executable::{Argument, DirectiveList, Field, Operation, Selection, SelectionSet},
};

use crate::{
    document::{Documents, is_abstract, minify},
    schema::CLIENT_DIRECTIVES,
    since::{All, Facts, variables},
};

/// A stretch of text, and when it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) when: When,
    pub(crate) text: String,
}

/// Any of these, wholly; nothing stands for always.
pub(crate) type When = Vec<All>;

/// What is named in the schema: arguments by field by type.
pub(crate) type Named = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// An operation's text and what it needs.
pub(crate) struct Text {
    pub(crate) parts: Vec<Part>,
    /// What cannot be left out.
    pub(crate) requires: All,
    pub(crate) variables: BTreeMap<String, Variable>,
    pub(crate) uses: Named,
}

#[derive(Clone, Default)]
pub(crate) struct Variable {
    /// When the text has it at all.
    pub(crate) when: When,
    /// What a value of it needs: its arguments, where they can be left out.
    pub(crate) needs: All,
    /// Whether it is used where nothing is left out, so that its value is missed.
    pub(crate) matters: bool,
}

/// Joins the parts.
pub(crate) fn whole(parts: &[Part]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

/// Writes the text of one operation.
#[derive(Clone, Copy)]
pub(crate) struct Writer<'d> {
    pub(crate) schema: &'d Schema,
    pub(crate) documents: &'d Documents,
    /// None for rows of JSON: there whatever is newer is left out, and fragments are written out.
    operation: Option<&'d Operation>,
    /// A fragment that does not count: its fields are chosen when the program runs.
    but: Option<&'d Name>,
}

impl<'d> Writer<'d> {
    pub(crate) fn new(schema: &'d Schema, documents: &'d Documents) -> Self {
        Self { schema, documents, operation: None, but: None }
    }

    /// What is sent for an operation: its own text and the fragments it uses.
    pub(crate) fn text(mut self, operation: &'d Operation) -> Text {
        self.operation = Some(operation);
        let walk = self.walk(operation);
        let variables = self.variables(operation, &walk.variables);
        let mut out = Out::default();
        self.operation(operation, &variables, &mut out);
        for name in self.documents.fragments(&operation.selection_set) {
            let fragment = self.documents.executable.fragments.get(&name);
            let (Some(fragment), Some(contexts)) = (fragment, walk.fragments.get(&name)) else {
                continue;
            };
            let when = any(contexts);
            out.push(&when, &format!("fragment {name} on {}", fragment.type_condition()));
            self.directives(&fragment.directives, &when, &mut out);
            self.set(&fragment.selection_set, &when, &mut out);
        }
        let requires = self.up(&operation.selection_set);
        Text { parts: out.parts, requires, variables, uses: walk.uses }
    }

    /// An operation's own text, without its fragments, and what it requires when the fields of one
    /// fragment are chosen when the program runs.
    pub(crate) fn around(
        mut self,
        operation: &'d Operation,
        fragment: &'d Name,
    ) -> (Vec<Part>, All) {
        self.operation = Some(operation);
        self.but = Some(fragment);
        let variables = self.variables(operation, &self.walk(operation).variables);
        let mut out = Out::default();
        self.operation(operation, &variables, &mut out);
        (out.parts, self.up(&operation.selection_set))
    }

    /// What selects one field of a row, in all places where it is selected.
    pub(crate) fn row(self, fields: &[&'d Node<Field>], on: &Name) -> Vec<Part> {
        let mut out = Out::default();
        for field in fields {
            self.field(field, on, &When::new(), &mut out);
        }
        out.parts
    }

    fn facts(self) -> Facts<'d> {
        Facts { schema: self.schema }
    }

    fn walk(self, operation: &'d Operation) -> Walk<'d> {
        let mut walk = Walk::default();
        self.visit(&operation.selection_set, &All::default(), &mut walk);
        walk
    }

    /// Follows a selection into its fragments, to see where variables and fragments are used.
    fn visit(self, set: &'d SelectionSet, path: &All, walk: &mut Walk<'d>) {
        for selection in &set.selections {
            let mut path = path.clone();
            path.add(self.when(selection, &set.ty).0);
            for directive in selection.directives().iter().filter(|it| !is_client(&it.name)) {
                for name in directive.arguments.iter().flat_map(|it| variables(&it.value)) {
                    walk.variables.entry(name).or_default().push((path.clone(), All::default()));
                }
            }
            match selection {
                Selection::Field(field) => {
                    let named = walk.uses.entry(set.ty.to_string()).or_default();
                    let named = named.entry(field.name.to_string()).or_default();
                    named.extend(field.arguments.iter().map(|it| it.name.to_string()));
                    for argument in &field.arguments {
                        let needs = self.optional(field, &set.ty, argument);
                        for name in variables(&argument.value) {
                            let uses = walk.variables.entry(name).or_default();
                            uses.push((path.clone(), needs.clone()));
                        }
                    }
                    self.visit(&field.selection_set, &path, walk);
                }
                Selection::InlineFragment(inline) => self.visit(&inline.selection_set, &path, walk),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = spread.fragment_def(&self.documents.executable) {
                        let contexts = walk.fragments.entry(&spread.fragment_name).or_default();
                        contexts.push(path.clone());
                        self.visit(&fragment.selection_set, &path, walk);
                    }
                }
            }
        }
    }

    fn variables(self, operation: &Operation, uses: &Uses<'d>) -> BTreeMap<String, Variable> {
        let of = |variable: &Node<VariableDefinition>| {
            let mut found = Variable::default();
            let uses = uses.get(&variable.name).map(Vec::as_slice).unwrap_or_default();
            let mut contexts = Vec::new();
            for (path, argument) in uses {
                let mut all = path.clone();
                all.add(argument.0.iter().cloned());
                contexts.push(all);
                if path.is_empty() {
                    found.matters = true;
                    found.needs.add(argument.0.iter().cloned());
                }
            }
            found.when = any(&contexts);
            (variable.name.to_string(), found)
        };
        operation.variables.iter().map(of).collect()
    }

    fn operation(self, operation: &Operation, known: &BTreeMap<String, Variable>, out: &mut Out) {
        let always = When::new();
        out.push(&always, operation.operation_type.name());
        out.push(&always, operation.name.as_deref().unwrap_or_default());
        if !operation.variables.is_empty() {
            let around = either(known.values().map(|variable| &variable.when));
            out.push(&around, "(");
            for variable in &operation.variables {
                let when = known.get(variable.name.as_str()).map_or(&always, |it| &it.when);
                let mut text = format!("${}:{}", variable.name, variable.ty);
                if let Some(default) = &variable.default_value {
                    text.push('=');
                    text.push_str(&value(default));
                }
                out.push(when, &text);
                self.directives(&variable.directives, when, out);
            }
            out.push(&around, ")");
        }
        self.directives(&operation.directives, &always, out);
        self.set(&operation.selection_set, &always, out);
    }

    fn set(self, set: &SelectionSet, when: &When, out: &mut Out) {
        let selections = &set.selections;
        out.push(when, "{");
        let told = selections
            .iter()
            .filter_map(Selection::as_field)
            .filter(|field| field.name == "__typename" && field.alias.is_none())
            .any(|field| field.directives.is_empty());
        // It decides what is decoded; and it is what stays when all else is left out.
        let decides = is_abstract(self.schema, &set.ty)
            && selections.iter().any(|selection| selection.as_field().is_none());
        let may_be_empty = || selections.iter().all(|it| !self.when(it, &set.ty).is_empty());
        if !told && (decides || may_be_empty()) {
            out.push(when, "__typename");
        }
        for selection in selections {
            let own = and(when, &self.when(selection, &set.ty));
            match selection {
                Selection::Field(field) => self.field(field, &set.ty, when, out),
                Selection::InlineFragment(inline) => {
                    self.inline(
                        inline.type_condition.as_ref(),
                        &inline.directives,
                        &inline.selection_set,
                        &own,
                        out,
                    );
                }
                Selection::FragmentSpread(spread) => {
                    match spread.fragment_def(&self.documents.executable) {
                        Some(fragment) if self.operation.is_none() => self.inline(
                            Some(fragment.type_condition()),
                            &spread.directives,
                            &fragment.selection_set,
                            &own,
                            out,
                        ),
                        _ => {
                            out.push(&own, &format!("...{}", spread.fragment_name));
                            self.directives(&spread.directives, &own, out);
                        }
                    }
                }
            }
        }
        out.push(when, "}");
    }

    fn inline(
        self,
        on: Option<&Name>,
        directives: &DirectiveList,
        set: &SelectionSet,
        when: &When,
        out: &mut Out,
    ) {
        out.push(when, "...");
        if let Some(on) = on {
            out.push(when, &format!("on {on}"));
        }
        self.directives(directives, when, out);
        self.set(set, when, out);
    }

    fn field(self, field: &Node<Field>, on: &Name, when: &When, out: &mut Out) {
        let when = &and(when, &self.gate(field, on).0);
        match &field.alias {
            Some(alias) => out.push(when, &format!("{alias}:{}", field.name)),
            None => out.push(when, &field.name),
        }
        if !field.arguments.is_empty() {
            let whens: Vec<_> = field
                .arguments
                .iter()
                .map(|argument| and(when, &self.optional(field, on, argument)))
                .collect();
            // Without an argument there may be no brackets.
            let around = either(&whens);
            out.push(&around, "(");
            for (argument, when) in field.arguments.iter().zip(&whens) {
                out.push(when, &format!("{}:{}", argument.name, value(&argument.value)));
            }
            out.push(&around, ")");
        }
        self.directives(&field.directives, when, out);
        if !field.selection_set.is_empty() {
            self.set(&field.selection_set, when, out);
        }
    }

    fn directives(self, directives: &DirectiveList, when: &When, out: &mut Out) {
        for directive in directives.iter().filter(|directive| !is_client(&directive.name)) {
            out.push(when, &minify(&directive.serialize().no_indent().to_string()));
        }
    }

    /// What has to be there for a selection that can be left out; nothing for one that cannot.
    fn when(self, selection: &Selection, on: &Name) -> All {
        let condition = match selection {
            Selection::Field(field) => return self.gate(field, on).0,
            Selection::InlineFragment(inline) => inline.type_condition.as_ref(),
            Selection::FragmentSpread(spread) => spread
                .fragment_def(&self.documents.executable)
                .map(|fragment| fragment.type_condition()),
        };
        // No object comes of a type that is not there yet, so nothing of it is missed.
        let mut all = All::default();
        if let Some(condition) = condition.filter(|condition| *condition != on) {
            all.add(self.facts().ty(condition));
        }
        all
    }

    /// What a field needs: as one that can be left out, or for the selection above it.
    fn gate(self, field: &Field, on: &Name) -> (All, All) {
        let mut own = All::default();
        own.add(self.facts().field(on, &field.definition));
        for argument in &field.arguments {
            if self.optional(field, on, argument).is_empty() {
                let needs = self.facts().argument(on, &field.definition, argument, self.operation);
                own.add(needs);
            }
        }
        let inner = self.up(&field.selection_set);
        let can_go = self.operation.is_none_or(|operation| {
            let directives = &field.directives;
            let nullable = !field.ty().is_non_null() && !directives.has("required")
                || directives.has("include")
                || directives.has("skip");
            // Without its only root an operation says nothing. And what a mutation answers comes
            // once: there no more goes than has to.
            nullable
                && *on != operation.selection_set.ty
                && (inner.is_empty() || operation.is_query())
        });
        own.add(inner.0);
        if can_go { (own.decisive(), All::default()) } else { (All::default(), own) }
    }

    /// What a selection needs that cannot be left out of it.
    fn up(self, set: &SelectionSet) -> All {
        let mut all = All::default();
        for selection in &set.selections {
            all.add(match selection {
                Selection::Field(field) => self.gate(field, &set.ty).1.0,
                Selection::InlineFragment(inline) => self.up(&inline.selection_set).0,
                Selection::FragmentSpread(spread) => spread
                    .fragment_def(&self.documents.executable)
                    .filter(|_| Some(&spread.fragment_name) != self.but)
                    .map_or_else(Vec::new, |fragment| self.up(&fragment.selection_set).0),
            });
        }
        all
    }

    /// What has to be there for an argument that can be left out; nothing for one that cannot.
    fn optional(self, field: &Field, on: &Name, argument: &Argument) -> All {
        let mut all = All::default();
        let Some(operation) = self.operation else { return all };
        let definition = field.definition.argument_by_name(&argument.name);
        let variable = argument
            .value
            .as_variable()
            .and_then(|name| operation.variables.iter().find(|variable| variable.name == *name));
        let (Some(definition), Some(variable)) = (definition, variable) else { return all };
        let may_be_unset = !variable.ty.is_non_null() || variable.default_value.is_some();
        if may_be_unset && !definition.is_required() {
            all.add(self.facts().argument(on, &field.definition, argument, self.operation));
        }
        all.decisive()
    }
}

/// Where a variable is used: what the selections around need, and what the argument needs.
type Uses<'d> = BTreeMap<&'d Name, Vec<(All, All)>>;

#[derive(Default)]
struct Walk<'d> {
    variables: Uses<'d>,
    /// What the selections around each fragment need, everywhere it is spread.
    fragments: BTreeMap<&'d Name, Vec<All>>,
    uses: Named,
}

/// Takes stretches of text that are there at the same time as one.
#[derive(Default)]
struct Out {
    parts: Vec<Part>,
}

impl Out {
    fn push(&mut self, when: &When, text: &str) {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let last = self.parts.last();
        let same = last.is_some_and(|part| part.when == *when);
        // What stands before may be left out, and something else then stands there.
        let gap = last.is_some_and(|part| !same || part.text.ends_with(word));
        let gap = if gap && text.starts_with(word) { " " } else { "" };
        match self.parts.last_mut().filter(|_| same) {
            Some(part) => {
                part.text.push_str(gap);
                part.text.push_str(text);
            }
            None => self.parts.push(Part { when: when.clone(), text: format!("{gap}{text}") }),
        }
    }
}

fn value(value: &Value) -> String {
    minify(&value.serialize().no_indent().to_string())
}

/// Whether a directive speaks to the generator.
pub(crate) fn is_client(name: &str) -> bool {
    CLIENT_DIRECTIVES.iter().any(|known| {
        let rest = known.strip_prefix("directive @").and_then(|rest| rest.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with(['(', ' ']))
    })
}

fn and(when: &When, all: &All) -> When {
    if when.is_empty() {
        return any(std::slice::from_ref(all));
    }
    let both: Vec<_> = when
        .iter()
        .map(|one| {
            let mut both = one.clone();
            both.add(all.0.iter().cloned());
            both
        })
        .collect();
    any(&both)
}

/// Any of these; always when one of them needs nothing.
fn any(these: &[All]) -> When {
    let mut when = When::new();
    for all in these {
        if all.is_empty() {
            return When::new();
        }
        let all = all.clone().decisive();
        if !when.contains(&all) {
            when.push(all);
        }
    }
    when
}

/// As long as one of them is there.
fn either<'w>(whens: impl IntoIterator<Item = &'w When>) -> When {
    let mut all = Vec::new();
    for when in whens {
        if when.is_empty() {
            return When::new();
        }
        all.extend(when.iter().cloned());
    }
    any(&all)
}
