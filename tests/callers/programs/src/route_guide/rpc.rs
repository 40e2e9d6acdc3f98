//! The service's trait, server and client, shaped like those that tonic generates.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::http;
use futures_util::Stream;
use tonic::body::Body;
use tonic::client::Grpc as Client;
use tonic::server::{Grpc as Server, NamedService};
use tonic::transport::Channel;
use tonic::{IntoRequest, IntoStreamingRequest, Request, Response, Status, Streaming};
use tower::{Service, service_fn};

use super::json::Json;
use super::{Feature, Point, Rectangle, RouteNote, RouteSummary};

/// What a server does.
#[tonic::async_trait]
pub trait RouteGuide: Send + Sync + 'static {
    /// The features of a rectangle.
    type ListFeaturesStream: Stream<Item = Result<Feature, Status>> + Send + 'static;
    /// What others have said.
    type RouteChatStream: Stream<Item = Result<RouteNote, Status>> + Send + 'static;

    /// What is at a place.
    async fn get_feature(&self, request: Request<Point>) -> Result<Response<Feature>, Status>;

    /// What is in a rectangle.
    async fn list_features(
        &self,
        request: Request<Rectangle>,
    ) -> Result<Response<Self::ListFeaturesStream>, Status>;

    /// Takes down a route.
    async fn record_route(
        &self,
        request: Request<Streaming<Point>>,
    ) -> Result<Response<RouteSummary>, Status>;

    /// Passes notes on.
    async fn route_chat(
        &self,
        request: Request<Streaming<RouteNote>>,
    ) -> Result<Response<Self::RouteChatStream>, Status>;
}

/// A server of it.
pub struct RouteGuideServer<T> {
    inner: Arc<T>,
}

impl<T> RouteGuideServer<T> {
    /// What `inner` does.
    pub fn new(inner: T) -> Self {
        Self { inner: Arc::new(inner) }
    }
}

impl<T> Clone for RouteGuideServer<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<T> NamedService for RouteGuideServer<T> {
    const NAME: &'static str = "routeguide.RouteGuide";
}

/// A method as a service that holds the server.
macro_rules! method {
    ($inner:ident.$method:ident) => {
        service_fn(move |request| {
            let inner = Arc::clone(&$inner);
            async move { inner.$method(request).await }
        })
    };
}

impl<T: RouteGuide> Service<http::Request<Body>> for RouteGuideServer<T> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<http::Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            Ok(match request.uri().path() {
                "/routeguide.RouteGuide/GetFeature" => {
                    Server::new(Json::default()).unary(method!(inner.get_feature), request).await
                }
                "/routeguide.RouteGuide/ListFeatures" => {
                    let method = method!(inner.list_features);
                    Server::new(Json::default()).server_streaming(method, request).await
                }
                "/routeguide.RouteGuide/RecordRoute" => {
                    let method = method!(inner.record_route);
                    Server::new(Json::default()).client_streaming(method, request).await
                }
                "/routeguide.RouteGuide/RouteChat" => {
                    Server::new(Json::default()).streaming(method!(inner.route_chat), request).await
                }
                _ => Status::unimplemented("no such method").into_http(),
            })
        })
    }
}

/// A client of it.
#[derive(Clone, Debug)]
pub struct RouteGuideClient {
    inner: Client<Channel>,
}

/// The path of a method.
macro_rules! path {
    ($method:literal) => {
        http::uri::PathAndQuery::from_static(concat!("/routeguide.RouteGuide/", $method))
    };
}

impl RouteGuideClient {
    /// Over that channel.
    #[must_use]
    pub fn new(channel: Channel) -> Self {
        Self { inner: Client::new(channel) }
    }

    /// What is at a place.
    ///
    /// # Errors
    ///
    /// When the server does not say.
    pub async fn get_feature(
        &mut self,
        request: impl IntoRequest<Point>,
    ) -> Result<Response<Feature>, Status> {
        self.ready().await?;
        self.inner.unary(request.into_request(), path!("GetFeature"), Json::default()).await
    }

    /// What is in a rectangle.
    ///
    /// # Errors
    ///
    /// When the server does not say.
    pub async fn list_features(
        &mut self,
        request: impl IntoRequest<Rectangle>,
    ) -> Result<Response<Streaming<Feature>>, Status> {
        self.ready().await?;
        let request = request.into_request();
        self.inner.server_streaming(request, path!("ListFeatures"), Json::default()).await
    }

    /// Takes down a route.
    ///
    /// # Errors
    ///
    /// When the server does not.
    pub async fn record_route(
        &mut self,
        request: impl IntoStreamingRequest<Message = Point>,
    ) -> Result<Response<RouteSummary>, Status> {
        self.ready().await?;
        let request = request.into_streaming_request();
        self.inner.client_streaming(request, path!("RecordRoute"), Json::default()).await
    }

    /// Passes notes on.
    ///
    /// # Errors
    ///
    /// When the server does not.
    pub async fn route_chat(
        &mut self,
        request: impl IntoStreamingRequest<Message = RouteNote>,
    ) -> Result<Response<Streaming<RouteNote>>, Status> {
        self.ready().await?;
        let request = request.into_streaming_request();
        self.inner.streaming(request, path!("RouteChat"), Json::default()).await
    }

    async fn ready(&mut self) -> Result<(), Status> {
        self.inner.ready().await.map_err(|error| Status::from_error(error.into()))
    }
}
