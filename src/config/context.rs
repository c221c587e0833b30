//! Contexts as sources.

use super::{
    ConfigBuilder,
    source::{Source, SourceKind},
};
use crate::{
    context::{Context, Contexts, Stored},
    setting::{EndpointType, Field, Form, Origin, Problem, Warning},
};

/// The context selected by the program.
#[derive(Clone, Debug)]
pub(super) enum Selected {
    Name(String),
    Inline(Box<Context>),
}

/// The source of the context selected by the program.
pub(super) fn named(
    builder: &ConfigBuilder,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Warning>,
) -> Option<Source> {
    let name = match builder.context.as_ref()? {
        Selected::Inline(context) => return Some(source(context, None)),
        Selected::Name(name) => name,
    };
    let (contexts, stored) = read(builder, problems, warnings)?;
    let found = stored.get(name);
    let context = found.map_err(|problem| problems.push(problem)).ok()?;
    Some(source(context, Some((&contexts, true))))
}

/// The source of the current context, if there is one.
pub(super) fn current(
    builder: &ConfigBuilder,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Warning>,
) -> Option<Source> {
    if !builder.current_context || builder.context.is_some() {
        return None;
    }
    let (contexts, stored) = read(builder, problems, warnings)?;
    let found = stored.current();
    let context = found.map_err(|problem| problems.push(problem)).ok()??;
    Some(source(context, Some((&contexts, false))))
}

fn read(
    builder: &ConfigBuilder,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Warning>,
) -> Option<(Contexts, Stored)> {
    let contexts = match (&builder.contexts, &builder.env) {
        (Some(contexts), _) => Ok(contexts.clone()),
        (None, Some(env)) => Contexts::from_env(env),
        (None, None) => {
            let message = "the file of contexts is unknown; set it, or an environment";
            Err(Problem::new(None, "ConfigBuilder::contexts", message))
        }
    };
    let read = contexts.and_then(|contexts| {
        let (stored, warning) = contexts.load()?;
        warnings.extend(warning);
        Ok((contexts, stored))
    });
    read.map_err(|problem| problems.push(problem)).ok()
}

/// A context without a file counts as set in code.
fn source(context: &Context, file: Option<(&Contexts, bool)>) -> Source {
    let (kind, origin) = match file {
        None => (SourceKind::Explicit, Origin::Explicit),
        Some((contexts, named)) => {
            let (name, path) = (context.name().to_owned(), contexts.path().to_owned());
            let origin = Origin::Context { name: name.clone(), path: path.clone() };
            (SourceKind::Context { name, path, named }, origin)
        }
    };
    let mut source = Source::new(kind);
    // The type belongs to the endpoint: no variable for another endpoint may set it.
    source.put(Field::EndpointType, EndpointType::Api.to_string().into(), origin.clone());
    // So does the session: without a file of its own, a context has none.
    source.put(Field::SessionFile, "".into(), origin.clone());
    for (field, text) in context.values() {
        let text = match (field.setting().form, file) {
            (Form::File, Some((contexts, _))) => contexts.resolve(text),
            _ => text.clone(),
        };
        source.put(field, text, origin.clone());
    }
    source
}
