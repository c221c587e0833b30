//! What of the generated code has a line of documentation.

use backendai_v2::OPERATIONS;

#[test]
fn every_variable_is_documented() {
    let variables = OPERATIONS.iter().flat_map(|info| {
        info.variables.iter().filter(|it| it.docs.is_empty()).map(|it| (info.name, it.name))
    });
    let missing: Vec<_> = variables.collect();
    assert_eq!(missing, [("", ""); 0], "add lines to schema/v2/descriptions.txt");
}

#[test]
fn every_field_and_enum_is_documented() {
    // Attributes are between a field and its documentation, which more than its version has to be.
    let generated = include_str!(concat!(env!("OUT_DIR"), "/v2.rs"));
    let lines = generated.lines().map(str::trim).filter(|line| !line.starts_with("#["));
    let mut summary = None;
    let (mut all, mut missing) = (0, Vec::new());
    for line in lines {
        if let Some(docs) = line.strip_prefix("///") {
            summary.get_or_insert(docs);
            continue;
        }
        if line.starts_with("pub ") && line.ends_with(',') || line.starts_with("pub enum ") {
            all += 1;
            if summary.is_none_or(|docs| docs.starts_with(" Since manager ")) {
                missing.push(line);
            }
        }
        summary = None;
    }
    assert!(all > 4_000, "{all}");
    assert_eq!(missing, [""; 0], "add lines to schema/v2/descriptions.txt");
}
