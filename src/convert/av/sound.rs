//! A sound as it is wanted: its format, and how much of it is kept.

use mediary_core::{Failure, MediaFormat};

/// How a sound is to be encoded: mono, since speech is what is listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundOrder {
    /// `mp3` or `wav`.
    pub format: MediaFormat,
    /// Samples a second.
    pub sample_rate_hz: u32,
    /// Of an MP3.
    pub bitrate_kbps: u32,
    /// More is a failure.
    pub max_bytes: u64,
}

impl SoundOrder {
    /// The arguments behind the input.
    pub(super) fn arguments(&self) -> Result<Vec<String>, Failure> {
        let (rate, bitrate) = (self.sample_rate_hz.to_string(), format!("{}k", self.bitrate_kbps));
        let codec: Vec<&str> = match self.format {
            // No index at the front: a pipe cannot be gone back in.
            MediaFormat::Mp3 => vec!["-c:a", "libmp3lame", "-b:a", &bitrate, "-write_xing", "0", "-f", "mp3"],
            MediaFormat::Wav => vec!["-c:a", "pcm_s16le", "-f", "s16le"],
            other => return Err(Failure::broken(format!("sound is not made into {other} here"))),
        };
        let before = ["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-ac", "1", "-ar", &rate];
        let all = before.into_iter().chain(codec).chain(["pipe:1"]);
        Ok(all.map(str::to_owned).collect())
    }

    /// The file of what ffmpeg gave. Samples get the header that cannot be written before their number is known.
    pub(super) fn file(&self, output: Vec<u8>) -> Vec<u8> {
        if self.format != MediaFormat::Wav {
            return output;
        }
        let length = u32::try_from(output.len()).unwrap_or(u32::MAX - 36);
        let mut file = Vec::with_capacity(output.len() + 44);
        file.extend(b"RIFF");
        file.extend((length + 36).to_le_bytes());
        file.extend(b"WAVEfmt ");
        file.extend(16_u32.to_le_bytes());
        // PCM, one channel.
        file.extend([1_u16.to_le_bytes(), 1_u16.to_le_bytes()].concat());
        file.extend(self.sample_rate_hz.to_le_bytes());
        file.extend((self.sample_rate_hz * 2).to_le_bytes());
        file.extend([2_u16.to_le_bytes(), 16_u16.to_le_bytes()].concat());
        file.extend(b"data");
        file.extend(length.to_le_bytes());
        file.extend(output);
        file
    }
}
