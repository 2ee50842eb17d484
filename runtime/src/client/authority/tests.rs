//! Many sets of scopes at once, at a provider that treats each in its own way.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, sleep};

use super::*;
use crate::body::ByteStream;
use crate::error::TransportError;
use crate::oauth::{ClientCredentials, Credentials, Dialect, SystemClock};
use crate::transport::{Transport, TransportRequest, TransportResponse};

/// Counts the requests for each scope.
#[derive(Clone, Default)]
struct Provider(Arc<Mutex<BTreeMap<String, usize>>>);

impl Transport for Provider {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'static, Result<TransportResponse, TransportError>> {
        let provider = self.clone();
        Box::pin(async move {
            let body = request.body.into_bytes().unwrap();
            let scope = url::form_urlencoded::parse(&body)
                .find(|(name, _)| name == "scope")
                .unwrap();
            let scope = scope.1.into_owned();
            *provider.0.lock().unwrap().entry(scope.clone()).or_default() += 1;
            let (status, wait) = match scope.as_str() {
                "key-7" => (200, Duration::from_secs(20)),
                "key-13" => (503, Duration::from_millis(50)),
                _ => (200, Duration::from_millis(50)),
            };
            sleep(wait).await;
            let body = format!(r#"{{"access_token":"for-{scope}","expires_in":3600}}"#);
            Ok(TransportResponse {
                status: StatusCode::from_u16(status).unwrap(),
                headers: HeaderMap::new(),
                body: ByteStream::from_bytes(body),
            })
        })
    }
}

fn tokens(provider: &Provider) -> Tokens {
    let endpoint = TokenEndpoint {
        transport: Arc::new(provider.clone()),
        clock: Arc::new(SystemClock::new()),
        url: "https://id.example/token".parse().unwrap(),
        dialect: Dialect::FORM,
        credentials: Credentials::fixed(ClientCredentials::new("id", "secret")),
        default_lifetime: Duration::from_secs(300),
        on_missing_scopes: None,
    };
    Tokens::new(Arc::new(endpoint), None)
}

#[tokio::test(start_paused = true)]
async fn a_slow_key_and_a_failing_one_delay_no_other() {
    let provider = Provider::default();
    let tokens = Arc::new(tokens(&provider));
    let start = Instant::now();
    let calls: Vec<_> = (0..64 * 20)
        .map(|call| {
            let (tokens, key) = (Arc::clone(&tokens), call % 64);
            tokio::spawn(async move {
                let slot = tokens.slot(vec![format!("key-{key}")]);
                let header = slot.token().await.map(|entry| entry.header.clone());
                (key, header, start.elapsed())
            })
        })
        .collect();
    for call in calls {
        let (key, header, took) = call.await.unwrap();
        match key {
            7 => assert!(header.is_ok() && took >= Duration::from_secs(20)),
            13 => assert!(header.is_err()),
            _ => {
                assert_eq!(header.unwrap(), format!("Bearer for-key-{key}"));
                // Time stands still but for what is waited for.
                assert!(
                    took < Duration::from_millis(60),
                    "key {key} waited {took:?}"
                );
            }
        }
    }
    let asked = provider.0.lock().unwrap();
    assert_eq!(asked.len(), 64);
    assert!(asked.values().all(|count| *count == 1), "{asked:?}");
}
