//! The tree to text, in PyYAML's layout, so that a file written here equals one written there.

use super::{
    node::Node,
    resolve::is_plain_string,
    style::{Style, escape, runs},
};

/// Where PyYAML starts to look for a place to fold a line.
const WIDTH: usize = 80;
/// A longer key needs the explicit `?` form: readers look ahead only so far for the colon.
const SIMPLE_KEY: usize = 128;

/// A value of a map: ours, or one that is only passed through.
#[derive(Clone, Debug)]
pub(crate) enum Field<'a> {
    Text(&'a str),
    Null,
    Node(&'a Node),
    /// A list of maps.
    Maps(Vec<Vec<(Key<'a>, Field<'a>)>>),
}

/// A key: ours, or one that is only passed through.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key<'a> {
    Text(&'a str),
    Node(&'a Node),
}

/// The entries of a map in the order in which they are written.
#[derive(Default)]
pub(crate) struct Document<'a> {
    entries: Vec<(Key<'a>, Field<'a>)>,
}

impl<'a> Document<'a> {
    pub(crate) fn push(&mut self, key: &'a str, field: Field<'a>) {
        self.entries.push((Key::Text(key), field));
    }

    pub(crate) fn push_node(&mut self, key: &'a Node, value: &'a Node) {
        self.entries.push((Key::Node(key), Field::Node(value)));
    }

    /// Its entries, sorted by key as PyYAML sorts them.
    pub(crate) fn sorted(mut self) -> Vec<(Key<'a>, Field<'a>)> {
        self.entries.sort_by(|(one, _), (other, _)| one.text().cmp(other.text()));
        self.entries
    }

    pub(crate) fn write(self) -> String {
        let mut writer = Writer::default();
        writer.fields(&self.sorted(), 0);
        writer.text
    }
}

impl<'a> Key<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Text(text) => text,
            Self::Node(Node::Scalar(scalar)) => &scalar.text,
            Self::Node(_) => "",
        }
    }
}

