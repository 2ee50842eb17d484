//! HTTP, on loopback.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::message::{Answer, Request};
use crate::world::{Reply, World};

/// Nobody sends more to a test server on purpose.
const LARGEST_BODY: usize = 64 << 20;

/// Serves connections until it is dropped, and they with it.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&world)));
                }
                // Out of files, as a rule: others have to close theirs first.
                Err(_) => tokio::task::yield_now().await,
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

async fn connection(stream: TcpStream, world: Arc<World>) {
    // Small answers go at once.
    _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let world = Arc::clone(&world);
        async move { respond(request, &world).await }
    });
    // A client that leaves in the middle is no failure of the sandbox.
    _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn respond(
    request: hyper::Request<Incoming>,
    world: &World,
) -> Result<hyper::Response<Outgoing>, io::Error> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, LARGEST_BODY).collect().await;
    let body = body.map_err(io::Error::other)?.to_bytes();
    let query = parts.uri.query().unwrap_or_default();
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned();
    let request = Request {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: query.collect(),
        headers: parts.headers,
        body,
    };
    let (wait, reply) = world.answer(&request);
    tokio::time::sleep(wait).await;
    match reply {
        Reply::Whole(answer) => Ok(response(answer, false)),
        Reply::Truncated(answer) => Ok(response(answer, true)),
        // hyper closes the connection on which a service fails.
        Reply::Reset => Err(io::ErrorKind::ConnectionReset.into()),
    }
}

fn response(answer: Answer, cut: bool) -> hyper::Response<Outgoing> {
    let mut builder = hyper::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        builder = builder.header(*name, value);
    }
    let length = answer.body.len();
    let mut body = Bytes::from(answer.body);
    if cut {
        builder = builder.header("content-length", length.to_string());
        body.truncate(length / 2);
    }
    let outgoing = Outgoing {
        rest: Some(body),
        state: if cut { State::Flushing } else { State::Whole },
    };
    // Documents cannot make a header that is none: names are our own, values come from them in one place only.
    builder.body(outgoing).unwrap_or_else(|_| {
        let mut response = hyper::Response::new(Outgoing {
            rest: None,
            state: State::Whole,
        });
        *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

/// A body that ends well, or does not.
struct Outgoing {
    rest: Option<Bytes>,
    state: State,
}

#[derive(PartialEq)]
enum State {
    Whole,
    /// What there is has to be on its way before the connection breaks.
    Flushing,
    Breaking,
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.rest.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.state {
            State::Whole => Poll::Ready(None),
            State::Flushing => {
                self.state = State::Breaking;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            State::Breaking => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.state == State::Whole && self.rest.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        match self.state {
            State::Whole => {
                let length = self.rest.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
            }
            State::Flushing | State::Breaking => SizeHint::new(),
        }
    }
}
