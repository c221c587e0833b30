//! The role that each operation states, against what the roles got from a real manager
//! (`docs/coverage-v2.md`).

use std::{collections::BTreeMap, fs, path::Path};

use backendai::OperationKind;
use backendai_v2::OPERATIONS;

/// The results of each operation: of the superadmin, an admin of a domain, one with a role, and a user.
fn observed(page: &str) -> BTreeMap<&str, [&str; 4]> {
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    rows.map(|cells| (cells[2].trim_matches('`'), [cells[3], cells[4], cells[5], cells[6]]))
        .collect()
}

#[test]
fn operations_state_the_role_that_the_manager_requires() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/coverage-v2.md");
    let page = fs::read_to_string(page).unwrap();
    let observed = observed(&page);
    let allowed = |result: &&str| {
        ["done", "empty", "null", "object", "rows"].iter().any(|word| result.starts_with(word))
    };
    let refused = |result: &str| result.starts_with("role") || result.starts_with("permission");
    let mut faults = Vec::new();
    for operation in OPERATIONS.iter().filter(|it| it.kind != OperationKind::Subscription) {
        let [_, others @ ..] = observed[operation.name];
        let wrong = match operation.role.unwrap() {
            "superadmin" => others.iter().any(allowed),
            "user" => refused(others[2]),
            _ => false,
        };
        if wrong {
            faults.push(format!("{} states {:?}: {others:?}", operation.name, operation.role));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
