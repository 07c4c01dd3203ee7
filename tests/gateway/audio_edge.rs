//! Speech by the read-aloud voices of Edge, whose service is played by a WebSocket server on loopback.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use mediary_core::MediaFormat;
use serde_json::{Value, json};
use tungstenite::handshake::server::{ErrorResponse, Request as Handshake, Response};
use tungstenite::{Message, accept_hdr};

use super::audio_speech::{SAMPLES, format_of, mouth, speaks, spoken, wave};
use super::chat_talk::{over, with_providers};
use super::client::Request;
use super::server::wait_until;
use super::upstream::Upstream;

/// A conversation as the service saw it.
#[derive(Debug, Clone)]
struct Talked {
    query: String,
    headers: Vec<(String, String)>,
    messages: Vec<String>,
}

/// What the service does with a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    Speaks,
    /// Ends its turn without a sound.
    IsSilent,
    /// Closes after the first half of the sound.
    BreaksOff,
    /// Refuses so many handshakes, by a clock that is a day ahead.
    Refuses(usize),
    /// Sends a piece shorter than its own header.
    Garbles,
}

struct Service {
    address: SocketAddr,
    talked: Arc<Mutex<Vec<Talked>>>,
    refused: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// A day ahead of this moment, as a header writes it.
fn tomorrow() -> String {
    httpdate::fmt_http_date(std::time::SystemTime::now() + std::time::Duration::from_secs(86_400))
}

fn piece(sound: &[u8]) -> Message {
    let head = b"X-RequestId:a\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n";
    let length = u16::try_from(head.len()).expect("a header is short").to_be_bytes();
    Message::binary([&length, head.as_slice(), sound].concat())
}

fn serve(stream: TcpStream, habit: Habit, talked: &Mutex<Vec<Talked>>, refused: &AtomicUsize) {
    let mut seen = Talked { query: String::new(), headers: Vec::new(), messages: Vec::new() };
    #[expect(clippy::result_large_err, reason = "the other crate's own shape")]
    let judge = |request: &Handshake, response: Response| {
        seen.query = request.uri().to_string();
        seen.headers = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        match habit {
            Habit::Refuses(times) if refused.fetch_add(1, Ordering::SeqCst) < times => {
                let mut refusal = ErrorResponse::new(None);
                *refusal.status_mut() = tungstenite::http::StatusCode::FORBIDDEN;
                refusal.headers_mut().insert("date", tomorrow().parse().expect("a date is a header"));
                Err(refusal)
            }
            _ => Ok(response),
        }
    };
    let Ok(mut socket) = accept_hdr(stream, judge) else {
        talked.lock().expect("no thread panicked").push(seen);
        return;
    };
    while seen.messages.len() < 2 {
        match socket.read() {
            Ok(Message::Text(text)) => seen.messages.push(text.to_string()),
            Ok(_) => {}
            Err(_) => return,
        }
    }
    talked.lock().expect("no thread panicked").push(seen);
    let sound = wave(SAMPLES, true).into_bytes();
    let (first, second) = sound.split_at(sound.len() / 2);
    let turn = |name: &str| Message::text(format!("X-RequestId:a\r\nPath:{name}\r\n\r\n{{}}"));
    let said = match habit {
        Habit::Speaks | Habit::Refuses(_) => {
            vec![turn("turn.start"), piece(first), turn("audio.metadata"), piece(second), piece(b""), turn("turn.end")]
        }
        Habit::IsSilent => vec![turn("turn.start"), turn("turn.end")],
        Habit::BreaksOff => vec![turn("turn.start"), piece(&first[..40])],
        Habit::Garbles => vec![turn("turn.start"), Message::binary(b"\xff\xff".to_vec())],
    };
    for message in said {
        drop(socket.send(message));
    }
    drop(socket.close(None));
    // Until the other side has closed as well.
    while socket.read().is_ok() {}
}

impl Service {
    fn with(habit: Habit) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let (talked, refused) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let ends = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let (talked, refused, ends) = (talked.clone(), refused.clone(), ends.clone());
            move || {
                for stream in listener.incoming() {
                    if ends.load(Ordering::Relaxed) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let (talked, refused) = (talked.clone(), refused.clone());
                    std::thread::spawn(move || serve(stream, habit, &talked, &refused));
                }
            }
        });
        Self { address, talked, refused, ends, thread: Some(thread) }
    }

    /// Its entry, as an operator writes it who wants these voices.
    fn entry(&self, fields: Value) -> Value {
        over(json!({ "id": "edge", "base_url": format!("http://{}/readaloud", self.address) }), fields)
    }

    fn talked(&self) -> Vec<Talked> {
        self.talked.lock().expect("no thread panicked").clone()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[test]
fn the_voices_are_off_until_they_are_configured() {
    let server = with_providers(&[]);
    let listed = |server: &super::server::TestServer| {
        let voices = Request::new("GET", "/v1/audio/voices").send(server).ok();
        voices["data"].as_array().unwrap().iter().any(|voice| voice["model"] == "edge/read-aloud")
    };
    assert!(!listed(&server));
    let answer = spoken(&server, json!({ "model": "edge/read-aloud" }));
    assert_eq!(answer.status, 404, "{answer}");
    let service = Service::with(Habit::Speaks);
    let server = with_providers(&[service.entry(json!({}))]);
    assert!(listed(&server));
    let voices = Request::new("GET", "/v1/audio/voices").send(&server).ok();
    let elvira = voices["data"].as_array().unwrap().iter().find(|voice| voice["id"] == "es-ES-ElviraNeural").unwrap();
    assert_eq!((&elvira["language"], &elvira["gender"]), (&json!("es-ES"), &json!("female")));
}

#[test]
fn a_text_is_read_aloud_over_a_socket() {
    let service = Service::with(Habit::Speaks);
    let quirks = json!({ "client_version": "1-150.0.1.2" });
    let server = with_providers(&[service.entry(json!({ "quirks": quirks }))]);
    let answer = spoken(&server, json!({ "model": "edge/read-aloud", "response_format": "flac", "speed": 1.5 }));
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(format_of(&answer.body), MediaFormat::Flac);
    wait_until("it has spoken", || !service.talked().is_empty());
    let talked = service.talked();
    let Talked { query, headers, messages } = &talked[0];
    assert!(query.starts_with("/readaloud/edge/v1?TrustedClientToken="), "{query}");
    assert!(query.contains("&Sec-MS-GEC=") && query.ends_with("&Sec-MS-GEC-Version=1-150.0.1.2"), "{query}");
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap();
    assert!(header("user-agent").ends_with("Edg/150.0.0.0") && header("origin").starts_with("chrome-extension://"));
    assert!(header("cookie").starts_with("muid=") && header("cookie").len() == 38);
    assert!(messages[0].contains("Path:speech.config"), "{messages:?}");
    // OpenAI's voice became one of theirs, and the pace is theirs.
    assert!(
        messages[1].contains("(en-US, EmmaMultilingualNeural)") && messages[1].contains("rate='+50%'"),
        "{messages:?}"
    );
}

#[test]
fn a_voice_speaks_the_language_of_the_text_and_a_long_text_is_one_sound() {
    let service = Service::with(Habit::Speaks);
    let server = with_providers(&[service.entry(json!({}))]);
    let text = "Hoy hace mucho frío en la ciudad y nadie quiere salir a la calle. ".repeat(100);
    let wanted = json!({ "model": "edge/read-aloud", "input": text, "voice": "coral", "response_format": "pcm" });
    let answer = spoken(&server, wanted);
    assert_eq!(answer.status, 200, "{answer}");
    // The service notes a conversation when it has ended, after its last sound has left.
    wait_until("the text is read in two pieces", || service.talked().len() >= 2);
    let talked = service.talked();
    assert_eq!(talked.len(), 2);
    for Talked { messages, .. } in &talked {
        assert!(messages[1].contains("Multilingual") || messages[1].contains("(es-"), "{}", messages[1]);
    }
    let ids: Vec<&str> = talked.iter().map(|talked| talked.query.split("ConnectionId=").nth(1).unwrap()).collect();
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn a_clock_that_differs_is_set_by_the_services_own_and_asked_once_more() {
    let service = Service::with(Habit::Refuses(1));
    let server = with_providers(&[service.entry(json!({}))]);
    assert_eq!(spoken(&server, json!({ "model": "edge/read-aloud" })).status, 200);
    let token = |talked: &Talked| talked.query.split("Sec-MS-GEC=").nth(1).unwrap()[..64].to_owned();
    wait_until("it was asked twice", || service.talked().len() >= 2);
    let talked = service.talked();
    assert_eq!(talked.len(), 2);
    assert_ne!(token(&talked[0]), token(&talked[1]), "of another day");
    // The next call goes by that clock at once.
    assert_eq!(spoken(&server, json!({ "model": "edge/read-aloud" })).status, 200);
    assert_eq!(service.refused.load(Ordering::SeqCst), 3);
}

#[test]
fn a_service_that_fails_is_followed_by_the_next_target() {
    for habit in [Habit::IsSilent, Habit::BreaksOff, Habit::Garbles, Habit::Refuses(9)] {
        let service = Service::with(habit);
        let second = Upstream::doing([speaks("audio/wav", wave(SAMPLES, true))]);
        let server = with_providers(&[service.entry(json!({})), mouth(&second, "second", json!({}))]);
        let answer = spoken(&server, json!({ "response_format": "wav" }));
        assert_eq!((answer.status, answer.header("x-routed-via")), (200, Some("second/m")), "{habit:?} {answer}");
        assert!(!service.talked().is_empty(), "{habit:?}");
    }
}
