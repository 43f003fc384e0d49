//! What holds for each of the four interfaces: one script, written in the words of each.

use super::*;
use std::collections::HashMap;

const ALL: [Provider; 4] = [Provider::Openai, Provider::Responses, Provider::Anthropic, Provider::Gemini];
// Odd spaces, an escape, a number that no float holds, a float that ends in zero, keys out of order.
const ARGS: &str = "{ \"z\":1.0, \"a\": \"ż\\u0041\",\n\"big\":12345678901234567890123 }";
const SIGNATURE: &str = "EqQB/+sig==\u{1F980}";

/// One scripted answer.
#[derive(Default, Clone)]
struct Answer {
    text: &'static str,
    calls: Vec<(&'static str, &'static str, &'static str)>,
    finish: Option<&'static str>,
    reasoned: bool,
}

fn events(list: &[Value]) -> String {
    list.iter().map(|e| format!("event: {}\ndata: {e}\n\n", e["type"].as_str().unwrap_or("message"))).collect()
}

// JSON in which the arguments stand exactly as they are.
fn with_raw(template: Value, args: &str) -> String {
    template.to_string().replace("\"RAW\"", args)
}

fn written(provider: Provider, answer: &Answer) -> String {
    match provider {
        Provider::Openai => {
            let mut chunks = Vec::new();
            if answer.reasoned {
                chunks.push(delta(json!({"reasoning_content": "I th"}), None));
                chunks.push(delta(json!({"reasoning_content": "ink."}), None));
            }
            chunks.push(delta(json!({"content": answer.text}), None));
            for (n, (id, name, args)) in answer.calls.iter().enumerate() {
                let (one, two) = args.split_at(args.len() / 2 - 1);
                let first = json!({"index": n, "id": id, "function": {"name": name, "arguments": one}});
                chunks.push(delta(json!({"tool_calls": [first]}), None));
                chunks.push(delta(json!({"tool_calls": [{"index": n, "function": {"arguments": two}}]}), None));
            }
            let end = if answer.calls.is_empty() { "stop" } else { "tool_calls" };
            chunks.push(delta(json!({}), Some(answer.finish.unwrap_or(end))));
            chunks.push(json!({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 7,
                "prompt_tokens_details": {"cached_tokens": 40}, "completion_tokens_details": {"reasoning_tokens": 2}}}));
            sse(&chunks)
        }
        Provider::Responses => {
            let mut list = vec![json!({"type": "response.created", "response": {"status": "in_progress"}})];
            if answer.reasoned {
                let item = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": SIGNATURE});
                list.push(json!({"type": "response.output_item.done", "output_index": 0, "item": item}));
            }
            if !answer.text.is_empty() {
                let (one, two) = answer.text.split_at(1);
                list.push(json!({"type": "response.output_text.delta", "output_index": 1, "delta": one}));
                list.push(json!({"type": "response.output_text.delta", "output_index": 1, "delta": two}));
                let item = json!({"type": "message", "content": [{"type": "output_text", "text": answer.text}]});
                list.push(json!({"type": "response.output_item.done", "output_index": 1, "item": item}));
            }
            for (n, (id, name, args)) in answer.calls.iter().enumerate() {
                let mut item =
                    json!({"type": "function_call", "id": "fc", "call_id": id, "name": name, "arguments": ""});
                list.push(json!({"type": "response.output_item.added", "output_index": n + 2, "item": item}));
                list.push(
                    json!({"type": "response.function_call_arguments.delta", "output_index": n + 2, "delta": args}),
                );
                item["arguments"] = json!(args);
                list.push(json!({"type": "response.output_item.done", "output_index": n + 2, "item": item}));
            }
            let usage = json!({"input_tokens": 100, "output_tokens": 7, "input_tokens_details": {"cached_tokens": 40},
                "output_tokens_details": {"reasoning_tokens": 2}});
            let (status, why) =
                answer.finish.map_or(("completed", Value::Null), |f| ("incomplete", json!({"reason": f})));
            list.push(json!({"type": format!("response.{status}"),
                "response": {"status": status, "incomplete_details": why, "usage": usage}}));
            events(&list)
        }
        Provider::Anthropic => {
            let usage = json!({"input_tokens": 60, "cache_read_input_tokens": 40, "output_tokens": 1});
            let mut list = vec![json!({"type": "message_start", "message": {"usage": usage}}), json!({"type": "ping"})];
            let block = |list: &mut Vec<Value>, n: usize, start: Value, deltas: &[Value]| {
                list.push(json!({"type": "content_block_start", "index": n, "content_block": start}));
                list.extend(deltas.iter().map(|d| json!({"type": "content_block_delta", "index": n, "delta": d})));
                list.push(json!({"type": "content_block_stop", "index": n}));
            };
            if answer.reasoned {
                let deltas = [
                    json!({"type": "thinking_delta", "thinking": "I th"}),
                    json!({"type": "thinking_delta", "thinking": "ink."}),
                    json!({"type": "signature_delta", "signature": SIGNATURE}),
                ];
                block(&mut list, 0, json!({"type": "thinking", "thinking": "", "signature": ""}), &deltas);
                block(&mut list, 1, json!({"type": "redacted_thinking", "data": SIGNATURE}), &[]);
            }
            if !answer.text.is_empty() {
                let text = json!({"type": "text_delta", "text": answer.text});
                block(&mut list, 2, json!({"type": "text", "text": ""}), &[text]);
            }
            for (n, (id, name, args)) in answer.calls.iter().enumerate() {
                let (one, two) = args.split_at(args.len() / 2 - 1);
                let deltas = ["", one, two].map(|part| json!({"type": "input_json_delta", "partial_json": part}));
                block(&mut list, n + 3, json!({"type": "tool_use", "id": id, "name": name, "input": {}}), &deltas);
            }
            let end = if answer.calls.is_empty() { "end_turn" } else { "tool_use" };
            let stop = json!({"stop_reason": answer.finish.unwrap_or(end)});
            list.push(json!({"type": "message_delta", "delta": stop, "usage": {"output_tokens": 7}}));
            list.push(json!({"type": "message_stop"}));
            events(&list)
        }
        Provider::Gemini => {
            let chunk = |parts: Value, finish: Option<&str>| {
                json!({"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": finish}],
                    "usageMetadata": {"promptTokenCount": 100, "cachedContentTokenCount": 40,
                        "candidatesTokenCount": 5, "thoughtsTokenCount": 2}})
            };
            let mut lines = Vec::new();
            if answer.reasoned {
                lines.push(chunk(json!([{"text": "I think.", "thought": true}]), None).to_string());
            }
            lines.push(chunk(json!([{"text": answer.text}]), None).to_string());
            for (n, (id, name, args)) in answer.calls.iter().enumerate() {
                let mut part = json!({"functionCall": {"id": id, "name": name, "args": "RAW"}});
                if answer.reasoned && n == 0 {
                    part["thoughtSignature"] = json!(SIGNATURE);
                }
                // A server-sent event has no raw line break in it.
                lines.push(with_raw(chunk(json!([part]), None), &args.replace('\n', " ")));
            }
            lines.push(chunk(json!([]), Some(answer.finish.unwrap_or("STOP"))).to_string());
            lines.iter().map(|line| format!("data: {line}\n\n")).collect()
        }
    }
}

