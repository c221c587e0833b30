//! The text that is sent, in parts: what an older manager does not know is left out of it.
//!
//! A selection can be left out when its value may be null, an argument when the document gives it
//! an optional variable. What is newer and cannot be left out goes with the nearest selection above
//! it that can; at the root it is what the whole operation requires.
//!
//! Most fragments are used by several operations: what is found out about one is kept.

mod gate;
mod out;
mod walk;
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

#[cfg(feature = "tools")]
pub(crate) use self::out::is_client;
use self::{
    gate::{Gate, Gates},
    out::{Out, any},
    walk::Walk,
};
use crate::{
    document::Documents,
    since::{All, Facts},
};

/// A stretch of text, and when it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) when: When,
    pub(crate) text: String,
}

/// Any of these, wholly; nothing stands for always.
pub(crate) type When = Vec<All>;

/// An operation's text and what it needs.
pub(crate) struct Text {
    pub(crate) parts: Vec<Part>,
    /// The operation's own, without its fragments.
    pub(crate) own: Vec<Part>,
    /// What cannot be left out.
    pub(crate) requires: All,
    pub(crate) variables: BTreeMap<String, Variable>,
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

/// Writes the texts of a document set.
pub(crate) struct Texts<'d> {
    schema: &'d Schema,
    documents: &'d Documents,
    pub(crate) facts: Facts<'d>,
    known: RefCell<HashMap<(Name, Owner), Rc<Known>>>,
    /// Of the fields that every manager has.
    open: Rc<Gate>,
}

/// For whom what is known of a fragment is true.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Owner {
    Queries,
    Mutations,
    /// With variables in it, it depends on what the operation says of them.
    Operation(Name),
}

/// What is known of a fragment.
struct Known {
    /// What it needs that cannot be left out of it.
    up: All,
    walk: Walk,
    /// Its text, where it is always there.
    parts: Vec<Part>,
}

impl<'d> Texts<'d> {
    pub(crate) fn new(schema: &'d Schema, documents: &'d Documents) -> Self {
        Self {
            schema,
            documents,
            facts: Facts::new(schema),
            known: RefCell::default(),
            open: Rc::default(),
        }
    }

    /// What is sent for an operation: its own text and that of `fragments`, which it uses.
    pub(crate) fn text(&self, operation: &Operation, fragments: &IndexSet<Name>) -> Text {
        let gates = Gates::default();
        let writer = Writer { texts: self, operation: Some(operation), but: None, gates: &gates };
        let walk = writer.walk(&operation.selection_set);
        let variables = writer.variables(operation, &walk);
        let mut out = Out::default();
        writer.operation(operation, &variables, &mut out);
        let own = out.parts.clone();
        for name in fragments {
            let Some(contexts) = walk.fragments.get(name) else { continue };
            let Some(fragment) = self.documents.executable.fragments.get(name) else { continue };
            let when = any(contexts);
            if when.is_empty() {
                out.append(&writer.fragment(fragment).parts);
            } else {
                writer.definition(fragment, &when, &mut out);
            }
        }
        let requires = writer.up(&operation.selection_set);
        Text { parts: out.parts, own, requires, variables }
    }

    /// An operation's own text, and what it requires, when the fields of one fragment are chosen
    /// when the program runs. `text` is that with the fragment.
    pub(crate) fn around(
        &self,
        operation: &Operation,
        fragment: &Node<Fragment>,
        text: &Text,
    ) -> (Vec<Part>, All) {
        let gates = Gates::default();
        let writer = Writer { texts: self, operation: Some(operation), but: None, gates: &gates };
        if writer.fragment(fragment).up.is_empty() {
            return (text.own.clone(), text.requires.clone());
        }
        let gates = Gates::default();
        let writer = Writer { but: Some(&fragment.name), gates: &gates, ..writer };
        let walk = writer.walk(&operation.selection_set);
        let mut out = Out::default();
        writer.operation(operation, &writer.variables(operation, &walk), &mut out);
        (out.parts, writer.up(&operation.selection_set))
    }

    /// What selects one field of a row, in all places where it is selected.
    pub(crate) fn row(&self, fields: &[&Node<Field>], on: &Name) -> Vec<Part> {
        let gates = Gates::default();
        let writer = Writer { texts: self, operation: None, but: None, gates: &gates };
        let mut out = Out::default();
        for field in fields {
            writer.field(field, &writer.gate(field, on), &When::new(), &mut out);
        }
        out.parts
    }
}

/// Writes the text of one operation.
#[derive(Clone, Copy)]
struct Writer<'t> {
    texts: &'t Texts<'t>,
    /// None for rows of JSON.
    operation: Option<&'t Operation>,
    /// A fragment that does not count: its fields are chosen when the program runs.
    but: Option<&'t Name>,
    gates: &'t Gates,
}

impl<'t> Writer<'t> {
    /// What is known of a fragment, which is found out once.
    fn fragment(self, fragment: &Node<Fragment>) -> Rc<Known> {
        let name = self.operation.and_then(|it| it.name.as_ref()).unwrap_or(&fragment.name);
        let query = self.operation.is_none_or(|operation| operation.is_query());
        let shared = if query { Owner::Queries } else { Owner::Mutations };
        let keys =
            [shared, Owner::Operation(name.clone())].map(|owner| (fragment.name.clone(), owner));
        if self.but.is_none() {
            let known = self.texts.known.borrow();
            if let Some(known) = keys.iter().find_map(|key| known.get(key)) {
                return known.clone();
            }
        }
        let mut out = Out::default();
        self.definition(fragment, &When::new(), &mut out);
        let known = Rc::new(Known {
            up: self.up(&fragment.selection_set),
            walk: self.walk(&fragment.selection_set),
            parts: out.parts,
        });
        if self.but.is_none() {
            let [shared, own] = keys;
            let key = if known.walk.variables.is_empty() { shared } else { own };
            self.texts.known.borrow_mut().insert(key, known.clone());
        }
        known
    }

    /// The fragment that a selection spreads.
    fn spread(self, spread: &FragmentSpread) -> Option<&'t Node<Fragment>> {
        self.texts.documents.executable.fragments.get(&spread.fragment_name)
    }
}
