//! Random answers: whatever the schema allows is decoded, and nothing of it is lost.

#[macro_use]
mod operations;

use std::collections::BTreeSet;

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema, executable::Field, validation::Valid,
};
use apollo_smith::{
    Generator, Generators, RandProvider, RandomProvider, ResponseBuilder, ResponseError,
};
use backendai::{Operation, operation::Compiled};
use indexmap::IndexMap;
use rand::{SeedableRng as _, rngs::StdRng};
use serde::Serialize;
use serde_json::Value;
use serde_json_bytes::Value as Bytes;

/// How many answers each operation has to take.
const ANSWERS: usize = 200;

type Rng = RandProvider<StdRng>;

/// Makes the values of a scalar of the manager's.
struct Scalar(fn(&mut Rng) -> Result<Value, ResponseError>);

impl Generator<Rng> for Scalar {
    fn generate(
        &mut self,
        rng: &mut Rng,
        _: &mut Generators<Rng>,
        _: &IndexMap<String, Vec<Node<Field>>>,
    ) -> Result<Bytes, ResponseError> {
        self.0(rng).map(Bytes::from)
    }
}

fn text(rng: &mut Rng, max: usize) -> Result<String, ResponseError> {
    let length = rng.gen_usize_range(0, max)?;
    (0..length).map(|_| rng.gen_alphanumeric_char()).collect()
}

fn number(rng: &mut Rng) -> Result<i64, ResponseError> {
    let (high, low) = (rng.gen_i32_range(-0x1f_ffff, 0x1f_ffff)?, rng.gen_i32_range(0, i32::MAX)?);
    Ok(i64::from(high) << 32 | i64::from(low))
}

/// What a scalar's value may be, by what the manager has been seen to send.
fn scalar(name: &str) -> fn(&mut Rng) -> Result<Value, ResponseError> {
    match name {
        "UUID" => |rng| {
            let (high, low) = (number(rng)?, number(rng)?);
            Ok(backendai::Uuid::from_u64_pair(high as u64, low as u64).to_string().into())
        },
        "DateTime" => |rng| {
            let second = rng.gen_i32_range(0, i32::MAX)?;
            let micros = rng.gen_i32_range(1, 999_999)?;
            let time = jiff::Timestamp::new(i64::from(second), micros * 1_000).unwrap();
            Ok(time
                .to_zoned(jiff::tz::TimeZone::UTC)
                .strftime("%FT%T.%6f+00:00")
                .to_string()
                .into())
        },
        "BigInt" => |rng| {
            let number = number(rng)?;
            // Outside 32 bits the manager sends floats.
            Ok(if i32::try_from(number).is_ok() { number.into() } else { (number as f64).into() })
        },
        "Bytes" => |rng| {
            let bytes = text(rng, 9)?.into_bytes();
            Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into())
        },
        "JSONString" => |rng| {
            let inner = serde_json::json!({ text(rng, 3)?: [number(rng)?, null, text(rng, 5)?] });
            Ok(inner.to_string().into())
        },
        "UUIDFloatMap" => |rng| {
            let key = scalar("UUID")(rng)?;
            let value = rng.gen_f64_range(-9.0, 9.0)?;
            Ok(serde_json::json!({ key.as_str().unwrap(): value }))
        },
        _ => |rng| Ok(text(rng, 9)?.into()),
    }
}

/// Makes a value of an enum: a known one, or one that a later manager may have.
struct Choice(Vec<String>);

impl Generator<Rng> for Choice {
    fn generate(
        &mut self,
        rng: &mut Rng,
        _: &mut Generators<Rng>,
        _: &IndexMap<String, Vec<Node<Field>>>,
    ) -> Result<Bytes, ResponseError> {
        let index = rng.gen_usize_range(0, self.0.len())?;
        Ok(self.0.get(index).map_or("FROM_LATER", String::as_str).into())
    }
}

struct Proof {
    schema: Valid<Schema>,
    seen: BTreeSet<&'static str>,
}

impl Proof {
    fn new() -> Self {
        let schema = Schema::parse_and_validate(backendai_schema::ADMIN, "schema").unwrap();
        Self { schema, seen: BTreeSet::new() }
    }

