//! A body as it arrives, each byte of it with its permit.

use bytes::Bytes;
use mediary_core::{Failure, Hold};
use memmap2::MmapMut;

use super::{FIRST_BYTES, Permit};

/// From this length on a body is kept in a mapping of its own.
const MAPPED_BYTES: usize = 1024 * 1024;

/// Bytes that grow as they arrive, each of them with its permit.
#[derive(Debug)]
pub struct HeldBytes {
    memory: Memory,
    /// Bytes that the permit is for.
    granted: usize,
    permit: Permit,
}

#[derive(Debug)]
enum Memory {
    Buffer(Vec<u8>),
    /// As long as the whole body will be. What has not come takes only addresses: the system gives memory as it is written
    /// to, and in pages of megabytes where it has such, which takes a tenth of the time that small ones do.
    Mapped {
        all: MmapMut,
        length: usize,
    },
}

impl HeldBytes {
    pub(super) fn new(permit: Permit) -> Self {
        Self::of(Vec::new(), permit)
    }

    /// Bytes that are all there.
    pub(super) fn of(bytes: Vec<u8>, permit: Permit) -> Self {
        Self { granted: bytes.capacity(), memory: Memory::Buffer(bytes), permit }
    }

    /// Appends a chunk. The permit doubles; once a quarter of the length that was `announced` is there it is for all of it,
    /// so that no more is reserved than four times what came, and little is copied.
    ///
    /// # Errors
    /// Busy when there is no more room.
    pub fn push(&mut self, chunk: &[u8], announced: Option<u64>) -> Result<(), Failure> {
        let wanted = self.as_ref().len() + chunk.len();
        if wanted > self.granted {
            let announced = announced.and_then(|length| usize::try_from(length).ok()).unwrap_or(usize::MAX);
            let doubled = 2 * self.granted;
            let mut granted = if wanted >= announced / 4 { announced } else { doubled.min(announced) }.max(wanted);
            if self.permit.grow_to((granted as u64).max(FIRST_BYTES)).is_err() {
                granted = wanted;
                self.permit.grow_to(granted as u64)?;
            }
            self.granted = granted;
            let whole = if announced == usize::MAX { granted } else { announced.max(granted) };
            self.memory.make_room(granted, whole);
        }
        self.memory.append(chunk);
        Ok(())
    }

    /// What came, with its permit for as long as any part of it is used.
    #[must_use]
    pub fn finish(self) -> Bytes {
        Bytes::from_owner(self)
    }

    /// The same, and a permit of its own for what will be made of it, which outlives the text.
    ///
    /// # Errors
    /// Busy when there is no more room.
    pub fn finish_beside(mut self, bytes: u64) -> Result<(Bytes, Hold), Failure> {
        let own = self.granted as u64;
        self.permit.grow_to(own.saturating_add(bytes))?;
        let beside = self.permit.split(bytes);
        self.permit.shrink_to(own);
        Ok((Bytes::from_owner(self), beside.hold()))
    }
}

impl Memory {
    /// Room for `granted` bytes of a body that will be `whole`.
    fn make_room(&mut self, granted: usize, whole: usize) {
        match self {
            Self::Mapped { all, .. } if granted <= all.len() => {}
            Self::Buffer(bytes) if granted < MAPPED_BYTES => bytes.reserve_exact(granted - bytes.len()),
            _ => match mapping(whole) {
                Some(mut all) => {
                    let so_far = self.as_ref();
                    let length = so_far.len();
                    all[..length].copy_from_slice(so_far);
                    *self = Self::Mapped { all, length };
                }
                // Where no more addresses are to be had, the allocator may still have memory.
                None => {
                    let mut bytes = Vec::with_capacity(granted);
                    bytes.extend_from_slice(self.as_ref());
                    *self = Self::Buffer(bytes);
                }
            },
        }
    }

    fn append(&mut self, chunk: &[u8]) {
        match self {
            Self::Buffer(bytes) => bytes.extend_from_slice(chunk),
            Self::Mapped { all, length } => {
                let end = *length + chunk.len();
                all[*length..end].copy_from_slice(chunk);
                *length = end;
            }
        }
    }
}

/// Addresses for so many bytes.
fn mapping(bytes: usize) -> Option<MmapMut> {
    let all = MmapMut::map_anon(bytes).ok()?;
    // Systems without large pages give small ones.
    #[cfg(target_os = "linux")]
    let _advised = all.advise(memmap2::Advice::HugePage);
    Some(all)
}

impl AsRef<[u8]> for Memory {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Buffer(bytes) => bytes,
            Self::Mapped { all, length } => &all[..*length],
        }
    }
}

impl AsRef<[u8]> for HeldBytes {
    fn as_ref(&self) -> &[u8] {
        self.memory.as_ref()
    }
}

impl AsMut<[u8]> for HeldBytes {
    fn as_mut(&mut self) -> &mut [u8] {
        match &mut self.memory {
            Memory::Buffer(bytes) => bytes,
            Memory::Mapped { all, length } => &mut all[..*length],
        }
    }
}
