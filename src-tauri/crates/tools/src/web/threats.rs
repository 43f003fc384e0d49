//! The rows of the threat list about the network, and pages that are made to do harm.

use super::{
    address::{Address, named_in, origin},
    fetch::Fetch,
    page::{Look, Page, look},
    reader::{Lookup, Reader, Version},
    scripted::{Server, page, reply},
};
use crate::{check::World, words::say};
use assent_agent::{Hosts, Tool};
use std::{
    io::Write as _,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// Forms of this computer and of the local network.
const LOCAL: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0",
    "0.0.0.0",
    "0x7f000001",
    "0x7f.1",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "169.254.169.254",
    "[fd00:ec2::254]",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "[fc00::1]",
    "[fe80::1]",
    "198.18.0.1",
    "198.19.255.255",
    "224.0.0.1",
    "[ff02::1]",
    "255.255.255.255",
    "240.0.0.1",
    "localhost",
    "LOCALHOST",
    "x.localhost",
    "foo.local",
    "printer",
    "nas.home.arpa",
];

fn typed(text: &str) -> Hosts {
    Hosts { typed: named_in(text), granted: Vec::new() }
}

fn here() -> Lookup {
    Arc::new(|_| Ok(vec![Ipv4Addr::LOCALHOST.into()]))
}

fn quick(most: u64) -> Reader {
    Reader::new(here(), Duration::from_secs(5), most)
}

fn read(reader: &Reader, url: &str) -> Result<Page, String> {
    match look(reader, url, &typed(url), &Version::default(), &AtomicBool::new(false))? {
        Look::Page(page) => Ok(*page),
        other => panic!("{other:?}"),
    }
}

#[test]
fn net_07_an_address_has_one_reading_or_none() {
    let none = Hosts::default();
    for good in ["https://docs.python.org/3/", "HTTPS://DOCS.PYTHON.ORG/", "http://docs.python.org:80/?a=b#c"] {
        assert_eq!(Address::read(good, &none).unwrap().host, "docs.python.org", "{good}");
    }
    for other in
        ["https://docs.python.org.evil.test/", "https://evil.test/docs.python.org", "https://evil.test?docs.python.org"]
    {
        assert_ne!(Address::read(other, &none).unwrap().host, "docs.python.org", "{other}");
    }
    for bad in [
        "https://docs.python.org@evil.test/",
        "https://docs.python.org:80@evil.test/",
        "https://docs.python.org./",
        "https://docs.python.org\0.evil.test/",
        "https://docs.python.org%2eevil.test/",
        "https://docs.python.org\t/",
        "https://docs.python.org\n.evil.test/",
        "https://docs\u{ff0e}python\u{ff0e}org/",
        "https://docs\u{3002}python.org/",
        "https://d\u{43e}cs.python.org/",
        "https://docs.python.org\\@evil.test/",
        "https:\\\\docs.python.org/",
        "https:docs.python.org",
        "https:///docs.python.org",
        "//docs.python.org/",
        "docs.python.org",
        "https://",
        "https://[::1",
        "https://docs.python.org:x/",
        "",
    ] {
        assert!(Address::read(bad, &none).is_err(), "{bad:?}");
    }
    // Another alphabet is told in the spelling that nobody can mistake.
    let told = Address::read("https://b\u{fc}cher.example/a", &none).unwrap_err();
    assert!(told.contains("https://xn--bcher-kva.example/a"), "{told}");
    assert!(Address::read(&format!("https://example.org/{}", "a".repeat(5_000)), &none).is_err());
}

