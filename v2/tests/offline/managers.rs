//! The page `docs/managers-v2.md`, written from the descriptions of the operations; `UPDATE_GOLDEN=1`
//! writes it anew.

use std::{collections::BTreeMap, fmt::Write as _};

use backendai::{ManagerVersion, OperationInfo};
use backendai_v2::OPERATIONS;

use crate::golden;

/// Managers of the matrix, oldest first: those that are tested, and one of each series between.
const MANAGERS: [&str; 9] =
    ["25.6.17", "25.15.0", "26.1.0", "26.2.0", "26.3.0", "26.4.0", "26.4.16", "26.8.3", "26.9.6"];

fn has(info: &OperationInfo, version: ManagerVersion) -> bool {
    info.requires.iter().all(|it| it.is_in(version))
}

#[test]
fn the_matrix_of_managers_is_that_of_the_operations() {
    let versions = MANAGERS.map(|it| it.parse::<ManagerVersion>().unwrap());
    let mut domains = BTreeMap::<_, Vec<_>>::new();
    for info in OPERATIONS {
        domains.entry(info.domain).or_default().push(*info);
    }
    let mut page = format!(
        "# Operations of the v2 API and managers\n\n\
         Written from the versions in the schema of manager 26.9.6 by `UPDATE_GOLDEN=1 cargo test -p backendai-v2 --test\n\
         offline managers`. The client refuses an operation that the manager lacks before it sends anything; fields that can\n\
         be left out are left out. {TESTED}\n\n\
         ## How many operations of each domain a manager has\n\n| domain | {} |\n|---|{}\n",
        MANAGERS.join(" | "),
        "---:|".repeat(MANAGERS.len())
    );
    let mut row = |name: &str, operations: &[&OperationInfo]| {
        let counts =
            versions.map(|version| operations.iter().filter(|it| has(it, version)).count());
        writeln!(page, "| {name} | {} |", counts.map(|it| it.to_string()).join(" | ")).unwrap();
    };
    for (domain, operations) in &domains {
        row(domain, operations);
    }
    row("**all**", OPERATIONS);
    page += "\n## The oldest manager that has an operation\n\n| since | domain | operations |\n|---|---|---|\n";
    let mut since = BTreeMap::<_, Vec<_>>::new();
    for (domain, operations) in &domains {
        for info in operations {
            since.entry((info.min_manager_version(), *domain)).or_default().push(info.name);
        }
    }
    for ((version, domain), mut names) in since {
        names.sort_unstable();
        let version = version.map_or_else(|| "any".to_owned(), |it| it.to_string());
        writeln!(page, "| {version} | {domain} | `{}` |", names.join("`, `")).unwrap();
    }
    golden::check("../docs/managers-v2.md", &page);
}

/// What was shown with real managers.
const TESTED: &str = "Tested with real managers: 26.9.6\n([every operation](coverage-v2.md)) and 26.4.16 \
    (`cargo test -p backendai-v2 --test v2_live older::`), by hand also 26.8.3: each of\nthe older two understands \
    every operation that it has by this table, and none of the others but those whose\ninput has a field that is newer \
    and required today, and `Node`, which 26.4 got later. Before 26.9, cursors lose rows that\nwere created at one time; \
    the client reports it as a change of the list (`ListChanges::missed`).";
