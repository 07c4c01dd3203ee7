//! The lines of a batch's file are looked at, all of them, before any is sent: what is wrong with them is told line by line.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use mediary_core::{Failure, FailureKind};
use mediary_store::NewLine;
use tokio::sync::mpsc;

use super::super::{NoFile, blocking};
use super::door::Door;
use super::record::LineFault;
use super::requests::{LINES_AT_ONCE, failed, not_kept};
use super::{Batch, Batches};

/// More faults say no more.
const MOST_FAULTS: usize = 100;
/// The most bytes of a line.
const MOST_LINE_BYTES: u64 = 64 << 20;

impl Batches {
    /// Takes in the lines of a batch's file. Gives how many there are, or what is wrong with them.
    pub(super) async fn take_in(
        &self,
        batch: &Batch,
        owner: &[u8],
        door: &Arc<dyn Door>,
    ) -> Result<Result<i64, Vec<LineFault>>, Failure> {
        // A process before may have begun.
        self.kept.drop_lines(&batch.id).await.map_err(not_kept)?;
        let Some(file) = &batch.asked.input_file else {
            let fault = "the server stopped while it took in the requests of this batch; send them again";
            return Ok(Err(vec![LineFault::new("not_taken_in", fault)]));
        };
        let found = match self.files().open(file, owner).await {
            Ok((_, found)) => found,
            Err(NoFile::Failed(Failure { kind: FailureKind::Lost, .. }) | NoFile::Unknown) => {
                let fault = LineFault::new(
                    "file_not_found",
                    "the file of this batch was removed before it was read, or its bytes are gone; send it again",
                );
                return Ok(Err(vec![fault.about("input_file_id")]));
            }
            Err(error) => return Err(failed(error)),
        };
        let (send, mut taken) = mpsc::channel::<Vec<NewLine>>(2);
        let (door, endpoint, most) = (door.clone(), batch.asked.endpoint.clone(), self.settings.lines);
        let reading = blocking::run(move || {
            let mut reader = Lines::of(found.stored.reader, &*door, &endpoint, most);
            reader.read_all(|lines| send.blocking_send(lines).is_ok());
            Ok(if reader.faults.is_empty() { Ok(reader.count) } else { Err(reader.faults) })
        });
        let kept = &self.kept;
        // What takes them goes where that fails, or what reads would wait for ever.
        let writing = async move {
            while let Some(lines) = taken.recv().await {
                kept.add_lines(&batch.id, lines).await.map_err(not_kept)?;
            }
            Ok::<(), Failure>(())
        };
        let (read, written) = tokio::join!(reading, writing);
        let (read, ()) = (read?, written?);
        if read.is_err() {
            self.kept.drop_lines(&batch.id).await.map_err(not_kept)?;
        }
        Ok(read)
    }
}

/// A file that is read line by line.
struct Lines<'a, R> {
    reader: BufReader<R>,
    door: &'a dyn Door,
    endpoint: &'a str,
    most: u32,
    /// Those that ask something.
    count: i64,
    faults: Vec<LineFault>,
    names: HashSet<String>,
}

impl<'a, R: Read> Lines<'a, R> {
    fn of(reader: R, door: &'a dyn Door, endpoint: &'a str, most: u32) -> Self {
        let reader = BufReader::with_capacity(1 << 20, reader);
        Self { reader, door, endpoint, most, count: 0, faults: Vec::new(), names: HashSet::new() }
    }

