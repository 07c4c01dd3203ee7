//! What was found, on the disk and in memory: recalled at the start, written with each step, and ended by hand.

use std::collections::BTreeMap;

use mediary_core::Target;
use mediary_core::capability::Ability;
use mediary_store::{KeptFinding, KeptQuarantine, Noted, StoreFailed, TriedBefore};
use thiserror::Error;

use super::super::administration::unix_seconds;
use super::super::routing::{Dossier, Found, Quarantine};
use super::Probes;
use super::verdict::{Outcome, Sentence, Verdict};

/// A quarantine that was not ended.
#[derive(Debug, Error)]
pub enum NotReleased {
    /// There is none.
    #[error("there is no quarantine of this name")]
    None,
    /// It wants a confirmation.
    #[error("it is for spent quota or credit, and ends by hand only when it is confirmed that there is some again")]
    WantsConfirmation,
    /// It could not be written down.
    #[error(transparent)]
    Store(#[from] StoreFailed),
}

/// What an earlier process found, by target. What is not known any more is passed over.
pub(super) fn recalled(findings: Vec<KeptFinding>, quarantines: Vec<KeptQuarantine>) -> BTreeMap<Target, Dossier> {
    let mut all: BTreeMap<Target, Dossier> = BTreeMap::new();
    for KeptFinding { provider, model, ability, holds, why, found_at } in findings {
        let Some((target, ability)) = target(&provider, &model).zip(Ability::named(&ability)) else { continue };
        all.entry(target).or_default().found.insert(ability, Found { holds, why, at: found_at });
    }
    for KeptQuarantine { provider, model, why, confirm, began_at, ends_at } in quarantines {
        let Some(target) = target(&provider, &model) else { continue };
        all.entry(target).or_default().quarantine = Some(Quarantine { why, confirm, began_at, ends_at });
    }
    all
}

pub(super) fn target(provider: &str, model: &str) -> Option<Target> {
    format!("{provider}/{model}").parse().ok()
}

fn parts(target: &Target) -> (String, String) {
    (target.provider.as_str().to_owned(), target.model.as_str().to_owned())
}

impl Probes {
    /// Notes what a step found of a target that was in quarantine before or was not: an answer ends it at once. Gives
    /// whether it ended with this step.
    pub(super) async fn note(
        &self,
        verification: &str,
        target: &Target,
        ability: Ability,
        verdict: &Verdict,
        was_kept_out: bool,
    ) -> Result<bool, StoreFailed> {
        let now = unix_seconds();
        let (provider, model) = parts(target);
        let findings = self.gateway().router.findings().clone();
        let found = |holds, why: &str| Found { holds, why: why.to_owned(), at: now };
        let found = match &verdict.outcome {
            Outcome::Proven => Some(found(true, "")),
            Outcome::Refuted(why) => Some(found(false, why)),
            Outcome::Unclear(_) | Outcome::Skipped(_) => None,
        };
        let quarantine = verdict.sentence.as_ref().map(|Sentence { why, confirm, seconds }| Quarantine {
            why: why.clone(),
            confirm: *confirm,
            began_at: now,
            ends_at: Some(now.saturating_add(*seconds)),
        });
        // Whatever it has shown, it works.
        let is_released = verdict.outcome == Outcome::Proven && (findings.release(target) || was_kept_out);
        if let Some(found) = &found {
            findings.note(target, ability, found.clone());
        }
        if let Some(quarantine) = &quarantine {
            findings.quarantine(target, quarantine.clone());
            self.gateway().router.forget_cooldowns(target);
        }
        let tried = TriedBefore {
            provider: provider.clone(),
            model: model.clone(),
            ability: ability.name().to_owned(),
            outcome: verdict.outcome.name().to_owned(),
        };
        // What was only skipped is tried when the verification is gone on with.
        let tried = (!matches!(verdict.outcome, Outcome::Skipped(_))).then_some((verification.to_owned(), tried));
        let finding = found.map(|Found { holds, why, at }| KeptFinding {
            provider: provider.clone(),
            model: model.clone(),
            ability: ability.name().to_owned(),
            holds,
            why,
            found_at: at,
        });
        let released = (verdict.outcome == Outcome::Proven).then(|| (provider.clone(), model.clone()));
        let quarantine = quarantine.map(|Quarantine { why, confirm, began_at, ends_at }| KeptQuarantine {
            provider,
            model,
            why,
            confirm,
            began_at,
            ends_at,
        });
        self.kept.note(Noted { tried, finding, quarantine, released }).await?;
        Ok(is_released)
    }

    /// Ends a target's quarantine by hand, and forgets what was refuted of it.
    ///
    /// # Errors
    /// When there is none, it wants a confirmation that was not given, or it cannot be written.
    pub async fn release(&self, target: &Target, confirmed: bool) -> Result<(), NotReleased> {
        let findings = self.gateway().router.findings().clone();
        let dossier = findings.of(target).ok_or(NotReleased::None)?;
        let quarantine = dossier.quarantine(unix_seconds()).ok_or(NotReleased::None)?;
        if quarantine.confirm && !confirmed {
            return Err(NotReleased::WantsConfirmation);
        }
        let (provider, model) = parts(target);
        self.kept.pardon(&provider, &model).await?;
        findings.pardon(target);
        self.gateway().router.forget_cooldowns(target);
        Ok(())
    }

    /// Keeps that quarantines ended because their targets answered; never ends.
    pub(super) async fn keep_releases(&self) {
        loop {
            let findings = self.gateway().router.findings().clone();
            for target in findings.released().await {
                let (provider, model) = parts(&target);
                if let Err(error) = self.kept.pardon(&provider, &model).await {
                    tracing::warn!(error.detail = %error, call.target = %target, "the end of a quarantine is not kept");
                }
            }
        }
    }
}
