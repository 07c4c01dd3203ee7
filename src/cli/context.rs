//! What a subcommand is given, and what it makes of it: configuration, models, recipes, providers.

use std::path::PathBuf;

use crate::config::{Config, Environment, Loaded, Overrides, Source};
use crate::gateway::{Pipelines, Recipe};
use crate::models::{Locations, Models};
use crate::providers::{Providers, StoredKeys};

/// What a subcommand is given.
pub(super) struct Context {
    pub(super) overrides: Overrides,
    pub(super) environment: Environment,
    pub(super) cwd: PathBuf,
}

impl Context {
    pub(super) fn load(&self) -> Result<Loaded, String> {
        Config::load(&self.overrides, &self.environment, &self.cwd).map_err(|error| error.to_string())
    }

    /// The models, with cards beside the configuration file if there are any.
    pub(super) fn models(&self, source: Option<&Source>) -> Result<Models, String> {
        let config_dir = source.and_then(|source| self.config_dir(source));
        let locations = Locations { home: self.environment.path("MEDIARY_HOME"), cwd: self.cwd.clone(), config_dir };
        Models::open(&locations).map_err(|error| error.to_string())
    }

    /// How documents are read, by the recipe beside the configuration file if there is one.
    pub(super) fn recipe(&self, source: &Source) -> Result<Recipe, String> {
        Recipe::load(self.config_dir(source).as_deref()).map_err(|error| error.to_string())
    }

    /// The providers that can be called.
    pub(super) fn providers(&self, config: &Config, source: &Source) -> Result<Providers, String> {
        self.providers_with(config, source, &self.stored_keys(config)?)
    }

    /// The same with these keys of the store.
    pub(super) fn providers_with(
        &self,
        config: &Config,
        source: &Source,
        stored: &StoredKeys,
    ) -> Result<Providers, String> {
        Providers::assemble_with(config, &self.environment, self.config_dir(source).as_deref(), stored)
            .map_err(|error| error.to_string())
    }

    /// How one medium becomes another, by the recipes beside the configuration file where there are such.
    pub(super) fn pipelines(&self, source: &Source) -> Result<Pipelines, String> {
        Pipelines::load(self.config_dir(source).as_deref()).map_err(|error| error.to_string())
    }

    /// Where the configuration file is, and what lies beside it.
    pub(super) fn config_dir(&self, source: &Source) -> Option<PathBuf> {
        match source {
            Source::File(path) => path.parent().map(|dir| self.cwd.join(dir)),
            Source::Defaults => None,
        }
    }
}
