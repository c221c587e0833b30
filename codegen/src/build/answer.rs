//! What an answer means beyond its fields: that it was refused, or that it is a page of a list.

use apollo_compiler::{ast::Value, parser::SourceSpan};

use super::{Builder, Nest};
use crate::{
    diagnostic::Diagnostic,
    select::Fields,
    types::{Base, Body, InputField, Member, Output, OutputField, Page, RefusedField, Shape, Wrap},
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

    fn warn(&mut self, span: Option<SourceSpan>, message: String) {
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

    /// Recognises a list that is read page by page.
    pub(super) fn page(
        &mut self,
        fields: &Fields<'_>,
        variables: &[InputField],
        root: &Output,
        nest: &Nest,
    ) -> Option<Page> {
        let Body::Struct(members) = &root.body else { return None };
        let (1, Some((key, merged))) = (fields.len(), fields.first()) else { return None };
        let first = *merged.fields.first()?;
        let list = self.schema.get_object(first.definition.ty.inner_named_type())?;
        let takes = |name: &str| first.definition.argument_by_name(name).is_some();
        let has = |name: &str| list.fields.contains_key(name);
        if !(takes("limit") && takes("offset") && has("items") && has("total_count")) {
            return None;
        }
        let variable =
            |name: &str| match first.specified_argument_by_name(name).map(|value| &**value) {
                Some(Value::Variable(name)) => {
                    variables.iter().position(|known| known.key == name.as_str())
                }
                _ => None,
            };
        let member = members.iter().find(|member| member.key == key.as_str())?;
        let inner = self.members(&member.shape.base, nest);
        let find = |name: &str| inner.iter().find(|member| member.field == name);
        let (limit, offset) = (variable("limit"), variable("offset"));
        let (items, total) = (find("items"), find("total_count"));
        let missing: Vec<_> = [
            (limit.is_none(), "pass a variable as `limit`"),
            (offset.is_none(), "pass a variable as `offset`"),
            (items.is_none(), "select `items`"),
            (total.is_none(), "select `total_count`"),
        ]
        .into_iter()
        .filter_map(|(missing, mend)| missing.then_some(mend))
        .collect();
        let (Some(limit), Some(offset), Some(items), Some(total)) = (limit, offset, items, total)
        else {
            let message = format!(
                "`{}` cannot be read page by page here: {}",
                first.name,
                missing.join(", ")
            );
            self.warn(first.location(), message);
            return None;
        };
        let element = items.shape.wraps.iter().skip_while(|wrap| **wrap == Wrap::Option).skip(1);
        Some(Page {
            root: member.into(),
            items: items.into(),
            total: total.into(),
            item: Shape { wraps: element.copied().collect(), base: items.shape.base.clone() },
            limit,
            offset,
            order: variable("order"),
            unique: merged
                .directive("unique")
                .and_then(|directive| directive.specified_argument_by_name("by"))
                .and_then(|value| value.as_str())
                .map(str::to_owned),
        })
    }
}