fn two_calls(reasoned: bool) -> Answer {
    Answer {
        text: "I look.",
        calls: vec![("call_a", "files_list", ARGS), ("call_b", "files_find_duplicates", "{\"folder\" :\"~/x\"}")],
        reasoned,
        ..Answer::default()
    }
}

fn said(text: &'static str) -> Answer {
    Answer { text, ..Answer::default() }
}

async fn ask(
    provider: Provider,
    answers: Vec<ResponseTemplate>,
    request: &Request,
) -> (Result<Reply, ModelError>, Vec<Value>, Watched) {
    let server = server(answers).await;
    let watched = Watched { provider, ..Watched::default() };
    let reply = watched.ask(&server.uri(), request).await;
    if let Err(error) = &reply {
        assert!(!error.to_string().contains(KEY) && !error.to_string().contains('\n'), "{provider:?}: {error}");
    }
    let sent = server.received_requests().await.unwrap();
    (reply, sent.iter().map(|r| serde_json::from_slice(&r.body).unwrap()).collect(), watched)
}

async fn sentence(provider: Provider, answers: Vec<ResponseTemplate>) -> String {
    ask(provider, answers, &request(goal())).await.0.unwrap_err().to_string()
}

#[tokio::test]
async fn parallel_calls_keep_the_bytes_of_their_arguments_on_the_way_in_and_out() {
    for provider in ALL {
        let wanted = if provider == Provider::Gemini { ARGS.replace('\n', " ") } else { ARGS.to_owned() };
        let answer = stream(written(provider, &two_calls(false)));
        let (reply, ..) = ask(provider, vec![answer], &request(goal())).await;
        let reply = reply.unwrap();
        let calls: Vec<_> = reply.calls.iter().map(|c| (c.call.as_str(), c.tool.as_str(), c.args.as_str())).collect();
        assert_eq!(
            calls,
            [("call_a", "files.list", wanted.as_str()), ("call_b", "files.find_duplicates", "{\"folder\" :\"~/x\"}")],
            "{provider:?}"
        );
        assert_eq!((reply.text.as_str(), reply.kept), ("I look.", None), "{provider:?}");
        let counted = Tokens { input: 100, cached: 40, stored: 0, output: 7, reasoning: 0 };
        let tokens = reply.tokens.unwrap();
        assert_eq!(Tokens { reasoning: 0, ..tokens }, counted, "{provider:?}");

        let mut turns = goal();
        turns.push(Turn::Model { text: reply.text, calls: reply.calls });
        let server = server(vec![stream(written(provider, &said("Done.")))]).await;
        let watched = Watched { provider, ..Watched::default() };
        watched.ask(&server.uri(), &request(turns)).await.unwrap();
        let body = String::from_utf8(server.received_requests().await.unwrap()[0].body.clone()).unwrap();
        // As an object where the interface takes one, else as its text.
        let as_text = serde_json::to_string(&wanted).unwrap();
        assert!(body.contains(&wanted) || body.contains(&as_text), "{provider:?}: {body}");
        // Each call has its result, once.
        assert_eq!(body.matches("There is no result").count(), 2, "{provider:?}");
    }
}

