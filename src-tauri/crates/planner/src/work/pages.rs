//! What is done with a page: told, kept as a note, or written to a file.

use crate::desk::Desk;
use assent_protocol::{
    texts::say,
    visible::{visible, visible_lines},
};
use serde_json::json;

/// Characters of a page that are told at the end.
const TOLD: usize = 2_000;

struct Page {
    title: String,
    text: String,
    whole: bool,
}

pub fn read(url: &str, desk: &mut Desk) -> Option<()> {
    let page = page(url, desk)?;
    let text: String = page.text.chars().take(TOLD).collect();
    let values = [("url", visible(url)), ("title", page.title), ("text", visible_lines(&text).join("\n"))];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    desk.note(say("planner.answer.page", &values));
    Some(())
}

pub fn save(url: &str, to: &str, desk: &mut Desk) -> Option<()> {
    let page = page(url, desk)?;
    let args = json!({"path": to, "text": kept(&page, url)});
    desk.propose("files.write", args, &say("planner.says.page", &[]));
    Some(())
}

pub fn note(url: &str, title: Option<&str>, desk: &mut Desk) -> Option<()> {
    let page = page(url, desk)?;
    let args = json!({"title": title.unwrap_or(&page.title), "text": kept(&page, url)});
    desk.propose("notes.add", args, &say("planner.says.page", &[]));
    Some(())
}

fn page(url: &str, desk: &mut Desk) -> Option<Page> {
    let says = say("planner.says.fetch", &[]);
    let output = desk.look_or_say("web.fetch", json!({ "url": url }), says, url)?;
    if let Some(to) = output["redirect"].as_str() {
        desk.note(say("planner.page.elsewhere", &[("url", &visible(url)), ("to", &visible(to))]));
        return None;
    }
    let host = url.split("://").nth(1).unwrap_or(url).split('/').next().unwrap_or(url);
    let title = output["title"].as_str().filter(|title| !title.is_empty()).unwrap_or(host);
    let (text, whole) = match output["start"].as_str() {
        Some(start) => (start, false),
        None => (output["text"].as_str().unwrap_or_default(), true),
    };
    // A title becomes the name of a file.
    Some(Page { title: visible(title).chars().take(80).collect(), text: text.to_owned(), whole })
}

fn kept(page: &Page, url: &str) -> String {
    let more = if page.whole { String::new() } else { format!("\n\n{}", say("planner.page.cut", &[])) };
    format!("{url}\n\n{}{more}\n", page.text)
}
