//! The calls, what goes wrong beside them, and what must hold in the end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use portal_runtime::wire::Json;
use portal_runtime::{
    Api, Builder, Client, Dialect, Error, IdentityProvider, Operation, Outcome, Portal,
    RetryPolicy, Status, SubscriptionKey, TransportErrorKind, body, bundle,
};

use super::chance::number;
use super::report::{Report, memory};
use super::server;
use super::time::Time;
use super::world::World;

static API: Api = Api {
    id: "books",
    title: "Books",
    version: "1.0",
    base_url: "https://apim.example/books",
};

static PORTAL: Portal = Portal {
    name: "example",
    env_prefix: "EXAMPLE",
    identity: IdentityProvider {
        token_url: "https://id.example/token",
        dialect: Dialect::FORM,
        default_lifetime: 180,
    },
    subscription_key: Some(SubscriptionKey {
        header: "Ocp-Apim-Subscription-Key",
    }),
    apis: &[&API],
    bundles: &[],
};

bundle! {
    pub Bookkeeper {
        scopes: ["books"],
        grants: [],
    }
}

static GET: Operation<Json, ()> =
    Operation::new(&API, "GetVoucher", "GET", "/vouchers/{id}", body::json)
        .success(&[Status::Exact(200)]);
static POST: Operation<Json, ()> =
    Operation::new(&API, "PostVoucher", "POST", "/vouchers/{id}", body::json)
        .success(&[Status::Exact(200)]);

/// How many calls are under way at a time.
const TASKS: usize = 64;
/// The longest that an attempt waits for an answer.
const ATTEMPT: Duration = Duration::from_millis(500);

pub struct Run {
    pub world: Arc<World>,
    client: Client,
    next: AtomicUsize,
    /// By call: 0 where it has not ended.
    pub ended: Vec<AtomicU8>,
    pub errors: Mutex<BTreeMap<&'static str, usize>>,
    /// What the things that were done make necessary in token requests, and in refused ones.
    pub needed: AtomicUsize,
    pub refusals: AtomicUsize,
    /// How often the identity provider may have been asked while it was out.
    pub outage_bound: AtomicUsize,
}

pub const SUCCESS: u8 = 1;
pub const ERROR: u8 = 2;

/// Makes the calls, and asserts what must hold.
pub async fn run(calls: usize, seed: u64) -> Report {
    let started = Instant::now();
    println!("fault run: {calls} calls, seed {seed}");
    let time = Time::new();
    let world = Arc::new(World::new(seed, calls, time.clone()));
    let url = server::start(Arc::clone(&world)).await;
    let run = Arc::new(Run {
        client: client(&url, time),
        world,
        next: AtomicUsize::new(0),
        ended: (0..calls).map(|_| AtomicU8::new(0)).collect(),
        errors: Mutex::default(),
        needed: AtomicUsize::new(1),
        refusals: AtomicUsize::new(0),
        outage_bound: AtomicUsize::new(0),
    });
    let slices = 100.min(calls / 100);
    let mut early = None;
    for slice in 0..slices {
        run.slice(slice as u64, calls * (slice + 1) / slices).await;
        if slice + 1 == slices / 5 {
            early = memory("VmRSS");
        }
    }
    Report::of(&run, started.elapsed(), early)
}

fn client(url: &str, time: Time) -> Client {
    Builder::new::<Bookkeeper>(&PORTAL, "", |client| client)
        .credentials("the-client", "secret-0")
        .subscription_key("key-0")
        .gateway_url(url)
        .token_url(format!("{url}/token"))
        .clock(time)
        .attempt_timeout(ATTEMPT)
        .idle_timeout(ATTEMPT)
        .retry(RetryPolicy::new().backoff(Duration::from_millis(2), Duration::from_millis(8)))
        .build()
        .unwrap()
}

