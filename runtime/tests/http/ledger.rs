//! A portal as generated code would state it.

use std::marker::PhantomData;
use std::time::Duration;

use portal_runtime::page::{Items, PageKind, Pages, Paging};
use portal_runtime::wire::Json;
use portal_runtime::{
    Api, Builder, Bundle, ByteStream, Client, Dialect, Grants, IdentityProvider, Operation,
    Permission, Portal, RetryPolicy, Status, SubscriptionKey, body, bundle,
};

pub static API: Api = Api {
    id: "ledger",
    title: "Ledger",
    version: "1.0",
    base_url: "https://apim.example/{region}/ledger;rev=2",
};

pub static PORTAL: Portal = Portal {
    name: "example",
    env_prefix: "EXAMPLE",
    identity: IdentityProvider {
        token_url: "https://id.example/token",
        dialect: Dialect::FORM,
        default_lifetime: 300,
    },
    subscription_key: Some(SubscriptionKey {
        header: "Ocp-Apim-Subscription-Key",
    }),
    apis: &[&API],
    bundles: &[],
};

pub enum Access {}

impl portal_runtime::Access for Access {
    const PERMISSION: Permission = Permission::write("ledger");
}

bundle! {
    pub Everything {
        scopes: ["ledger.write", "ledger.read"],
        grants: [Access],
    }
}

bundle! {
    pub Partner {
        scopes: [],
        grants: [],
    }
}

pub struct Ledger<B> {
    pub client: Client,
    bundle: PhantomData<fn() -> B>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub id: i64,
    pub account: String,
}

portal_runtime::model! { Event { id: required "id", account: required "account" } }

#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventPage {
    pub results: Option<Vec<Event>>,
    pub row_count: Option<i64>,
}

portal_runtime::model! { EventPage { results: optional "results", row_count: optional "rowCount" } }

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problem {
    pub error: Option<String>,
    pub code: Option<String>,
}

portal_runtime::model! { Problem { error: optional "error", code: optional "code" } }

portal_runtime::errors! {
    /// Errors of the ledger.
    pub enum LedgerError {
        /// Not understood.
        400 => BadRequest(Problem),
        401 => Unauthorized,
        404 => NotFound(text String),
        5XX => Server(optional Problem),
    } else Undeclared
}

portal_runtime::successes! {
    /// What adding gives.
    #[derive(Clone, PartialEq)]
    pub enum Added {
        /// It was there.
        200 => Existing(Event),
        201 => New(Event),
        202 => Accepted,
    }
}

portal_runtime::headers! {
    /// The headers of an event.
    pub struct EventHeaders {
        /// How many there are.
        total: required i64 "X-Total",
        link: optional String "Link",
        tags: optional Vec<String> "X-Tags",
    }
}

static EVENT: Operation<Event, LedgerError> =
    Operation::new(&API, "GetEvent", "GET", "/v1/events/{id}", body::json)
        .success(&[Status::Exact(200)])
        .accept("application/json");
static EVENTS: Operation<EventPage, LedgerError> = Operation::new(
    &API,
    "GetEvents",
    "GET",
    "/v1/events/{organization}",
    body::json,
);
static ADD: Operation<Added, LedgerError> =
    Operation::new(&API, "AddEvent", "POST", "/v1/events", Added::decode).success(&[
        Status::Exact(200),
        Status::Exact(201),
        Status::Exact(202),
    ]);
static REMOVE: Operation<Option<Json>, LedgerError> = Operation::new(
    &API,
    "RemoveEvent",
    "DELETE",
    "/v1/events/{id}",
    body::optional_json,
);
static DOWNLOAD: Operation<ByteStream, LedgerError> =
    Operation::new(&API, "Download", "GET", "/v1/files/{id}", body::stream);
static UPLOAD: Operation<(), LedgerError> =
    Operation::new(&API, "Upload", "PUT", "/v1/files/{id}", body::none);
static ANYTHING: Operation<String, LedgerError> =
    Operation::new(&API, "Anything", "POST", "/v1/anything", body::text);
static OPEN: Operation<String, LedgerError> =
    Operation::new(&API, "Open", "GET", "/v1/open", body::text).security(&[]);

portal_runtime::operation! {
    /// Fetches an event.
    GetEvent => Event, LedgerError, EventHeaders
}
portal_runtime::operation! {
    /// Fetches events.
    GetEvents => EventPage, LedgerError
}
portal_runtime::operation! {
    /// Adds an event.
    AddEvent => Added, LedgerError
}
portal_runtime::operation! {
    /// Removes an event.
    RemoveEvent => Option<Json>, LedgerError
}
portal_runtime::operation! {
    /// Fetches a file.
    Download => ByteStream, LedgerError
}
portal_runtime::operation! {
    /// Stores a file.
    Upload => (), LedgerError
}
portal_runtime::operation! {
    /// Sends anything.
    Anything => String, LedgerError
}

impl<B: Bundle> Ledger<B> {
    pub fn builder() -> Builder<Self> {
        Builder::new::<B>(&PORTAL, "fi", |client| Self {
            client,
            bundle: PhantomData,
        })
    }

    pub fn over(client: Client) -> Self {
        Self {
            client,
            bundle: PhantomData,
        }
    }

    pub fn event(&self, id: &str) -> GetEvent
    where
        B: Grants<Access>,
    {
        GetEvent(self.client.call(&EVENT).path("id", id))
    }

    pub fn events(&self, organization: &str) -> GetEvents {
        GetEvents(self.client.call(&EVENTS).path("organization", organization))
    }

    pub fn add(&self, event: &Event) -> AddEvent {
        AddEvent(self.client.call(&ADD).json(event))
    }

    pub fn remove(&self, id: &str) -> RemoveEvent {
        RemoveEvent(self.client.call(&REMOVE).path("id", id))
    }

    pub fn download(&self, id: &str) -> Download {
        Download(self.client.call(&DOWNLOAD).path("id", id))
    }

    pub fn upload(&self, id: &str) -> Upload {
        Upload(self.client.call(&UPLOAD).path("id", id))
    }

    pub fn anything(&self) -> Anything {
        Anything(self.client.call(&ANYTHING))
    }

    pub fn open(&self) -> Anything {
        Anything(self.client.call(&OPEN))
    }
}

static PAGING: Paging = Paging {
    index: "pageIndex",
    size: "pageSize",
    kind: PageKind::PageNumber,
    first: 0,
    default_size: 2,
    max: Some(10),
};

impl GetEvents {
    pub fn since(self, date: &str) -> Self {
        Self(self.0.query("fromDate", date))
    }

    pub fn items(self) -> Items<EventPage, Event, LedgerError> {
        Items::new(self.0, &PAGING, |page| page.results.unwrap_or_default())
            .row_count(|page| page.row_count)
    }

    pub fn pages(self) -> Pages<EventPage, Event, LedgerError> {
        Pages::new(self.0, &PAGING, |page| page.results.unwrap_or_default())
            .row_count(|page| page.row_count)
    }
}

/// A client of a portal that is wholly at this address, with quick retries.
pub fn ledger(url: &str) -> Ledger<Everything> {
    builder(url).build().unwrap()
}

pub fn builder(url: &str) -> Builder<Ledger<Everything>> {
    Ledger::<Everything>::builder()
        .credentials("the-id", "the-secret")
        .subscription_key("the-key")
        .gateway_url(url)
        .token_url(format!("{url}/token"))
        .retry(RetryPolicy::new().backoff(Duration::from_millis(1), Duration::from_millis(2)))
}
