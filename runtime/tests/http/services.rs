//! Clients of a single document, by its security schemes.

use std::sync::atomic::{AtomicUsize, Ordering};

use portal_runtime::{
    Api, Builder, Client, Error, ForService, Operation, Requirement, Scheme, SecurityScheme,
    Server as Host, ServerVariable, Service, body,
};

use crate::server::{Server, answer, json, token};

static API: Api = Api {
    id: "things",
    title: "Things",
    version: "1",
    base_url: "https://{tenant}.things.example/v2",
};

const fn scheme(name: &'static str, kind: SecurityScheme) -> Scheme {
    Scheme { name, kind }
}

static SERVICE: Service = Service {
    name: "things",
    env_prefix: "THINGS",
    servers: &[
        Host {
            url: "https://{tenant}.things.example/v2",
            variables: &[ServerVariable {
                name: "tenant",
                default: "demo",
                allowed: &["demo", "acme"],
            }],
        },
        Host {
            url: "https://test.things.example",
            variables: &[],
        },
    ],
    schemes: &[
        scheme("header", SecurityScheme::ApiKeyHeader("X-Key")),
        scheme("query", SecurityScheme::ApiKeyQuery("api key")),
        scheme("cookie", SecurityScheme::ApiKeyCookie("sid")),
        scheme("basic", SecurityScheme::Basic),
        scheme("bearer", SecurityScheme::Bearer),
        scheme("signed", SecurityScheme::Unsupported("http hmac")),
    ],
};

const fn needs(scheme: &'static str) -> Requirement {
    Requirement {
        scheme,
        scopes: &[],
    }
}

type Op = Operation<String, ()>;

const fn get(id: &'static str) -> Op {
    Operation::new(&API, id, "GET", "/things", body::text)
}

static DEFAULT: Op = get("default");
static NOTHING: Op = get("nothing").security(&[]);
static OPTIONAL: Op = get("optional").security(&[&[], &[needs("header")]]);
static EITHER: Op =
    get("either").security(&[&[needs("query")], &[needs("header")], &[needs("cookie")]]);
static BOTH: Op = get("both").security(&[&[needs("basic"), needs("header")]]);
static BEARER: Op = get("bearer").security(&[&[needs("bearer")]]);
static SIGNED: Op = get("signed").security(&[&[needs("signed")]]);

struct Things(Client);

impl Things {
    fn builder() -> Builder<Self, ForService> {
        Builder::for_service(&SERVICE, Self)
    }

    async fn ask(&self, operation: &'static Op) -> Result<String, Error<()>> {
        self.0
            .call::<_, _, ()>(operation)
            .await
            .map(|response| response.into_body())
    }
}

/// A server that answers with the credentials it was sent.
async fn mirror() -> Server {
    Server::start(|request, _| {
        let shown: Vec<String> = ["x-key", "authorization", "cookie"]
            .iter()
            .filter_map(|name| Some(format!("{name}={}", request.header(name)?)))
            .chain(
                request
                    .target()
                    .split_once('?')
                    .map(|(_, query)| query.to_owned()),
            )
            .collect();
        answer(200, &[], shown.join(" "))
    })
    .await
}

#[tokio::test]
async fn requirements_choose_the_credentials() {
    let server = mirror().await;
    let things =
        |builder: Builder<Things, ForService>| builder.base_url(&server.url).build().unwrap();
    let all = things(
        Things::builder()
            .api_key("header", "h")
            .api_key("query", "q/1")
            .api_key("cookie", "c;1")
            .basic("basic", "user", "pass:word")
            .bearer("bearer", "t")
            .bearer("signed", "s"),
    );
    assert_eq!(all.ask(&NOTHING).await.unwrap(), "");
    assert_eq!(all.ask(&OPTIONAL).await.unwrap(), "x-key=h");
    assert_eq!(
        all.ask(&EITHER).await.unwrap(),
        "x-key=h",
        "a header rather than the query"
    );
    assert_eq!(
        all.ask(&BOTH).await.unwrap(),
        "x-key=h authorization=Basic dXNlcjpwYXNzOndvcmQ="
    );
    assert_eq!(all.ask(&BEARER).await.unwrap(), "authorization=Bearer t");
    assert_eq!(all.ask(&SIGNED).await.unwrap(), "authorization=Bearer s");

    let query = things(Things::builder().api_key("query", "q/1"));
    assert_eq!(query.ask(&EITHER).await.unwrap(), "api%20key=q%2F1");
    assert_eq!(query.ask(&OPTIONAL).await.unwrap(), "");
    assert_eq!(
        query.ask(&DEFAULT).await.unwrap(),
        "api%20key=q%2F1",
        "what was set is sent"
    );

    let cookie = things(Things::builder().api_key("cookie", "c;1"));
    assert_eq!(cookie.ask(&EITHER).await.unwrap(), "cookie=sid=c%3B1");

    let none = things(Things::builder());
    assert_eq!(none.ask(&DEFAULT).await.unwrap(), "");
    assert_eq!(none.ask(&OPTIONAL).await.unwrap(), "");
    let error = none.ask(&EITHER).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`query`, or `header`, or `cookie`"),
        "{error}"
    );
    let error = none.ask(&BOTH).await.unwrap_err();
    assert!(
        error.to_string().contains("`basic` and `header`"),
        "{error}"
    );
}

