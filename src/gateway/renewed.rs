//! The gateway anew, from a changed configuration, catalogs and recipes: the same engines, workers, caches and rooms, another
//! router over other providers.
//!
//! Requests that are under way go on with the gateway they began with. What engines are started with, and how much may be
//! held, stays as it was at the start.

use std::sync::Arc;

use super::answer_cache::AnswerCache;
use super::build::{fetch_bounds, fetch_policy};
use super::daemon::Daemon;
use super::intake::Intake;
use super::{Gateway, Recipe};
use crate::config::Config;
use crate::gateway::treatments::Pipelines;
use crate::providers::Providers;

/// What may change while the server runs.
#[derive(Debug)]
pub struct Renewal<'a> {
    /// The checked configuration.
    pub config: &'a Config,
    /// How documents are read.
    pub recipe: Recipe,
    /// How one medium becomes another.
    pub pipelines: Pipelines,
    /// The providers that can be called.
    pub providers: Providers,
}

impl Gateway {
    /// The same gateway with other providers, recipes and limits.
    #[must_use]
    pub fn renewed(&self, renewal: Renewal<'_>) -> Self {
        let Renewal { config, recipe, pipelines, providers } = renewal;
        let daemon = Daemon::of(&providers, &config.routing);
        let web = self.web.renewed(config, &providers);
        let router = self.router.renewed(providers, config.routing.clone(), self.local.clone(), self.rows.to_vec());
        let router = Arc::new(router);
        let reader = Arc::new(self.reader.renewed(config.limits.clone(), recipe, router.clone()));
        let fetcher = mediary_remote::Fetcher::new(fetch_policy(config));
        let ffmpeg = self.treatments.ffmpeg_if_any();
        let intake = Intake::new(fetcher, fetch_bounds(config), self.admission.clone(), reader.clone(), ffmpeg);
        let treatments = self.treatments.renewed(pipelines, config.limits.clone(), (reader.clone(), router.clone()));
        Self {
            router,
            reader,
            treatments: Arc::new(treatments),
            content: self.content.clone(),
            clients: self.clients.clone(),
            realtime: self.realtime.clone(),
            admission: self.admission.clone(),
            // A target of the same name may be another one now.
            answers: AnswerCache::new(config.response_cache.clone()),
            fusion: config.fusion.clone(),
            desk: self.desk.clone(),
            intake,
            safety: self.safety.clone(),
            web,
            daemon,
            local: self.local.clone(),
            rows: self.rows.clone(),
            engines: self.engines.clone(),
            pdf: self.pdf.clone(),
        }
    }
}
