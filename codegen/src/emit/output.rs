//! Types that are decoded.

use super::{Scope, Writer};
use crate::{
    document_text::whole,
    model::{Base, Body, Output, OutputField, Table, TableRow, Variant},
};

impl Writer<'_> {
    pub(super) fn output(&mut self, output: &Output, scope: Scope<'_>) {
        match &output.body {
            Body::Struct(fields) => self.decoded(output, fields, scope),
            Body::Enum(variants) => self.variants(output, variants, scope),
        }
    }

    fn decoded(&mut self, output: &Output, fields: &[OutputField], scope: Scope<'_>) {
        let secret = fields.iter().any(|field| field.secret);
        self.line("");
        self.docs(&output.docs);
        let builtin = if secret { "Clone, PartialEq" } else { "Clone, Debug, PartialEq" };
        if self.testing {
            self.derive(&format!("{builtin}, Default"), &["Serialize"]);
        } else {
            self.derive(builtin, &["Serialize"]);
            self.line("#[non_exhaustive]");
        }
        self.open(&format!("pub struct {} {{", output.name));
        for field in fields {
            self.docs(&field.docs);
            let mut serde = Vec::new();
            if field.ident.trim_start_matches("r#") != field.key {
                serde.push(format!("rename = {:?}", field.key));
            }
            if field.conditional {
                serde.push("skip_serializing_if = \"Option::is_none\"".to_owned());
            }
            if !serde.is_empty() {
                self.line(&format!("#[serde({})]", serde.join(", ")));
            }
            self.line(&format!("pub {}: {},", field.ident, self.shape(&field.shape, scope)));
        }
        self.close("}");
        self.decode(
            &output.name,
            fields.iter().map(|field| {
                let missing = match (field.conditional, field.is_id) {
                    (true, false) => "optional",
                    (true, true) => "optional_id",
                    (false, false) => "needed",
                    (false, true) => "needed_id",
                };
                (field.ident.as_str(), missing, field.key.as_str())
            }),
        );
        if secret {
            self.debug(
                &output.name,
                fields.iter().map(|field| (field.ident.as_str(), field.secret)),
            );
        }
    }

    /// An interface or a union. The type name selects the variant that the object is decoded as.
    fn variants(&mut self, output: &Output, variants: &[Variant], scope: Scope<'_>) {
        let rt = self.runtime;
        let name = &output.name;
        self.line("");
        self.docs(&output.docs);
        self.derive("Clone, Debug, PartialEq", &["Serialize"]);
        self.line("#[serde(untagged)]");
        self.line("#[non_exhaustive]");
        self.open(&format!("pub enum {name} {{"));
        for variant in variants {
            match &variant.typename {
                Some(typename) => self.line(&format!("/// `{typename}`.")),
                None => self.line("/// Any other type."),
            }
            let holds = self.path(&Base::Output(variant.holds), scope);
            self.line(&format!("{}({holds}),", variant.name));
        }
        self.close("}");
        if let Some(last) = variants.last().filter(|_| self.testing) {
            let value = format!("Self::{}(::core::default::Default::default())", last.name);
            self.default(name, &value);
        }
        self.line("");
        self.open(&format!("impl<'de> {rt}::__private::serde::Deserialize<'de> for {name} {{"));
        self.open(&format!(
            "fn deserialize<D: {rt}::__private::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {{"
        ));
        self.line(&format!("let object = {rt}::__private::Object::read(deserializer)?;"));
        self.open("match object.typename() {");
        for variant in variants {
            let pattern =
                variant.typename.as_ref().map_or("_".to_owned(), |name| format!("{name:?}"));
            self.line(&format!("{pattern} => object.decode().map(Self::{}),", variant.name));
        }
        self.close("}");
        self.close("}");
        self.close("}");
    }

    /// The fields of a fragment that can be selected at run time.
    pub(super) fn table(&mut self, name: &str, table: &Table) {
        let rt = self.runtime;
        self.line("");
        self.open(&format!("impl {name} {{"));
        self.line(&format!("/// The fields of a row, an object of the type `{}`.", table.on));
        self.open(&format!("pub const FIELDS: &'static [{rt}::Field] = &["));
        for row in &table.rows {
            let row = self.table_row(row);
            self.line(&format!("{row},"));
        }
        self.close("];");
        self.close("}");
    }

    pub(super) fn table_row(&self, row: &TableRow) -> String {
        let rt = self.runtime;
        let argument =
            row.format.field.as_ref().map_or(String::new(), |field| format!("({field:?})"));
        let below = if row.secrets_below { ".with_secrets()" } else { "" };
        format!(
            "{rt}::Field::new({:?}, {:?}, {:?}, {rt}::Format::{}{argument}, {}){}{below}",
            row.name,
            row.title,
            whole(&row.parts),
            row.format.variant,
            row.secret,
            self.row_parts(row)
        )
    }
}
