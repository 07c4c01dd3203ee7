//! One kept connection that posts the same body again and again.
//!
//! Opened anew when the other side has closed it, as peers do after a while; how often is counted.

use std::io;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::arguments::Arguments;

/// The connection.
pub struct Client<'a> {
    arguments: &'a Arguments,
    sender: SendRequest<Full<Bytes>>,
    /// How often the connection had to be opened anew.
    pub reopened: usize,
}

impl<'a> Client<'a> {
    /// Connects.
    pub async fn connect(arguments: &'a Arguments) -> Result<Self, String> {
        let sender = open(&arguments.address).await?;
        Ok(Self { arguments, sender, reopened: 0 })
    }

    /// Posts the body and waits for the head of a 200.
    pub async fn post(&mut self) -> Result<Response<Incoming>, String> {
        if self.sender.ready().await.is_err() {
            self.sender = open(&self.arguments.address).await?;
            self.reopened += 1;
        }
        let mut request = Request::post(&self.arguments.path)
            .header("host", &self.arguments.address)
            .header("content-type", "application/json");
        for (name, value) in &self.arguments.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(self.arguments.body.clone())).map_err(|error| error.to_string())?;
        let answer = self.sender.send_request(request).await.map_err(|error| format!("no answer: {error}"))?;
        let status = answer.status();
        if status == StatusCode::OK {
            return Ok(answer);
        }
        let said = answer.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        let said: String = String::from_utf8_lossy(&said).chars().take(500).collect();
        Err(format!("status {status}: {said}"))
    }
}

#[expect(clippy::disallowed_methods, reason = "the connection's driver ends with the connection, and with the process")]
async fn open(address: &str) -> Result<SendRequest<Full<Bytes>>, String> {
    let opened = async {
        let connection = TcpStream::connect(address).await?;
        connection.set_nodelay(true)?;
        io::Result::Ok(connection)
    };
    let connection = opened.await.map_err(|error| format!("{address}: {error}"))?;
    let (sender, driver) = handshake(TokioIo::new(connection)).await.map_err(|error| error.to_string())?;
    tokio::spawn(driver);
    Ok(sender)
}
