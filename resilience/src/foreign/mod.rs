//! What the errors and responses of other crates mean, and rejections in their words.
//!
//! One file per crate, each behind the feature of its name.

#[cfg(feature = "http")]
mod http;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "sqlx")]
mod sqlx;
#[cfg(feature = "tonic")]
mod tonic;

#[cfg(feature = "tower")]
pub(crate) use self::http::{awaits_grpc_status, grpc_status_class, is_grpc};
