//! Plans, and why there is none.

use std::fmt;
use std::time::Duration;

use super::{Change, RecipeName};
use crate::capability::{Ability, Misfit, TaskKind, Tier, Usd};
use crate::task::PartPath;
use crate::{MediaFormat, Target};

/// Which targets are asked, in which order.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The tier that was asked for, and what `auto` made of it: the tier that counted, and why.
    pub tier: Option<(Tier, &'static str)>,
    /// The parts that treatments are for, in the order of the treatments.
    pub places: Vec<PartPath>,
    /// Whom to ask, best first. Never empty.
    pub candidates: Vec<Candidate>,
    /// Whom not to ask, and why.
    pub passed_over: Vec<PassedOver>,
}

/// A target to ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Whom.
    pub target: Target,
    /// Its row in the matrix.
    pub row: usize,
    /// What to do to each part, in the order of [`Plan::places`].
    pub treatments: Vec<Treatment>,
    /// How many files the treatments may make of each part; empty if of each one. See [`Candidate::files_of`].
    pub files: Vec<u32>,
    /// Soft parameters it does not take.
    pub dropped: Vec<String>,
    /// What it is asked for instead of what was asked.
    pub changes: Vec<Change>,
    /// What the request will cost in US dollars, if the reply is as long as allowed; `None`: not known.
    pub cost_usd: Option<Usd>,
    /// About how many tokens the request has for it.
    pub prompt_tokens: u64,
    /// How much longer it cools down, when it was planned all the same.
    pub cooldown: Option<Duration>,
}

impl Candidate {
    /// Whether something of the request is lost on the way.
    #[must_use]
    pub fn is_lossy(&self) -> bool {
        self.treatments.iter().any(|treatment| matches!(treatment, Treatment::Extract { .. }))
    }
}

/// What is done to a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Treatment {
    /// Nothing.
    Forward,
    /// It becomes another form that the target reads.
    Transcode {
        /// By which recipe.
        recipe: RecipeName,
        /// Into which format.
        to: MediaFormat,
    },
    /// It becomes text.
    Extract {
        /// By which recipe.
        recipe: RecipeName,
    },
}

impl Treatment {
    /// Its name in headers and answers.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Transcode { .. } => "transcode",
            Self::Extract { .. } => "extract",
        }
    }
}

/// A target that is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// Which.
    pub target: Target,
    /// Why.
    pub reason: Reason,
}

