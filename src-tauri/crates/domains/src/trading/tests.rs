//! Prices that cannot be used, orders that are placed once, and what follows from the ledger.

use super::{cancel::Cancel, order::PlaceOrder, positions::Positions, quote::Prices};
use crate::check::World;
use assent_agent::{Output, Tool, ToolError, ToolFacts, Undone};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

const HOUR: i64 = 3_600_000;

fn noon(day: &str) -> i64 {
    let midnight: jiff::Timestamp = format!("{day}T00:00:00Z").parse().unwrap();
    midnight.as_millisecond() + 12 * HOUR
}

fn account(prices: &str, day: &str) -> World {
    let mut world = World::new();
    fs::create_dir(world.work.join("a")).unwrap();
    fs::write(world.work.join("a/prices.csv"), format!("day,symbol,price\n{prices}")).unwrap();
    let terms =
        r#"{"broker": "paper", "currency": "EUR", "cash": "1000", "prices": "prices.csv", "escalate_above": "150"}"#;
    fs::write(world.work.join("a/account.json"), terms).unwrap();
    world.place.now = noon(day);
    world
}

fn order(id: &str, side: &str, quantity: u32, limit: &str, total: i64) -> Value {
    json!({"account": "~/work/a", "order": id, "side": side, "symbol": "ACME", "quantity": quantity, "limit": limit, "total": total})
}

fn describe(world: &World, args: &Value) -> Result<ToolFacts, ToolError> {
    PlaceOrder.describe(args, &world.place)
}

fn run(tool: &dyn Tool, world: &World, args: &Value) -> Result<Output, ToolError> {
    let facts = tool.describe(args, &world.place)?;
    tool.prepare(args, &facts, &world.place)?;
    tool.run(args, &facts, &world.place)
}

fn book(world: &World) -> Value {
    run(&Positions, world, &json!({"account": "~/work/a"})).unwrap().value
}

const WEEK: &str = "2026-03-02,ACME,20\n2026-03-03,ACME,19.5\n2026-03-04,ACME,21\n";

#[test]
fn each_price_that_cannot_be_used_is_one_sentence_and_no_order() {
    let ask = order("o1", "buy", 1, "50", 50);
    let cases = [
        ("2026-03-02,ACME,\n", "missing"),
        ("2026-03-02,ACME,-4\n", "not above zero"),
        ("2026-03-02,ACME,0\n", "not above zero"),
        ("2026-03-02,ACME,NaN\n", "no price"),
        ("2026-03-02,ACME,inf\n", "no price"),
        ("2026-03-02,ACME,1e400\n", "no price"),
        ("2026-03-02,ACME,1.00001\n", "no price"),
        ("2025-03-02,ACME,20\n", "days old"),
        ("2026-03-09,ACME,20\n", "There is no price"),
        ("2026-03-02,OTHER,20\n", "There is no price"),
        ("2026-03-02,ACME,20\n2026-03-02,ACME,21\n", "two prices"),
        ("yesterday,ACME,20\n", "line 2"),
        ("2026-03-02,a\u{202e}b,20\n", "line 2"),
    ];
    for (prices, word) in cases {
        let world = account(prices, "2026-03-03");
        let sentence = describe(&world, &ask).unwrap_err().to_string();
        assert!(sentence.contains(word) && sentence.lines().count() == 1, "{prices}: {sentence}");
        assert!(!sentence.contains("trading."), "{sentence}");
        let told = run(&Prices, &world, &json!({"account": "~/work/a", "symbol": "ACME"}));
        let told =
            told.map_or_else(|error| error.to_string(), |output| output.value["prices"][0]["problem"].to_string());
        assert!(told.contains(word), "{prices}: {told}");
        assert!(!world.work.join("a/ledger.jsonl").exists());
    }
}

#[test]
fn an_order_waits_for_the_next_price_is_done_within_its_limit_and_else_lapses() {
    let mut world = account(WEEK, "2026-03-02");
    run(&PlaceOrder, &world, &order("o1", "buy", 10, "20", 200)).unwrap();
    run(&PlaceOrder, &world, &order("o2", "buy", 10, "19", 190)).unwrap();
    assert_eq!(book(&world)["reserved"], "390");
    world.place.now = noon("2026-03-03");
    let value = book(&world);
    assert_eq!(value["orders"][0]["status"], "lapsed");
    assert_eq!((&value["orders"][1]["status"], &value["orders"][1]["price"]), (&json!("filled"), &json!("19.5")));
    assert_eq!((&value["cash"], &value["worth"], &value["reserved"]), (&json!("805"), &json!("1000"), &json!("0")));
    run(&PlaceOrder, &world, &order("o3", "sell", 4, "20.5", 82)).unwrap();
    world.place.now = noon("2026-03-04");
    let value = book(&world);
    assert_eq!((&value["realised"], &value["cash"]), (&json!("6"), &json!("889")));
    assert_eq!(
        value["positions"][0],
        json!({"symbol": "ACME", "quantity": 6, "paid": "117", "worth": "126", "profit": "9"})
    );
}

#[test]
fn a_clock_that_is_set_back_leaves_an_order_open_and_stops_nothing() {
    let mut world = account(WEEK, "2026-03-03");
    run(&PlaceOrder, &world, &order("o1", "buy", 1, "22", 22)).unwrap();
    world.place.now = noon("2026-03-01");
    assert_eq!(book(&world)["orders"][0]["status"], "open");
    world.place.now = noon("2026-03-04");
    assert_eq!(book(&world)["orders"][0]["status"], "filled");
}

