//! TLS: rustls on ring, with the roots that the operating system trusts.
//!
//! ring builds without a C++ toolchain and in a fraction of the time of aws-lc. The system's roots,
//! rather than a list compiled in, let companies' own certificate authorities work, follow the
//! system's updates and removals, and cost no further crate: reqwest brings the verifier along.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;

/// Gives the TLS settings of a client. Nothing is installed for the whole process, so the
/// application's own choice of a provider stays its own.
pub(super) fn config() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
