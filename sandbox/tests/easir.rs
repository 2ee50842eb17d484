//! The generated client of EASI'R against the sandbox: its dialect of the grants, and its lists.

mod support;

use std::time::Duration;

use portal_apis::easir::Easir;
use portal_apis::easir::bundles::Full;
use portal_apis::easir::crm::types::DeviceActivation;
use portal_apis::runtime::{
    Builder, Error, IdentityProviderReason, Login, MemoryStore, RetryPolicy,
};
use portal_sandbox::{Fault, Sandbox};

use support::{ask, own};

const REDIRECT: &str = "https://app.example/callback";

async fn sandbox() -> Sandbox {
    let builder = Sandbox::builder().portal("easir");
    let builder = builder.device_interval(Duration::from_secs(1));
    builder.start().await.unwrap()
}

fn builder(sandbox: &Sandbox) -> Builder<Easir<Full>> {
    let own = own(sandbox, "Full");
    Easir::<Full>::builder()
        .credentials(&own.client_id, &own.client_secret)
        .token_url(sandbox.token_url())
        .api_url("crm", sandbox.api_url("crm").unwrap())
        .retry(RetryPolicy::never())
}

fn login(sandbox: &Sandbox) -> Login<Easir<Full>> {
    builder(sandbox)
        .token_store(MemoryStore::new())
        .login()
        .unwrap()
}

#[tokio::test]
async fn the_environment_has_all_that_a_client_needs() {
    let sandbox = sandbox().await;
    let variables = sandbox.environment(own(&sandbox, "Full"));
    let names: Vec<_> = variables.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "EASIR_CLIENT_ID",
        "EASIR_CLIENT_SECRET",
        "EASIR_API_URL_AUTHENTICATION",
        "EASIR_API_URL_CRM",
        "EASIR_TOKEN_URL",
    ];
    assert_eq!(names, expected);
    let lookup = |name: &str| {
        let mut variables = variables.iter();
        variables
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    };
    let builder = Easir::<Full>::builder();
    let easir = builder.credentials_from(lookup).unwrap().build().unwrap();
    easir.authenticate().await.unwrap();
    easir.crm().me().await.unwrap();
}

#[tokio::test]
async fn the_application_itself_reads_lists_page_by_page() {
    let sandbox = sandbox().await;
    let crm = builder(&sandbox).build().unwrap().crm();
    let notes = crm
        .list_notes()
        .items()
        .page_size(10)
        .collect()
        .await
        .unwrap();
    assert_eq!(notes.len(), 25);
    let page = crm.list_notes().per_page(10).page(3).await.unwrap();
    assert_eq!(page.data.len(), 5);
    let pagination = page.pagination.as_ref().unwrap();
    assert_eq!((pagination.total, pagination.page), (Some(25), Some(3)));
    let id = notes[3].id.unwrap();
    assert_eq!(crm.note(id).await.unwrap().id, Some(id));
    crm.me().await.unwrap();
    // In the shape that the document has for it.
    let missing = crm.note(999_999).await.unwrap_err();
    assert_eq!(missing.status().unwrap().as_u16(), 404);
    assert!(missing.to_string().contains("note_id"), "{missing}");
}

#[tokio::test]
async fn a_user_logs_in_with_the_browser() {
    let sandbox = sandbox().await;
    let login = login(&sandbox);
    let request = login.authorize(REDIRECT).await.unwrap();
    let (_, query) = request.url().split_once('?').unwrap();
    let url = format!("{}?{query}", sandbox.authorize_url());
    let answer = ask("GET", &url, &[], "").await;
    assert_eq!(answer.status, 302);
    let back = answer.header("location").to_owned();
    let tokens = login.finish(request.pending(), &back).await.unwrap();
    let easir = login.client("user", tokens).await.unwrap();
    easir.crm().me().await.unwrap();

    // The code was good once.
    let request = login.authorize(REDIRECT).await.unwrap();
    let state = request.url().split_once("state=").unwrap().1;
    let (before, _) = back.split_once("state=").unwrap();
    let replayed = format!("{before}state={state}");
    let error = login
        .finish(request.pending(), &replayed)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("invalid_grant"));
}

