//! The least that handing on a body can cost: copying it twice through loopback, one copy after the other.
//!
//! Blocking sockets and a thread at the other end; each copy ends when the other side has all of it and has said so.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use crate::measured::micros;

const BUFFER_BYTES: usize = 256 * 1024;

/// Copies so many bytes twice, so many times over.
pub fn twice(bytes: usize, times: usize) -> io::Result<Value> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut near = TcpStream::connect(listener.local_addr()?)?;
    let (far, _) = listener.accept()?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let body = vec![b'A'; bytes];
    let mut taken = Vec::new();
    let receiver = thread::spawn(move || receive(far, bytes));
    // The first does not count.
    for _ in 0..=times {
        let begin = Instant::now();
        for _ in 0..2 {
            near.write_all(&body)?;
            near.read_exact(&mut [0])?;
        }
        taken.push(begin.elapsed());
    }
    drop(near);
    receiver.join().map_err(|_| io::Error::other("the receiver panicked"))?;
    Ok(json!({ "times": micros(taken.split_off(1)) }))
}

/// Answers each whole body with one byte, until the connection ends.
fn receive(mut connection: TcpStream, bytes: usize) {
    let (mut buffer, mut left) = (vec![0; BUFFER_BYTES], bytes);
    while let Ok(read) = connection.read(&mut buffer) {
        if read == 0 {
            return;
        }
        left -= read;
        if left == 0 {
            left = bytes;
            if connection.write_all(&[1]).is_err() {
                return;
            }
        }
    }
}
