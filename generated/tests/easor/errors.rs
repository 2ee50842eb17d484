//! Refusals, by the layer they come from.

use std::time::Duration;

use portal_apis::easor::bundles::SalesInvoicing;
use portal_apis::easor::bundles::{Accounting, Reporting};
use portal_apis::easor::general_ledger::GeneralLedgerError;
use portal_apis::easor::organization::OrganizationError;
use portal_apis::easor::sales::SalesError;
use portal_apis::runtime::{
    AnyError, ApiError, CallExt, Error, ErrorBody, GatewayError, GatewayReason, RetryPolicy,
    StatusCode, TimeoutKind, TransportErrorKind,
};

use crate::support::{Answer, SUBSCRIPTION_KEY, Server, builder, easor};

/// The shape that the document declares.
const BODY: &str = r#"{"error":"Voucher date is outside of the accounting period","code":"VOUCHER_DATE","telemetryId":"4711"}"#;

/// Asks for vouchers and returns the error.
async fn refusal(answers: impl IntoIterator<Item = Answer>) -> (Server, Error<GeneralLedgerError>) {
    let server = Server::answering(answers);
    let ledger = easor::<Reporting>(&server).general_ledger();
    let error = ledger.vouchers("1").await.unwrap_err();
    (server, error)
}

async fn api_refusal(answer: Answer) -> ApiError<GeneralLedgerError> {
    match refusal([answer]).await.1 {
        Error::Api(error) => *error,
        other => panic!("{other}"),
    }
}

