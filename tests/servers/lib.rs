//! Real servers for tests, as packages have them: started in a temporary folder, reached through a socket in it or at a free
//! port, and ended with the process that started them, however that ends.
//!
//! `make test-servers` installs the programs. Where they are missing, a test that wants one says so loudly and passes.

mod buckets;
mod nats;
mod owned;
mod postgres;
mod redis;

pub use buckets::Buckets;
pub use nats::Nats;
pub use postgres::Postgres;
pub use redis::Redis;

/// Says that a test was left out, where it is seen.
#[expect(clippy::print_stderr, reason = "it is said to the person who runs the tests")]
fn skip(what: &str, why: &str) {
    eprintln!("\n>>> SKIPPED: {what} cannot be had here, and nothing is tested with it: {why} (`make test-servers`)\n");
}