#[test]
fn net_08_this_computer_and_the_local_network_are_read_only_where_the_user_typed_host_and_port() {
    let none = Hosts::default();
    for host in LOCAL {
        for url in [format!("http://{host}/"), format!("https://{host}:8080/x")] {
            assert!(Address::read(&url, &none).is_err(), "{url}");
            // Another port than the one that was typed is another server.
            assert!(Address::read(&url, &typed(&format!("look at http://{host}:9999/"))).is_err(), "{url}");
        }
    }
    for url in ["http://127.0.0.1:8000/a", "http://localhost:3000/", "http://[::1]:8080/", "http://nas.local/"] {
        assert!(Address::read(url, &typed(&format!("What does {url} say?"))).unwrap().may_be_local, "{url}");
        let granted = Hosts { granted: named_in(&origin(url).unwrap()), ..Hosts::default() };
        assert!(Address::read(url, &granted).is_ok(), "{url}");
    }
    for port in [22, 25, 6_379, 11_211, 3_306] {
        assert!(Address::read(&format!("http://example.org:{port}/"), &none).is_err(), "{port}");
        assert!(Address::read(&format!("http://example.org:{port}/"), &typed("example.org")).is_err(), "{port}");
    }
    assert!(Address::read("http://example.org:9000/", &typed("see example.org:9000")).is_ok());
    assert!(!Address::read("https://8.8.8.8/", &none).unwrap().may_be_local);
}

#[test]
fn net_08_a_name_of_the_network_that_leads_into_the_local_one_is_read_only_where_it_is_granted() {
    let server = Server::new(|_, stream| page(stream, "<p>inside</p>"));
    let url = format!("http://rebind.example.org:{}/", server.port);
    let told = read(&quick(1_000_000), &url).unwrap_err();
    assert!(told.contains("leads to this computer"), "{told}");
    assert_eq!(server.asked().len(), 0);
    let granted = Hosts { granted: named_in(&url), ..Hosts::default() };
    let seen = look(&quick(1_000_000), &url, &granted, &Version::default(), &AtomicBool::new(false)).unwrap();
    assert!(matches!(seen, Look::Page(page) if page.text == "inside"));
}

#[test]
fn net_09_a_name_is_looked_up_once_and_the_connection_goes_to_what_was_checked() {
    let good = Server::new(|path, stream| match path {
        "/" => reply(stream, "302 Found", &[("Location", "/again")], b""),
        _ => page(stream, "<p>the one that was checked</p>"),
    });
    let _evil = Server::at(&format!("127.0.0.2:{}", good.port), |_, stream| page(stream, "<p>another</p>"));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    // The second answer, with no time to live, is another computer.
    let lookup: Lookup = Arc::new(move |_| {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        Ok(vec![IpAddr::from([127, 0, 0, if first { 1 } else { 2 }])])
    });
    let url = format!("http://rebind.example.org:{}/", good.port);
    let granted = Hosts { granted: named_in(&url), ..Hosts::default() };
    let reader = Reader::new(lookup, Duration::from_secs(5), 1_000_000);
    let Ok(Look::Page(page)) = look(&reader, &url, &granted, &Version::default(), &AtomicBool::new(false)) else {
        panic!("not read")
    };
    assert_eq!((page.text.as_str(), asked.load(Ordering::SeqCst)), ("the one that was checked", 1));
}

#[test]
fn net_10_every_redirect_is_checked_and_none_leads_to_another_host() {
    let inner = Server::new(|_, stream| page(stream, "<p>secret</p>"));
    let (inner_url, inner_port) = (inner.url("/"), inner.port);
    let server = Server::new(move |path, stream| {
        let to = match path {
            "/loop" => "/loop".to_owned(),
            "/file" => "file:///etc/passwd".to_owned(),
            "/metadata" => "http://169.254.169.254/latest/meta-data/".to_owned(),
            "/inner" => inner_url.clone(),
            "/name" => format!("http://localhost:{inner_port}/"),
            "/user" => "http://127.0.0.1@evil.test/".to_owned(),
            "/away" => "https://evil.test/?d=1".to_owned(),
            "/empty" => String::new(),
            "/one" => "/two".to_owned(),
            _ => return page(stream, "<p>here</p>"),
        };
        reply(stream, "302 Found", &[("Location", &to)], b"");
    });
    assert_eq!(read(&quick(1_000_000), &server.url("/one")).unwrap().text, "here");
    for path in ["/loop", "/file", "/metadata", "/inner", "/name", "/user", "/empty"] {
        let read = read(&quick(1_000_000), &server.url(path));
        assert!(read.is_err(), "{path}: {read:?}");
    }
    assert_eq!(inner.asked().len(), 0);
    assert_eq!(server.asked().iter().filter(|asked| asked.starts_with("GET /loop")).count(), 6);
    let url = server.url("/away");
    let away = look(&quick(1_000), &url, &typed(&url), &Version::default(), &AtomicBool::new(false)).unwrap();
    assert_eq!(away, Look::Elsewhere("https://evil.test/?d=1".to_owned()));
}

