//! Sequences of commands, some of them two at once, against a model of what each name stands for.

use std::{collections::BTreeMap, thread};

use backendai_testing::{Account, Manager, Webserver};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRng, TestRunner},
};

use super::{kept, login, user};
use crate::common::{Home, Ran, sessions};

const NAMES: [&str; 3] = ["a", "b", "c"];

#[derive(Clone, Debug)]
enum Step {
    /// A login by password of the account with this number.
    Login {
        name: usize,
        account: usize,
        force: bool,
    },
    /// A login that gets a signal after so many milliseconds.
    #[cfg(unix)]
    Stopped {
        name: usize,
        account: usize,
        after: u64,
    },
    Keys {
        name: usize,
        account: usize,
    },
    /// A context with an address and no login in place of whatever is there.
    Add {
        name: usize,
    },
    Rename {
        name: usize,
        to: usize,
    },
    Use {
        name: usize,
    },
    Remove {
        name: usize,
    },
    Logout {
        name: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let name = || 0..NAMES.len();
    #[cfg(unix)]
    let stopped = (name(), 0..2_usize, 0..120_u64)
        .prop_map(|(name, account, after)| Step::Stopped { name, account, after });
    #[cfg(not(unix))]
    let stopped = name().prop_map(|name| Step::Use { name });
    prop_oneof![
        3 => stopped,
        5 => (name(), 0..2_usize, any::<bool>())
            .prop_map(|(name, account, force)| Step::Login { name, account, force }),
        1 => (name(), 0..2_usize).prop_map(|(name, account)| Step::Keys { name, account }),
        1 => name().prop_map(|name| Step::Add { name }),
        3 => (name(), name()).prop_map(|(name, to)| Step::Rename { name, to }),
        1 => name().prop_map(|name| Step::Use { name }),
        2 => name().prop_map(|name| Step::Remove { name }),
        2 => name().prop_map(|name| Step::Logout { name }),
    ]
}

/// The contexts: for each name the account that it stands for, none without a login.
type World = BTreeMap<usize, Option<usize>>;

impl Step {
    /// The contexts after the command; none if it cannot end like this. A failure changes nothing.
    fn apply(&self, world: &World, success: bool) -> Option<World> {
        let mut after = world.clone();
        if !success {
            return Some(after);
        }
        match *self {
            Self::Login { name, account, .. } | Self::Keys { name, account } => {
                after.insert(name, Some(account));
            }
            #[cfg(unix)]
            Self::Stopped { name, account, .. } => drop(after.insert(name, Some(account))),
            Self::Add { name } => drop(after.insert(name, None)),
            Self::Rename { name, to } => {
                let held = after.remove(&name)?;
                if after.insert(to, held).is_some() {
                    return None;
                }
            }
            Self::Use { name } => drop(after.get(&name)?),
            Self::Remove { name } => drop(after.remove(&name)?),
            Self::Logout { name } => *after.get_mut(&name)? = None,
        }
        Some(after)
    }

