//! Another pace at the same pitch: waveform-similarity overlap-add (WSOLA, Verhelst and Roelands 1993), as samples come.
//!
//! Short grains of the sound are laid over one another at a distance that differs from the one they had; each is moved
//! a little to where it continues the one before it best. Good for voices from half to twice their pace, intelligible
//! from a quarter to four times.

/// The distance of grains in what comes out, in parts of a second: 15 ms. A grain is twice as long.
const HOPS_A_SECOND: u32 = 67;
/// How far a grain is moved at most, in parts of a second: 10 ms, the period of a low voice.
const SEARCHES_A_SECOND: u32 = 100;

/// Makes a voice faster or slower.
#[derive(Debug)]
pub struct Stretch {
    /// How many times faster; 1 leaves all samples as they are.
    speed: f64,
    hop: usize,
    search: usize,
    /// What came in and may still be needed; its first sample was the one of this number.
    input: Vec<f32>,
    dropped: usize,
    /// Where the last grain began; `None` before the first.
    last: Option<usize>,
    grains: usize,
    taken: usize,
    given: usize,
}

impl Stretch {
    /// For samples that come so many a second, `speed` times faster: 0.25 to 4, and what is beyond counts as these.
    #[must_use]
    pub fn new(rate_hz: u32, speed: f64) -> Self {
        let (hop, search) = (rate_hz / HOPS_A_SECOND, rate_hz / SEARCHES_A_SECOND);
        Self {
            speed: if speed.is_finite() { speed.clamp(0.25, 4.0) } else { 1.0 },
            hop: hop.max(1) as usize,
            search: search.max(1) as usize,
            input: Vec::new(),
            dropped: 0,
            last: None,
            grains: 0,
            taken: 0,
            given: 0,
        }
    }

    /// Takes samples and gives those that are ready.
    #[must_use]
    pub fn push(&mut self, samples: &[f32]) -> Vec<f32> {
        if self.leaves_alone() {
            return samples.to_vec();
        }
        self.taken += samples.len();
        self.input.extend_from_slice(samples);
        self.ready()
    }

    /// What is left.
    #[must_use]
    pub fn finish(mut self) -> Vec<f32> {
        let mut out = Vec::new();
        if self.leaves_alone() {
            return out;
        }
        let due = (self.taken as f64 / self.speed).round() as usize;
        while self.given < due {
            self.input.extend(std::iter::repeat_n(0.0, self.hop));
            out.append(&mut self.ready());
        }
        out.truncate(out.len().saturating_sub(self.given - due));
        out
    }

    fn leaves_alone(&self) -> bool {
        (self.speed - 1.0).abs() < 1e-3
    }

    fn ready(&mut self) -> Vec<f32> {
        let mut out = Vec::new();
        loop {
            let around = (self.grains as f64 * self.hop as f64 * self.speed) as usize;
            let end = self.dropped + self.input.len();
            // Never ahead of the time that came in.
            let paced = (self.hop as f64 * self.speed).ceil() as usize;
            if around + paced.max(self.search + 2 * self.hop) > end {
                break;
            }
            match self.last {
                None => {
                    out.extend_from_slice(&self.input[..self.hop]);
                    self.last = Some(0);
                }
                Some(last) => {
                    let continued = last + self.hop;
                    let best = self.best(around, continued);
                    self.blend(continued, best, &mut out);
                    self.last = Some(best);
                }
            }
            self.grains += 1;
            self.forget();
        }
        self.given += out.len();
        out
    }

    /// Where around a place the sound is most like the one that would follow.
    fn best(&self, around: usize, continued: usize) -> usize {
        let target = self.from(continued);
        let first = around.saturating_sub(self.search).max(self.dropped);
        let candidates = &self.input[first - self.dropped..];
        let mut energy: f32 = candidates[..self.hop].iter().map(|sample| sample * sample).sum();
        let (mut best, mut most) = (around, f32::MIN);
        for offset in 0..=around + self.search - first {
            let grain = &candidates[offset..offset + self.hop];
            let product: f32 = dot(target, grain);
            let likeness = product / (energy.max(0.0) + 1e-6).sqrt();
            if likeness > most {
                (best, most) = (first + offset, likeness);
            }
            let (gone, come) = (candidates[offset], candidates.get(offset + self.hop).copied().unwrap_or(0.0));
            energy += come * come - gone * gone;
        }
        best
    }

    /// From the end of one grain over into the next.
    fn blend(&self, continued: usize, next: usize, out: &mut Vec<f32>) {
        let (old, new) = (self.from(continued), self.from(next));
        let step = std::f32::consts::PI / self.hop as f32;
        out.extend(old.iter().zip(new).enumerate().map(|(index, (old, new))| {
            let share = 0.5 - 0.5 * ((index as f32 + 0.5) * step).cos();
            old * (1.0 - share) + new * share
        }));
    }

    /// A hop of the input from a place on.
    fn from(&self, place: usize) -> &[f32] {
        let from = place - self.dropped;
        &self.input[from..from + self.hop]
    }

    /// Lets go of what no grain can need any more.
    fn forget(&mut self) {
        let around = (self.grains as f64 * self.hop as f64 * self.speed) as usize;
        let needed = self.last.map_or(0, |last| last + self.hop).min(around.saturating_sub(self.search));
        let gone = needed.saturating_sub(self.dropped).min(self.input.len());
        // Moving what is left costs; now and then is enough.
        if gone >= 16 * self.hop {
            self.input.drain(..gone);
            self.dropped += gone;
        }
    }
}

/// In eight sums, which compilers turn into vector instructions.
fn dot(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (ones, others) = (one.chunks_exact(8), other.chunks_exact(8));
    let rest: f32 = ones.remainder().iter().zip(others.remainder()).map(|(a, b)| a * b).sum();
    for (one, other) in ones.zip(others) {
        for (sum, (a, b)) in sums.iter_mut().zip(one.iter().zip(other)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}
