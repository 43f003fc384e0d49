//! The planner says nothing that is not in the catalogue.

#[test]
fn every_text_of_the_planner_is_in_the_catalogue() {
    for status in
        ["denied", "allowed", "waiting", "rejected", "expired", "held", "started", "failed", "unknown", "undone"]
    {
        assert!(assent_protocol::texts::has(&format!("planner.status.{status}")), "{status}");
    }
    for file in [
        include_str!("../work.rs"),
        include_str!("../work/calendar.rs"),
        include_str!("../work/mail.rs"),
        include_str!("../work/pages.rs"),
        include_str!("../work/reminders.rs"),
        include_str!("../work/trading.rs"),
        include_str!("../desk.rs"),
        include_str!("../report.rs"),
        include_str!("../lib.rs"),
        include_str!("../when.rs"),
    ] {
        for key in file.split('"').filter(|s| s.starts_with("planner.") && !s.contains(['{', '/'])) {
            let group = ["planner.what", "planner.done"].contains(&key);
            assert!(group || assent_protocol::texts::has(key), "{key}");
        }
    }
}
