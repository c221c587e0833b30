//! The faults, and what a server does to make them.

use flate2::{Compress, Compression, FlushCompress};

use crate::support::server::{Act, answer, ok, with};

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) act: Act,
    /// The manager refused it before it looked into it, so that more than one request of a
    /// mutation may arrive.
    pub(crate) refused_before: bool,
    /// Only the total timeout ends it.
    pub(crate) endless: bool,
}

const OVER_QUOTA: &str = r#"{"type":"https://api.backend.ai/probs/rate-limit-exceeded","title":"You have reached your API query rate limit.","error_code":"api_access_unavailable"}"#;
const BAD_DATE: &str = r#"{"type":"https://api.backend.ai/probs/invalid-auth-params","title":"Missing or invalid authorization parameters.","msg":"Date/time sync error"}"#;
const HTML: &str = "<html><body>s3cret-page</body></html>";

pub(crate) fn all() -> Vec<Case> {
    let case = |name, act| Case { name, act, refused_before: false, endless: false };
    let say = |name, bytes| case(name, Act::Say(bytes));
    let close = |name, bytes| case(name, Act::SayAndClose(bytes));
    let html = |status| answer(status, "text/html", HTML);
    let problem = |status, body| answer(status, "application/problem+json; charset=utf-8", body);
    let chunked =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let half = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"data\":";
    let mut cases = vec![
        case("connection reset before the request is read", Act::ResetAtOnce),
        case("connection reset while the request is read", Act::ResetAfterHead),
        case("connection reset after the request", Act::Reset),
        case("connection closed without an answer", Act::Close),
        case("no answer", Act::Hang(Vec::new())),
        case("half a head, then silence", Act::Hang(b"HTTP/1.1 200 OK\r\ncontent".to_vec())),
        case("half a body, then silence", Act::Hang(half.into())),
        Case { endless: true, ..case("slow loris: a head without end", Act::Drip(b"HTTP/1.1 200 OK\r\nx: ".to_vec())) },
        Case { endless: true, ..case("a body without end, a byte at a time", Act::Drip(half.replace("100", "100000").into())) },
        close("half a body, then the end", half.into()),
        close("a chunk that breaks off", format!("{chunked}ff\r\n{{").into()),
        close("a content length that is too small", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"data\":{\"keypair\":null},\"errors\":null}".to_vec()),
        close("two content lengths", with("content-length: 3", ok("{}"))),
        close("a content length that is no number", b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n{}".to_vec()),
        close("bytes that are not HTTP", b"s3cret-noise\r\n\r\n".to_vec()),
        case("a head without end, quickly", Act::Flood(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-filler: 0123456789012345678901234567890123456789\r\n".repeat(100), 1000)),
        say("an empty body", ok("")),
        say("204 and no body", b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
        say("invalid UTF-8", ok(b"{\"data\":{\"keypair\":{\"user_id\":\"\xff\xfe\"}}}")),
        say("invalid JSON", ok("{\"data\": s3cret-value")),
        say("JSON and more", ok(r#"{"data":{"keypair":null},"errors":null} s3cret"#)),
        say("200 with a page", html("200 OK")),
        say("JSON that is declared as text", answer("200 OK", "text/plain", r#"{"data":{"keypair":null,"delete_keypair":{"ok":true,"msg":""}},"errors":null}"#)),
        say("members that come twice", ok(r#"{"data":{"keypair":null,"keypair":null,"delete_keypair":{"ok":true},"delete_keypair":{"ok":true}},"data":null}"#)),
        say("brackets 200,000 deep", ok(format!("{{\"data\":{}", "[".repeat(200_000)))),
        say("deep errors", ok(format!("{{\"errors\":[{{\"message\":\"m\",\"extensions\":{}", "{\"a\":".repeat(100_000)))),
        say("200 with errors", ok(r#"{"data":null,"errors":[{"message":"x DETAIL: s3cret-row","path":["keypair"],"extensions":{"code":"user_read_not-found"}}]}"#)),
        say("errors beside partial data", ok(r#"{"data":{"keypair":{"user_id":"s3cret-data"},"delete_keypair":null},"errors":[{"message":"x [SQL: s3cret-statement]","path":["keypair"],"extensions":{"code":"user_read_not-found"}}]}"#)),
        case("a body that is announced too large", Act::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n".to_vec())),
        case("a huge body", Act::Flood(chunked.into(), chunk(&b"[".repeat(1 << 16)), 1 << 14)),
        case("a gzip bomb of 1 GiB", Act::Flood(bomb_head(), chunk(&bomb(16)), 1 << 6)),
        close("gzip that is none", with("content-encoding: gzip", ok("s3cret-plain"))),
        say("100 and 103 before the answer", [b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n".to_vec(), ok(r#"{"data":{"keypair":null,"delete_keypair":{"ok":true,"msg":""}},"errors":null}"#)].concat()),
        say("400 of the manager", problem("400 Bad Request", r#"{"type":"https://api.backend.ai/probs/generic-bad-request","title":"Bad request."}"#)),
        say("401", problem("401 Unauthorized", r#"{"type":"https://api.backend.ai/probs/auth-failed","title":"Credential/signature mismatch."}"#)),
        say("404 with a page", html("404 Not Found")),
        say("500 of the manager", problem("500 Internal Server Error", r#"{"type":"https://api.backend.ai/probs/internal-server-error","title":"Internal server error.","msg":"DETAIL: s3cret-row"}"#)),
        say("502 with a page", html("502 Bad Gateway")),
        say("503 with Retry-After", with("retry-after: 2", html("503 Service Unavailable"))),
        say("504 with a page", html("504 Gateway Timeout")),
        say("429 of a proxy", with("retry-after: 1", html("429 Too Many Requests"))),
    ];
    for status in
        ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        let name = match &status[..3] {
            "301" => "301",
            "302" => "302",
            "307" => "307",
            _ => "308",
        };
        let location = "location: http://127.0.0.1:1/admin/gql?s3cret-token";
        cases.push(say(name, with(location, html(status))));
    }
    let limits = "x-ratelimit-limit: 5\r\nx-ratelimit-remaining: 0\r\nx-ratelimit-reset: 1\r\nx-ratelimit-window: 900";
    for (name, bytes) in [
        ("429 of the manager", with(limits, problem("429 Too Many Requests", OVER_QUOTA))),
        (
            "a date that is refused",
            with("date: Sat, 21 Nov 2020 23:36:46 GMT", problem("400 Bad Request", BAD_DATE)),
        ),
    ] {
        cases.push(Case { refused_before: true, ..say(name, bytes) });
    }
    cases
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    chunk
}

fn bomb_head() -> Vec<u8> {
    let mut bytes =
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    bytes.extend(chunk(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]));
    bytes
}

/// So many MiB of zeros, compressed so that they can stand anywhere in a stream.
fn bomb(mebibytes: usize) -> Vec<u8> {
    let zeros = vec![b'0'; 1 << 20];
    let mut compress = Compress::new(Compression::best(), false);
    let mut bytes = Vec::with_capacity(1 << 16);
    compress.compress_vec(&zeros, &mut bytes, FlushCompress::Full).unwrap();
    assert_eq!(compress.total_in(), 1 << 20);
    bytes.repeat(mebibytes)
}
