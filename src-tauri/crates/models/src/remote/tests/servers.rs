//! The ways in which servers differ from what is written about them, each met by somebody: what is clear is read, what is
//! not is asked for again, and nothing is ever guessed.

use super::*;

// What the reply comes to: its text, a line for each call, or the sentence behind `!`.
async fn told(provider: Provider, kind: &str, body: &str) -> Vec<String> {
    let answer = ResponseTemplate::new(200).set_body_raw(body.as_bytes(), kind);
    let server = server(vec![answer]).await;
    let watched = Watched { provider, ..Watched::default() };
    match watched.ask(&server.uri(), &request(goal())).await {
        Err(error) => vec![format!("!{error}")],
        Ok(reply) => {
            let mut ids: Vec<&str> = reply.calls.iter().map(|call| call.call.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), reply.calls.len(), "{body}");
            assert!(reply.calls.iter().all(|call| !call.call.is_empty()));
            let text = Some(reply.text).filter(|text| !text.is_empty());
            let calls = reply.calls.iter().map(|call| format!("{} {}", call.tool, call.args));
            text.into_iter().chain(calls).collect()
        }
    }
}

#[track_caller]
fn same(got: &[String], wanted: &[&str], body: &str) {
    match wanted {
        [sentence] if sentence.starts_with('!') => {
            assert!(got.len() == 1 && got[0].starts_with('!') && got[0].contains(&sentence[1..]), "{got:?}: {body}");
        }
        _ => assert_eq!(got, wanted, "{body}"),
    }
}

async fn check(provider: Provider, rows: &[(&[&str], &[&str])]) {
    for (events, wanted) in rows {
        let body: String = events.iter().map(|event| format!("{event}\n\n")).collect();
        same(&told(provider, "text/event-stream", &body).await, wanted, &body);
    }
}

fn piece(content: &str) -> String {
    format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{content}}}]}}")
}

const STOP: &str = r#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
const HELLO: &str = r#"data: {"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}]}"#;
const ONE: &str = r#"files.list {"folder":"one"}"#;
const TWO: &str = r#"files.list {"folder":"two"}"#;

