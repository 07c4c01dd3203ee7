//! Other programs that are made use of where they are installed, found once on the search path, and a gateway with them.

use std::path::PathBuf;
use std::sync::Arc;

use mediary_convert::Program;
use mediary_convert::av::Ffmpeg;
use mediary_convert::office::LibreOffice;
use mediary_local::EspeakNg;

use super::Context;
use crate::config::Config;
use crate::gateway::{Gateway, Parts};

impl Context {
    /// What converts rare sound, and video.
    pub(super) fn ffmpeg(&self) -> Option<Ffmpeg> {
        Ffmpeg::find(self.search_path().as_ref().map(|path| path.as_os_str()))
    }

    /// What opens photographs in HEIC.
    pub(super) fn heif(&self) -> Option<Program> {
        Program::find("heif-convert", self.search_path().as_ref().map(|path| path.as_os_str()))
    }

    /// What gives the voices their phonemes, and is one.
    pub(super) fn espeak(&self) -> Option<EspeakNg> {
        EspeakNg::find(self.search_path().as_ref().map(|path| path.as_os_str()))
    }

    /// What reads the binary formats of an office before 2007; it is started by `program`.
    pub(super) fn libreoffice(&self, program: &std::path::Path) -> Option<LibreOffice> {
        LibreOffice::find(self.search_path().as_ref().map(|path| path.as_os_str()), program.to_owned())
    }

    /// A gateway in this process, and the configuration it was made of.
    pub(super) fn gateway(&self) -> Result<(Arc<Gateway>, Config), String> {
        let loaded = self.load()?;
        let models = self.models(Some(&loaded.source))?;
        let program = super::worker::program()?;
        let parts = Parts {
            config: &loaded.config,
            recipe: self.recipe(&loaded.source)?,
            pipelines: self.pipelines(&loaded.source)?,
            ffmpeg: self.ffmpeg().map(|ffmpeg| ffmpeg.launched_by(program.clone())),
            heif: self.heif().map(|heif| heif.launched_by(program.clone())),
            espeak: self.espeak().map(|espeak| espeak.launched_by(program.clone())),
            libreoffice: self.libreoffice(&program),
            providers: self.providers(&loaded.config, &loaded.source)?,
            models: &models,
            cache_dir: None,
            content_dir: None,
            registry_dir: None,
            program,
        };
        let gateway = Gateway::new(parts).map_err(|error| error.to_string())?;
        Ok((Arc::new(gateway), loaded.config))
    }

    pub(super) fn search_path(&self) -> Option<PathBuf> {
        self.environment.path("PATH")
    }
}
