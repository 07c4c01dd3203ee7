//! Held to what is real, what only looks like it, and what is drawn by chance.

mod names;
mod rates;
