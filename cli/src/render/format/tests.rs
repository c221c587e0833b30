//! Compares with the output of the official client, recorded by `tests/official/format.py`.
//!
//! Intended differences are in `cli/tests/golden/format-differences.json`, each with the output of this
//! module and the names of its reasons in the documentation of this module.

use std::{
    collections::{HashMap, HashSet},
    env,
    path::Path,
    process::Command,
};

use serde::Deserialize;
use serde_json::Value;

use backendai::{Format, operation::title};

const GOLDEN: &str = include_str!("../../../tests/golden/format.json");
const DIFFERENCES: &str = include_str!("../../../tests/golden/format-differences.json");
const DOCUMENTATION: &str = include_str!("mod.rs");

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
    titles: Vec<Title>,
}

/// A side without a text or value is one where the official client raises an exception.
#[derive(Deserialize)]
struct Case {
    format: String,
    input: Value,
    console: Option<String>,
    #[serde(default, deserialize_with = "present")]
    json: Option<Value>,
}

#[derive(Deserialize)]
struct Title {
    set: String,
    field: String,
    title: String,
    by_hand: bool,
}

#[derive(Deserialize)]
struct Difference {
    why: Vec<String>,
    format: String,
    input: Value,
    console: String,
    json: Value,
}

/// Null is a value, unlike a missing member.
fn present<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(input).map(Some)
}

const FORMATS: &[(&str, Format)] = &[
    ("Plain", Format::Plain),
    ("NestedDict", Format::NestedDict),
    ("MiBytes", Format::MiBytes),
    ("SizeBytes", Format::SizeBytes),
    ("SubField(full_name)", Format::SubField("full_name")),
    ("CustomizedImage", Format::CustomizedImage),
    ("ResourceSlot", Format::ResourceSlot),
    ("AgentStat", Format::AgentStat),
    ("GroupList", Format::GroupList),
    ("InlineRouting", Format::InlineRouting),
    ("KernelStat", Format::KernelStat),
    ("NestedObject", Format::NestedObject),
    ("ContainerList", Format::ContainerList),
    ("DependencyList", Format::DependencyList),
    ("ImageObject", Format::ImageObject),
];

#[test]
fn every_case_is_shown_as_the_official_client_shows_it() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    let differences: Vec<Difference> = serde_json::from_str(DIFFERENCES).unwrap();
    let differences: HashMap<_, _> =
        differences.into_iter().map(|d| ((d.format.clone(), d.input.to_string()), d)).collect();
    let formats: HashMap<_, _> = FORMATS.iter().copied().collect();
    // Names of the documented reasons, and whether a case has shown each.
    let mut reasons: HashMap<&str, bool> = DOCUMENTATION
        .lines()
        .filter_map(|line| Some((line.strip_prefix("//! - **")?.split_once("**: ")?.0, false)))
        .collect();
    let mut seen = Vec::new();
    let mut used = HashSet::new();
    let mut wrong = Vec::new();
    for case in golden.cases {
        let format = formats[case.format.as_str()];
        seen.push(case.format.clone());
        let (console, json) =
            (super::console(format, &case.input), super::json(format, &case.input));
        let official = (case.console, case.json);
        let ours = (Some(console), Some(json));
        let place = format!("{} of {}", case.format, case.input);
        let key = (case.format, case.input.to_string());
        let right = match differences.get(&key) {
            Some(difference) => {
                // The file has some cases twice.
                used.insert(key);
                for why in &difference.why {
                    let shown = reasons.get_mut(why.as_str());
                    *shown.unwrap_or_else(|| panic!("{place}: undocumented reason {why}")) = true;
                }
                let right = (Some(difference.console.clone()), Some(difference.json.clone()));
                assert_ne!(official, right, "{place}: there is no difference");
                right
            }
            None => official,
        };
        if ours != right {
            wrong.push(format!("{place}\n   ours: {ours:?}\n  right: {right:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let unused: Vec<_> = differences.keys().filter(|key| !used.contains(*key)).collect();
    assert!(unused.is_empty(), "differences of no case: {unused:?}");
    assert!(reasons.values().all(|shown| *shown), "a reason has no case: {reasons:?}");
    assert!(formats.keys().all(|format| seen.iter().any(|s| s == format)), "a format has no case");
}

#[test]
fn every_title_is_the_official_one() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    assert_eq!(golden.titles.len(), 319);
    let made = golden.titles.iter().filter(|spec| !spec.by_hand);
    let mut count = 0;
    for spec in made {
        assert_eq!(title(&spec.field), spec.title, "{} of {}", spec.field, spec.set);
        count += 1;
    }
    assert_eq!(count, 303);
}

#[test]
fn the_golden_file_is_what_the_official_client_says() {
    let Some(python) = env::var_os("BACKENDAI_OFFICIAL_PYTHON") else {
        assert!(
            env::var_os("BACKENDAI_LIVE").is_none_or(|live| live != "1"),
            "BACKENDAI_LIVE=1 wants BACKENDAI_OFFICIAL_PYTHON, a python with backend.ai-client"
        );
        eprintln!("skipped: BACKENDAI_OFFICIAL_PYTHON names no python with backend.ai-client");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/official/format.py");
    let output = Command::new(python).arg(script).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(
        output.stdout == GOLDEN.as_bytes(),
        "stale: $BACKENDAI_OFFICIAL_PYTHON tests/official/format.py > cli/tests/golden/format.json"
    );
}

/// Names chosen by users must not control a terminal.
#[test]
fn nothing_shown_steers_a_terminal() {
    let control: String = (0..32).chain([127, 0x9b]).filter_map(char::from_u32).collect();
    let text = Value::from(control.as_str());
    let object = serde_json::json!({ "name": text, "id": text, control.as_str(): { "a": text } });
    let encoded = Value::from(object.to_string());
    let list = serde_json::json!([object, text, null, [object]]);
    for (_, format) in FORMATS {
        for value in [&text, &object, &encoded, &list] {
            let shown = super::console(*format, value);
            let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
            assert!(!shown.replace("\r\n", "\n").contains(steers), "{format:?}: {shown:?}");
        }
    }
}
