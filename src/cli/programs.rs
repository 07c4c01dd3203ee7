//! Other programs that are made use of where they are installed: found once, on the search path.

use std::path::PathBuf;

use mediary_convert::av::Ffmpeg;
use mediary_local::EspeakNg;

use super::Context;

impl Context {
    /// What converts rare sound, and video.
    pub(super) fn ffmpeg(&self) -> Option<Ffmpeg> {
        Ffmpeg::find(self.search_path().as_ref().map(|path| path.as_os_str()))
    }

    /// What gives the voices their phonemes, and is one.
    pub(super) fn espeak(&self) -> Option<EspeakNg> {
        EspeakNg::find(self.search_path().as_ref().map(|path| path.as_os_str()))
    }

    fn search_path(&self) -> Option<PathBuf> {
        self.environment.path("PATH")
    }
}