#[test]
fn net_11_other_schemes_are_refused() {
    for url in [
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://example.org/",
        "data:text/html,hello",
        "jar:https://example.org!/",
        "view-source:https://example.org/",
        "javascript:alert(1)",
        "ws://example.org/",
        "mailto:a@example.org",
    ] {
        assert!(Address::read(url, &Hosts::default()).is_err(), "{url}");
    }
}

#[test]
fn net_12_size_and_time_have_limits_also_when_packed_endless_or_slow() {
    let bomb = {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        (0..300).for_each(|_| packer.write_all(&[b'a'; 100_000]).unwrap());
        packer.finish().unwrap()
    };
    assert!(bomb.len() < 200_000);
    let server = Server::new(move |path, stream| match path {
        "/bomb" => reply(stream, "200 OK", &[("Content-Type", "text/plain"), ("Content-Encoding", "gzip")], &bomb),
        "/said" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n");
        }
        "/endless" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while stream.write_all(format!("10000\r\n{}\r\n", "a".repeat(0x10000)).as_bytes()).is_ok() {}
        }
        "/slow" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            while stream.write_all(b"a").is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        "/silent" => std::thread::sleep(Duration::from_secs(60)),
        "/broken" => reply(stream, "200 OK", &[("Content-Encoding", "gzip")], b"not packed at all"),
        "/unknown" => reply(stream, "200 OK", &[("Content-Encoding", "zstd")], b"abc"),
        "/cut" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc");
        }
        _ => reply(stream, "200 OK", &[("Content-Type", "text/plain")], b"small"),
    });
    for path in ["/bomb", "/said", "/endless"] {
        let told = read(&quick(10_000_000), &server.url(path)).unwrap_err();
        assert!(told.contains("more than"), "{path}: {told}");
    }
    for path in ["/broken", "/unknown", "/cut"] {
        assert!(read(&quick(10_000_000), &server.url(path)).is_err(), "{path}");
    }
    let hasty = Reader::new(here(), Duration::from_millis(400), 10_000_000);
    for path in ["/slow", "/silent"] {
        let began = Instant::now();
        let told = read(&hasty, &server.url(path)).unwrap_err();
        assert!(told.contains("took longer") && began.elapsed() < Duration::from_secs(3), "{path}: {told}");
    }
    // A stop ends a read that hangs.
    let stop = AtomicBool::new(true);
    let url = server.url("/silent");
    let told = look(&quick(1_000), &url, &typed(&url), &Version::default(), &stop).unwrap_err();
    assert_eq!(told, say("web.read.stopped", &[]));
    assert_eq!(read(&quick(1_000), &server.url("/")).unwrap().text, "small");
}

