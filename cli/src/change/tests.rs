use std::collections::BTreeSet;

use backendai::{OperationKind, admin::OPERATIONS};

use super::*;
use crate::input;

#[test]
fn every_mutation_has_a_verb() {
    let all: BTreeSet<_> = OPERATIONS
        .iter()
        .filter(|info| info.kind == OperationKind::Mutation)
        .map(|info| info.name)
        .collect();
    let ours: BTreeSet<_> = CHANGES.iter().map(|change| change.info.name).collect();
    assert_eq!(all.len(), 85);
    assert_eq!(ours, all);
}

#[test]
fn the_table_names_what_there_is() {
    let mut wrong = Vec::new();
    for change in CHANGES {
        let inputs = change.inputs();
        let all = input::of(change.info);
        let verb = format!("{} {}", change.noun, change.word);
        let known = |name: &str| all.iter().any(|input| input.name == name);
        let named = change
            .places
            .iter()
            .chain(change.fixed.iter().map(|(name, _)| name))
            .chain(change.defaults.iter().map(|(name, _)| name))
            .chain(change.copies.iter().flat_map(|(to, from)| [to, from]))
            .chain(change.shorts.iter().map(|(_, name)| name))
            .chain(change.switches.iter().map(|switch| &switch.input))
            .chain(change.unique);
        wrong.extend(named.filter(|name| !known(name)).map(|name| format!("{verb}: {name}")));
        let helpless = inputs.iter().filter(|input| input.meaning().is_empty());
        wrong.extend(helpless.map(|input| format!("{verb}: {} has no help", input.name)));
        if change.info.docs.is_empty() {
            wrong.push(format!("{verb} has no documentation"));
        }
        if let Err(failure) = args::preset(change) {
            wrong.push(format!("{verb}: {}", failure.text()));
        }
        if !change.unique.is_empty() {
            let list = crate::domain::find(change.noun).map(|domain| domain.list);
            let fields = list.map(|list| list.fields()).unwrap_or_default();
            let absent = change
                .unique
                .iter()
                .filter(|name| !fields.iter().any(|field| field.name() == **name));
            wrong.extend(absent.map(|name| format!("{verb}: the list has no {name}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_must_be_stated_is_kept() {
    let stated = "Must be given, as a value or null.";
    for change in CHANGES {
        for input in input::of(change.info) {
            if input.info.docs.contains(stated) {
                let kept = change.keeps.map(|(name, _)| name);
                assert_eq!(kept, Some(input.name.as_str()), "{} {}", change.noun, change.word);
            }
        }
    }
}

#[test]
fn questions_and_results_are_sentences() {
    let asked = |noun: &str, word: &str, called: &'static str| {
        Change { called, ..*find(noun, word).unwrap() }.asked()
    };
    assert_eq!(asked("group", "delete", "project"), "Delete project");
    assert_eq!(asked("group", "purge", "group"), "Purge group");
    assert_eq!(asked("keypair-resource-policy", "delete", "x-policy"), "Delete x policy");
    assert_eq!(asked("domain-scaling-group", "clear", "x"), "Deny all scaling groups to domain");

    let task = |value| {
        let values = serde_json::Map::from_iter([("ids".to_owned(), value)]);
        Task { place: None, given: values.clone(), values }
    };
    let none = task(serde_json::json!([]));
    for (noun, word, happened, undone) in [
        ("session", "check-status", "the sessions were checked", "the sessions were not checked"),
        ("image", "rescan", "the images were rescanned", "the images were not rescanned"),
        (
            "auto-scaling-rule",
            "create",
            "an auto scaling rule was created for endpoint",
            "no auto scaling rule was created for endpoint",
        ),
        ("domain", "delete", "name was deleted", "name was not deleted"),
    ] {
        let change = find(noun, word).unwrap();
        assert_eq!(
            (change.happened(&none), change.undone(&none)),
            (happened.into(), undone.into())
        );
    }
    let change = Change { label: "ids", many: false, ..*find("session", "check-status").unwrap() };
    assert_eq!(change.happened(&task(serde_json::json!(["a", "b"]))), "a, b were checked");
    assert_eq!(change.happened(&task(serde_json::json!(["a"]))), "a was checked");
}
