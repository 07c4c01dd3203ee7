//! A plan as it is shown: which targets a request would go to, what would be done to its parts, what it would cost.
//!
//! Our own format, the same over HTTP and on the command line. Also what is asked: a bare chat, or any request with the
//! route it is meant for.

use std::fmt;

use mediary_core::capability::Usd;
use mediary_core::plan::{Change, Demand, Plan, Reason, Treatment};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A request to be explained that is not a bare chat; what has no `endpoint` is one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PlanRequest<'a> {
    /// The route it is meant for.
    #[schema(example = "/v1/embeddings")]
    pub endpoint: String,
    /// The request as it would be sent there.
    #[serde(borrow)]
    #[schema(value_type = Object)]
    pub request: Option<&'a RawValue>,
}

/// What would happen to a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanBody {
    /// Always `plan`.
    object: &'static str,
    /// What is to be done.
    #[schema(example = "chat")]
    task: &'static str,
    /// The tier that counts, where none was pinned by a model's name.
    #[schema(example = "vision")]
    tier: Option<&'static str>,
    /// Why it is that one.
    tier_reason: Option<&'static str>,
    /// About how many tokens the request's texts have.
    text_tokens: u32,
    /// The media of the request.
    parts: Vec<PartBody>,
    /// What would be tried before any of them: `text-layer`, the text that a document brings along; or done: `split`, a
    /// recording that is cut, of which the targets get a piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "text-layer")]
    first: Option<&'static str>,
    /// What would be done with what the target gives: `speak`, its words; `translate`, the transcript, by a chat model.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "speak")]
    then: Option<&'static str>,
    /// The targets it would be sent to; the next one only if the one before fails.
    candidates: Vec<CandidateBody>,
    /// The targets it would not be sent to.
    passed_over: Vec<PassedOverBody>,
}

/// A medium of the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartBody {
    /// Where it stands.
    #[schema(example = "messages[0].content[1]")]
    place: String,
    /// What it is, by its bytes.
    #[schema(example = "pdf")]
    format: &'static str,
    /// Its length.
    bytes: u64,
    /// The longer side of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    side_pixels: Option<u32>,
    /// The pages of a PDF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<u32>,
    /// How long a recording or a video plays.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u32>,
}

/// A target that would be asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct CandidateBody {
    /// The target.
    #[schema(example = "gemini/gemini-2.5-flash")]
    target: String,
    /// What would be done to each part.
    treatments: Vec<TreatmentBody>,
    /// Soft parameters it does not take.
    dropped: Vec<String>,
    /// Seconds that it still cools down after a breakdown; it is asked when no other target is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    cooldown_seconds: Option<u64>,
    /// What it would cost in US dollars if the reply is as long as allowed; null where that is unknown.
    estimated_cost_usd: Option<f64>,
}

/// What would be done to a part.
#[derive(Debug, Serialize, ToSchema)]
pub struct TreatmentBody {
    /// Which part.
    place: String,
    /// `forward`, `transcode` or `extract`; `change`: it comes otherwise than it was asked for.
    r#do: &'static str,
    /// By which recipe of `pipelines/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    recipe: Option<String>,
    /// Into which format.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'static str>,
    /// What the target is asked for instead of what the field says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "1024x1024")]
    asked: Option<String>,
}

/// A target that would not be asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassedOverBody {
    /// The target.
    target: String,
    /// Why.
    reason: String,
}

