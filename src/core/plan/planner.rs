//! From a demand to a plan.
//!
//! Each row is screened, its parts are treated, what comes of it is held against its context, and what is left is put
//! in order. The reasons and the order have files of their own.

use super::changes::{changes, shown_seconds};
use super::rank::{Rank, Standing, TierOrder, cooldown_of};
use super::screen::Screen;
use super::stopped::unplannable;
use super::treat::{Step, Workshop};
use super::{
    Candidate, Chain, Demand, HealthSnapshot, PassedOver, Plan, Policy, Reason, TreatmentRecipe, Unplannable, Want,
    choose_tier, evidence,
};
use crate::Target;
use crate::capability::{Abilities, Amount, CapabilityMatrix, TaskKind, Tier};

/// A reply of unknown length costs as much as one of this.
const COSTED_REPLY_TOKENS: u32 = 1_000;

/// Whom to ask, in which order, and what to do to every part for each of them.
///
/// A tier orders and does not bind: its members come first, every other target that can answer follows. Targets that
/// cool down after a breakdown come last. When targets are wanted, others are not mentioned.
///
/// # Errors
/// When no target can be asked; the reason says what would help.
pub fn plan(
    demand: &Demand,
    matrix: &CapabilityMatrix,
    health: &HealthSnapshot,
    recipes: &[TreatmentRecipe],
    policy: &Policy,
) -> Result<Plan, Unplannable> {
    if !matrix.rows().iter().any(|row| row.does(demand.task) || row.does_by_chat(demand.task)) {
        return Err(Unplannable::NoTargets);
    }
    let (tier, order) = match policy.want {
        // Tiers are of chats; other work has none.
        Want::Tier(_) if demand.task != TaskKind::Chat => (None, TierOrder::None),
        Want::Tier(Tier::Auto) => {
            let (tier, why) = choose_tier(demand);
            (Some((tier, why)), TierOrder::Guessed(tier))
        }
        Want::Tier(tier) => (Some((tier, "it was asked for")), TierOrder::Named(tier)),
        Want::Targets(_) | Want::Any => (None, TierOrder::None),
    };
    let mut soft: Vec<&str> = demand.soft.iter().map(String::as_str).collect();
    soft.sort_unstable();
    soft.dedup();
    let chain = order.tier().and_then(|tier| policy.chains.of(tier));
    // A tier that `auto` made of a request has its own order, or that of `auto`.
    let guessed = || matches!(order, TierOrder::Guessed(_)).then(|| policy.chains.of(Tier::Auto)).flatten();
    let chain = chain.or_else(guessed);
    let workshop = Workshop::new(demand, recipes, policy);
    Survey { demand, matrix, health, policy, workshop, tier, order, chain, soft }.plan()
}

/// All that a plan depends on.
struct Survey<'a> {
    demand: &'a Demand,
    matrix: &'a CapabilityMatrix,
    health: &'a HealthSnapshot,
    policy: &'a Policy,
    workshop: Workshop<'a>,
    tier: Option<(Tier, &'static str)>,
    order: TierOrder,
    /// The operator's own order of the tier.
    chain: Option<&'a Chain>,
    /// Soft parameters, sorted, each once.
    soft: Vec<&'a str>,
}

