//! Which addresses credentials may be sent to.

use std::net::Ipv6Addr;

use url::{Host, Url};

/// Checks an address that requests are sent to: https, or plain http to this machine only.
///
/// # Errors
/// In words, without repeating more of the address than its origin.
pub(crate) fn check_address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("not an absolute URL ({error})"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            let host = url.host_str().unwrap_or_default();
            return Err(format!(
                "plain http to {host} would show the credentials to everyone on the way; use https \
                 (plain http is for loopback only)"
            ));
        }
        other => return Err(format!("the scheme {other} is not supported; use https")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "a URL must not hold a user name or password; set them as credentials".to_owned(),
        );
    }
    Ok(url)
}

/// `localhost`, 127.0.0.0/8 and ::1.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_loopback_pass() {
        for text in [
            "https://api.example/x;rev=3",
            "http://127.0.0.1:8080/",
            "http://127.9.9.9/",
            "http://[::1]:80/",
            "http://localhost/",
            "http://LOCALHOST:1/",
        ] {
            assert!(check_address(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "http://api.example/",
            "http://128.0.0.1/",
            "http://localhost.example/",
            "http://127.0.0.1.example/",
            "http://[::2]/",
            "http://0.0.0.0/",
            "ftp://localhost/",
            "file:///etc/passwd",
            "api.example/x",
            "/x",
            "",
            "https://user:secret@api.example/",
        ] {
            let error = check_address(text).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
