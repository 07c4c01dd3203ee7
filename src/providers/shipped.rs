//! What the shipped catalogs are called and list, for those who look names up without a configuration.

use std::sync::LazyLock;

use super::catalog;
use crate::config::providers::ProviderEntry;

/// The ids of all catalogs that are shipped.
#[must_use]
pub fn catalog_ids() -> Vec<String> {
    shipped().iter().map(|catalog| catalog.id.as_str().to_owned()).collect()
}

/// The models that the shipped catalog of this id lists; none where there is no such catalog.
#[must_use]
pub fn listed_models(id: &str) -> Vec<String> {
    let catalog = shipped().iter().find(|catalog| catalog.id.as_str() == id);
    catalog.into_iter().flat_map(|its| &its.models).filter_map(|model| model.get_ref().id.clone()).collect()
}

/// The catalogs that are shipped. That they can be read is held by a test.
fn shipped() -> &'static [ProviderEntry] {
    static SHIPPED: LazyLock<Vec<ProviderEntry>> = LazyLock::new(|| catalog::load(None).unwrap_or_default());
    &SHIPPED
}
