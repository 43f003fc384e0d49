//! What is not ready to be tidied, and what is only moved together.

use super::*;

#[test]
fn the_empty_target_of_a_download_is_left() {
    check(
        "tidy ~/Loading by type",
        &[r#"files.move {"items":[{"from":"~/Loading/done.pdf","to":"~/Loading/Documents/done.pdf"}]}"#],
    );
    check_says("move all .zip files in ~/Loading to ~/Documents", &["One file in", "is still writing it"]);
}

#[test]
fn locks_of_office_programs_stay_and_an_open_document_is_said() {
    check(
        "tidy ~/Open by type",
        &[r#"files.move {"items":[{"from":"~/Open/Closed.docx","to":"~/Open/Documents/Closed.docx"}]}"#],
    );
    check_says("move all .odt files in ~/Open to ~/Documents", &["One file in", "has it open"]);
}

#[test]
fn a_saved_page_and_its_folder_stay_together_and_so_do_sidecars() {
    let to = |name: &str, folder: &str| format!(r#"{{"from":"~/Saved/{name}","to":"~/Saved/{folder}/{name}"}}"#);
    let moves = [
        to("Article.html", "Documents"),
        to("Article_files", "Documents"),
        to("IMG_1.HEIC", "Pictures"),
        to("IMG_1.AAE", "Pictures"),
        to("IMG_1.MOV", "Pictures"),
        to("disk.iso", "Programs"),
        to("disk.iso.sha256", "Programs"),
        to("film.mkv", "Videos"),
        to("film.en.srt", "Videos"),
    ];
    check("tidy ~/Saved by type", &[&format!("files.move {{\"items\":[{}]}}", moves.join(","))]);
    let moves = [
        r#"{"from":"~/Saved/Article.html","to":"~/Documents/Article.html"}"#,
        r#"{"from":"~/Saved/Article_files","to":"~/Documents/Article_files"}"#,
    ];
    check(
        "move all .html files in ~/Saved to ~/Documents",
        &[&format!("files.move {{\"items\":[{}]}}", moves.join(","))],
    );
}

#[test]
fn what_belongs_together_is_left_where_its_names_are_taken() {
    check_says("tidy ~/Taken by type", &["Article.html was left with what belongs to it"]);
}
