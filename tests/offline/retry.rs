//! When a call is sent again: every row of the table, the pauses, and what is never repeated.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use backendai::{
    Client, ClientBuilder, Error, Observer, Retry,
    admin::keypair::{DeleteKeyPair, GetKeyPair},
    observe::{Attempt, Outcome},
    transport::TransportError,
};
use jiff::{SignedDuration, Timestamp};

use crate::support::transport::*;

const NOTHING: &str = r#"{"data":{"keypair":null},"errors":null}"#;
const DELETED: &str = r#"{"data":{"delete_keypair":{"ok":true,"msg":"success"}},"errors":null}"#;
const OVER_QUOTA: &str = r#"{"type":"https://api.backend.ai/probs/rate-limit-exceeded","title":"You have reached your API query rate limit.","error_code":"api_access_unavailable"}"#;
const BAD_DATE: &str = r#"{"type":"https://api.backend.ai/probs/invalid-auth-params","title":"Missing or invalid authorization parameters.","msg":"Date/time sync error"}"#;
const ONE: [&str; 1] = ["https://a.example"];
const TWO: [&str; 2] = ["https://a.example", "https://b.example"];

/// The pauses that were made; none of them takes time.
#[derive(Clone, Default)]
struct Pauses(Arc<Mutex<Vec<Duration>>>);

impl Pauses {
    fn of(&self, builder: ClientBuilder) -> Client {
        let all = self.0.clone();
        let sleep = move |pause| {
            all.lock().unwrap().push(pause);
            std::future::ready(())
        };
        builder.sleep(sleep).build().unwrap()
    }

    fn millis(&self) -> Vec<u128> {
        self.0.lock().unwrap().drain(..).map(|pause| pause.as_millis()).collect()
    }
}

const PLAIN: Retry = Retry::new().jitter(false);

