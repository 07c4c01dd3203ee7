//! Asking a provider how many tokens a chat has, which answers nothing and costs nothing.

use mediary_core::Failure;
use mediary_core::provider::Call;

use super::Remote;
use super::clock::Clock;
use crate::blame;

/// A count is a line.
const MOST_BYTES: usize = 64 << 10;

impl Remote {
    /// The provider's own count.
    ///
    /// # Errors
    /// When the chat cannot be written, the provider cannot be reached or refuses, or what it says is no count.
    pub(super) async fn count(&self, call: Call<'_>) -> Result<u64, Failure> {
        let written = self.dialect.encode_count(&call, &self.endpoint.quirks)?;
        let request = self.carrying(written, call.key)?;
        let clock = Clock::start(call.timeouts);
        let sent = self.send(request, &clock, call.key, &[]).await;
        let mut answer = sent.map_err(|refusal| refusal.failure)?;
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|_| blame::broken_off())? {
            body.extend_from_slice(&piece[..piece.len().min(MOST_BYTES - body.len())]);
        }
        self.dialect.counted(&body)
    }
}
