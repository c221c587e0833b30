//! Names of fields for people.

/// The name of a field for people, such as the head of a column.
///
/// ```
/// use backendai::format::title;
///
/// assert_eq!(title("created_at"), "Created At");
/// assert_eq!(title("is_active"), "Active?");
/// assert_eq!(title("user_id"), "User ID");
/// ```
pub fn title(field: &str) -> String {
    match field {
        "id" => "ID".to_owned(),
        "uuid" => "UUID".to_owned(),
        "group_id" => "Group ID".to_owned(),
        "user_id" => "User ID".to_owned(),
        "resource_policy" => "Res.Policy".to_owned(),
        "concurrency_used" => "Concur.Used".to_owned(),
        "fsprefix" => "FS Prefix".to_owned(),
        "hardware_metadata" => "HW Metadata".to_owned(),
        "performance_metric" => "Perf.Metric".to_owned(),
        _ => match field.strip_prefix("is_") {
            Some(question) if !question.is_empty() => format!("{}?", words(question)),
            _ => words(field),
        },
    }
}

fn words(field: &str) -> String {
    let words = field.split('_').filter(|word| !word.is_empty()).map(|word| {
        let mut rest = word.chars();
        rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn odd_names_have_titles() {
        assert_eq!(title("__typename"), "Typename");
        assert_eq!(title("a__b_"), "A B");
        assert_eq!(title("is_"), "Is");
        assert_eq!(title("camelCase"), "CamelCase");
        assert_eq!(title(""), "");
    }
}
