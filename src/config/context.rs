//! Contexts as sources.

use secrecy::SecretString;

use super::{
    ConfigBuilder, EndpointType, Field, Origin, Problem, Warning, endpoint,
    layer::{Layer, Source},
    value,
};
use crate::{
    context::{Context, Contexts, Stored},
    credential::{check_access_key, check_secret_key},
};

/// The context that was asked for.
#[derive(Clone, Debug)]
pub(super) enum Chosen {
    Name(String),
    Given(Box<Context>),
}

/// The one that was asked for.
pub(super) fn named(
    builder: &ConfigBuilder,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Warning>,
) -> Option<Layer> {
    let name = match builder.context.as_ref()? {
        Chosen::Given(context) => return Some(layer(context, None)),
        Chosen::Name(name) => name,
    };
    let (contexts, stored) = read(builder, problems, warnings)?;
    let found = stored.get(name);
    let context = found.map_err(|problem| problems.push(problem)).ok()?;
    Some(layer(context, Some((&contexts, true))))
}

/// The current one, if one is.
pub(super) fn current(
    builder: &ConfigBuilder,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Warning>,
) -> Option<Layer> {
    if !builder.current_context || builder.context.is_some() {
        return None;
    }
    let (contexts, stored) = read(builder, problems, warnings)?;
    let found = stored.current();
    let context = found.map_err(|problem| problems.push(problem)).ok()??;
    Some(layer(context, Some((&contexts, false))))
}

fn read(
    builder: &ConfigBuilder,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Warning>,
) -> Option<(Contexts, Stored)> {
    let contexts = match (&builder.contexts, &builder.env) {
        (Some(contexts), _) => Ok(contexts.clone()),
        (None, Some(env)) => Contexts::of(env),
        (None, None) => {
            let message = "nobody says where the contexts are; give them, or an environment";
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
fn layer(context: &Context, of: Option<(&Contexts, bool)>) -> Layer {
    let (source, origin) = match of {
        None => (Source::Explicit, Origin::Explicit),
        Some((contexts, named)) => {
            let (name, path) = (context.name().to_owned(), contexts.path().to_owned());
            let origin = Origin::Context { name: name.clone(), path: path.clone() };
            (Source::Context { name, path, named }, origin)
        }
    };
    let mut layer = Layer::new(source);
    // What a context does not say of its endpoint, a variable about another one must not.
    layer.put(Field::EndpointType, EndpointType::Api.to_string().into(), origin.clone());
    for (field, text) in context.values() {
        let text = match (field, of) {
            (Field::CaCertificates | Field::SessionFile, Some((contexts, _))) => {
                contexts.beside(text)
            }
            _ => text.clone(),
        };
        layer.put(field, text, origin.clone());
    }
    layer
}

/// Whether the text can be the value of a field; else what would be right. A secret is not
/// repeated.
pub(crate) fn check(field: Field, text: &str) -> Result<(), String> {
    fn said<T, E: ToString>(read: Result<T, E>) -> Result<(), String> {
        read.map(drop).map_err(|error| error.to_string())
    }
    match field {
        Field::Endpoint => endpoint::parse_list(text).map(drop).map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            errors.join("; ")
        }),
        Field::EndpointType => said(text.parse::<EndpointType>()),
        // Deliberately empty means that requests are not signed.
        Field::AccessKey if text.is_empty() => Ok(()),
        Field::AccessKey => said(check_access_key(text)).map_err(copy_again),
        Field::SecretKey => said(check_secret_key(text)).map_err(copy_again),
        Field::Domain | Field::Group => said(value::parse_name(text)),
        Field::StorageProxies => said(value::parse_map(text)),
        Field::Version => said(text.parse::<super::ApiVersion>()),
        Field::SkipTlsVerification => said(value::parse_bool(text)),
        Field::ConnectTimeout | Field::ReadTimeout => said(value::parse_timeout(text)),
        Field::CaCertificates | Field::SessionFile if text.trim().is_empty() => {
            Err("it is empty; name a file, or leave it out".to_owned())
        }
        _ => Ok(()),
    }
}

fn copy_again(error: String) -> String {
    format!("{error}; copy the key again")
}

/// The storage-proxy map of a text, in the order of the addresses.
pub(crate) fn pairs(text: &SecretString) -> Vec<(String, String)> {
    use secrecy::ExposeSecret as _;
    value::parse_map(text.expose_secret()).unwrap_or_default().into_iter().collect()
}
