//! What decoders complain about, in sentences for the user; and the guard against their panics.
//!
//! Decides nothing but the kind: damaged, beyond the decoder, beyond a limit, or a disk that fails.

use std::any::Any;
use std::fmt::Display;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::image::ImageError;
use ::tiff::{TiffError, TiffFormatError};
use mediary_core::{Failure, MediaFormat};

use super::ImageLimits;

pub(super) fn damaged(format: MediaFormat, reason: impl Display) -> Failure {
    Failure::unreadable(format!(
        "the {format} is damaged or not whole ({reason}); export or scan it again and send the whole file"
    ))
}

pub(super) fn beyond_us(format: MediaFormat, feature: impl Display) -> Failure {
    Failure::unreadable(format!(
        "the {format} uses what Mediary cannot decode ({feature}); save it as a plain PNG or JPEG and send that"
    ))
}

pub(super) fn cut_short(format: MediaFormat) -> Failure {
    damaged(format, "it ends in the middle of the picture")
}

/// Decoders wrap their own complaints as I/O errors; only the operating system's carry its number.
pub(super) fn io(format: MediaFormat, error: &io::Error) -> Failure {
    if error.raw_os_error().is_some() {
        Failure::broken(format!("the stored {format} cannot be read back: {error}"))
    } else if error.kind() == io::ErrorKind::UnexpectedEof {
        cut_short(format)
    } else {
        damaged(format, error)
    }
}

pub(super) fn image(format: MediaFormat, limits: &ImageLimits, error: &ImageError) -> Failure {
    match error {
        ImageError::IoError(error) => io(format, error),
        ImageError::Limits(_) => limits.out_of_memory(format),
        ImageError::Unsupported(feature) => beyond_us(format, feature),
        ImageError::Decoding(_) | ImageError::Encoding(_) | ImageError::Parameter(_) => damaged(format, error),
    }
}

pub(super) fn tiff(limits: &ImageLimits, error: &TiffError) -> Failure {
    let format = MediaFormat::Tiff;
    match error {
        TiffError::IoError(error) => io(format, error),
        TiffError::LimitsExceeded => limits.out_of_memory(format),
        TiffError::UnsupportedError(feature) => beyond_us(format, feature),
        TiffError::FormatError(TiffFormatError::CycleInOffsets) => {
            damaged(format, "its pages point back at each other in a circle")
        }
        TiffError::FormatError(_) | TiffError::IntSizeError | TiffError::UsageError(_) => damaged(format, error),
    }
}

/// Runs what calls decoders, so that a panic in one becomes a failure of this file alone.
///
/// Nothing outlives the call that a panic could leave half-changed: readers and decoders are made
/// inside it, hence the assertion of unwind safety.
pub(super) fn guarded<T>(format: MediaFormat, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let reason = message(panic.as_ref()).unwrap_or("no message");
        Err(damaged(format, format_args!("the decoder crashed on it: {reason}")))
    })
}

fn message(panic: &(dyn Any + Send)) -> Option<&str> {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str))
}
