//! What somebody may have meant.

/// The name that most resembles what was written, unless none does.
pub(crate) fn near<'n>(written: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let most = written.chars().count().div_ceil(3);
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(name, written), name))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, name)| name)
}