#[tokio::test]
async fn an_application_can_supply_tokens() {
    let server = mirror().await;
    let count = AtomicUsize::new(0);
    let things = Things::builder()
        .base_url(&server.url)
        .bearer_provider("bearer", move || {
            let count = count.fetch_add(1, Ordering::SeqCst);
            async move {
                match count {
                    0 => Ok("first".to_owned()),
                    _ => Err("the vault is closed"),
                }
            }
        })
        .retry(portal_runtime::RetryPolicy::never())
        .build()
        .unwrap();
    assert_eq!(
        things.ask(&BEARER).await.unwrap(),
        "authorization=Bearer first"
    );
    let error = things.ask(&BEARER).await.unwrap_err();
    assert!(matches!(error, Error::IdentityProvider(_)), "{error}");
    assert!(error.to_string().contains("the vault is closed"), "{error}");
}

#[test]
fn servers_and_their_variables() {
    let built = |builder: Builder<Things, ForService>| {
        builder
            .build()
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    built(Things::builder()).unwrap();
    built(Things::builder().server_variable("tenant", "acme")).unwrap();
    built(Things::builder().server(1)).unwrap();
    assert!(
        built(Things::builder().server_variable("tenant", "evil"))
            .unwrap_err()
            .contains("demo, acme")
    );
    assert!(
        built(Things::builder().server(2))
            .unwrap_err()
            .contains("no server 2")
    );
    assert!(
        built(Things::builder().base_url("http://things.example"))
            .unwrap_err()
            .contains("plain http")
    );
}

#[test]
fn credentials_that_do_not_fit_are_refused() {
    let error = |builder: Builder<Things, ForService>| builder.build().err().unwrap().to_string();
    assert!(error(Things::builder().api_key("heder", "x")).contains("there are: header, query"));
    assert!(error(Things::builder().bearer("basic", "x")).contains("call .basic(..)"));
    assert!(error(Things::builder().basic("basic", "a:b", "x")).contains("colon"));
    let text = error(Things::builder().api_key("header", "secret\n"));
    assert!(
        text.contains("`header`") && !text.contains("secret"),
        "{text}"
    );
}

#[test]
fn scopes_that_say_nothing_are_refused() {
    static SERVICE: Service = Service {
        name: "things",
        env_prefix: "THINGS",
        servers: &[],
        schemes: &[scheme(
            "oauth",
            SecurityScheme::OAuth2ClientCredentials {
                token_url: "https://id.example/token",
                scopes: &[],
            },
        )],
    };
    for scopes in [vec![], vec![""], vec!["a", " "]] {
        let builder = Builder::for_service(&SERVICE, Things);
        let builder = builder.base_url("https://things.example");
        let built = builder.oauth2_with_scopes("oauth", "id", "secret", scopes);
        let error = built.build().err().unwrap().to_string();
        assert!(error.contains("the scopes for `oauth`"), "{error}");
    }
}

static TOKENS: std::sync::OnceLock<Service> = std::sync::OnceLock::new();

static READ: Op = get("read").security(&[&[Requirement {
    scheme: "oauth",
    scopes: &["b", "a"],
}]]);
static WRITE: Op = get("write").security(&[&[Requirement {
    scheme: "oauth",
    scopes: &["w"],
}]]);

#[tokio::test]
async fn oauth_asks_for_the_scopes_of_each_operation() {
    let server = Server::start(|request, _| match request.target() {
        "/token" => token(
            &request
                .text()
                .rsplit_once("scope=")
                .unwrap()
                .1
                .replace('+', "-"),
        ),
        _ => answer(200, &[], request.header("authorization").unwrap()),
    })
    .await;
    let token_url: &'static str = Box::leak(format!("{}/token", server.url).into_boxed_str());
    let schemes = vec![scheme(
        "oauth",
        SecurityScheme::OAuth2ClientCredentials {
            token_url,
            scopes: &["a", "b", "w"],
        },
    )];
    let service = TOKENS.get_or_init(|| Service {
        schemes: schemes.leak(),
        ..SERVICE
    });
    let builder = || Builder::for_service(service, Things).base_url(&server.url);
    let things = builder().oauth2("oauth", "id", "secret").build().unwrap();
    for _ in 0..2 {
        assert_eq!(things.ask(&READ).await.unwrap(), "Bearer a-b");
        assert_eq!(things.ask(&WRITE).await.unwrap(), "Bearer w");
    }
    assert_eq!(server.tokens(), 2);
    let fixed = builder()
        .oauth2_with_scopes("oauth", "id", "secret", ["all"])
        .build()
        .unwrap();
    assert_eq!(fixed.ask(&READ).await.unwrap(), "Bearer all");
    assert_eq!(fixed.ask(&WRITE).await.unwrap(), "Bearer all");
    assert_eq!(server.tokens(), 3);
}

#[test]
fn the_environment_sets_what_it_has() {
    let none = Things::builder()
        .credentials_from(|_| None)
        .unwrap_err()
        .to_string();
    assert!(
        none.contains("THINGS_HEADER_KEY") && none.contains("THINGS_BASIC_PASSWORD"),
        "{none}"
    );
    let some = Things::builder()
        .credentials_from(|name| (name == "THINGS_HEADER_KEY").then(|| "k".to_owned()));
    some.unwrap().build().unwrap();
    let half = Things::builder()
        .credentials_from(|name| (name == "THINGS_BASIC_USER").then(|| "u".to_owned()));
    assert_eq!(
        half.unwrap_err().to_string(),
        "THINGS_BASIC_USER is set, and THINGS_BASIC_PASSWORD is not"
    );
}

/// Of what goes together, only what is missing is said.
#[tokio::test]
async fn credentials_that_are_there_are_not_called_missing() {
    static BOTH: Op = get("both").security(&[&[
        Requirement {
            scheme: "header",
            scopes: &[],
        },
        Requirement {
            scheme: "basic",
            scopes: &[],
        },
    ]]);
    let things = Things::builder()
        .base_url("http://127.0.0.1:9")
        .api_key("header", "k");
    let error = things
        .build()
        .unwrap()
        .ask(&BOTH)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`basic`") && !error.contains("`header`"),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_in_the_gateways_shape_is_the_apis_where_there_is_no_gateway() {
    let server = Server::answering(vec![json(
        404,
        r#"{"statusCode":404,"message":"Resource not found"}"#,
    )])
    .await;
    let things = Things::builder().base_url(&server.url).build().unwrap();
    assert!(matches!(
        things.ask(&NOTHING).await.unwrap_err(),
        Error::Api(_)
    ));
}

static FILES: Host = Host {
    url: "http://{host}/{shelf}",
    variables: &[
        ServerVariable {
            name: "host",
            default: "127.0.0.1:1",
            allowed: &[],
        },
        ServerVariable {
            name: "shelf",
            default: "new",
            allowed: &["new", "old"],
        },
    ],
};
static FILE: Op = get("file").security(&[]).server(&FILES);

/// A server that answers with the path it was asked for.
async fn paths() -> Server {
    Server::start(|request, _| answer(200, &[], request.target())).await
}

#[tokio::test]
async fn an_operation_goes_to_a_server_of_its_own() {
    let server = paths().await;
    let host = server.url.strip_prefix("http://").unwrap();
    let at = |shelf: Option<&str>| {
        let builder = Things::builder().server_variable("host", host);
        let builder = match shelf {
            Some(shelf) => builder.server_variable("shelf", shelf),
            None => builder,
        };
        builder.build().unwrap()
    };
    assert_eq!(at(None).ask(&FILE).await.unwrap(), "/new/things");
    assert_eq!(at(Some("old")).ask(&FILE).await.unwrap(), "/old/things");
    let error = at(Some("lost")).ask(&FILE).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`{shelf}` must be one of new, old"),
        "{error}"
    );
}

#[tokio::test]
async fn a_base_url_comes_before_the_servers_of_operations() {
    let server = paths().await;
    let things = Things::builder().base_url(&server.url).build().unwrap();
    assert_eq!(things.ask(&FILE).await.unwrap(), "/things");
    assert_eq!(things.ask(&NOTHING).await.unwrap(), "/things");
}
