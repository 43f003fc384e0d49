//! What an agent sends, line by line, mended where it is not quite what the protocol says; and its own words for why it
//! would not go on, which the SDK's end of the conversation does not carry.

use crate::{
    mcp::mend,
    words::{cut, say},
};
use agent_client_protocol::v1::schema::{PermissionOption, PromptResponse, SessionNotification};
use assent_protocol::visible::visible;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// ACP's number for "a sign-in is needed first".
const SIGN_IN: i64 = -32000;

/// A conversation as far as it was heard.
#[derive(Default)]
pub struct Heard(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    asked: Vec<(Value, String)>,
    /// Ways to sign in that it offers.
    ways: Vec<String>,
    refused: Option<Refused>,
    reason: Option<String>,
}

struct Refused {
    said: String,
    sign_in: bool,
}

/// How an agent that would not go on is signed in.
pub struct Account<'a> {
    /// Its name here.
    pub name: &'a str,
    /// The folder that is its home.
    pub home: &'a str,
    /// Its program.
    pub program: &'a str,
}

impl Heard {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what is asked of the agent.
    pub fn asks(&self, line: &str) {
        let Ok(message) = serde_json::from_str::<Value>(line) else { return };
        if let (Some(method), false) = (message["method"].as_str(), message["id"].is_null()) {
            self.inner().asked.push((message["id"].clone(), method.to_owned()));
        }
    }

    /// A line as the SDK can read it; none for what says nothing to it.
    pub fn line(&self, line: &str) -> Option<String> {
        let Ok(Value::Object(mut message)) = serde_json::from_str(line.trim_start_matches('\u{feff}')) else {
            return Some(line.to_owned());
        };
        message.insert("jsonrpc".to_owned(), json!("2.0"));
        if let Some(method) = message.get("method").and_then(Value::as_str).map(str::to_owned) {
            message.retain(|key, value| !(value.is_null() && matches!(key.as_str(), "id" | "params")));
            return request(&method, message);
        }
        let error = message.remove("error").filter(|error| !error.is_null());
        let result = message.remove("result");
        if error.is_none() && result.is_none() {
            return None;
        }
        let method = self.answered(&mut message)?;
        match error {
            Some(error) => message.insert("error".to_owned(), self.refuses(error, &method)),
            None => message.insert("result".to_owned(), self.answers(result.unwrap_or_default(), &method)),
        };
        Some(Value::Object(message).to_string())
    }

    // What was asked with this id; without one, the only thing that was.
    fn answered(&self, message: &mut Map<String, Value>) -> Option<String> {
        let mut inner = self.inner();
        let spelt = |id: &Value| id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let at = match message.get("id").filter(|id| !id.is_null()) {
            Some(id) => inner.asked.iter().position(|(asked, _)| spelt(asked) == spelt(id))?,
            None if inner.asked.len() == 1 => 0,
            None => return None,
        };
        let (id, method) = inner.asked.remove(at);
        message.insert("id".to_owned(), id);
        Some(method)
    }

    fn refuses(&self, error: Value, method: &str) -> Value {
        let numbered = error["code"].as_i64();
        let error = mend::error(error, method);
        let more = error["data"].as_str().or_else(|| error["data"]["details"].as_str()).unwrap_or_default();
        let said = format!("{} {more}", mend::words(&error));
        let small = said.to_lowercase();
        let named = ["authent", "sign in", "sign-in", "log in", "login", "logged in", "api key", "unauthorized"];
        let sign_in = numbered == Some(SIGN_IN) && method.starts_with("session/")
            || named.iter().any(|words| small.contains(words));
        self.inner().refused = Some(Refused { said: visible(cut(said.trim(), 300).0), sign_in });
        error
    }

    fn answers(&self, result: Value, method: &str) -> Value {
        let mut result = if let Value::Object(result) = result { result } else { Map::new() };
        match method {
            "initialize" => {
                let version = result.get("protocolVersion").filter(|version| version.is_u64()).cloned();
                result.insert("protocolVersion".to_owned(), version.unwrap_or(json!(1)));
                let ways = result.get("authMethods").and_then(Value::as_array).into_iter().flatten();
                let name = |way: &Value| way["name"].as_str().or_else(|| way["id"].as_str()).map(visible);
                self.inner().ways = ways.filter_map(name).take(5).collect();
            }
            "session/new" => {
                if let Some(number) = result.get("sessionId").filter(|id| id.is_number()).map(Value::to_string) {
                    result.insert("sessionId".to_owned(), json!(number));
                }
            }
            "session/prompt" if !reads::<PromptResponse>(&Value::Object(result.clone())) => {
                let reason = result.get("stopReason").filter(|reason| !reason.is_null()).map(mend::words);
                self.inner().reason = reason.map(|reason| visible(cut(&reason, 100).0));
                result = Map::from_iter([("stopReason".to_owned(), json!("end_turn"))]);
                // Without one it says nothing but that it is done.
            }
            _ => {}
        }
        Value::Object(result)
    }

    /// Why it stopped, where it gave a reason that is not known here.
    pub fn reason(&self) -> Option<String> {
        let inner = self.inner();
        inner.reason.as_ref().map(|reason| say("agents.unknown_reason", &[("reason", reason)]))
    }

    /// Why it would not go on, in its words, and what the user can do.
    pub fn refused(&self, account: &Account) -> Option<String> {
        let inner = self.inner();
        let refused = inner.refused.as_ref()?;
        if !refused.sign_in {
            return Some(say("agents.refused", &[("because", &refused.said)]));
        }
        let ways = inner.ways.join(", ");
        let ways = if ways.is_empty() { String::new() } else { say("agents.sign_in.ways", &[("ways", &ways)]) };
        let values = [("because", refused.said.as_str()), ("ways", &ways), ("name", account.name)];
        Some(say("agents.sign_in", &[&values[..], &[("home", account.home), ("program", account.program)]].concat()))
    }
}