async fn gateway_refusal(answer: Answer) -> (Server, GatewayError) {
    match refusal([answer]).await {
        (server, Error::Gateway(error)) => (server, *error),
        (_, other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn declared_bodies_are_read() {
    let error = api_refusal(Answer::json(400, BODY)).await;
    assert_eq!(error.operation, "PublicGetVouchersV1");
    assert_eq!(error.status, StatusCode::BAD_REQUEST);
    let GeneralLedgerError::BadRequest(body) = &error.body else {
        panic!("{error}")
    };
    assert_eq!(
        body.error.as_deref(),
        Some("Voucher date is outside of the accounting period")
    );
    assert_eq!(body.code.as_deref(), Some("VOUCHER_DATE"));
    assert_eq!(body.telemetry_id.as_deref(), Some("4711"));
    assert_eq!(error.raw.bytes(), BODY);
    let text = error.to_string();
    assert!(
        text.contains("400") && text.contains("outside of the accounting period"),
        "{text}"
    );

    let error = api_refusal(Answer::json(500, BODY)).await;
    let GeneralLedgerError::InternalServerError(body) = &error.body else {
        panic!("{error}")
    };
    assert_eq!(body.telemetry_id.as_deref(), Some("4711"));
}

#[tokio::test]
async fn declared_bodies_may_lack_everything_or_hold_more() {
    let body = r#"{"error":null,"telemetryId":null,"details":[{"field":"postings"}]}"#;
    let error = api_refusal(Answer::json(400, body)).await;
    let GeneralLedgerError::BadRequest(body) = &error.body else {
        panic!("{error}")
    };
    assert_eq!(
        (&body.error, &body.code, &body.telemetry_id),
        (&None, &None, &None)
    );
}

#[tokio::test]
async fn statuses_without_a_body_are_told_apart() {
    for (status, expected) in [
        (403, GeneralLedgerError::Forbidden),
        (404, GeneralLedgerError::NotFound),
        (502, GeneralLedgerError::BadGateway),
        (503, GeneralLedgerError::ServiceUnavailable),
    ] {
        let error = api_refusal(Answer::empty(status)).await;
        assert_eq!(error.body, expected);
        assert_eq!(error.status.as_u16(), status);
        assert!(error.raw.is_empty());
    }
    // The token is asked for anew once before a 401 stands.
    let (server, error) = refusal([Answer::empty(401), Answer::empty(401)]).await;
    assert_eq!(
        error.api().map(|error| &error.body),
        Some(&GeneralLedgerError::Unauthorized)
    );
    assert_eq!(
        (server.calls().len(), server.token_requests().len()),
        (2, 2)
    );
}

#[tokio::test]
async fn a_body_that_is_not_what_is_declared_is_kept() {
    for (body, media_type) in [
        ("", "text/plain"),
        ("<h1>Oops</h1>", "text/html"),
        ("[1]", "application/json"),
    ] {
        let error = api_refusal(Answer::bytes(500, media_type, body)).await;
        let GeneralLedgerError::Undeclared(undeclared) = &error.body else {
            panic!("{error}")
        };
        assert_eq!(undeclared.status, 500);
        assert!(undeclared.problem.is_some());
        assert_eq!(undeclared.body.bytes(), body);
        assert_eq!(error.raw.media_type(), media_type);
    }
}

#[tokio::test]
async fn a_status_that_is_not_declared_is_kept() {
    let page = "<html><body>I'm a teapot</body></html>";
    let answer = Answer::bytes(418, "text/html; charset=utf-8", page);
    let error = api_refusal(answer.header("x-request-id", "abc-1")).await;
    let GeneralLedgerError::Undeclared(undeclared) = &error.body else {
        panic!("{error}")
    };
    assert_eq!((undeclared.status, &undeclared.problem), (418, &None));
    assert_eq!(undeclared.body.text().unwrap(), page);
    assert_eq!(error.request_id(), Some("abc-1"));
    let text = error.to_string();
    assert!(text.contains("418") && text.contains("abc-1"), "{text}");
}

#[tokio::test]
async fn a_page_in_place_of_json_is_the_gateways() {
    let page = "<html><head><title>502 Bad Gateway</title></head></html>";
    let (_, error) = gateway_refusal(Answer::bytes(502, "text/html", page)).await;
    assert_eq!(error.reason, GatewayReason::Unavailable);
    assert_eq!(error.raw.bytes(), page);
    let error: Error<GeneralLedgerError> = Error::Gateway(Box::new(error));
    assert!(error.is_retryable());
}

#[tokio::test]
async fn documents_that_declare_no_errors_keep_them_all() {
    let server = Server::answering([Answer::json(404, BODY), Answer::json(409, BODY)]);
    let organization = easor::<Reporting>(&server).organization();
    let error = organization.list_accounting_periods("1").await.unwrap_err();
    let error = error.api().unwrap();
    assert_eq!(
        (&error.body, error.status.as_u16()),
        (&OrganizationError::Other, 404)
    );
    let sales = easor::<SalesInvoicing>(&server).sales();
    let error = sales.create_invoice("1", "2").await.unwrap_err();
    let error = error.api().unwrap();
    assert_eq!(
        (&error.body, error.status.as_u16()),
        (&SalesError::Other, 409)
    );
    assert_eq!(error.raw.bytes(), BODY);
}

#[tokio::test]
async fn the_gateway_refuses_a_missing_key() {
    let message = "Access denied due to missing subscription key. Make sure to include subscription key \
                   when making requests to an API.";
    let body = format!(r#"{{ "statusCode": 401, "message": "{message}" }}"#);
    let challenge = r#"AzureApiManagementKey realm="https://apim.example/fi",name="Ocp-Apim-Subscription-Key",type="header""#;
    let answer = Answer::json(401, body).header("www-authenticate", challenge);
    let (server, error) = gateway_refusal(answer).await;
    assert_eq!(error.reason, GatewayReason::SubscriptionKeyMissing);
    assert_eq!(error.message, message);
    // Another token would not help.
    assert_eq!(
        (server.calls().len(), server.token_requests().len()),
        (1, 1)
    );
}

#[tokio::test]
async fn the_gateway_refuses_a_wrong_key() {
    let body = r#"{ "statusCode": 401, "message": "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription." }"#;
    let (server, error) = gateway_refusal(Answer::json(401, body)).await;
    assert_eq!(error.reason, GatewayReason::SubscriptionKeyInvalid);
    let text = format!("{error} {error:?}");
    assert!(
        text.contains("check the subscription key") && !text.contains(SUBSCRIPTION_KEY),
        "{text}"
    );
    assert_eq!(
        (server.calls().len(), server.token_requests().len()),
        (1, 1)
    );
}

#[tokio::test]
async fn the_gateways_quota_is_no_lack_of_rights() {
    let body = r#"{"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in 00:30:02."}"#;
    let (_server, error) = gateway_refusal(Answer::json(403, body)).await;
    assert_eq!(error.reason, GatewayReason::Quota);
    assert_eq!(error.retry_after, Some(Duration::from_secs(1802)));
    assert!(error.is_retryable());
    let (_server, error) =
        gateway_refusal(Answer::json(403, body).header("retry-after", "1800")).await;
    assert_eq!(error.retry_after, Some(Duration::from_secs(1800)));
}

#[tokio::test]
async fn the_gateways_404_is_no_missing_voucher() {
    let body = r#"{ "statusCode": 404, "message": "Resource not found" }"#;
    let (_server, error) = gateway_refusal(Answer::json(404, body)).await;
    assert_eq!(error.reason, GatewayReason::OperationNotFound);
    assert!(
        error.to_string().contains("check the base URL and region"),
        "{error}"
    );
}

#[tokio::test]
async fn the_gateways_rate_limit_says_how_long() {
    let body = r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 57 seconds."}"#;
    let (_server, error) = gateway_refusal(Answer::json(429, body)).await;
    assert_eq!(error.reason, GatewayReason::RateLimit);
    assert_eq!(error.retry_after, Some(Duration::from_secs(57)));
    // A live gateway was seen to say nothing at all.
    let (_server, error) = gateway_refusal(Answer::empty(429)).await;
    assert_eq!(
        (error.reason, error.retry_after),
        (GatewayReason::RateLimit, None)
    );
}

#[tokio::test]
async fn errors_of_all_apis_go_into_one() {
    async fn work(server: &Server) -> Result<(), AnyError> {
        let easor = easor::<SalesInvoicing>(server);
        easor.sales().create_invoice("1", "2").await?;
        easor.general_ledger().vouchers("1").await?;
        Ok(())
    }
    let server = Server::answering([Answer::json(201, "{}"), Answer::json(400, BODY)]);
    let error = work(&server).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
    let text = error.to_string();
    assert!(
        text.contains("PublicGetVouchersV1") && text.contains("accounting period"),
        "{text}"
    );
    let words = error.api().and_then(|error| error.body.describe());
    assert_eq!(
        words.as_deref(),
        Some("Voucher date is outside of the accounting period")
    );
}

#[tokio::test]
async fn no_connection_is_told_from_no_answer() {
    let server = Server::answering([]);
    let client = builder::<Reporting>(&server)
        .api_url("general-ledger", "http://127.0.0.1:1")
        .build()
        .unwrap();
    let error = client.general_ledger().vouchers("1").await.unwrap_err();
    let Error::Transport(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.kind(), TransportErrorKind::Connect);

    let server = Server::answering([Answer::empty(200).after(Duration::from_millis(600))]);
    let ledger = easor::<Reporting>(&server).general_ledger();
    let call = ledger.vouchers("1").timeout(Duration::from_millis(100));
    let error = call.await.unwrap_err();
    let Error::Timeout(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.kind(), TimeoutKind::Total);
}

#[tokio::test]
async fn only_what_cannot_have_booked_anything_is_repeated() {
    let limit = r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 0 seconds."}"#;
    let policy = RetryPolicy::new().backoff(Duration::ZERO, Duration::ZERO);
    let server = Server::answering([
        Answer::empty(503),
        Answer::empty(502),
        Answer::json(200, "[]"),
        Answer::empty(503),
        Answer::json(429, limit),
        Answer::empty(204),
    ]);
    let client = builder::<Accounting>(&server)
        .retry(policy)
        .build()
        .unwrap();
    let ledger = client.general_ledger();
    ledger.vouchers("1").await.unwrap();
    assert_eq!(server.calls().len(), 3);
    let error = ledger.add_vouchers_v2("1", &[]).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(server.calls().len(), 4);
    ledger.add_vouchers_v2("1", &[]).await.unwrap();
    assert_eq!(server.calls().len(), 6);
}

/// A redirect would carry token and key to whoever it names.
#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Server::answering([]);
    for status in [301, 302, 307, 308] {
        let answer = Answer::empty(status).header("location", &elsewhere.url());
        let (server, error) = refusal([answer]).await;
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(server.calls().len(), 1);
    }
    assert!(elsewhere.calls().is_empty());
}
