use std::collections::{BTreeMap, BTreeSet};

use super::*;

#[test]
fn every_operation_has_a_verb_of_its_own() {
    let mut words = BTreeMap::new();
    for noun in nouns() {
        for verb in &noun.verbs {
            let other = words.insert((noun.word, verb.word), verb.info.name);
            assert_eq!(other, None, "{} {}", noun.word, verb.word);
        }
    }
    let ours: BTreeSet<_> = words.into_values().collect();
    let all = OPERATIONS.iter().filter(|info| info.kind != OperationKind::Subscription);
    let all: BTreeSet<_> = all.map(|info| info.name).collect();
    assert_eq!(ours, all);
    assert!(all.len() > 430, "{}", all.len());
}

#[test]
fn exceptions_and_nouns_are_of_operations() {
    for (name, noun, _) in nouns::EXCEPTIONS {
        assert!(OPERATIONS.iter().any(|info| info.name == *name), "{name}");
        assert!(nouns().iter().any(|it| it.word == *noun), "{noun}");
    }
    for (word, _, domains) in nouns::entries() {
        let known = |domain: &&str| OPERATIONS.iter().any(|info| info.domain == *domain);
        assert!(domains.iter().all(known), "{domains:?}");
        let times = nouns().iter().filter(|noun| noun.word == *word && !noun.verbs.is_empty());
        assert_eq!(times.count(), 1, "{word} has no verb, or stands in the table twice");
    }
}

#[test]
fn words_follow_from_names() {
    for (name, noun, word) in [
        ("AdminUsers", "user", "list"),
        ("ProjectUsers", "user", "list-of-project"),
        ("MyKeypairs", "keypair", "list-mine"),
        ("RgDomainFairShares", "domain-fair-share", "list-of-resource-group"),
        ("AdminUpsertDomainFairShareWeight", "domain-fair-share", "upsert-weight"),
        ("DomainFairShare", "domain-fair-share", "info-legacy"),
        ("UpdateMyKeypair", "keypair", "update-mine"),
        ("VfolderListFiles", "vfolder", "list-files"),
    ] {
        let info = OPERATIONS.iter().find(|info| info.name == name).unwrap();
        let found = Name::of(info);
        assert_eq!((found.noun, found.verb.as_str()), (noun, word), "{name}");
    }
}

#[test]
fn names_are_looked_up_where_a_list_can_be_filtered_by_them() {
    let found = nouns().iter().filter(|noun| noun.lookup().is_some()).map(|noun| noun.word);
    let found: Vec<_> = found.collect();
    for noun in ["user", "project", "role", "session", "vfolder", "deployment", "image"] {
        assert!(found.contains(&noun), "{noun} is not among {found:?}");
    }
    assert_eq!(found.len(), 34, "{found:?}");
}

#[test]
fn an_input_refers_to_a_noun() {
    for (noun, name, ty, expected) in [
        ("session", "id", "UUID!", Some("session")),
        ("session", "dependencies", "[ID!]", Some("session")),
        ("login-session", "sessionId", "UUID!", Some("login-session")),
        ("session-scheduling-history", "sessionId", "UUID!", Some("session")),
        ("model-card", "cardId", "UUID!", Some("model-card")),
        ("model-card", "modelStoreProjectId", "UUID!", Some("project")),
        ("vfolder", "revisionPresetId", "UUID!", Some("deployment-revision-preset")),
        ("access-token", "modelDeploymentId", "ID!", Some("deployment")),
        ("user-fair-share", "userUuid", "UUID!", Some("user")),
        ("user", "groupIds", "[UUID!]", Some("project")),
        ("notification-rule", "channelId", "ID!", Some("notification-channel")),
        ("artifact", "registryId", "ID", None),
        ("agent", "agentId", "String!", None),
    ] {
        let found = reference(noun, &InputValueInfo::new(name, ty)).map(|noun| noun.word);
        assert_eq!(found, expected, "{noun} {name}");
    }
    for (noun, input, of) in REFERENCES {
        let words = [*of].into_iter().chain(Some(*noun).filter(|noun| !noun.is_empty()));
        assert!(words.into_iter().all(|word| called(word).is_some()), "{noun} {input} {of}");
    }
}

/// Whatever shows the id of an object: both forms are arguments of every verb.
#[test]
fn inputs_take_ids_in_both_forms() {
    let key = "f38dea23-50fa-42a0-b5ae-338f5f4693f4";
    let mut seen = 0;
    for verb in nouns().iter().flat_map(|noun| &noun.verbs) {
        for input in input::of(verb.info).into_iter().filter(Input::is_id) {
            let parse = |text: &str| {
                let parsed = input.parse([text]);
                parsed.unwrap_or_else(|failure| panic!("{}", failure.text()))
            };
            let global = match parse(key) {
                Value::String(text) if text != key => text,
                _ => backendai_v2::GlobalId::new("Thing", key).to_string(),
            };
            let node = verb.info.name == "Node";
            assert!(node || parse(key) == parse(&global), "{} {}", verb.info.name, input.name);
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen}");
}

#[test]
fn the_command_line_is_sound() {
    let mut command = with_nouns(Command::new(WORD), |_| true);
    command.build();
    command.debug_assert();
}

#[test]
fn verbs_state_what_was_done() {
    let mut unknown = BTreeSet::new();
    for verb in nouns().iter().flat_map(|noun| &noun.verbs) {
        if verb.info.kind == OperationKind::Mutation && kind(verb.word) != Kind::Ask {
            let word = acts(verb.word);
            unknown.extend((!DONE.iter().any(|(known, _)| *known == word)).then_some(verb.word));
        }
    }
    assert_eq!(unknown, BTreeSet::new());
}

#[test]
fn only_texts_are_secrets() {
    let mut secrets = BTreeSet::new();
    for noun in nouns() {
        for verb in &noun.verbs {
            let secret = verb.columns(noun).all.iter().filter(|field| field.is_secret());
            secrets.extend(secret.map(|field| (noun.word, field.name())));
        }
    }
    let expected = [
        ("access-token", "token"),
        ("keypair", "secretKey"),
        ("user", "keypair.secretKey"),
        ("vfolder", "token"),
    ];
    assert_eq!(secrets, BTreeSet::from(expected));
}