fn reads<T: DeserializeOwned>(value: &Value) -> bool {
    T::deserialize(value).is_ok()
}

fn request(method: &str, mut message: Map<String, Value>) -> Option<String> {
    match method {
        // An update of a kind that is not known yet is nothing that this desk shows.
        "session/update" if !message.get("params").is_some_and(reads::<SessionNotification>) => return None,
        // Of a question that offers more than is known here, what is known can be answered.
        "session/request_permission" => {
            if let Some(Value::Array(options)) = message.get_mut("params").and_then(|params| params.get_mut("options"))
            {
                options.retain(reads::<PermissionOption>);
            }
        }
        _ => {}
    }
    Some(Value::Object(message).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(method: &str, line: &str) -> (Heard, Option<Value>) {
        let heard = Heard::default();
        heard.asks(&json!({"jsonrpc": "2.0", "id": 5, "method": method}).to_string());
        let line = heard.line(line).map(|line| serde_json::from_str(&line).expect("JSON"));
        (heard, line)
    }

    const ACCOUNT: Account<'static> = Account { name: "helper", home: "/data/agents/helper", program: "helper-acp" };

    #[test]
    fn acp_01_a_sign_in_that_is_wanted_is_told_in_its_words_with_the_ways_to_do_it() {
        let hello = r#"{"id":5,"result":{"authMethods":[{"id":"web","name":"Log in on the web"},{"id":"key"}]}}"#;
        for error in [
            r#"{"code":-32000,"message":"Authentication required"}"#,
            r#"{"message":"Please log in first"}"#,
            r#""Authentication required""#,
            r#"{"code":"AUTH","message":"Authentication required"}"#,
            r#"{"code":-32603,"message":"Internal error","data":{"details":"You are not logged in."}}"#,
        ] {
            let (heard, _) = heard("initialize", hello);
            heard.asks(r#"{"id":"6","method":"session/new"}"#);
            heard.line(&format!(r#"{{"id":6,"error":{error}}}"#)).expect("an answer");
            let said = heard.refused(&ACCOUNT).expect("a refusal");
            for part in ["Log in on the web, key", "agents add helper --secret", "HOME=/data/agents/helper helper-acp"]
            {
                assert!(said.contains(part), "{said}");
            }
        }
    }

    #[test]
    fn acp_01_any_other_refusal_is_told_in_its_words() {
        let (heard, _) = heard("session/prompt", r#"{"id":5,"error":{"code":429,"message":"No credit is left"}}"#);
        assert_eq!(heard.refused(&ACCOUNT), Some("The agent would not go on. It says: No credit is left".to_owned()));
    }

    #[test]
    fn acp_01_an_unknown_reason_to_stop_is_told_and_a_missing_one_is_the_end() {
        let (unknown, line) = heard("session/prompt", r#"{"id":5,"result":{"stopReason":"lunch"}}"#);
        assert!(unknown.reason().expect("a reason").contains("lunch"));
        assert_eq!(line.expect("an answer")["result"]["stopReason"], "end_turn");
        for end in
            [r#"{"id":5,"result":{}}"#, r#"{"id":5,"result":null}"#, r#"{"id":"5","result":{"stopReason":null}}"#]
        {
            let (heard, line) = heard("session/prompt", end);
            assert_eq!((heard.reason(), line.expect("an answer")["id"].clone()), (None, json!(5)), "{end}");
        }
        let (known, _) = heard("session/prompt", r#"{"id":5,"result":{"stopReason":"max_tokens"}}"#);
        assert_eq!(known.reason(), None);
    }

    #[test]
    fn acp_01_updates_and_options_that_are_not_known_cost_nothing() {
        let update = |update: &str| {
            format!(r#"{{"jsonrpc":"2.0","method":"session/update","params":{{"sessionId":"s","update":{update}}}}}"#)
        };
        let heard = Heard::default();
        assert_eq!(heard.line(&update(r#"{"sessionUpdate":"mood","value":1}"#)), None);
        assert_eq!(heard.line(&update(r#"{"sessionUpdate":"agent_message_chunk"}"#)), None);
        let said = update(r#"{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"a"}}"#);
        assert_eq!(heard.line(&said), Some(said));
        let ask = r#"{"id":1,"method":"session/request_permission","params":{"options":[{"optionId":"a","name":"A","kind":"for_an_hour"},{"optionId":"b","name":"B","kind":"allow_once"}]}}"#;
        let asked = heard.line(ask).expect("a question");
        assert!(!asked.contains("for_an_hour") && asked.contains("allow_once"), "{asked}");
        assert_eq!(heard.line(r#"{"level":"info","msg":"ready"}"#), None);
        assert_eq!(heard.line("}{ not a message"), Some("}{ not a message".to_owned()));
    }

    #[test]
    fn acp_01_a_greeting_with_parts_missing_is_a_greeting() {
        for hello in [r#"{"id":5,"result":{}}"#, r#"{"id":5,"result":{"protocolVersion":"1","authMethods":"none"}}"#] {
            assert_eq!(heard("initialize", hello).1.expect("an answer")["result"]["protocolVersion"], 1, "{hello}");
        }
        let (_, line) = heard("session/new", r#"{"id":5,"result":{"sessionId":7}}"#);
        assert_eq!(line.expect("an answer")["result"]["sessionId"], "7");
    }
}
