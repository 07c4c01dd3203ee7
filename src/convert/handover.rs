//! An open file handed from the server to a worker: the descriptor travels with a message over the worker's standard
//! input, which is a socket. So a document needs no name that the worker could find it by.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read, Stdin};
use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;

use rustix::cmsg_space;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};
use tokio::io::{AsyncWriteExt, Interest};
use tokio::net::UnixStream;

/// Sends a message with an open file.
pub(crate) async fn send(socket: &mut UnixStream, message: &[u8], file: BorrowedFd<'_>) -> io::Result<()> {
    let sent = socket.async_io(Interest::WRITABLE, || {
        let files = [file];
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        control.push(SendAncillaryMessage::ScmRights(&files));
        Ok(sendmsg(&*socket, &[IoSlice::new(message)], &mut control, SendFlags::empty())?)
    });
    let sent = sent.await?;
    socket.write_all(&message[sent..]).await
}

/// The worker's end: bytes, and beside them the files that came with them.
#[derive(Debug)]
pub(crate) struct Handed {
    socket: Stdin,
    files: VecDeque<File>,
}

impl Handed {
    pub(crate) fn new(socket: Stdin) -> Self {
        Self { socket, files: VecDeque::new() }
    }

    /// The first file that was not taken yet.
    pub(crate) fn take_file(&mut self) -> Option<File> {
        self.files.pop_front()
    }
}

impl Read for Handed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let message = recvmsg(&self.socket, &mut [IoSliceMut::new(buffer)], &mut control, RecvFlags::CMSG_CLOEXEC)?;
        for attached in control.drain() {
            if let RecvAncillaryMessage::ScmRights(files) = attached {
                self.files.extend(files.map(File::from));
            }
        }
        Ok(message.bytes)
    }
}
