//! The documents select all that the schema offers: every root, and every field of every type that
//! a root leads to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use apollo_compiler::{
    ExecutableDocument, Schema,
    executable::{Selection, SelectionSet},
    schema::ExtendedType,
    validation::Valid,
};

/// Fields that no document selects, and why. All was seen on a manager 26.9.6; an error in a field
/// spoils the whole answer.
const LEFT_OUT: &[(&str, &str, &str)] = &[
    ("ComputeContainer", "abusing_report", "always an error: its resolver lacks an argument"),
    ("ComputeContainer", "scheduled_at", "an error for each container that was scheduled"),
    ("ComputeSession", "dependencies", "an error as soon as one session waits for another"),
    ("ComputeSessionNode", "graph", "always an error: its SQL is wrong"),
    ("Endpoint", "live_stat", "always an error: no longer supported"),
    ("KernelNode", "scheduled_at", "an error for each container that was scheduled"),
    ("Routing", "live_stat", "always an error: no longer supported"),
];

/// Type and field.
type Place = (String, String);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../graphql/admin")
}

fn schema() -> Valid<Schema> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/admin/schema.graphql");
    Schema::parse_and_validate(fs::read_to_string(&path).unwrap(), path).unwrap()
}

/// What the documents select. They are proven when the crate is built, so each file can be read by
/// itself.
fn selected(schema: &Valid<Schema>) -> BTreeSet<Place> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if !name.ends_with(".graphql") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let document = ExecutableDocument::parse(schema, text, &path).unwrap();
        for operation in document.operations.iter() {
            collect(&operation.selection_set, &mut found);
        }
        for fragment in document.fragments.values() {
            collect(&fragment.selection_set, &mut found);
        }
    }
    found
}

fn collect(set: &SelectionSet, found: &mut BTreeSet<Place>) {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => {
                found.insert((set.ty.to_string(), field.name.to_string()));
                collect(&field.selection_set, found);
            }
            Selection::InlineFragment(inline) => collect(&inline.selection_set, found),
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// The fields of all objects and interfaces that queries and mutations lead to.
fn offered(schema: &Schema) -> BTreeSet<Place> {
    let definition = &schema.schema_definition;
    let mut open: Vec<_> =
        definition.query.iter().chain(&definition.mutation).map(|root| root.name.clone()).collect();
    let mut seen = BTreeSet::new();
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let fields = match &schema.types[&name] {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            ExtendedType::Union(union) => {
                open.extend(union.members.iter().map(|member| member.name.clone()));
                continue;
            }
            _ => continue,
        };
        for (field, definition) in fields {
            found.insert((name.to_string(), field.to_string()));
            open.push(definition.ty.inner_named_type().clone());
        }
    }
    found
}

#[test]
fn the_documents_select_every_root_and_every_field() {
    let schema = schema();
    let offered = offered(&schema);
    let selected = selected(&schema);
    let roots = |name: &str| offered.iter().filter(|place| place.0 == name).count();
    assert_eq!((roots("Query"), roots("Mutation")), (93, 85), "the schema has other roots");

    let left_out: BTreeSet<Place> =
        LEFT_OUT.iter().map(|(ty, field, _)| ((*ty).to_owned(), (*field).to_owned())).collect();
    let mut missing = BTreeMap::<_, Vec<_>>::new();
    for (ty, field) in offered.difference(&selected) {
        if !left_out.contains(&(ty.clone(), field.clone())) {
            missing.entry(ty.as_str()).or_default().push(field.as_str());
        }
    }
    assert!(missing.is_empty(), "no document selects {missing:#?}");

    let idle: Vec<_> = left_out
        .iter()
        .filter(|place| selected.contains(*place) || !offered.contains(*place))
        .collect();
    assert!(idle.is_empty(), "selected or gone, so take it off the list: {idle:?}");
}