#[test]
fn net_12_markup_without_end_is_read_in_good_time() {
    let deep = |tag: &str| format!("{}deep{}", format!("<{tag}>").repeat(100_000), format!("</{tag}>").repeat(100_000));
    let mut pages: Vec<String> =
        ["div", "blockquote", "ul><li", "table><tr><td", "b", "x-y", "span", "svg", "a href=x"].map(deep).to_vec();
    pages.push("<a href=\"x\"><b><i>deep".repeat(50_000));
    pages.push(format!("<p>deep{}", "<".repeat(500_000)));
    pages.push(format!("<p>deep<script>{}", "<!--".repeat(100_000)));
    pages.push(format!("<table>{}</table>deep", "<td colspan=1000 rowspan=1000>x".repeat(2_000)));
    for html in pages {
        let began = Instant::now();
        let text = super::text::readable(&html, &"https://example.org/".parse().unwrap());
        let _ = super::text::title(&html);
        let start: String = html.chars().take(30).collect();
        assert!(text.contains("deep"), "{start}: {}", text.chars().take(80).collect::<String>());
        assert!(began.elapsed() < Duration::from_secs(10), "{start} took {:?}", began.elapsed());
    }
}

#[test]
fn net_01_a_page_is_text_and_nothing_in_it_is_loaded() {
    let server = Server::new(|path, stream| match path {
        "/" => page(
            stream,
            "<!doctype html><html><head><title>News &amp; more\u{202e}</title>\
             <link rel=prefetch href=/p><link rel=stylesheet href=/c><style>body{background:url(/b)}</style>\
             <script src=/s></script></head><body background=/g>\
             <h1>Head</h1><p>Some <b>words</b>\u{2066} and <a href='/next?a=1'>a link</a>.</p>\
             <img src=/i srcset='/j 2x' alt='A picture'><svg><image href=/k /></svg><iframe src=/f></iframe>\
             <video poster=/v></video><ul><li>one<li>two</ul><a href='javascript:x()'>no</a></body></html>",
        ),
        _ => page(stream, "loaded"),
    });
    let page = read(&quick(100_000), &server.url("/")).unwrap();
    let link = server.url("/next?a=1");
    assert_eq!(page.title.as_deref(), Some("News & more\\u{202e}"));
    assert_eq!(
        page.text,
        format!("# Head\n\nSome words\\u{{2066}} and [a link]({link}).\n\n[A picture]\n- one\n- two\nno")
    );
    assert_eq!(server.asked().len(), 1);
    let head = server.asked()[0].to_lowercase();
    assert!(head.contains("user-agent: assent/"), "{head}");
    assert!(!head.contains("cookie") && !head.contains("referer") && !head.contains("accept-language"), "{head}");
}

#[test]
fn net_14_what_an_address_carries_stands_on_the_card() {
    let world = World::new();
    let url = format!("https://example.org/a?d={}", "x".repeat(600));
    let facts = Fetch::default().describe(&serde_json::json!({ "url": url }), &world.place).unwrap();
    let assent_protocol::Preview::Fields { rows } = facts.preview else { panic!("no fields") };
    assert_eq!(rows[0].1, url);
    assert_eq!(rows[2].1, "603 characters after the host, which example.org will see");
    assert_eq!(facts.title, "Read a page of example.org");
}

#[test]
fn what_is_no_text_is_not_read_and_what_lies_about_itself_is_read_as_what_it_is() {
    let server = Server::new(|path, stream| match path {
        "/image" => reply(stream, "200 OK", &[("Content-Type", "image/png")], b"\x89PNG"),
        "/binary" => reply(stream, "200 OK", &[("Content-Type", "text/plain")], b"a\0b"),
        "/latin" => reply(stream, "200 OK", &[("Content-Type", "text/plain; charset=utf-16")], "zażółć".as_bytes()),
        "/bad" => reply(stream, "200 OK", &[("Content-Type", "text/plain")], b"words \xff\xfe words"),
        "/gone" => reply(stream, "404 Not Found", &[], b"nothing"),
        "/page" => reply(stream, "200 OK", &[("Content-Type", "text/plain")], b"<!DOCTYPE html><p>marked up"),
        _ => reply(stream, "200 OK", &[], b""),
    });
    let read = |path: &str| read(&quick(100_000), &server.url(path)).map(|page| page.text);
    assert_eq!(read("/image").unwrap_err(), "127.0.0.1 sent image/png and not a text; it cannot be read.");
    assert!(read("/binary").is_err());
    assert_eq!(read("/latin").unwrap(), "zażółć");
    assert_eq!(read("/bad").unwrap(), "words ÿþ words", "guessed as browsers do");
    assert_eq!(read("/gone").unwrap_err(), "127.0.0.1 answered 404.");
    assert_eq!(read("/page").unwrap(), "marked up");
    assert_eq!(read("/").unwrap(), "");
}

