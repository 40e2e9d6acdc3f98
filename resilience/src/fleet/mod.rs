//! What a policy knows of the replicas that it shares a limit or opinions with: the store to ask, the question, and what was granted ahead.
//!
//! [`ask`] question and answer · [`store`] where it is asked, and its [`settings`] · [`link`] the store that the program connected to · [`tokens`] turns
//! that were granted ahead, in one word, and [`demand`] how many that should be; both pure · [`counts`] what came of it · [`opinion`] what replicas say
//! of a dependency · `needs` what stands for it without feature `redis`.

pub(crate) mod ask;
pub(crate) mod counts;
pub(crate) mod demand;
pub(crate) mod link;
#[cfg(not(feature = "redis"))]
pub(crate) mod needs;
pub(crate) mod opinion;
pub(crate) mod settings;
pub(crate) mod store;
pub(crate) mod tokens;

/// What is wrong with a policy that a fleet shares under its default name.
pub(crate) const NAMELESS: &str = "what a fleet shares needs a name of its own, because the default one changes when the code moves, \
    and two versions of the service would count apart: add `name = \"…\"`";
