//! The same question to several targets at once: which of their answers is best, all of them side by side, or one answer made
//! of all.
//!
//! Each member of a panel is a request of its own, to one target, in the one attempt loop; nothing here calls a provider.
//! What is measured (latency, cost, length) is measured, what is not is judged by a model, and said to be. A budget is kept
//! by what calls may cost at most, before they are made.

mod bill;
mod criteria;
mod fork;
mod fusion;
mod judge;
mod panel;
mod seats;

pub use criteria::Criterion;
pub use fork::{Fork, ForkWish, Judged};
pub use fusion::FUSION;
pub use panel::{Member, Unanswered};