// One reply with reasoning, and what is sent back after it.
async fn replayed(provider: Provider, change: impl Fn(&mut Request)) -> Value {
    let answer = stream(written(provider, &two_calls(true)));
    let (reply, ..) = ask(provider, vec![answer], &request(goal())).await;
    let reply = reply.unwrap();
    let kept = reply.kept.unwrap_or_else(|| panic!("{provider:?} keeps nothing"));
    let mut turns = goal();
    turns.push(Turn::Model { text: reply.text, calls: reply.calls.clone() });
    for call in &reply.calls {
        turns.push(Turn::Result {
            call: call.call.clone(),
            tool: call.tool.clone(),
            status: Status::Succeeded,
            output: Value::Null,
            reason: None,
            untrusted: None,
        });
    }
    let mut next = request(turns);
    next.kept = HashMap::from([("call_a".to_owned(), kept)]);
    change(&mut next);
    let (done, mut sent, _) = ask(provider, vec![stream(written(provider, &said("Done.")))], &next).await;
    done.unwrap();
    sent.remove(0)
}

#[tokio::test]
async fn reasoning_goes_back_in_its_place_with_its_signature_byte_for_byte() {
    let sent = replayed(Provider::Anthropic, |_| {}).await;
    let blocks = sent["messages"][1]["content"].as_array().unwrap();
    let kinds: Vec<_> = blocks.iter().map(|b| b["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["thinking", "redacted_thinking", "text", "tool_use", "tool_use"]);
    assert_eq!(blocks[0], json!({"type": "thinking", "thinking": "I think.", "signature": SIGNATURE}));
    assert_eq!(blocks[1], json!({"type": "redacted_thinking", "data": SIGNATURE}));

    let sent = replayed(Provider::Responses, |_| {}).await;
    let item = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": SIGNATURE});
    assert_eq!(sent["input"][1], item);
    assert_eq!((&sent["store"], &sent["include"][0]), (&json!(false), &json!("reasoning.encrypted_content")));

    let sent = replayed(Provider::Gemini, |_| {}).await;
    let parts = sent["contents"][1]["parts"].as_array().unwrap();
    assert_eq!(parts[1]["thoughtSignature"], json!(SIGNATURE));
    assert_eq!((parts.len(), &parts[2]["thoughtSignature"]), (3, &Value::Null));

    let sent = replayed(Provider::Openai, |_| {}).await;
    assert_eq!(sent["messages"][2]["reasoning_content"], json!("I think."));
}

#[tokio::test]
async fn reasoning_goes_only_to_its_model_and_thinking_only_after_the_same_beginning() {
    let has = |sent: &Value| sent.to_string().contains(SIGNATURE);
    // Another folder in the first message is another beginning.
    assert!(!has(&replayed(Provider::Anthropic, |r| r.folders.push("/other".into())).await));
    assert!(has(&replayed(Provider::Responses, |r| r.folders.push("/other".into())).await));
    // The clock goes on without a change to the beginning; what is said about it comes last.
    let later = replayed(Provider::Anthropic, |r| r.now += 3_600_000).await;
    assert!(has(&later) && later["messages"].as_array().unwrap().last().unwrap().to_string().contains("It is now"));
    for provider in ALL {
        let other = replayed(provider, |r| {
            let kept = r.kept["call_a"].replace(" m1\"", " m2\"");
            r.kept.insert("call_a".into(), kept);
        });
        let sent = other.await;
        assert!(!has(&sent) && !sent.to_string().contains("reasoning_content\""), "{provider:?}");
    }
}

#[tokio::test]
async fn a_busy_and_a_failing_server_are_asked_again_and_nothing_else_is() {
    for provider in ALL {
        let answers = vec![
            ResponseTemplate::new(429).insert_header("retry-after", "3"),
            ResponseTemplate::new(500),
            stream(written(provider, &said("Hello"))),
        ];
        let (reply, sent, watched) = ask(provider, answers, &request(goal())).await;
        assert_eq!((reply.unwrap().text.as_str(), sent.len()), ("Hello", 3), "{provider:?}");
        assert_eq!(watched.pauses(), [3_000, 1_000], "{provider:?}");
        let broke = json!({"error": {"code": "insufficient_quota", "message": "no money"}});
        let (reply, sent, _) =
            ask(provider, vec![ResponseTemplate::new(429).set_body_json(broke)], &request(goal())).await;
        assert!(reply.unwrap_err().to_string().contains("no money") && sent.len() == 1, "{provider:?}");
    }
}

#[tokio::test]
async fn an_overloaded_server_may_say_so_inside_of_a_stream() {
    let overloaded = [
        (Provider::Openai, json!({"error": {"code": 503, "message": "busy"}})),
        (
            Provider::Responses,
            json!({"type": "response.failed", "response": {"error": {"code": "server_error", "message": "busy"}}}),
        ),
        (Provider::Anthropic, json!({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}})),
        (Provider::Gemini, json!({"error": {"code": 503, "status": "UNAVAILABLE", "message": "busy"}})),
    ];
    for (provider, event) in overloaded {
        let answers = vec![stream(format!("data: {event}\n\n")), stream(written(provider, &said("Hello")))];
        let (reply, sent, _) = ask(provider, answers, &request(goal())).await;
        assert_eq!((reply.unwrap().text.as_str(), sent.len()), ("Hello", 2), "{provider:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_one_line_and_never_a_guess() {
    for provider in ALL {
        let page = ResponseTemplate::new(200).set_body_raw("<!doctype html>\n<body>x</body>", "text/html");
        assert!(sentence(provider, vec![page]).await.contains("web page"), "{provider:?}");
        let html = ResponseTemplate::new(400).set_body_raw("<html>\n<body>x</body>", "text/html");
        assert!(sentence(provider, vec![html]).await.contains("status 400"), "{provider:?}");
        let bytes = ResponseTemplate::new(400).set_body_raw(vec![0xff, 0xfe, b'\n', b'x'], "text/plain");
        assert!(sentence(provider, vec![bytes]).await.contains("status 400"), "{provider:?}");
        let mut body = written(provider, &said("Hello")).into_bytes();
        let at = body
            .windows(5)
            .position(|w| w == b"Hello")
            .unwrap_or_else(|| body.windows(4).position(|w| w == b"ello").unwrap());
        body[at + 1] = 0xff;
        assert!(sentence(provider, vec![stream(body)]).await.contains("not readable text"), "{provider:?}");
        assert!(
            sentence(provider, vec![stream("data: {\"broken\n\ndata: {}\n\n")]).await.contains("not readable"),
            "{provider:?}"
        );
        assert!(
            sentence(provider, vec![stream(written(provider, &said("")))]).await.contains("nothing"),
            "{provider:?}"
        );
        let odd = Answer { finish: Some("MOONPHASE"), ..said("x") };
        assert!(
            sentence(provider, vec![stream(written(provider, &odd))]).await.contains("“MOONPHASE”"),
            "{provider:?}"
        );
        let nameless = Answer { calls: vec![("a", "", "{\"a\":1}")], ..Answer::default() };
        assert!(sentence(provider, vec![stream(written(provider, &nameless))]).await.contains("without saying which"));
    }
    let cut_off = [
        (Provider::Openai, "length"),
        (Provider::Responses, "max_output_tokens"),
        (Provider::Anthropic, "max_tokens"),
        (Provider::Gemini, "MAX_TOKENS"),
    ];
    for (provider, finish) in cut_off {
        let long = Answer { finish: Some(finish), ..two_calls(false) };
        assert!(sentence(provider, vec![stream(written(provider, &long))]).await.contains("length"), "{provider:?}");
    }
}

#[tokio::test]
async fn prose_where_a_call_was_due_is_a_reply_and_an_unknown_tool_keeps_its_name() {
    for provider in ALL {
        let prose = said("files_list({\"folder\": \"~\"})");
        let (reply, ..) = ask(provider, vec![stream(written(provider, &prose))], &request(goal())).await;
        let reply = reply.unwrap();
        assert_eq!((reply.text.as_str(), reply.calls.len()), (prose.text, 0), "{provider:?}");
        // Called, with a finish that says that nothing was: the calls are what counts.
        let call = Answer { calls: vec![("a", "rm_rf", "{\"a\":1}")], ..Answer::default() };
        let (reply, ..) = ask(provider, vec![stream(written(provider, &call))], &request(goal())).await;
        assert_eq!(reply.unwrap().calls[0].tool, "rm_rf", "{provider:?}");
    }
}

#[tokio::test]
async fn lim_12_five_thousand_calls_in_one_answer_are_refused_in_one_line() {
    for provider in ALL {
        let flood = Answer { calls: vec![("a", "files_list", "{\"a\":1}"); 5_000], ..Answer::default() };
        assert!(
            sentence(provider, vec![stream(written(provider, &flood))]).await.contains("more than 128 calls"),
            "{provider:?}"
        );
    }
}

#[tokio::test]
async fn a_reply_that_breaks_off_anywhere_is_asked_for_again_and_never_used() {
    for provider in ALL {
        let whole = written(provider, &two_calls(true));
        let watched = Watched { provider, ..Watched::default() };
        for cut in [0, whole.len() / 3, whole.len() / 2, whole.len() * 4 / 5] {
            let half = String::from_utf8_lossy(&whole.as_bytes()[..cut]).into_owned();
            let base = breaking(vec![half, whole.clone()]).await;
            let reply = watched.ask(&base, &request(goal())).await.unwrap();
            assert_eq!((reply.text.as_str(), reply.calls.len()), ("I look.", 2), "{provider:?} cut at {cut}");
        }
        assert_eq!(watched.pauses(), [500, 500, 500, 500], "{provider:?}");
    }
}

#[tokio::test]
async fn sec_07_each_key_goes_in_its_own_header_to_its_own_place() {
    let places = [
        (Provider::Openai, "/v1", "/v1/chat/completions", "authorization", format!("Bearer {KEY}")),
        (Provider::Openai, "/v1/chat/completions/", "/v1/chat/completions", "authorization", format!("Bearer {KEY}")),
        (Provider::Responses, "/v1", "/v1/responses", "authorization", format!("Bearer {KEY}")),
        (Provider::Anthropic, "", "/v1/messages", "x-api-key", KEY.to_owned()),
        (Provider::Anthropic, "/v1/", "/v1/messages", "x-api-key", KEY.to_owned()),
        (Provider::Gemini, "", "/v1beta/models/m1:streamGenerateContent", "x-goog-api-key", KEY.to_owned()),
        (Provider::Gemini, "/v1beta", "/v1beta/models/m1:streamGenerateContent", "x-goog-api-key", KEY.to_owned()),
    ];
    for (provider, base, path, header, value) in places {
        let server = server(vec![stream(written(provider, &said("Hi")))]).await;
        let watched = Watched { provider, ..Watched::default() };
        watched.ask(&format!("{}{base}", server.uri()), &request(goal())).await.unwrap();
        let sent = &server.received_requests().await.unwrap()[0];
        assert_eq!((sent.url.path(), sent.headers[header].to_str().unwrap()), (path, value.as_str()));
        assert!(!sent.url.as_str().contains(KEY) && !String::from_utf8_lossy(&sent.body).contains(KEY));
    }
}

#[tokio::test]
async fn the_model_is_told_why_its_answer_could_not_be_used() {
    for provider in ALL {
        let mut again = request(goal());
        again.again = Some("The model answered nothing.".into());
        let (_, sent, _) = ask(provider, vec![stream(written(provider, &said("Hi")))], &again).await;
        assert!(sent[0].to_string().contains("could not be used: The model answered nothing."), "{provider:?}");
    }
}

#[tokio::test]
async fn an_answer_in_one_piece_is_read_by_each() {
    let usage = json!({"input_tokens": 1, "output_tokens": 2});
    let pieces = [
        (
            Provider::Responses,
            json!({"object": "response", "status": "completed", "usage": usage, "output":
            [{"type": "message", "content": [{"type": "output_text", "text": "Hi"}]},
             {"type": "function_call", "call_id": "a", "name": "files_list", "arguments": "{ }"}]}),
        ),
        (
            Provider::Anthropic,
            json!({"type": "message", "stop_reason": "tool_use", "usage": usage, "content":
            [{"type": "text", "text": "Hi"}, {"type": "tool_use", "id": "a", "name": "files_list", "input": {"x": 1}}]}),
        ),
        (
            Provider::Gemini,
            json!([{"candidates": [{"content": {"parts": [{"text": "Hi"}]}}]},
            {"candidates": [{"content": {"parts": [{"functionCall": {"name": "files_list", "args": {}}}]}, "finishReason": "STOP"}],
             "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 2}}]),
        ),
    ];
    for (provider, body) in pieces {
        let (reply, ..) = ask(provider, vec![ResponseTemplate::new(200).set_body_json(body)], &request(goal())).await;
        let reply = reply.unwrap();
        assert_eq!((reply.text.as_str(), reply.calls.len(), reply.tokens), ("Hi", 1, tokens(1, 2)), "{provider:?}");
    }
}
