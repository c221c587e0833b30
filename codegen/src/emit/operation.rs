//! Operations and what they implement.

use std::fmt::Write as _;

use super::{Scope, Writer};
use crate::{
    document_text::whole,
    model::{Base, Member, Operation, Projection},
};

impl Writer<'_> {
    pub(super) fn operation(&mut self, operation: &Operation, module: &str, path: &str) {
        let rt = self.runtime;
        let Operation { name, graphql_name, .. } = operation;
        let scope = Scope { depth: 1, module, group: None };
        let data = self.path(&Base::Output(operation.data.root), scope);
        self.line("");
        self.docs(&operation.docs);
        self.versions(operation);
        self.sent(name, &operation.variables, scope);

        let kind = if operation.is_query { "Query" } else { "Mutation" };
        self.line("");
        self.open(&format!("impl {rt}::Operation for {name} {{"));
        self.line(&format!("type Data = {data};"));
        self.line(&format!("const NAME: &'static str = {graphql_name:?};"));
        self.line(&format!("const KIND: {rt}::OperationKind = {rt}::OperationKind::{kind};"));
        self.line(&format!("const PATH: &'static str = {path:?};"));
        let text = whole(&operation.text.parts);
        self.line(&format!("const DOCUMENT: &'static str = {text:?};"));
        self.line(&format!("const DOCUMENT_JSON: &'static str = {:?};", json_string(&text)));
        self.gate(operation);
        if !operation.refusals.is_empty() {
            self.refusal(operation, &data);
        }
        self.close("}");
        if let Some(page) = &operation.page {
            self.page(operation, page, scope, &data);
        }
        if let Some(projection) = &operation.projection {
            self.projection(operation, projection, scope);
        }

        self.line("");
        self.open(&format!("impl {rt}::graphql_client::GraphQLQuery for {name} {{"));
        self.line("type Variables = Self;");
        self.line(&format!("type ResponseData = {data};"));
        self.open(&format!(
            "fn build_query(variables: Self) -> {rt}::graphql_client::QueryBody<Self> {{"
        ));
        self.open(&format!("{rt}::graphql_client::QueryBody {{"));
        self.line("variables,");
        self.line(&format!("query: <Self as {rt}::Operation>::DOCUMENT,"));
        self.line(&format!("operation_name: <Self as {rt}::Operation>::NAME,"));
        self.close("}");
        self.close("}");
        self.close("}");
        self.nested(&operation.data, module, name);
    }

    fn refusal(&mut self, operation: &Operation, data: &str) {
        let rt = self.runtime;
        self.open(&format!("fn refusal(data: &{data}) -> Option<{rt}::Refusal<'_>> {{"));
        for refusal in &operation.refusals {
            let root = &refusal.root;
            let (pattern, value) = if root.optional {
                ("Some(answer)", format!("&data.{}", root.ident))
            } else {
                ("answer", format!("&data.{}", root.ident))
            };
            let refused = if refusal.ok.optional {
                format!("answer.{} == Some(false)", refusal.ok.ident)
            } else {
                format!("!answer.{}", refusal.ok.ident)
            };
            let message = match &refusal.message {
                None => "None".to_owned(),
                Some(Member { ident, optional: true }) => format!("answer.{ident}.as_deref()"),
                Some(Member { ident, .. }) => format!("Some(&answer.{ident})"),
            };
            self.open(&if root.optional {
                format!("if let {pattern} = {value} {{")
            } else {
                format!("{{ let {pattern} = {value};")
            });
            self.open(&format!("if {refused} {{"));
            self.line(&format!(
                "return Some({rt}::Refusal {{ field: {:?}, message: {message} }});",
                refusal.key
            ));
            self.close("}");
            self.close("}");
        }
        self.line("None");
        self.close("}");
    }

    fn projection(&mut self, operation: &Operation, projection: &Projection, scope: Scope<'_>) {
        let rt = self.runtime;
        let name = &operation.name;
        let table = self.path(&Base::Output(projection.table), scope);
        self.line("");
        self.open(&format!("impl {rt}::Select for {name} {{"));
        self.line(&format!("type Row = {table};"));
        self.around(projection);
        self.line(&format!("const ROWS: &'static [&'static str] = &{:?};", projection.rows));
        self.line(&format!("const TOTAL: Option<&'static str> = {:?};", projection.total));
        if let Some(key) = operation.page.as_ref().and_then(|page| page.key.as_ref()) {
            self.line(&format!("const ROW_KEY: &'static [&'static str] = &{:?};", key.fields));
        }
        self.close("}");
    }
}

/// A JSON string literal.
fn json_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    // Only strings in a document need escapes.
    if !text.contains('"') {
        out.extend(["\"", text, "\""]);
        return out;
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
