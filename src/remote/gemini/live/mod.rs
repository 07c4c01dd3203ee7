//! Live conversations in Gemini's Live API: turns of sound, told apart by the session.
//!
//! The provider's own detection of turns is switched off: the session says when the person begins and ends, so that the
//! client is told so as well. Source: Google's reference of the Live API, 2026-08.

mod heard;
mod said;

use std::collections::VecDeque;

use http::Method;
use mediary_core::Failure;
use mediary_core::live::{LiveForm, LiveHeard, LiveSaid, LiveSettings, LiveSetup, LiveToken};
use serde_json::{Value, json};

use crate::blame;
use crate::live::{LiveDialect, LiveWire, TokenCall};

const SERVICE: &str = "google.ai.generativelanguage";
/// So long a conversation may go on that was begun with a token.
const GOES_ON_SECONDS: u64 = 1_800;

/// Google's.
#[derive(Debug)]
pub(super) struct Live;

impl LiveDialect for Live {
    fn form(&self) -> LiveForm {
        LiveForm::Turns
    }

    fn address(&self, base_url: &str, _model: &str) -> String {
        let (root, version) = parted(base_url);
        format!("{root}/ws/{SERVICE}.{version}.GenerativeService.BidiGenerateContent")
    }

    fn wire(&self, setup: LiveSetup) -> Box<dyn LiveWire> {
        Box::new(Conversation { setup, is_ready: false })
    }

    fn token(&self, base_url: &str, model: &str, settings: &LiveSettings, (_, begins_by): (u64, u64)) -> TokenCall {
        let setup = LiveSetup {
            model: model.to_owned(),
            instructions: settings.instructions.clone(),
            voice: settings.voice.clone(),
            aloud: settings.aloud,
            tools: settings.tools.clone(),
            temperature: settings.temperature,
            max_tokens: settings.max_tokens,
            history: Vec::new(),
        };
        // With such a token there is no session of ours that tells turns apart: the provider does.
        let detection = if settings.turns.is_some() { said::Detection::Theirs } else { said::Detection::Ours };
        let body = json!({
            "uses": 1,
            "expireTime": said::time(begins_by + GOES_ON_SECONDS),
            "newSessionExpireTime": said::time(begins_by),
            "bidiGenerateContentSetup": said::setup(&setup, detection),
        });
        let (root, _) = parted(base_url);
        TokenCall {
            method: Method::POST,
            address: format!("{root}/v1alpha/auth_tokens"),
            body: body.to_string().into(),
        }
    }

    fn token_of(&self, body: &[u8], base_url: &str, _model: &str, until: (u64, u64)) -> Result<LiveToken, Failure> {
        let told: Value = serde_json::from_slice(body).map_err(blame::shapeless)?;
        let value = told["name"].as_str().ok_or_else(|| blame::garbled("it is no token"))?;
        let (root, _) = parted(base_url);
        let root = root.replacen("http", "ws", 1);
        let connect_url = format!(
            "{root}/ws/{SERVICE}.v1alpha.GenerativeService.BidiGenerateContentConstrained?access_token={value}"
        );
        Ok(LiveToken { value: value.to_owned(), expires_at: until.1, connect_url, session: None })
    }
}

/// An address without the version at its end, and that version.
fn parted(base_url: &str) -> (&str, &str) {
    match base_url.rsplit_once('/') {
        Some((root, version)) if version.starts_with('v') && version[1..].starts_with(|c: char| c.is_ascii_digit()) => {
            (root, version)
        }
        _ => (base_url, "v1beta"),
    }
}

/// A conversation.
#[derive(Debug)]
struct Conversation {
    setup: LiveSetup,
    is_ready: bool,
}

impl LiveWire for Conversation {
    fn opening(&mut self) -> Vec<String> {
        vec![json!({ "setup": said::setup(&self.setup, said::Detection::Ours) }).to_string()]
    }

    fn is_ready(&self) -> bool {
        self.is_ready
    }

    fn say(&mut self, said: LiveSaid) -> Vec<String> {
        said::written(said).map(|message| message.to_string()).into_iter().collect()
    }

    fn hear(&mut self, message: &str, heard: &mut VecDeque<LiveHeard>) -> Result<(), Failure> {
        let message: Value = serde_json::from_str(message).map_err(blame::shapeless)?;
        self.is_ready |= message.get("setupComplete").is_some();
        heard::read(&message, heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediary_core::live::LiveTurn;
    use mediary_core::task::{Role, Tool};

    #[test]
    fn an_address_keeps_its_version() {
        for (base, expected) in [
            (
                "https://h/v1beta",
                "https://h/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent",
            ),
            (
                "http://h:1/x/v1",
                "http://h:1/x/ws/google.ai.generativelanguage.v1.GenerativeService.BidiGenerateContent",
            ),
            ("http://h:1", "http://h:1/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"),
        ] {
            assert_eq!(Live.address(base, "m"), expected);
        }
    }

    #[test]
    fn a_setup_says_everything_that_is_wanted() {
        let tool = Tool { name: "f".to_owned(), parameters: Some(json!({"type": "object"})), ..Tool::default() };
        let setup = LiveSetup {
            model: "gemini-live".to_owned(),
            instructions: "Be brief.".to_owned(),
            voice: Some("Kore".to_owned()),
            aloud: true,
            tools: vec![tool],
            temperature: Some(0.5),
            max_tokens: Some(100),
            history: vec![LiveTurn { role: Role::User, text: "hello".to_owned() }],
        };
        let opening = Live.wire(setup).opening();
        insta::assert_json_snapshot!(serde_json::from_str::<Value>(&opening[0]).unwrap());
    }

    #[test]
    fn a_token_opens_what_was_asked_for_and_no_more() {
        let settings = LiveSettings { instructions: "Be brief.".to_owned(), ..LiveSettings::default() };
        let call = Live.token("https://h/v1beta", "m", &settings, (0, 60));
        assert_eq!(call.address, "https://h/v1alpha/auth_tokens");
        let body: Value = serde_json::from_slice(&call.body).unwrap();
        assert_eq!((&body["expireTime"], &body["uses"]), (&json!("1970-01-01T00:31:00Z"), &json!(1)));
        assert_eq!(body["bidiGenerateContentSetup"]["systemInstruction"]["parts"][0]["text"], "Be brief.");
        let token = Live.token_of(br#"{"name":"auth_tokens/abc"}"#, "https://h/v1beta", "m", (5, 1)).unwrap();
        assert!(token.connect_url.starts_with("wss://h/ws/") && token.connect_url.ends_with("=auth_tokens/abc"));
    }
}
