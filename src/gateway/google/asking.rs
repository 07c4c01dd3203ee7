//! Asking Google in the name of an account: with a token that is renewed once where it is not taken, and not before the time that
//! Google has asked for.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use mediary_core::{Failure, FailureKind};
use mediary_remote::{Errand, ErrandAnswer, GoogleFeature, GooglePlaces, google_refusal};

use super::{Google, NoGoogle};

/// Google is taken at its word up to this.
const LONGEST_REST: Duration = Duration::from_secs(3_600);
/// So many are remembered that are to be left alone.
const MOST_RESTS: usize = 10_000;

/// What takes the bytes of a file as they come.
pub(super) type Keep<'a> = &'a mut (dyn FnMut(&[u8]) -> Result<(), Failure> + Send);

impl Google {
    /// Asks for something with an account. An answer that is no success is a failure, but for 308, by which uploads go on.
    pub(super) async fn ask(
        &self,
        owner: &[u8],
        feature: GoogleFeature,
        request: Errand,
    ) -> Result<ErrandAnswer, NoGoogle> {
        self.rested(owner, feature)?;
        let token = self.token(owner, feature, None).await?;
        let mut answer = self.deliver(GooglePlaces::with_token(request.clone(), &token)?).await?;
        if answer.status().as_u16() == 401 {
            let token = self.token(owner, feature, Some(&token)).await?;
            answer = self.deliver(GooglePlaces::with_token(request, &token)?).await?;
        }
        self.judged(owner, feature, answer)
    }

    /// Asks for the bytes of a file, which are handed to `keep` as they come.
    pub(super) async fn receive(
        &self,
        owner: &[u8],
        feature: GoogleFeature,
        request: Errand,
        keep: Keep<'_>,
    ) -> Result<(), NoGoogle> {
        self.rested(owner, feature)?;
        let token = self.token(owner, feature, None).await?;
        let asked = GooglePlaces::with_token(request.clone(), &token)?;
        let mut answer = self.files.receive(asked, keep).await.map_err(unreached)?;
        if answer.status().as_u16() == 401 {
            let token = self.token(owner, feature, Some(&token)).await?;
            answer = self.files.receive(GooglePlaces::with_token(request, &token)?, keep).await.map_err(unreached)?;
        }
        self.judged(owner, feature, answer).map(drop)
    }

    /// Sends a request as it is.
    pub(super) async fn deliver(&self, request: Errand) -> Result<ErrandAnswer, Failure> {
        self.fetcher.deliver(request).await.map_err(unreached)
    }

    fn judged(&self, owner: &[u8], feature: GoogleFeature, answer: ErrandAnswer) -> Result<ErrandAnswer, NoGoogle> {
        if answer.status().is_success() || answer.status().as_u16() == 308 {
            return Ok(answer);
        }
        let failure = google_refusal(answer.status().as_u16(), answer.headers(), answer.body());
        if let FailureKind::RateLimited { retry_after: Some(wait) } = failure.kind {
            let now = Instant::now();
            let mut rests = self.rests.lock().unwrap_or_else(PoisonError::into_inner);
            rests.retain(|_, until| *until > now);
            if rests.len() < MOST_RESTS {
                rests.insert((owner.to_vec(), service(feature)), now + wait.min(LONGEST_REST));
            }
        }
        Err(failure.into())
    }

    /// Refuses what Google would refuse: it has said until when.
    fn rested(&self, owner: &[u8], feature: GoogleFeature) -> Result<(), NoGoogle> {
        let rests = self.rests.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(until) = rests.get(&(owner.to_vec(), service(feature))) else { return Ok(()) };
        let wait = until.saturating_duration_since(Instant::now());
        if wait.is_zero() {
            return Ok(());
        }
        let detail = "Google was asked too often with this account, and is left alone for as long as it has asked for";
        Err(Failure::new(FailureKind::RateLimited { retry_after: Some(wait) }, detail).into())
    }
}

/// Whose limits a feature counts against.
fn service(feature: GoogleFeature) -> &'static str {
    match feature {
        GoogleFeature::Drive | GoogleFeature::DriveUpload => "drive",
        GoogleFeature::Calendar | GoogleFeature::CalendarCreate => "calendar",
        GoogleFeature::Gmail | GoogleFeature::GmailSend => "gmail",
    }
}

/// What the client that fetches says of an address is for those who send one; here the operator did.
fn unreached(failure: Failure) -> Failure {
    let kind = match failure.kind {
        FailureKind::Malformed => FailureKind::Unreachable,
        // A limit of ours, or of the room for files.
        FailureKind::TooLarge | FailureKind::Busy { .. } | FailureKind::Broken => return failure,
        kind => kind,
    };
    let what = if kind == FailureKind::TimedOut { "did not answer in time" } else { "cannot be reached" };
    Failure::new(kind, format!("Google {what}; look at the network of the server, and at the addresses under [google]"))
}
