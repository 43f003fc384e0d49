//! Servers at an address, over streamable HTTP: TLS or this very computer, no redirect, no address of the local network.

use crate::{web::address::public, words::say};
use assent_protocol::visible::visible;
use reqwest::{Url, redirect};
use rmcp::transport::{
    AuthClient, AuthorizationManager, StreamableHttpClientTransport,
    streamable_http_client::StreamableHttpClientTransportConfig,
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

/// The name among a server's secrets that is sent as the bearer token.
pub const TOKEN: &str = "token";

/// A transport to `url`, with the token among `secrets` where there is one, else with that of the sign-in.
///
/// # Errors
/// A sentence when nothing can be sent from here at all.
pub fn transport(
    url: &Url,
    secrets: &[(String, String)],
    signed_in: AuthorizationManager,
) -> Result<StreamableHttpClientTransport<AuthClient<reqwest::Client>>, String> {
    let client = reqwest::Client::builder()
        // What was looked at is this one origin; another one would get the token and the arguments.
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(10))
        .dns_resolver(Arc::new(Outside))
        .build()
        .map_err(|error| error.to_string())?;
    let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
    config.max_sse_event_size = super::session::MOST_MESSAGE;
    config.max_json_response_size = super::session::MOST_MESSAGE;
    config.max_error_response_size = 4 * 1024;
    config.auth_header = secrets.iter().find(|(name, _)| name == TOKEN).map(|(_, token)| token.clone());
    // A session that has expired is started anew by the person's next look, never in the middle of a call.
    config.reinit_on_expired_session = false;
    Ok(StreamableHttpClientTransport::with_client(AuthClient::new(client, signed_in), config))
}

/// Reads an address: `https`, or `http` to this computer by its number or as `localhost`; no name or password in it.
///
/// # Errors
/// A sentence.
pub fn address(text: &str) -> Result<Url, String> {
    let wrong = |key: &str| say(key, &[("url", &visible(text))]);
    let url = Url::parse(text.trim()).map_err(|_| wrong("mcp.http.no_address"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("mcp.http.credentials"));
    }
    let host = url.host_str().ok_or_else(|| wrong("mcp.http.no_address"))?;
    let number = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    let here = number.map_or(host == "localhost", |number| number.is_loopback());
    match url.scheme() {
        "https" | "http" if here => Ok(url),
        "https" if number.is_some_and(|number| !public(number)) => Err(wrong("mcp.http.private")),
        "https" => Ok(url),
        "http" => Err(wrong("mcp.http.no_tls")),
        _ => Err(wrong("mcp.http.no_address")),
    }
}

/// Looks a name up and refuses what leads into the local network, so that a public name cannot point there.
pub struct Outside;

impl reqwest::dns::Resolve for Outside {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let fits = |at: &SocketAddr| if name == "localhost" { at.ip().is_loopback() } else { public(at.ip()) };
            let kept: Vec<SocketAddr> = found.into_iter().filter(fits).collect();
            if kept.is_empty() {
                let error = std::io::Error::other(say("mcp.http.private", &[("url", &visible(&name))]));
                return Err(error.into());
            }
            Ok(Box::new(kept.into_iter()) as reqwest::dns::Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mcp_16_only_tls_or_this_computer_is_taken_and_nothing_of_the_local_network() {
        for good in
            ["https://mcp.example.org/mcp", "http://127.0.0.1:3000/mcp", "http://localhost/mcp", "http://[::1]:1/"]
        {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "http://mcp.example.org/mcp",
            "https://10.0.0.1/",
            "https://192.168.1.4/mcp",
            "https://169.254.169.254/",
            "https://[fd00::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://0x0a000001/",
            "https://user:word@example.org/",
            "file:///etc/passwd",
            "ftp://example.org/",
            "not an address",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
