//! The capability matrix as it is known at one moment: providers that are asked for their models add to it.

use std::ops::Deref;
use std::sync::Arc;

use mediary_core::capability::CapabilityMatrix;

use super::fleet::Fleet;

/// A capability matrix at one moment.
#[derive(Debug, Clone)]
pub struct Known(pub(super) Arc<Fleet>);

impl Deref for Known {
    type Target = CapabilityMatrix;

    fn deref(&self) -> &CapabilityMatrix {
        &self.0.matrix
    }
}
