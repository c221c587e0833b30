//! Code for what depends on the server's version.

use super::Writer;
use crate::{
    document_text::{Condition, TextPart, whole},
    model::{Enum, Input, InputField, Operation, Presence, Projection, TableRow},
    names::camel,
    requirement::{Requirement, Requirements},
};

impl Writer<'_> {
    fn since(&self, since: &Requirement) -> String {
        let rt = self.runtime;
        let versions: Vec<_> = since
            .versions
            .iter()
            .map(|version| {
                let [major, minor, patch] = version.0;
                format!("{rt}::ManagerVersion::new({major}, {minor}, {patch})")
            })
            .collect();
        format!("{rt}::Requirement::new({:?}, &[{}])", since.coordinate, versions.join(", "))
    }

    /// A requirement outside of a constant.
    fn constant(&self, since: &Requirement) -> String {
        format!("{{ const SINCE: {}::Requirement = {}; SINCE }}", self.runtime, self.since(since))
    }

    fn all(&self, all: &Requirements) -> String {
        let all: Vec<_> = all.0.iter().map(|since| self.since(since)).collect();
        format!("&[{}]", all.join(", "))
    }

    fn when(&self, when: &Condition) -> String {
        let when: Vec<_> = when.iter().map(|all| self.all(all)).collect();
        format!("&[{}]", when.join(", "))
    }

    fn parts(&self, parts: &[TextPart]) -> String {
        let rt = self.runtime;
        let parts: Vec<_> = parts
            .iter()
            .map(|part| {
                format!("{rt}::__private::Part::new({}, {:?})", self.when(&part.when), part.text)
            })
            .collect();
        format!("&[{}]", parts.join(", "))
    }

    /// The documentation of the versions that an operation needs.
    pub(super) fn versions(&mut self, operation: &Operation) {
        let text = &operation.text;
        let list = |all: &Requirements| -> Vec<String> {
            let each = all.0.iter().map(|since| {
                let versions: Vec<_> = since.versions.iter().map(ToString::to_string).collect();
                format!("`{}` ({})", since.coordinate, versions.join(" and "))
            });
            each.collect()
        };
        let mut gap = operation.docs.text.is_some();
        let mut say = |line: String| {
            if gap {
                self.line("///");
            }
            gap = true;
            self.line(&format!("/// {line}"));
        };
        if let Some(newest) = text.requires.0.iter().filter_map(Requirement::newest).max() {
            let reasons = list(&text.requires).join(", ");
            say(format!("Needs manager {newest} or newer: {reasons}."));
        }
        let optional = left_out(&text.parts);
        if !optional.is_empty() {
            say(format!("Left out for a manager without them: {}.", list(&optional).join(", ")));
        }
    }

    /// The part of `impl Operation` with the requirements and the parts of the document.
    pub(super) fn gate(&mut self, operation: &Operation) {
        let rt = self.runtime;
        let text = &operation.text;
        if !text.requires.is_empty() {
            let requires = self.all(&text.requires);
            self.line(&format!("const REQUIRES: &'static [{rt}::Requirement] = {requires};"));
        }
        let Some(newest) = operation.newest else { return };
        let [major, minor, patch] = newest.0;
        self.open(&format!("fn newest(&self) -> Option<{rt}::ManagerVersion> {{"));
        self.line(&format!("Some({rt}::ManagerVersion::new({major}, {minor}, {patch}))"));
        self.close("}");
        self.open(&format!("fn gate(&self) -> {rt}::__private::Requirements {{"));
        let variables = || {
            operation
                .variables
                .iter()
                .filter_map(|field| Some((field, text.variables.get(&field.key)?)))
        };
        let looks = variables()
            .any(|(field, it)| it.is_always_used && (field.deep || !it.needs.is_empty()));
        let gate = if looks { "let mut gate" } else { "let gate" };
        let new = format!("{gate} = {rt}::__private::Requirements::new(Self::REQUIRES)");
        if text.parts.iter().any(|part| !part.when.is_empty()) {
            let parts = self.parts(&text.parts);
            self.line(&format!("const PARTS: &[{rt}::__private::Part] = {parts};"));
            self.line(&format!("{new}.text(Self::DOCUMENT_JSON, PARTS);"));
        } else {
            self.line(&format!("{new};"));
        }
        let mut left_out = Vec::new();
        for (field, variable) in variables() {
            if !variable.when.is_empty() {
                left_out.push(format!("({:?}, {})", field.key, self.when(&variable.when)));
            }
            if variable.is_always_used {
                self.check(field, &variable.needs, "gate.add");
            }
        }
        if left_out.is_empty() {
            self.line("gate");
        } else {
            let all = left_out.join(", ");
            self.line(&format!("const VARIABLES: {rt}::__private::Variables = &[{all}];"));
            self.line("gate.variables(VARIABLES)");
        }
        self.close("}");
    }

    /// Adds the requirements of a value, if one is given.
    fn check(&mut self, field: &InputField, needs: &Requirements, see: &str) {
        let rt = self.runtime;
        if needs.is_empty() && !field.deep {
            return;
        }
        let value = if field.presence == Presence::Required {
            format!("let value = &self.{};", field.ident)
        } else {
            let value = if field.deep { "value" } else { "_" };
            format!(
                "if let Some({value}) = {rt}::__private::Supplied::given(&self.{}) {{",
                field.ident
            )
        };
        let brace = value.ends_with('{');
        if brace {
            self.open(&value)
        } else {
            self.line(&value)
        }
        for since in &needs.0 {
            let since = self.constant(since);
            self.line(&format!("{see}({since});"));
        }
        if field.deep {
            let see =
                if see == "see" { "see".to_owned() } else { format!("&mut |since| {see}(since)") };
            self.line(&format!("{rt}::__private::HasRequirements::gates(value, {see});"));
        }
        if brace {
            self.close("}");
        }
    }

    pub(super) fn gated_enum(&mut self, item: &Enum) {
        let newer: Vec<_> = item
            .values
            .iter()
            .filter_map(|value| {
                let since = self.constant(value.since.as_ref()?);
                Some(format!("Self::{} => see({since}),", value.variant))
            })
            .collect();
        self.gated(&item.name, newer.is_empty(), |out| {
            out.open("match self {");
            for line in &newer {
                out.line(line);
            }
            out.line("_ => {}");
            out.close("}");
        });
    }

    pub(super) fn gated_input(&mut self, input: &Input) {
        // A required field is as old as its type, whose requirement is that of the argument.
        let optional = |field: &InputField| input.one_of || field.presence != Presence::Required;
        let newer = |field: &InputField| field.deep || field.since.is_some() && optional(field);
        let none = !input.fields.iter().any(newer);
        self.gated(&input.name, none, |out| {
            if input.one_of {
                out.open("match self {");
                for field in input.fields.iter().filter(|field| newer(field)) {
                    let bind = if field.deep { "value" } else { "_" };
                    out.open(&format!("Self::{}({bind}) => {{", camel(&field.key)));
                    if let Some(since) = &field.since {
                        let since = out.constant(since);
                        out.line(&format!("see({since});"));
                    }
                    if field.deep {
                        let rt = out.runtime;
                        out.line(&format!("{rt}::__private::HasRequirements::gates(value, see);"));
                    }
                    out.close("}");
                }
                out.line("_ => {}");
                out.close("}");
                return;
            }
            for field in input.fields.iter().filter(|field| newer(field)) {
                let mut needs = Requirements::default();
                needs.add(field.since.clone().filter(|_| optional(field)));
                out.check(field, &needs, "see");
            }
        });
    }

    /// Every type that is sent implements it, so that one set can use the types of another.
    fn gated(&mut self, name: &str, none: bool, body: impl FnOnce(&mut Self)) {
        let rt = self.runtime;
        self.line("");
        if none {
            self.line(&format!("impl {rt}::__private::HasRequirements for {name} {{}}"));
            return;
        }
        self.open(&format!("impl {rt}::__private::HasRequirements for {name} {{"));
        self.open(&format!("fn gates(&self, see: &mut dyn FnMut({rt}::Requirement)) {{"));
        body(self);
        self.close("}");
        self.close("}");
    }

    /// The part of `impl Select` with the text around the selected fields.
    pub(super) fn around(&mut self, projection: &Projection) {
        let rt = self.runtime;
        let (before, after) = &projection.around;
        self.line(&format!(
            "const AROUND: [&'static str; 2] = {:?};",
            [whole(before), whole(after)]
        ));
        if before.iter().chain(after).any(|part| !part.when.is_empty()) {
            let (before, after) = (self.parts(before), self.parts(after));
            self.line(&format!(
                "const AROUND_PARTS: [&'static [{rt}::__private::Part]; 2] = [{before}, {after}];"
            ));
        }
        if !projection.requires.is_empty() {
            let requires = self.all(&projection.requires);
            self.line(&format!(
                "const AROUND_REQUIRES: &'static [{rt}::Requirement] = {requires};"
            ));
        }
    }

    /// The parts of a field in a table, if not every server knows all of it.
    pub(super) fn row_parts(&self, row: &TableRow) -> String {
        if row.parts.iter().all(|part| part.when.is_empty()) {
            return String::new();
        }
        format!(".parts({})", self.parts(&row.parts))
    }
}

/// The requirements of what can be left out.
pub(crate) fn left_out(parts: &[TextPart]) -> Requirements {
    let mut all = Requirements::default();
    all.add(parts.iter().flat_map(|part| &part.when).flat_map(|all| all.0.clone()));
    all
}
