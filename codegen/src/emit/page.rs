//! Pagination of lists.

use super::{Scope, Writer};
use crate::model::{Key, Member, Operation, Page, Rows, Wrap};

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