#[derive(Default)]
struct Writer {
    text: String,
    /// Characters since the last line break.
    column: usize,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.chars().count();
    }

    fn line(&mut self, indent: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    /// The entries of a map whose first key stands where the writer is.
    fn fields(&mut self, entries: &[(Key<'_>, Field<'_>)], indent: usize) {
        for (number, (key, field)) in entries.iter().enumerate() {
            if number > 0 {
                self.indent(indent);
            }
            match key {
                Key::Text(text) => self.key(|writer| writer.string(text, indent + 2), indent),
                Key::Node(node) => {
                    self.key(|writer| writer.scalar_or_flow(node, indent + 2), indent);
                }
            }
            match field {
                Field::Text(text) => {
                    self.put(" ");
                    self.string(text, indent + 2);
                    self.newline();
                }
                Field::Null => {
                    self.put(" null");
                    self.newline();
                }
                Field::Node(node) => self.value(node, indent),
                Field::Maps(maps) if maps.is_empty() => {
                    self.put(" []");
                    self.newline();
                }
                Field::Maps(maps) => {
                    self.newline();
                    for map in maps {
                        self.indent(indent);
                        self.put("- ");
                        self.fields(map, indent + 2);
                    }
                }
            }
        }
    }

    /// A key and its colon; `? key` on a line of its own if it is long or has line breaks.
    fn key(&mut self, write: impl Fn(&mut Self), indent: usize) {
        let mut probe = Self::default();
        write(&mut probe);
        if probe.text.contains('\n') || probe.column >= SIMPLE_KEY {
            self.put("? ");
            write(self);
            self.line(indent);
        } else {
            self.put(&probe.text);
        }
        self.put(":");
    }

    /// A value that is passed through, after its key's colon.
    fn value(&mut self, node: &Node, indent: usize) {
        match node {
            Node::Scalar(_) => {
                self.put(" ");
                self.scalar(node, indent + 2);
                self.newline();
            }
            Node::Sequence { tag, items } => {
                self.tag(tag.as_deref());
                if items.is_empty() {
                    self.put(" []");
                    self.newline();
                } else {
                    self.newline();
                    self.items(items, indent, false);
                }
            }
            Node::Mapping { tag, entries } => {
                self.tag(tag.as_deref());
                if entries.is_empty() {
                    self.put(" {}");
                    self.newline();
                } else {
                    self.newline();
                    self.indent(indent + 2);
                    self.entries(entries, indent + 2);
                }
            }
        }
    }

    fn tag(&mut self, tag: Option<&str>) {
        if let Some(tag) = tag {
            self.put(" !!");
            self.put(tag);
        }
    }

    /// The items of a list, one dash each. `inline`: the first dash stands where the writer is.
    fn items(&mut self, items: &[Node], indent: usize, inline: bool) {
        for (number, item) in items.iter().enumerate() {
            if number > 0 || !inline {
                self.indent(indent);
            }
            self.put("-");
            match item {
                Node::Sequence { tag: None, items } if !items.is_empty() => {
                    self.put(" ");
                    self.items(items, indent + 2, true);
                }
                Node::Mapping { tag: None, entries } if !entries.is_empty() => {
                    self.put(" ");
                    self.entries(entries, indent + 2);
                }
                _ => self.value(item, indent),
            }
        }
    }

    fn entries(&mut self, entries: &[(Node, Node)], indent: usize) {
        let fields: Vec<_> =
            entries.iter().map(|(key, value)| (Key::Node(key), Field::Node(value))).collect();
        self.fields(&fields, indent);
    }

    /// A key that is a list or a map can only be written on one line.
    fn scalar_or_flow(&mut self, node: &Node, indent: usize) {
        match node {
            Node::Scalar(_) => self.scalar(node, indent),
            Node::Sequence { items, .. } => {
                self.put("[");
                for item in items {
                    self.flow(item);
                    self.put(", ");
                }
                self.put("]");
            }
            Node::Mapping { entries, .. } => {
                self.put("{");
                for (key, value) in entries {
                    self.put("? ");
                    self.flow(key);
                    self.put(" : ");
                    self.flow(value);
                    self.put(", ");
                }
                self.put("}");
            }
        }
    }

    /// A node inside a flow collection, where plain text may end early: always quoted unless it
    /// is of another type.
    fn flow(&mut self, node: &Node) {
        match node {
            Node::Scalar(scalar) if !scalar.plain || node.as_key().is_some() => {
                self.double_quoted(&scalar.text);
            }
            _ => self.scalar_or_flow(node, 0),
        }
    }

    fn scalar(&mut self, node: &Node, indent: usize) {
        let Node::Scalar(scalar) = node else { return };
        match scalar.tag.as_deref() {
            None | Some("str") if !(scalar.plain && scalar.tag.is_none()) => {
                self.string(&scalar.text, indent);
            }
            // Not a string: the text must stay without quotes to stay what it is.
            None if !is_plain_string(&scalar.text) => self.put(&scalar.text),
            None => self.string(&scalar.text, indent),
            Some(tag) => {
                self.put(&format!("!!{tag} "));
                self.double_quoted(&scalar.text);
            }
        }
    }

    /// A string in the style that PyYAML chooses.
    fn string(&mut self, text: &str, indent: usize) {
        let style = Style::of(text);
        match style {
            Style::Plain => self.plain(text, indent),
            Style::Single => self.single_quoted(text, indent),
            Style::Double => self.folded_double_quoted(text, indent),
        }
    }

    fn plain(&mut self, text: &str, indent: usize) {
        for run in runs(text) {
            if run == " " && self.column > WIDTH {
                self.line(indent);
            } else {
                self.put(run);
            }
        }
    }

    fn single_quoted(&mut self, text: &str, indent: usize) {
        self.put("'");
        let mut at = 0;
        for run in runs(text) {
            let inner = at > 0 && at + run.len() < text.len();
            at += run.len();
            if run.starts_with('\n') {
                // One break more than there are: the first only folds.
                self.text.push('\n');
                self.text.push_str(run);
                self.column = 0;
                self.put(&" ".repeat(indent));
            } else if run == " " && inner && self.column > WIDTH {
                self.line(indent);
            } else {
                self.put(&run.replace('\'', "''"));
            }
        }
        self.put("'");
    }

    /// On one line, for places where a fold is not allowed.
    fn double_quoted(&mut self, text: &str) {
        self.put("\"");
        for c in text.chars() {
            self.put(&escape(c).unwrap_or_else(|| c.to_string()));
        }
        self.put("\"");
    }

    fn folded_double_quoted(&mut self, text: &str, indent: usize) {
        self.put("\"");
        let chars: Vec<char> = text.chars().collect();
        // What is read but not yet written: a word without escapes.
        let mut pending = String::new();
        for (at, &c) in chars.iter().enumerate() {
            let escaped = escape(c);
            if let Some(escaped) = &escaped {
                self.put(&std::mem::take(&mut pending));
                self.put(escaped);
            }
            let inner = at > 0 && at + 1 < chars.len();
            // A fold goes before a space, or where no word is waiting. PyYAML counts one less
            // behind an escape.
            let (place, reached, next) = match escaped {
                Some(_) => (true, self.column.saturating_sub(1), chars.get(at + 1)),
                None => {
                    let reached = self.column + pending.chars().count();
                    (c == ' ' || pending.is_empty(), reached, Some(&c))
                }
            };
            if inner && place && reached > WIDTH {
                self.put(&std::mem::take(&mut pending));
                self.put("\\");
                self.line(indent);
                if next == Some(&' ') {
                    self.put("\\");
                }
            }
            if escaped.is_none() {
                pending.push(c);
            }
        }
        self.put(&pending);
        self.put("\"");
    }

    fn newline(&mut self) {
        self.line(0);
    }

    fn indent(&mut self, indent: usize) {
        self.put(&" ".repeat(indent));
    }
}
