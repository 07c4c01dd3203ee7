//! What every run of ffmpeg is told before anything else, and what its complaints mean.

use std::ffi::OsString;

use mediary_core::Failure;

use crate::child::Run;

/// ffmpeg gives up where a single buffer would be larger. A frame of 8K has 130 MB.
const MOST_ALLOCATION_BYTES: u32 = 512 << 20;
/// Threads of a run; the gateway has other work to do meanwhile.
pub(super) const THREADS: u64 = 2;

/// What comes before every input.
pub(super) fn first_arguments(most_pixels: u64) -> Vec<OsString> {
    let (alloc, threads, pixels) = (MOST_ALLOCATION_BYTES.to_string(), THREADS.to_string(), most_pixels.to_string());
    let fixed = [
        "-nostdin",
        "-hide_banner",
        "-v",
        "error",
        "-max_alloc",
        &alloc,
        "-threads",
        &threads,
        // Held against what a stream says of itself, before a picture is allocated.
        "-max_pixels",
        &pixels,
    ];
    fixed.into_iter().map(OsString::from).collect()
}

impl Run {
    /// The run's output, if it went well; else a failure in the words of ffmpeg's last complaint.
    pub(super) fn well(self, what: &str) -> Result<Vec<u8>, Failure> {
        if self.ok {
            return Ok(self.output);
        }
        let last = self.complaint.lines().last().unwrap_or("it said nothing").trim();
        let last: String = last.chars().take(200).collect();
        Err(Failure::unreadable(format!("the {what} is damaged or of a kind that ffmpeg cannot read: {last}")))
    }
}
