//! Compiles what the generator writes for its golden documents, and decodes answers with it.

use crate::golden::{edges, lists, people, self_, things, types};
use backendai::{
    MaybeUndefined, Operation, OperationKind, Pager, Paginated, Pagination, Position,
    operation::{Compiled, info::PagingInfo},
};
use futures_util::FutureExt as _;
use serde_json::{Value, json};

use crate::support::transport::*;

/// The body that an operation is sent with.
fn sent<O: Operation>(operation: O) -> Value {
    let fake = Fake::new(|_, _| broken());
    let request = client(&fake).send(operation);
    assert!(request.into_future().now_or_never().unwrap().is_err());
    fake.bodies().remove(0)
}

/// The variables of the first page.
fn first_page<O: Paginated>(list: O, set: impl FnOnce(Pager<O>) -> Pager<O>) -> Value {
    let fake = Fake::new(|_, _| broken());
    let mut pages = set(client(&fake).pages(list));
    assert!(pages.next().now_or_never().unwrap().unwrap().is_err());
    fake.bodies().remove(0)["variables"].take()
}

fn paging<O: Compiled>() -> PagingInfo {
    O::INFO.paging.unwrap()
}

fn key<O: Compiled>() -> Option<&'static str> {
    paging::<O>().key.map(|key| key.columns)
}

/// What is sent.
trait Sent: serde::Serialize {
    fn json(&self) -> Value {
        serde_json::to_value(self).unwrap()
    }
}

impl<T: serde::Serialize> Sent for T {}

/// Decodes, and checks that nothing is lost on the way back.
#[track_caller]
fn round_trip<T>(value: &Value) -> T
where
    T: serde::Serialize + serde::de::DeserializeOwned,
{
    let decoded: T = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&decoded).unwrap(), value);
    decoded
}

#[test]
fn the_same_field_in_many_places_is_one_field() {
    let value = json!({"me": {
        "name": "n", "id": "1", "mail": "m", "password": "p", "need_password_change": true,
        "friend": {"name": "f", "email": "e", "tags": ["t"], "id": "2"},
        "email": "e", "tags": ["a", "b"],
    }});
    let data: people::overlap::Data = round_trip(&value);
    let friend = data.me.friend.unwrap();
    assert_eq!((friend.name.as_str(), friend.id.as_str(), friend.email.as_str()), ("f", "2", "e"));
    assert_eq!(data.me.mail.as_deref(), Some("m"));
}

#[test]
fn a_selection_of_one_fragment_has_the_type_of_the_fragment() {
    let data: people::sole::Data = serde_json::from_value(json!({"user": null})).unwrap();
    let _: Option<people::UserCard> = data.user;
}

