//! No model says anything that is not in the catalogue.

#[test]
fn every_text_of_the_models_is_in_the_catalogue() {
    for file in [
        include_str!("../../open_ai.rs"),
        include_str!("../../context.rs"),
        include_str!("../../remote.rs"),
        include_str!("../draft.rs"),
        include_str!("../events.rs"),
        include_str!("../send.rs"),
        include_str!("../telling.rs"),
    ] {
        for key in file.split('"').filter(|s| s.starts_with("model.") && !s.contains(['{', '/'])) {
            assert!(assent_protocol::texts::has(key), "{key}");
        }
    }
}