    fn run(&self, home: &Home, manager: &Manager, web: &Webserver) -> Ran {
        let accounts = accounts(manager);
        match *self {
            Self::Login { name, account, force } => {
                let force: &[&str] = if force { &["--force"] } else { &[] };
                login(home, web, accounts[account], NAMES[name], force)
            }
            #[cfg(unix)]
            Self::Stopped { name, account, after } => {
                super::signals::stop(home, web, (accounts[account], NAMES[name]), after)
            }
            Self::Keys { name, account } => {
                let account = accounts[account];
                let at = ["login", "--endpoint", manager.endpoint(), "--endpoint-type", "api"];
                let key = ["--name", NAMES[name], "--access-key", &account.access_key];
                let all = [&at[..], &key, &["--secret-key-stdin"]].concat();
                home.run_with(&all, &account.secret_key)
            }
            Self::Add { name } => {
                let add =
                    ["context", "add", NAMES[name], "--replace", "--endpoint", web.endpoint()];
                home.run(&[&add[..], &["--endpoint-type", "session"]].concat())
            }
            Self::Rename { name, to } => home.run(&["context", "rename", NAMES[name], NAMES[to]]),
            Self::Use { name } => home.run(&["context", "use", NAMES[name]]),
            Self::Remove { name } => home.run(&["context", "remove", NAMES[name], "--yes"]),
            Self::Logout { name } => home.run(&["logout", NAMES[name], "--yes"]),
        }
    }
}

fn accounts(manager: &Manager) -> [&Account; 2] {
    [manager.user(), manager.domain_admin()]
}

/// Whether a command did what it is for; none if a signal stopped it.
fn outcome(ran: &Ran) -> Option<bool> {
    (!matches!(ran.code, Some(130 | 143))).then_some(ran.code == Some(0))
}

/// What is there: for each context of the file, the account that its commands act as.
fn found(home: &Home, manager: &Manager) -> World {
    let ran = home.run(&["context", "list", "--output", "json"]);
    let list: Vec<serde_json::Value> = serde_json::from_str(&ran.stdout).unwrap();
    let entry = |context: serde_json::Value| {
        let name = NAMES.iter().position(|name| context["name"] == *name).unwrap();
        let account = user(home, NAMES[name]).map(|email| {
            accounts(manager).iter().position(|account| account.email == email).unwrap()
        });
        (name, account)
    };
    list.into_iter().map(entry).collect()
}

/// Whether the model allows what was found. A session can end: by `--force` of another login, by a
/// login in place of it.
fn allows(world: &World, found: &World) -> bool {
    world.keys().eq(found.keys())
        && found.iter().all(|(name, account)| account.is_none() || world.get(name) == Some(account))
}

fn check(steps: &[(Step, Option<Step>)], manager: &Manager, web: &Webserver) {
    let home = Home::new();
    web.limit_sessions(3);
    let mut worlds = vec![World::new()];
    for (first, second) in steps {
        let orders: Vec<Vec<(&Step, Option<bool>)>> = match second {
            None => {
                let ran = first.run(&home, manager, web);
                vec![vec![(first, outcome(&ran))]]
            }
            Some(second) => thread::scope(|scope| {
                let other = scope.spawn(|| second.run(&home, manager, web));
                let one = (first, outcome(&first.run(&home, manager, web)));
                let other = (second, outcome(&other.join().unwrap()));
                vec![vec![one, other], vec![other, one]]
            }),
        };
        let found = found(&home, manager);
        let mut next: Vec<World> = Vec::new();
        for order in &orders {
            let mut after = worlds.clone();
            for (step, outcome) in order {
                let may = outcome.map_or(vec![true, false], |known| vec![known]);
                let each = |world| may.iter().filter_map(move |ok| step.apply(world, *ok));
                after = after.iter().flat_map(each).collect();
            }
            next.extend(after);
        }
        next.retain(|world| allows(world, &found));
        next.dedup();
        assert!(!next.is_empty(), "{orders:?} on {worlds:?} gave {found:?}");
        if let [order] = &orders[..]
            && let [(Step::Login { name, account, .. }, Some(true))] = &order[..]
        {
            assert_eq!(found.get(name), Some(&Some(*account)), "{order:?}");
        }
        // Every open session has a holder, and no file is left.
        let kept = kept(&home);
        for id in web.sessions() {
            assert!(kept.contains(&id), "{orders:?} left {id} open; kept are {kept:?}");
        }
        assert!(kept.len() <= found.len(), "{orders:?} left files: {:?}", sessions(&home));
        worlds = next;
    }
    web.forget_sessions();
}

#[test]
fn no_sequence_of_commands_mixes_identities_or_loses_a_session() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let manager = runtime.block_on(Manager::start()).unwrap();
    let web = runtime.block_on(manager.webserver()).unwrap();
    let steps = prop::collection::vec((step(), prop::option::weighted(0.4, step())), 4..10);
    let config = Config { cases: 10, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let result = runner.run(&steps, |steps| {
        check(&steps, &manager, &web);
        Ok(())
    });
    result.unwrap();
}
