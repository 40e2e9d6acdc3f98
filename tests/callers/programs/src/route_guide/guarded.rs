//! With guards: calls have limits, what may be repeated is, and the server takes as many as it can.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures_util::{Stream, TryStreamExt, stream};
use resilience::{bulkhead, resilient, timeout};
use tonic::{Request, Response, Status, Streaming};

use super::{Feature, Point, Rectangle, RouteGuide, RouteGuideClient, RouteNote, RouteSummary};

/// The features that are known, and the notes that were left.
#[derive(Debug, Default)]
pub struct RouteGuideService {
    features: Arc<Vec<Feature>>,
    notes: Arc<Mutex<HashMap<(i32, i32), Vec<RouteNote>>>>,
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl RouteGuideService {
    /// That knows these.
    #[must_use]
    pub fn new(features: Vec<Feature>) -> Self {
        Self { features: Arc::new(features), ..Self::default() }
    }

    fn at(&self, point: Point) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.location == point)
    }
}

#[bulkhead(max_concurrent = 2)]
#[tonic::async_trait]
impl RouteGuide for RouteGuideService {
    type ListFeaturesStream = Answers<Feature>;
    type RouteChatStream = Answers<RouteNote>;

    async fn get_feature(&self, request: Request<Point>) -> Result<Response<Feature>, Status> {
        let feature = self.at(request.into_inner()).cloned();
        feature.map(Response::new).ok_or_else(|| Status::not_found("nothing is there"))
    }

    async fn list_features(
        &self,
        request: Request<Rectangle>,
    ) -> Result<Response<Self::ListFeaturesStream>, Status> {
        let Rectangle { low, high } = request.into_inner();
        let is_inside = |point: &Point| {
            (low.latitude..=high.latitude).contains(&point.latitude)
                && (low.longitude..=high.longitude).contains(&point.longitude)
        };
        let found = self.features.iter().filter(|feature| is_inside(&feature.location)).cloned();
        let found: Vec<_> = found.map(Ok).collect();
        Ok(Response::new(Box::pin(stream::iter(found))))
    }

    async fn record_route(
        &self,
        request: Request<Streaming<Point>>,
    ) -> Result<Response<RouteSummary>, Status> {
        let mut route = request.into_inner();
        let mut summary = RouteSummary { points: 0, features: 0 };
        while let Some(point) = route.try_next().await? {
            summary.points += 1;
            summary.features += u32::from(self.at(point).is_some());
        }
        Ok(Response::new(summary))
    }

    async fn route_chat(
        &self,
        request: Request<Streaming<RouteNote>>,
    ) -> Result<Response<Self::RouteChatStream>, Status> {
        let notes = Arc::clone(&self.notes);
        let answers = request.into_inner().map_ok(move |note| {
            let place = (note.location.latitude, note.location.longitude);
            let mut notes = notes.lock().expect("no panic");
            let earlier = notes.entry(place).or_default();
            let answers: Vec<_> = earlier.iter().cloned().map(Ok).collect();
            earlier.push(note);
            stream::iter(answers)
        });
        Ok(Response::new(Box::pin(answers.try_flatten())))
    }
}

/// What is at a place.
///
/// # Errors
///
/// When the server does not say.
#[resilient(retry, timeout("5s"))]
pub async fn feature_at(client: &mut RouteGuideClient, point: Point) -> Result<Feature, Status> {
    Ok(client.get_feature(point).await?.into_inner())
}

/// What is in a rectangle.
///
/// # Errors
///
/// When the server does not say.
#[resilient(retry, timeout("10s"))]
pub async fn features_in(
    client: &mut RouteGuideClient,
    rectangle: Rectangle,
) -> Result<Vec<Feature>, Status> {
    client.list_features(rectangle).await?.into_inner().try_collect().await
}

/// Takes down a route.
///
/// # Errors
///
/// When the server does not.
#[timeout("10s")]
pub async fn record(
    client: &mut RouteGuideClient,
    route: Vec<Point>,
) -> Result<RouteSummary, Status> {
    Ok(client.record_route(stream::iter(route)).await?.into_inner())
}

/// Leaves notes, and gets those that were left before.
///
/// # Errors
///
/// When the server does not take them.
#[timeout("10s")]
pub async fn chat(
    client: &mut RouteGuideClient,
    notes: Vec<RouteNote>,
) -> Result<Vec<RouteNote>, Status> {
    client.route_chat(stream::iter(notes)).await?.into_inner().try_collect().await
}