#[test]
fn a_page_that_was_not_changed_is_not_read_again_and_a_feed_has_entries_with_ids() {
    let feed = "<?xml version='1.0'?><rss version='2.0'><channel><title>News</title><link>https://example.org</link>\
        <item><title>First &amp; foremost</title><link>https://example.org/1</link><guid>id-1</guid>\
        <pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate><description>&lt;p&gt;Some &lt;b&gt;words&lt;/b&gt;&lt;/p&gt;</description></item>\
        <item><title>Second</title></item></channel></rss>";
    let server = Server::new(move |path, stream| match path {
        "/feed" => reply(stream, "200 OK", &[("Content-Type", "application/rss+xml")], feed.as_bytes()),
        "/bomb" => {
            let entities = (1..30).map(|n| format!("<!ENTITY a{n} '&a{};&a{};'>", n - 1, n - 1)).collect::<String>();
            let xml = format!(
                "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a0 'x'>{entities}]><rss version='2.0'><channel><title>&a29;</title></channel></rss>"
            );
            reply(stream, "200 OK", &[("Content-Type", "application/rss+xml")], xml.as_bytes());
        }
        _ => reply(stream, "200 OK", &[("Content-Type", "text/plain"), ("ETag", "\"v1\"")], b"words"),
    });
    let first = read(&quick(100_000), &server.url("/")).unwrap();
    assert_eq!(first.version.etag.as_deref(), Some("\"v1\""));
    let url = server.url("/");
    let _ = look(&quick(1_000), &url, &typed(&url), &first.version, &AtomicBool::new(false));
    assert!(server.asked()[1].to_lowercase().contains("if-none-match: \"v1\""));
    let page = read(&quick(100_000), &server.url("/feed")).unwrap();
    assert_eq!((page.source().as_str(), page.title.as_deref()), ("the feed 127.0.0.1", Some("News")));
    let entries = page.feed.unwrap().entries;
    assert_eq!((entries[0].id.as_str(), entries[0].title.as_str()), ("id-1", "First & foremost"));
    assert_eq!((entries[0].published, entries[0].summary.as_str()), (Some(1_793_613_600_000), "Some words"));
    assert!(!entries[1].id.is_empty() && entries[1].id != entries[0].id);
    assert!(read(&quick(100_000), &server.url("/bomb")).map_or(0, |page| page.text.len()) < 10_000);
}

#[test]
fn a_long_page_is_paged_with_its_name() {
    let server = Server::new(|_, stream| page(stream, &"<p>some words of a long page</p>".repeat(5_000)));
    let mut world = World::new();
    let url = server.url("/");
    world.place.hosts = typed(&url);
    let args = serde_json::json!({ "url": url });
    let fetch = Fetch::with(quick(1_000_000));
    let facts = fetch.describe(&args, &world.place).unwrap();
    let output = fetch.run(&args, &facts, &world.place).unwrap();
    assert_eq!(output.untrusted.as_deref(), Some("the page 127.0.0.1"));
    assert_eq!((&output.value["truncated"], &output.value["url"]), (&true.into(), &url.into()));
    assert!(output.value.to_string().len() < 32 * 1024);
    let more =
        world.look("results.read", serde_json::json!({ "result": output.value["more"]["result"], "from": 8_192 }));
    assert_eq!(more.untrusted.as_deref(), Some("the page 127.0.0.1"));
    assert!(more.value["text"].as_str().unwrap().contains("some words"));
}
