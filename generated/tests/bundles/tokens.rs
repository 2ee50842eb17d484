//! The tokens of bundles: what is asked for, and that none serves another.

use std::collections::BTreeMap;

use portal_apis::easor::bundles::{self, Accounting, Reporting, SalesInvoicing};
use portal_apis::easor::{Easor, Region};
use portal_apis::runtime::{AnyBundle, Builder, Bundle, Error};

use crate::support::{Answer, Request, Server};

fn list(_: &Request) -> Answer {
    Answer::json(200, "[]")
}

/// What a partner has in its environment, with scopes for each bundle.
fn variables(name: &str) -> Option<String> {
    let value = match name {
        "EASOR_CLIENT_ID" => "client-7",
        "EASOR_CLIENT_SECRET" => "secret",
        "EASOR_SUBSCRIPTION_KEY" => "key",
        "EASOR_SCOPE" => "everything",
        "EASOR_SCOPE_REPORTING" => "reports sales.read",
        "EASOR_SCOPE_SALES_INVOICING" => "sales.write reports sales.read",
        _ => return None,
    };
    Some(value.to_owned())
}

fn configured<B: Bundle>(builder: Builder<Easor<B>>, server: &Server) -> Easor<B> {
    let builder = builder.credentials_from(variables).unwrap();
    let builder = builder.gateway_url(server.url());
    builder.token_url(server.token_url()).build().unwrap()
}

fn easor<B: Bundle>(server: &Server) -> Easor<B> {
    configured(Easor::<B>::builder(Region::Fi), server)
}

/// The scopes that each token was asked for with, in the order of the requests. The server numbers
/// tokens from 1.
fn asked(server: &Server) -> BTreeMap<String, String> {
    let requests = server.token_requests().into_iter().enumerate();
    let asked = requests.map(|(index, request)| {
        let body = String::from_utf8(request.body).unwrap();
        let scopes = body.split_once("&scope=").unwrap_or_default().1;
        (
            format!("Bearer token-{}", index + 1),
            scopes.replace('+', " "),
        )
    });
    asked.collect()
}

/// The scopes of the token that the last call came with.
fn scopes_of_last_call(server: &Server) -> String {
    let call = server.calls().pop().unwrap();
    asked(server)[call.header("authorization").unwrap()].clone()
}

#[tokio::test]
async fn each_bundle_asks_for_its_own_scopes_and_uses_its_own_token() {
    let server = Server::serving(list);
    let (reporting, accounting) = (easor::<Reporting>(&server), easor::<Accounting>(&server));
    let invoicing = easor::<SalesInvoicing>(&server);
    for _ in 0..2 {
        reporting.general_ledger().vouchers("1").await.unwrap();
        assert_eq!(scopes_of_last_call(&server), "reports sales.read");
        // No scopes were set for this bundle alone.
        accounting.general_ledger().vouchers("1").await.unwrap();
        assert_eq!(scopes_of_last_call(&server), "everything");
        invoicing.general_ledger().vouchers("1").await.unwrap();
        assert_eq!(
            scopes_of_last_call(&server),
            "reports sales.read sales.write"
        );
    }
    assert_eq!(server.token_requests().len(), 3);
}

#[tokio::test]
async fn a_narrowed_client_has_tokens_of_its_own() {
    let server = Server::serving(list);
    let invoicing = easor::<SalesInvoicing>(&server);
    let reporting: Easor<Reporting> = invoicing.narrow();
    for _ in 0..2 {
        reporting.general_ledger().vouchers("1").await.unwrap();
        assert_eq!(scopes_of_last_call(&server), "reports sales.read");
        invoicing.general_ledger().vouchers("1").await.unwrap();
        assert_eq!(
            scopes_of_last_call(&server),
            "reports sales.read sales.write"
        );
    }
    assert_eq!(server.token_requests().len(), 2);
}

portal_apis::runtime::bundle! {
    /// Reads the ledger.
    Reminders {
        scopes: ["ledger.read"],
        grants: [portal_apis::easor::access::general_ledger::Read],
    }
}

#[tokio::test]
async fn an_applications_own_bundle_asks_for_what_it_names_or_is_told() {
    let server = Server::serving(list);
    let invoicing = easor::<SalesInvoicing>(&server);
    let reminders = invoicing.narrow::<Reminders>();
    reminders.general_ledger().vouchers("1").await.unwrap();
    assert_eq!(scopes_of_last_call(&server), "ledger.read");
    let builder = Easor::<SalesInvoicing>::builder(Region::Fi).scopes_for::<Reminders>(["other"]);
    let reminders = configured(builder, &server).narrow::<Reminders>();
    reminders.general_ledger().vouchers("1").await.unwrap();
    let (_, last) = asked(&server).pop_last().unwrap();
    assert_eq!(last, "other");
}

#[tokio::test]
async fn a_bundle_chosen_at_run_time_is_held_to_it() {
    let server = Server::serving(list);
    let reporting = *bundles::ALL
        .iter()
        .find(|one| one.name == "Reporting")
        .unwrap();
    let chosen = configured(Easor::<AnyBundle>::choose(Region::Fi, reporting), &server);
    let erased = easor::<Reporting>(&server).erase();
    for easor in [chosen, erased] {
        let calls = server.calls().len();
        easor.general_ledger().vouchers("1").await.unwrap();
        assert_eq!(scopes_of_last_call(&server), "reports sales.read");
        let error = easor.general_ledger().add_vouchers_v2("1", &[]).await;
        let Err(Error::Request(error)) = error else {
            panic!("{error:?}");
        };
        assert_eq!(
            error.to_string(),
            "PublicAddCollectionOfVouchersV2: the bundle Reporting does not write to \
             general-ledger; choose a bundle that does, or ask the operator for that permission"
        );
        assert_eq!(server.calls().len(), calls + 1, "nothing was sent");
    }
}

#[test]
fn a_client_without_a_bundle_is_not_built() {
    let builder = Easor::<AnyBundle>::builder(Region::Fi);
    let builder = builder.credentials_from(variables).unwrap();
    let error = builder.build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the bundle AnyBundle grants nothing; choose one of the portal's"
    );
}
