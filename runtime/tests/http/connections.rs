//! How connections are made: proxies, own roots, client certificates, versions of HTTP.

use std::sync::Arc;

use portal_runtime::{Error, TimeoutKind, TransportErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

use crate::ledger::builder;
use crate::server::{Reply, Server, answer, json};

const EVENT: &str = r#"{"id":1,"account":"a"}"#;
const ROOT: &str = include_str!("tls/ca.pem");
const CLIENT: &str = concat!(
    include_str!("tls/client.pem"),
    include_str!("tls/client.key")
);

/// An https server that answers each connection's first request with an event.
async fn secure(client_needed: bool) -> String {
    let certificate = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = if client_needed {
        let mut roots = RootCertStore::empty();
        roots.add(certificate(ROOT)).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .unwrap();
        config.with_client_cert_verifier(verifier)
    } else {
        config.with_no_client_auth()
    };
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).unwrap();
    let chain = vec![certificate(include_str!("tls/server.pem"))];
    let acceptor = TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let Ok(mut connection) = acceptor.accept(connection).await else {
                continue;
            };
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).await;
            let Reply::Bytes(bytes) = answer(200, &[("connection", "close")], EVENT) else {
                unreachable!()
            };
            let _ = connection.write_all(&bytes).await;
            let _ = connection.shutdown().await;
        }
    });
    url
}

/// TLS settings as an application makes them for a client of its own.
pub(crate) fn tls() -> ClientConfig {
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}

#[tokio::test]
async fn own_roots_are_trusted_and_unknown_ones_are_not() {
    let (identity, gateway) = (
        Server::portal(|_, _| json(200, EVENT)).await,
        secure(false).await,
    );
    let fine = builder(&identity.url)
        .gateway_url(&gateway)
        .root_certificate(ROOT)
        .build()
        .unwrap();
    assert_eq!(fine.event("1").await.unwrap().id, 1);
    let unknown = builder(&identity.url)
        .gateway_url(&gateway)
        .build()
        .unwrap();
    let error = unknown.event("1").await.unwrap_err();
    let Error::Transport(transport) = &error else {
        panic!("{error}")
    };
    assert_eq!(transport.kind(), TransportErrorKind::Connect);
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn certificates_cannot_be_waved_through() {
    let (identity, gateway) = (
        Server::portal(|_, _| json(200, EVENT)).await,
        secure(false).await,
    );
    let ledger = builder(&identity.url)
        .gateway_url(&gateway)
        .http(|http| {
            http.customize(|client| {
                client
                    .connection_verbose(true)
                    .tls_danger_accept_invalid_certs(true)
            })
        })
        .build()
        .unwrap();
    assert!(ledger.event("1").await.is_err());
}

#[tokio::test]
async fn a_client_proves_itself_by_its_certificate() {
    let (identity, gateway) = (
        Server::portal(|_, _| json(200, EVENT)).await,
        secure(true).await,
    );
    let builder = || {
        builder(&identity.url)
            .gateway_url(&gateway)
            .root_certificate(ROOT)
    };
    let proven = builder().client_certificate(CLIENT);
    assert!(!format!("{proven:?}").contains("PRIVATE"));
    assert_eq!(proven.build().unwrap().event("1").await.unwrap().id, 1);
    assert!(builder().build().unwrap().event("1").await.is_err());
}

/// A proxy that refuses every tunnel and keeps what it was asked.
async fn proxy() -> Server {
    Server::start(|_, _| answer(407, &[], "")).await
}

#[tokio::test]
async fn a_proxy_sees_hosts_and_its_own_password_only() {
    let proxy = proxy().await;
    let identity = Server::portal(|_, _| json(200, EVENT)).await;
    let url = proxy.url.replace("http://", "http://user:canary@");
    let builder = builder(&identity.url)
        .gateway_url("https://gateway.example")
        .proxy(url);
    assert!(!format!("{builder:?}").contains("canary"));
    let error = builder.build().unwrap().event("1").await.unwrap_err();
    let Error::Transport(transport) = &error else {
        panic!("{error}")
    };
    assert_eq!(transport.kind(), TransportErrorKind::Connect, "{error}");
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    let seen = proxy.seen();
    assert_eq!(seen[0].line(), "CONNECT gateway.example:443");
    assert_eq!(
        seen[0].header("proxy-authorization"),
        Some("Basic dXNlcjpjYW5hcnk=")
    );
    for request in &seen {
        assert_eq!(request.header("authorization"), None);
        assert_eq!(request.header("ocp-apim-subscription-key"), None);
    }
    // Plain http to this machine, with its credentials, went past the proxy.
    assert_eq!(identity.tokens(), 1);
    assert!(
        seen.iter()
            .all(|request| request.line().starts_with("CONNECT"))
    );
}

#[tokio::test]
async fn one_version_of_http_and_no_kept_connections() {
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let ledger = builder(&server.url)
        .http(|http| {
            http.http1_only()
                .idle_connections_per_host(0)
                .idle_connection_timeout(std::time::Duration::from_secs(1))
        })
        .build()
        .unwrap();
    for _ in 0..3 {
        ledger.event("1").await.unwrap();
    }
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn a_connect_timeout_says_so() {
    // A listener that never answers a TLS handshake.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let identity = Server::portal(|_, _| json(200, EVENT)).await;
    let ledger = builder(&identity.url)
        .gateway_url(format!("https://{}", silent.local_addr().unwrap()))
        .connect_timeout(std::time::Duration::from_millis(50))
        .retry(portal_runtime::RetryPolicy::never())
        .build()
        .unwrap();
    let error = ledger.event("1").await.unwrap_err();
    let Error::Timeout(timeout) = &error else {
        panic!("{error}")
    };
    assert_eq!(
        (timeout.kind(), timeout.operation()),
        (TimeoutKind::Connect, "GetEvent")
    );
    assert!(error.to_string().contains("the connect timeout"), "{error}");
}
