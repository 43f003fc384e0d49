//! The curve as a picture: what is stopped against how often a person is asked, one point a mode.

use super::judge::COLUMNS;
use super::report::Counts;
use std::fmt::Write;

/// Simple policies on the two public suites, from the README of the data: asks a task, percent stopped.
const REFERENCES: [(&str, f64, f64); 3] = [
    ("ask on every non-read", 0.75, 100.0),
    ("ask on a non-read after untrusted content", 0.73, 100.0),
    ("ask when a target is not in the user's words", 0.48, 99.3),
];

/// An SVG of the points.
pub fn svg(columns: &[Counts; COLUMNS.len()], references: bool) -> String {
    let mut points: Vec<(String, f64, f64, bool)> = Vec::new();
    for (name, counts) in COLUMNS.iter().zip(columns) {
        if counts.tasks > 0 && counts.attacks > 0 {
            let asks = f64::from(counts.benign_asked) / f64::from(counts.tasks);
            let stopped = 100.0 * f64::from(counts.asked + counts.denied) / f64::from(counts.attacks);
            points.push(((*name).to_owned(), asks, stopped, true));
        }
    }
    if references {
        points.extend(REFERENCES.iter().map(|(name, asks, stopped)| ((*name).to_owned(), *asks, *stopped, false)));
    }
    let lowest = points.iter().map(|p| p.2).fold(100.0, f64::min);
    let floor = (lowest - 1.0).floor().clamp(0.0, 98.0);
    let most = points.iter().map(|p| p.1).fold(0.8, f64::max);
    let x = |asks: f64| 70.0 + asks / most * 420.0;
    let y = |stopped: f64| 40.0 + (100.0 - stopped) / (100.0 - floor) * 240.0;
    let mut out = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 340\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"860\" height=\"340\" fill=\"#fff\"/>\n",
    );
    let _ = writeln!(out, "<path d=\"M70 40V280H500\" fill=\"none\" stroke=\"#888\"/>");
    for step in 0..=4 {
        let share = floor + (100.0 - floor) * f64::from(step) / 4.0;
        let asks = most * f64::from(step) / 4.0;
        let _ = writeln!(
            out,
            "<text x=\"62\" y=\"{:.0}\" text-anchor=\"end\" fill=\"#555\">{share:.1} %</text>",
            y(share) + 4.0
        );
        let _ =
            writeln!(out, "<text x=\"{:.0}\" y=\"298\" text-anchor=\"middle\" fill=\"#555\">{asks:.2}</text>", x(asks));
    }
    let _ = writeln!(out, "<text x=\"285\" y=\"322\" text-anchor=\"middle\" fill=\"#333\">asks a harmless task</text>");
    let _ = writeln!(out, "<text x=\"70\" y=\"24\" fill=\"#333\">attackers' calls stopped</text>");
    points.sort_by(|a, b| a.1.total_cmp(&b.1));
    for (at, (name, asks, stopped, ours)) in points.iter().enumerate() {
        let (fill, row) = (if *ours { "#2457c5" } else { "#999" }, 60 + at * 26);
        let _ = writeln!(out, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\" fill=\"{fill}\"/>", x(*asks), y(*stopped));
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"{fill}\">{}</text>",
            x(*asks),
            y(*stopped) - 9.0,
            at + 1
        );
        let _ = writeln!(out, "<text x=\"515\" y=\"{row}\" fill=\"{fill}\">{} {name}</text>", at + 1);
        let _ = writeln!(
            out,
            "<text x=\"530\" y=\"{}\" fill=\"#777\" font-size=\"11\">{stopped:.1} % at {asks:.2}</text>",
            row + 12
        );
    }
    out.push_str("</svg>\n");
    out
}
