//! What is known of a sound before it is decoded, and what is allowed of it.

use mediary_core::Failure;

/// What a recording may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundLimits {
    /// How long it may play, measured on decoded samples.
    pub seconds: u64,
    /// How many channels it may have.
    pub channels: u16,
    /// How many samples a second.
    pub rate_hz: u32,
}

impl SoundLimits {
    /// A limit on the length alone; channels and rates as far as anything recorded has them.
    #[must_use]
    pub fn of_seconds(seconds: u64) -> Self {
        Self { seconds, channels: 32, rate_hz: 384_000 }
    }

    /// Refuses a recording with more channels or samples a second than allowed.
    pub(super) fn check(&self, channels: usize, rate_hz: u32) -> Result<(), Failure> {
        if channels > usize::from(self.channels) {
            return Err(Failure::too_large(format!(
                "this sound has {channels} channels, and {} are allowed; mix it down to one",
                self.channels
            )));
        }
        if rate_hz > self.rate_hz {
            return Err(Failure::too_large(format!(
                "this sound has {rate_hz} samples a second, and {} are allowed; resample it to 48,000 or less",
                self.rate_hz
            )));
        }
        Ok(())
    }

    /// What is said of a recording that plays for longer than allowed.
    pub(super) fn too_long(&self) -> Failure {
        Failure::too_large(format!(
            "this sound is longer than the {} s allowed; send a shorter one, or raise [limits.audio] seconds",
            self.seconds
        ))
    }
}

/// What a recording says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct SoundFacts {
    /// How long it plays: as its container says, else counted over its packets. Good enough to plan with; what counts
    /// against limits is measured on decoded samples.
    pub seconds: Option<f64>,
    /// How many channels it has.
    pub channels: u16,
    /// How many samples a second.
    pub rate_hz: u32,
    /// The codec's short name, such as `opus`.
    pub codec: &'static str,
}