impl Run {
    /// Something happens, and calls are made up to this number.
    async fn slice(self: &Arc<Self>, slice: u64, end: usize) {
        let world = &self.world;
        let part = (end - self.next.load(SeqCst)) / 10;
        let soon = self.next.load(SeqCst) + part;
        // An odd figure, so that jumps do not cancel each other out.
        let odd = number(world.seed, slice, 1 << 22) % 10_000;
        let needs = |tokens| {
            self.needed.fetch_add(tokens, SeqCst);
        };
        match (slice + number(world.seed, slice / 9, 1 << 23)) % 9 {
            0 => {
                needs(1);
                world.time.pass(140_000 + odd * 10);
            }
            1 => {
                needs(1);
                world.time.sleep(400_000 + odd);
            }
            2 => {
                needs(1);
                world.time.set(3_600_000 + i64::try_from(odd).unwrap());
            }
            3 => {
                needs(1);
                world.time.set(-5_000_000 - i64::try_from(odd).unwrap());
            }
            4 => {
                needs(1);
                world.revoke();
            }
            5 => {
                needs(1);
                self.refusals.fetch_add(1, SeqCst);
                let secret = world.secret.fetch_add(1, SeqCst) + 1;
                world.revoke();
                self.calls(soon).await;
                self.client
                    .set_client_secret(format!("secret-{secret}"))
                    .unwrap();
            }
            6 => {
                let key = world.key.fetch_add(1, SeqCst) + 1;
                self.calls(soon).await;
                self.client
                    .set_subscription_key(format!("key-{key}"))
                    .unwrap();
            }
            7 => {
                needs(1);
                self.outage(soon).await;
            }
            _ => world.burst.store(part, SeqCst),
        }
        self.calls(end).await;
        world.burst.store(0, SeqCst);
    }

    /// The identity provider is out of order when another token is needed.
    async fn outage(self: &Arc<Self>, end: usize) {
        let world = &self.world;
        world.identity.lock().unwrap().is_out = true;
        world.revoke();
        let began = Instant::now();
        self.calls(end).await;
        // A failure stands for half a second at least.
        let asked = 1 + usize::try_from(began.elapsed().as_millis() / 500).unwrap();
        self.outage_bound.fetch_add(asked, SeqCst);
        world.identity.lock().unwrap().is_out = false;
        // Whatever stands of the last failure is over; there is no token that could age.
        world.time.pass(61_000);
    }

    /// Makes calls up to this number, many at a time, and waits for all of them.
    async fn calls(self: &Arc<Self>, end: usize) {
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let run = Arc::clone(self);
                tokio::spawn(async move {
                    while let Ok(call) = run
                        .next
                        .fetch_update(SeqCst, SeqCst, |next| (next < end).then_some(next + 1))
                    {
                        run.call(call).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }

    pub fn is_post(&self, call: usize) -> bool {
        number(self.world.seed, call as u64, 1 << 24).is_multiple_of(2)
    }

    async fn call(&self, call: usize) {
        let own = format!(r#"{{"id":{call}}}"#);
        let sent = match self.is_post(call) {
            true => {
                let voucher: Json = portal_runtime::wire::from_slice(own.as_bytes()).unwrap();
                let post = self.client.call::<_, _, ()>(&POST).path("id", call as u64);
                post.json(&voucher).await
            }
            false => {
                let get = self.client.call::<_, _, ()>(&GET).path("id", call as u64);
                get.await
            }
        };
        let was = match sent {
            Ok(answer) => {
                let text = portal_runtime::wire::to_vec(&answer.into_body()).unwrap();
                assert_eq!(text, own.as_bytes(), "another call's answer");
                SUCCESS
            }
            Err(error) => {
                self.failed(call, &error);
                ERROR
            }
        };
        let before = self.ended[call].swap(was, SeqCst);
        assert_eq!(before, 0, "call {call} ended twice");
    }

    fn failed(&self, call: usize, error: &Error<()>) {
        let kind = match error {
            Error::IdentityProvider(_) => "identity provider",
            Error::Gateway(_) => "gateway",
            Error::Api(_) => "API",
            Error::Timeout(_) => "timeout",
            Error::Transport(error) => match error.kind() {
                TransportErrorKind::Connect => "connection",
                _ => "exchange",
            },
            other => panic!("call {call} ended with {other}"),
        };
        *self.errors.lock().unwrap().entry(kind).or_default() += 1;
        let processed = self.world.processed[call].load(SeqCst);
        let is_true = match error.outcome() {
            Outcome::NotCarriedOut => processed == 0,
            Outcome::CarriedOut => processed > 0,
            _ => true,
        };
        assert!(
            is_true,
            "call {call} was processed {processed} times, but ended with {:?}: {error}",
            error.outcome()
        );
    }
}
