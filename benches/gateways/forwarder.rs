//! The bare forwarder: axum in front, reqwest behind, nothing in between. What any gateway made of these must cost.
//!
//! `forwarder BASE_URL` listens on a free port and prints it.

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Response, StatusCode};
use axum::serve::ListenerExt;
use axum::{Router, routing::post};
use reqwest::Client;

#[tokio::main]
async fn main() {
    let base_url = std::env::args().nth(1).expect("usage: forwarder BASE_URL");
    let app = Router::new()
        .route("/v1/chat/completions", post(forward))
        .layer(DefaultBodyLimit::disable())
        .with_state((Client::new(), format!("{base_url}/chat/completions")));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    println!("{}", listener.local_addr().expect("it is bound").port());
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    axum::serve(listener, app).await.expect("serving only ends with the process");
}

async fn forward(
    State((client, url)): State<(Client, String)>,
    body: Bytes,
) -> Result<Response<Body>, (StatusCode, String)> {
    let call = client.post(url).header(CONTENT_TYPE, "application/json").header(AUTHORIZATION, "Bearer bench-provider");
    let answer = call.body(body).send().await.map_err(|error| (StatusCode::BAD_GATEWAY, error.to_string()))?;
    Ok(Response::from(answer).map(Body::new))
}
