//! Reading an answer that is one body, whatever its task: all of it is one frame, and there has to be exactly one.

use mediary_core::Failure;
use mediary_core::task::{ReplyEvent, ReplyFrame};

use crate::blame::{broken_off, garbled};
use crate::{Frame, Reader};

/// A reader that hands the body to `read`.
pub(crate) fn reader<F>(read: F) -> Box<dyn Reader>
where
    F: FnMut(&[u8], &mut Vec<ReplyEvent>) -> Result<(), Failure> + Send + 'static,
{
    Box::new(Whole { read, is_read: false })
}

struct Whole<F> {
    read: F,
    is_read: bool,
}

impl<F> Reader for Whole<F>
where
    F: FnMut(&[u8], &mut Vec<ReplyEvent>) -> Result<(), Failure> + Send,
{
    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure> {
        if std::mem::replace(&mut self.is_read, true) {
            return Err(garbled("it came in several pieces"));
        }
        (self.read)(frame.data, &mut into.events)
    }

    fn end(&mut self, _into: &mut ReplyFrame) -> Result<(), Failure> {
        if self.is_read { Ok(()) } else { Err(broken_off()) }
    }

    fn is_complete(&self) -> bool {
        self.is_read
    }
}
