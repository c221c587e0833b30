"""Paths, documents and bodies."""
import json

from .book import ONE, TYPENAME, question

g = "paths"
for method, path in [("GET", "/"), ("GET", "/health"), ("GET", "/nope"), ("GET", "/admin/gql"),
                     ("POST", "/"), ("POST", "/v9/admin/gql"), ("DELETE", "/admin/graphql"),
                     ("POST", "/admin/gql/"), ("POST", "/health")]:
    question(g, f"{method} {path}, unsigned", body="", method=method, path=path, anonymous=True,
             content_type=None, version=None)
question(g, "GET /, unknown version", body="", method="GET", path="/", anonymous=True,
         version="v1")
question(g, "GET /health, unknown version", body="", method="GET", path="/health",
         anonymous=True, version="v1")
question(g, "GET /nope, bad authorization", body="", method="GET", path="/nope",
         authorization="Bearer x")
question(g, "GET /, bad authorization", body="", method="GET", path="/",
         authorization="Bearer x")
question(g, "the older path", ONE, path="/admin/graphql")
question(g, "the older path, an error", "{ nope }", path="/admin/graphql")
question(g, "the older path, a refusal", "{ user_list(limit: 1, offset: 0) { total_count } }",
         path="/admin/graphql", role="USER")
question(g, "the older path, a syntax error", "{ a", path="/admin/graphql")
question(g, "the older path, anonymous", ONE, path="/admin/graphql", anonymous=True)

g = "documents"
question(g, "SDL", "{ _service { sdl } }")
for title, query in [
    ("introspection", "{ __schema { queryType { name } } }"),
    ("introspection of a type", '{ __type(name: "KeyPair") { name } }'),
    ("introspection and an unknown field", "{ __schema { queryType { name } } nope }"),
    ("__typename", TYPENAME), ("__typename within", "{ keypair { __typename } }"),
    ("unknown field", "{ keypair_list(limit: 1, offset: 0) { items { nope } } }"),
    ("unknown root", "{ nope }"), ("unknown mutation", "mutation { nope { ok } }"),
    ("a subscription", "subscription { nope }"),
    ("missing argument", "{ keypair_list(offset: 0) { total_count } }"),
    ("unknown argument", "{ keypair(nope: 1) { access_key } }"),
    ("wrong type of a literal", '{ keypair_list(limit: "1", offset: 0) { total_count } }'),
    ("a literal beyond 32 bits", "{ keypair_list(limit: 2147483648, offset: 0) { total_count } }"),
    ("no selection", "{ keypair }"), ("a selection of a scalar", "{ keypair { access_key { x } } }"),
    ("unknown fragment", "{ ...F }"), ("unused fragment", TYPENAME + " fragment F on Query { __typename }"),
    ("unknown type of a fragment", "{ ... on Nope { x } }"),
    ("unknown directive", "{ __typename @nope }"),
    ("undefined variable", "{ keypair_list(limit: $n, offset: 0) { total_count } }"),
    ("unused variable", "query($n: Int) { __typename }"),
    ("conflicting fields", "{ a: keypair { access_key } a: domain { name } }"),
    ("syntax error", "{ keypair_list(limit: 1 "), ("empty", ""), ("blank", "  "),
    ("a comment only", "# nothing"), ("a type definition", "type A { b: Int }"),
    ("only a fragment", "fragment F on Query { __typename }"),
    ("a UUID that is none", '{ group(id: "nope") { name } }'),
    ("an input object with an unknown member",
     'mutation { create_keypair(user_id: "x", props: { nope: 1, resource_policy: "default", '
     'rate_limit: 1 }) { ok } }'),
    ("an input object with a missing member",
     'mutation { create_keypair(user_id: "x", props: { resource_policy: "default" }) { ok } }'),
    ("a null where none may be",
     'mutation { create_keypair(user_id: "x", props: { resource_policy: "default", '
     'rate_limit: null }) { ok } }'),
]:
    question(g, title, query)
