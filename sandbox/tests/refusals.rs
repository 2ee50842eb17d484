//! Who refuses what: identity provider, gateway, token check and API, as clients of the runtime see it.

mod support;

use std::time::Duration;

use portal_apis::easor::bundles::{Accounting, Reporting, SalesInvoicing};
use portal_apis::easor::sales::types::ContactCreate;
use portal_apis::runtime::{Error, GatewayReason, IdentityProviderReason};
use portal_sandbox::{Layer, Sandbox, Verdict};

use support::{builder, easor, own};

fn last(sandbox: &Sandbox) -> (Layer, String) {
    match sandbox.requests().pop().unwrap().verdict {
        Verdict::Refused(layer, why) => (layer, why),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_identity_provider_refuses_a_wrong_secret_and_an_unknown_scope() {
    let sandbox = Sandbox::start().await.unwrap();
    for (secret, scope, code) in [
        ("wrong", "easor.sales.read", "invalid_client"),
        (
            own(&sandbox, "Accounting").client_secret.as_str(),
            "easor.sales.write",
            "invalid_scope",
        ),
    ] {
        let id = &own(&sandbox, "Accounting").client_id;
        let client = builder::<Accounting>(&sandbox, "Accounting")
            .credentials(id, secret)
            .scopes([scope])
            .build()
            .unwrap();
        let error = client.general_ledger().vouchers("1").await.unwrap_err();
        let Error::IdentityProvider(error) = error else {
            panic!("{error}")
        };
        let refused = IdentityProviderReason::Refused {
            code: code.to_owned(),
        };
        assert_eq!(*error.reason(), refused);
        assert_eq!(last(&sandbox).0, Layer::IdentityProvider);
    }
}

#[tokio::test]
async fn the_gateway_refuses_keys_and_calls_beyond_its_limits() {
    let minute = Duration::from_secs(60);
    let sandbox = Sandbox::builder()
        .rate_limit(1, minute)
        .quota(2, Duration::from_secs(90_000))
        .start()
        .await
        .unwrap();
    let reason = async |client: &portal_apis::easor::Easor<Reporting>| match client
        .general_ledger()
        .vouchers("1")
        .await
    {
        Ok(_) => None,
        Err(Error::Gateway(error)) => {
            assert_eq!(last(&sandbox).0, Layer::Gateway);
            Some((error.reason, error.retry_after.map(|wait| wait.as_secs())))
        }
        Err(other) => panic!("{other}"),
    };
    let wrong = builder(&sandbox, "Reporting")
        .subscription_key("another")
        .build()
        .unwrap();
    let invalid = GatewayReason::SubscriptionKeyInvalid;
    assert_eq!(reason(&wrong).await, Some((invalid, None)));
    let right = easor(&sandbox, "Reporting");
    assert_eq!(reason(&right).await, None);
    let (limited, wait) = reason(&right).await.unwrap();
    assert_eq!(limited, GatewayReason::RateLimit);
    assert!(wait.is_some_and(|wait| (1..=60).contains(&wait)));
    sandbox.advance(minute);
    assert_eq!(reason(&right).await, None);
    sandbox.advance(minute);
    let (used_up, wait) = reason(&right).await.unwrap();
    assert_eq!(used_up, GatewayReason::Quota);
    assert!(wait.is_some_and(|wait| wait > 80_000));
}

#[tokio::test]
async fn a_token_needs_the_scope_of_the_operation() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = builder::<Accounting>(&sandbox, "Accounting")
        .scopes(["easor.general-ledger.read"])
        .build()
        .unwrap();
    let ledger = client.general_ledger();
    ledger.vouchers("1").await.unwrap();
    let error = ledger.add_vouchers_v2("1", &[]).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 403);
    let (layer, why) = last(&sandbox);
    assert_eq!(layer, Layer::Token);
    assert_eq!(why, "the token lacks the scope easor.general-ledger.write");
}

/// Keys are for products, as API Management calls what an application subscribes to.
#[tokio::test]
async fn a_key_is_good_for_the_apis_of_its_bundle_alone() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = &own(&sandbox, "Accounting").subscription_key;
    let client = builder::<SalesInvoicing>(&sandbox, "SalesInvoicing");
    let client = client.subscription_key(key).build().unwrap();
    client.general_ledger().vouchers("1").await.unwrap();
    let contact = ContactCreate::default();
    let error = client.sales().create_contact("1", &contact).await;
    let Error::Gateway(error) = error.unwrap_err() else {
        panic!("not the gateway")
    };
    assert_eq!(error.reason, GatewayReason::SubscriptionKeyInvalid);
    let why = "the subscription key is that of Accounting, which has no sales";
    assert_eq!(last(&sandbox), (Layer::Gateway, why.to_owned()));
}

/// The client renews a token that has run out by the sandbox's clock but not by its own.
#[tokio::test]
async fn an_expired_token_is_refused_and_renewed() {
    let sandbox = Sandbox::start().await.unwrap();
    let ledger = easor::<Reporting>(&sandbox, "Reporting").general_ledger();
    ledger.vouchers("1").await.unwrap();
    sandbox.advance(Duration::from_secs(3600));
    ledger.vouchers("1").await.unwrap();
    let verdicts: Vec<_> = sandbox
        .requests()
        .into_iter()
        .map(|it| it.status.unwrap())
        .collect();
    assert_eq!(verdicts, [200, 200, 401, 200, 200]);
}

/// Requests that no generated client would send.
#[tokio::test]
async fn garbage_is_refused_in_the_order_of_the_layers() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = &own(&sandbox, "Reporting").subscription_key;
    let place = format!("{}/fi/general-ledger/v1/vouchers/1", sandbox.gateway_url());
    let ask = async |url: &str, headers: &[(&str, &str)]| {
        let answer = support::ask("GET", url, headers, "").await;
        let challenge = answer.header("www-authenticate").to_owned();
        (answer.status, challenge, answer.body)
    };
    let (status, _, body) = ask(&format!("{}/nowhere", sandbox.gateway_url()), &[]).await;
    assert_eq!(
        (status, body.as_str()),
        (404, r#"{"statusCode":404,"message":"Resource not found"}"#)
    );
    let (status, challenge, body) = ask(&place, &[]).await;
    assert_eq!(status, 401);
    assert!(
        challenge.starts_with("AzureApiManagementKey realm="),
        "{challenge}"
    );
    assert!(body.contains("missing subscription key"), "{body}");
    let header = ("Ocp-Apim-Subscription-Key", key.as_str());
    let (status, challenge, body) = ask(&place, &[header]).await;
    assert_eq!(
        (status, challenge.as_str(), body.as_str()),
        (401, "Bearer", "")
    );
    let with_query = format!("{place}?subscription-key={key}");
    let (status, challenge, _) = ask(&with_query, &[("Authorization", "Bearer x.y")]).await;
    assert_eq!(status, 401);
    assert!(challenge.contains("invalid_token"), "{challenge}");
    // The record holds no key.
    assert!(!format!("{:?}", sandbox.requests()).contains(key.as_str()));
}
