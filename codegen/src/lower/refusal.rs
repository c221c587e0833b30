//! The fields at the root of an operation, and how a mutation reports a refusal in them.

use apollo_compiler::{Name, ast::OperationType, parser::SourceSpan};

use super::Lowering;
use crate::{
    collect_fields::Fields,
    diagnostic::Diagnostic,
    model::{Base, Root, TypeId},
};

impl Lowering<'_> {
    pub(super) fn warn(&mut self, span: Option<SourceSpan>, message: String) {
        let sources = &self.documents.executable.sources;
        self.model.warnings.push(Diagnostic::at(span, sources, message));
    }

    /// The root fields. A mutation may return `ok: false` and a `msg` where it should fail.
    pub(super) fn roots(
        &mut self,
        fields: &Fields<'_>,
        root: TypeId,
        kind: OperationType,
    ) -> Vec<Root> {
        let mut roots = Vec::new();
        for (key, merged) in fields {
            let Some(first) = merged.fields.first() else { continue };
            if first.name == "__typename" {
                continue;
            }
            let mut refusal = (None, None);
            let answer = self.schema.get_object(first.definition.ty.inner_named_type());
            let reports = answer.is_some_and(|answer| {
                ["ok", "msg"].iter().all(|name| answer.fields.contains_key(*name))
            });
            if reports && kind == OperationType::Mutation {
                refusal = (self.member(root, key, "ok"), self.member(root, key, "msg"));
                if refusal.0.is_none() || refusal.1.is_none() {
                    let message = format!(
                        "`{}` reports a refusal in `ok` and `msg`: select both, or a refusal looks \
                         like a success",
                        first.name
                    );
                    self.warn(first.location(), message);
                }
            }
            let mut failed = None;
            let lists_failures = answer.is_some_and(|answer| {
                answer.fields.get("failed").is_some_and(|failed| failed.ty.is_list())
            });
            if lists_failures && kind == OperationType::Mutation {
                failed = self.member(root, key, "failed");
                if failed.is_none() {
                    let message = format!(
                        "`{}` lists what failed in `failed`: select it, or a failure looks like a \
                         success",
                        first.name
                    );
                    self.warn(first.location(), message);
                }
            }
            let (key, name) = (key.to_string(), first.name.to_string());
            roots.push(Root { key, name, ok: refusal.0, message: refusal.1, failed });
        }
        roots
    }

    /// The key of a field in the object under a root key, if it is selected.
    fn member(&self, root: TypeId, key: &Name, field: &str) -> Option<String> {
        let mut roots = self.model.fields(&Base::Output(root)).iter();
        let object = roots.find(|member| member.key == key.as_str())?;
        let mut members = self.model.fields(&object.shape.base).iter();
        members.find(|member| member.field == field).map(|member| member.key.clone())
    }
}
