//! The headings of the overview that `backendai --help` prints, and the nouns that it leaves out.

use clap::{Command, builder::Styles};

use crate::domain;

/// The subcommands below their headings, in the order of the overview.
const HEADINGS: &[(&str, &[&str])] = &[
    (
        "Identity",
        &[
            "user",
            "group",
            "domain",
            "keypair",
            "user-resource-policy",
            "project-resource-policy",
            "keypair-resource-policy",
        ],
    ),
    (
        "Compute",
        &[
            "session",
            "pending-session",
            "container",
            "agent",
            "scaling-group",
            "domain-scaling-group",
            "group-scaling-group",
            "keypair-scaling-group",
            "accessible-scaling-group",
            "resource-preset",
            "network",
        ],
    ),
    (
        "Storage",
        &[
            "vfolder",
            "own-vfolder",
            "invited-vfolder",
            "project-vfolder",
            "vfolder-permission",
            "storage-volume",
            "quota-scope",
        ],
    ),
    ("Serving", &["endpoint", "endpoint-token", "routing", "auto-scaling-rule", "model-card"]),
    ("Registry", &["image", "customized-image", "container-registry", "container-registry-quota"]),
    ("System", &["audit-log", "service", "service-config"]),
    ("Access", &["login", "logout", "session-login", "whoami", "context", "version"]),
    ("GraphQL", &["gql", "proxy", "check", "generate", "schema"]),
    ("More", &["v2", "bento", "completions", "man", LEGACY, "help"]),
];

/// The subcommand that lists what the overview leaves out.
const LEGACY: &str = "legacy";

/// Nouns that the overview leaves out: another noun has the same objects, or only older managers have
/// them.
const LEFT_OUT: &[&str] = &[
    "agent-node",
    "domain-node",
    "group-node",
    "image-node",
    "session-node",
    "user-node",
    "vfolder-node",
    "plain-agent",
    "plain-keypair",
    "plain-user",
    "plain-vfolder",
    "visible-agent",
    "named-group",
    "legacy-container-registry",
    "legacy-session",
];

/// Groups the subcommands of the whole command by headings.
pub(crate) fn grouped(mut command: Command) -> Command {
    for name in LEFT_OUT.iter().copied().flat_map(|name| [Some(name), alias(name)]).flatten() {
        command = command.mut_subcommand(name, |command| command.hide(true));
    }
    under(command, HEADINGS.iter().map(|(heading, names)| (*heading, names.to_vec())))
}

/// Whether the overview leaves out this noun.
pub(crate) fn is_left_out(noun: &str) -> bool {
    let word = domain::find(noun).map_or(noun, |domain| domain.word);
    LEFT_OUT.contains(&word)
}

/// The other name of a noun.
fn alias(noun: &str) -> Option<&'static str> {
    domain::find(noun).filter(|domain| domain.word == noun)?.alias
}

/// Writes the subcommands below headings in the help of a command.
pub(crate) fn under<'a>(
    command: Command,
    headings: impl Iterator<Item = (&'a str, Vec<&'a str>)> + Clone,
) -> Command {
    let names = headings.clone().flat_map(|(_, names)| names);
    let width = names.map(str::len).max().unwrap_or_default();
    let styles = Styles::default();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let mut text = String::new();
    for (heading, names) in headings {
        text.push_str(&format!("{header}{heading}:{header:#}\n"));
        for (name, about) in described(&command, &names) {
            text.push_str(&format!("  {literal}{name:width$}{literal:#}  {about}\n"));
        }
        text.push('\n');
    }
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{text}{header}Options:{header:#}\n{{options}}"
    ))
}

/// The lines about the nouns that the overview leaves out.
pub(crate) fn left_out(command: &Command) -> Vec<String> {
    let width = LEFT_OUT.iter().map(|name| name.len()).max().unwrap_or_default();
    described(command, LEFT_OUT).map(|(name, about)| format!("  {name:width$}  {about}")).collect()
}

fn described<'a>(
    command: &'a Command,
    names: &'a [&'a str],
) -> impl Iterator<Item = (&'a str, String)> {
    names.iter().filter_map(|name| {
        if *name == "help" {
            // clap adds it by itself.
            return Some((*name, "Print the help of a command".to_owned()));
        }
        let found = command.find_subcommand(name)?;
        let about = found.get_about().map(ToString::to_string).unwrap_or_default();
        // The other name of a noun is a command of its own.
        let alias = alias(name).filter(|alias| command.find_subcommand(alias).is_some());
        let aliases: Vec<_> = found.get_visible_aliases().chain(alias).collect();
        Some(match aliases.as_slice() {
            [] => (*name, about),
            aliases => (*name, format!("{about} [alias: {}]", aliases.join(", "))),
        })
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_command_has_one_place() {
        let placed = HEADINGS.iter().flat_map(|(_, names)| *names).chain(LEFT_OUT);
        let placed: Vec<_> = placed.copied().collect();
        let command = crate::Cli::command();
        let names = command.get_subcommands().map(Command::get_name);
        let is_alias = |name: &str| domain::find(name).is_some_and(|it| it.alias == Some(name));
        for name in names.filter(|name| !is_alias(name)) {
            let times = placed.iter().filter(|placed| **placed == name).count();
            assert_eq!(times, 1, "`{name}` has not exactly one place");
        }
    }
}
