use std::io::Write;
use std::net::{TcpListener, TcpStream};

use ureq::http::HeaderValue;

use super::*;

/// Starts a server for one request; where it is.
fn once(answer: impl FnOnce(TcpStream) + Send + 'static) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        let Ok((mut stream, _)) = listener.accept() else {
            return;
        };
        let mut request = [0; 4096];
        if stream.read(&mut request).is_ok() {
            answer(stream);
        }
    });
    parse(&format!("http://{address}/orders.json?sig=secret")).expect("it is a URL")
}

fn http(body: u64, request: Duration) -> Http {
    Http::with(Limits {
        body,
        request,
        run: Duration::from_secs(3600),
    })
}

const LONG: Duration = Duration::from_secs(300);

/// The error of a request, with the address left out.
#[track_caller]
fn refused(http: &Http, url: &Url) -> String {
    let answer = http.get(url, "*/*", None);
    let error = answer.err().expect("it is refused");
    error.replace(&shown(url), "URL")
}

/// Zeros as deflate has them in a block with fixed codes (RFC 1951, section 3.2.6): one, and then 258 again and again.
fn bomb(runs: usize) -> Vec<u8> {
    let mut bits = vec![true, true, false];
    bits.extend([false, false, true, true, false, false, false, false]);
    for _ in 0..runs {
        // The length 258, and the distance 1.
        bits.extend([true, true, false, false, false, true, false, true]);
        bits.extend([false; 5]);
    }
    let bytes = bits.chunks(8).map(|bits| {
        let bits = bits.iter().enumerate();
        bits.fold(0, |byte, (place, bit)| byte | u8::from(*bit) << place)
    });
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    head.into_iter().chain(bytes).collect()
}

#[test]
fn answers_end_at_a_limit_however_they_are_packed() {
    let plain = once(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n");
        let _ = stream.write_all(&vec![b' '; 1_048_577]);
    });
    let expected = "URL answers with more than 1 MiB, which no document has";
    assert_eq!(refused(&http(1 << 20, LONG), &plain), expected);

    let packed = once(|mut stream| {
        let body = bomb(100_000);
        assert!(body.len() < 200_000, "it would be small enough");
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&body);
    });
    assert_eq!(refused(&http(1 << 20, LONG), &packed), expected);
}

#[test]
fn answers_that_trickle_in_end() {
    for head in [
        "HTTP/1.1 200 OK\r\nx: ",
        "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
    ] {
        let url = once(move |mut stream| {
            let _ = stream.write_all(head.as_bytes());
            // Ends when the other side has hung up.
            while stream.write_all(b" ").is_ok() {
                thread::sleep(Duration::from_millis(10));
            }
        });
        let error = refused(&http(1 << 20, Duration::from_millis(300)), &url);
        assert_eq!(error, "URL takes too long to answer; try again later");
    }
}

#[test]
fn a_run_ends() {
    let http = Http::with(Limits {
        run: Duration::ZERO,
        ..LIMITS
    });
    let url = parse("http://127.0.0.1:1/x").expect("it is a URL");
    let expected =
        "URL was not asked any more: all requests together took over 0 s; start again later";
    assert_eq!(refused(&http, &url), expected);
}

#[test]
fn delays_are_seconds_or_dates() {
    let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").expect("it is a date");
    let delay = |headers: &[(&'static str, &str)]| {
        let headers = headers.iter().map(|(name, value)| {
            let value = HeaderValue::from_str(value).expect("it fits a header");
            (ureq::http::HeaderName::from_static(name), value)
        });
        let answer = Answer {
            status: 429,
            headers: headers.collect(),
            body: Vec::new(),
            url: parse("https://example.com").expect("it is a URL"),
        };
        super::delay(&answer, now)
    };
    assert_eq!(delay(&[]), DELAY);
    assert_eq!(delay(&[("retry-after", "soon")]), DELAY);
    assert_eq!(delay(&[("retry-after", "-1")]), DELAY);
    assert_eq!(delay(&[("retry-after", " 7 ")]), 7);
    assert_eq!(delay(&[("retry-after", "99999999999999999999")]), u64::MAX);
    assert_eq!(
        delay(&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]),
        30
    );
    // What is over needs no waiting, in each of the three forms of RFC 9110.
    assert_eq!(
        delay(&[("retry-after", "Sunday, 06-Nov-94 08:00:00 GMT")]),
        0
    );
    assert_eq!(delay(&[("retry-after", "Sun Nov  6 08:50:00 1994")]), 23);
    // The server's clock counts, not this machine's.
    let date = ("date", "Mon, 07 Nov 1994 08:49:37 GMT");
    assert_eq!(
        delay(&[date, ("retry-after", "Mon, 07 Nov 1994 08:50:37 GMT")]),
        60
    );
}
