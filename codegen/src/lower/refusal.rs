//! Mutations whose answer reports a refusal in its fields.

use apollo_compiler::parser::SourceSpan;

use super::Lowering;
use crate::{
    collect_fields::Fields,
    diagnostic::Diagnostic,
    model::{Base, Member, RefusedField, TypeId},
};

impl Lowering<'_> {
    pub(super) fn warn(&mut self, span: Option<SourceSpan>, message: String) {
        let sources = &self.documents.executable.sources;
        self.model.warnings.push(Diagnostic::at(span, sources, message));
    }

    /// The root fields that return `ok: false` and a `msg` where they should fail.
    pub(super) fn refusals(&mut self, fields: &Fields<'_>, root: TypeId) -> Vec<RefusedField> {
        let mut refusals = Vec::new();
        for (key, merged) in fields {
            let Some(first) = merged.fields.first() else { continue };
            let mut members = self.model.fields(&Base::Output(root)).iter();
            let Some(member) = members.find(|member| member.key == key.as_str()) else { continue };
            let Some(answer) = self.schema.get_object(first.definition.ty.inner_named_type())
            else {
                continue;
            };
            if !["ok", "msg"].iter().all(|name| answer.fields.contains_key(*name)) {
                continue;
            }
            let inner = self.model.fields(&member.shape.base);
            let find =
                |name: &str| inner.iter().find(|member| member.field == name).map(Member::from);
            let (ok, message) = (find("ok"), find("msg"));
            let is_incomplete = ok.is_none() || message.is_none();
            if let Some(ok) = ok {
                let (root, key) = (member.into(), key.to_string());
                refusals.push(RefusedField { root, key, ok, message });
            }
            if is_incomplete {
                let message = format!(
                    "`{}` reports a refusal in `ok` and `msg`: select both, or a refusal looks like \
                     a success",
                    first.name
                );
                self.warn(first.location(), message);
            }
        }
        refusals
    }
}
