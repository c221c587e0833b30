//! What the differential test runs: the arguments of the official command, and ours where they differ.

/// A call of both commands. `NAME` is a name of the run, `PROJECT`, `MEMBER` and `KEY` the ids of what it made.
pub(super) struct Step {
    pub(super) theirs: &'static str,
    /// Ours; none where the same words work.
    pub(super) ours: Option<&'static str>,
    /// Why both commands change different rows, or end differently.
    pub(super) differs: Option<&'static str>,
}

/// The same words work.
const fn same(theirs: &'static str) -> Step {
    Step { theirs, ours: None, differs: None }
}

/// Ours are other words.
const fn other(theirs: &'static str, ours: &'static str) -> Step {
    Step { theirs, ours: Some(ours), differs: None }
}

impl Step {
    /// They differ on purpose; `docs/cli.md` lists it.
    const fn on_purpose(self, why: &'static str) -> Self {
        Self { differs: Some(why), ..self }
    }
}

pub(super) const STEPS: &[Step] = &[
    // Domains.
    same("domain add NAME -d first --inactive --total-resource-slots {\"cpu\":\"4\"}"),
    same("domain add NAME"),
    same("domain update NAME --description second --is-active true"),
    same("domain update NAME --allowed-docker-registries a.example,b.example"),
    same("domain update NAME --vfolder-host-perms {\"host:volume\":[\"create-vfolder\"]}"),
    same("domain update NAME --total-resource-slots {\"cpu\":\"8\",\"mem\":\"8g\"}"),
    same("domain update nowhere --description x"),
    other("domain delete NAME", "domain delete NAME --yes"),
    same("domain update NAME --is-active yes"),
    // Projects.
    same("group add default NAME-team -d first --total-resource-slots {\"cpu\":\"2\"}"),
    same(
        "group add default NAME-idle --inactive --vfhost-perms {\"host:volume\":[\"create-vfolder\"]}",
    ),
    same("group add default NAME-team"),
    same("group add nowhere NAME-team"),
    same("group update PROJECT -n NAME-crew -d second"),
    same("group update PROJECT --is-active false"),
    same("group update PROJECT --is-active 1 --total-resource-slots {}"),
    // Users.
    same(
        "user add default NAME@example.com first-Password-1 -u NAME -n First -r user --desc about",
    ),
    same("user add default NAME@example.com first-Password-1 -u NAME"),
    same("user add nowhere NAME-2@example.com first-Password-1"),
    same(
        "user add default NAME-2@example.com first-Password-1 -u NAME-2 -s inactive --need-password-change --cuid 1000 --cgid 1001 --cgids 1002,1003 --allowed-ip 127.0.0.1,10.0.0.0/8 --sudo-session-enabled -g default",
    ),
    same("user update NAME@example.com -n Second --description other -s inactive"),
    same(
        "user update NAME@example.com -s active --need-password-change true --sudo-session-enabled true",
    ),
    same("user update NAME@example.com --cuid 2000 --cgid 2001 --cgids 2002,2003"),
    same("user update NAME@example.com --unset-cuid --unset-cgid --unset-cgids"),
    same("user update NAME@example.com --allowed-ip 127.0.0.1,10.0.0.0/8"),
    same("user update NAME@example.com -p other-Password-1"),
    same("user update nobody@example.com -n x"),
    // Members.
    same("group add-users PROJECT MEMBER"),
    same("group add-users PROJECT MEMBER"),
    same("group remove-users PROJECT MEMBER"),
    // Keypairs.
    same("keypair add NAME@example.com default -r 100"),
    same("keypair add NAME@example.com default --inactive --admin"),
    same("keypair add nobody@example.com default"),
    same("keypair update KEY -r 200 --is-active false --is-admin true"),
    same("keypair update KEY --resource-policy default"),
    same("keypair activate KEY"),
    same("keypair deactivate KEY"),
    other("keypair delete KEY", "keypair delete KEY --yes"),
    other("keypair delete NO-SUCH-KEY", "keypair delete NO-SUCH-KEY --yes"),
    // Scaling groups.
    same(
        "scaling-group add NAME -d first --inactive --private --driver static --scheduler fifo --scheduler-opts {\"allowed_session_types\":[\"batch\"]}",
    ),
    same("scaling-group add NAME-2 --use-host-network --wsproxy-addr http://127.0.0.1:1 --wsproxy-api-token token").on_purpose("the official command sends options by default that the manager refuses"),
    same("scaling-group add NAME"),
    same("scaling-group update NAME -d second -a true --private false"),
    same(
        "scaling-group update NAME --scheduler lifo --driver-opts {\"a\":\"b\"} --use-host-network true",
    ),
    same("scaling-group update nowhere -d x"),
    same("scaling-group associate-scaling NAME default"),
    same("scaling-group dissociate-scaling NAME default"),
    other("scaling-group delete NAME", "scaling-group delete NAME --yes"),
    other("scaling-group delete NAME-2", "scaling-group delete NAME-2 --yes").on_purpose("the official command did not create it"),
    other("scaling-group delete NAME", "scaling-group delete NAME --yes"),
    // The end of everything.
    other("user delete NAME@example.com", "user delete NAME@example.com --yes"),
    other("user purge NAME@example.com", "user purge NAME@example.com --yes"),
    other(
        "user purge NAME-2@example.com --purge-shared-vfolders --delegate-endpoint-ownership",
        "user purge NAME-2@example.com --purge-shared-vfolders --delegate-endpoint-ownership --yes",
    ),
    other("user purge NAME@example.com", "user purge NAME@example.com --yes"),
    other("group delete PROJECT", "group delete PROJECT --yes"),
    other("group purge PROJECT", "group purge PROJECT --yes"),
    other("domain purge NAME", "domain purge NAME --yes"),
    other("domain delete NAME", "domain delete NAME --yes"),
    other("domain purge NAME", "domain purge NAME --yes"),
];
