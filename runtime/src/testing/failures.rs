//! What no operation is spared: refusals, failing servers, answers that are cut off, values that nobody listed.

use std::time::Duration;

use super::wire::{Script, check_success};
use super::{Answer, Failed, Seen, Wire};

/// What any server may answer to any request. 401 comes last: it makes clients ask for another token.
const STATUSES: [u16; 6] = [403, 404, 429, 500, 503, 401];

/// Compares what a client makes of failures.
pub(super) async fn check<C>(wire: &Wire<C>, client: &C, script: &Script) {
    let Some((expected, call)) = wire.requests.first() else {
        return;
    };
    let line = expected.line;
    for documented in &wire.errors {
        script.set(documented.answer());
        let failed = refused(line, documented.status, call(client).await);
        // What has the shape of the gateway's own answers is taken for one.
        if failed.by_api || !documented.body.contains("\"statusCode\"") {
            assert!(failed.by_api, "{line}: the API refused: {failed:?}");
            assert_eq!(
                failed.variant, documented.variant,
                "{line}: the {} with\n{}\n{failed:?}",
                documented.status, documented.body
            );
        }
    }
    for documented in &wire.unlisted {
        script.set(documented.answer());
        check_success(line, documented, call(client).await);
    }
    cut_off(wire, client, script).await;
    for status in STATUSES {
        script.set(undeclared(status));
        let failed = refused(line, status, call(client).await);
        assert!(failed.by_api, "{line}: the API refused: {failed:?}");
        if status == 429 {
            let wait = Some(Duration::from_secs(7));
            assert_eq!(failed.retry_after, wait, "{line}: {failed:?}");
        }
    }
}

/// A refusal that says what it is by its status alone.
fn undeclared(status: u16) -> Answer {
    let answer = Answer::json(status, r#"{"wire":"refused"}"#);
    match status {
        403 => answer.header("www-authenticate", "Bearer error=\"insufficient_scope\""),
        429 => answer.header("retry-after", "7"),
        _ => answer,
    }
}

fn refused(line: &str, status: u16, outcome: Result<Seen, Failed>) -> Failed {
    match outcome {
        Ok(seen) => panic!("{line}: a {status} is no success: {seen:?}"),
        Err(failed) => {
            assert_eq!(failed.status, Some(status), "{line}: {failed:?}");
            failed
        }
    }
}

/// A body that ends before its announced length is never taken for a whole one.
async fn cut_off<C>(wire: &Wire<C>, client: &C, script: &Script) {
    let successes = wire.successes();
    let (Some((expected, call)), Some(documented)) = (wire.requests.first(), successes.first())
    else {
        return;
    };
    if documented.body.is_empty() || expected.line.starts_with("HEAD ") {
        return;
    }
    script.set(documented.answer().truncated());
    match call(client).await {
        // A stream among several kinds of success has not been read yet.
        Ok(Seen::Variant(_)) | Err(_) => {}
        Ok(seen) => panic!("{}: a body cut short was read as {seen:?}", expected.line),
    }
}
