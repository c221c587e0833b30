//! Questions about a schema and a document that no step owns.

use std::collections::{HashMap, HashSet};

use apollo_compiler::{
    ExecutableDocument, Name, Schema,
    collections::IndexSet,
    executable::{Selection, SelectionSet},
};

/// The fragments that a selection reaches, each once, in the order of their first use.
pub(crate) fn fragments(document: &ExecutableDocument, set: &SelectionSet) -> IndexSet<Name> {
    let mut reached = IndexSet::default();
    let mut open = vec![set];
    while let Some(set) = open.pop() {
        for selection in set.selections.iter().rev() {
            match selection {
                Selection::Field(field) => open.push(&field.selection_set),
                Selection::InlineFragment(inline) => open.push(&inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = spread.fragment_def(document)
                        && reached.insert(spread.fragment_name.clone())
                    {
                        open.push(&fragment.selection_set);
                    }
                }
            }
        }
    }
    reached
}

/// The input objects that contain themselves without a list between, by the number of their cycle:
/// in Rust they would have an infinite size. Those of one cycle contain each other.
pub(crate) fn input_cycles(schema: &Schema) -> HashMap<&Name, usize> {
    // Tarjan's algorithm, without recursion: input objects can nest deeply.
    let direct = |name: &Name| -> Vec<&Name> {
        let input = schema.get_input_object(name);
        let fields = input.into_iter().flat_map(|input| input.fields.values());
        let inner = fields.filter(|field| !field.ty.is_list()).map(|it| it.ty.inner_named_type());
        inner.filter_map(|inner| schema.get_input_object(inner).map(|input| &input.name)).collect()
    };
    let mut cycles = HashMap::new();
    let mut index: HashMap<&Name, usize> = HashMap::new();
    let mut low: HashMap<&Name, usize> = HashMap::new();
    let (mut path, mut on_path) = (Vec::new(), HashSet::new());
    for root in schema.types.keys().filter_map(|name| schema.get_input_object(name)) {
        let mut open = vec![(&root.name, None::<std::vec::IntoIter<&Name>>)];
        while let Some((name, fields)) = open.last_mut() {
            let name = *name;
            let fields = match fields {
                Some(fields) => fields,
                None if index.contains_key(name) => {
                    open.pop();
                    continue;
                }
                None => {
                    let number = index.len();
                    index.insert(name, number);
                    low.insert(name, number);
                    path.push(name);
                    on_path.insert(name);
                    fields.insert(direct(name).into_iter())
                }
            };
            if let Some(inner) = fields.next() {
                if !index.contains_key(inner) {
                    open.push((inner, None));
                } else if on_path.contains(inner) {
                    lower(&mut low, name, index.get(inner).copied());
                }
                continue;
            }
            open.pop();
            let lowest = low.get(name).copied();
            if let Some((outer, _)) = open.last() {
                lower(&mut low, outer, lowest);
            }
            if lowest == index.get(name).copied() {
                let begin = path.iter().rposition(|it| *it == name).unwrap_or(path.len());
                let cycle = path.split_off(begin);
                let number = lowest.unwrap_or_default();
                let is_cycle = cycle.len() > 1 || direct(name).contains(&name);
                for member in cycle {
                    on_path.remove(member);
                    if is_cycle {
                        cycles.insert(member, number);
                    }
                }
            }
        }
    }
    cycles
}

fn lower<'n>(low: &mut HashMap<&'n Name, usize>, name: &'n Name, to: Option<usize>) {
    if let (Some(low), Some(to)) = (low.get_mut(name), to) {
        *low = (*low).min(to);
    }
}

/// Whether operations start at a type.
pub(crate) fn is_root(schema: &Schema, name: &Name) -> bool {
    schema.schema_definition.iter_root_operations().any(|(_, root)| root.name == *name)
}

/// Whether a type is an interface or a union.
pub(crate) fn is_abstract(schema: &Schema, name: &str) -> bool {
    schema.get_interface(name).is_some() || schema.get_union(name).is_some()
}
