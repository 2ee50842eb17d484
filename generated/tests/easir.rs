//! EASI'R: its dialect of OAuth, the user behind a token, and lists that begin with page 1.

#![cfg(all(
    feature = "easir-authentication",
    feature = "easir-crm",
    feature = "easor-general-ledger"
))]

mod support;

use portal_apis::easir::Easir;
use portal_apis::easir::authentication::types::{
    ClientCredentialsGrant, GrantType, TokenAnswer, TokenRequest,
};
use portal_apis::easir::bundles::Full;
use portal_apis::easir::crm::CrmError;
use portal_apis::easir::crm::types::{DeviceActivation, SortDirection};
use portal_apis::runtime::wire::{Json, to_vec};
use portal_apis::runtime::{Builder, Error, RetryPolicy};

use support::{Answer, CLIENT_ID, CLIENT_SECRET, Server, USER_AGENT};

fn builder(server: &Server) -> Builder<Easir<Full>> {
    Easir::<Full>::builder()
        .credentials(CLIENT_ID, CLIENT_SECRET)
        .token_url(server.token_url())
        .user_agent(USER_AGENT)
        .retry(RetryPolicy::never())
}

/// A client that finds the CRM on the server, under a path of its own.
fn easir(server: &Server) -> Easir<Full> {
    let crm = format!("{}/v1", server.url());
    builder(server).api_url("crm", crm).build().unwrap()
}

#[tokio::test]
async fn a_token_is_asked_for_with_json() {
    let server = Server::answering([Answer::json(200, "{}")]);
    easir(&server).crm().me().await.unwrap();
    let body = r#"{"client_id":"client-7","client_secret":"s3cret &+=/%ä"}"#;
    let expected = format!(
        "POST /token?grant_type=client_credentials\naccept: application/json\naccept-encoding: gzip\n\
         content-length: {}\ncontent-type: application/json\nhost: server\nuser-agent: tests/1\n\n{body}",
        body.len()
    );
    assert_eq!(server.only_token_request(), expected);
    // There is no gateway in front of this API, so there is no key either.
    assert_eq!(
        server.only_call(),
        "GET /v1/me\naccept: application/json\naccept-encoding: gzip\nauthorization: Bearer token-1\n\
         host: server\nuser-agent: tests/1\n\n"
    );
}

/// A provider that speaks like the one on the page; its errors are a list.
#[tokio::test]
async fn a_refusal_in_the_dialect_is_understood() {
    let body = r#"{"errors":[{"code":"unauthorized","message":"Wrong credentials"}]}"#;
    let server = Server::start(move |_| Answer::json(403, body), |_| Answer::empty(500));
    let error = easir(&server).crm().me().await.unwrap_err();
    let Error::IdentityProvider(error) = error else {
        panic!("{error}")
    };
    assert_eq!(
        (error.code(), error.message()),
        (Some("unauthorized"), "Wrong credentials")
    );
    assert!(!format!("{error} {error:?}").contains(CLIENT_SECRET));
}

const COUNTRY: &str = r#"{"name":"South Africa","native_name":"Suid-Afrika","code":"ZA"}"#;
const LOCALE: &str = r#"{"code":"en-US","language_name":"English","country":{"name":"United States","native_name":"United States","code":"US"}}"#;
const TIMES: &str = r#""created_at":"2024-01-15 09:30:00","updated_at":"2024-01-16 10:45:00""#;

