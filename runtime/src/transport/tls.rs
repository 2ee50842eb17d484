//! TLS: rustls with the roots that the operating system trusts.
//!
//! The system's roots, rather than a list compiled in, let companies' own certificate authorities
//! work, follow the system's updates and removals, and cost no further crate: reqwest brings the
//! verifier along. ring is the default since it builds without a C++ toolchain and in a fraction of
//! the time of aws-lc.

#[cfg(not(feature = "_rustls"))]
pub(super) use none::apply;
#[cfg(feature = "_rustls")]
pub(super) use with_rustls::apply;

use crate::wire::Secret;

/// What an application adds to TLS, in PEM.
#[derive(Clone, Default)]
pub(super) struct Extras {
    /// Roots that are trusted besides the system's.
    pub(super) roots: Vec<Vec<u8>>,
    /// The client's certificate, the chain above it, and its private key.
    pub(super) identity: Option<Secret>,
}

#[cfg(not(feature = "_rustls"))]
mod none {
    use super::Extras;

    /// Says that nothing can be sent.
    pub(in crate::transport) fn apply(
        _: reqwest::ClientBuilder,
        _: &Extras,
        _: bool,
    ) -> Result<reqwest::ClientBuilder, String> {
        Err(
            "this program was built without TLS; turn on one of the cargo features rustls-ring and \
             rustls-aws-lc, or set a transport of your own"
                .to_owned(),
        )
    }
}

#[cfg(feature = "_rustls")]
mod with_rustls {
    use std::sync::Arc;

    use rustls::ClientConfig;
    use rustls::client::WantsClientCert;
    use rustls::crypto::CryptoProvider;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls_platform_verifier::{BuilderVerifierExt, Verifier};

    use super::Extras;

    /// Gives a client its TLS settings. Nothing is installed for the whole process, so the
    /// application's own choice of a provider stays its own.
    ///
    /// # Errors
    /// In words, without any of the private key.
    pub(in crate::transport) fn apply(
        builder: reqwest::ClientBuilder,
        extras: &Extras,
        http1_only: bool,
    ) -> Result<reqwest::ClientBuilder, String> {
        let provider = Arc::new(provider());
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(&error))?;
        let config = if extras.roots.is_empty() {
            config
                .with_platform_verifier()
                .map_err(|error| unusable(&error))?
        } else {
            let roots = roots(&extras.roots)?;
            let verifier = Verifier::new_with_extra_roots(roots, provider)
                .map_err(|error| unusable(&error))?;
            config
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
        };
        let mut config = with_identity(config, extras)?;
        config.alpn_protocols = match http1_only {
            true => vec![b"http/1.1".to_vec()],
            false => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        };
        Ok(builder.tls_backend_preconfigured(config))
    }

    #[cfg(feature = "rustls-aws-lc")]
    fn provider() -> CryptoProvider {
        rustls::crypto::aws_lc_rs::default_provider()
    }

    #[cfg(not(feature = "rustls-aws-lc"))]
    fn provider() -> CryptoProvider {
        rustls::crypto::ring::default_provider()
    }

    fn unusable(error: &rustls::Error) -> String {
        format!(
            "TLS cannot be set up: {error}; check that the system's root certificates are installed (the \
             package ca-certificates)"
        )
    }

    fn roots(pems: &[Vec<u8>]) -> Result<Vec<CertificateDer<'static>>, String> {
        let mut roots = Vec::new();
        for pem in pems {
            let before = roots.len();
            for root in CertificateDer::pem_slice_iter(pem) {
                roots.push(root.map_err(|_| "a root certificate is not valid PEM".to_owned())?);
            }
            if roots.len() == before {
                return Err(
                    "a root certificate is not PEM: it must hold `BEGIN CERTIFICATE`".to_owned(),
                );
            }
        }
        Ok(roots)
    }

    fn with_identity(
        config: rustls::ConfigBuilder<ClientConfig, WantsClientCert>,
        extras: &Extras,
    ) -> Result<ClientConfig, String> {
        let Some(pem) = &extras.identity else {
            return Ok(config.with_no_client_auth());
        };
        let advice = "it must hold the certificates and one private key, in PEM";
        let pem = pem.expose().as_bytes();
        let chain: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|_| format!("the client certificate cannot be read; {advice}"))?;
        let key = PrivateKeyDer::from_pem_slice(pem)
            .map_err(|_| format!("the client certificate has no private key; {advice}"))?;
        config
            .with_client_auth_cert(chain, key)
            .map_err(|error| format!("the client certificate cannot be used: {error}; {advice}"))
    }
}
