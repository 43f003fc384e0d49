//! Feeds as people meet them, many of them against the rules.

use super::*;
use assent_agent::Hosts;

fn read_feed(text: &str) -> Feed {
    let hosts = Hosts { typed: vec!["x.test".into()], ..Hosts::default() };
    let address = Address::read("http://x.test/news/feed.xml", &hosts).unwrap();
    assert!(is_feed("text/html", text) || text.contains("<html"), "{text}");
    read(text, &address).unwrap()
}

fn rss(items: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>News</title>{items}</channel></rss>")
}

fn titles(text: &str) -> Vec<String> {
    read_feed(text).entries.into_iter().map(|entry| entry.title).collect()
}

#[test]
fn one_bad_sign_does_not_cost_the_feed() {
    for (title, right) in [
        ("D&D night", "D&D night"),
        ("Q&A; or not", "Q&A; or not"),
        ("Caf&eacute; &ndash; open", "Café – open"),
        ("Tom &amp; Ann &#38; Bob", "Tom & Ann & Bob"),
        ("a\u{b}b", "ab"),
        ("x &#0; y", "x &#0; y"),
        ("<![CDATA[R&D & <b>more</b>]]>", "R&D & more"),
    ] {
        let list = titles(&rss(&format!("<item><title>{title}</title></item><item><title>Second</title></item>")));
        assert_eq!((list.len(), list.last().map(String::as_str)), (2, Some("Second")), "{title}");
        assert!(list[0] == right || title.contains("&#0;") || title.contains("A;"), "{title}: {list:?}");
    }
}

#[test]
fn one_bad_entry_does_not_cost_the_others() {
    let good = |name: &str| format!("<item><title>{name}</title><link>/a/{name}</link></item>");
    let unclosed = "<item><title>Broken</title><description>one <br> two</description></item>";
    assert_eq!(titles(&rss(&[&good("A"), unclosed, &good("B")].concat())), ["A", "Broken", "B"]);
    let wrong = "<item><title>Wrong</titel></item>";
    assert_eq!(titles(&rss(&[&good("A"), wrong, &good("B")].concat())), ["A", "B"]);
    let cut = &rss(&[&good("A"), &good("B"), "<item><title>C"].concat());
    assert_eq!(titles(&cut[..cut.len() - 20]), ["A", "B"]);
    let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>T</title><entry><title>A</title><id>1</id></entry>\
        <entry><title>B</title><summary>a <img> b</summary></entry></feed>";
    assert_eq!(titles(atom), ["A", "B"]);
}

#[test]
fn older_and_odder_kinds_of_feeds_are_read() {
    let item = "<item><title>One</title><link>http://x.test/1</link></item>";
    for version in ["0.91", "0.92", "0.94", "2.0", "2.01", "2"] {
        let text = format!(
            "\u{feff}\n <?xml version=\"1.0\"?>\n<!-- x -->\n<rss version=\"{version}\"><channel><title>T</title>{item}</channel></rss>"
        );
        assert_eq!(titles(&text), ["One"], "{version}");
    }
    let none = format!("<rss><channel><title>T</title>{item}</channel></rss>");
    assert_eq!(titles(&none), ["One"]);
    let rdf = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\">\
        <channel><title>T</title><link>http://x.test/</link><description>d</description></channel>\
        <item rdf:about=\"http://x.test/1\"><title>One</title><link>http://x.test/1</link></item></rdf:RDF>";
    assert_eq!(titles(rdf), ["One"]);
    let atom = "<feed version=\"0.3\" xmlns=\"http://purl.org/atom/ns#\"><title>T</title><entry><title>One</title>\
        <id>1</id><link rel=\"alternate\" href=\"http://x.test/1\"/><issued>2026-11-25T10:00:00Z</issued></entry></feed>";
    let feed = read_feed(atom);
    assert_eq!((feed.entries[0].title.as_str(), feed.entries[0].published.is_some()), ("One", true));
}

#[test]
fn a_json_feed_is_one_whatever_it_was_sent_as() {
    let text = r#"{"version": "https://jsonfeed.org/version/1.1", "items": [
        {"id": 1, "url": "http://x.test/1", "title": "One", "content_text": "x"},
        {"id": "2", "title": null, "content_html": "<b>two</b>", "attachments": [{"url": "/a.mp3"}], "tags": "x"},
        "no entry", {"title": "Three", "date_published": "soon"}]}"#;
    for kind in ["application/json", "application/feed+json", "text/plain", ""] {
        assert!(is_feed(kind, text), "{kind}");
    }
    let feed = read_feed(text);
    let told: Vec<(&str, Option<&str>)> =
        feed.entries.iter().map(|entry| (entry.id.as_str(), entry.link.as_deref())).collect();
    assert_eq!(told[..2], [("1", Some("http://x.test/1")), ("2", Some("http://x.test/a.mp3"))]);
    assert_eq!((feed.entries.len(), feed.entries[1].summary.as_str()), (3, "two"));
    for other in [r#"{"version": 2, "items": []}"#, r#"{"a": "jsonfeed.org/version/"}"#, "[]", "{"] {
        assert!(!is_feed("application/json", other), "{other}");
    }
}

