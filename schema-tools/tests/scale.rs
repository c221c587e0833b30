//! Every root field of both schemas has a document that is valid and becomes Rust.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "this is test code")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use backendai_codegen::{Generated, Schema, configure};
use backendai_schema_tools::scaffold::{Scaffold, roots};

fn snapshot(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema").join(folder).join("schema.graphql")
}

/// Writes a document for each root field to a folder of its own: all leaf fields down to `depth`, and
/// every argument a variable.
fn documents(name: &str, folder: &str, depth: usize, pick: impl Fn(&mut Vec<&str>)) -> PathBuf {
    let file = snapshot(folder);
    let schema = Schema::parse(&file, &fs::read_to_string(&file).unwrap()).unwrap();
    let documents = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name).join(folder);
    let _ = fs::remove_dir_all(&documents);
    fs::create_dir_all(&documents).unwrap();
    let mut roots: Vec<_> = roots(&schema).filter(|root| !root.starts_with('_')).collect();
    pick(&mut roots);
    for root in roots {
        let document = Scaffold { depth, all: true }.document(&schema, root).unwrap();
        fs::write(documents.join(format!("{root}.graphql")), document).unwrap();
    }
    documents
}

fn generate(folder: &str, documents: &Path) -> Generated {
    configure()
        .schema(snapshot(folder))
        .operations(documents.join("*.graphql").to_str().unwrap())
        .generate()
        .unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn every_root_of_both_schemas() {
    for (folder, expected) in [("admin", 93 + 85), ("v2", 214 + 233)] {
        let documents =
            documents("scale", folder, 3, |roots| assert_eq!(roots.len(), expected, "{folder}"));
        let generated = generate(folder, &documents);
        eprintln!("{} lines for {folder}", generated.code.lines().count());
    }
}

/// The number of operations of the second schema to compile, and the seed that selects them: all of
/// them would take minutes.
const SAMPLE: usize = 100;
const SEED: u64 = 260_906;

#[test]
#[ignore = "compiles the library and hundreds of operations, which takes minutes; .ci/run does it"]
fn what_is_generated_compiles() {
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    let source = scratch.join("src");
    fs::create_dir_all(&source).unwrap();
    for folder in ["admin", "v2"] {
        let documents = documents("compiled", folder, 2, |roots| {
            if folder == "v2" {
                fastrand::Rng::with_seed(SEED).shuffle(roots);
                roots.truncate(SAMPLE);
            }
        });
        fs::write(source.join(format!("{folder}.rs")), generate(folder, &documents).code).unwrap();
    }
    let lib = "//! Generated.\n\n/// Generated.\npub mod admin;\n/// Generated.\npub mod v2;\n";
    fs::write(source.join("lib.rs"), lib).unwrap();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let manifest = format!(
        "[workspace]\n\n[package]\nname = \"compiled\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nbackendai = {{ path = {workspace:?} }}\n\n\
         [lints.rust]\nwarnings = \"deny\"\n"
    );
    fs::write(scratch.join("Cargo.toml"), manifest).unwrap();
    // The versions of the workspace, so that no registry is needed.
    fs::copy(workspace.join("Cargo.lock"), scratch.join("Cargo.lock")).unwrap();
    let status = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet"])
        .current_dir(&scratch)
        // The dependencies are built there already.
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
        .status()
        .unwrap();
    assert!(status.success(), "{} does not compile", scratch.display());
}
