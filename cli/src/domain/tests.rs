use std::collections::BTreeSet;

use clap::CommandFactory as _;

use super::*;

/// The root fields of the schema that answer with a list of rows, and nothing else.
fn lists_of_the_schema() -> BTreeSet<String> {
    let schema = backendai_schema::ADMIN;
    let query = schema.split("\ntype Query {\n").nth(1).unwrap().split("\n}\n").next().unwrap();
    // Fields begin in the second column; what is in brackets between may have lines of its own.
    let mut fields: Vec<String> = Vec::new();
    for line in query.lines() {
        let begins = line.starts_with("  ") && line.as_bytes()[2].is_ascii_alphabetic();
        match fields.last_mut() {
            Some(field) if !begins => field.push_str(line),
            _ => fields.push(line.to_owned()),
        }
    }
    let is_list = |field: &&String| {
        let answer = field
            .rsplit_once("): ")
            .map_or_else(|| field.split_once(": ").unwrap().1, |(_, answer)| answer);
        let ty = answer.split(' ').next().unwrap().trim_end_matches('!');
        ty.starts_with('[') || ty.ends_with("List") || ty.ends_with("Connection")
    };
    let name = |field: &String| field.trim().split(['(', ':']).next().unwrap().to_owned();
    fields.iter().filter(is_list).map(name).collect()
}

#[test]
fn every_list_of_the_schema_has_a_word() {
    let ours: Vec<_> = DOMAINS.iter().map(|domain| domain.list.root().to_owned()).collect();
    let unique: BTreeSet<_> = ours.iter().cloned().collect();
    assert_eq!(ours.len(), unique.len(), "a list stands in the table twice");
    assert_eq!(unique, lists_of_the_schema());
    let ways = |way| DOMAINS.iter().filter(|domain| domain.list.way() == way).count();
    assert_eq!(ways(Way::Window), 16);
    // Of the 15 connections three are not made to be read page by page.
    assert_eq!(ways(Way::Cursor), 12);
}

#[test]
fn the_table_is_in_order_and_names_what_there_is() {
    let words: Vec<_> = DOMAINS.iter().map(|domain| domain.word).collect();
    assert!(words.is_sorted(), "{words:?}");
    let mut wrong = Vec::new();
    for domain in DOMAINS {
        let infos = domain.info.iter().map(|info| info.query);
        for query in infos.chain([domain.list]) {
            for shown in query.shown.iter().chain(domain.brief) {
                if query.fields().iter().all(|field| field.name() != *shown) {
                    wrong.push(format!("{} shows {shown}, which is no field", domain.word));
                }
            }
            for variable in query.info.variables {
                let is_key = domain.info.is_some_and(|info| info.key == variable.name);
                let walked = ["limit", "offset", "first", "after", "last", "before"];
                if input::meaning(variable, &[]).is_empty()
                    && !is_key
                    && !walked.contains(&variable.name)
                {
                    wrong.push(format!("{}: {} has no help", domain.word, variable.name));
                }
            }
        }
        if let Some(info) = domain.info {
            let key = info.query.info.variable(info.key).is_some();
            assert!(key, "{} has no variable {}", domain.word, info.key);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_command_line_is_sound() {
    crate::Cli::command().debug_assert();
}