/// Every property of the page's example, with other values, in the document's order.
fn example() -> String {
    [
        r#"{"id":101,"first_name":"Sam","last_name":"Sample","phone_number":"+4500000000","job_title":"Sales","#,
        r#""email":"sam.sample@example.com","profile_picture":"https://pictures.example.com/101.jpg","#,
        &format!(r#""locale":{LOCALE},"timezone":{{"name":"Europe/Copenhagen","offset":3600}},"#),
        r#""company":{"id":7,"name":"Example Cars","#,
        r#""billing":{"invoice_email":"bills@example.com","address_1":"Harbour Road 1","address_2":"Second floor","#,
        &format!(r#""zip_code":"4730","city":"Umzimkulu","state":"KwaZulu-Natal","country":{COUNTRY}}},"#),
        r#""phone_number":"031 000 0000","website":"https://cars.example.com","vat":"0123456789","#,
        &format!(r#""timezone":{{"name":"Africa/Johannesburg","offset":7200}},"locale":{LOCALE},"#),
        r#""language":{"code":"en","name":"English"},"#,
        r#""currency":{"name":"US Dollar","name_plural":"US dollars","code":"USD","symbol":"$","symbol_native":"$","decimal_digits":2,"rounding":0},"#,
        r#""settings":{"b2c":{"allow":true,"default":true},"theme":"default","product":{"mode":"advanced"},"default_account_id":null},"#,
        &format!("{TIMES}}},"),
        r#""team":{"id":3,"name":"Team 3","address_1":"Harbour Road 1","address_2":"Second floor","zip_code":"4730","#,
        &format!(r#""city":"Umzimkulu","state":"KwaZulu-Natal","country":{COUNTRY},"#),
        r#""phone_number":"031 000 0000","website":"https://cars.example.com","vat":"0123456789","#,
        &format!(r#""timezone":{{"name":"Africa/Johannesburg","offset":7200}},"locale":{LOCALE},{TIMES}}},"#),
        &format!("{TIMES}}}"),
    ]
    .concat()
}

#[tokio::test]
async fn the_user_of_a_token_is_read_in_full() {
    let server = Server::answering([Answer::json(200, example())]);
    let user = easir(&server).crm().me().await.unwrap().into_body();
    assert_eq!(user.id, Some(101));
    let created = user.created_at.unwrap();
    assert_eq!(created.to_string(), "2024-01-15 09:30:00");
    assert!(created.timestamp().is_none(), "nothing says which offset");
    let company = user.company.as_ref().unwrap();
    let currency = company.currency.as_ref().unwrap();
    assert_eq!(
        (currency.decimal_digits, currency.rounding),
        (Some(2), Some(0.0))
    );
    let settings = company.settings.as_ref().unwrap();
    assert_eq!(
        settings.b2c.as_ref().and_then(|b2c| b2c.default),
        Some(true)
    );
    let team = user.team.as_ref().unwrap();
    assert_eq!(
        team.timezone.as_ref().and_then(|zone| zone.offset),
        Some(7200)
    );
    assert_eq!(
        team.country
            .as_ref()
            .and_then(|country| country.code.as_deref()),
        Some("ZA")
    );

    // Nothing was overlooked: all of it goes out again. What is null may be left out.
    assert!(user.additional_properties.is_empty());
    let read: Json = String::from_utf8(to_vec(&user).unwrap())
        .unwrap()
        .parse()
        .unwrap();
    let sent = example().replace(r#","default_account_id":null"#, "");
    assert_eq!(
        read,
        sent.replace(r#""rounding":0"#, r#""rounding":0.0"#)
            .parse()
            .unwrap()
    );
}

#[tokio::test]
async fn a_list_begins_with_page_one() {
    let server = Server::serving(|request| {
        let page: u64 = request.query("page").unwrap().parse().unwrap();
        let teams = match page {
            1 => r#"{"id":1,"name":"North"},{"id":2,"colour":"red"}"#,
            2 => r#"{"id":3}"#,
            _ => "",
        };
        Answer::json(
            200,
            format!(
                r#"{{"data":[{teams}],"pagination":{{"total":3,"page":{page},"per_page":2,"urls":{{"next":null}}}}}}"#
            ),
        )
    });
    let crm = easir(&server).crm();
    let teams = crm
        .list_teams()
        .q("a&b")
        .sort_direction(&SortDirection::from("sideways"))
        .per_page(2)
        .items();
    let teams = teams.collect().await.unwrap();
    let ids: Vec<_> = teams.iter().filter_map(|team| team.id).collect();
    assert_eq!(ids, [1, 2, 3]);
    assert_eq!(teams[1].additional_properties["colour"], Json::from("red"));
    let query = "/v1/teams?q=a%26b&sort_direction=sideways";
    assert_eq!(
        server.targets()[..2],
        [
            format!("{query}&page=1&per_page=2"),
            format!("{query}&page=2&per_page=2"),
        ]
    );
}

#[tokio::test]
async fn a_list_asks_for_as_much_as_the_server_gives() {
    let server = Server::serving(|_| Answer::json(200, r#"{"data":[]}"#));
    let crm = easir(&server).crm();
    crm.list_teams().items().collect().await.unwrap();
    crm.list_teams()
        .items()
        .page_size(500)
        .collect()
        .await
        .unwrap();
    crm.list_teams().await.unwrap();
    let first = "/v1/teams?page=1&per_page=50";
    assert_eq!(server.targets(), [first, first, "/v1/teams"]);
}

#[tokio::test]
async fn declared_errors_are_read() {
    let body =
        r#"{"errors":[{"message":"Too short","code":"validation.min","field":"code","min":6}]}"#;
    let server = Server::answering([Answer::json(422, body), Answer::empty(204)]);
    let crm = easir(&server).crm();
    let code = DeviceActivation::new(474_602);
    let error = crm.activate_device(&code).await.unwrap_err();
    let Some(CrmError::UnprocessableContent(errors)) = error.api().map(|error| &error.body) else {
        panic!("{error}")
    };
    assert_eq!(errors.errors[0].code, "validation.min");
    assert_eq!(errors.errors[0].field.as_deref(), Some("code"));
    assert_eq!(errors.errors[0].additional_properties["min"], Json::from(6));
    crm.activate_device(&code).await.unwrap();
    let calls = server.calls();
    assert_eq!(calls[1].target, "/v1/device-activation");
    assert_eq!(calls[1].body, br#"{"code":474602}"#);
    assert_eq!(calls[1].header("content-type"), Some("application/json"));
}

/// No page names the host of the CRM.
#[tokio::test]
async fn without_a_base_url_the_error_says_so() {
    let server = Server::answering([]);
    let easir = builder(&server).build().unwrap();
    let error = easir.crm().me().await.unwrap_err();
    let Error::Request(error) = error else {
        panic!("{error}")
    };
    assert!(
        error.to_string().contains("(a portal's `api_url`)"),
        "{error}"
    );
    assert!(server.calls().is_empty() && server.token_requests().is_empty());
}

/// The document asks for no credentials here: it is where they come from. The token endpoint is
/// the API itself, so its requests count as calls under another path.
#[tokio::test]
async fn asking_for_a_token_by_hand_needs_no_token() {
    let answer = r#"{"access_token":"by-hand","token_type":"Bearer","expires_in":180}"#;
    let server = Server::answering([Answer::json(200, answer)]);
    let own = format!("{}/auth", server.url());
    let easir = builder(&server)
        .api_url("authentication", own)
        .build()
        .unwrap();
    let grant = ClientCredentialsGrant::new(CLIENT_ID.to_owned(), CLIENT_SECRET.into());
    let request = TokenRequest::ClientCredentialsGrant(grant);
    let authentication = easir.authentication();
    let call = authentication.create_token(&GrantType::ClientCredentials, &request);
    let shown = format!("{call:?} {request:?}");
    assert!(!shown.contains(CLIENT_SECRET), "{shown}");
    let token = call.await.unwrap();
    assert!(
        matches!(&*token, TokenAnswer::Token(token) if token.access_token.expose() == "by-hand")
    );
    let shown = format!("{token:?}");
    assert!(!shown.contains("by-hand"), "{shown}");
    let call = &server.calls()[0];
    assert_eq!(call.target, "/auth/token?grant_type=client_credentials");
    assert_eq!(call.header("authorization"), None);
    assert_eq!(server.token_requests().len(), 0);
}
