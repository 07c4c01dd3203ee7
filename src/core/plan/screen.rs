//! Which rows are out of the question whatever the parts are: by task, life, wish, policy and hard parameters.
//!
//! The first reason counts, in this order. Cooldowns are not looked at here: of a target that cools down for a minute and
//! could never answer, the latter is said.

use super::{CostPolicy, Demand, Hard, Policy, Privacy, Reason, Want};
use crate::capability::{Abilities, CapabilityMatrix, Lifecycle, Structured, TaskKind};

/// What a row must satisfy before its parts are looked at.
pub(super) struct Screen<'a> {
    policy: &'a Policy,
    task: TaskKind,
    hard: Hard,
    language: Option<&'a str>,
    hosted_tools: &'a [(&'static str, String)],
    /// The family of vectors that a row must give.
    family: Option<&'a str>,
}

impl<'a> Screen<'a> {
    pub(super) fn new(policy: &'a Policy, demand: &'a Demand, matrix: &'a CapabilityMatrix) -> Self {
        let open = Self {
            policy,
            task: demand.task,
            hard: demand.hard,
            language: demand.language.as_deref(),
            hosted_tools: &demand.hosted_tools,
            family: None,
        };
        Self { family: open.family_of(matrix), ..open }
    }

    /// The family of vectors that a request is bound to: that of the first target that may be asked for it, whether or
    /// not it cools down at the moment, so that the same request never gives vectors of different families.
    fn family_of(&self, matrix: &'a CapabilityMatrix) -> Option<&'a str> {
        if self.task != TaskKind::Embedding {
            return None;
        }
        let may = |row: &&Abilities| self.policy_reason(row).is_none() && self.hard_reason(row).is_none();
        let first = match &self.policy.want {
            Want::Targets(targets) => targets.iter().filter_map(|target| matrix.get(target)).find(may),
            Want::Tier(_) | Want::Any => matrix.rows().iter().filter(may).min_by_key(|row| (row.priority, &row.target)),
        };
        first.and_then(|row| row.vectors.as_ref()).map(|vectors| vectors.family.as_str())
    }

    pub(super) fn reason(&self, row: &Abilities) -> Option<Reason> {
        let is_allowed = self.policy_reason(row).or_else(|| self.hard_reason(row));
        let is_allowed = is_allowed.or_else(|| self.hosted_reason(row));
        is_allowed.or_else(|| self.family_reason(row)).or_else(|| self.language_reason(row))
    }

    fn language_reason(&self, row: &Abilities) -> Option<Reason> {
        let language = self.language?;
        let knows = row.languages.is_empty() || row.languages.iter().any(|known| known == language);
        (!knows).then(|| Reason::OtherLanguage(language.to_owned()))
    }

    fn hosted_reason(&self, row: &Abilities) -> Option<Reason> {
        let lacking = self.hosted_tools.iter().find(|(format, kind)| !row.runs_tool(format, kind));
        lacking.map(|(_, kind)| Reason::HostedTool(kind.clone()))
    }

    fn family_reason(&self, row: &Abilities) -> Option<Reason> {
        let family = self.family?;
        let is_same = row.vectors.as_ref().is_some_and(|vectors| vectors.family == family);
        (!is_same).then(|| Reason::OtherVectors { family: family.to_owned() })
    }

    fn life_reason(&self, row: &Abilities) -> Option<Reason> {
        // To ask for other work in a chat is for recipes, which name the targets they mean.
        let by_chat = || matches!(self.policy.want, Want::Targets(_)) && row.does_by_chat(self.task);
        if !row.does(self.task) && !by_chat() {
            return Some(Reason::OtherTask(self.task));
        }
        if let Some(missing) = &row.missing {
            return Some(Reason::Missing(missing.clone()));
        }
        match row.lifecycle {
            Lifecycle::Retired => Some(Reason::Retired),
            Lifecycle::Deprecated if !matches!(self.policy.want, Want::Targets(_)) => Some(Reason::Deprecated),
            Lifecycle::Listed if !matches!(self.policy.want, Want::Targets(_)) => Some(Reason::Listed),
            Lifecycle::Active | Lifecycle::Preview | Lifecycle::Deprecated | Lifecycle::Listed => None,
        }
    }

    fn policy_reason(&self, row: &Abilities) -> Option<Reason> {
        let Policy { providers, privacy, cost, .. } = self.policy;
        if let Some(reason) = self.life_reason(row) {
            return Some(reason);
        }
        if !providers.is_empty() && !providers.contains(&row.target.provider) {
            return Some(Reason::OtherProvider);
        }
        if *privacy == Privacy::Local && !row.is_local {
            return Some(Reason::NotLocal);
        }
        match cost {
            CostPolicy::Unconfirmed if !row.price.is_free() => Some(Reason::NotConfirmed),
            CostPolicy::Free if !row.price.is_free() => Some(Reason::NotFree),
            CostPolicy::Any | CostPolicy::FreeFirst | CostPolicy::Unconfirmed | CostPolicy::Free => None,
        }
    }

    fn hard_reason(&self, row: &Abilities) -> Option<Reason> {
        let Hard { tools, tool_choice, structured, many_replies, logprobs, audio_output, dimensions, speakers, .. } =
            self.hard;
        let Hard { mask, sources, size, ratio, grammar, .. } = self.hard;
        if self.hard.words_alone && row.video.as_ref().is_some_and(|video| video.needs_picture) {
            return Some(Reason::NeedsPicture);
        }
        if sources > row.images.sources {
            return Some(Reason::Sources(row.images.sources));
        }
        let has = |dimensions| row.vectors.as_ref().is_some_and(|vectors| vectors.can_have(dimensions));
        let lacking = [
            ("tools", tools && !row.tools),
            ("tool_choice", tool_choice && !row.tool_choice),
            ("tools.custom.format", grammar && !row.custom_tools),
            ("response_format", structured != Structured::None && structured > row.structured),
            ("n", many_replies && !row.many_replies),
            ("logprobs", logprobs && !row.logprobs),
            ("audio", audio_output && !row.audio_output),
            ("speakers", speakers && !row.speakers),
            ("mask", mask && row.images.mask.is_none()),
            ("size", size.is_some_and(|size| !row.images.nearest(size).is_exact)),
            ("aspect_ratio", ratio.is_some_and(|ratio| !row.images.nearest_ratio(ratio).is_exact)),
            ("dimensions", dimensions.is_some_and(|dimensions| !has(dimensions))),
        ];
        lacking.into_iter().find(|(_, lacks)| *lacks).map(|(name, _)| Reason::Parameter(name))
    }
}
