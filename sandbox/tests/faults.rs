//! Faults on demand, and what the runtime makes of them.

mod support;

use std::time::Duration;

use portal_apis::easor::bundles::Reporting;
use portal_apis::easor::general_ledger::GeneralLedger;
use portal_apis::runtime::{Error, GatewayReason};
use portal_sandbox::{Fault, Sandbox};

use support::easor;

async fn ledger() -> (Sandbox, GeneralLedger<Reporting>) {
    let sandbox = Sandbox::builder().records(3).start().await.unwrap();
    let ledger = easor::<Reporting>(&sandbox, "Reporting").general_ledger();
    (sandbox, ledger)
}

#[tokio::test]
async fn connections_break_before_the_answer_and_inside_it() {
    let (sandbox, ledger) = ledger().await;
    for fault in [Fault::Reset, Fault::Truncate] {
        sandbox.fault(&fault, 1);
        let error = ledger.vouchers("1").await.unwrap_err();
        assert!(matches!(error, Error::Transport(_)), "{fault}: {error}");
        // The next call is as ever.
        ledger.vouchers("1").await.unwrap();
    }
}

#[tokio::test]
async fn the_gateway_is_busy_or_broken() {
    let (sandbox, ledger) = ledger().await;
    for (fault, reason) in [
        (
            Fault::RateLimit(Duration::from_secs(7)),
            GatewayReason::RateLimit,
        ),
        (Fault::BadGateway, GatewayReason::Unavailable),
    ] {
        sandbox.fault(&fault, 1);
        let error = ledger.vouchers("1").await.unwrap_err();
        let Error::Gateway(error) = error else {
            panic!("{fault}: {error}")
        };
        assert_eq!(error.reason, reason);
    }
    let last = sandbox.requests().pop().unwrap();
    assert_eq!(last.fault.as_deref(), Some("bad-gateway"));
}

#[tokio::test]
async fn answers_that_are_not_what_the_document_says() {
    let (sandbox, ledger) = ledger().await;
    // No property of Easor's answers is required, and null counts as absent.
    sandbox.fault(&Fault::NullRequired, 1);
    let page = ledger.general_ledger_events("1").await.unwrap();
    assert_eq!(page.current_page, None);
    sandbox.fault(&Fault::NoOffset, 1);
    // The runtime keeps a time that does not say where it was taken.
    let page = format!("{:?}", ledger.vouchers_v2("1").await.unwrap());
    assert!(page.contains("2024-03-15T08:30:45"), "{page}");
    sandbox.fault(&Fault::NoContent, 1);
    let error = ledger.vouchers_v2("1").await.unwrap_err();
    assert!(!matches!(error, Error::Transport(_)), "{error}");
}

#[tokio::test]
async fn answers_that_are_unusual_but_right() {
    let (sandbox, ledger) = ledger().await;
    for fault in [
        Fault::ExtraField,
        Fault::Gzip,
        Fault::Latency(Duration::from_millis(1)),
    ] {
        sandbox.fault(&fault, 1);
        ledger.vouchers_v2("1").await.unwrap();
    }
    sandbox.fault(&Fault::LongDecimal, 1);
    let page = format!("{:?}", ledger.general_ledger_events("1").await);
    assert!(page.contains("12345678901234567890.1234567"), "{page}");
}