fn with(answer: Answer, headers: &[(&'static str, &str)]) -> Answer {
    let mut answer = answer?;
    for (name, value) in headers {
        answer.headers.insert(*name, value.parse().unwrap());
    }
    Ok(answer)
}

fn over_quota(reset: &str) -> Answer {
    with(
        problem(429, OVER_QUOTA),
        &[
            ("x-ratelimit-limit", "5"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", reset),
            ("x-ratelimit-window", "900"),
        ],
    )
}

fn timed_out() -> Answer {
    Err(TransportError::maybe_sent("deadline").timed_out())
}

/// How many requests a call of each kind makes when everything fails so.
async fn requests(fails: fn() -> Answer) -> [usize; 4] {
    let fake = Fake::new(move |_, _| fails());
    let client = Pauses::default().of(builder(&ONE, &fake).retry(PLAIN));
    let mut count = [0; 4];
    let mut seen = 0;
    for (place, count) in count.iter_mut().enumerate() {
        let error = match place {
            0 => client.send(GetKeyPair::new()).await.unwrap_err(),
            1 => client.send(DeleteKeyPair::new("A")).await.unwrap_err(),
            2 => {
                client.send(DeleteKeyPair::new("A")).idempotent(true).response().await.unwrap_err()
            }
            _ => client.send_document("{ a }", ()).await.unwrap_err(),
        };
        *count = fake.requests().len() - seen;
        seen += *count;
        assert_eq!(error.previous_attempts().len() + 1, *count, "{error}");
    }
    count
}

#[tokio::test]
async fn what_is_sent_again() {
    // A query, a mutation, a mutation that is declared idempotent, a document of unknown kind.
    for (fails, expected) in [
        (refused as fn() -> Answer, [3, 3, 3, 3]),
        (|| Err(TransportError::not_sent("slow").timed_out()), [3, 3, 3, 3]),
        (|| over_quota("1"), [3, 3, 3, 3]),
        (broken, [3, 1, 3, 1]),
        (timed_out, [3, 1, 3, 1]),
        (|| answer(502, "text/html", "<html>"), [3, 1, 3, 1]),
        (|| answer(503, "text/html", "<html>"), [3, 1, 3, 1]),
        (|| answer(504, "text/html", "<html>"), [3, 1, 3, 1]),
        (|| answer(429, "text/html", "<html>"), [3, 1, 3, 1]),
        (|| Err(TransportError::too_large(5)), [1; 4]),
        (|| problem(400, BAD_DATE), [1; 4]),
        (|| problem(401, "{}"), [1; 4]),
        (|| answer(404, "text/html", "<html>"), [1; 4]),
        (|| answer(307, "text/html", ""), [1; 4]),
        (|| problem(500, "{}"), [1; 4]),
        (|| ok("<html>"), [1; 4]),
        (|| ok(r#"{"data": null, "errors": [{"message": "x", "path": ["a"]}]}"#), [1; 4]),
    ] {
        let count = requests(fails).await;
        assert_eq!(count, expected, "{:?}", fails());
    }
}

#[tokio::test]
async fn each_request_has_a_date_and_a_signature_of_its_own() {
    let fake = Fake::new(|count, _| if count < 2 { refused() } else { ok(DELETED) });
    let now = Mutex::new("2026-09-20T01:02:03Z".parse::<Timestamp>().unwrap());
    let tick = move || {
        let mut now = now.lock().unwrap();
        *now += SignedDuration::from_secs(1);
        *now
    };
    let pauses = Pauses::default();
    let client = pauses.of(builder(&ONE, &fake).retry(PLAIN).clock(tick));
    client.send(DeleteKeyPair::new("A")).await.unwrap();
    assert_eq!(pauses.millis(), [200, 400]);
    let requests = fake.requests();
    for name in ["date", "authorization"] {
        let all: BTreeSet<_> = requests.iter().map(|r| r.headers[name].as_bytes()).collect();
        assert_eq!(all.len(), 3, "{name}");
    }
    assert!(requests.iter().all(|request| request.body == requests[0].body));
}

#[tokio::test]
async fn a_requested_delay_is_respected_unless_it_is_too_long() {
    const DATE: (&str, &str) = ("date", "Sat, 21 Nov 2026 23:36:46 GMT");
    for (headers, said, expected) in [
        (&[("retry-after", "2")] as &[_], Some(2), &[2200_u128, 2400] as &[_]),
        (&[("retry-after", "Sat, 21 Nov 2026 23:36:49 GMT"), DATE], Some(3), &[3200, 3400]),
        (&[("retry-after", "Sat, 21 Nov 2026 23:36:45 GMT"), DATE], Some(0), &[200, 400]),
        // Without a date of its own by this machine's clock.
        (&[("retry-after", "Sun, 20 Sep 2026 01:02:04 GMT")], Some(0), &[743, 943]),
        (&[("retry-after", "soon")], None, &[200, 400]),
        (&[("retry-after", "-5")], None, &[200, 400]),
        // Once more than the budget allows.
        (&[("retry-after", "20")], Some(20), &[20_200]),
        (&[("retry-after", "30")], Some(30), &[]),
        (&[("retry-after", "18446744073709551615")], Some(u64::MAX), &[]),
    ] {
        let fake = Fake::new(move |_, _| with(answer(503, "text/plain", "down"), headers));
        let pauses = Pauses::default();
        let client = pauses.of(builder(&ONE, &fake).retry(PLAIN));
        let error = client.send(GetKeyPair::new()).await.unwrap_err();
        assert_eq!(pauses.millis(), expected, "{headers:?}");
        assert_eq!(error.retry_after().map(|after| after.as_secs()), said, "{headers:?}");
    }
}

#[tokio::test]
async fn the_rate_limit_window_gives_the_delay() {
    // It sends no Retry-After. The reset is in seconds from now.
    let fake = Fake::new(|count, _| if count == 0 { over_quota("7") } else { ok(DELETED) });
    let pauses = Pauses::default();
    let client = pauses.of(builder(&TWO, &fake).retry(PLAIN));
    client.send(DeleteKeyPair::new("A")).await.unwrap();
    assert_eq!(pauses.millis(), [7200]);
    // The other endpoint counts the same requests, and is not bothered.
    assert!(fake.requests().iter().all(|r| r.url.host_str() == Some("a.example")));

    let fake = Fake::new(|_, _| over_quota("900"));
    let client = pauses.of(builder(&TWO, &fake).retry(PLAIN));
    let error = client.send(DeleteKeyPair::new("A")).await.unwrap_err();
    assert!(error.is_rate_limited() && !error.is_outcome_unknown(), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(900)));
    assert_eq!((pauses.millis().len(), fake.requests().len()), (0, 1));
}

#[tokio::test]
async fn clients_calls_and_off() {
    let fake = Fake::new(|_, _| broken());
    let pauses = Pauses::default();
    let client = pauses.of(builder(&TWO, &fake).retry(PLAIN.max_attempts(2)));
    client.send(GetKeyPair::new()).await.unwrap_err();
    // Two endpoints, twice, and one pause between.
    assert_eq!((fake.requests().len(), pauses.millis()), (4, vec![200]));
    client.send(GetKeyPair::new()).retry(Retry::disabled()).await.unwrap_err();
    assert_eq!((fake.requests().len(), pauses.millis()), (6, vec![]));
    let error = client.send(GetKeyPair::new()).retry(PLAIN.max_attempts(5)).await.unwrap_err();
    assert_eq!((fake.requests().len(), pauses.millis().len()), (16, 4));
    let text = error.to_string();
    assert!(text.ends_with("and 4 times more") && text.len() < 500, "{text}");

    // A client as it comes repeats, with jitter from its seed.
    let mut jittered = Vec::new();
    for seed in [1, 2] {
        let client = pauses.of(builder(&ONE, &fake).seed(seed));
        client.send(GetKeyPair::new()).await.unwrap_err();
        jittered.push(pauses.millis());
    }
    let [one, two] = &jittered[..] else { unreachable!() };
    assert!(one.len() == 2 && one != two, "{one:?} {two:?}");
}

#[tokio::test]
async fn a_pause_that_ends_after_the_call_is_not_begun() {
    let fake = Fake::new(|_, _| broken());
    let pauses = Pauses::default();
    let hour = Retry::new().backoff(Duration::from_secs(3600), Duration::from_secs(3600));
    let client = pauses.of(builder(&ONE, &fake).retry(hour.max_total_backoff(Duration::MAX)));
    let call = client.send(GetKeyPair::new()).timeout(Duration::from_secs(1800));
    let error = call.await.unwrap_err();
    assert!(error.is_transport() && !error.is_timeout(), "{error}");
    assert_eq!((fake.requests().len(), pauses.millis().len()), (1, 0));

    let client = pauses.of(builder(&ONE, &fake).timeout(Duration::from_secs(1800)));
    client.send(GetKeyPair::new()).await.unwrap_err();
    assert!(fake.requests()[1].timeout.unwrap() <= Duration::from_secs(1800));
    client.send(GetKeyPair::new()).timeout(Duration::from_secs(9)).await.unwrap_err();
    assert!(fake.requests().pop().unwrap().timeout.unwrap() <= Duration::from_secs(9));
}

#[tokio::test(start_paused = true)]
async fn the_usual_pause_is_tokios() {
    let fake = Fake::new(|count, _| if count < 2 { broken() } else { ok(NOTHING) });
    let client = builder(&ONE, &fake).retry(PLAIN).build().unwrap();
    let begin = tokio::time::Instant::now();
    client.send(GetKeyPair::new()).await.unwrap();
    // Tokio rounds up to its ticks.
    assert!((600..605).contains(&begin.elapsed().as_millis()), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn what_an_earlier_request_may_have_done_is_not_forgotten() {
    let fake = Fake::new(|count, _| match count {
        0 => broken(),
        _ => refused(),
    });
    let client = Pauses::default().of(builder(&ONE, &fake));
    let call = client.send(DeleteKeyPair::new("A")).idempotent(true);
    let error = call.await.unwrap_err();
    assert!(error.is_outcome_unknown() && !error.is_connect() && error.is_transport(), "{error}");
}

#[tokio::test]
async fn a_date_that_is_refused_is_corrected_once() {
    let dated = |date: &'static str| with(problem(400, BAD_DATE), &[("date", date)]);
    // An hour and a half ahead of the client.
    let server = "Sun, 20 Sep 2026 02:32:03 GMT";
    let fake = Fake::new(move |count, _| match count {
        0 => dated(server),
        _ => ok(DELETED),
    });
    let pauses = Pauses::default();
    let client = pauses.of(builder(&TWO, &fake));
    assert_eq!(client.clock_offset(), SignedDuration::ZERO);
    // A mutation too: the manager looks at the date before anything else.
    client.send(DeleteKeyPair::new("A")).await.unwrap();
    let requests = fake.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].headers["date"], "2026-09-20T02:32:02.456789+00:00");
    assert_eq!(requests[1].url, requests[0].url);
    assert_eq!(client.clock_offset().as_secs(), 5399);
    client.send(DeleteKeyPair::new("A")).await.unwrap();
    assert_eq!(fake.requests().len(), 3);
    assert!(pauses.millis().is_empty());

    // What is refused still, is told; and what no clock explains, is not tried.
    let far = Fake::new(move |count, _| match count {
        0 => dated(server),
        _ => dated("Sun, 20 Sep 2026 22:00:00 GMT"),
    });
    let near = Fake::new(move |_, _| dated("Sun, 20 Sep 2026 01:02:09 GMT"));
    let silent = Fake::new(move |_, _| problem(400, BAD_DATE));
    for (fake, expected) in [(&far, 2), (&near, 1), (&silent, 1)] {
        let error = builder(&TWO, fake).build().unwrap().send(GetKeyPair::new()).await.unwrap_err();
        assert!(error.is_clock_skew() && !error.is_outcome_unknown(), "{error}");
        assert_eq!(fake.requests().len(), expected);
    }
    let fake = Fake::new(move |_, _| dated(server));
    let client = builder(&ONE, &fake).correct_clock_skew(false).build().unwrap();
    client.send(GetKeyPair::new()).await.unwrap_err();
    assert_eq!((fake.requests().len(), client.clock_offset().as_secs()), (1, 0));
}

fn hosts(fake: &Fake) -> String {
    let requests = fake.requests();
    requests.iter().map(|request| &request.url.host_str().unwrap()[..1]).collect()
}

#[tokio::test(start_paused = true)]
async fn endpoints_that_fail_rest_and_come_back() {
    let down = Arc::new(Mutex::new("a"));
    let now = down.clone();
    let fake = Fake::new(move |_, request| {
        match now.lock().unwrap().contains(&request.url.host_str().unwrap()[..1]) {
            true => answer(503, "text/plain", "down"),
            false => ok(NOTHING),
        }
    });
    let client = builder(&["http://a.example", "http://b.example", "http://c.example"], &fake)
        .retry(Retry::disabled())
        .build()
        .unwrap();
    let query = || client.send(GetKeyPair::new());
    // A 503 is an answer, and not one for which an endpoint is preferred.
    query().await.unwrap();
    query().await.unwrap();
    assert_eq!(hosts(&fake), "abb");
    *down.lock().unwrap() = "ab";
    query().await.unwrap();
    query().await.unwrap();
    assert_eq!(hosts(&fake), "abbbcc");

    // When their rest is over they are tried, by queries alone and one at a time.
    *down.lock().unwrap() = "a";
    tokio::time::advance(Duration::from_secs(30)).await;
    client.send(DeleteKeyPair::new("A")).await.unwrap_err();
    query().await.unwrap();
    query().await.unwrap();
    query().await.unwrap();
    assert_eq!(hosts(&fake), "abbbcccacbb");

    // A mutation goes on only from where nothing was sent, and is not repeated on a 503.
    *down.lock().unwrap() = "abc";
    let error = client.send(DeleteKeyPair::new("A")).await.unwrap_err();
    assert!(error.is_unavailable() && error.is_outcome_unknown(), "{error}");
    assert_eq!(hosts(&fake), "abbbcccacbbb");
}

#[tokio::test]
async fn clients_spread_over_the_endpoints() {
    let fake = Fake::new(|_, _| ok(NOTHING));
    let three = ["http://a.example", "http://b.example", "http://c.example"];
    let mut first = Vec::new();
    for seed in 0..60 {
        let client = builder(&three, &fake).shuffle(true).seed(seed).build().unwrap();
        client.send(GetKeyPair::new()).await.unwrap();
        let again = builder(&three, &fake).shuffle(true).seed(seed).build().unwrap();
        again.send(GetKeyPair::new()).await.unwrap();
        let hosts = hosts(&fake);
        assert!(hosts.ends_with("aa") || hosts.ends_with("bb") || hosts.ends_with("cc"), "{hosts}");
        first.push(hosts.chars().last().unwrap());
        assert_eq!(client.config().endpoints()[0].authority(), "a.example");
    }
    for host in ['a', 'b', 'c'] {
        let count = first.iter().filter(|of| **of == host).count();
        assert!((10..=30).contains(&count), "{host}: {count}");
    }
}

#[tokio::test]
async fn negotiation_is_repeated_too() {
    let fake = Fake::new(|count, _| match count {
        0..3 => refused(),
        3 => answer(502, "text/html", "<html>"),
        _ => ok(r#"{"version": "v9.20250722", "manager": "26.9.6"}"#),
    });
    let client = Pauses::default().of(builder(&TWO, &fake));
    assert_eq!(client.negotiate().await.unwrap().manager(), "26.9.6");
    assert_eq!(fake.requests().len(), 5);
}

#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Observer for Told {
    fn before(&self, attempt: &Attempt<'_>) {
        let Attempt { operation, endpoint, resend_count, .. } = attempt;
        self.0.lock().unwrap().push(format!("{resend_count} {operation} {endpoint}"));
    }

    fn after(&self, attempt: &Attempt<'_>, outcome: &Outcome<'_>) {
        assert!(outcome.duration < Duration::from_secs(60));
        let status = outcome.status.map(|status| status.as_u16());
        let refused = outcome.error.is_some_and(Error::is_refused);
        let line = format!("{} {:?} {status:?} {refused}", attempt.resend_count, attempt.kind);
        self.0.lock().unwrap().push(line);
    }
}

#[tokio::test]
async fn an_observer_receives_every_request() {
    let fake = Fake::new(|count, _| match count {
        0 => refused(),
        _ => ok(r#"{"data":{"delete_keypair":{"ok":false,"msg":"no"}},"errors":null}"#),
    });
    let told = Arc::new(Told::default());
    let client = builder(&TWO, &fake).observer(told.clone()).build().unwrap();
    client.send(DeleteKeyPair::new("A")).await.unwrap_err();
    assert_eq!(
        *told.0.lock().unwrap(),
        [
            "0 DeleteKeyPair https://a.example",
            "0 Some(Mutation) None false",
            "1 DeleteKeyPair https://b.example",
            "1 Some(Mutation) Some(200) true",
        ]
    );
}

fn quota(remaining: u64, reset: u64) -> Answer {
    let (remaining, reset) = (remaining.to_string(), reset.to_string());
    let headers = [
        ("x-ratelimit-limit", "3"),
        ("x-ratelimit-remaining", &*remaining),
        ("x-ratelimit-reset", &*reset),
        ("x-ratelimit-window", "900"),
    ];
    with(ok(NOTHING), &headers)
}

#[tokio::test(start_paused = true)]
async fn a_client_that_obeys_waits_for_the_next_window() {
    // As the manager counts: three requests in 900 s from the first one on.
    let begin = tokio::time::Instant::now();
    let window = Mutex::new((begin, 0));
    let fake = Fake::new(move |_, _| {
        let mut window = window.lock().unwrap();
        if window.1 == 0 || window.0.elapsed() >= Duration::from_secs(900) {
            *window = (tokio::time::Instant::now(), 0);
        }
        window.1 += 1;
        let reset = 900 - window.0.elapsed().as_secs();
        if window.1 > 3 { over_quota(&reset.to_string()) } else { quota(3 - window.1, reset) }
    });
    let client = builder(&ONE, &fake).respect_rate_limit(true).build().unwrap();
    let calls = (0..8).map(|_| client.send(GetKeyPair::new()).into_future());
    for result in futures_util::future::join_all(calls).await {
        result.unwrap();
    }
    // Not one too many, and no more windows than needed.
    assert_eq!(fake.requests().len(), 8);
    assert!((1800..1810).contains(&begin.elapsed().as_secs()), "{:?}", begin.elapsed());

    // Who has no time for it is told at once.
    client.send(GetKeyPair::new()).await.unwrap();
    let call = client.send(DeleteKeyPair::new("A")).timeout(Duration::from_secs(60));
    let error = call.await.unwrap_err();
    assert!(error.is_timeout() && !error.is_outcome_unknown(), "{error}");
    assert!(error.retry_after() > Some(Duration::from_secs(800)), "{error:?}");
    assert_eq!(fake.requests().len(), 9);
}

#[tokio::test(start_paused = true)]
async fn one_request_finds_out_and_when_it_fails_another_does() {
    let fake = Fake::new(|count, _| match count {
        0 => broken(),
        1 => ok(NOTHING),
        _ => quota(1, 900),
    });
    let client =
        builder(&ONE, &fake).respect_rate_limit(true).retry(Retry::disabled()).build().unwrap();
    let calls = (0..4).map(|_| client.send(GetKeyPair::new()).into_future());
    let failed = futures_util::future::join_all(calls).await.iter().filter(|r| r.is_err()).count();
    assert_eq!((failed, fake.requests().len()), (1, 4));
    // What does not sign has a window of its own.
    let asks = client.send(GetKeyPair::new()).timeout(Duration::from_secs(1));
    asks.await.unwrap_err();
    assert!(client.negotiate().await.unwrap_err().is_decode());
    assert_eq!(fake.requests().len(), 5);

    // Who asked and was dropped does not hold the others up.
    let stuck = builder(&ONE, &fake).respect_rate_limit(true).build().unwrap();
    drop(futures_util::poll!(stuck.send(GetKeyPair::new()).into_future()));
    stuck.send(GetKeyPair::new()).await.unwrap();
}