/// Why a target is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// All of its keys cool down, or it is gone for a while.
    CoolingDown {
        /// For so long.
        left: Duration,
    },
    /// Every key of it has used up what its provider gives.
    UsedUp {
        /// There is more after so long.
        left: Duration,
    },
    /// A probe found that it does not work, and nothing has shown otherwise since.
    Quarantined {
        /// What was found, in a few words.
        why: String,
        /// For how long, if that was said.
        left: Option<Duration>,
    },
    /// It is said to have this, and a probe found it has not.
    Refuted(Ability),
    /// It was named, but is not in the matrix: its provider is off, or has no such model.
    NotListed,
    /// It does not do this kind of work.
    OtherTask(TaskKind),
    /// Something is missing on this machine to run it: this, with what to do.
    Missing(String),
    /// Its vectors cannot be compared with those that were asked for.
    OtherVectors {
        /// The family that was asked for.
        family: String,
    },
    /// It is gone.
    Retired,
    /// The operator has the tier go without it, and it was not named.
    SwitchedOff,
    /// Its end is announced, and it was not named.
    Deprecated,
    /// It is only known from its provider's list, and answers only when it is named.
    Listed,
    /// It is not with one of the providers asked for.
    OtherProvider,
    /// It costs, or it is not known whether it does.
    NotFree,
    /// The same, and the client has not said that it may.
    NotConfirmed,
    /// The request may not leave this machine.
    NotLocal,
    /// It does not know the language that the request names.
    OtherLanguage(String),
    /// It does not run a tool that its provider has to run: one of this kind.
    HostedTool(String),
    /// It takes so many pictures to edit, which are fewer than were sent.
    Sources(u32),
    /// Its videos begin with a picture, and none was sent.
    NeedsPicture,
    /// It cannot honour a hard parameter: this one.
    Parameter(&'static str),
    /// The request is too long for it.
    Context {
        /// Tokens the request needs, about.
        needs: u32,
        /// Tokens it has.
        has: u32,
    },
    /// It cannot be given a part, as it is or treated.
    Part {
        /// Which part.
        place: PartPath,
        /// Why it does not take it as it is.
        misfit: Misfit,
        /// What would make it work, if anything would.
        hint: Option<String>,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CoolingDown { left } => write!(formatter, "cools down for {} s more", left.as_secs().max(1)),
            Self::UsedUp { left } => {
                write!(formatter, "has used up its quota; there is more in {} s", left.as_secs().max(1))
            }
            Self::Quarantined { why, left } => {
                write!(formatter, "is in quarantine, since {why}")?;
                let end = |left: Duration| write!(formatter, "; that ends in {} s", left.as_secs().max(1));
                left.map_or(Ok(()), end)
            }
            Self::Refuted(ability) => {
                write!(formatter, "is said to have the ability {}, and failed when that was tried", ability.name())
            }
            Self::NotListed => formatter.write_str("is not known here: its provider is off or has no such model"),
            Self::OtherTask(TaskKind::Chat) => formatter.write_str("does not chat"),
            Self::OtherTask(task) => write!(formatter, "does not do the task {}", task.name()),
            Self::Missing(missing) => write!(formatter, "cannot run here: {missing}"),
            Self::OtherVectors { family } => write!(formatter, "gives vectors of another family than {family}"),
            Self::Retired => formatter.write_str("is retired"),
            Self::SwitchedOff => formatter.write_str("is switched off for this tier and answers only when it is named"),
            Self::Deprecated => formatter.write_str("is deprecated and answers only when it is named"),
            Self::Listed => {
                formatter.write_str("is known only from its provider's list and answers only when it is named")
            }
            Self::OtherProvider => formatter.write_str("is not with the provider asked for"),
            Self::NotFree => formatter.write_str("is not known to be free"),
            Self::NotConfirmed => {
                formatter.write_str("is not known to be free; send the header X-Mediary-Allow-Paid: true to allow it")
            }
            Self::NotLocal => formatter.write_str("is not on this machine"),
            Self::OtherLanguage(language) => write!(formatter, "does not know the language `{language}`"),
            Self::HostedTool(kind) => write!(formatter, "does not run the tool {kind}"),
            Self::Sources(0 | 1) => formatter.write_str("takes one picture to edit; send one"),
            Self::Sources(most) => write!(formatter, "takes at most {most} pictures to edit; send fewer"),
            Self::NeedsPicture => formatter.write_str("makes videos of a picture; send one as `input_reference`"),
            Self::Parameter(name) => write!(formatter, "cannot honour {name}"),
            Self::Context { needs, has } => {
                write!(formatter, "has {has} tokens of context, the request needs about {needs}")
            }
            Self::Part { place, misfit, hint } => {
                write!(formatter, "cannot be given {place}: {misfit}")?;
                hint.as_ref().map_or(Ok(()), |hint| write!(formatter, "; {hint}"))
            }
        }
    }
}

/// No target can be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Unplannable {
    /// There is no target that does such work at all: no provider has a key.
    NoTargets,
    /// All targets that could answer cool down.
    AllCoolingDown {
        /// When the first of them is back.
        soonest: Duration,
        /// All targets, and why.
        passed_over: Vec<PassedOver>,
    },
    /// No target can be given this part, as it is or treated.
    Part {
        /// Which part.
        place: PartPath,
        /// What it is.
        format: MediaFormat,
        /// What would make it work, as sentences.
        hints: Vec<String>,
        /// All targets, and why.
        passed_over: Vec<PassedOver>,
    },
    /// The request is too long for all targets.
    Context {
        /// What was to be done.
        task: TaskKind,
        /// Tokens it needs, about.
        needs: u32,
        /// The most that any has.
        most: u32,
        /// All targets, and why.
        passed_over: Vec<PassedOver>,
    },
    /// All targets were passed over for something else.
    NoneFits {
        /// All targets, and why.
        passed_over: Vec<PassedOver>,
    },
}

impl Unplannable {
    /// All targets that were passed over, and why.
    #[must_use]
    pub fn passed_over(&self) -> &[PassedOver] {
        match self {
            Self::NoTargets => &[],
            Self::AllCoolingDown { passed_over, .. }
            | Self::Part { passed_over, .. }
            | Self::Context { passed_over, .. }
            | Self::NoneFits { passed_over } => passed_over,
        }
    }
}
