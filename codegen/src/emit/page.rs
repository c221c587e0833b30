//! Pagination of lists.

use super::{Scope, Writer};
use crate::model::{Base, Key, Member, Operation, Page, Rows, Step, Wrap};

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
        if let Some(key) = page.key.as_ref().filter(|key| !key.members.is_empty()) {
            self.key(key, page.item.wraps.first() == Some(&Wrap::Option), &item);
        }
        self.open(&format!("fn page(&self, data: {data}) -> Option<{rt}::Page<{item}>> {{"));
        let mut from = "data";
        for step in &page.path {
            self.line(&match step {
                Step::Field(member) => format!("let list = {from}.{};", get(member)),
                Step::Variant { of, name } => {
                    let of = self.path(&Base::Output(*of), scope);
                    format!("let {of}::{name}(list) = {from} else {{ return None }};")
                }
            });
            from = "list";
        }
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
            Rows::Nodes { nodes, info, more, end } => {
                self.line(&format!("let items = list.{};", get(nodes)));
                self.line("let cursors = items.iter().map(|_| None).collect();");
                self.page_info(info, more, end);
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
                self.page_info(info, more, end);
            }
        }
    }

    /// The page of a connection, with what it reports beside its rows.
    fn page_info(&mut self, info: &Member, more: &Member, end: &Member) {
        self.line(&format!("let info = list.{};", get(info)));
        let is_true = if more.optional { " == Some(true)" } else { "" };
        let more = format!("info.{}{is_true}", more.ident);
        let end = if end.optional {
            format!("info.{}", end.ident)
        } else {
            format!("Some(info.{})", end.ident)
        };
        self.line(&format!(
            "Some({}::Page::new(items, total).with_cursors(cursors, {end}, {more}))",
            self.runtime
        ));
    }
}

fn get(member: &Member) -> String {
    format!("{}{}", member.ident, if member.optional { "?" } else { "" })
}
