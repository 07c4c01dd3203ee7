//! Answers that take longer than a connection is kept: NVIDIA's servers answer 202 with the name of a request, by which the
//! answer is asked for on another host until it is there.
//!
//! Where that is comes from the provider's entry, which is why the key may be sent there.

use std::time::Duration;

use http::{HeaderName, Method, Uri};
use mediary_core::provider::Call;
use mediary_core::{Failure, FailureKind};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::{Instant, sleep};

use super::Remote;
use super::clock::Clock;
use super::request::Refusal;
use crate::blame;
use crate::client::Answer;

/// The name of a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("nvcf-reqid");
/// The pause before the first question; each is a half longer than the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

impl Remote {
    /// The answer itself, where `answer` only says that there will be one.
    ///
    /// # Errors
    /// As any call; timed out when there is none in the time that a call may take.
    pub(super) async fn settled(
        &self,
        mut answer: Answer,
        call: &Call<'_>,
        sent: &[String],
    ) -> Result<Answer, Refusal> {
        let Some(status_url) = &self.endpoint.quirks.status_url else { return Ok(answer) };
        let deadline = Instant::now() + call.timeouts.first_byte;
        let id = answer.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
        let id = id.ok_or_else(|| blame::garbled("it is to come later, and has no name to ask for it by"))?;
        let address = Uri::try_from(format!("{status_url}/{}", utf8_percent_encode(id, NON_ALPHANUMERIC)));
        let address = address.map_err(|_| Failure::broken("the provider's quirk `status_url` is no address"))?;
        let mut pause = FIRST_PAUSE;
        while answer.status() == 202 {
            if Instant::now() + pause >= deadline {
                let seconds = call.timeouts.first_byte.as_secs();
                let detail = format!("the provider had no answer within {seconds} s");
                return Err(Failure::new(FailureKind::TimedOut, detail).into());
            }
            sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
            let mut request = self.request(Method::GET, "", &[], call.key)?;
            *request.uri_mut() = address.clone();
            answer = self.send(request, &Clock::start(call.timeouts), call.key, sent).await?;
        }
        Ok(answer)
    }
}
