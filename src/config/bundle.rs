//! Endpoint and keys, which are taken together from one source.

use std::collections::BTreeMap;

use super::{
    Endpoint, EndpointType, Field, Origin, Problem, endpoint,
    layer::{Layer, Source},
};
use crate::credential::{Credential, InvalidKeys, Keys, check_access_key, check_secret_key};

/// The sources, from the strongest to the weakest, and what is found out about them.
pub(super) struct Bundle<'a> {
    pub(super) layers: &'a [Layer],
    /// Whether a source could not be read, so that nobody knows what is missing.
    pub(super) unread: bool,
    pub(super) origins: &'a mut BTreeMap<Field, Origin>,
    pub(super) problems: &'a mut Vec<Problem>,
}

impl Bundle<'_> {
    /// All of it from the first source that sets any of it. With a session there are no keys, so
    /// only the endpoints count. None when there is a problem.
    pub(super) fn take(
        &mut self,
        kind: Option<EndpointType>,
    ) -> Option<(Vec<Endpoint>, Credential)> {
        let fields: &[Field] = match kind {
            Some(EndpointType::Api) => &[Field::Endpoint, Field::AccessKey, Field::SecretKey],
            Some(EndpointType::Session) | None => &[Field::Endpoint],
        };
        let sets = |layer: &Layer| fields.iter().any(|field| layer.get(*field).is_some());
        let chosen = self.layers.iter().position(|layer| layer.must_supply() || sets(layer));
        let chosen = chosen.and_then(|at| self.layers.get(at..)?.split_first());
        let Some((layer, weaker)) = chosen else {
            self.report_unset(fields);
            return None;
        };
        let anonymous = layer.is_empty(Field::AccessKey);
        for &field in fields {
            match layer.get(field) {
                _ if anonymous && field == Field::SecretKey => {}
                Some(said) => drop(self.origins.insert(field, said.origin.clone())),
                None => self.report_gap(layer, weaker, fields, field),
            }
        }
        let endpoints = self.endpoints(layer);
        let credential = match kind? {
            EndpointType::Session => Some(Credential::Session),
            EndpointType::Api if anonymous => Some(Credential::Anonymous),
            EndpointType::Api => self.keys(layer).map(Credential::KeyPair),
        };
        Some((endpoints?, credential?))
    }

    fn report_unset(&mut self, fields: &[Field]) {
        // The place that most people would fill: a variable, if variables are read at all.
        let usual = self.layers.iter().find(|layer| layer.source == Source::Environment);
        let Some(layer) = usual.or(self.layers.first()).filter(|_| !self.unread) else { return };
        for &field in fields {
            let message = "not set, and there is no default";
            self.problems.push(Problem::new(field, layer.place(field), message));
        }
    }

    fn report_gap(&mut self, layer: &Layer, weaker: &[Layer], fields: &[Field], missing: Field) {
        if self.unread {
            return;
        }
        let present = fields.iter().find_map(|field| match &layer.get(*field)?.origin {
            Origin::Explicit => Some(layer.place(*field)),
            origin => Some(origin.to_string()),
        });
        let of_context = matches!(layer.source, Source::Context { .. });
        let mut message = match present {
            _ if of_context => "not set: log in again, or set it".to_owned(),
            Some(present) => format!("not set, though {present} is"),
            None => "not set, though this profile was asked for".to_owned(),
        };
        if let Some(other) = weaker.iter().find_map(|layer| layer.get(missing)) {
            let other = &other.origin;
            message += &format!(
                "; {other} is not used, because endpoint and keys are taken from one source"
            );
        }
        if missing == Field::AccessKey && !of_context {
            message += "; set it, or make it empty to send requests unsigned";
        }
        self.problems.push(Problem::new(missing, layer.place(missing), message));
    }

    fn endpoints(&mut self, layer: &Layer) -> Option<Vec<Endpoint>> {
        let said = layer.get(Field::Endpoint)?;
        match said.read(Field::Endpoint, |text| Ok(endpoint::parse_list(text))) {
            Ok(Ok(endpoints)) => return Some(endpoints),
            Ok(Err(errors)) => self.problems.extend(
                errors.iter().map(|error| Problem::new(Field::Endpoint, &said.origin, error)),
            ),
            Err(problem) => self.problems.push(problem),
        }
        None
    }

    /// Both keys, each with its own problem.
    fn keys(&mut self, layer: &Layer) -> Option<Keys> {
        let mut read = |field, check: fn(&str) -> Result<(), InvalidKeys>| {
            let check = |text: &str| match check(text) {
                Ok(()) => Ok(text.to_owned()),
                Err(error) => Err(format!("{error}; copy the key again")),
            };
            layer.get(field)?.read(field, check).map_err(|problem| self.problems.push(problem)).ok()
        };
        let access = read(Field::AccessKey, check_access_key);
        let secret = read(Field::SecretKey, check_secret_key);
        Keys::new(access?, secret?).ok()
    }
}
