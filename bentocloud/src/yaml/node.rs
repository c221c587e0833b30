//! Parses text to a tree that keeps quotes, tags and order.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Span, Tag};

/// How many nodes a file may unfold to. A real file has a handful; aliases can multiply.
const NODES: usize = 100_000;
/// The namespace of the tags that PyYAML's safe loader knows.
const CORE: &str = "tag:yaml.org,2002:";
/// Those tags.
const SAFE: [&str; 12] = [
    "null",
    "bool",
    "int",
    "float",
    "binary",
    "timestamp",
    "omap",
    "pairs",
    "set",
    "str",
    "seq",
    "map",
];

/// Something that the file should not hold, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) message: String,
}

/// A scalar as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    /// Without quotes and not a block: YAML 1.1 decides what it is.
    pub(crate) plain: bool,
    /// A tag of the core namespace, such as `int`. The non-specific `!` is `str`.
    pub(crate) tag: Option<String>,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// One node of the tree. Aliases are unfolded, merge keys are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Scalar(Scalar),
    Sequence { tag: Option<String>, items: Vec<Node> },
    Mapping { tag: Option<String>, entries: Vec<(Node, Node)> },
}

impl Node {
    /// What a person would call it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Scalar(_) => "a single value",
            Self::Sequence { .. } => "a list",
            Self::Mapping { .. } => "a map",
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Scalar(_) => 1,
            Self::Sequence { items, .. } => 1 + items.iter().map(Self::size).sum::<usize>(),
            Self::Mapping { entries, .. } => {
                1 + entries.iter().map(|(key, value)| key.size() + value.size()).sum::<usize>()
            }
        }
    }
}

/// The only document in `text`, or nothing if there is none.
pub(crate) fn parse(text: &str) -> Result<Option<Node>, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    printable(text)?;
    Reader { parser: Parser::new_from_str(text), anchors: HashMap::new(), nodes: 0 }.document()
}

/// YAML's own alphabet. The parser is laxer here than PyYAML.
fn printable(text: &str) -> Result<(), Problem> {
    for (line, content) in text.split('\n').enumerate() {
        for (column, c) in content.chars().enumerate() {
            let allowed = matches!(c, '\t' | '\r' | '\u{85}' | ' '..='~')
                || (c >= '\u{a0}' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
            if !allowed {
                return Err(Problem {
                    line: line + 1,
                    column: column + 1,
                    message: format!("the control character {c:?} is not allowed in YAML"),
                });
            }
        }
    }
    Ok(())
}

struct Reader<'input> {
    parser: Parser<'input, granit_parser::StrInput<'input>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl<'input> Reader<'input> {
    fn document(mut self) -> Result<Option<Node>, Problem> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) if root.is_none() => {
                    let (event, span) = self.next()?;
                    root = Some(self.node(event, span)?);
                }
                Event::StreamEnd => return Ok(root),
                _ => return Err(problem(span, "the file holds a second document")),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'input>, Span), Problem> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(Problem {
                line: error.marker().line(),
                column: error.marker().col() + 1,
                message: error.info(),
            }),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'input>, span: Span) -> Result<Node, Problem> {
        let (node, anchor) = match event {
            Event::Alias(anchor) => {
                // An anchor is stored once its node is complete, so this also refuses a node that
                // holds itself.
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or_else(|| problem(span, "the alias points into itself"))?;
                self.count(node.size(), span)?;
                return Ok(node);
            }
            Event::Scalar(text, style, anchor, tag) => {
                let scalar = Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                    tag: known(tag.as_deref(), span)?,
                    line: span.start.line(),
                    column: span.start.col() + 1,
                };
                (Node::Scalar(scalar), anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                let tag = known(tag.as_deref(), span)?;
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, span) => items.push(self.node(event, span)?),
                    }
                }
                (Node::Sequence { tag, items }, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                let tag = known(tag.as_deref(), span)?;
                let mut entries = Vec::new();
                loop {
                    let key = match self.next()? {
                        (Event::MappingEnd, _) => break,
                        (event, span) => self.node(event, span)?,
                    };
                    let (event, span) = self.next()?;
                    entries.push((key, self.node(event, span)?));
                }
                (Node::Mapping { tag, entries }, anchor)
            }
            _ => return Err(problem(span, "a value is missing here")),
        };
        self.count(1, span)?;
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), Problem> {
        self.nodes += nodes;
        if self.nodes > NODES {
            return Err(problem(
                span,
                "aliases unfold to more nodes than a contexts file can have",
            ));
        }
        Ok(())
    }
}

/// The tag's short name, if PyYAML's safe loader would construct it.
fn known(tag: Option<&Tag>, span: Span) -> Result<Option<String>, Problem> {
    let Some(tag) = tag else { return Ok(None) };
    let full = format!("{}{}", tag.handle(), tag.suffix());
    if full == "!" {
        return Ok(Some("str".to_owned()));
    }
    match full.strip_prefix(CORE) {
        Some(short) if SAFE.contains(&short) => Ok(Some(short.to_owned())),
        _ => {
            Err(problem(span, &format!("the tag `{full}` is not one that a contexts file may use")))
        }
    }
}

fn problem(span: Span, message: &str) -> Problem {
    Problem { line: span.start.line(), column: span.start.col() + 1, message: message.to_owned() }
}
