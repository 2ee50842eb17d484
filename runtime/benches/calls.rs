//! What a call costs above sending the same request with reqwest's own types: time and allocations.
//!
//! `cargo bench -p portal-runtime --bench calls`
//!
//! The answer is canned: nothing goes over a network. `reqwest_request` builds the request that the
//! call sends and takes the body of the same answer, by reqwest's request and response types;
//! `call` is everything that a generated method does, tokens, key, retries and limits included.

use std::sync::Arc;

use divan::{AllocProfiler, Bencher};
use portal_runtime::transport::BoxFuture;
use portal_runtime::{
    Api, Builder, ByteStream, Bytes, Client, Dialect, HeaderMap, HeaderValue, IdentityProvider,
    Middleware, Next, Operation, Portal, StatusCode, SubscriptionKey, Transport, TransportError,
    TransportRequest, TransportResponse, body, reqwest,
};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

static API: Api = Api {
    id: "ledger",
    title: "Ledger",
    version: "1.0",
    base_url: "https://apim.example/{region}/ledger",
};

static PORTAL: Portal = Portal {
    name: "example",
    env_prefix: "EXAMPLE",
    identity: IdentityProvider {
        token_url: "https://id.example/token",
        dialect: Dialect::FORM,
        default_lifetime: 300,
    },
    subscription_key: Some(SubscriptionKey {
        header: "Ocp-Apim-Subscription-Key",
    }),
    apis: &[&API],
    bundles: &[],
};

portal_runtime::bundle! {
    All {
        scopes: ["ledger.read"],
        grants: [],
    }
}

static EVENTS: Operation<Bytes, ()> = Operation::new(
    &API,
    "GetEvents",
    "GET",
    "/v1/events/{organization}",
    body::bytes,
)
.accept("application/json");

const BODY: &str = r#"{"results":[],"rowCount":0}"#;

fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(
        "content-type",
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    headers
}

/// Answers at once.
struct Canned;

impl Transport for Canned {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'static, Result<TransportResponse, TransportError>> {
        let body = match request.url.path() {
            "/token" => r#"{"access_token":"token","expires_in":3600}"#,
            _ => BODY,
        };
        let response = TransportResponse {
            status: StatusCode::OK,
            headers: headers(),
            body: ByteStream::from_bytes(body),
        };
        Box::pin(std::future::ready(Ok(response)))
    }
}

struct Nothing;

impl Middleware for Nothing {
    fn handle<'a>(
        &'a self,
        request: TransportRequest,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<TransportResponse, TransportError>> {
        next.run(request)
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime")
}

fn client(change: impl FnOnce(Builder<Client>) -> Builder<Client>) -> Client {
    let builder = Builder::new::<All>(&PORTAL, "fi", |client| client)
        .credentials("id", "secret")
        .subscription_key("key")
        .transport(Canned);
    change(builder).build().expect("a client")
}

async fn call(client: &Client) -> usize {
    let call = client
        .call::<_, _, ()>(&EVENTS)
        .path("organization", "1234567-8")
        .query("fromDate", "2023-11-07")
        .query("pageSize", 50);
    call.await.expect("an answer").len()
}

#[divan::bench]
fn portal_call(bencher: Bencher<'_, '_>) {
    let (runtime, client) = (runtime(), client(|builder| builder));
    runtime.block_on(call(&client));
    bencher.bench_local(|| runtime.block_on(call(&client)));
}

#[divan::bench]
fn portal_call_with_middleware(bencher: Bencher<'_, '_>) {
    let (runtime, client) = (runtime(), client(|builder| builder.middleware(Nothing)));
    runtime.block_on(call(&client));
    bencher.bench_local(|| runtime.block_on(call(&client)));
}

#[divan::bench]
fn portal_transport_alone(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    let transport: Arc<dyn Transport> = Arc::new(Canned);
    bencher.bench_local(|| {
        runtime.block_on(async {
            let url = reqwest::Url::parse("https://apim.example/").expect("a URL");
            let request = TransportRequest {
                method: portal_runtime::Method::GET,
                url,
                headers: HeaderMap::new(),
                body: portal_runtime::transport::WireBody::empty(),
            };
            let response = transport.send(request).await.expect("an answer");
            response.body.bytes().await.expect("a body").len()
        })
    });
}

#[divan::bench]
fn reqwest_request(bencher: Bencher<'_, '_>) {
    let (runtime, client) = (runtime(), own_client());
    let mut token = HeaderValue::from_static("Bearer token");
    token.set_sensitive(true);
    bencher.bench_local(|| {
        runtime.block_on(async {
            let request = client
                .get(format!(
                    "https://apim.example/fi/ledger/v1/events/{}?fromDate={}&pageSize={}",
                    "1234567-8", "2023-11-07", 50
                ))
                .header("accept", "application/json")
                .header("authorization", token.clone())
                .header("ocp-apim-subscription-key", "key")
                .build()
                .expect("a request");
            divan::black_box(&request);
            let mut response = http::Response::new(BODY);
            *response.headers_mut() = headers();
            let response = reqwest::Response::from(response);
            response.bytes().await.expect("a body").len()
        })
    });
}

/// A client that is never sent with: TLS needs no settings.
fn own_client() -> reqwest::Client {
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let tls = tokio_rustls::rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_root_certificates(tokio_rustls::rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .build()
        .expect("a client")
}