#[test]
fn secrets_are_not_shown() {
    let card: people::UserCard = serde_json::from_value(json!({
        "id": "1", "name": "n", "mail": null, "password": "hunter2", "need_password_change": true,
        "friend": null,
    }))
    .unwrap();
    let shown = format!("{card:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("need_password_change: Some(true)"), "{shown}");

    let target = types::Target::ApiToken("hunter2".into());
    let rename =
        things::Rename::new(target, "to").filter(types::Filter_::new("n").password("hunter2"));
    let shown = format!("{rename:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("[redacted]"), "{shown}");
}

#[test]
fn the_passwords_of_the_manager_are_not_shown() {
    use backendai::admin::{service_config, types};

    let configuration = r#"{"db": {"password": "hunter2"}}"#;
    let read: service_config::ServiceConfigDetail = serde_json::from_value(json!({
        "id": "1", "service": "manager", "configuration": configuration, "schema": "{}",
    }))
    .unwrap();
    assert_eq!(read.configuration.0["db"]["password"], "hunter2");
    let sent = types::ModifyServiceConfigNodeInput::new("manager", read.configuration.clone());
    let change = service_config::ModifyServiceConfig::new(sent);
    for shown in [format!("{read:?}"), format!("{change:?}")] {
        assert!(!shown.contains("hunter2") && shown.contains("[redacted]"), "{shown}");
    }
}

#[test]
fn aliases_keywords_and_scalars() {
    let value = json!({
        "first": {
            "id": "1", "_id": 7, "type": "t", "self": "me", "page": [{"id": "2"}],
            "grid": [[1, 2], null], "statusHistory": ["ALIVE", "UNKNOWN", "UNKNOWN_VALUE", "type", "NEW"],
            "created_at": "2024-01-02T03:04:05.678901+00:00",
            "uuid": "0a000000-0000-4000-8000-000000000001", "big": 9_007_199_254_740_993_i64,
            "blob": "{\"a\":1}", "anything": {"x": [1]}, "gone": null,
        },
        "match": 3,
        "__typename": "Query",
    });
    let data: people::aliases::Data = round_trip(&value);
    assert_eq!((data.first._id, data.r#match), (Some(7), Some(3)));
    assert_eq!(data.first.self_, "me");
    let statuses = data.first.status_history.unwrap();
    use types::Status;
    assert_eq!(
        statuses,
        [
            Status::Alive,
            Status::Unknown,
            Status::UnknownValue_,
            Status::Type,
            Status::UnknownValue("NEW".into())
        ]
    );
    assert_eq!(Status::from("PURGE_ERROR"), Status::PurgeError);
    assert_eq!(Status::KNOWN.len(), 6);
    assert!(Status::KNOWN.iter().all(|status| Status::from(status.as_str()) == *status));
}

#[test]
fn what_include_and_skip_leave_out_is_none() {
    let value = json!({"me": {"email": "e", "tags": [], "name": "n"}});
    let data: people::conditional::Data = round_trip(&value);
    assert_eq!((data.me.name.as_deref(), data.me.id), (Some("n"), None));
    assert_eq!(data.user, None);
    let value = json!({"me": {}, "user": {"id": "1"}});
    round_trip::<people::conditional::Data>(&value);
}

#[test]
fn interfaces_and_unions_keep_unknown_types() {
    let value = json!({"nodes": [
        {"__typename": "User", "id": "1", "name": "n", "friend": {"name": "f", "email": "e", "tags": []}},
        {"__typename": "Robot", "id": "2", "model": 4, "friend": {"name": "r"}},
        {"__typename": "Martian", "id": "3"},
    ]});
    let data: things::nodes::Data = round_trip(&value);
    use things::nodes::Nodes;
    match data.nodes.as_slice() {
        [Nodes::User(user), Nodes::Robot(robot), Nodes::UnknownType(other)] => {
            assert_eq!(user.friend.as_ref().unwrap().email, "e");
            assert_eq!(robot.model, Some(4));
            assert_eq!((other.typename.as_str(), other.id.as_str()), ("Martian", "3"));
        }
        other => panic!("{other:?}"),
    }
    let value = json!({"things": [
        {"__typename": "User", "id": "1"},
        {"__typename": "Robot", "id": "2", "kind": "Robot", "model": null},
        {"__typename": "Martian"},
    ]});
    round_trip::<things::things::Data>(&value);
    round_trip::<things::plain::Data>(&json!({"node": {"id": "1", "__typename": "User"}}));
}

#[test]
fn a_required_null_is_an_error() {
    let value = json!({"me": {"email": null, "tags": [null]}});
    let error = serde_json::from_value::<people::Contact>(value["me"].clone()).unwrap_err();
    assert!(error.to_string().contains("null"), "{error}");
}

#[test]
fn variables_are_sent_only_when_given() {
    assert_eq!(people::Users::new(5).json(), json!({"offset": 5}));
    let users = people::Users::new(5).limit(7).order(MaybeUndefined::Null).filter("x");
    assert_eq!(users.json(), json!({"offset": 5, "limit": 7, "order": null, "filter": "x"}));
    assert_eq!(people::Overlap::default().json(), json!({}));

    let filter = types::Filter::new()
        .r#in(vec![1, 2])
        .in_(3)
        ._id(4)
        .id(5)
        .not(types::Filter::new().r#type(types::Status::Alive))
        .and(vec![types::Filter::new()]);
    let value =
        json!({"in": [1, 2], "in_": 3, "_id": 4, "id": 5, "NOT": {"type": "ALIVE"}, "AND": [{}]});
    assert_eq!(things::Things::new().filter(filter).json(), json!({"filter": value}));

    let rename = things::Rename::new(types::Target::Id("7".into()), "to");
    assert_eq!(rename.json(), json!({"target": {"id": "7"}, "to": "to"}));
}

#[test]
fn null_is_sent_only_where_it_means_something() {
    let change = types::ChangeUser::new(None).name("n").email(MaybeUndefined::Null).limit(3);
    let parent = types::ChangeUser::new(Some(json!({"a": 1}).into()));
    let operation = edges::Change::new("7", change.parent(parent));
    let value = json!({
        "name": "n", "email": null, "registry": null, "limit": 3,
        "parent": {"registry": "{\"a\":1}"},
    });
    assert_eq!(operation.json(), json!({"id": "7", "props": value}));
    let props = operation.json()["props"].take();
    assert_eq!(serde_json::from_value::<types::ChangeUser>(props).unwrap(), operation.props);
    // What has to be said is missed when it is read, too.
    let error = serde_json::from_value::<types::ChangeUser>(json!({"name": "n"})).unwrap_err();
    assert!(error.to_string().contains("`registry`"), "{error}");

    let name: Option<String> = None;
    let mut variables = edges::ChangeName::new("7", None).email("e");
    variables.name = name;
    assert_eq!(variables.json(), json!({"id": "7", "email": "e", "registry": null}));
}

#[test]
fn words_and_defaults() {
    let words = edges::Words::new()
        .self_("s")
        .self__("S")
        .new_(1)
        .r#async(false)
        .crate_(vec![2])
        .level(types::Level::Low)
        .choice(types::Choice::Self_(Box::new(types::Choice::Id_("3".into()))));
    let value = json!({
        "self": "s", "Self": "S", "new": 1, "async": false, "crate": [2], "level": "LOW",
        "choice": {"self": {"_id": "3"}},
    });
    assert_eq!(words.json(), value);
    let choice = serde_json::from_value::<types::Choice>(value["choice"].clone()).unwrap();
    assert_eq!(words.choice, choice.into());
    assert_eq!(edges::Words::new().json(), json!({}));
    assert_eq!(
        (self_::Self_::INFO.name, crate::golden::_1_more::Touch::INFO.name),
        ("self", "Touch")
    );
    let names = [
        edges::Data_::INFO.name,
        edges::Result_::INFO.name,
        edges::User::INFO.name,
        edges::User_::INFO.name,
    ];
    assert_eq!(names, ["Data", "Result", "User", "user"]);
}

#[test]
fn fragments_in_fragments_and_on_interfaces() {
    let value = json!({"me": {
        "name": "n", "email": "e", "friend": {"name": "f", "email": null}, "tags": null, "id": "1",
    }});
    round_trip::<edges::data::Data>(&value);
    let user = json!({"__typename": "User", "id": "1", "name": "n"});
    let data: edges::result::Data = round_trip(&json!({"me": user}));
    assert!(matches!(data.me, edges::Any::User(user) if user.name == "n"));
    let robot = json!({"__typename": "Robot", "id": "2", "model": 3});
    for thing in [&user, &robot, &json!({"__typename": "Martian"}), &Value::Null] {
        round_trip::<edges::user::Data>(&json!({"thing": thing}));
    }
    round_trip::<edges::user_::Data>(&json!({"node": {"__typename": "Martian", "id": "4"}}));
}

#[test]
fn a_field_of_two_places_has_what_either_selects() {
    for value in [
        json!({"me": {"id": "1"}, "user": {"email": "e"}, "things": []}),
        json!({"me": {"id": "1", "name": "n"}, "user": {"name": "n"}, "one": {"name": "n"},
            "nodes": [{"__typename": "User", "name": "n"}, {"__typename": "Robot", "id": "3"}, null],
            "things": [{"__typename": "Robot"}]}),
    ] {
        round_trip::<edges::partial::Data>(&value);
    }
    // One place has all that it selects.
    let value = json!({"me": {"id": "1"}, "one": {}});
    assert!(serde_json::from_value::<edges::partial::Data>(value).is_err());
}

#[test]
fn introspection_is_a_query_like_any_other() {
    let ty = json!({"__typename": "__Type", "kind": "OBJECT", "name": "User"});
    let mut whole = ty.clone();
    whole["fields"] = json!([{
        "name": "id", "isDeprecated": false, "type": {"name": null, "ofType": ty},
    }]);
    let value = json!({
        "__schema": {
            "queryType": {"name": "Query"}, "types": [ty],
            "directives": [{"name": "skip", "locations": ["FIELD", "NEW"], "args": []}],
        },
        "__type": whole, "__typename": "Query",
    });
    let data: edges::introspection::Data = round_trip(&value);
    assert_eq!(data.__type.unwrap().kind, types::TypeKind::Object);
}

#[test]
fn scalars_have_types() {
    let value = json!({"me": {
        "bytes": "90ff", "born": "2026-01-31", "amount": "1.10", "native": [{"a": null}],
        "load": {"0a000000-0000-4000-8000-000000000001": 0.5},
    }});
    let me = round_trip::<edges::scalars::Data>(&value).me;
    assert_eq!(me.bytes.unwrap().as_ref(), [0x90, 0xff]);
    assert_eq!(me.load.unwrap().into_values().collect::<Vec<_>>(), [0.5]);
    assert_eq!(me.amount.as_deref(), Some("1.10"));
}

#[test]
fn an_operation_has_its_document() {
    assert_eq!(
        (things::Rename::INFO.kind, things::Rename::INFO.name),
        (OperationKind::Mutation, "Rename")
    );
    assert_eq!((things::Type::INFO.kind, things::Type::INFO.name), (OperationKind::Query, "type"));
    // Only what the operation uses is sent, and nothing that speaks to the generator.
    assert!(
        things::Type::INFO.document.text.ends_with("fragment Contact on User{name email tags}")
    );
    assert!(!people::Users::INFO.document.text.contains('@'));
    assert_eq!(things::Plain::INFO.document.text.matches("__typename").count(), 1);
    let text = json!({"query": things::Plain::INFO.document.text}).to_string();
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(sent(things::Plain::new())["query"], read["query"]);
}

#[test]
fn a_refusal_is_seen_wherever_it_is() {
    let refusal = |rename: Value, done: Value| {
        let data = json!({"data": {"rename": rename, "done": done}});
        let fake = Fake::new(move |_, _| ok(data.to_string()));
        let rename = things::Rename::new(types::Target::Id("7".into()), "to");
        let error = client(&fake).send(rename).into_future().now_or_never().unwrap().err()?;
        assert!(error.is_refused(), "{error}");
        let field = ["rename", "done"]
            .into_iter()
            .find(|field| error.to_string().contains(&format!("`{field}`")));
        Some((field.unwrap().to_owned(), error.refusal_message().map(|it| it.to_string())))
    };
    let fine = json!({"ok": true, "msg": "success", "user": null});
    let done = json!({"ok": true, "msg": ""});
    assert_eq!(refusal(fine.clone(), done.clone()), None);
    assert_eq!(refusal(Value::Null, done.clone()), None);
    let refused = json!({"ok": false, "msg": null, "user": null});
    assert_eq!(refusal(refused, done), Some(("rename".into(), None)));
    let refused = json!({"ok": false, "msg": "no"});
    assert_eq!(refusal(fine, refused), Some(("done".into(), Some("no".into()))));
}

#[test]
fn a_list_is_recognised() {
    assert_eq!(key::<people::Users>(), Some("name"));
    let users = people::Users::new(0).order("id");
    let variables = first_page(users, |pages| pages.page_size(3).offset(6));
    assert_eq!(variables, json!({"limit": 3, "offset": 6, "order": "id,name"}));
    let item = json!({"name": "n", "email": "e", "tags": []});
    let data =
        serde_json::from_value(json!({"user_list": {"items": [item], "total_count": 9}})).unwrap();
    let page = people::Users::new(0).page(data).unwrap();
    assert_eq!((page.items[0].name.as_str(), page.total_count), ("n", Some(9)));
}

#[test]
fn a_key_may_have_another_name_and_may_be_several_columns() {
    assert_eq!(paging::<lists::Keyed>().strategies, [Pagination::Keyset, Pagination::Offset]);
    assert_eq!(key::<lists::Keyed>(), Some("user_id"));
    let (filter, order) = (paging::<lists::Keyed>().filter, paging::<lists::Keyed>().order);
    assert_eq!((filter, order), (Some("filter"), Some("order")));
    assert_eq!(paging::<lists::Keyed>().orders, ["order"]);
    let position = || r#"{"rows":2,"key":"k"}"#.parse::<Position>().unwrap();
    let variables =
        first_page(lists::Keyed::new(0).filter("x"), |pages| pages.start_at(position()));
    assert_eq!(variables["filter"], r#"(user_id > "k") & (x)"#);
    assert_eq!(variables["order"], "user_id");
    let variables = first_page(lists::Keyed::new(0).filter("x").order("y"), |pages| pages);
    assert_eq!((&variables["filter"], &variables["order"]), (&json!("x"), &json!("y,user_id")));
    let uuid = "0194c0de-0000-7000-8000-000000000001";
    let row = serde_json::from_value(json!({ "uuid": uuid })).unwrap();
    assert_eq!(lists::Keyed::key(&row).as_deref(), Some(uuid));

    // Without a filter variable there is no other way.
    assert_eq!(paging::<lists::Fragmented>().strategies, [Pagination::Offset]);
    assert_eq!(key::<lists::Fragmented>(), Some("name,id"));
    let data = json!({"log": {"items": [{"id": "1", "name": "n"}], "total_count": 1}});
    let page = lists::Fragmented::new(0, 0).page(serde_json::from_value(data).unwrap()).unwrap();
    assert_eq!(lists::Fragmented::key(&page.items[0]).as_deref(), Some("n\n1"));
    let log = paging::<lists::Log>();
    assert_eq!((log.strategies, key::<lists::Log>()), (&[Pagination::Offset][..], None));
}

#[test]
fn a_connection_gives_its_rows_and_their_cursors() {
    assert_eq!(paging::<lists::Robots>().strategies, [Pagination::Cursor]);
    let data = json!({"robots": {
        "count": 4,
        "edges": [{"cursor": "a", "node": {"name": "n"}}, {"cursor": "b", "node": null}, null],
        "pageInfo": {"hasNextPage": true, "endCursor": "b"},
    }});
    let page = lists::Robots::new().page(serde_json::from_value(data).unwrap()).unwrap();
    // What is null stays where it is, so that nothing is left out unsaid.
    let names: Vec<_> =
        page.items.iter().map(|row| row.as_ref().map(|robot| robot.name.as_str())).collect();
    assert_eq!(names, [Some("n"), None, None]);
    assert_eq!(page.cursors, [Some("a".to_owned()), Some("b".to_owned()), None]);
    assert_eq!(
        (page.total_count, page.end_cursor.as_deref(), page.has_next_page),
        (Some(4), Some("b"), Some(true))
    );

    let position: Position = r#"{"rows":2,"cursor":"b"}"#.parse().unwrap();
    let robots = lists::Robots::new().offset(7);
    let variables = first_page(robots, |pages| pages.page_size(5).start_at(position));
    assert_eq!(variables, json!({"first": 5, "after": "b"}));
}

#[test]
fn the_two_ways_of_a_connection_exclude_each_other() {
    let strategies = [Pagination::Cursor, Pagination::Offset];
    assert_eq!(paging::<lists::RobotsV2>().strategies, strategies);
    assert_eq!(paging::<lists::RobotsV2>().orders, ["by"]);
    let both = || lists::RobotsV2::new().limit(1).offset(0).first(8);
    let by_cursor = |pages: Pager<_>| pages.strategy(Pagination::Cursor).page_size(5);
    assert_eq!(first_page(both(), by_cursor), json!({"first": 5}));
    let ordered = by_cursor(client(&Fake::new(|_, _| broken())).pages(both().by(vec![1])));
    let error = Box::pin(ordered).next().now_or_never().unwrap().unwrap().unwrap_err();
    assert!(error.is_config(), "{error}");
    let by_offset = |pages: Pager<_>| pages.page_size(3).offset(6);
    let variables = first_page(both().by(vec![1]), by_offset);
    assert_eq!(variables, json!({"by": [1], "limit": 3, "offset": 6}));
    let data = json!({"robotsV2": {
        "count": null,
        "edges": [{"cursor": "a", "node": {"name": "n"}}],
        "pageInfo": {"hasNextPage": false, "endCursor": null},
    }});
    let page = lists::RobotsV2::new().page(serde_json::from_value(data).unwrap()).unwrap();
    assert_eq!(
        (page.items[0].name.as_str(), page.total_count, page.has_next_page),
        ("n", None, Some(false))
    );
    let null = serde_json::from_value(json!({ "robotsV2": null })).unwrap();
    assert!(lists::RobotsV2::new().page(null).is_none());
}

/// Decoding is by one function for all types: it has to take, refuse and say what derived code does.
#[test]
fn decoding_is_as_serde_derives_it() {
    #[derive(serde::Deserialize, serde::Serialize)]
    struct Step {
        x: i32,
        #[serde(default, skip_serializing_if = "MaybeUndefined::is_undefined")]
        y: MaybeUndefined<i32>,
    }
    #[derive(serde::Deserialize, serde::Serialize)]
    struct UserCard {
        id: String,
        name: String,
        mail: Option<String>,
        password: Option<String>,
        need_password_change: Option<bool>,
        friend: Option<Value>,
    }
    fn compare<Ours, Derived>(text: &str)
    where
        Ours: serde::Serialize + serde::de::DeserializeOwned,
        Derived: serde::Serialize + serde::de::DeserializeOwned,
    {
        let ours = serde_json::from_str::<Ours>(text).map_err(|error| error.to_string());
        let derived = serde_json::from_str::<Derived>(text).map_err(|error| error.to_string());
        match (ours, derived) {
            (Ok(ours), Ok(derived)) => assert_eq!(
                serde_json::to_value(ours).unwrap(),
                serde_json::to_value(derived).unwrap(),
                "{text}"
            ),
            (ours, derived) => assert_eq!(ours.err(), derived.err(), "{text}"),
        }
    }
    for text in [
        // All of it, in its order and in another, with what nobody knows.
        r#"{"id":"1","name":"n","mail":"m","password":"p","need_password_change":true,"friend":null}"#,
        r#"{"friend":null,"x":[1,{"y":2}],"need_password_change":true,"name":"n","id":"1"}"#,
        // As a list, which is too short, or too long.
        r#"["1","n",null,null,true,null]"#,
        r#"["1","n"]"#,
        r#"["1","n",null,null,true,null,7]"#,
        // Missing, twice, null, of another type, broken.
        r#"{}"#,
        r#"{"id":"1","name":"n"}"#,
        r#"{"id":"1","id":"2"}"#,
        r#"{"id":null}"#,
        // A number would be taken: some servers send ids so.
        r#"{"id":true}"#,
        r#"{"mail":{}}"#,
        r#"{"id":"1",}"#,
        r#"{"id""#,
        r#"7"#,
        r#"null"#,
        r#""id""#,
    ] {
        compare::<people::UserCard, UserCard>(text);
    }
    for text in [r#"{"x":1}"#, r#"{"x":1,"y":null}"#, r#"{"y":2,"x":1}"#, r#"{"y":[]}"#, "[1,2]"] {
        compare::<types::Step, Step>(text);
    }
}
