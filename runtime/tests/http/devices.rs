//! Users who log in on another device, with made-up time.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};

use http_body::Body as _;
use portal_runtime::transport::BoxFuture;
use portal_runtime::{
    ByteStream, HeaderMap, IdentityProviderError, IdentityProviderReason, StatusCode, Transport,
    TransportError, TransportErrorKind, TransportRequest, TransportResponse,
};
use tokio::time::Instant;

use crate::ledger::builder;
use crate::logins::pairs;

/// Status and body, or no answer at all.
type Said = Result<(u16, String), ()>;

/// Answers by a script, at the moments that are noted; nothing travels, so that time can be made up.
#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<Vec<Said>>>,
    asked: Arc<Mutex<Vec<(Instant, String, String)>>>,
}

impl Transport for Script {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'static, Result<TransportResponse, TransportError>> {
        let script = self.clone();
        Box::pin(async move {
            let url = request.url.to_string();
            let mut sent = pin!(request.body);
            let mut body = Vec::new();
            while let Some(frame) = poll_fn(|context| sent.as_mut().poll_frame(context)).await {
                body.extend_from_slice(frame.unwrap().data_ref().unwrap());
            }
            let body = String::from_utf8(body).unwrap();
            let now = Instant::now();
            script.asked.lock().unwrap().push((now, url, body));
            match script.answers.lock().unwrap().remove(0) {
                Ok((status, body)) => Ok(TransportResponse {
                    status: StatusCode::from_u16(status).unwrap(),
                    headers: HeaderMap::new(),
                    body: ByteStream::from_bytes(body),
                }),
                Err(()) => Err(TransportError::new(TransportErrorKind::Connect, "no way")),
            }
        })
    }
}

const CODES: &str = r#"{"device_code":"the-device-code","user_code":"WDJB-MJHT",
    "verification_uri":"https://id.example/activate","expires_in":120,"interval":7,
    "verification_uri_complete":"https://id.example/activate?user_code=WDJB-MJHT"}"#;
const GRANTED: &str = r#"{"access_token":"access","refresh_token":"refresh","expires_in":3600}"#;

fn no(code: &str) -> Said {
    Ok((400, format!(r#"{{"error":"{code}"}}"#)))
}

/// Plays the device flow; gives the outcome, and after how many seconds the provider was asked.
async fn device(answers: Vec<Said>) -> (Result<(), IdentityProviderError>, Vec<u64>, Script) {
    let script = Script::default();
    *script.answers.lock().unwrap() = answers;
    let login = builder("https://id.example").transport(script.clone());
    let login = login.login().unwrap();
    let start = Instant::now();
    let device = login.device().await.unwrap();
    assert_eq!(device.user_code(), "WDJB-MJHT");
    assert!(!format!("{device:?}").contains("the-device-code"));
    let outcome = device.wait().await.map(|tokens| {
        assert_eq!(tokens.access_token().expose(), "access");
    });
    let asked = script.asked.lock().unwrap();
    let times = asked[1..].iter().map(|(at, ..)| (*at - start).as_secs());
    let times = times.collect();
    drop(asked);
    (outcome, times, script)
}

#[tokio::test(start_paused = true)]
async fn a_user_agrees_on_another_device() {
    let (outcome, times, script) = device(vec![
        Ok((200, CODES.to_owned())),
        no("authorization_pending"),
        no("slow_down"),
        no("authorization_pending"),
        Err(()),
        Ok((503, String::new())),
        Ok((200, GRANTED.to_owned())),
    ])
    .await;
    outcome.unwrap();
    // An interval first; slower by 5 s for good; doubled after each trouble.
    assert_eq!(times, [7, 14, 26, 38, 62, 110]);
    let asked = script.asked.lock().unwrap();
    assert_eq!(asked[0].1, "https://id.example/device");
    let begin = pairs(&asked[0].2);
    assert_eq!(begin["scope"], "ledger.read ledger.write");
    assert!(!begin.contains_key("grant_type"));
    let poll = pairs(&asked[1].2);
    assert_eq!(asked[1].1, "https://id.example/token");
    assert_eq!(
        poll["grant_type"],
        "urn:ietf:params:oauth:grant-type:device_code"
    );
    assert_eq!(poll["device_code"], "the-device-code");
}

#[tokio::test(start_paused = true)]
async fn a_device_login_ends_as_the_provider_says() {
    use IdentityProviderReason::{Denied, Expired, Refused};
    let other = Refused {
        code: "invalid_client".to_owned(),
    };
    for (code, reason) in [
        ("access_denied", Denied),
        ("expired_token", Expired),
        ("invalid_client", other),
    ] {
        let codes = Ok((200, CODES.to_owned()));
        let (outcome, times, _) = device(vec![codes, no(code)]).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.reason(), times.len()), (&reason, 1));
        assert!(!error.is_retryable());
        assert!(!format!("{error} {error:?}").contains("the-device-code"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_device_login_ends_with_its_codes() {
    let mut answers = vec![Ok((200, CODES.to_owned()))];
    answers.extend((0..100).map(|_| no("authorization_pending")));
    let start = Instant::now();
    let (outcome, times, _) = device(answers).await;
    let error = outcome.unwrap_err();
    assert_eq!(*error.reason(), IdentityProviderReason::Expired);
    assert_eq!((times.len(), times.last()), (17, Some(&119)));
    assert_eq!(start.elapsed().as_secs(), 120);
}
