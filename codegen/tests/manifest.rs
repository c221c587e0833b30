//! What the operations name in the schema is checked in.

#![cfg(feature = "manifest")]
#![allow(clippy::unwrap_used)]

#[test]
fn the_manifest_is_as_the_documents_are() {
    let manifest = backendai_codegen::configure()
        .schema("../schema/admin/schema.graphql")
        .operations("../graphql/admin/*.graphql")
        .manifest()
        .unwrap();
    let checked_in =
        std::fs::read_to_string("../graphql/admin/operations.json").unwrap_or_default();
    assert!(
        manifest == checked_in,
        "graphql/admin/operations.json is stale: write it anew with\n\n    \
         cargo run -p backendai-codegen --features manifest --example manifest \
         > graphql/admin/operations.json\n"
    );
}
