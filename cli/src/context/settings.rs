//! The options that set what a context holds. They follow from the library's table of settings.

use backendai::{
    config::{Env, Field, Form, Problem, Setting},
    context::Context,
    credential::SecretString,
};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueHint};

use crate::{
    output::{Code, Failure},
    prompt,
};

/// The settings given on the command line; a secret key is never among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    given: Vec<(Field, String)>,
}

impl Settings {
    /// The value that was given for a field.
    pub(crate) fn get(&self, field: Field) -> Option<&str> {
        self.given.iter().find(|(given, _)| *given == field).map(|(_, text)| text.as_str())
    }

    /// Sets the given values in a context, and leaves the others.
    pub(crate) fn apply(&self, context: &mut Context) -> Result<(), Failure> {
        self.given.iter().try_for_each(|(field, text)| set(context, *field, text.as_str()))
    }
}

/// The settings that have an option, with their keys in a context.
fn with_option() -> impl Iterator<Item = (&'static Setting, &'static str)> {
    Setting::of_contexts().filter(|(setting, _)| setting.form != Form::SecretKey)
}

/// The option of a setting: its key, or the builder's method where each option adds one pair.
fn option((setting, key): (&'static Setting, &'static str)) -> Arg {
    let name = if setting.form == Form::Pairs { setting.method } else { key };
    let arg = Arg::new(key).long(name.replace('_', "-")).help(setting.summary);
    match setting.form {
        Form::YesNo => arg.action(ArgAction::SetTrue),
        Form::Pairs => arg.action(ArgAction::Append).value_name("ADDRESS=REPLACEMENT"),
        Form::File => arg.value_name("FILE").value_hint(ValueHint::FilePath),
        Form::Endpoints => arg.value_name("URL").value_hint(ValueHint::Url),
        Form::EndpointType => arg.value_name("TYPE"),
        Form::AccessKey => arg.value_name("KEY"),
        Form::Name => arg.value_name("NAME"),
        Form::Version => arg.value_name("VERSION"),
        Form::Seconds => arg.value_name("SECONDS"),
        _ => arg.value_name("VALUE"),
    }
}

/// The value of an option, in the format of an environment variable.
fn value(form: Form, key: &str, matches: &ArgMatches) -> Option<String> {
    let text = || matches.get_one::<String>(key).cloned();
    match form {
        Form::YesNo => matches.get_flag(key).then(|| "yes".to_owned()),
        Form::Pairs => {
            let pairs: Vec<String> = matches.get_many(key)?.cloned().collect();
            Some(pairs.join(","))
        }
        // Relative to the current directory here, and to the file of contexts there.
        Form::File => text().map(|path| match std::path::absolute(&path) {
            Ok(absolute) => absolute.into_os_string().into_string().unwrap_or(path),
            Err(_) => path,
        }),
        _ => text(),
    }
}

impl Args for Settings {
    fn augment_args(command: Command) -> Command {
        command.args(with_option().map(option))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Settings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = with_option()
            .filter_map(|(setting, key)| Some((setting.field, value(setting.form, key, matches)?)));
        Ok(Self { given: given.collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Sets a value that the user gave.
pub(crate) fn set(
    context: &mut Context,
    field: Field,
    text: impl Into<SecretString>,
) -> Result<(), Failure> {
    context.set(field, text).map(drop).map_err(invalid)
}

/// Makes a context of a name that the user gave.
pub(crate) fn named(name: &str) -> Result<Context, Failure> {
    Context::new(name).map_err(invalid)
}

fn invalid(problem: Problem) -> Failure {
    Failure::from(problem).code(Code::Argument)
}

/// Reads a secret: from the standard input, else from the environment, else from the terminal.
pub(crate) async fn secret(
    stdin: bool,
    environment: Option<SecretString>,
    question: &str,
    help: &str,
) -> Result<SecretString, Failure> {
    if stdin {
        return crate::blocking(|| {
            let text = std::io::read_to_string(std::io::stdin()).map_err(|error| {
                Failure::new("the secret cannot be read from the standard input")
                    .cause(error.to_string())
            })?;
            Ok(text.trim_end_matches(['\r', '\n']).into())
        })
        .await;
    }
    match environment {
        Some(secret) => Ok(secret),
        None => Ok(prompt::secret_for(question, help).await?.into()),
    }
}

/// The value of a setting in the environment; an empty one counts as none.
pub(crate) fn variable(field: Field) -> Option<String> {
    use backendai::credential::ExposeSecret as _;
    let env = Env::process();
    env.get(field).map(|text| text.expose_secret().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A command line with every option, and a value that fits its form.
    #[test]
    fn every_setting_of_a_context_is_an_option_or_the_secret() {
        for (setting, key) in Setting::of_contexts() {
            let sample = match setting.form {
                Form::Endpoints => "https://a.example",
                Form::EndpointType => "session",
                Form::Version => "v8.20240915",
                Form::Seconds => "2.5",
                Form::File => "/a/file",
                Form::Pairs => "a=b",
                _ => "sample",
            };
            let command = Settings::augment_args(Command::new("add"));
            let Some(option) = command.get_arguments().find(|arg| arg.get_id() == key) else {
                assert_eq!(setting.form, Form::SecretKey, "{key}");
                continue;
            };
            assert_eq!(option.get_help().unwrap().to_string(), setting.summary);
            let flag = format!("--{}", option.get_long().unwrap());
            let takes_value = option.get_action().takes_values();
            let words = ["add", &flag].into_iter().chain(takes_value.then_some(sample));
            let matches = command.try_get_matches_from(words).unwrap();
            let mut context = named("a").unwrap();
            Settings::from_arg_matches(&matches).unwrap().apply(&mut context).unwrap();
            let expected = if takes_value { sample } else { "yes" };
            assert_eq!(context.text(setting.field), Some(expected), "{key}");
            assert_eq!(context.values().count(), 1, "{key}");
        }
    }
}
