//! The contexts file as a value: text in, text out.

use crate::{
    context::Context,
    yaml::{self, Node, Problem},
};

const CONTEXTS: &str = "contexts";
const CURRENT: &str = "current_context_name";
const API_TOKEN: &str = "api_token";
const EMAIL: &str = "email";
const ENDPOINT: &str = "endpoint";
const NAME: &str = "name";
/// The current context where the file names none.
const DEFAULT: &str = "default";

/// What `.yatai.yaml` holds.
#[derive(Clone, Debug)]
pub struct Config {
    entries: Vec<Entry>,
    current: String,
    /// Keys that neither client knows. They are kept.
    extra: Vec<(Node, Node)>,
    /// The file holds something else altogether: what it is.
    foreign: Option<&'static str>,
}

#[derive(Clone, Debug)]
struct Entry {
    context: Context,
    extra: Vec<(Node, Node)>,
}

impl Default for Config {
    /// No contexts; the current one is called `default`.
    fn default() -> Self {
        Self { entries: vec![], current: DEFAULT.to_owned(), extra: vec![], foreign: None }
    }
}

impl Config {
    /// The contexts in the order of the file. Two can have one name; the first counts.
    pub fn contexts(&self) -> impl ExactSizeIterator<Item = &Context> {
        self.entries.iter().map(|entry| &entry.context)
    }

    /// The name of the current context, whether or not there is one of that name.
    pub fn current_name(&self) -> &str {
        &self.current
    }

    /// The first context of that name.
    pub fn get(&self, name: &str) -> Option<&Context> {
        self.contexts().find(|context| context.name == name)
    }

