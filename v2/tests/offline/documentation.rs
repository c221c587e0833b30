//! What of the generated code has a line of documentation.

use backendai_v2::OPERATIONS;

/// Number of fields without one, of inputs and of rows, most of which have a telling name. It must not grow.
const UNDOCUMENTED: usize = 983;

#[test]
fn every_variable_is_documented() {
    let variables = OPERATIONS.iter().flat_map(|info| {
        info.variables.iter().filter(|it| it.docs.is_empty()).map(|it| (info.name, it.name))
    });
    let missing: Vec<_> = variables.collect();
    assert_eq!(missing, [("", ""); 0], "add lines to schema/v2/descriptions.txt");
}

#[test]
fn no_more_fields_are_undocumented() {
    // Attributes are between a field and its documentation.
    let generated = include_str!(concat!(env!("OUT_DIR"), "/v2.rs"));
    let lines = generated.lines().map(str::trim).filter(|line| !line.starts_with("#["));
    let mut before = "";
    let mut missing = Vec::new();
    for line in lines {
        let is_field = line.starts_with("pub ") && line.ends_with(',');
        if is_field && !before.starts_with("///") {
            missing.push(line);
        }
        before = line;
    }
    assert!(missing.len() <= UNDOCUMENTED, "{}: {missing:?}", missing.len());
}
