//! The `Role:` line of each admin operation, against what the roles got from a real manager
//! (`docs/coverage.md`).

use std::{collections::BTreeMap, fs, path::Path};

/// From the most privileged to the least privileged, as in the columns of the page.
const ROLES: [&str; 3] = ["superadmin", "domain admin", "user"];

/// How the manager refuses a role. A missing permission on a single object, which is "lacks
/// permission", can be granted to any role.
const REFUSALS: [&str; 5] = [
    "Insufficient privilege",
    "Permission Denied",
    "Unknown client role",
    "no permission to execute",
    "superadmin privilege required",
];

/// Operations on a part of a row, which the page does not have.
const NOT_COVERED: [&str; 2] = ["GetImageInstallation", "GetSessionNodeKernels"];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The roles that the comment of each operation states.
fn stated() -> BTreeMap<String, Vec<String>> {
    let mut stated = BTreeMap::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("graphql/admin")).unwrap()
    {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|it| it != "graphql") || path.ends_with("schema.graphql") {
            continue;
        }
        let mut roles = Vec::new();
        for line in fs::read_to_string(path).unwrap().lines() {
            if let Some(comment) = line.strip_prefix('#') {
                roles.extend(comment.trim().strip_prefix("Role: ").map(ToOwned::to_owned));
                continue;
            }
            let name = line.strip_prefix("query ").or_else(|| line.strip_prefix("mutation "));
            if let Some(name) = name {
                let end = name.find(|it: char| !it.is_alphanumeric()).unwrap_or(name.len());
                stated.insert(name[..end].to_owned(), roles.clone());
            }
            roles.clear();
        }
    }
    stated
}

/// The results of each operation, by role.
fn observed() -> BTreeMap<String, [String; 3]> {
    let mut observed = BTreeMap::new();
    for line in read("docs/coverage.md").lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let results = [cells[3], cells[4], cells[5]].map(ToOwned::to_owned);
        for operation in cells[2].split(", ") {
            observed.insert(operation.to_owned(), results.clone());
        }
    }
    observed
}

#[test]
fn operations_state_the_least_privileged_role_that_the_manager_allows() {
    let observed = observed();
    let mut faults = Vec::new();
    for (operation, roles) in stated() {
        let [role] = roles.as_slice() else {
            faults.push(format!("{operation} states {} roles, not one", roles.len()));
            continue;
        };
        let Some(least) = ROLES.iter().position(|it| role.strip_suffix('.') == Some(it)) else {
            faults.push(format!("{operation} states the role `{role}`, not one of {ROLES:?}"));
            continue;
        };
        let Some(results) = observed.get(&operation) else {
            if !NOT_COVERED.contains(&operation.as_str()) {
                faults.push(format!("{operation} is not in docs/coverage.md"));
            }
            continue;
        };
        for (at, (role, result)) in ROLES.iter().zip(results).enumerate() {
            let refused = REFUSALS.iter().any(|refusal| result.contains(refusal));
            let rows = result.contains("row");
            if at <= least && refused || at > least && rows {
                faults.push(format!("{operation} states `{}`; {role}: {result}", ROLES[least]));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
