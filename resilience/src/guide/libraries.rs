//! For authors of libraries and SDKs.
//!
//! - **Let the user own the policy.** Take it as a value, with a default, and guard with an expression; the user names it,
//!   shares it, and sees it in their registry:
//!
//! ```
//! use resilience::{Bulkhead, BulkheadConfig, Rejection, bulkhead};
//!
//! pub struct Client { slots: Bulkhead }
//!
//! impl Client {
//!     pub fn new() -> Self {
//!         Self::with_slots(Bulkhead::new("acme-sdk", BulkheadConfig::new().max_concurrent(10)))
//!     }
//!
//!     pub fn with_slots(slots: Bulkhead) -> Self { Self { slots } }
//!
//!     #[bulkhead(self.slots)]
//!     pub async fn fetch(&self, id: u64) -> Result<u64, Rejection> { Ok(id) }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! assert_eq!(Client::new().fetch(7).await, Ok(7));
//! # }
//! ```
//!
//! - **Names** of statics in a library carry its name (`acme-sdk.fetch`): two crates that choose the same explicit name are
//!   reported as a clash, and the user can change neither.
//! - **Errors**: give yours a variant for [`Rejection`](crate::Rejection) that [`source`](std::error::Error::source) leads
//!   to, and implement [`Classify`](crate::Classify): then the user's own policies around your functions know your
//!   rejections, and what your errors mean, without an option.
//! - **Do not retry behind the user's back.** One floor retries; offer a config, off by default, or say plainly what you do.
//! - **Deadlines** need nothing: the user's reach into your functions. Send them on
//!   ([`deadlines`](super::deadlines)).
//! - **A facade** that re-exports this crate says `crate = acme::resilience` in its attributes; its users need no
//!   dependency of their own.
//! - **Features**: take the crate with none. `test-util` belongs into dev-dependencies only: it makes all clocks follow
//!   tokio's paused time.
