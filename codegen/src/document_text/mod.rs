//! The document that is sent, in parts: what an older server does not know is left out.
//!
//! A selection can be left out if its value may be null, an argument if its value is an optional
//! variable. Something newer that cannot be left out is left out with the nearest selection around it
//! that can; if there is none, the whole operation requires it.
//!
//! Most fragments are used by several operations, so their texts are cached.

mod parts;
mod requirements;
mod uses;
mod write;

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use apollo_compiler::{
    Name, Node, Schema,
    collections::IndexSet,
    executable::{Field, Fragment, FragmentSpread, Operation},
};

use self::{
    parts::{PartsWriter, any},
    requirements::{FieldCache, FieldRequirements},
    uses::Uses,
};
use crate::{
    document::Documents,
    requirement::{Index, Requirements},
};

/// A piece of text, and when it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextPart {
    pub(crate) when: Condition,
    pub(crate) text: String,
}

/// A disjunction of requirements; empty means always.
pub(crate) type Condition = Vec<Requirements>;

/// An operation's document and its requirements.
pub(crate) struct DocumentText {
    pub(crate) parts: Vec<TextPart>,
    /// The operation itself, without its fragments.
    pub(crate) own: Vec<TextPart>,
    /// The requirements of what cannot be left out.
    pub(crate) requires: Requirements,
    pub(crate) variables: BTreeMap<String, Variable>,
}

#[derive(Clone, Default)]
pub(crate) struct Variable {
    /// When the text declares it.
    pub(crate) when: Condition,
    /// The requirements of its value: those of the arguments that it sets, if they can be left out.
    pub(crate) needs: Requirements,
    /// Whether a part that is always sent uses it, so that its value matters.
    pub(crate) is_always_used: bool,
}

/// Joins the parts.
pub(crate) fn whole(parts: &[TextPart]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

/// Writes the documents of a set.
pub(crate) struct DocumentTexts<'d> {
    schema: &'d Schema,
    documents: &'d Documents,
    pub(crate) index: Index<'d>,
    known: RefCell<HashMap<(Name, Owner), Rc<FragmentText>>>,
    /// Those of fields that every server has.
    none: Rc<FieldRequirements>,
}

/// The operations for which a fragment has the same text.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Owner {
    Queries,
    /// Mutations and subscriptions.
    Others,
    /// A fragment with variables depends on the operation that declares them.
    Operation(Name),
}

/// The text of a fragment.
struct FragmentText {
    /// The requirements of what cannot be left out of it.
    inherited: Requirements,
    uses: Uses,
    /// Its text, where it is always sent.
    parts: Vec<TextPart>,
}

impl<'d> DocumentTexts<'d> {
    pub(crate) fn new(schema: &'d Schema, documents: &'d Documents) -> Self {
        Self {
            schema,
            documents,
            index: Index::new(schema),
            known: RefCell::default(),
            none: Rc::default(),
        }
    }

    /// The document of an operation; `fragments` are those that it reaches.
    pub(crate) fn text(&self, operation: &Operation, fragments: &IndexSet<Name>) -> DocumentText {
        let cache = FieldCache::default();
        let writer =
            Writer { texts: self, operation: Some(operation), without: None, cache: &cache };
        let uses = writer.uses(&operation.selection_set);
        let variables = writer.variables(operation, &uses);
        let mut out = PartsWriter::default();
        writer.operation(operation, &variables, &mut out);
        let own = out.parts.clone();
        for name in fragments {
            let Some(contexts) = uses.fragments.get(name) else { continue };
            let Some(fragment) = self.documents.executable.fragments.get(name) else { continue };
            let when = any(contexts);
            if when.is_empty() {
                out.append(&writer.fragment(fragment).parts);
            } else {
                writer.definition(fragment, &when, &mut out);
            }
        }
        let requires = writer.inherited(&operation.selection_set);
        DocumentText { parts: out.parts, own, requires, variables }
    }

    /// An operation's own text and its requirements, where the fields of one fragment are selected
    /// at run time. `text` is that with the fragment.
    pub(crate) fn around(
        &self,
        operation: &Operation,
        fragment: &Node<Fragment>,
        text: &DocumentText,
    ) -> (Vec<TextPart>, Requirements) {
        let cache = FieldCache::default();
        let writer =
            Writer { texts: self, operation: Some(operation), without: None, cache: &cache };
        if writer.fragment(fragment).inherited.is_empty() {
            return (text.own.clone(), text.requires.clone());
        }
        let cache = FieldCache::default();
        let writer = Writer { without: Some(&fragment.name), cache: &cache, ..writer };
        let uses = writer.uses(&operation.selection_set);
        let mut out = PartsWriter::default();
        writer.operation(operation, &writer.variables(operation, &uses), &mut out);
        (out.parts, writer.inherited(&operation.selection_set))
    }

    /// The text that selects one field of a row, in all places that select it.
    pub(crate) fn row(&self, fields: &[&Node<Field>], on: &Name) -> Vec<TextPart> {
        let cache = FieldCache::default();
        let writer = Writer { texts: self, operation: None, without: None, cache: &cache };
        let mut out = PartsWriter::default();
        for field in fields {
            writer.field(field, &writer.requirements(field, on), &Condition::new(), &mut out);
        }
        out.parts
    }
}

/// Writes the text of one operation.
#[derive(Clone, Copy)]
struct Writer<'t> {
    texts: &'t DocumentTexts<'t>,
    /// None for fields that are selected at run time.
    operation: Option<&'t Operation>,
    /// A fragment to ignore: its fields are selected at run time.
    without: Option<&'t Name>,
    cache: &'t FieldCache,
}

impl<'t> Writer<'t> {
    /// The text of a fragment.
    fn fragment(self, fragment: &Node<Fragment>) -> Rc<FragmentText> {
        let name = self.operation.and_then(|it| it.name.as_ref()).unwrap_or(&fragment.name);
        let query = self.operation.is_none_or(|operation| operation.is_query());
        let shared = if query { Owner::Queries } else { Owner::Others };
        let keys =
            [shared, Owner::Operation(name.clone())].map(|owner| (fragment.name.clone(), owner));
        if self.without.is_none() {
            let known = self.texts.known.borrow();
            if let Some(known) = keys.iter().find_map(|key| known.get(key)) {
                return known.clone();
            }
        }
        let mut out = PartsWriter::default();
        self.definition(fragment, &Condition::new(), &mut out);
        let known = Rc::new(FragmentText {
            inherited: self.inherited(&fragment.selection_set),
            uses: self.uses(&fragment.selection_set),
            parts: out.parts,
        });
        if self.without.is_none() {
            let [shared, own] = keys;
            let key = if known.uses.variables.is_empty() { shared } else { own };
            self.texts.known.borrow_mut().insert(key, known.clone());
        }
        known
    }

    /// The fragment that a selection spreads.
    fn spread(self, spread: &FragmentSpread) -> Option<&'t Node<Fragment>> {
        self.texts.documents.executable.fragments.get(&spread.fragment_name)
    }
}