#[test]
fn under_one_id_an_order_is_placed_once_and_other_terms_are_refused() {
    let world = account(WEEK, "2026-03-02");
    let ask = order("o1", "buy", 10, "20", 200);
    run(&PlaceOrder, &world, &ask).unwrap();
    run(&PlaceOrder, &world, &ask).unwrap();
    assert_eq!(fs::read_to_string(world.work.join("a/ledger.jsonl")).unwrap().lines().count(), 1);
    let other = describe(&world, &order("o1", "buy", 11, "20", 220)).unwrap_err().to_string();
    assert!(other.contains("another order o1"), "{other}");
}

#[test]
fn what_a_crash_tore_off_does_not_count_and_a_line_that_was_changed_stops_everything() {
    let world = account(WEEK, "2026-03-02");
    run(&PlaceOrder, &world, &order("o1", "buy", 1, "20", 20)).unwrap();
    let ledger = world.work.join("a/ledger.jsonl");
    let whole = fs::read_to_string(&ledger).unwrap();
    for cut in 0..whole.len() {
        fs::write(&ledger, format!("{whole}{}", &whole[..cut])).unwrap();
        run(&PlaceOrder, &world, &order("o2", "buy", 1, "20", 20)).unwrap();
        assert_eq!(book(&world)["orders"].as_array().unwrap().len(), 2, "cut at {cut}");
    }
    fs::write(&ledger, whole.replace("placed", "plaged")).unwrap();
    let sentence = describe(&world, &order("o3", "buy", 1, "20", 20)).unwrap_err().to_string();
    assert!(sentence.contains("Line 1 of"), "{sentence}");
}

#[test]
fn money_and_pieces_that_are_not_there_are_refused() {
    let world = account(WEEK, "2026-03-02");
    for (ask, word) in [
        (order("o1", "buy", 51, "20", 1020), "1000 EUR are free"),
        (order("o1", "sell", 1, "20", 20), "0 of ACME can be sold"),
        (order("o1", "buy", 1, "-20", -20), "no limit"),
        (order("o1", "buy", 1, "20", 19), "rounded up: 20"),
        (order("../o1", "buy", 1, "20", 20), "no id"),
        (order("o1", "buy", 0, "20", 0), "1 to 1,000,000"),
    ] {
        let sentence = describe(&world, &ask).unwrap_err().to_string();
        assert!(sentence.contains(word), "{sentence}");
    }
}

#[test]
fn the_price_and_its_day_are_bound_to_the_card_and_a_large_order_is_marked() {
    let mut world = account(WEEK, "2026-03-02");
    let ask = order("o1", "buy", 10, "20", 200);
    let state = |world: &World| describe(world, &ask).unwrap().targets[1].state.clone();
    let before = state(&world);
    let worth = PlaceOrder.worth(&ask, &world.place).unwrap();
    assert_eq!((worth.amount, worth.currency.as_str(), worth.large), (20_000, "EUR", true));
    assert_eq!(worth.until, Some(world.place.now + 5 * 24 * HOUR));
    world.place.now = noon("2026-03-03");
    assert_ne!(before, state(&world));
}

#[test]
fn undo_cancels_while_it_is_open_and_says_why_not_afterwards() {
    let mut world = account(WEEK, "2026-03-02");
    let ask = order("o1", "buy", 1, "20", 20);
    let facts = describe(&world, &ask).unwrap();
    let inverse = PlaceOrder.prepare(&ask, &facts, &world.place).unwrap().remove(0);
    assert_eq!(PlaceOrder.undo(&inverse, &world.place), Undone::NotNeeded);
    PlaceOrder.run(&ask, &facts, &world.place).unwrap();
    assert_eq!(PlaceOrder.undo(&inverse, &world.place), Undone::Restored);
    assert_eq!(book(&world)["reserved"], "0");
    let ask = order("o2", "buy", 1, "20", 20);
    let facts = describe(&world, &ask).unwrap();
    let inverse = PlaceOrder.prepare(&ask, &facts, &world.place).unwrap().remove(0);
    PlaceOrder.run(&ask, &facts, &world.place).unwrap();
    world.place.now = noon("2026-03-03");
    let Undone::Conflict(sentence) = PlaceOrder.undo(&inverse, &world.place) else { panic!("it was filled") };
    assert!(sentence.contains("done on 2026-03-03"), "{sentence}");
    let late = run(&Cancel, &world, &json!({"account": "~/work/a", "order": "o2"})).unwrap_err();
    assert!(late.to_string().contains("cannot be cancelled"), "{late}");
}

#[test]
fn a_feed_is_read_only_from_a_host_that_was_granted_and_what_it_says_is_others() {
    let feed = Feed::open("day,symbol,price\n2026-03-02,ACME,20\n");
    let mut world = account(WEEK, "2026-03-02");
    let url = feed.url.clone();
    let terms = json!({"broker": "paper", "currency": "EUR", "cash": "1000", "prices": url});
    fs::write(world.work.join("a/account.json"), terms.to_string()).unwrap();
    let sentence = run(&Prices, &world, &json!({"account": "~/work/a"})).unwrap_err().to_string();
    assert!(sentence.contains("granted") && feed.asked.load(Ordering::SeqCst) == 0, "{sentence}");
    world.place.hosts.granted = assent_tools::web::address::named_in(&url);
    let output = run(&Prices, &world, &json!({"account": "~/work/a"})).unwrap();
    assert_eq!(output.value["prices"][0]["price"], "20");
    assert!(output.untrusted.is_some());
}

// A feed of prices on this computer, and how often it was asked.
struct Feed {
    url: String,
    asked: Arc<AtomicUsize>,
}

impl Feed {
    fn open(csv: &'static str) -> Feed {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://127.0.0.1:{}/prices.csv", listener.local_addr().unwrap().port());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                lines.map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\nconnection: close\r\ncontent-length";
                write!(stream, "{head}: {}\r\n\r\n{csv}", csv.len()).unwrap();
            }
        });
        Feed { url, asked }
    }
}
