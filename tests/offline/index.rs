//! Pages that are written from the descriptions of the operations; `UPDATE_GOLDEN=1` writes them anew.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use backendai::{ManagerVersion, OperationInfo, admin};

use crate::support::golden;

/// The first sentence of an operation's documentation, without links, which have another place.
fn summary(info: &OperationInfo) -> String {
    let paragraph = info.docs.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let sentence = paragraph.split(". ").next().unwrap_or_default();
    sentence.trim_end_matches('.').replace("[`", "`").replace("`]", "`").replace('|', "\\|")
}

fn kind(info: &OperationInfo) -> String {
    format!("{:?}", info.kind).to_lowercase()
}

fn domains() -> BTreeMap<&'static str, Vec<&'static OperationInfo>> {
    let mut domains = BTreeMap::<_, Vec<_>>::new();
    for info in admin::OPERATIONS {
        domains.entry(info.domain).or_default().push(*info);
    }
    for operations in domains.values_mut() {
        // By what they do: the verb is the first word.
        operations.sort_by_cached_key(|info| (kind(info) == "mutation", summary(info)));
    }
    domains
}

#[test]
fn the_documentation_lists_every_operation() {
    let domains = domains();
    let mut page = format!(
        "# All {} operations\n\nBy domain, then by what they do. The role is the least privileged one that the manager \
         allows; the version is the oldest manager that has the operation, where not all have it.\n",
        admin::OPERATIONS.len()
    );
    for (domain, operations) in &domains {
        writeln!(
            page,
            "\n## [`{domain}`]\n\n| to do | use | kind | role | since |\n|---|---|---|---|---|"
        )
        .unwrap();
        for info in operations {
            let since = info.min_manager_version().map(|it| it.to_string()).unwrap_or_default();
            let (name, text) = (info.name, summary(info));
            assert!(!text.is_empty() && !info.role.unwrap_or_default().is_empty(), "{name}");
            writeln!(
                page,
                "| {text} | [`{name}`]({domain}::{name}) | {} | {} | {since} |",
                kind(info),
                info.role.unwrap_or_default()
            )
            .unwrap();
        }
    }
    golden::check("src/admin/operations.md", &page);
}

#[test]
fn each_domain_opens_with_a_text_and_an_example() {
    let source =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/admin/mod.rs")).unwrap();
    for domain in domains().keys() {
        let (before, _) =
            source.split_once(&format!("pub use self::generated::{domain};")).expect(domain);
        let text = before.rsplit("\n\n").next().unwrap();
        let (prose, example) = text.split_once("/// ```no_run").expect(domain);
        assert!(prose.starts_with("/// ") && prose.len() > 40, "{domain}");
        assert!(example.contains(&format!("use backendai::admin::{domain}::")), "{domain}");
    }
}

/// Managers of the matrix, oldest first: those that are tested, and one of each series between.
const MANAGERS: [&str; 7] =
    ["25.6.17", "25.12.0", "25.15.0", "26.1.0", "26.4.16", "26.8.3", "26.9.6"];

const MANAGERS_TEXT: &str = "\
Written from the versions in the schema of manager 26.9.6 by `UPDATE_GOLDEN=1 cargo test --test offline index`. The
client refuses an operation that the manager lacks before it sends anything ([decision 7](decisions/0007-versions.md));
parts of an operation that can be left out are left out. Every run of the checks shows with real managers 25.6.17 and
26.4.16 that each has exactly the operations that the table gives it, and tries each on 26.9.6
([coverage.md](coverage.md)). [support.md](support.md) states which managers are supported,
[managers-v2.md](managers-v2.md) has the same for the v2 API.";

#[test]
fn the_matrix_of_managers_is_that_of_the_operations() {
    let versions = MANAGERS.map(|it| it.parse::<ManagerVersion>().unwrap());
    let has = |info: &OperationInfo, version: ManagerVersion| {
        info.requires.iter().all(|it| it.is_in(version))
    };
    let mut page = format!("# Operations and managers\n\n{MANAGERS_TEXT}\n\n");
    page += "| manager | operations that it has | of |\n|---|---:|---:|\n";
    for (name, version) in MANAGERS.iter().zip(versions) {
        let count = admin::OPERATIONS.iter().filter(|info| has(info, version)).count();
        writeln!(page, "| {name} | {count} | {} |", admin::OPERATIONS.len()).unwrap();
    }
    let all = |info: &&&OperationInfo| versions.iter().all(|version| has(info, *version));
    let (everywhere, some): (Vec<&&OperationInfo>, Vec<_>) =
        admin::OPERATIONS.iter().partition(all);
    writeln!(page, "\n{} operations work with all of them. The others:\n", everywhere.len())
        .unwrap();
    writeln!(
        page,
        "| operation | needs | {} |\n|---|---{}|",
        MANAGERS.join(" | "),
        "|---".repeat(MANAGERS.len())
    )
    .unwrap();
    for info in some {
        let needs: Vec<_> =
            info.requires.iter().map(|it| format!("`{}`", it.coordinate())).collect();
        let cells = versions.map(|version| if has(info, version) { "yes" } else { "–" });
        writeln!(
            page,
            "| `{}::{}` | {} | {} |",
            info.domain,
            info.name,
            needs.join(", "),
            cells.join(" | ")
        )
        .unwrap();
    }
    assert!(has(admin::OPERATIONS[0], versions[6]));
    golden::check("docs/managers.md", &page);
}

/// What the documents are compiled to.
const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/admin.rs"));

#[test]
fn every_generated_item_is_documented() {
    // Attributes are between an item and its documentation.
    let lines = GENERATED.lines().map(str::trim).filter(|line| !line.starts_with("#["));
    let mut before = "";
    let (mut all, mut missing) = (0, Vec::new());
    for line in lines {
        let is_value = line.contains(" = \"") && line.ends_with("\",");
        let is_item = line.starts_with("pub ")
            && !["pub mod ", "pub static "].iter().any(|it| line.starts_with(it));
        if is_value || is_item {
            all += 1;
            if !before.starts_with("///") {
                missing.push(line);
            }
        }
        before = line;
    }
    assert!(all > 4_000, "{all}");
    assert_eq!(missing, [""; 0], "add lines to schema/admin/descriptions.txt");
}