    /// What the file holds if it is no contexts file but can be taken for an empty one.
    pub(crate) fn foreign(&self) -> Option<&'static str> {
        self.foreign
    }

    /// Replaces the first context of that name in its place, or appends. Whether it replaced.
    pub(crate) fn put(&mut self, context: Context) -> bool {
        match self.entries.iter_mut().find(|entry| entry.context.name == context.name) {
            Some(entry) => {
                entry.context = context;
                true
            }
            None => {
                self.entries.push(Entry { context, extra: vec![] });
                false
            }
        }
    }

    pub(crate) fn set_current(&mut self, name: &str) {
        name.clone_into(&mut self.current);
    }

    /// Removes every context of that name and returns the first. A second one of that name would
    /// otherwise come to light.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Context> {
        let removed = self.get(name)?.clone();
        self.entries.retain(|entry| entry.context.name != name);
        Some(removed)
    }

    /// Reads a file's text as the real client does.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let Some(root) = yaml::parse(text)? else { return Ok(Self::default()) };
        match root {
            Node::Mapping { entries, .. } => Self::from_map(entries),
            Node::Sequence { items, .. } if items.is_empty() => Ok(Self::default()),
            Node::Sequence { items, .. } => {
                let is_ours = |item: &Node| matches!(item.as_key(), Some(CONTEXTS | CURRENT));
                if items.iter().any(is_ours) {
                    return Err(shape("the file holds a list, not a map"));
                }
                Ok(Self { foreign: Some("a list"), ..Self::default() })
            }
            Node::Scalar(scalar) if scalar.is_falsy() => Ok(Self::default()),
            Node::Scalar(scalar) => {
                // The real client looks whether the key is "in" the text.
                let is_ours = scalar.text.contains(CONTEXTS) || scalar.text.contains(CURRENT);
                if scalar.value() != yaml::Value::Str || is_ours {
                    return Err(at(&scalar, "the file holds a single value, not a map"));
                }
                Ok(Self { foreign: Some("a single value"), ..Self::default() })
            }
        }
    }

    fn from_map(entries: Vec<(Node, Node)>) -> Result<Self, Problem> {
        let mut config = Self::default();
        for (key, value) in merged(entries)? {
            match key.as_key() {
                Some(CONTEXTS) => config.entries = contexts(value)?,
                Some(CURRENT) => {
                    config.current = text(CURRENT, &value)?.unwrap_or_else(|| "None".to_owned());
                }
                _ => config.extra.push((key, value)),
            }
        }
        Ok(config)
    }

    /// The file's text, with sorted keys as the real client writes it.
    pub(crate) fn to_yaml(&self) -> String {
        let mut text = format!("{CONTEXTS}:{}\n", if self.entries.is_empty() { " []" } else { "" });
        for Entry { context, extra } in &self.entries {
            let email = context.email.as_deref().map_or("null".to_owned(), yaml::string);
            let known = [
                (API_TOKEN, yaml::string(context.api_token.expose())),
                (EMAIL, email),
                (ENDPOINT, yaml::string(&context.endpoint)),
                (NAME, yaml::string(&context.name)),
            ];
            for (number, line) in lines(&known, extra).into_iter().enumerate() {
                let start = if number == 0 { "- " } else { "  " };
                text.push_str(&format!("{start}{}\n", line.replace('\n', "\n  ")));
            }
        }
        for line in lines(&[(CURRENT, yaml::string(&self.current))], &self.extra) {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

/// The entries of a map, sorted by key.
fn lines(known: &[(&str, String)], extra: &[(Node, Node)]) -> Vec<String> {
    let known = known.iter().map(|(key, value)| ((*key).to_owned(), format!("{key}: {value}")));
    let extra = extra.iter().map(|(key, value)| match key.as_key() {
        Some(name) if name.len() < 100 => {
            (name.to_owned(), format!("{}: {}", yaml::string(name), yaml::flow(value)))
        }
        // Readers look ahead only so far for a colon, so other keys need the explicit form.
        _ => (String::new(), format!("? {}\n: {}", yaml::flow(key), yaml::flow(value))),
    });
    let mut lines: Vec<_> = known.chain(extra).collect();
    lines.sort_by(|(one, _), (other, _)| one.cmp(other));
    lines.into_iter().map(|(_, line)| line).collect()
}

fn contexts(node: Node) -> Result<Vec<Entry>, Problem> {
    let Node::Sequence { items, .. } = node else {
        return Err(shape(format!("`{CONTEXTS}` must be a list, but is {}", node.kind())));
    };
    items.into_iter().enumerate().map(|(number, item)| entry(number + 1, item)).collect()
}

fn entry(number: usize, node: Node) -> Result<Entry, Problem> {
    let Node::Mapping { entries, .. } = node else {
        return Err(shape(format!("context {number} must be a map, but is {}", node.kind())));
    };
    let (mut name, mut endpoint, mut api_token, mut email) = (None, None, None, None);
    let mut extra = Vec::new();
    // Null is the word "None" to the real client, except for the e-mail address.
    let some = |text: Option<String>| Some(text.unwrap_or_else(|| "None".to_owned()));
    for (key, value) in merged(entries)? {
        match key.as_key() {
            Some(NAME) => name = some(text(NAME, &value)?),
            Some(ENDPOINT) => endpoint = some(text(ENDPOINT, &value)?),
            Some(API_TOKEN) => api_token = some(text(API_TOKEN, &value)?),
            Some(EMAIL) => email = text(EMAIL, &value)?,
            _ => extra.push((key, value)),
        }
    }
    let called = name.as_deref().map_or(String::new(), |name| format!(" (`{name}`)"));
    let missing = |key| shape(format!("context {number}{called} has no `{key}`"));
    let context = Context {
        email,
        ..Context::new(
            name.clone().ok_or_else(|| missing(NAME))?,
            endpoint.ok_or_else(|| missing(ENDPOINT))?,
            api_token.ok_or_else(|| missing(API_TOKEN))?,
        )
    };
    Ok(Entry { context, extra })
}

fn text(key: &str, node: &Node) -> Result<Option<String>, Problem> {
    match node {
        Node::Scalar(scalar) => scalar.string(),
        other => Err(shape(format!("`{key}` must be text, but is {}", other.kind()))),
    }
}

/// The map with its `<<` entries put in, and of equal keys the last. Keys of the map itself win
/// over merged ones, and of several merged maps the first wins.
fn merged(entries: Vec<(Node, Node)>) -> Result<Vec<(Node, Node)>, Problem> {
    let mut own = Vec::new();
    let mut all = Vec::new();
    for (key, value) in entries {
        let merge = matches!(&key, Node::Scalar(key) if key.plain && key.text == "<<");
        match value {
            _ if !merge => own.push((key, value)),
            Node::Mapping { entries, .. } => all.extend(merged(entries)?),
            Node::Sequence { items, .. } => {
                for item in items.into_iter().rev() {
                    let Node::Mapping { entries, .. } = item else {
                        return Err(shape("`<<` takes a map or a list of maps"));
                    };
                    all.extend(merged(entries)?);
                }
            }
            Node::Scalar(scalar) => return Err(at(&scalar, "`<<` takes a map or a list of maps")),
        }
    }
    all.extend(own);
    let mut last: Vec<(Node, Node)> = Vec::new();
    for (key, value) in all {
        match last.iter_mut().find(|(known, _)| same(known, &key)) {
            Some(entry) => entry.1 = value,
            None => last.push((key, value)),
        }
    }
    Ok(last)
}

fn same(one: &Node, other: &Node) -> bool {
    match (one.as_key(), other.as_key()) {
        (None, None) => one == other,
        (one, other) => one == other,
    }
}

fn shape(message: impl Into<String>) -> Problem {
    // A rule about the whole file has no line of its own.
    Problem { line: 0, column: 0, message: message.into() }
}

fn at(scalar: &yaml::Scalar, message: &str) -> Problem {
    Problem { line: scalar.line, column: scalar.column, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        Config::parse(text).unwrap().to_yaml()
    }

    #[test]
    fn unknown_keys_survive_with_their_types() {
        let text = "\
about: {list: [1, 'two', [3]], empty: {}, none: ~, when: 2024-01-02, '0123': \"x: y\"}
contexts:
- api_token: t
  email: null
  endpoint: e
  name: n
  org:
    team: 'yes'
    sizes: [0x1F, 1.5, !!str 7, !!int '8']
  zone: on
current_context_name: n
list:
- - a
  - b: 1
    c: 2
- []
-
";
        let expected = "\
contexts:
- api_token: t
  email: null
  endpoint: e
  name: n
  org: {team: \"yes\", sizes: [0x1F, 1.5, \"7\", !!int \"8\"]}
  zone: on
about: {list: [1, two, [3]], empty: {}, none: ~, when: 2024-01-02, \"0123\": \"x: y\"}
current_context_name: n
list: [[a, {b: 1, c: 2}], [], ~]
";
        assert_eq!(rewritten(text), expected);
        assert_eq!(rewritten(expected), expected);
    }

    #[test]
    fn merge_keys_are_flattened_where_a_context_is() {
        let text = "\
x: &x {endpoint: one, api_token: t, more: 1}
y: &y {endpoint: two, name: y}
contexts:
- {<<: [*x, *y], name: own, name: last}
";
        let config = Config::parse(text).unwrap();
        let context = config.contexts().next().unwrap();
        assert_eq!((context.name.as_str(), context.endpoint.as_str()), ("last", "one"));
        assert!(config.to_yaml().contains("  more: 1\n"), "{}", config.to_yaml());
    }

    #[test]
    fn strange_keys_are_written_back_as_they_were() {
        let long = "k".repeat(200);
        let text = format!("? [a, {{b: 1}}]\n: x\n? \"two\\nlines\"\n: y\n{long}: z\n1: one\n");
        let once = rewritten(&text);
        assert_eq!(rewritten(&once), once);
        for part in ["? [a, {b: 1}]\n: x", "\"two\\nlines\": y\n", "? kkk", "? 1\n: one"] {
            assert!(once.contains(part), "{part} in {once}");
        }
    }

    #[test]
    fn aliases_cannot_blow_the_file_up() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let below = format!("*a{}", level - 1);
            text += &format!("a{level}: &a{level} [{}]\n", [below.as_str(); 10].join(", "));
        }
        let problem = Config::parse(&text).unwrap_err();
        assert!(problem.message.contains("unfold"), "{problem:?}");
        let problem = Config::parse("a: &a [*a]\n").unwrap_err();
        assert_eq!(problem.line, 1, "{problem:?}");
    }
}