impl Survey<'_> {
    fn plan(&self) -> Result<Plan, Unplannable> {
        let screen = Screen::new(self.policy, self.demand, self.matrix);
        let mut passed_over = Vec::new();
        let rows = self.wanted_rows(&mut passed_over);
        let mut found: Vec<(Rank, Candidate)> = Vec::new();
        let mut steps = Vec::new();
        for (wanted, row) in rows.into_iter().enumerate() {
            let abilities = &self.matrix.rows()[row];
            // Among named targets the order is the one they were given in; a tier has no such order.
            let wanted = if matches!(self.policy.want, Want::Targets(_)) { wanted } else { 0 };
            match self.consider(row, abilities, &screen, wanted, &mut steps) {
                Ok(candidate) => found.push(candidate),
                Err(reason) => passed_over.push(PassedOver { target: abilities.target.clone(), reason }),
            }
        }
        if found.is_empty() {
            return Err(unplannable(passed_over, self.demand, self.matrix, self.health, &self.workshop));
        }
        // Candidates are large: their ranks are sorted apart, and each candidate is moved once.
        found.sort_by_cached_key(|(rank, _)| *rank);
        Ok(Plan {
            tier: self.tier,
            places: self.demand.parts.iter().map(|part| part.place).collect(),
            candidates: found.into_iter().map(|(_, candidate)| candidate).collect(),
            passed_over,
        })
    }

    /// The rows to look at, each once; wanted targets without a row are passed over at once.
    fn wanted_rows(&self, passed_over: &mut Vec<PassedOver>) -> Vec<usize> {
        let Want::Targets(targets) = &self.policy.want else { return (0..self.matrix.rows().len()).collect() };
        let mut rows = Vec::with_capacity(targets.len());
        let unlisted = |target: &Target| PassedOver { target: target.clone(), reason: Reason::NotListed };
        for target in targets {
            match self.matrix.index(target) {
                Some(row) if !rows.contains(&row) => rows.push(row),
                Some(_) => {}
                None => passed_over.push(unlisted(target)),
            }
        }
        rows
    }

    fn consider(
        &self,
        row: usize,
        abilities: &Abilities,
        screen: &Screen<'_>,
        wanted: usize,
        steps: &mut Vec<Step>,
    ) -> Result<(Rank, Candidate), Reason> {
        if let Some(reason) = screen.reason(abilities) {
            return Err(reason);
        }
        if self.chain.is_some_and(|chain| chain.off.contains(&abilities.target)) {
            return Err(Reason::SwitchedOff);
        }
        let (demand, workshop, policy) = (self.demand, &self.workshop, self.policy);
        let health = self.health.of(row);
        if let Some(reason) = health.and_then(|health| evidence::reason(health, demand, policy)) {
            return Err(reason);
        }
        let doubtful = health.map_or(&[][..], |health| &health.doubtful);
        workshop.treat(abilities, doubtful, steps).map_err(|blocked| Reason::Part {
            place: demand.parts[blocked.index].place,
            misfit: blocked.misfit,
            hint: workshop.hints(blocked, abilities, doubtful).first().map(|hint| (*hint).to_owned()),
        })?;
        let prompt_tokens = u64::from(demand.text_tokens) + workshop.tokens(steps);
        // The gateway asks for no longer a reply than the target gives.
        let reply = |unlimited: u32| {
            let wanted = demand.output_tokens.unwrap_or(unlimited);
            u64::from(abilities.output_tokens.map_or(wanted, |most| wanted.min(most)))
        };
        let held = demand.longest_tokens.map_or(prompt_tokens, u64::from);
        let needs = held + reply(demand.reply_reserve_tokens());
        if let Some(has) = abilities.context_tokens.filter(|has| needs > u64::from(*has)) {
            return Err(Reason::Context { needs: u32::try_from(needs).unwrap_or(u32::MAX), has });
        }
        if let Some(left) = health.and_then(|health| health.cooldown).filter(|left| !left.is_zero()) {
            return Err(Reason::CoolingDown { left });
        }
        if let Some(left) = health.and_then(|health| health.used_up).filter(|left| !left.is_zero()) {
            return Err(Reason::UsedUp { left });
        }
        let costed_reply_tokens = COSTED_REPLY_TOKENS.min(demand.reply_reserve_tokens());
        let lost = workshop.lost(steps);
        let (treatments, files) = workshop.treatments(steps);
        let dropped = self.soft.iter().filter(|name| !abilities.takes_soft(name)).map(|name| (*name).to_owned());
        let candidate = Candidate {
            target: abilities.target.clone(),
            row,
            treatments,
            files,
            dropped: dropped.collect(),
            changes: changes(abilities, demand),
            cost_usd: abilities.price.of(&Amount {
                prompt_tokens,
                completion_tokens: reply(costed_reply_tokens),
                heard_seconds: demand.heard_seconds(),
                characters: demand.characters,
                images: demand.images,
                picture: demand.picture(abilities),
                shown_seconds: shown_seconds(abilities, demand),
                pages: demand.pages,
                searches: demand.searches,
                ..Amount::default()
            }),
            prompt_tokens,
            cooldown: cooldown_of(health),
        };
        let standing = Standing { wanted, lost, cost: candidate.cost_usd };
        let rank = Rank::of(abilities, health, policy, (self.order, self.chain), standing);
        Ok((rank, candidate))
    }
}