#[test]
fn an_entry_is_the_same_where_only_tokens_change() {
    let item = |link: &str, more: &str| rss(&format!("<item><title>One</title><link>{link}</link>{more}</item>"));
    let id = |text: &str| read_feed(text).entries[0].id.clone();
    let first = id(&item("http://n.test/a?tok=1", ""));
    for link in ["http://n.test/a?tok=2", "https://n.test/a", "http://n.test/a?utm_source=x&amp;sessionid=9#top"] {
        assert_eq!(id(&item(link, "")), first, "{link}");
    }
    for link in ["http://n.test/b?tok=1", "http://n.test/a?id=2", "http://n.test/a?article_id=7", "http://n.test/a?p=7"]
    {
        assert_ne!(id(&item(link, "")), first, "{link}");
    }
    // An address as its id may carry one, too; and one that is made anew each time says the same.
    let guid = |guid: &str| format!("<guid>{guid}</guid><pubDate>Wed, 25 Nov 2026 10:00:00 +0100</pubDate>");
    let [one, two] =
        ["http://n.test/g?tok=1", "http://n.test/g?tok=2"].map(|at| id(&item("http://n.test/a", &guid(at))));
    assert_eq!(one, two);
    let says = |at: &str| read_feed(&item("http://n.test/a", &guid(at))).entries[0].says.clone();
    assert_eq!(says("0001"), says("0002"));
    assert_eq!(id(&item("http://n.test/a", "<guid>77</guid>")), "77");
    // Two entries are two, whatever they are called.
    let twins = rss(
        "<item><title>Build failed</title><guid>1</guid></item><item><title>Build failed</title><guid>2</guid></item>\
        <item><title>Up</title><link>http://x.test/?tok=1</link><description>a</description></item>\
        <item><title>Up</title><link>http://x.test/?tok=2</link><description>b</description></item>",
    );
    let feed = read_feed(&twins);
    let mut ids: Vec<&str> = feed.entries.iter().flat_map(|entry| [entry.id.as_str(), entry.says.as_str()]).collect();
    ids.sort_unstable();
    ids.dedup();
    assert!(feed.entries.len() == 4 && ids.len() == 4, "{feed:?}");
}

#[test]
fn links_lead_to_the_entry_wherever_they_are_written() {
    let link = |text: &str| read_feed(text).entries[0].link.clone().unwrap_or_default();
    assert_eq!(link(&rss("<item><title>A</title><link>/a</link></item>")), "http://x.test/a");
    assert_eq!(link(&rss("<item><title>A</title><link>b.html</link></item>")), "http://x.test/news/b.html");
    assert_eq!(link(&rss("<item><title>A</title><guid>http://x.test/g</guid></item>")), "http://x.test/g");
    assert_eq!(
        link(&rss(
            "<item><title>A</title><enclosure url=\"http://x.test/a.mp3\" length=\"1\" type=\"audio/mpeg\"/></item>"
        )),
        "http://x.test/a.mp3"
    );
    let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"http://y.test/z/\"><title>T</title><entry>\
        <title>A</title><id>1</id><link rel=\"self\" href=\"http://x.test/self\"/><link href=\"a\"/></entry></feed>";
    assert_eq!(link(atom), "http://y.test/z/a");
}

#[test]
fn dates_are_read_in_many_shapes() {
    for date in [
        "<pubDate>Wed, 25 Nov 2026 10:00:00 +0100</pubDate>",
        "<pubDate>Wednesday, 25 November 2026 09:00:00 GMT</pubDate>",
        "<pubDate>25 Nov 2026 09:00:00 UTC</pubDate>",
        "<dc:date xmlns:dc=\"http://purl.org/dc/elements/1.1/\">2026-11-25T09:00:00Z</dc:date>",
        "<pubDate>2026-11-25T10:00:00+0100</pubDate>",
    ] {
        let feed = read_feed(&rss(&format!("<item><title>A</title>{date}</item>")));
        assert_eq!(feed.entries[0].published, Some(1_795_597_200_000), "{date}");
    }
    assert_eq!(read_feed(&rss("<item><title>A</title><pubDate>soon</pubDate></item>")).entries[0].published, None);
}

#[test]
fn a_page_is_no_feed() {
    for text in ["<!DOCTYPE html><p>&lt;rss> <rss", "<html><body><feed></feed>", "about <rss> and more", "", "[1]"] {
        assert!(!is_feed("text/html", text), "{text}");
    }
}
