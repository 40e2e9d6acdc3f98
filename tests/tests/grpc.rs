//! Layers around tonic's clients and servers, over loopback sockets.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use axum::http;
use resilience::{
    CircuitBreaker, RateLimiter, Rejection, RejectionKind, Retry, Timeout, circuit_breaker,
    rate_limit, remaining, retry, timeout,
};
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::NamedService;
use tonic::transport::{Channel, Endpoint, Server, server::TcpIncoming};
use tonic::{Code, Request, Response, Status};
use tower::{Service, ServiceBuilder};

/// Messages are text as it is.
#[derive(Clone, Copy, Default)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, item: String, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        bytes::BufMut::put_slice(to, item.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let length = bytes::Buf::remaining(from);
        let bytes: Bytes = bytes::Buf::copy_to_bytes(from, length);
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// Answers `time` with the time that is left, and fails as it is told otherwise: `14` is `UNAVAILABLE`.
struct Say;

impl Service<Request<String>> for Say {
    type Response = Response<String>;
    type Error = Status;
    type Future = std::future::Ready<Result<Response<String>, Status>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<String>) -> Self::Future {
        let told = request.into_inner();
        std::future::ready(match told.parse::<i32>() {
            Ok(code) => Err(Status::new(Code::from(code), "as told")),
            Err(_) if told == "time" => Ok(Response::new(format!("{:?}", remaining()))),
            Err(_) => Ok(Response::new(told)),
        })
    }
}

/// [`Say`] as a server has it.
#[derive(Clone, Copy)]
struct Echo;

impl NamedService for Echo {
    const NAME: &'static str = "test.Echo";
}

impl Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<http::Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move { Ok(tonic::server::Grpc::new(Text).unary(Say, request).await) })
    }
}

/// A listener, and what its connections arrive by.
async fn loopback() -> (SocketAddr, TcpIncoming) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (listener.local_addr().unwrap(), TcpIncoming::from(listener))
}

fn channel(address: SocketAddr) -> Channel {
    Endpoint::from_shared(format!("http://{address}")).unwrap().connect_lazy()
}

async fn ask<S>(service: S, told: &str) -> Result<String, Status>
where
    S: tonic::client::GrpcService<Body>,
    S::Error: Into<tower::BoxError>,
    S::ResponseBody: Send + 'static,
    <S::ResponseBody as HttpBody>::Error: Into<tower::BoxError> + Send,
{
    let mut client = tonic::client::Grpc::new(service);
    client.ready().await.map_err(|error| Status::from_error(error.into()))?;
    let path = http::uri::PathAndQuery::from_static("/test.Echo/Say");
    let answer = client.unary(Request::new(told.to_owned()), path, Text).await?;
    Ok(answer.into_inner())
}

#[tokio::test]
async fn a_limit_on_the_server_answers_resource_exhausted() {
    #[rate_limit("1/h")]
    static ONCE: RateLimiter;
    let (address, incoming) = loopback().await;
    let server = Server::builder().layer(ONCE.layer()).add_service(Echo);
    tokio::spawn(server.serve_with_incoming(incoming));
    assert_eq!(ask(channel(address), "hello").await.unwrap(), "hello");
    let exhausted = ask(channel(address), "hello").await.unwrap_err();
    assert_eq!(exhausted.code(), Code::ResourceExhausted, "{exhausted:?}");
    assert!(exhausted.metadata().contains_key("retry-after"), "{exhausted:?}");
}

#[tokio::test]
async fn eight_unavailable_replies_open_a_clients_circuit_whose_rejection_is_unavailable() {
    #[circuit_breaker(consecutive_failures = 8)]
    static ECHO: CircuitBreaker;
    let (address, incoming) = loopback().await;
    tokio::spawn(Server::builder().add_service(Echo).serve_with_incoming(incoming));
    let client = ServiceBuilder::new().layer(ECHO.layer()).service(channel(address));
    for code in [5, 14, 3, 14] {
        assert_eq!(ask(client.clone(), &code.to_string()).await.unwrap_err().code(), code.into());
    }
    assert_eq!(ECHO.counts().consecutive_failures, 1);
    for _ in 0..7 {
        assert_eq!(ask(client.clone(), "14").await.unwrap_err().message(), "as told");
    }
    let rejected = ask(client, "hello").await.unwrap_err();
    assert_eq!(rejected.code(), Code::Unavailable);
    assert_eq!(
        Rejection::find(&rejected).map(Rejection::kind),
        Some(RejectionKind::CircuitOpen),
        "{rejected:?}"
    );
}

#[tokio::test]
async fn a_deadline_crosses_and_is_answered_in_grpc() {
    #[timeout("10s")]
    static TOTAL: Timeout;
    let (address, incoming) = loopback().await;
    let server = Server::builder().layer(resilience::tower::inbound()).add_service(Echo);
    tokio::spawn(server.serve_with_incoming(incoming));
    let client =
        || ServiceBuilder::new().layer(resilience::tower::outbound()).service(channel(address));
    let left = TOTAL.call(async { ask(client(), "time").await }).await.unwrap();
    assert!(left.starts_with("Some(9.9"), "{left}");
    assert_eq!(ask(client(), "time").await.unwrap(), "None");
    let hasty = tower::Layer::layer(&resilience::tower::inbound().min("1h"), Echo);
    let request = http::Request::post("/test.Echo/Say")
        .header("content-type", "application/grpc")
        .header("grpc-timeout", "1M");
    let rejected =
        tower::ServiceExt::oneshot(hasty, request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(rejected.headers()["grpc-status"], "4");
}

#[tokio::test]
async fn a_retry_asks_again_where_the_server_is_unavailable() {
    #[retry(attempts = 3, delay = "1ms")]
    static AGAIN: Retry;
    #[circuit_breaker(consecutive_failures = 100)]
    static COUNTED: CircuitBreaker;
    let (address, incoming) = loopback().await;
    tokio::spawn(Server::builder().add_service(Echo).serve_with_incoming(incoming));
    let counted = ServiceBuilder::new().layer(COUNTED.layer()).service(channel(address));
    let asked = AGAIN.classified().call(|| ask(counted.clone(), "14")).await;
    assert_eq!(asked.unwrap_err().code(), Code::Unavailable);
    let asked = AGAIN.classified().call(|| ask(counted.clone(), "5")).await;
    assert_eq!(asked.unwrap_err().code(), Code::NotFound);
    assert_eq!((COUNTED.totals().failures, COUNTED.totals().successes), (3, 1));
}