    /// Reads to the end, or until there is no use in more; hands lines over in bundles, until there is a fault.
    fn read_all(&mut self, mut hand_over: impl FnMut(Vec<NewLine>) -> bool) {
        let (mut text, mut bundle) = (Vec::new(), Vec::new());
        for number in 1_i64.. {
            text.clear();
            match self.reader.by_ref().take(MOST_LINE_BYTES).read_until(b'\n', &mut text) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    self.faults.push(LineFault::new("unreadable_file", format!("the file cannot be read: {error}")));
                    break;
                }
            }
            match self.read_line(number, &text) {
                Ok(None) => {}
                Ok(Some(line)) => bundle.push(line),
                Err(fault) => self.faults.push(LineFault { line: Some(number), ..fault }),
            }
            if self.faults.len() >= MOST_FAULTS || self.faults.iter().any(|fault| fault.code == "too_many_lines") {
                break;
            }
            if bundle.len() == LINES_AT_ONCE && self.faults.is_empty() && !hand_over(std::mem::take(&mut bundle)) {
                break;
            }
            if !self.faults.is_empty() {
                bundle.clear();
            }
        }
        if self.count == 0 && self.faults.is_empty() {
            self.faults.push(LineFault::new("empty_file", "the file has no lines; write a JSON object in each"));
        }
        if self.faults.is_empty() && !bundle.is_empty() {
            hand_over(bundle);
        }
    }

    fn read_line(&mut self, number: i64, text: &[u8]) -> Result<Option<NewLine>, LineFault> {
        if text.len() as u64 == MOST_LINE_BYTES && !text.ends_with(b"\n") {
            let message = format!("the line has more than {MOST_LINE_BYTES} bytes; put its media into /v1/files");
            return Err(LineFault::new("line_too_long", message));
        }
        let text =
            std::str::from_utf8(text).map_err(|_| LineFault::new("invalid_json_line", "the line is no UTF-8"))?;
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Ok(None);
        }
        self.count += 1;
        if self.count > i64::from(self.most) {
            let message = format!("there are more than {} lines; make several batches of them", self.most);
            return Err(LineFault::new("too_many_lines", message));
        }
        let read = self.door.read_line(self.endpoint, text)?;
        if !self.names.insert(read.custom_id.clone()) {
            let shown: String = read.custom_id.chars().take(64).collect();
            let message = format!("`custom_id` `{shown}` stands in a line before; each line needs one of its own");
            return Err(LineFault::new("duplicate_custom_id", message).about("custom_id"));
        }
        Ok(Some(NewLine { number, custom_id: read.custom_id, body: read.body }))
    }
}

#[cfg(test)]
mod tests {
    use mediary_core::provider::BoxFuture;
    use mediary_store::BatchKind;

    use super::super::door::{LineAnswer, LineCall, ReadLine};
    use super::super::record::LineOutcome;
    use super::*;

    /// Takes words for lines, and `bad` for a fault.
    #[derive(Debug)]
    struct Words;

    impl Door for Words {
        fn answer(&self, _call: LineCall) -> BoxFuture<'static, LineAnswer> {
            unreachable!("nothing is answered while lines are read")
        }

        fn read_line(&self, endpoint: &str, text: &str) -> Result<ReadLine, LineFault> {
            match text {
                "bad" => Err(LineFault::new("bad", "it is bad")),
                _ => Ok(ReadLine { custom_id: text.to_owned(), body: endpoint.to_owned() }),
            }
        }

        fn written(&self, _kind: BatchKind, _id: &str, _custom_id: &str, _outcome: &LineOutcome) -> String {
            unreachable!("nothing is written while lines are read")
        }
    }

    fn read(text: &str, most: u32) -> (Vec<i64>, Vec<(String, Option<i64>)>) {
        let mut lines = Lines::of(text.as_bytes(), &Words, "/v1/x", most);
        let mut numbers = Vec::new();
        lines.read_all(|some| {
            numbers.extend(some.into_iter().map(|line| line.number));
            true
        });
        (numbers, lines.faults.into_iter().map(|fault| (fault.code, fault.line)).collect())
    }

    #[test]
    fn faults_name_their_lines_and_empty_lines_count_in_numbers_alone() {
        assert_eq!(read("\u{feff}a\n\n b \r\nc", 9), (vec![1, 3, 4], vec![]));
        let fault = |code: &str, line| (code.to_owned(), line);
        assert_eq!(
            read("a\nbad\na\nb\nbad", 9).1,
            [fault("bad", Some(2)), fault("duplicate_custom_id", Some(3)), fault("bad", Some(5))]
        );
        assert_eq!(read(" \n\n", 9).1, [fault("empty_file", None)]);
        assert_eq!(read("a\nb\nc\nbad", 2).1, [fault("too_many_lines", Some(3))]);
        assert_eq!(read(&"bad\n".repeat(1_000), 9_999).1.len(), MOST_FAULTS);
        let many: String = (0..1_000).map(|number| format!("{number}\n")).collect();
        assert_eq!(read(&many, 1_000).0.len(), 1_000);
    }
}
