"""Authentication, and the parts that a signature covers."""
import datetime

from .book import NOBODY, ONE, OWN, question

g = "authentication"
question(g, "wrong signature", ONE, signature="0" * 64)
question(g, "a short signature", ONE, signature="00")
for minutes in [-20, -14, 14, 20]:
    question(g, f"date {minutes:+} minutes", ONE, minutes=minutes)
question(g, "anonymous", ONE, anonymous=True)
question(g, "anonymous, no version, no date", ONE, anonymous=True, version=None,
         date=lambda n: None)
question(g, "no date", ONE, date=lambda n: None)
question(g, "an empty date", ONE, date=lambda n: "")
question(g, "not a date", ONE, date=lambda n: "yesterday")
question(g, "no version", ONE, version=None)
question(g, "unknown version", ONE, version="v99.20990101")
question(g, "unknown version, wrong signature", ONE, version="v99.20990101", signature="0" * 64)
question(g, "unknown version, anonymous", ONE, version="v99.20990101", anonymous=True)
question(g, "a version before the body was left out", ONE, version="v3.20170615")
question(g, "version v10", ONE, version="v10.20300101")
question(g, "an older version", ONE, version="v5.20191215")
question(g, "no content type, signed as JSON", ONE, content_type=None,
         signed_type="application/json")
question(g, "no content type, signed as octets", ONE, content_type=None,
         signed_type="application/octet-stream")
question(g, "unknown key", ONE, access_key="NOSUCHKEY0000000000")
question(g, "inactive key", ONE, role="INACTIVE_KEY")
question(g, "inactive key, wrong signature", ONE, role="INACTIVE_KEY", signature="0" * 64)
question(g, "inactive user", ONE, role="INACTIVE_USER")
question(g, "inactive user, wrong signature", ONE, role="INACTIVE_USER", signature="0" * 64)
for authorization in ["Bearer abc", "BackendAI", "BackendAI garbage", "backendai a=b",
                      "BackendAI signMethod=HMAC-SHA256, credential=nocolon",
                      "BackendAI signMethod=HMAC-SHA256", "BackendAI credential=a:b",
                      "BackendAI signMethod=HMACSHA256, credential=[[USER.key]]:00",
                      "BackendAI signMethod=A-B-C, credential=[[USER.key]]:00",
                      "BackendAI a=b,"]:
    question(g, f"Authorization: {authorization}", ONE, authorization=authorization,
             headers={"Authorization": authorization})
question(g, "another MAC", ONE, mac="RSA")
question(g, "an unknown hash", ONE, hash="NOPE")
for name in ["SHA1", "SHA224", "SHA384", "SHA512", "SHA3_224", "SHA3_256", "SHA3_384",
             "SHA3_512", "sha256", "MD5"]:
    question(g, f"HMAC-{name}", ONE, hash=name)
question(g, "hmac-SHA256", ONE, mac="hmac")
question(g, "Sorna scheme", ONE, scheme="Sorna")

g = "signature"
question(g, "host signed without its port", ONE, signed_host="127.0.0.1")
question(g, "host without port in both", ONE, host="127.0.0.1")
question(g, "another host in both", ONE, host="manager.test:1")
question(g, "a host in capitals", ONE, host="LOCALHOST:1")
question(g, "query string", ONE, path="/admin/gql?a=1&b=%20x")
question(g, "query string, signed without", ONE, path="/admin/gql?a=1", signed_path="/admin/gql")
question(g, "an escaped path", ONE, path="/admin/%67ql")
question(g, "over the body's hash", body='{"query": "{ __typename }"}',
         signed_body=b'{"query": "{ __typename }"}')
plus = datetime.timezone(datetime.timedelta(hours=14))
minus = datetime.timezone(datetime.timedelta(hours=-12))
far = lambda n: max((n.astimezone(z) for z in (plus, minus)),
                    key=lambda t: t.strftime("%Y%m%d") != n.strftime("%Y%m%d"))
question(g, "another day's zone, its own day", ONE, date=lambda n: far(n).isoformat(),
         day=lambda n: far(n).strftime("%Y%m%d"))
question(g, "another day's zone, the UTC day", ONE, date=lambda n: far(n).isoformat())
for title, form in [("HTTP date", "%a, %d %b %Y %H:%M:%S GMT"), ("Z", "%Y-%m-%dT%H:%M:%SZ"),
                    ("microseconds and Z", "%Y-%m-%dT%H:%M:%S.%fZ"),
                    ("no zone", "%Y-%m-%dT%H:%M:%S"), ("a blank for T", "%Y-%m-%d %H:%M:%S"),
                    ("compact", "%Y%m%dT%H%M%SZ"), ("asctime", "%a %b %d %H:%M:%S %Y")]:
    question(g, f"date: {title}", ONE, date=lambda n, form=form: n.strftime(form))
question(g, "X-BackendAI-Date", ONE, date_header="X-BackendAI-Date")
question(g, "X-Sorna-Date", ONE, date_header="X-Sorna-Date")
question(g, "X-Forwarded-URL", ONE, signed_host="front.test", signed_path="/other",
         headers={"X-Forwarded-URL": "http://front.test/other?x=1"})
question(g, "X-Forwarded-URL, signed over the real address", ONE,
         headers={"X-Forwarded-URL": "http://front.test/other?x=1"})
question(g, "act as a user", OWN, headers={"X-BackendAI-Act-As": "[[USER.id]]"}, exact=True)
question(g, "act as nobody", OWN, headers={"X-BackendAI-Act-As": NOBODY})
question(g, "act as no UUID", OWN, headers={"X-BackendAI-Act-As": "me"})
question(g, "act as an inactive user", OWN, headers={"X-BackendAI-Act-As": "[[INACTIVE_USER.id]]"})
question(g, "act as, as a user", OWN, role="USER",
         headers={"X-BackendAI-Act-As": "[[SUPERADMIN.id]]"})
question(g, "act as, as an admin", OWN, role="DOMAIN_ADMIN",
         headers={"X-BackendAI-Act-As": "[[USER.id]]"})
