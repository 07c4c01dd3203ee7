//! The server that commands ask: one that runs here, or at an address.

use mediary_remote::OwnServer;

use super::Context;
use super::background::{Standing, stand};

/// The one at an address, else the one that runs here; `None`: none does. It is asked with the key of the environment, else,
/// where it runs here, the first of the configuration.
pub(super) fn own_server(context: &Context, address: Option<&str>) -> Result<Option<OwnServer>, String> {
    let here = || match stand(context) {
        (Standing::There(facts), _) => facts.url(),
        (Standing::Beginning | Standing::None, _) => None,
    };
    // The configuration's keys are this machine's server's, and of no other's business.
    let configured = if address.is_none() { context.load()?.config.server.api_keys } else { Vec::new() };
    let Some(address) = address.map(str::to_owned).or_else(here) else { return Ok(None) };
    let key = context.environment.text("MEDIARY_API_KEY").filter(|key| !key.is_empty());
    let key = key.or_else(|| configured.first().map(|key| key.expose()));
    OwnServer::at(&address, key).map(Some).map_err(|failure| failure.to_string())
}
