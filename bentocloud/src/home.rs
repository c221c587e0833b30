//! Where the contexts file is.

use std::path::PathBuf;

use crate::{
    env::{self, Environment},
    error::{Kind, Result},
};

/// The folder if `BENTOML_HOME` does not exist.
const DEFAULT: &str = "~/bentoml";
/// The file in it.
const FILE: &str = ".yatai.yaml";
/// How often a value may lead to another variable. The real client has no limit and never returns
/// from `A=x$A`.
const ROUNDS: usize = 32;

/// The contexts file: `.yatai.yaml` in `BENTOML_HOME`, or in `~/bentoml`.
///
/// `~`, `$NAME` and `${NAME}` are expanded until nothing changes; an unknown variable stays as it
/// is written. An empty `BENTOML_HOME` is the current folder. Nothing is created.
///
/// ```
/// use bentocloud::{Environment, contexts_path};
///
/// let env = Environment::from_iter([("HOME", "/home/ada"), ("BENTOML_HOME", "~/$STAGE")]);
/// assert_eq!(contexts_path(&env)?.to_str(), Some("/home/ada/$STAGE/.yatai.yaml"));
/// # Ok::<(), bentocloud::Error>(())
/// ```
///
/// # Errors
///
/// A value is not UTF-8, refers to itself for ever, or needs a user's folder that is not known.
pub fn contexts_path(env: &Environment) -> Result<PathBuf> {
    Ok(folder(env)?.join(FILE))
}

/// The folder itself.
pub(crate) fn folder(env: &Environment) -> Result<PathBuf> {
    let mut home = env.get(env::HOME)?.unwrap_or(DEFAULT).to_owned();
    for _ in 0..ROUNDS {
        let expanded = user(&variables(&home, env)?, env)?;
        if expanded == home {
            return Ok(PathBuf::from(home));
        }
        home = expanded;
    }
    Err(Kind::Home { value: home, problem: "the variables in it lead to each other for ever" }
        .into())
}

/// `~` at the start. `~name` would need the user database, which the real client reads.
fn user(path: &str, env: &Environment) -> Result<String> {
    let Some(rest) = path.strip_prefix('~') else { return Ok(path.to_owned()) };
    if !(rest.is_empty() || rest.starts_with('/') || cfg!(windows) && rest.starts_with('\\')) {
        let problem = "another user's folder must be written in full";
        return Err(Kind::Home { value: path.to_owned(), problem }.into());
    }
    let Some(home) = env.home()? else {
        let problem = "there is no HOME variable to take for `~`";
        return Err(Kind::Home { value: path.to_owned(), problem }.into());
    };
    let path = format!("{}{rest}", home.trim_end_matches('/'));
    Ok(if path.is_empty() { "/".to_owned() } else { path })
}

/// One pass over `$NAME` and `${NAME}`; what is put in is not looked at again in this pass.
fn variables(path: &str, env: &Environment) -> Result<String> {
    let mut expanded = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        let (name, tail) = match after.strip_prefix('{') {
            Some(braced) => braced.split_once('}').unwrap_or(("", after)),
            None => {
                let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                after.split_at(end.unwrap_or(after.len()))
            }
        };
        match env.get(name)? {
            Some(value) if !name.is_empty() => {
                expanded.push_str(value);
                rest = tail;
            }
            _ => {
                expanded.push('$');
                rest = after;
            }
        }
    }
    expanded.push_str(rest);
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(variables: &[(&str, &str)]) -> String {
        let env = Environment::from_iter(variables.iter().copied());
        contexts_path(&env).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn the_folder_is_expanded_until_it_is_stable() {
        assert_eq!(path(&[("HOME", "/h")]), "/h/bentoml/.yatai.yaml");
        assert_eq!(path(&[("HOME", "/h/"), ("BENTOML_HOME", "~")]), "/h/.yatai.yaml");
        assert_eq!(path(&[("HOME", ""), ("BENTOML_HOME", "~")]), "/.yatai.yaml");
        assert_eq!(path(&[("BENTOML_HOME", "")]), ".yatai.yaml");
        assert_eq!(path(&[("BENTOML_HOME", "rel/x")]), "rel/x/.yatai.yaml");
        let nested =
            [("HOME", "/h"), ("A", "$B/a"), ("B", "~"), ("BENTOML_HOME", "${A}x$$C${}${D")];
        assert_eq!(path(&nested), "/h/ax$$C${}${D/.yatai.yaml");
    }

    #[test]
    fn what_cannot_be_expanded_is_said() {
        for (variables, part) in [
            (vec![("BENTOML_HOME", "$A"), ("A", "x$A")], "for ever"),
            (vec![("BENTOML_HOME", "~bob/x")], "in full"),
            (vec![], "HOME"),
        ] {
            let error = contexts_path(&Environment::from_iter(variables)).unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
