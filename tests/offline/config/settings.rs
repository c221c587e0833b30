//! The table of settings: each row is known wherever settings are looked up, stored or documented.

use std::fs;

use backendai::{
    Config,
    config::{Field, Form, Origin, SETTINGS, Setting},
};

use super::with_bundle;
use crate::support::golden;

/// A valid value that is not the default.
fn sample(form: Form) -> &'static str {
    match form {
        Form::Endpoints => "https://a.example,https://b.example",
        Form::EndpointType => "session",
        Form::Version => "v8.20240915",
        Form::YesNo => "true",
        Form::Seconds => "2.5",
        Form::Pairs => "a=b,c=d",
        Form::Names => "a,b",
        _ => "sample",
    }
}

/// The configuration of these variables, for an endpoint type where the setting is used.
fn config_with(setting: &Setting, variables: &[(&str, &str)]) -> Config {
    let session = ("BACKEND_ENDPOINT_TYPE", "session");
    let session = (setting.field == Field::SessionFile).then_some(session);
    let pairs: Vec<_> = session.into_iter().chain(variables.iter().copied()).collect();
    with_bundle(&pairs).build().unwrap()
}

#[test]
fn every_variable_is_an_origin_under_both_prefixes() {
    let variables = SETTINGS.iter().filter_map(|setting| Some((setting, setting.variable?)));
    assert!(variables.clone().count() > 10);
    for (setting, variable) in variables {
        let text = sample(setting.form);
        let name = format!("BACKEND_{variable}");
        let config = config_with(setting, &[(&name, text)]);
        assert_eq!(config.origin(setting.field), &Origin::Environment { variable: name });

        let env = super::env(&[(&format!("SORNA_{variable}"), text)]);
        assert!(env.is_set(setting.field) && env.get(setting.field).is_some(), "{variable}");
    }
}

#[test]
fn documented_defaults_are_the_defaults() {
    let shown = |config: &Config| {
        let shown = format!("{config:?}");
        let (values, _) = shown.split_once("origins: ").unwrap();
        values.to_owned()
    };
    let literal = |setting: &'static Setting| {
        let value = setting.default.strip_prefix('`')?.strip_suffix('`')?;
        Some((setting.variable?, value))
    };
    let defaults: Vec<_> = SETTINGS.iter().filter_map(literal).collect();
    assert!(defaults.len() >= 6, "{defaults:?}");
    let unset = with_bundle(&[]).build().unwrap();
    for (variable, value) in defaults {
        let set = with_bundle(&[(&format!("BACKEND_{variable}"), value)]).build().unwrap();
        assert_eq!(shown(&set), shown(&unset), "{variable}");
    }
    let documented = |field: Field| field.setting().default.trim_matches('`');
    assert_eq!(documented(Field::Version), unset.version().to_string());
    let agent = documented(Field::UserAgent).replace("<version>", env!("CARGO_PKG_VERSION"));
    assert_eq!(agent, unset.user_agent());
    assert_eq!(documented(Field::HashType), unset.hash_type().to_string());
}

#[cfg(feature = "context")]
#[test]
fn every_key_of_a_context_is_stored_read_and_used() {
    use backendai::{
        context::{Context, Contexts},
        credential::ExposeSecret as _,
    };

    let folder = tempfile::tempdir().unwrap();
    let contexts = Contexts::open(folder.path().join("contexts.toml"));
    let mut all = Context::new("all").unwrap();
    for (setting, _) in Setting::of_contexts() {
        all.set(setting.field, sample(setting.form)).unwrap();
    }
    contexts.update(|stored| stored.put(&all).map(drop)).unwrap();

    let text = fs::read_to_string(contexts.path()).unwrap();
    let stored = contexts.read().unwrap();
    let read = stored.get("all").unwrap();
    let mut keys = Vec::new();
    for (setting, key) in Setting::of_contexts() {
        assert!(text.contains(&format!("\n{key} = ")), "{key}\n{text}");
        let value = read.get(setting.field).map(|value| value.expose_secret().to_owned());
        assert_eq!(value.as_deref(), Some(sample(setting.form)), "{key}");
        keys.push(key);
    }
    assert_eq!(keys.len(), 13);

    let ca = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    fs::write(folder.path().join(sample(Form::File)), ca).unwrap();
    let config = Config::builder().contexts(contexts).context("all").build().unwrap();
    for (setting, key) in Setting::of_contexts() {
        let used = !matches!(setting.form, Form::AccessKey | Form::SecretKey);
        let of_context = matches!(config.origin(setting.field), Origin::Context { .. });
        assert_eq!(of_context, used, "{key}");
    }
}

#[cfg(feature = "context")]
#[test]
fn the_example_has_every_key_of_a_context() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contexts.toml");
    fs::write(&path, include_str!("../../../src/context/example.toml")).unwrap();
    let stored = backendai::context::Contexts::open(path).read().unwrap();
    let context = stored.current().unwrap().unwrap();
    for (setting, key) in Setting::of_contexts() {
        assert!(context.get(setting.field).is_some(), "{key}");
    }
}

#[test]
fn every_setting_has_a_method_of_the_builder() {
    let builder = include_str!("../../../src/config/builder.rs");
    for setting in SETTINGS {
        let method = format!("fn {}(", setting.method);
        assert!(
            builder.contains(&method) || builder.contains(&method.replace('(', "<")),
            "{method}"
        );
    }
}

/// The table as it is documented.
fn documentation() -> String {
    let mut table = "| setting | variable | key in a context | method | default |\n\
                     |---|---|---|---|---|\n"
        .to_owned();
    for setting in SETTINGS {
        let code = |name: Option<String>| name.map(|name| format!("`{name}`")).unwrap_or_default();
        let variable = code(setting.variable.map(|variable| format!("BACKEND_{variable}")));
        let key = code(setting.key.map(str::to_owned));
        let Setting { summary, method, default, .. } = setting;
        table += &format!("| {summary} | {variable} | {key} | `{method}` | {default} |\n");
    }
    table
}

#[test]
fn the_documentation_has_the_table() {
    let table = documentation();
    golden::check("src/setting/settings.md", &table);
    golden::check_between("README.md", ["<!-- settings -->\n", "<!-- /settings -->"], &table);
}
