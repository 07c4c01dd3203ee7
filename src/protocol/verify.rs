//! Verifications on the wire: what a client asks to be tried, each step, and what came of all of them. The command line
//! writes the same.

use mediary_core::capability::Ability;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::from_json;
use super::process::BadField;
use crate::gateway::{Bounds, ProbeStep, ProbeWish, Resume, Verified, VerifyRequest};

/// What is to be tried.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct VerifyFields {
    /// Providers and targets; left out: all models that are asked without being named.
    #[schema(example = json!(["groq", "gemini/gemini-2.5-flash"]))]
    models: Vec<String>,
    /// Which abilities; left out: all that are claimed, but for `image_generation`.
    #[schema(example = json!(["text", "tools"]))]
    abilities: Vec<String>,
    /// How many models are tried at once, 1 to 32.
    #[schema(default = 4)]
    concurrency: Option<u32>,
    /// Whether models are tried that cost, or of which that is not known.
    paid: bool,
    /// The most US dollars that may be spent; what costs an unknown sum is not tried then.
    most_usd: Option<f64>,
    /// Whether pictures are made, of all probes the dearest.
    images: bool,
    /// What was tried within so many hours is not tried again.
    older_than_hours: Option<u32>,
    /// Goes on with a verification that did not come to its end: its id, or `last`. What it was asked for counts.
    resume: Option<String>,
    /// Whether each step is told as an event when it is done.
    stream: bool,
}

/// What came of trying one ability of a model.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StepBody {
    /// The model.
    #[schema(example = "groq/openai/gpt-oss-20b")]
    target: String,
    /// What was tried.
    #[schema(example = "tools")]
    ability: &'static str,
    /// `proven`, `refuted`, `unclear` (nothing was found out) or `skipped` (it was not asked).
    outcome: &'static str,
    /// Why, but for what is proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Why the model is kept out of plans from now on, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantined: Option<String>,
    /// Whether its quarantine ended with this.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    released: bool,
    /// Milliseconds that it took.
    took_ms: u64,
    /// Steps that are done.
    done: usize,
    /// Steps there are.
    total: usize,
}

/// A verification that has come to its end.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VerifiedBody {
    /// Always `verification`.
    object: &'static str,
    id: String,
    /// Abilities that are there.
    proven: usize,
    /// Abilities that are claimed and are not there.
    refuted: usize,
    /// Abilities of which nothing was found out. What was known of them stands.
    unclear: usize,
    /// Abilities that were not tried after all.
    skipped: usize,
    /// Abilities that were tried before this was gone on with; they are in no other count.
    tried_before: usize,
    /// Models that are kept out of plans from now on.
    quarantined: Vec<KeptOut>,
    /// Models that are not any more.
    released: Vec<String>,
    /// US dollars that it cost; null: not known.
    cost_usd: Option<f64>,
    seconds: f64,
    /// Every step, unless they came as events.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<StepBody>,
}

/// A model that is kept out of plans.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct KeptOut {
    target: String,
    why: String,
}

impl VerifyFields {
    /// Reads the body of a request; an empty one asks for nothing in particular.
    ///
    /// # Errors
    /// Which field is wrong.
    pub fn read(body: &[u8]) -> Result<Self, BadField> {
        if body.is_empty() { Ok(Self::default()) } else { from_json(body, "a wish to try models") }
    }

    /// Whether each step is told as an event.
    #[must_use]
    pub fn streams(&self) -> bool {
        self.stream
    }

    /// The request, with what its headers ask for.
    ///
    /// # Errors
    /// Which field is wrong.
    pub fn request(self, bounds: Bounds) -> Result<VerifyRequest, BadField> {
        let bad = |field: String, message: String| BadField { field, message };
        let named = |(index, name): (usize, &String)| {
            let known = || Ability::ALL.map(Ability::name).join(", ");
            let unknown = || bad(format!("abilities[{index}]"), format!("`abilities` may hold {}", known()));
            Ability::named(name).ok_or_else(unknown)
        };
        let abilities = self.abilities.iter().enumerate().map(named).collect::<Result<Vec<_>, _>>()?;
        // Who names it wants it.
        let images = self.images;
        if abilities.iter().any(|ability| ability.makes_pictures()) && !images {
            let message = "making a picture is the dearest of all probes; say `images`: true as well";
            return Err(bad("images".to_owned(), message.to_owned()));
        }
        let usual = ProbeWish::default();
        let wish = ProbeWish {
            models: self.models,
            abilities,
            concurrency: self.concurrency.unwrap_or(usual.concurrency),
            paid: self.paid,
            most_usd: self.most_usd,
            images,
            older_than_hours: self.older_than_hours,
        };
        if let Some((field, why)) = wish.problem() {
            return Err(bad(field.to_owned(), format!("`{field}` {why}")));
        }
        let resume = match self.resume.as_deref() {
            None => Resume::Anew,
            Some("last") => Resume::Last,
            Some(id) => Resume::Of(id.to_owned()),
        };
        Ok(VerifyRequest { wish, resume, bounds })
    }
}

impl StepBody {
    /// A step as it is written.
    #[must_use]
    pub fn new(step: &ProbeStep) -> Self {
        Self {
            target: step.target.to_string(),
            ability: step.ability.name(),
            outcome: step.outcome.name(),
            why: step.outcome.why().map(str::to_owned),
            quarantined: step.quarantined.clone(),
            released: step.released,
            took_ms: u64::try_from(step.took.as_millis()).unwrap_or(u64::MAX),
            done: step.done,
            total: step.total,
        }
    }
}

impl VerifiedBody {
    /// A verification as it is written, with these of its steps.
    #[must_use]
    pub fn new(verified: Verified, mut steps: Vec<StepBody>) -> Self {
        let Verified { id, counts, quarantined, released, tried_before, cost, took } = verified;
        steps.sort_by_key(|step| step.done);
        Self {
            object: "verification",
            id,
            proven: counts.proven,
            refuted: counts.refuted,
            unclear: counts.unclear,
            skipped: counts.skipped,
            tried_before,
            quarantined: quarantined
                .into_iter()
                .map(|(target, why)| KeptOut { target: target.to_string(), why })
                .collect(),
            released: released.iter().map(ToString::to_string).collect(),
            cost_usd: cost.map(|cost| cost.number()),
            seconds: took.as_secs_f64(),
            steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_read_or_refused_by_its_field() {
        let read =
            |body: &str| VerifyFields::read(body.as_bytes()).and_then(|fields| fields.request(Bounds::default()));
        assert_eq!(read("").unwrap().wish, ProbeWish::default());
        let full = r#"{"models":["a"],"abilities":["text","image_generation"],"concurrency":8,"paid":true,"most_usd":0.5,"images":true,"older_than_hours":24,"resume":"x"}"#;
        let request = read(full).unwrap();
        assert_eq!(request.resume, Resume::Of("x".to_owned()));
        assert_eq!((request.wish.concurrency, request.wish.older_than_hours), (8, Some(24)));
        assert_eq!(read(r#"{"resume":"last"}"#).unwrap().resume, Resume::Last);
        let rows = [
            (r#"{"abilities":["text","sight"]}"#, "abilities[1]"),
            (r#"{"abilities":["image_generation"]}"#, "images"),
            (r#"{"concurrency":33}"#, "concurrency"),
            (r#"{"concurrency":0}"#, "concurrency"),
            (r#"{"most_usd":-1}"#, "most_usd"),
        ];
        for (body, field) in rows {
            assert_eq!(read(body).unwrap_err().field, field, "{body}");
        }
        assert!(read(r#"{"model":["a"]}"#).is_err(), "what is misspelt is not passed over");
    }
}
