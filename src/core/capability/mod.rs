//! The capability matrix: what each target accepts and does, with its limits, as a value one can print.
//!
//! Catalogs, the configuration and what a provider lists about itself are merged into it above this crate; the planner
//! only reads it. A limit that is not published is `None` and stops nothing.

mod abilities;
mod ability;
mod acceptance;
mod matrix;
mod money;
mod picture_rates;
mod pictures;
mod price;
mod tier;
mod vectors;
mod video;
mod voice;

pub use abilities::{Abilities, LONG_TOKENS, Lifecycle, Responses, SoftSupport, Structured, TaskKind, USUAL_PRIORITY};
pub use ability::Ability;
pub use acceptance::{Acceptance, Misfit, PartShape};
pub use matrix::CapabilityMatrix;
pub use money::{Rate, Usd};
pub use picture_rates::{ImageQuality, PictureKind, PictureRate, PictureRates};
pub use pictures::{ImageAbilities, MaskForm, SizeChoice, SizeRange};
pub use price::{Amount, Charged, Price, Rates};
pub use tier::Tier;
pub use vectors::VectorSpace;
pub use video::VideoAbilities;
pub use voice::{Gender, OPENAI_VOICES, Voice};
