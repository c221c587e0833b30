//! What an answer means beyond its fields: that it was refused.

use apollo_compiler::parser::SourceSpan;

use super::{Builder, Nest};
use crate::{
    diagnostic::Diagnostic,
    select::Fields,
    types::{Base, Body, Member, Output, OutputField, RefusedField},
};

impl Builder<'_> {
    /// The fields of a type that has been made already.
    fn members<'a>(&'a self, base: &Base, nest: &'a Nest) -> &'a [OutputField] {
        let output = match base {
            Base::Nested(name) => nest.types.iter().find(|output| &output.name == name),
            Base::Fragment { module, name } => self
                .model
                .modules
                .get(module)
                .and_then(|module| module.fragments.iter().find(|group| &group.root.name == name))
                .map(|group| &group.root),
            _ => None,
        };
        match output.map(|output| &output.body) {
            Some(Body::Struct(fields)) => fields,
            _ => &[],
        }
    }

    pub(super) fn warn(&mut self, span: Option<SourceSpan>, message: String) {
        let sources = &self.documents.executable.sources;
        self.model.warnings.push(Diagnostic::at(span, sources, message));
    }

    /// Most mutations answer `ok: false` and a `msg` where they should fail.
    pub(super) fn refusals(
        &mut self,
        fields: &Fields<'_>,
        root: &Output,
        nest: &Nest,
    ) -> Vec<RefusedField> {
        let mut refusals = Vec::new();
        let Body::Struct(members) = &root.body else { return refusals };
        for (key, merged) in fields {
            let Some(first) = merged.fields.first() else { continue };
            let Some(member) = members.iter().find(|member| member.key == key.as_str()) else {
                continue;
            };
            let Some(answer) = self.schema.get_object(first.definition.ty.inner_named_type())
            else {
                continue;
            };
            if !["ok", "msg"].iter().all(|name| answer.fields.contains_key(*name)) {
                continue;
            }
            let inner = self.members(&member.shape.base, nest);
            let find =
                |name: &str| inner.iter().find(|member| member.field == name).map(Member::from);
            let (ok, message) = (find("ok"), find("msg"));
            if ok.is_none() || message.is_none() {
                let message = format!(
                    "`{}` says with `ok` and `msg` that it was refused: without them a refusal looks like a success",
                    first.name
                );
                self.warn(first.location(), message);
            }
            if let Some(ok) = ok {
                refusals.push(RefusedField {
                    root: member.into(),
                    key: key.to_string(),
                    ok,
                    message,
                });
            }
        }
        refusals
    }
}
