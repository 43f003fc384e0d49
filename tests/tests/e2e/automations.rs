//! Automations in the real window: made by the form, set off by a file, waiting where they may not go on, and paused.

use crate::{
    looks::looked_at,
    window::{Window, eventually, test_id},
    work::named,
};
use assent_tests::Home;
use serde_json::json;
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_sets_off_what_the_form_made_and_the_view_says_what_came_of_it() {
    let home = Home::new();
    let folder = home.path().join("Scans");
    fs::create_dir(&folder).expect("make a folder");
    let window = Window::open_in(home).await;
    let mut faults = Vec::new();
    window.click("nav-automations").await;
    window.sees("No automations").await;

    window.click("add-automation").await;
    window.fill(&test_id("automation-goal"), "add a to-do: look at the new scan").await;
    window.fill(&test_id("automation-when"), "every blue moon").await;
    window.click("automation-save").await;
    window.sees("is not understood as a time that repeats").await;
    window.find("automation-kind").await.select_by_value("folder").await.expect("choose a trigger");
    window.fill(&test_id("automation-folder"), &named(&folder)).await;
    window.find("automation-mode").await.select_by_value("ask").await.expect("choose a mode");
    faults.extend(looked_at(&window, "automation-form").await);
    window.click("automation-save").await;
    window.find("automation").await;
    window.sees("When a file appears or changes in").await;

    // A file sets it off, and so does a person.
    window.click("automation-past").await;
    window.sees("It has not run yet.").await;
    fs::write(folder.join("bill.pdf"), "%PDF").expect("write a file");
    window.find_css("[data-testid=\"firing\"][data-status=\"started\"]").await;
    window.sees("bill.pdf").await;
    window.click("run-now").await;
    window.find("run-view").await;
    window.click("nav-automations").await;
    window.sees("waiting for you (").await;
    window.click("automation-past").await;
    window.sees("You ran it by hand.").await;
    window.find("digest-words").await;
    faults.extend(looked_at(&window, "automations").await);
    window.click("firing-run").await;
    window.find("run-view").await;

    window.click("nav-automations").await;
    window.click("pause-all").await;
    window.find("all-paused").await;
    let all = window.invoke("automations", json!({})).await;
    assert_eq!(all["paused"], true, "{all}");
    window.click("automation-switch").await;
    eventually("it is off", async || {
        let all = window.invoke("automations", json!({})).await;
        (all["list"][0]["automation"]["state"] == "off").then_some(())
    })
    .await;
    window.click("remove-automation").await;
    window.click("remove-automation-sure").await;
    window.sees("No automations").await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_crosses_a_line_sets_off_what_the_form_made() {
    let home = Home::new();
    let file = home.path().join("meter.txt");
    fs::write(&file, "level 40").expect("write a file");
    let window = Window::open_in(home).await;
    let mut faults = Vec::new();
    window.click("nav-automations").await;
    window.click("add-automation").await;
    window.fill(&test_id("automation-goal"), "add a to-do: read the meter").await;
    window.find("automation-kind").await.select_by_value("number").await.expect("choose a trigger");
    window.find("automation-number-of").await.select_by_value("file").await.expect("choose where it stands");
    window.fill(&test_id("automation-path"), &named(&file)).await;
    window.fill(&test_id("automation-after"), "level").await;
    window.find("automation-side").await.select_by_value("above").await.expect("choose a side");
    window.fill(&test_id("automation-beyond"), "42.5").await;
    window.fill(&test_id("automation-every"), "1").await;
    faults.extend(looked_at(&window, "automation-form-number").await);
    window.click("automation-save").await;
    window.find("automation").await;
    let all = window.invoke("automations", json!({})).await;
    let trigger = &all["list"][0]["automation"]["draft"]["trigger"];
    assert_eq!(
        (&trigger["of"]["of"], &trigger["line"], &trigger["minutes"]),
        (&json!("file"), &json!(4250), &json!(1))
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ready_domain_runs_by_a_click_in_a_folder_of_its_own() {
    let home = Home::new();
    let samples = home.path().join("Assent samples");
    let window = Window::open_in(home).await;
    window.click("nav-automations").await;
    window.click("sample-monitoring").await;
    window.find("sample-digest").await;
    window.sees("ran without asking").await;
    window.sees("the person takes it back").await;
    let faults = looked_at(&window, "sample").await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(samples.join("monitoring/assent").is_dir(), "it has a history of its own");
    let own = window
        .invoke(
            "history",
            json!({"query": {"search": "", "status": null, "tool": null, "run": null, "limit": 10, "before": null}}),
        )
        .await;
    assert_eq!(own["actions"], json!([]), "{own}");
}