impl PlanBody {
    /// Writes down a plan.
    #[must_use]
    pub fn new(demand: &Demand, plan: &Plan, first: Option<&'static str>) -> Self {
        let parts = demand.parts.iter().map(|part| PartBody {
            place: part.place.to_string(),
            format: part.format.name(),
            bytes: part.bytes,
            side_pixels: part.side_pixels,
            pages: part.pages,
            seconds: part.seconds,
        });
        let candidates = plan.candidates.iter().map(|candidate| {
            let treatments = plan.places.iter().zip(&candidate.treatments);
            CandidateBody {
                target: candidate.target.to_string(),
                treatments: treatments
                    .map(|(place, treatment)| treated(place.to_string(), treatment))
                    .chain(candidate.changes.iter().map(changed))
                    .collect(),
                dropped: candidate.dropped.clone(),
                cooldown_seconds: candidate.cooldown.map(|left| left.as_secs().max(1)),
                estimated_cost_usd: candidate.cost_usd.map(Usd::number),
            }
        });
        // Targets that do other work explain nothing.
        let told = plan.passed_over.iter().filter(|passed| !matches!(passed.reason, Reason::OtherTask(_)));
        let passed_over =
            told.map(|passed| PassedOverBody { target: passed.target.to_string(), reason: passed.reason.to_string() });
        Self {
            object: "plan",
            task: demand.task.name(),
            tier: plan.tier.map(|(tier, _)| tier.name()),
            tier_reason: plan.tier.map(|(_, reason)| reason),
            text_tokens: demand.text_tokens,
            parts: parts.collect(),
            first,
            then: None,
            candidates: candidates.collect(),
            passed_over: passed_over.collect(),
        }
    }
}

impl PlanBody {
    /// The same, and what is done with what the target gives.
    #[must_use]
    pub fn then(self, then: Option<&'static str>) -> Self {
        Self { then, ..self }
    }
}

fn treated(place: String, treatment: &Treatment) -> TreatmentBody {
    let r#do = treatment.name();
    let (recipe, to) = match treatment {
        Treatment::Forward => (None, None),
        Treatment::Transcode { recipe, to } => (Some(recipe.to_string()), Some(to.name())),
        Treatment::Extract { recipe } => (Some(recipe.to_string()), None),
    };
    TreatmentBody { place, r#do, recipe, to, asked: None }
}

/// A field that has another value for the target.
fn changed(change: &Change) -> TreatmentBody {
    let r#do = if change.is_made_up_for { "transcode" } else { "change" };
    TreatmentBody { place: change.field.to_owned(), r#do, recipe: None, to: None, asked: Some(change.asked.clone()) }
}

impl fmt::Display for PlanBody {
    /// For people: a line for each target, and what would be done for it below.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(tier), Some(reason)) = (self.tier, self.tier_reason) {
            writeln!(f, "tier {tier}: {reason}")?;
        }
        for part in &self.parts {
            writeln!(f, "{}: {}, {} bytes", part.place, part.format, part.bytes)?;
        }
        if let Some(first) = self.first {
            writeln!(f, "first: {first}")?;
        }
        if let Some(then) = self.then {
            writeln!(f, "then: {then}")?;
        }
        for (index, candidate) in self.candidates.iter().enumerate() {
            write!(f, "{}. {}", index + 1, candidate.target)?;
            match candidate.estimated_cost_usd {
                Some(0.0) => f.write_str(", free")?,
                Some(cost) => write!(f, ", at most about {cost:.4} USD")?,
                None => f.write_str(", price unknown")?,
            }
            candidate.cooldown_seconds.map_or(Ok(()), |left| write!(f, ", cools down for {left} s more"))?;
            f.write_str("\n")?;
            for treatment in &candidate.treatments {
                write!(f, "   {} {}", treatment.r#do, treatment.place)?;
                treatment.to.map_or(Ok(()), |to| write!(f, " as {to}"))?;
                treatment.recipe.as_ref().map_or(Ok(()), |recipe| write!(f, " by {recipe}"))?;
                treatment.asked.as_ref().map_or(Ok(()), |asked| write!(f, ", asked for as {asked}"))?;
                f.write_str("\n")?;
            }
            if !candidate.dropped.is_empty() {
                writeln!(f, "   without {}", candidate.dropped.join(", "))?;
            }
        }
        for passed in &self.passed_over {
            writeln!(f, "-  {} {}", passed.target, passed.reason)?;
        }
        Ok(())
    }
}
