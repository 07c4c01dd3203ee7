//! FLAC: 16 bits, a frame at a time, with a header that leaves the length open.

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, Stream, StreamInfo};
use flacenc::config;
use flacenc::encode_fixed_size_frame;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Fill, FrameBuf};
use mediary_core::Failure;

use super::{as_i16, refused};

/// Samples in a frame.
const FRAME_SAMPLES: usize = 4_096;
/// The smallest that the format allows.
const LEAST_FRAME_SAMPLES: usize = 16;
const BITS: usize = 16;

/// Writes FLAC frames.
pub(super) struct Writer {
    config: Verified<config::Encoder>,
    info: StreamInfo,
    header: Vec<u8>,
    waiting: Vec<i32>,
    frames: usize,
}

impl Writer {
    pub(super) fn new(rate_hz: u32) -> Result<Self, Failure> {
        let config = config::Encoder::default().into_verified().map_err(|(_, error)| refused(error))?;
        let mut info = StreamInfo::new(rate_hz as usize, 1, BITS).map_err(refused)?;
        info.set_block_sizes(FRAME_SAMPLES, FRAME_SAMPLES).map_err(refused)?;
        // Unknown.
        info.set_frame_sizes(0, 0).map_err(refused)?;
        let mut sink = ByteSink::new();
        Stream::with_stream_info(info.clone()).write(&mut sink).map_err(refused)?;
        Ok(Self { config, info, header: sink.as_slice().to_vec(), waiting: Vec::new(), frames: 0 })
    }

    fn frame(&mut self, samples: &[i32]) -> Result<Vec<u8>, Failure> {
        let mut buffer = FrameBuf::with_size(1, samples.len()).map_err(refused)?;
        buffer.fill_interleaved(samples).map_err(refused)?;
        let frame = encode_fixed_size_frame(&self.config, &buffer, self.frames, &self.info).map_err(refused)?;
        self.frames += 1;
        let mut sink = ByteSink::new();
        frame.write(&mut sink).map_err(refused)?;
        Ok(sink.into_inner())
    }
}

impl super::Writer for Writer {
    fn push(&mut self, samples: &[f32]) -> Result<Vec<u8>, Failure> {
        let mut bytes = std::mem::take(&mut self.header);
        self.waiting.extend(samples.iter().map(|sample| i32::from(as_i16(*sample))));
        let waiting = std::mem::take(&mut self.waiting);
        let frames = waiting.chunks_exact(FRAME_SAMPLES);
        self.waiting = frames.remainder().to_vec();
        for samples in frames {
            bytes.append(&mut self.frame(samples)?);
        }
        Ok(bytes)
    }

    fn finish(&mut self) -> Result<Vec<u8>, Failure> {
        let mut bytes = std::mem::take(&mut self.header);
        let mut last = std::mem::take(&mut self.waiting);
        if !last.is_empty() {
            last.resize(last.len().max(LEAST_FRAME_SAMPLES), 0);
            bytes.append(&mut self.frame(&last)?);
        }
        Ok(bytes)
    }
}
