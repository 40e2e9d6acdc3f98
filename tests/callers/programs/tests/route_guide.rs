//! The gRPC service over loopback, without guards and with them.

use std::net::SocketAddr;
use std::time::Duration;

use caller_programs::route_guide::{
    Feature, Point, Rectangle, RouteGuide, RouteGuideClient, RouteGuideServer, RouteNote,
    RouteSummary, bare, guarded,
};
use futures_util::{StreamExt, stream};
use resilience::{Rejection, RejectionKind};
use tokio::net::TcpListener;
use tonic::Code;
use tonic::transport::{Endpoint, Server, server::TcpIncoming};

const FARM: Point = Point { latitude: 40, longitude: -74 };
const LAKE: Point = Point { latitude: 41, longitude: -73 };
const NOWHERE: Point = Point { latitude: 0, longitude: 0 };

fn features() -> Vec<Feature> {
    let feature = |(name, location): (&str, Point)| Feature { name: name.to_owned(), location };
    [("farm", FARM), ("lake", LAKE)].map(feature).into()
}

async fn serve(service: impl RouteGuide) -> RouteGuideClient {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::builder().add_service(RouteGuideServer::new(service));
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    client(address)
}

fn client(address: SocketAddr) -> RouteGuideClient {
    let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect_lazy();
    RouteGuideClient::new(channel)
}

fn note(message: &str) -> RouteNote {
    RouteNote { message: message.to_owned(), location: FARM }
}

macro_rules! versions {
    ($guides:ident: $version:ident) => {
        async fn $guides() {
            use $version::{RouteGuideService, chat, feature_at, features_in, record};
            let mut client = serve(RouteGuideService::new(features())).await;
            assert_eq!(feature_at(&mut client, FARM).await.unwrap().name, "farm");
            let missing = feature_at(&mut client, NOWHERE).await.unwrap_err();
            assert_eq!(missing.code(), Code::NotFound);
            let all = Rectangle { low: NOWHERE, high: LAKE };
            let all = Rectangle { low: Point { longitude: -80, ..all.low }, ..all };
            assert_eq!(features_in(&mut client, all).await.unwrap(), features());
            let summary = record(&mut client, vec![FARM, NOWHERE, LAKE]).await.unwrap();
            assert_eq!(summary, RouteSummary { points: 3, features: 2 });
            assert_eq!(chat(&mut client, vec![note("mud")]).await.unwrap(), []);
            assert_eq!(chat(&mut client, vec![note("rain")]).await.unwrap(), [note("mud")]);
        }
    };
}

versions! { guides_bare: bare }
versions! { guides_guarded: guarded }

#[tokio::test]
async fn a_bare_service_guides() {
    guides_bare().await;
}

// One test, since a method has one bulkhead in a process, whatever the number of its servers.
#[tokio::test]
async fn a_guarded_service_guides_and_takes_two_routes_at_a_time() {
    guides_guarded().await;
    takes_two_routes_at_a_time().await;
}

async fn takes_two_routes_at_a_time() {
    let mut client = serve(guarded::RouteGuideService::new(features())).await;
    // Routes that never end, each after its first point.
    let endless = || stream::iter([FARM]).chain(stream::pending());
    let record = |mut client: RouteGuideClient| async move {
        client.record_route(endless()).await.map(tonic::Response::into_inner)
    };
    let mut held = tokio::task::JoinSet::new();
    held.spawn(record(client.clone()));
    held.spawn(record(client.clone()));
    let bulkhead = resilience::registry()
        .bulkhead("caller_programs::route_guide::guarded::RouteGuideService::record_route")
        .unwrap();
    while bulkhead.in_flight() < 2 {
        tokio::task::yield_now().await;
    }
    let exhausted = client.record_route(endless()).await.unwrap_err();
    assert_eq!(exhausted.code(), Code::ResourceExhausted);
    assert_eq!(guarded::feature_at(&mut client, FARM).await.unwrap().name, "farm");
}

#[tokio::test(start_paused = true)]
async fn a_guarded_call_ends_where_a_bare_one_waits() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let hour = Duration::from_secs(3600);
    let bare = tokio::time::timeout(hour, bare::feature_at(&mut client(address), FARM)).await;
    assert!(bare.is_err(), "{bare:?}");
    let guarded = guarded::feature_at(&mut client(address), FARM).await.unwrap_err();
    assert_eq!(guarded.code(), Code::DeadlineExceeded);
    assert_eq!(Rejection::find(&guarded).map(Rejection::kind), Some(RejectionKind::TimedOut));
    drop(listener);
}
