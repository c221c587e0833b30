//! Pagination of lists.

use super::{Scope, Writer};
use crate::model::{InputField, Key, Member, Operation, Page, Presence, Rows, Wrap};

impl Writer<'_> {
    pub(super) fn page(
        &mut self,
        operation: &Operation,
        page: &Page,
        scope: Scope<'_>,
        data: &str,
    ) {
        let rt = self.runtime;
        let item = self.shape(&page.item, scope);
        self.line("");
        self.open(&format!("impl {rt}::Paginated for {} {{", operation.name));
        self.line(&format!("type Item = {item};"));
        let walks = [
            (page.keyset, "Keyset"),
            (page.window.is_some(), "Offset"),
            (page.cursor.is_some(), "Cursor"),
        ];
        let walks: Vec<_> = walks
            .iter()
            .filter(|(possible, _)| *possible)
            .map(|(_, walk)| format!("{rt}::Pagination::{walk}"))
            .collect();
        self.line(&format!(
            "const STRATEGIES: &'static [{rt}::Pagination] = &[{}];",
            walks.join(", ")
        ));
        if let Some(key) = &page.key {
            self.line(&format!("const KEY: Option<&'static str> = Some({:?});", key.columns));
        }
        self.variables(operation, page);
        if let Some(key) = page.key.as_ref().filter(|key| !key.members.is_empty()) {
            self.key(key, page.item.wraps.first() == Some(&Wrap::Option), &item);
        }
        self.open(&format!("fn page(data: {data}) -> Option<{rt}::Page<{item}>> {{"));
        self.line(&format!("let list = data.{};", get(&page.root)));
        self.line(&match &page.total {
            None => "let total = None;".to_owned(),
            Some(Member { ident, optional: true }) => {
                format!("let total = list.{ident}.and_then(|total| u64::try_from(total).ok());")
            }
            Some(Member { ident, .. }) => format!("let total = u64::try_from(list.{ident}).ok();"),
        });
        self.rows(&page.rows);
        self.close("}");
        self.close("}");
    }

    /// The methods that set the variables.
    fn variables(&mut self, operation: &Operation, page: &Page) {
        let rt = self.runtime;
        let variable = |at: usize| operation.variables.get(at);
        let unset = |variable: &InputField| {
            (variable.presence == Presence::Nullable)
                .then(|| format!("self.{} = {rt}::MaybeUndefined::Undefined;", variable.ident))
        };
        let set = |variable: &InputField, value: &str| {
            let value = match variable.presence {
                Presence::Required => value.to_owned(),
                Presence::Defaulted | Presence::Stated => format!("Some({value})"),
                Presence::Nullable => format!("{rt}::MaybeUndefined::Value({value})"),
            };
            format!("self.{} = {value};", variable.ident)
        };
        if let Some(window) = &page.window {
            self.open("fn set_window(&mut self, limit: i32, offset: i32) {");
            for (at, name) in [(window.limit, "limit"), (window.offset, "offset")] {
                self.lines(variable(at).map(|it| set(it, name)));
            }
            if let Some(cursor) = &page.cursor {
                let others = [cursor.first, cursor.after].into_iter().chain(cursor.others.clone());
                self.lines(others.filter_map(variable).filter_map(unset));
            }
            self.close("}");
        }
        if let Some(cursor) = &page.cursor {
            self.open("fn set_cursor(&mut self, first: i32, after: Option<String>) {");
            self.lines(variable(cursor.first).map(|it| set(it, "first")));
            if let Some(after) = variable(cursor.after) {
                self.line(&format!(
                    "self.{} = after.map_or({rt}::MaybeUndefined::Undefined, {rt}::MaybeUndefined::Value);",
                    after.ident
                ));
            }
            let window = page.window.iter().flat_map(|window| [window.limit, window.offset]);
            let others = window.chain(cursor.others.clone());
            self.lines(others.filter_map(variable).filter_map(unset));
            self.close("}");
        }
        for (name, at) in [("order_mut", page.order), ("filter_mut", page.filter)] {
            if let Some(variable) = at.and_then(variable) {
                self.open(&format!(
                    "fn {name}(&mut self) -> Option<&mut {rt}::MaybeUndefined<String>> {{"
                ));
                self.line(&format!("Some(&mut self.{})", variable.ident));
                self.close("}");
            }
        }
        let orders: Vec<_> = page
            .orders
            .iter()
            .filter_map(|at| variable(*at))
            .map(|it| format!("matches!(self.{}, {rt}::MaybeUndefined::Value(_))", it.ident))
            .collect();
        if !orders.is_empty() {
            self.open("fn is_ordered(&self) -> bool {");
            self.line(&orders.join(" || "));
            self.close("}");
        }
    }

    fn lines(&mut self, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            self.line(&line);
        }
    }

    fn key(&mut self, key: &Key, item_optional: bool, item: &str) {
        self.open(&format!("fn key(item: &{item}) -> Option<String> {{"));
        if item_optional {
            self.line("let item = item.as_ref()?;");
        }
        let parts: Vec<_> = key
            .members
            .iter()
            .map(|Member { ident, optional }| {
                format!("item.{ident}{}.to_string()", if *optional { ".as_ref()?" } else { "" })
            })
            .collect();
        self.line(&match parts.as_slice() {
            [part] => format!("Some({part})"),
            parts => format!("Some([{}].join(\"\\n\"))", parts.join(", ")),
        });
        self.close("}");
    }

    fn rows(&mut self, rows: &Rows) {
        let rt = self.runtime;
        match rows {
            Rows::Items(items) => {
                self.line(&format!("Some({rt}::Page::new(list.{}, total))", get(items)));
            }
            Rows::Edges { edges, edge_optional, node, at, info, more, end } => {
                let cursor = |at: &Member| {
                    let Member { ident, optional } = at;
                    if *optional { format!("edge.{ident}") } else { format!("Some(edge.{ident})") }
                };
                let wrap = *edge_optional && !node.optional;
                let row = if wrap {
                    format!("Some(edge.{})", node.ident)
                } else {
                    format!("edge.{}", node.ident)
                };
                let pair = format!("({row}, {})", cursor(at));
                self.line(&format!("let edges = list.{}.into_iter();", get(edges)));
                self.line(&if *edge_optional {
                    format!(
                        "let edges = edges.map(|edge| edge.map_or((None, None), |edge| {pair}));"
                    )
                } else {
                    format!("let edges = edges.map(|edge| {pair});")
                });
                self.line("let (items, cursors): (Vec<_>, Vec<_>) = edges.unzip();");
                self.line(&format!("let info = list.{};", get(info)));
                let more = format!(
                    "info.{}{}",
                    more.ident,
                    if more.optional { " == Some(true)" } else { "" }
                );
                let end = if end.optional {
                    format!("info.{}", end.ident)
                } else {
                    format!("Some(info.{})", end.ident)
                };
                self.line(&format!(
                    "Some({rt}::Page::new(items, total).with_cursors(cursors, {end}, {more}))"
                ));
            }
        }
    }
}

fn get(member: &Member) -> String {
    format!("{}{}", member.ident, if member.optional { "?" } else { "" })
}