question(g, "@include and @skip",
         "query($y: Boolean!) { a: __typename @include(if: $y) b: __typename @skip(if: $y) }",
         variables={"y": True}, exact=True)
question(g, "fragments and aliases",
         "{ k: keypair { ...F ... on KeyPair { is_admin } } } fragment F on KeyPair { key: access_key }",
         exact=True)
two = "query A { __typename } query B { x: __typename }"
question(g, "operationName", two, members={"operationName": "B"}, exact=True)
question(g, "operation_name", two, members={"operation_name": "A"}, exact=True)
question(g, "no operation named", two)
question(g, "unknown operation", two, members={"operationName": "C"})
question(g, "operationName null", TYPENAME, members={"operationName": None}, exact=True)
question(g, "two roots, one fails",
         "{ ok: keypair_list(limit: 1, offset: 0) { total_count } "
         "bad: keypair_list(limit: 1, offset: -1) { total_count } }")
number = "query($n: Int!) { keypair_list(limit: $n, offset: 0) { total_count } }"
for title, variables in [("a good variable", {"n": 1}), ("a wrong variable", {"n": "two"}),
                         ("a missing variable", {}), ("a null variable", {"n": None}),
                         ("a variable beyond 32 bits", {"n": 2**31}),
                         ("a float for an Int", {"n": 1.5}), ("a whole float for an Int", {"n": 1.0}),
                         ("a boolean for an Int", {"n": True}),
                         ("an unknown variable", {"n": 1, "m": 2})]:
    question(g, title, number, variables=variables)
question(g, "a UUID variable that is none", "query($i: UUID!) { group(id: $i) { name } }",
         variables={"i": "nope"})
question(g, "a number for a UUID", "query($i: UUID!) { group(id: $i) { name } }",
         variables={"i": 5})
question(g, "a number for a String", "query($k: String) { keypair(access_key: $k) { access_key } }",
         variables={"k": 5})
question(g, "a missing member in a variable",
         "mutation($p: KeyPairInput!) { create_keypair(user_id: \"x\", props: $p) { ok } }",
         variables={"p": {"rate_limit": 1}})
question(g, "an unknown member in a variable",
         "mutation($p: KeyPairInput!) { create_keypair(user_id: \"x\", props: $p) { ok } }",
         variables={"p": {"rate_limit": 1, "resource_policy": "default", "nope": 1}})

g = "bodies"
for title, body in [
    ("malformed", '{"query": "{ __typename }"'), ("not JSON", "hello"), ("empty", ""),
    ("an array", '[{"query": "{ __typename }"}]'), ("a string", '"x"'), ("null", "null"),
    ("no query", '{"variables": {}}'), ("query null", '{"query": null}'),
    ("query a number", '{"query": 1}'),
    ("variables null", '{"query": "{ __typename }", "variables": null}'),
    ("variables a string", '{"query": "{ __typename }", "variables": "{}"}'),
    ("variables a list", '{"query": "{ __typename }", "variables": []}'),
    ("operationName a number", '{"query": "{ __typename }", "operationName": 1}'),
    ("an unknown member", '{"query": "{ __typename }", "extra": 1}'),
    ("not UTF-8", b'{"query": "\xff"}'),
    ("just below 1 MiB", json.dumps({"query": TYPENAME, "variables": {"p": "x" * 1048500}})),
    ("1 MiB and a little", json.dumps({"query": TYPENAME, "variables": {"p": "x" * 1048576}})),
    ("3 MiB", json.dumps({"query": TYPENAME, "variables": {"p": "x" * 3145728}})),
]:
    question(g, title, body=body)
question(g, "text/plain", TYPENAME, content_type="text/plain", exact=True)
question(g, "with a charset", TYPENAME, content_type="application/json; charset=utf-8",
         signed_type="application/json", exact=True)
question(g, "with a charset, signed with it", TYPENAME,
         content_type="application/json; charset=utf-8",
         signed_type="application/json; charset=utf-8")
question(g, "a type in capitals", TYPENAME, content_type="Application/JSON",
         signed_type="application/json")
