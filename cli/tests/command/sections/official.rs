//! The commands of the official client beside ours.

use crate::transcript::Page;

/// `backend.ai admin …`, and ours.
const TABLE: &[(&str, &str)] = &[
    ("agent info ID", "agent info ID"),
    ("agent list", "agent list"),
    ("domain info NAME", "domain info NAME"),
    ("domain list", "domain list"),
    ("domain add NAME", "domain create NAME"),
    ("domain update NAME", "domain update NAME"),
    ("domain delete NAME", "domain delete NAME"),
    ("domain purge NAME", "domain purge NAME"),
    ("group info ID_OR_NAME", "group info ID_OR_NAME"),
    ("group list", "group list"),
    ("group add DOMAIN NAME", "group create DOMAIN NAME"),
    ("group update ID", "group update ID_OR_NAME"),
    ("group delete ID", "group delete ID_OR_NAME"),
    ("group purge ID", "group purge ID_OR_NAME"),
    ("group add-users ID UUID…", "group add-users ID_OR_NAME UUID_OR_EMAIL…"),
    ("group remove-users ID UUID…", "group remove-users ID_OR_NAME UUID_OR_EMAIL…"),
    ("image list", "image list"),
    ("image rescan", "image rescan"),
    ("image alias ALIAS TARGET", "image alias ALIAS TARGET"),
    ("image dealias ALIAS", "image dealias ALIAS"),
    ("keypair info", "keypair info"),
    ("keypair list", "keypair list"),
    ("keypair add EMAIL POLICY", "keypair create EMAIL POLICY"),
    ("keypair update KEY", "keypair update KEY"),
    ("keypair delete KEY", "keypair delete KEY"),
    ("keypair activate KEY", "keypair activate KEY"),
    ("keypair deactivate KEY", "keypair deactivate KEY"),
    ("keypair-resource-policy info NAME", "keypair-resource-policy info NAME"),
    ("keypair-resource-policy list", "keypair-resource-policy list"),
    ("keypair-resource-policy add NAME", "keypair-resource-policy create NAME"),
    ("keypair-resource-policy update NAME", "keypair-resource-policy update NAME"),
    ("keypair-resource-policy delete NAME", "keypair-resource-policy delete NAME"),
    ("quota-scope set HOST ID BYTES", "quota-scope set HOST user:UUID BYTES"),
    ("quota-scope unset HOST ID", "quota-scope unset HOST user:UUID"),
    ("resource container-registries", "container-registry list"),
    ("scaling-group get-available GROUP", "scaling-group get-available GROUP_OR_ID"),
    ("scaling-group info NAME", "scaling-group info NAME"),
    ("scaling-group list", "scaling-group list"),
    ("scaling-group add NAME", "scaling-group create NAME"),
    ("scaling-group update NAME", "scaling-group update NAME"),
    ("scaling-group delete NAME", "scaling-group delete NAME"),
    (
        "scaling-group associate-scaling NAME DOMAIN",
        "scaling-group associate-with-domain NAME DOMAIN",
    ),
    (
        "scaling-group dissociate-scaling NAME DOMAIN",
        "scaling-group dissociate-from-domain NAME DOMAIN",
    ),
    ("session info ID", "session info ID_OR_NAME"),
    ("session list", "session list"),
    ("storage info HOST", "storage-volume info HOST"),
    ("storage list", "storage-volume list"),
    ("user info -e EMAIL", "user info EMAIL, or -e EMAIL"),
    ("user list", "user list"),
    ("user add DOMAIN EMAIL PASSWORD", "user create DOMAIN EMAIL PASSWORD"),
    ("user update EMAIL", "user update EMAIL"),
    ("user delete EMAIL", "user delete EMAIL"),
    ("user purge EMAIL", "user purge EMAIL"),
    ("vfolder list", "vfolder list"),
];

/// What the Admin API does not have; `…` stands for all verbs of a noun that the table does not have.
const REST: &[&str] = &[
    "announcement …",
    "etcd …",
    "export …",
    "license …",
    "manager …",
    "permission …",
    "prometheus-query-definition …",
    "quota-scope get",
    "resource …",
    "vfolder …",
    "watcher …",
];

/// Whether the page has this command of `backend.ai admin`.
pub(crate) fn mentions(command: &str) -> bool {
    let noun = command.split(' ').next().unwrap_or_default();
    let is_row = |theirs: &str| theirs == command || theirs.starts_with(&format!("{command} "));
    TABLE.iter().any(|(theirs, _)| is_row(theirs))
        || REST.iter().any(|rest| *rest == command || *rest == format!("{noun} …"))
}

/// What the page has of `backend.ai admin`: commands with their arguments, and nouns with `…`.
pub(crate) fn mentioned() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(theirs, _)| *theirs).chain(REST.iter().copied())
}

pub(crate) fn section() -> Page {
    let mut page = Page::new("Coming from the official command");
    page.prose(
        "The verbs and options of `backend.ai admin` work for users, domains, groups, scaling \
         groups and keypairs: `add` is another name of `create`, and short options are the same. \
         Differences: what destroys something asks first, also `delete`; a boolean flag of `create` \
         takes a value only after `=`; without `--username`, a new user is called by the e-mail address, \
         where the official command sends an empty name, which only one user can have; `scaling-group add` \
         works without options, where the official command sends some by default that the manager refuses.",
    );
    let mut table = "| `backend.ai admin` | `backendai` |\n|---|---|\n".to_owned();
    for (theirs, ours) in TABLE {
        table.push_str(&format!("| `{theirs}` | `{ours}` |\n"));
    }
    page.prose(table.trim_end());
    page.prose(&format!(
        "These have no command, because they are not in the Admin API (REST); `…` stands for all verbs that the \
         table does not have: `{}`.",
        REST.join("`, `")
    ));
    for (theirs, ours) in TABLE {
        // The official words are accepted as well, where the noun is the same.
        let words: Vec<_> = ours.split(' ').take(2).chain(["-h"]).collect();
        assert_eq!(page.home().run(&words).code, Some(0), "{ours}");
        let words: Vec<_> = theirs.split(' ').take(2).chain(["-h"]).collect();
        if ours.starts_with(&format!("{} ", words[0])) {
            assert_eq!(page.home().run(&words).code, Some(0), "{theirs}");
        }
    }
    page
}
