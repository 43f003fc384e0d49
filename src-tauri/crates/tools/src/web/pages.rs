//! Pages as people meet them, that other programs read wrongly.

use super::{
    address::Address,
    page::{Page, look},
    reader::{Reader, Version},
    scripted::{Server, reply},
    text::readable,
};
use assent_agent::Hosts;
use flate2::Compression;
use reqwest::Url;
use std::{
    io::Write as _,
    net::ToSocketAddrs as _,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

fn at(place: &str, html: &str) -> String {
    readable(html, &Url::parse(place).unwrap())
}

fn shown(html: &str) -> String {
    at("http://x.test/news/page.html", html)
}

// The page that a server on this computer gives for these headers and bytes.
fn read(headers: Vec<(&'static str, &'static str)>, body: Vec<u8>) -> Result<Page, String> {
    let server = Server::new(move |_, stream| reply(stream, "200 OK", &headers, &body));
    let lookup = |name: &str| Ok((name, 0).to_socket_addrs()?.map(|at| at.ip()).collect());
    let reader = Reader::new(Arc::new(lookup), Duration::from_secs(10), 1_000_000);
    let url = server.url("/");
    let hosts = Hosts { typed: super::address::named_in(&url), ..Hosts::default() };
    assert!(Address::read(&url, &hosts).is_ok());
    match look(&reader, &url, &hosts, &Version::default(), &AtomicBool::new(false))? {
        super::page::Look::Page(page) => Ok(*page),
        other => panic!("{other:?}"),
    }
}

#[test]
fn links_are_meant_from_where_the_page_says() {
    for (head, right) in [
        ("<base href=\"http://docs.x.test/v2/\">", "http://docs.x.test/v2/guide.html"),
        ("<BASE target=_blank HREF='/v3/'>", "http://x.test/v3/guide.html"),
        ("<base href=v4/ >", "http://x.test/news/v4/guide.html"),
        ("<base target=_top><base href=\"/v5/\">", "http://x.test/v5/guide.html"),
        ("<basefont href=\"/no/\">", "http://x.test/news/guide.html"),
        ("<base href=\"javascript:x\">", "http://x.test/news/guide.html"),
        ("<base href=\"data:text/html,\">", "http://x.test/news/guide.html"),
        ("<base", "http://x.test/news/guide.html"),
    ] {
        let html = format!(
            "<html><head>{head}<title>T</title></head><body><p>See <a href=\"guide.html\">the guide</a>.</p></body></html>"
        );
        let text = shown(&html);
        assert!(text.contains(&format!("[the guide]({right})")) || head == "<base", "{head}: {text}");
    }
}

#[test]
fn a_long_link_says_where_it_leads() {
    let link = |path: &str| shown(&format!("<a href=\"http://x.test/{path}\">here</a>"));
    let query = format!("?{}", "q".repeat(600));
    assert_eq!(link(&query), format!("[here](http://x.test/{query})"));
    let many: String = (0..40).map(|n| format!("<a href=\"/{n}{}\">word{n}</a> ", "y".repeat(150))).collect();
    let text = shown(&many);
    assert!((0..40).all(|n| text.contains(&format!("[word{n}](http://x.test/{n}{})", "y".repeat(150)))), "{text}");
    let row = shown(&format!("<table><tr><td><a href=\"/{query}\">a</a></td><td>b</td></tr></table>"));
    assert!(row.contains(&format!("[a](http://x.test/{query})")), "{row}");
    assert_eq!(link(&format!("a?{}", "q".repeat(5_000))), "[here](http://x.test/a?…)");
    assert_eq!(link(&"a".repeat(5_000)), "[here](http://x.test/…)");
    assert_eq!(shown(&format!("<a href=\"data:text/html,{}\">here</a>", "x".repeat(500))), "here");
    assert_eq!(shown("<a href=\"#top\">here</a> <a href=\" mailto:a@b.c \">write</a>"), "here [write](mailto:a@b.c)");
}

#[test]
fn what_is_packed_is_unpacked_in_every_form_that_servers_send() {
    let page = b"<!doctype html><p>words".to_vec();
    let raw = |bytes: &[u8]| {
        let mut out = flate2::write::DeflateEncoder::new(Vec::new(), Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    };
    let zlib = |bytes: &[u8]| {
        let mut out = flate2::write::ZlibEncoder::new(Vec::new(), Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    };
    let gzip = |bytes: &[u8]| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    };
    // "<!doctype html><p>words" as brotli and zstd keep it: stored.
    let brotli = [&[0x0b, 0x0b, 0x80][..], &page, &[0x03]].concat();
    let zstd =
        [&[0x28, 0xb5, 0x2f, 0xfd, 0x20, page.len() as u8][..], &[(page.len() as u8) << 3 | 1, 0, 0], &page].concat();
    for (way, bytes) in [
        ("deflate", raw(&page)),
        ("deflate", zlib(&page)),
        ("gzip", gzip(&page)),
        ("x-gzip", gzip(&page)),
        ("GZIP", gzip(&page)),
        ("deflate, gzip", gzip(&zlib(&page))),
        ("identity", page.clone()),
        ("br", brotli),
        ("zstd", zstd),
    ] {
        let read = read(vec![("Content-Type", "text/html"), ("Content-Encoding", way)], bytes);
        assert_eq!(read.map(|page| page.text), Ok("words".to_owned()), "{way}");
    }
    let empty = read(vec![("Content-Type", "text/plain"), ("Content-Encoding", "gzip")], Vec::new());
    assert_eq!(empty.map(|page| page.text), Ok(String::new()));
    let unknown = read(vec![("Content-Type", "text/html"), ("Content-Encoding", "compress")], page);
    assert!(unknown.unwrap_err().contains("unpacked"));
}

#[test]
fn struck_words_and_choices_can_be_read() {
    let text = shown(
        "<p>Price <del>100</del> <s>90</s> <ins>80</ins></p><details><summary>More</summary><p>Inside</p></details>\
        <select><option>A<option selected>B</select><select><optgroup label=x><option>C</option><option>D</option></select>",
    );
    assert!(text.contains("~~100~~") && text.contains("~~90~~") && !text.contains('\u{336}'), "{text}");
    for words in ["A", "B", "C", "D", "More", "Inside"] {
        assert!(text.lines().any(|line| line.trim() == words), "{words}: {text}");
    }
}

#[test]
fn a_page_shows_ordinary_text_as_people_write_it() {
    for (html, right) in [
        ("Prix&nbsp;: 50&nbsp;&euro; ou 5&#x202f;000", "Prix : 50 € ou 5 000"),
        ("Donau&shy;dampf&shy;schiff", "Donaudampfschiff"),
        ("می&zwnj;خواهم", "می\u{200c}خواهم"),
        ("❤\u{fe0f} 🏳\u{fe0f}\u{200d}🌈", "❤\u{fe0f} 🏳\u{fe0f}\u{200d}🌈"),
        ("क&#x94d;&zwj;ष", "क\u{94d}\u{200d}ष"),
        ("全角\u{3000}空白", "全角 空白"),
        ("long\u{200b}word", "longword"),
        ("a&#x2060;b", "a\\u{2060}b"),
        ("שלום&rlm; (test)", "שלום\\u{200f} (test)"),
        ("&nbsp;first&nbsp;", "first"),
    ] {
        assert_eq!(shown(&format!("<p>{html}</p>")).trim(), right, "{html}");
    }
    assert_eq!(
        read(vec![("Content-Type", "text/plain")], "a\tb\r\n5\u{a0}€".as_bytes().to_vec()).unwrap().text,
        "a    b\n5 €"
    );
}

#[test]
fn a_feed_whose_encoding_only_the_header_says_is_read() {
    let feed = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News</title><item><title>Zażółć gęślą</title></item></channel></rss>";
    for kind in
        ["text/xml; charset=iso-8859-2", "application/rss+xml;charset=\"ISO-8859-2\"", "text/html; charset=latin2"]
    {
        let bytes = encoding_rs::ISO_8859_2.encode(feed).0.into_owned();
        let page = read(vec![("Content-Type", kind)], bytes).unwrap();
        assert_eq!(page.feed.expect("a feed").entries[0].title, "Zażółć gęślą", "{kind}");
    }
}

#[test]
fn a_json_feed_under_the_type_of_any_json_has_entries() {
    let feed = r#"{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [{"id": 1, "url": "http://x.test/1", "title": "One", "content_text": "x"}]}"#;
    for kind in ["application/json", "application/feed+json", "text/plain; charset=utf-8"] {
        let page = read(vec![("Content-Type", kind)], feed.as_bytes().to_vec()).unwrap();
        assert_eq!(page.feed.expect("a feed").entries[0].title, "One", "{kind}");
    }
    assert!(read(vec![("Content-Type", "application/json")], b"{\"items\": []}".to_vec()).unwrap().feed.is_none());
}
