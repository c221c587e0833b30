//! Endpoint and keys, which are taken together from one source.

use std::collections::BTreeMap;

use super::source::{CREDENTIAL_SET, Source, SourceKind};
use crate::{
    credential::{Credential, Keys},
    setting::{Endpoint, EndpointType, Field, Origin, Problem, parse_endpoints},
};

/// The sources, strongest first, and what is found in them.
pub(super) struct CredentialSet<'a> {
    pub(super) sources: &'a [Source],
    /// Whether a source could not be read, so that missing values cannot be reported.
    pub(super) unread: bool,
    pub(super) origins: &'a mut BTreeMap<Field, Origin>,
    pub(super) problems: &'a mut Vec<Problem>,
}

impl CredentialSet<'_> {
    /// Takes the whole set from the first source that sets any of it. A session has no keys, so only
    /// the endpoints count. None when there is a problem.
    pub(super) fn resolve(
        &mut self,
        kind: Option<EndpointType>,
    ) -> Option<(Vec<Endpoint>, Credential)> {
        let fields: &[Field] = match kind {
            Some(EndpointType::Api) => &CREDENTIAL_SET,
            Some(EndpointType::Session) | None => &[Field::Endpoint],
        };
        let sets = |source: &Source| fields.iter().any(|field| source.get(*field).is_some());
        let chosen = self.sources.iter().position(|source| source.must_supply() || sets(source));
        let chosen = chosen.and_then(|at| self.sources.get(at..)?.split_first());
        let Some((source, weaker)) = chosen else {
            self.report_unset(fields);
            return None;
        };
        let anonymous = source.is_empty(Field::AccessKey);
        for &field in fields {
            match source.get(field) {
                _ if anonymous && field == Field::SecretKey => {}
                Some(value) => drop(self.origins.insert(field, value.origin.clone())),
                None => self.report_gap(source, weaker, fields, field),
            }
        }
        let endpoints = self.endpoints(source);
        let credential = match kind? {
            EndpointType::Session => Some(Credential::Session),
            EndpointType::Api if anonymous => Some(Credential::Anonymous),
            EndpointType::Api => self.keys(source).map(Credential::KeyPair),
        };
        Some((endpoints?, credential?))
    }

    fn report_unset(&mut self, fields: &[Field]) {
        // Name the variables, which most programs use, if variables are read at all.
        let usual = self.sources.iter().find(|source| source.kind == SourceKind::Environment);
        let Some(source) = usual.or(self.sources.first()).filter(|_| !self.unread) else { return };
        for &field in fields {
            let message = "not set, and there is no default";
            self.problems.push(Problem::new(field, source.place(field), message));
        }
    }

    fn report_gap(&mut self, source: &Source, weaker: &[Source], fields: &[Field], missing: Field) {
        if self.unread {
            return;
        }
        let present = fields.iter().find_map(|field| match &source.get(*field)?.origin {
            Origin::Explicit => Some(source.place(*field)),
            origin => Some(origin.to_string()),
        });
        #[cfg(feature = "context")]
        let of_context = matches!(source.kind, SourceKind::Context { .. });
        #[cfg(not(feature = "context"))]
        let of_context = false;
        let mut message = match present {
            _ if of_context => "not set: log in again, or set it".to_owned(),
            Some(present) => format!("not set, though {present} is"),
            None => "not set, though this profile was selected by name".to_owned(),
        };
        if let Some(other) = weaker.iter().find_map(|source| source.get(missing)) {
            let other = &other.origin;
            message += &format!(
                "; {other} is not used, because endpoint and keys are taken from one source"
            );
        }
        if missing == Field::AccessKey && !of_context {
            message += "; set it, or make it empty to send requests unsigned";
        }
        self.problems.push(Problem::new(missing, source.place(missing), message));
    }

    fn endpoints(&mut self, source: &Source) -> Option<Vec<Endpoint>> {
        let value = source.get(Field::Endpoint)?;
        match value.parse(Field::Endpoint, |text| Ok(parse_endpoints(text))) {
            Ok(Ok(endpoints)) => return Some(endpoints),
            Ok(Err(errors)) => self.problems.extend(
                errors.iter().map(|error| Problem::new(Field::Endpoint, &value.origin, error)),
            ),
            Err(problem) => self.problems.push(problem),
        }
        None
    }

    /// Parses both keys, so that each can have its own problem.
    fn keys(&mut self, source: &Source) -> Option<Keys> {
        let mut parse = |field: Field| {
            let parse = |text: &str| field.setting().form.check(text).map(|()| text.to_owned());
            let parsed = source.get(field)?.parse(field, parse);
            parsed.map_err(|problem| self.problems.push(problem)).ok()
        };
        let access = parse(Field::AccessKey);
        let secret = parse(Field::SecretKey);
        Keys::new(access?, secret?).ok()
    }
}
