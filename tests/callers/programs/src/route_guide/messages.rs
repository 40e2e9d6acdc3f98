//! The service's messages.

use serde::{Deserialize, Serialize};

/// A place, in degrees times ten million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// North.
    pub latitude: i32,
    /// East.
    pub longitude: i32,
}

/// All places between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rectangle {
    /// The south-western one.
    pub low: Point,
    /// The north-eastern one.
    pub high: Point,
}

/// What is at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub location: Point,
}

/// What is said of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteNote {
    /// In words.
    pub message: String,
    /// Where.
    pub location: Point,
}

/// What a route has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteSummary {
    /// Places.
    pub points: u32,
    /// Places with a feature.
    pub features: u32,
}
