//! Pages of a web server on this computer, as a test wrote them.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

/// The server. It ends with the test's process.
pub struct Pages {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Pages {
    /// Serves each `(path, markup)`; any other path is not found.
    pub fn serve(pages: &[(&str, &str)]) -> Pages {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this computer");
        let port = listener.local_addr().expect("its address").port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = asked.clone();
        let pages: Vec<(String, String)> = pages.iter().map(|(path, page)| ((*path).into(), (*page).into())).collect();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let lines = BufReader::new(&stream).lines();
                let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
                let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
                heard.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
                let found = pages.iter().find(|(known, _)| *known == path);
                let (status, page) = found.map_or(("404 Not Found", ""), |(_, page)| ("200 OK", page));
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\nContent-Length: \
                     {}\r\n\r\n{page}",
                    page.len()
                );
            }
        });
        Pages { port, asked }
    }

    /// The address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The paths that were asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
