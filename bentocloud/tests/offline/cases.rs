//! Every golden case is accounted for: tested as the same, tested as a listed difference, or absent
//! for a reason. The account is `golden/CASES.tsv`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;

const DIFFERENCES: &str = include_str!("../../DIFFERENCES.md");
/// Differences that no golden case shows.
const UNSHOWN: [&str; 18] = [
    "no-bentofile",
    "kept-metadata-reported",
    "resumed-parts",
    "another-users-home",
    "archives-without-users",
    "locked-and-at-once",
    "modes-kept",
    "proxies-checked",
    "written-in-place",
    "foreign-file-kept",
    "names-encoded",
    "no-telemetry",
    "patient-browser",
    "private-file",
    "reading-repeats",
    "replaced-not-truncated",
    "unknown-keys-kept",
    "logout",
];

/// What the folder holds: a file is one case, or as many as it has keys.
fn golden() -> BTreeSet<(String, String)> {
    let mut cases = BTreeSet::new();
    for folder in ["", "api", "cli", "transfer", "yatai_yaml"] {
        for entry in fs::read_dir(crate::support::golden(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = Path::new(folder).join(entry.file_name()).to_str().unwrap().to_owned();
            if entry.file_type().unwrap().is_dir() || name == "CASES.tsv" {
                continue;
            }
            let keys: Vec<String> = match name.as_str() {
                "container_detection.json" => {
                    let cases = crate::support::json(&name);
                    (0..cases.as_array().unwrap().len()).map(|case| case.to_string()).collect()
                }
                _ if folder == "api" => match crate::support::json(&name) {
                    Value::Object(cases) => cases.into_iter().map(|(case, _)| case).collect(),
                    _ => panic!("{name} is no object"),
                },
                _ => vec!["-".to_owned()],
            };
            cases.extend(keys.into_iter().map(|key| (name.clone(), key)));
        }
    }
    cases
}

#[test]
fn no_case_is_forgotten_and_none_is_made_up() {
    let listed: BTreeSet<_> = DIFFERENCES
        .lines()
        .filter_map(|line| line.strip_prefix("- **")?.split_once("**: "))
        .map(|(name, reason)| {
            assert!(reason.len() > 40, "{name} needs a reason");
            name
        })
        .collect();
    let mut account = BTreeMap::new();
    let mut shown: BTreeSet<&str> = UNSHOWN.into();
    let table = crate::support::text("CASES.tsv");
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let [file, case, verdict, test, note] = *line.split('\t').collect::<Vec<_>>() else {
            panic!("not five columns: {line}")
        };
        let known = account.insert((file.to_owned(), case.to_owned()), verdict);
        assert_eq!(known, None, "twice: {line}");
        match verdict {
            "same" => assert_eq!(note, "", "{line}"),
            "differs" => {
                for difference in note.split(',') {
                    assert!(listed.contains(difference), "`{difference}` is not listed: {line}");
                    shown.insert(difference);
                }
            }
            "absent" => assert!(note.len() > 20, "no reason: {line}"),
            _ => panic!("no verdict: {line}"),
        }
        if verdict != "absent" {
            let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
            let test = match test.strip_prefix("../") {
                Some(elsewhere) => tests.join("..").join(elsewhere),
                None => tests.join("tests").join(test),
            };
            let source = fs::read_to_string(test).expect(line);
            // Where a test goes through a whole group, it names the group.
            let group = ["structure ", "get_current_user:"].iter().find(|g| case.starts_with(**g));
            let named = source.contains(group.unwrap_or(&case));
            assert!(named || !file.starts_with("api/"), "the test does not name it: {line}");
        }
    }
    let account: BTreeSet<_> = account.into_keys().collect();
    let golden = golden();
    let forgotten: Vec<_> = golden.difference(&account).collect();
    let invented: Vec<_> = account.difference(&golden).collect();
    assert!(forgotten.is_empty() && invented.is_empty(), "{forgotten:?} {invented:?}");
    assert_eq!(shown, listed, "each listed difference has a case or is said to have none");
}
