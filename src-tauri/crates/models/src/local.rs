//! Models on this computer: Ollama, LM Studio and llama.cpp at their usual ports. Nothing is asked unless the user asks.

use assent_protocol::wire::LocalServer;
use serde_json::Value;
use std::time::Duration;

/// Each program and its usual port.
pub const USUAL: &[(&str, u16)] = &[("Ollama", 11434), ("LM Studio", 1234), ("llama.cpp", 8080)];
// A program on this computer answers at once, or is busy loading a model.
const LONGEST: Duration = Duration::from_secs(2);
const LARGEST: usize = 256 * 1024;
const MOST_MODELS: usize = 200;

/// Every program at `places` that lists models in the way of Chat Completions.
pub async fn find_local(places: &[(&str, u16)]) -> Vec<LocalServer> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(LONGEST)
        .timeout(LONGEST)
        .build();
    let Ok(client) = client else { return Vec::new() };
    let asked: Vec<_> = places
        .iter()
        .map(|(name, port)| {
            let (client, name, base_url) = (client.clone(), (*name).to_owned(), format!("http://127.0.0.1:{port}/v1"));
            tokio::spawn(async move {
                let models = models_at(&client, &base_url).await?;
                Some(LocalServer { name, base_url, models })
            })
        })
        .collect();
    let mut found = Vec::new();
    for answer in asked {
        found.extend(answer.await.ok().flatten());
    }
    found
}

// None where nothing listens or something else does.
async fn models_at(client: &reqwest::Client, base_url: &str) -> Option<Vec<String>> {
    let mut response = client.get(format!("{base_url}/models")).send().await.ok()?.error_for_status().ok()?;
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await.ok()? {
        body.extend_from_slice(&bytes);
        if body.len() > LARGEST {
            return None;
        }
    }
    let list: Value = serde_json::from_slice(&body).ok()?;
    let ids = list["data"].as_array()?.iter().filter_map(|model| model["id"].as_str());
    Some(ids.take(MOST_MODELS).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

    async fn server(answer: ResponseTemplate) -> (MockServer, u16) {
        let server = MockServer::start().await;
        Mock::given(path("/v1/models")).respond_with(answer).mount(&server).await;
        let port = server.address().port();
        (server, port)
    }

    #[tokio::test]
    async fn programs_that_list_models_are_found_and_others_are_not() {
        let list = json!({"object": "list", "data": [{"id": "qwen3:8b"}, {"id": "llama3.2"}, {"object": "model"}]});
        let (_one, ollama) = server(ResponseTemplate::new(200).set_body_json(list)).await;
        let (_two, page) = server(ResponseTemplate::new(200).set_body_raw("<html></html>", "text/html")).await;
        let (_three, missing) = server(ResponseTemplate::new(404)).await;
        let (elsewhere, away) = server(ResponseTemplate::new(307).insert_header("location", "http://192.0.2.1/")).await;
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let found =
            find_local(&[("Ollama", ollama), ("page", page), ("missing", missing), ("away", away), ("gone", gone)])
                .await;
        let wanted = LocalServer {
            name: "Ollama".into(),
            base_url: format!("http://127.0.0.1:{ollama}/v1"),
            models: vec!["qwen3:8b".into(), "llama3.2".into()],
        };
        assert_eq!(found, [wanted]);
        assert_eq!(elsewhere.received_requests().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_program_that_never_stops_answering_is_left_alone() {
        let (_endless, port) = server(ResponseTemplate::new(200).set_body_bytes(vec![b' '; LARGEST + 1])).await;
        assert_eq!(find_local(&[("x", port)]).await, []);
    }
}
