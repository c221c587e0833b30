//! Random documents for random schemas, and what becomes of them by a small change: the generator accepts what
//! apollo-compiler accepts.

use apollo_compiler::{ExecutableDocument, ast, name};
use apollo_smith::{DocumentBuilder, Unstructured};
use backendai_codegen::{Options, Schema};

const SEEDS: u64 = 40;
/// Documents of each seed that differ from a random one in one word.
const CHANGES: u64 = 4;

/// What is an error to the validator and a warning to the generator.
const MILD: &[&str] = &["UnusedVariable", "UnusedFragment"];

/// A sequence of pseudo-random numbers.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(count).unwrap()).unwrap()
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

/// A random schema and a random document for it.
fn generate(random: &mut Random) -> Option<(String, String)> {
    let bytes = random.bytes(1 << 15);
    let mut source = Unstructured::new(&bytes);
    let builder = DocumentBuilder::new(&mut source)
        .max_scalar_types(3)
        .max_enum_types(4)
        .max_interface_types(4)
        .max_object_types(6)
        .max_union_types(3)
        .max_input_object_types(4)
        .max_fragment_definitions(4)
        .max_directive_definitions(3)
        .max_operation_definitions(3);
    let text = String::from(builder.build().ok()?);
    let (mut schema, mut document) = (String::new(), String::new());
    for mut definition in ast::Document::parse(text, "random").ok()?.definitions {
        // An operation without a name is refused, whatever else is in it.
        if let ast::Definition::OperationDefinition(operation) = &mut definition
            && operation.name.is_none()
        {
            operation.make_mut().name = Some(name!("Random"));
        }
        let part = if definition.is_executable_definition() { &mut document } else { &mut schema };
        part.push_str(&definition.to_string());
        part.push('\n');
    }
    Some((schema, document))
}

/// Puts a word of the document or the schema in place of another.
fn change(random: &mut Random, schema: &str, document: &str) -> String {
    let words = |text: &str| -> Vec<(usize, usize)> {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut words = Vec::new();
        let mut start = None;
        for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
            match (is_word(c), start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    words.push((from, at));
                    start = None;
                }
                _ => {}
            }
        }
        words
    };
    let places = words(document);
    let (from, to) = places[random.below(places.len())];
    let source = if random.below(2) == 0 { schema } else { document };
    let others = words(source);
    let (begin, end) = others[random.below(others.len())];
    format!("{}{}{}", &document[..from], &source[begin..end], &document[to..])
}

#[test]
fn what_is_accepted_is_what_the_validator_accepts() {
    let (mut valid, mut invalid, mut schemas) = (0, 0, 0);
    let mut differing = Vec::new();
    for seed in 0..SEEDS {
        let mut random = Random(seed);
        let Some((schema, document)) = generate(&mut random) else { continue };
        let oracle = apollo_compiler::Schema::parse_and_validate(&schema, "schema");
        let known = match (oracle, Schema::parse("schema".as_ref(), &schema)) {
            (Ok(_), Err(failure)) => panic!("{seed}: the schema is refused: {failure}\n{schema}"),
            (Err(_), _) => continue,
            (Ok(_), Ok(known)) => known,
        };
        schemas += 1;
        let changed: Vec<_> =
            (0..CHANGES).map(|_| change(&mut random, &schema, &document)).collect();
        for document in [document].into_iter().chain(changed) {
            let oracle =
                ExecutableDocument::parse_and_validate(known.definitions(), &document, "d");
            let options = Options::new().runtime("::r").schema("s").text("s", &schema);
            let ours = options.text("d.graphql", &document).files(["d.graphql"]).generate();
            match (oracle, ours) {
                (Ok(_), Ok(_)) => valid += 1,
                (Err(_), Err(_)) => invalid += 1,
                (Ok(_), Err(failure)) => {
                    for diagnostic in failure.diagnostics() {
                        differing.push(format!("{seed}: refused: {}", diagnostic.message()));
                    }
                }
                (Err(found), Ok(_)) => {
                    for fault in found.errors.iter() {
                        let name = fault.error.unstable_error_name().unwrap_or_default();
                        if !MILD.contains(&name) {
                            differing.push(format!("{seed}: accepted: {}", fault.error));
                        }
                    }
                }
            }
        }
    }
    println!("{schemas} schemas, {valid} accepted, {invalid} refused");
    differing.sort();
    differing.dedup();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
    assert!(schemas > 20 && valid > 20 && invalid > 20, "{schemas} {valid} {invalid}");
}