#[tokio::test]
async fn chat_completions_are_read_as_servers_write_them() {
    let ended = |reason: &str| format!("data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":{reason}}}]}}");
    let usage = r#"data: {"choices":null,"usage":{"prompt_tokens":12.0,"completion_tokens":3.5}}"#;
    let rows: &[(&[&str], &[&str])] = &[
        (&[HELLO, STOP, usage, "data: [DONE]"], &["Hello"]),
        (&[HELLO, STOP, r#"data: {"usage":{"prompt_tokens":"12","prompt_tokens_details":[]}}"#], &["Hello"]),
        (&[HELLO, STOP, r#"data: {"choices":{},"usage":"none"}"#], &["Hello"]),
        (
            &["data: null", HELLO, "data: {}", "data: []", "data: \"\"", "data: ping", "event: ping\ndata:", STOP],
            &["Hello"],
        ),
        (
            &[
                &piece(r#"{"content":[{"type":"text","text":"Hel"},null]}"#),
                &piece(r#"{"content":{"text":"lo"}}"#),
                STOP,
            ],
            &["Hello"],
        ),
        (
            &[
                &piece(
                    r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"x"}]},{"type":"text","text":"Hello"}]}"#,
                ),
                STOP,
            ],
            &["Hello"],
        ),
        (
            &[
                &piece(
                    r#"{"role":"assistant","content":null,"refusal":null,"tool_calls":null,"reasoning_details":null}"#,
                ),
                HELLO,
                STOP,
            ],
            &["Hello"],
        ),
        (&[HELLO, "data: [DONE]"], &["Hello"]),
        (&[HELLO, &ended("\"eos_token\"")], &["Hello"]),
        (&[HELLO, &ended("\"STOP\"")], &["Hello"]),
        (&[HELLO, &ended("\"end_turn\"")], &["Hello"]),
        (&[HELLO, &ended("\"<|im_end|>\"")], &["Hello"]),
        (&[HELLO, &ended("{\"type\":\"stop\"}")], &["Hello"]),
        (&[HELLO, &ended("\"MAX_TOKENS\"")], &["!length"]),
        (&[HELLO, &ended("\"model_length\"")], &["!length"]),
        (&[HELLO, &ended("\"SAFETY\"")], &["!filter"]),
        (&[HELLO, &ended("\"moonphase\"")], &["!moonphase"]),
        (&[HELLO, &ended("\"\"")], &["!broke off"]),
        (&[HELLO], &["!broke off"]),
        (&[&piece(r#"{"content":"<think>Secret plan.</think>\n\nHello"}"#), STOP], &["Hello"]),
        (&[&piece(r#"{"content":"<thi"}"#), &piece(r#"{"content":"nk>x</think>"}"#), HELLO, STOP], &["Hello"]),
        (&[&piece(r#"{"content":"Secret plan.</think>\nHello"}"#), STOP], &["Hello"]),
        (&[&piece(r#"{"content":"<think>never ends"}"#), STOP], &["!answered nothing"]),
        (
            &[
                &piece(r#"{"content":"<tool_call>\n{\"name\": \"files_list\", \"arguments\": {}}\n</tool_call>"}"#),
                STOP,
            ],
            &["!wrote a call as text"],
        ),
        (
            &[&piece(r#"{"content":"```json\n{\"name\": \"files_list\", \"parameters\": {}}\n```"}"#), STOP],
            &["!wrote a call as text"],
        ),
        (
            &[r#"data: {"object":"error","message":"context is 8192","code":400}"#, "data: [DONE]"],
            &["!context is 8192"],
        ),
        (&[r#"data: {"error":"no memory"}"#], &["!no memory"]),
        (
            &[
                HELLO,
                r#"data: {"choices":[{"delta":{},"finish_reason":"error","error":{"code":400,"message":"no memory"}}]}"#,
            ],
            &["!no memory"],
        ),
        (&[HELLO, "event: error\ndata: no memory"], &["!no memory"]),
        (&[HELLO, "event: error\ndata: {\"message\":\"no memory\"}"], &["!no memory"]),
        (&["data: no memory left"], &["!no memory"]),
        (&["upstream has no memory"], &["!no memory"]),
    ];
    check(Provider::Openai, rows).await;
}

#[tokio::test]
async fn calls_of_chat_completions_stay_apart_and_whole() {
    let calls = |list: &str| piece(&format!("{{\"tool_calls\":{list}}}"));
    let call =
        |head: &str, args: &str| format!("{{{head}\"function\":{{\"name\":\"files_list\",\"arguments\":{args}}}}}");
    let one = "\"{\\\"folder\\\":\\\"one\\\"}\"";
    let two = "\"{\\\"folder\\\":\\\"two\\\"}\"";
    let (head, tail) = ("\"{\\\"folder\\\":\"", "\"\\\"one\\\"}\"");
    let rest = |head: &str| format!("{{{head}\"function\":{{\"arguments\":{tail}}}}}");
    let list = |items: &[String]| calls(&format!("[{}]", items.join(",")));
    let (i0, i1) = ("\"index\":0,", "\"index\":1,");
    let with = |at: &str, id: &str| format!("{at}\"id\":\"{id}\",");
    let rows: Vec<(Vec<String>, Vec<&str>)> = vec![
        // One index for all, and a new id for each.
        (vec![list(&[call(&with(i0, "a"), one)]), list(&[call(&with(i0, "b"), two)])], vec![ONE, TWO]),
        (
            vec![
                list(&[call(&with(i0, "a"), head)]),
                list(&[rest(&with(i0, "a"))]),
                list(&[call(&with(i0, "b"), two)]),
            ],
            vec![ONE, TWO],
        ),
        (
            vec![list(&[call(&with(i0, "a"), head)]), list(&[rest(i0)]), list(&[call(&with(i0, "b"), two)])],
            vec![ONE, TWO],
        ),
        // One index for all, and no ids, or empty ones.
        (vec![list(&[call(i0, one)]), list(&[call(i0, two)])], vec![ONE, TWO]),
        (vec![list(&[call(&with(i0, ""), one), call(&with(i0, ""), two)])], vec![ONE, TWO]),
        // Neither.
        (vec![list(&[call("", one), call("", two)])], vec![ONE, TWO]),
        (vec![list(&[call("", head)]), list(&[rest("")]), list(&[call("", two)])], vec![ONE, TWO]),
        // One id for all.
        (vec![list(&[call(&with(i0, "a"), one), call(&with(i1, "a"), two)])], vec![ONE, TWO]),
        (vec![list(&[call(&with("", "a"), one)]), list(&[call(&with("", "a"), two)])], vec![ONE, TWO]),
        // Indexes that begin at one, leave numbers out, are texts, or grow with each piece.
        (vec![list(&[call(&with(i1, "a"), one)]), list(&[call(&with("\"index\":\"7\",", "b"), two)])], vec![ONE, TWO]),
        (vec![list(&[call(&with(i0, "a"), head)]), list(&[rest(&with(i1, "a"))])], vec![ONE]),
        // The id and the name with every piece, and the whole once more at the end.
        (vec![list(&[call(&with(i0, "a"), head)]), list(&[call(&with(i0, "a"), tail)])], vec![ONE]),
        (vec![list(&[call(&with(i0, "a"), one)]), list(&[call(&with(i0, "a"), one)])], vec![ONE]),
        (vec![list(&[call(&with(i0, "a"), one)]), list(&[call(&with(i0, "a"), "\"\"")])], vec![ONE]),
        // A number for an id, an object without its list, nulls and empty calls.
        (vec![list(&[call("\"index\":0,\"id\":12,", one)])], vec![ONE]),
        (vec![calls(&call(&with(i0, "a"), one))], vec![ONE]),
        (vec![list(&["null".into(), "{}".into(), "{\"index\":3}".into(), call(&with(i0, "a"), one)])], vec![ONE]),
        // Arguments in all their forms.
        (vec![list(&[call(i0, "{\"folder\":\"one\"}")])], vec![ONE]),
        (vec![list(&[call(i0, "\"\\\"{\\\\\\\"folder\\\\\\\":\\\\\\\"one\\\\\\\"}\\\"\"")])], vec![ONE]),
        (vec![list(&[call(i0, "null"), call(i1, "\"\"")])], vec!["files.list {}", "files.list {}"]),
        (vec![list(&[call(i0, "\"null\""), call(i1, "[]")])], vec!["files.list {}", "files.list {}"]),
        (
            vec![list(&[call(i0, "\"{}\"")]), list(&[format!("{{{i0}\"function\":{{\"arguments\":{one}}}}}")])],
            vec![ONE],
        ),
        (vec![piece(&format!("{{\"function_call\":{{\"name\":\"files_list\",\"arguments\":{one}}}}}"))], vec![ONE]),
        // A name in pieces; and what is broken stays broken, for the loop to refuse.
        (
            vec![
                calls("[{\"index\":0,\"function\":{\"name\":\"files_\"}}]"),
                calls(&format!("[{{\"index\":0,\"function\":{{\"name\":\"list\",\"arguments\":{one}}}}}]")),
            ],
            vec![ONE],
        ),
        (vec![list(&[call(i0, head)])], vec!["files.list {\"folder\":"]),
        (vec![list(&[format!("{{{i0}\"function\":{{\"arguments\":{one}}}}}")])], vec!["!without saying which"]),
    ];
    for (mut events, wanted) in rows {
        events.push(STOP.to_owned());
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        check(Provider::Openai, &[(&events, &wanted)]).await;
    }
}

#[tokio::test]
async fn the_form_of_an_answer_is_what_its_bytes_say() {
    let events = format!("{HELLO}\n\n{STOP}\n\ndata: [DONE]\n\n");
    let message = r#"{"choices":[{"message":{"role":"assistant","content":"Hello"}}]}"#;
    let lines = events.replace("data: [DONE]", "").replace("data: ", "");
    for kind in ["text/event-stream", "application/json", "text/plain", "application/octet-stream", "text/html"] {
        for body in [
            events.clone(),
            events.replace('\n', "\r\n"),
            events.replace('\n', "\r"),
            format!("\u{feff}{events}"),
            format!("\n\n{events}"),
            format!(": hi\n\n{events}"),
            events.replace("\n\n", "\n"),
            message.to_owned(),
            format!("\u{feff}\n{message}"),
            lines.clone(),
        ] {
            same(&told(Provider::Openai, kind, &body).await, &["Hello"], &body);
        }
        same(&told(Provider::Openai, kind, "<html>x").await, &["!web page"], kind);
        same(&told(Provider::Openai, kind, r#"{"detail":"no memory"}"#).await, &["!no memory"], kind);
        same(&told(Provider::Openai, kind, &message[..message.len() - 3]).await, &["!broke off"], kind);
        same(&told(Provider::Openai, kind, r#"{"choices":[]}"#).await, &["!answered nothing"], kind);
    }
}

#[tokio::test]
async fn messages_are_read_as_relays_write_them() {
    let use_of = |index: &str, id: &str| {
        format!(
            "data: {{\"type\":\"content_block_start\",{index}\"content_block\":{{\"type\":\"tool_use\",\"id\":\"{id}\",\"name\":\"files_list\",\"input\":{{}}}}}}"
        )
    };
    let more = |index: &str, folder: &str| {
        format!(
            "data: {{\"type\":\"content_block_delta\",{index}\"delta\":{{\"partial_json\":\"{{\\\"folder\\\":\\\"{folder}\\\"}}\"}}}}"
        )
    };
    let text = r#"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}"#;
    let (delta, stop) = (
        r#"data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2.0}}"#,
        r#"data: {"type":"message_stop"}"#,
    );
    let (a, b) = (use_of("\"index\":0,", "a"), use_of("\"index\":0,", "b"));
    let (one, two) = (more("\"index\":0,", "one"), more("\"index\":0,", "two"));
    let (c, three) = (use_of("", "c"), more("", "one"));
    let rows: &[(&[&str], &[&str])] = &[
        (&["data: null", "event: ping\ndata: {\"type\":\"ping\"}", text, delta, stop], &["Hello"]),
        (&[r#"data: {"type":"message_start","message":{"usage":{"input_tokens":null}}}"#, text, delta], &["Hello"]),
        (&[text, stop, "data: [DONE]"], &["Hello"]),
        (&[text], &["!broke off"]),
        (
            &[
                "event: content_block_delta\ndata: {\"index\":0,\"delta\":{\"text\":\"Hello\"}}",
                "event: message_stop\ndata: {\"x\":1}",
            ],
            &["Hello"],
        ),
        (&[&a, &one, &b, &two, delta, stop], &[ONE, TWO]),
        (&[&c, &three, stop], &[ONE]),
        (&[&a, stop], &["files.list {}"]),
        (&[r#"data: {"type":"message","content":"Hello","stop_reason":"stop"}"#], &["Hello"]),
        (
            &[r#"data: {"content":[{"type":"tool_use","id":1,"name":"files_list","input":"{\"folder\":\"one\"}"}]}"#],
            &[ONE],
        ),
        (&[text, r#"data: {"type":"error","error":{"message":"no memory"}}"#], &["!no memory"]),
        (&[text, "event: error\ndata: {\"message\":\"no memory\"}"], &["!no memory"]),
        (&[r#"data: {"type":"content_block_delta","delta":{"text":"<think>x</think>Hello"}}"#, stop], &["Hello"]),
    ];
    check(Provider::Anthropic, rows).await;
}

#[tokio::test]
async fn responses_are_read_as_servers_write_them() {
    let item = |kind: &str, at: &str, id: &str, call: &str, args: &str| {
        format!(
            "data: {{\"type\":\"response.output_item.{kind}\",{at}\"item\":{{\"type\":\"function_call\",\"id\":\"{id}\",\"call_id\":\"{call}\",\"name\":\"files_list\",\"arguments\":{args}}}}}"
        )
    };
    let more = |at: &str, id: &str, folder: &str| {
        format!(
            "data: {{\"type\":\"response.function_call_arguments.delta\",{at}\"item_id\":\"{id}\",\"delta\":\"{{\\\"folder\\\":\\\"{folder}\\\"}}\"}}"
        )
    };
    let done = r#"data: {"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":1.0,"input_tokens_details":null}}}"#;
    let text = r#"data: {"type":"response.output_text.delta","delta":"Hello"}"#;
    let at0 = "\"output_index\":0,";
    let (i, j) = (item("added", at0, "i", "a", "\"\""), item("added", at0, "j", "b", "\"\""));
    let (one, two) = (more(at0, "i", "one"), more(at0, "j", "two"));
    let odd = item("done", at0, "other", "a", "{\"folder\":\"one\"}");
    let bare = item("done", "", "", "a", "\"{\\\"folder\\\":\\\"one\\\"}\"");
    let last = r#"data: {"type":"response.completed","response":{"output":[{"type":"message","content":"Hello"},{"type":"function_call","name":"files_list","arguments":{"folder":"one"}}]}}"#;
    let rows: &[(&[&str], &[&str])] = &[
        (&["data: null", text, done], &["Hello"]),
        (&[text, &done.replace("completed\",\"response", "done\",\"response")], &["Hello"]),
        (&["event: response.output_text.delta\ndata: {\"delta\":\"Hello\"}", done], &["Hello"]),
        (&[&i, &j, &one, &two, done], &[ONE, TWO]),
        (&[&i, &one, &j, &two, done], &[ONE, TWO]),
        (&[&i, &odd, done], &[ONE]),
        (&[&bare, done], &[ONE]),
        (&[last], &["Hello", ONE]),
        (&[text, last], &["Hello", ONE]),
        (&[text], &["!broke off"]),
        (&[text, r#"data: {"type":"error","message":"no memory","code":null}"#], &["!no memory"]),
        (&[r#"data: {"type":"response.failed","response":{"status":"failed","error":"no memory"}}"#], &["!no memory"]),
        (
            &[
                r#"data: {"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_tokens"}}}"#,
            ],
            &["!length"],
        ),
    ];
    check(Provider::Responses, rows).await;
    let whole = r#"{"output":[{"type":"message","content":[{"type":"output_text","text":"Hello"}]}]}"#;
    same(&told(Provider::Responses, "application/json", whole).await, &["Hello"], whole);
}

#[tokio::test]
async fn generated_contents_are_read_as_relays_write_them() {
    let parts = |parts: &str| format!("data: {{\"candidates\":[{{\"content\":{{\"parts\":{parts}}}}}]}}");
    let stop = r#"data: {"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1.0,"candidatesTokenCount":null}}"#;
    let text = parts(r#"[{"text":"Hello","thought":null}]"#);
    let thought = parts(r#"[{"text":"x","thought":true},null]"#);
    let snake = r#"data: {"candidates":[{"content":{"parts":[{"function_call":{"name":"files_list","args":{"folder":"one"}}}]},"finish_reason":"stop"}]}"#;
    let calls = parts(
        r#"[{"functionCall":{"id":"a","name":"files_list","args":"{\"folder\":\"one\"}"}},{"functionCall":{"id":"a","name":"files_list","args":{"folder":"two"}}}]"#,
    );
    let none = parts(r#"[{"functionCall":{"name":"files_list","args":null}}]"#);
    let rows: &[(&[&str], &[&str])] = &[
        (&["data: null", &thought, &text, stop], &["Hello"]),
        (&[&parts("null"), &parts(r#"{"text":"Hello"}"#), stop, r#"data: {"candidates":null}"#], &["Hello"]),
        (&[snake], &[ONE]),
        (&[&calls, stop], &[ONE, TWO]),
        (&[&none, stop], &["files.list {}"]),
        (&[&text, r#"data: {"candidates":[{"finishReason":"FINISH_REASON_UNSPECIFIED"}]}"#], &["!broke off"]),
        (
            &[&text, r#"data: {"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}"#],
            &["!MALFORMED_FUNCTION_CALL"],
        ),
        (&[&text, r#"data: [{"error":{"code":400,"message":"no memory"}}]"#], &["!no memory"]),
        (&[r#"data: {"promptFeedback":{"blockReason":"SAFETY"}}"#], &["!filter"]),
    ];
    check(Provider::Gemini, rows).await;
}