    fn operation<O: Operation + Compiled>(&mut self)
    where
        O::Data: Serialize,
    {
        self.seen.insert(O::INFO.name);
        let document = ExecutableDocument::parse_and_validate(
            &self.schema,
            O::INFO.document.text,
            O::INFO.name,
        )
        .unwrap();
        let (mut decoded, mut refused) = (0, 0);
        let seed = O::INFO.name.bytes().map(u64::from).sum();
        let mut rng = RandProvider(StdRng::seed_from_u64(seed));
        while decoded < ANSWERS {
            let answer = self.answer(&mut rng, &document, O::INFO.name, refused);
            match serde_json::from_value::<O::Data>(answer.clone()) {
                Ok(data) => {
                    let again = serde_json::to_value(&data).unwrap();
                    assert!(
                        same(&answer, &again),
                        "{}: {answer:#}\nbecame\n{again:#}",
                        O::INFO.name
                    );
                    decoded += 1;
                }
                // `@required`: a null is an error on purpose.
                Err(error) if error.to_string().contains("null") && refused < 20 * ANSWERS => {
                    refused += 1;
                }
                Err(error) => panic!("{}: {error}\n{answer:#}", O::INFO.name),
            }
        }
    }

    /// A random answer; with fewer nulls the more were refused.
    fn answer(
        &self,
        rng: &mut Rng,
        document: &Valid<ExecutableDocument>,
        name: &str,
        refused: usize,
    ) -> Value {
        let rarer = u32::try_from(refused / 20).unwrap();
        let mut builder = ResponseBuilder::new(rng, document, &self.schema)
            .with_operation_name(Some(name))
            .with_max_list_size(3)
            .with_null_ratio(1, 4 + 4 * rarer);
        for (name, ty) in &self.schema.types {
            let name: Name = name.clone();
            if let Some(ty) = ty.as_enum() {
                let values = ty.values.keys().map(ToString::to_string).collect();
                builder = builder.with_generator(name, Choice(values));
            } else if ty.is_scalar() && !ty.is_built_in() {
                let make = scalar(&name);
                builder = builder.with_generator(name, Scalar(make));
            }
        }
        let mut answer = serde_json::to_value(builder.build_data().unwrap()).unwrap();
        if name.contains("Legacy") {
            nest(&mut answer);
        }
        answer
    }
}

/// The builder knows no lists of lists, of which the schema has one: `LegacyComputeSession.mounts`.
fn nest(answer: &mut Value) {
    match answer {
        Value::Array(items) => items.iter_mut().for_each(nest),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::Array(_) if key == "mounts" => *value = Value::Array(vec![value.take()]),
                    _ => nest(value),
                }
            }
        }
        _ => {}
    }
}

/// Whether nothing was lost: a field left out is one that is null, and numbers are compared by
/// what they are worth.
fn same(sent: &Value, kept: &Value) -> bool {
    match (sent, kept) {
        (Value::Object(sent), Value::Object(kept)) => {
            let value = |of: &serde_json::Map<String, Value>, key: &str| {
                of.get(key).cloned().unwrap_or(Value::Null)
            };
            let keys: BTreeSet<_> = sent.keys().chain(kept.keys()).collect();
            keys.into_iter().all(|key| same(&value(sent, key), &value(kept, key)))
        }
        (Value::Array(sent), Value::Array(kept)) => {
            sent.len() == kept.len() && sent.iter().zip(kept).all(|(a, b)| same(a, b))
        }
        (Value::Number(sent), Value::Number(kept)) => sent.as_f64() == kept.as_f64(),
        _ => sent == kept,
    }
}

#[test]
fn every_answer_that_the_schema_allows_survives() {
    let mut proof = Proof::new();
    macro_rules! prove {
        ($($module:ident { $($operation:ident)* })*) => {
            $($(proof.operation::<backendai::admin::$module::$operation>();)*)*
        };
    }
    every_operation!(prove);
    let seen: BTreeSet<_> = proof.seen.into_iter().map(str::to_owned).collect();
    let missing: Vec<_> = shipped().symmetric_difference(&seen).cloned().collect();
    assert_eq!(
        missing,
        Vec::<String>::new(),
        "tests/offline/random_answers/operations.rs is not what graphql/admin has"
    );
}

/// The names of the operations in the documents.
fn shipped() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in std::fs::read_dir("graphql/admin").unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for line in text.lines() {
            let mut words = line.split([' ', '(']);
            if let (Some("query" | "mutation"), Some(name)) = (words.next(), words.next()) {
                names.insert(name.to_owned());
            }
        }
    }
    names
}
