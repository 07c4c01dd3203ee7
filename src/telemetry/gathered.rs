//! Log lines on their way out, gathered for a moment and written together.
//!
//! A busy server logs thousands of lines a second, and to write each by itself costs its request more than all that is
//! done to make the line. A thread writes what has gathered; warnings and errors go at once, with what came before
//! them. The [`Log`] is dropped at the end of the process, which writes the rest. `logs` sets it up.
//!
//! tracing-appender does the same with a message for each line, which wakes its thread. With it and the subscriber's own
//! JSON in the place of this and of `json_lines`, a quiet machine gets through 0.92 × and 0.945 × as many small chats
//! (100 and 80 paired rounds), each of which takes 1.1 × the processor time; `benches/README.md` says how to repeat that.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// So long lines gather after the first of them.
const MOMENT: Duration = Duration::from_millis(5);
/// With so much gathered, the thread that logs writes it: nothing is lost, and memory stays bounded.
const MOST_BYTES: usize = 256 * 1024;

/// A log that is written to. Dropping it writes what has gathered.
#[must_use = "what has gathered is written when this is dropped"]
pub struct Log(Arc<Gathered>);

impl Log {
    /// Starts the thread that writes to `out`.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(super) fn start(out: impl Write + Send + 'static) -> io::Result<Self> {
        let (lines, more) = (Mutex::default(), Condvar::new());
        let gathered = Arc::new(Gathered { lines, more, out: Mutex::new(Box::new(out)) });
        let writer = gathered.clone();
        thread::Builder::new().name("log".to_owned()).spawn(move || writer.keep_writing())?;
        Ok(Self(gathered))
    }

    /// What makes lines and hands them over.
    pub(super) fn lines(&self) -> Lines {
        Lines(self.0.clone())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        held(&self.0.lines).is_closed = true;
        self.0.more.notify_one();
        self.0.write_out();
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Log")
    }
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    is_closed: bool,
}

struct Gathered {
    lines: Mutex<Waiting>,
    /// There are lines where there were none, or there will be no more.
    more: Condvar,
    out: Mutex<Box<dyn Write + Send>>,
}

/// Lines are appended whole, so what a panic left behind is sound.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Gathered {
    fn keep_writing(&self) {
        loop {
            let is_idle = |waiting: &mut Waiting| waiting.bytes.is_empty() && !waiting.is_closed;
            let waiting = self.more.wait_while(held(&self.lines), is_idle).unwrap_or_else(PoisonError::into_inner);
            let waited = self.more.wait_timeout_while(waiting, MOMENT, |waiting| !waiting.is_closed);
            let (waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
            // The thread that closes the log writes the rest.
            if waiting.is_closed {
                return;
            }
            drop(waiting);
            self.write_out();
        }
    }

    /// Writes what has gathered. The output is held first, so that lines keep their order.
    fn write_out(&self) {
        let mut out = held(&self.out);
        let bytes = std::mem::take(&mut held(&self.lines).bytes);
        // A log that cannot be read any more, such as a closed pipe, must not end a server.
        drop(out.write_all(&bytes).and_then(|()| out.flush()));
    }

    fn push(&self, line: &[u8], is_urgent: bool) {
        let mut waiting = held(&self.lines);
        let was_empty = waiting.bytes.is_empty();
        waiting.bytes.extend_from_slice(line);
        let is_too_much = waiting.bytes.len() >= MOST_BYTES;
        let is_closed = waiting.is_closed;
        drop(waiting);
        if is_urgent || is_too_much || is_closed {
            self.write_out();
        } else if was_empty {
            self.more.notify_one();
        }
    }
}

/// Where lines are handed over.
#[derive(Clone)]
pub(super) struct Lines(Arc<Gathered>);

/// One line's way.
pub(super) struct Line<'l> {
    gathered: &'l Gathered,
    is_urgent: bool,
}

impl<'l> MakeWriter<'l> for Lines {
    type Writer = Line<'l>;

    fn make_writer(&'l self) -> Line<'l> {
        Line { gathered: &self.0, is_urgent: false }
    }

    fn make_writer_for(&'l self, metadata: &Metadata<'_>) -> Line<'l> {
        Line { gathered: &self.0, is_urgent: *metadata.level() <= Level::WARN }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.gathered.push(line, self.is_urgent);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// Each write as a message.
    struct Sent(Sender<String>);

    impl Write for Sent {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if !bytes.is_empty() {
                self.0.send(String::from_utf8_lossy(bytes).into_owned()).map_err(io::Error::other)?;
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_come_in_order_and_none_is_lost() {
        let (sender, written) = channel();
        let log = Log::start(Sent(sender)).unwrap();
        let gathered = log.0.clone();
        gathered.push(b"one\n", false);
        assert_eq!(written.recv().unwrap(), "one\n");
        gathered.push(b"two\n", false);
        gathered.push(b"three\n", true);
        let mut text = String::new();
        while text.len() < "two\nthree\n".len() {
            text += &written.recv().unwrap();
        }
        assert_eq!(text, "two\nthree\n");
        gathered.push(b"four\n", false);
        drop(log);
        gathered.push(b"five\n", false);
        drop(gathered);
        assert_eq!(written.iter().collect::<String>(), "four\nfive\n");
    }

    #[test]
    fn what_is_urgent_or_too_much_is_written_before_its_line_is_handed_over() {
        let (sender, written) = channel();
        let log = Log::start(Sent(sender)).unwrap();
        log.0.push(b"urgent\n", true);
        assert_eq!(written.try_recv().unwrap(), "urgent\n");
        log.0.push(&[b'x'; MOST_BYTES], false);
        assert_eq!(written.try_iter().map(|text| text.len()).sum::<usize>(), MOST_BYTES);
    }
}
