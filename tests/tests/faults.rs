//! What people met in other programs, and the test that holds each right here: the name of each is there, so that none is
//! lost when tests are moved or renamed.

use std::path::Path;

/// The id of the report, the file, and the test in it; sorted by id.
const FAULTS: &[(&str, &str, &str)] = &[
    (
        "cal-01",
        "tools/src/calendar/tests/kinds.rs",
        "a_letter_that_is_folded_in_the_middle_is_whole_again_and_nothing_else_changes",
    ),
    ("cal-02", "tools/src/calendar/tests/kinds.rs", "a_zone_is_what_the_calendar_says_that_it_is"),
    ("cal-05", "tools/src/calendar/tests/kinds.rs", "what_is_left_out_besides_or_instead_is_found_in_every_form"),
    ("cal-13", "tools/src/calendar/tests/kinds.rs", "a_text_is_read_however_its_lines_end_and_whatever_it_lacks"),
    ("cal-20", "tools/src/calendar/tests/kinds.rs", "a_zone_is_what_the_calendar_says_that_it_is"),
    ("cal-28", "tools/src/calendar/tests/kinds.rs", "a_series_that_moves_takes_its_exceptions_along"),
    ("cal-29", "../../tests/tests/calendar.rs", "what_cannot_be_read_is_said_and_never_nothing"),
    (
        "dav-01",
        "tools/src/calendar/tests/served.rs",
        "a_change_reaches_a_server_whatever_its_tags_are_and_never_overwrites",
    ),
    (
        "dav-03",
        "tools/src/calendar/tests/served.rs",
        "a_server_that_wants_a_digest_gets_one_and_any_other_way_is_named",
    ),
    ("dav-04", "tools/src/calendar/tests/served.rs", "a_front_door_leads_to_the_calendar_on_the_same_server_only"),
    ("dup-01", "tools/src/files/find_duplicates/tests.rs", "of_two_copies_of_a_folder_one_keeps_everything"),
    ("dup-03", "tools/src/files/find_duplicates/tests.rs", "names_of_one_file_go_together_or_not_at_all"),
    ("feed-04", "tools/src/web/feed/tests.rs", "one_bad_sign_does_not_cost_the_feed"),
    ("feed-08", "tools/src/web/pages.rs", "a_feed_whose_encoding_only_the_header_says_is_read"),
    ("feed-11", "tools/src/web/pages.rs", "a_json_feed_under_the_type_of_any_json_has_entries"),
    ("feed-18", "tools/src/web/feed/tests.rs", "an_entry_is_the_same_where_only_tokens_change"),
    ("llm-01", "models/src/remote/tests/servers.rs", "calls_of_chat_completions_stay_apart_and_whole"),
    ("llm-02", "models/src/remote/tests/servers.rs", "chat_completions_are_read_as_servers_write_them"),
    ("llm-04", "models/src/remote/tests/servers.rs", "chat_completions_are_read_as_servers_write_them"),
    ("llm-06", "models/src/remote/tests/servers.rs", "chat_completions_are_read_as_servers_write_them"),
    ("llm-09", "models/src/remote/tests/servers.rs", "chat_completions_are_read_as_servers_write_them"),
    ("llm-10", "models/src/remote/trouble.rs", "an_error_is_known_in_every_shape_and_an_answer_is_none"),
    ("llm-12", "models/src/remote/tests/servers.rs", "the_form_of_an_answer_is_what_its_bytes_say"),
    ("llm-14", "models/src/remote/tests/servers.rs", "the_form_of_an_answer_is_what_its_bytes_say"),
    ("llm-23", "models/src/remote/thoughts.rs", "thoughts_are_no_part_of_an_answer_and_words_about_them_are"),
    ("llm-24", "models/src/remote/thoughts.rs", "a_call_that_is_written_as_text_is_seen_and_words_about_tools_are_not"),
    ("llm-33", "models/src/remote/tests/servers.rs", "chat_completions_are_read_as_servers_write_them"),
    ("mail-01", "tools/src/mail/letter/tests/met.rs", "encoded_words_that_were_cut_inside_of_a_letter_are_joined"),
    ("mail-03", "tools/src/mail/letter/tests/met.rs", "headers_in_raw_bytes_are_read_in_the_likeliest_encoding"),
    ("mail-09", "tools/src/mail/letter/tests/met.rs", "soft_line_breaks_are_joined"),
    ("mail-11", "tools/src/mail/letter/tests/met.rs", "of_several_ways_to_say_it_the_one_that_says_it_is_read"),
    ("mail-13", "tools/src/mail/letter/tests/met.rs", "a_letter_inside_of_a_letter_is_read"),
    ("mail-20", "tools/src/mail/letter/tests/met.rs", "bare_line_feeds_are_lines_as_well"),
    ("mail-23", "tools/src/mail/letter/tests/met.rs", "korean_by_its_old_name_is_read"),
    ("mail-30", "tools/src/encoding/tests.rs", "every_encoding_of_the_standard_goes_through_a_letter"),
    ("mail-31", "tools/src/mail/letter/tests/met.rs", "lines_end_without_anything_to_see"),
    (
        "mail-32",
        "../../tests/tests/mail.rs",
        "a_folder_is_named_as_people_write_it_and_an_answer_names_the_whole_thread",
    ),
    (
        "mail-33",
        "../../tests/tests/mail.rs",
        "a_folder_is_named_as_people_write_it_and_an_answer_names_the_whole_thread",
    ),
    ("page-01", "tools/src/web/pages.rs", "links_are_meant_from_where_the_page_says"),
    ("page-09", "tools/src/web/pages.rs", "a_long_link_says_where_it_leads"),
    ("page-13", "tools/src/web/pages.rs", "what_is_packed_is_unpacked_in_every_form_that_servers_send"),
    ("page-16", "tools/src/web/pages.rs", "struck_words_and_choices_can_be_read"),
    ("page-18", "tools/src/web/pages.rs", "a_page_shows_ordinary_text_as_people_write_it"),
    ("sh-01", "tools/src/shell/tests/met.rs", "a_quoted_number_of_a_comparison_is_reckoned_all_the_same"),
    ("sh-02", "tools/src/shell/run/tests.rs", "a_repository_that_names_a_program_is_not_looked_at_unasked"),
    ("sh-13", "tools/src/shell/tests/met.rs", "reads_that_were_asked_about_without_need"),
    ("tidy-01", "planner/src/tests/ready.rs", "the_empty_target_of_a_download_is_left"),
    ("tidy-02", "planner/src/tests/ready.rs", "locks_of_office_programs_stay_and_an_open_document_is_said"),
    ("tidy-04", "planner/src/tests/ready.rs", "a_saved_page_and_its_folder_stay_together_and_so_do_sidecars"),
    ("trash-01", "tools/src/trash_can.rs", "a_disk_on_which_no_can_can_be_made_has_none"),
    (
        "watch-01",
        "tools/src/watch/folder/tests.rs",
        "what_is_not_ready_is_not_told_and_what_a_download_becomes_is_told_once_it_is_there",
    ),
];

#[test]
fn every_fault_that_people_met_has_its_test() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/crates");
    assert!(FAULTS.is_sorted_by_key(|(id, ..)| id));
    for (id, file, test) in FAULTS {
        let text = std::fs::read_to_string(crates.join(file)).unwrap_or_default();
        let Some((before, _)) = text.split_once(&format!("fn {test}(")) else { panic!("{id}: {file} has no {test}") };
        // Between the one before and this one.
        let mark = before.rsplit_once('}').map_or(before, |(_, mark)| mark);
        assert!(mark.contains("#[test]") || mark.contains("#[tokio::test"), "{id}: {test} is no test");
    }
}
