//! Opus in Ogg (RFC 7845): frames of 20 ms, pages of 200, positions at 48,000 a second whatever the samples' rate.

use std::mem;

use mediary_core::Failure;
use ogg::writing::{PacketWriteEndInfo, PacketWriter};
use opus::{Application, Bitrate, Channels, Encoder};

use super::refused;

/// Positions are counted at this rate.
const POSITION_HZ: u64 = 48_000;
const FRAMES_A_SECOND: u32 = 50;
const FRAMES_IN_A_PAGE: u64 = 10;
/// The number of the one stream in the file.
const STREAM: u32 = 1;
/// A frame never becomes larger.
const MOST_FRAME_BYTES: usize = 1_500;
const ENCODER_NAME: &[u8] = b"mediary";

/// Writes an Ogg file.
pub(super) struct Writer {
    opus: Encoder,
    ogg: PacketWriter<'static, Vec<u8>>,
    waiting: Vec<f32>,
    frame_samples: usize,
    rate_hz: u64,
    /// How much a decoder leaves out at the beginning, in positions.
    skip: u64,
    taken: u64,
    frames: u64,
    /// The last packet must say that it is the last, so one is kept back.
    kept: Option<Vec<u8>>,
}

impl Writer {
    pub(super) fn new(rate_hz: u32, bitrate_kbps: u32) -> Result<Self, Failure> {
        let mut opus = Encoder::new(rate_hz, Channels::Mono, Application::Audio).map_err(refused)?;
        let bits = i32::try_from(bitrate_kbps.saturating_mul(1_000)).unwrap_or(64_000);
        opus.set_bitrate(Bitrate::Bits(bits)).map_err(refused)?;
        let lookahead = u64::try_from(opus.get_lookahead().map_err(refused)?).unwrap_or(0);
        let skip = lookahead * POSITION_HZ / u64::from(rate_hz);
        let mut writer = Self {
            opus,
            ogg: PacketWriter::new(Vec::new()),
            waiting: Vec::new(),
            frame_samples: (rate_hz / FRAMES_A_SECOND) as usize,
            rate_hz: rate_hz.into(),
            skip,
            taken: 0,
            frames: 0,
            kept: None,
        };
        writer.write(head(skip, rate_hz), PacketWriteEndInfo::EndPage, 0)?;
        writer.write(tags(), PacketWriteEndInfo::EndPage, 0)?;
        Ok(writer)
    }

    fn write(&mut self, packet: Vec<u8>, end: PacketWriteEndInfo, position: u64) -> Result<(), Failure> {
        self.ogg.write_packet(packet, STREAM, end, position).map_err(refused)
    }

    fn frame_positions(&self) -> u64 {
        POSITION_HZ / u64::from(FRAMES_A_SECOND)
    }

    /// Encodes all full frames that wait.
    fn encode(&mut self) -> Result<(), Failure> {
        let waiting = mem::take(&mut self.waiting);
        let frames = waiting.chunks_exact(self.frame_samples);
        self.waiting = frames.remainder().to_vec();
        for frame in frames {
            let packet = self.opus.encode_vec_float(frame, MOST_FRAME_BYTES).map_err(refused)?;
            if let Some(before) = self.kept.replace(packet) {
                let full = self.frames.is_multiple_of(FRAMES_IN_A_PAGE);
                let end = if full { PacketWriteEndInfo::EndPage } else { PacketWriteEndInfo::NormalPacket };
                self.write(before, end, self.frames * self.frame_positions())?;
            }
            self.frames += 1;
        }
        Ok(())
    }

    fn ready(&mut self) -> Vec<u8> {
        mem::take(self.ogg.inner_mut())
    }
}

impl super::Writer for Writer {
    fn push(&mut self, samples: &[f32]) -> Result<Vec<u8>, Failure> {
        self.taken += samples.len() as u64;
        self.waiting.extend_from_slice(samples);
        self.encode()?;
        Ok(self.ready())
    }

    fn finish(&mut self) -> Result<Vec<u8>, Failure> {
        let end = self.skip + self.taken * POSITION_HZ / self.rate_hz;
        // What the encoder still holds back comes out when silence goes in.
        while self.frames * self.frame_positions() < end || self.frames == 0 {
            self.waiting.resize(self.frame_samples, 0.0);
            self.encode()?;
        }
        if let Some(last) = self.kept.take() {
            self.write(last, PacketWriteEndInfo::EndStream, end)?;
        }
        Ok(self.ready())
    }
}

fn head(skip: u64, rate_hz: u32) -> Vec<u8> {
    let mut head = b"OpusHead".to_vec();
    // Version, channels.
    head.extend([1, 1]);
    head.extend(u16::try_from(skip).unwrap_or(u16::MAX).to_le_bytes());
    head.extend(rate_hz.to_le_bytes());
    // No gain; one channel or two in their usual order.
    head.extend([0, 0, 0]);
    head
}

fn tags() -> Vec<u8> {
    let mut tags = b"OpusTags".to_vec();
    tags.extend(u32::try_from(ENCODER_NAME.len()).unwrap_or(0).to_le_bytes());
    tags.extend(ENCODER_NAME);
    tags.extend(0_u32.to_le_bytes());
    tags
}
