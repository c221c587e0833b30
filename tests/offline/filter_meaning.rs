//! A filter that the client builds means to the manager what it means in Rust.

use std::collections::BTreeSet;

use backendai::{
    Client,
    admin::{
        columns::keypair_list as column,
        keypair::{CreateKeyPair, PagedKeyPairs},
        types::{KeyPairInput, ModifyUserInput},
        user::ModifyUser,
    },
    filter::Filter,
};
use backendai_testing::Manager;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tokio::runtime::Runtime;

use crate::support::embedded;

/// A condition on two columns, to be built as a filter and to be computed.
#[derive(Clone, Debug)]
enum Condition {
    Active(bool),
    Admin(bool),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Condition {
    fn filter(&self) -> Filter {
        match self {
            Self::Active(value) => column::IS_ACTIVE.equals(*value),
            Self::Admin(value) => column::IS_ADMIN.equals(*value),
            Self::Not(inner) => !inner.filter(),
            Self::And(left, right) => left.filter() & right.filter(),
            Self::Or(left, right) => left.filter() | right.filter(),
            Self::All(parts) => Filter::all(parts.iter().map(Self::filter)).unwrap(),
            Self::Any(parts) => Filter::any(parts.iter().map(Self::filter)).unwrap(),
        }
    }

    fn holds(&self, active: bool, admin: bool) -> bool {
        match self {
            Self::Active(value) => active == *value,
            Self::Admin(value) => admin == *value,
            Self::Not(inner) => !inner.holds(active, admin),
            Self::And(left, right) => left.holds(active, admin) && right.holds(active, admin),
            Self::Or(left, right) => left.holds(active, admin) || right.holds(active, admin),
            Self::All(parts) => parts.iter().all(|part| part.holds(active, admin)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(active, admin)),
        }
    }
}

fn condition() -> impl Strategy<Value = Condition> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Condition::Active),
        any::<bool>().prop_map(Condition::Admin)
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let pair = (inner.clone(), inner.clone());
        let many = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            inner.prop_map(|inner| Condition::Not(Box::new(inner))),
            pair.clone().prop_map(|(left, right)| Condition::And(Box::new(left), Box::new(right))),
            pair.prop_map(|(left, right)| Condition::Or(Box::new(left), Box::new(right))),
            many.clone().prop_map(Condition::All),
            many.prop_map(Condition::Any),
        ]
    })
}

/// Strings with many of the special characters of the language.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![r#"[\\"a%_\n\r]{0,8}"#, ".{0,12}"]
}

/// An embedded manager, and a superadmin's client of it.
struct Setup {
    runtime: Runtime,
    manager: Manager,
    client: Client,
}

/// The columns of a keypair that the filters of this test compare.
struct Row {
    key: String,
    active: bool,
    admin: bool,
    rate_limit: i64,
}

impl Setup {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let manager = runtime.block_on(Manager::start()).unwrap();
        let client = embedded::client(&manager, manager.superadmin());
        Self { runtime, manager, client }
    }

    async fn rows(&self, list: PagedKeyPairs) -> Vec<Row> {
        let page = self.client.send(list.limit(100)).await.unwrap().keypair_list;
        let rows = page.items.into_iter().map(|item| Row {
            key: item.access_key,
            active: item.is_active.unwrap(),
            admin: item.is_admin.unwrap(),
            rate_limit: item.rate_limit.unwrap().into(),
        });
        rows.collect()
    }

    async fn selected(&self, filter: Filter) -> BTreeSet<String> {
        let rows = self.rows(PagedKeyPairs::new().filter(filter)).await;
        rows.into_iter().map(|row| row.key).collect()
    }

    async fn set_full_name(&self, name: &str) {
        let props = ModifyUserInput::new().full_name(name);
        self.client.send(ModifyUser::new(&self.manager.user().email, props)).await.unwrap();
    }

    /// The keys of the user whose name [`set_full_name`](Self::set_full_name) sets.
    fn keys_of_user(&self) -> BTreeSet<String> {
        let keys = [self.manager.user(), self.manager.inactive_key()];
        keys.map(|account| account.access_key.clone()).into()
    }
}

fn runner() -> TestRunner {
    TestRunner::new(Config { failure_persistence: None, ..Config::default() })
}

#[test]
fn any_nesting_keeps_its_meaning() {
    let setup = Setup::new();
    let rows = setup.runtime.block_on(async {
        let props = KeyPairInput::new("default", 100).is_active(false).is_admin(true);
        let create = CreateKeyPair::new(&setup.manager.user().email, props);
        setup.client.send(create).await.unwrap();
        setup.rows(PagedKeyPairs::new()).await
    });
    let kinds: BTreeSet<_> = rows.iter().map(|row| (row.active, row.admin)).collect();
    assert_eq!(kinds.len(), 4, "the rows distinguish all conditions");

    let case = |condition: Condition| {
        let filter = condition.filter();
        let text = filter.to_string();
        let expected = rows.iter().filter(|row| condition.holds(row.active, row.admin));
        let expected: BTreeSet<_> = expected.map(|row| row.key.clone()).collect();
        let selected = setup.runtime.block_on(setup.selected(filter));
        prop_assert_eq!(selected, expected, "{}", text);
        Ok(())
    };
    runner().run(&condition(), case).unwrap();
}

#[test]
fn a_string_is_compared_unchanged_or_refused() {
    let setup = Setup::new();
    let case = |text: String| {
        let filter = column::FULL_NAME.equals(&text);
        if filter.check().is_err() {
            prop_assert!(text.contains(['\n', '\0', '\\']), "{:?} was refused", text);
            return Ok(());
        }
        let selected = setup.runtime.block_on(async {
            setup.set_full_name(&text).await;
            setup.selected(filter).await
        });
        prop_assert_eq!(selected, setup.keys_of_user());
        Ok(())
    };
    runner().run(&text(), case).unwrap();
}

#[test]
fn lists_and_numbers_are_compared_unchanged() {
    let setup = Setup::new();
    let rows = setup.runtime.block_on(setup.rows(PagedKeyPairs::new()));
    let texts = || prop::collection::vec("[a-z\" ]{0,5}", 0..4);
    let numbers = prop_oneof![any::<i64>(), 4..7_i64, 999_999..1_000_002_i64];
    let case = |(texts, name, number): (Vec<String>, String, i64)| {
        let name = texts.last().cloned().filter(|_| number % 2 == 0).unwrap_or(name);
        let contained = texts.contains(&name);
        let (in_list, at_least) = setup.runtime.block_on(async {
            setup.set_full_name(&name).await;
            let in_list = setup.selected(column::FULL_NAME.is_in(&texts)).await;
            (in_list, setup.selected(column::RATE_LIMIT.at_least(number)).await)
        });
        let expected = if contained { setup.keys_of_user() } else { BTreeSet::new() };
        prop_assert_eq!(in_list, expected, "{:?} in {:?}", name, texts);
        let expected = rows.iter().filter(|row| row.rate_limit >= number);
        prop_assert_eq!(at_least, expected.map(|row| row.key.clone()).collect::<BTreeSet<_>>());
        Ok(())
    };
    runner().run(&(texts(), "[a-z\" ]{0,5}", numbers), case).unwrap();
}