#[tokio::test]
async fn refresh_tokens_change_with_each_use() {
    let sandbox = sandbox().await;
    let own = own(&sandbox, "Full").clone();
    let login = login(&sandbox);
    let refused = login.password(&own.username, "wrong").await.unwrap_err();
    assert_eq!(refused.code(), Some("invalid_grant"));
    let tokens = login
        .password(&own.username, own.password.as_str())
        .await
        .unwrap();
    let old = tokens.refresh_token().unwrap().expose().to_owned();
    let easir = login.client("user", tokens).await.unwrap();
    sandbox.advance(Duration::from_secs(3600));
    easir.crm().me().await.unwrap();
    let body = format!(
        r#"{{"client_id":"{}","client_secret":"{}","refresh_token":"{old}"}}"#,
        own.client_id, own.client_secret
    );
    let url = format!("{}?grant_type=refresh_token", sandbox.token_url());
    let json = [("content-type", "application/json")];
    let answer = ask("POST", &url, &json, &body).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("invalid_grant"), "{}", answer.body);
    // A form is not understood.
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = ask("POST", &url, &form, "client_id=x").await;
    assert_eq!(answer.status, 415);
}

#[tokio::test]
async fn a_device_waits_for_its_user() {
    let sandbox = sandbox().await;
    let device = login(&sandbox).device().await.unwrap();
    assert!(sandbox.approve_device(device.user_code()));
    assert!(!sandbox.approve_device("0"));
    device.wait().await.unwrap();
    let device = login(&sandbox).device().await.unwrap();
    assert!(sandbox.deny_device(device.user_code()));
    let error = device.wait().await.unwrap_err();
    assert_eq!(*error.reason(), IdentityProviderReason::Denied);
}

/// The whole flow as the portal's pages have it: the user agrees with the API's own operation.
#[tokio::test]
async fn a_user_accepts_a_device_in_the_crm() {
    let sandbox = sandbox().await;
    let own = own(&sandbox, "Full").clone();
    let login = login(&sandbox);
    let tokens = login.password(&own.username, own.password.as_str());
    let user = login.client("user", tokens.await.unwrap()).await.unwrap();
    let device = login.device().await.unwrap();
    let code: i64 = device.user_code().parse().unwrap();
    let refused = user.crm().activate_device(&DeviceActivation::new(code + 1));
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.status().unwrap().as_u16(), 422);
    assert!(refused.to_string().contains("body/code"), "{refused}");
    let accepted = user.crm().activate_device(&DeviceActivation::new(code));
    accepted.await.unwrap();
    let tokens = device.wait().await.unwrap();
    let easir = login.client("device", tokens).await.unwrap();
    easir.crm().me().await.unwrap();
}

#[tokio::test]
async fn a_user_agrees_and_refuses_with_the_browser() {
    let sandbox = sandbox().await;
    let page = |query: &str| format!("{}?{query}", sandbox.verification_url());
    let device = login(&sandbox).device().await.unwrap();
    let code = device.user_code();
    let answer = ask("GET", &page(&format!("user_code={code}")), &[], "").await;
    assert_eq!(answer.status, 200);
    device.wait().await.unwrap();
    let device = login(&sandbox).device().await.unwrap();
    let query = format!("user_code={}&deny=true", device.user_code());
    assert_eq!(ask("GET", &page(&query), &[], "").await.status, 200);
    let error = device.wait().await.unwrap_err();
    assert_eq!(*error.reason(), IdentityProviderReason::Denied);
    assert_eq!(ask("GET", &page("user_code=1"), &[], "").await.status, 404);
}

#[tokio::test]
async fn a_wrong_secret_is_refused_in_the_dialect() {
    let sandbox = sandbox().await;
    let id = &own(&sandbox, "Full").client_id;
    let client = builder(&sandbox).credentials(id, "wrong").build().unwrap();
    let error = client.crm().me().await.unwrap_err();
    let Error::IdentityProvider(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.code(), Some("invalid_client"));
}

#[tokio::test]
async fn null_in_a_required_field_is_an_error_with_its_place() {
    let sandbox = sandbox().await;
    let crm = builder(&sandbox).build().unwrap().crm();
    sandbox.fault(&Fault::NullRequired, 1);
    let error = crm.list_notes().await.unwrap_err();
    assert!(matches!(error, Error::Decode(_)), "{error}");
    assert!(error.to_string().contains("data"), "{error}");
}
