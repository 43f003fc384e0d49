//! A page on this computer for as long as a sample needs one: nobody else can reach it, and its text is whatever it was set to.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// The page. It is gone when this is dropped.
pub struct LocalPage {
    port: u16,
    text: Arc<Mutex<String>>,
    ended: Arc<AtomicBool>,
}

impl LocalPage {
    /// A page with this text, on a port that was free.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn open(text: &str) -> std::io::Result<LocalPage> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let page = LocalPage { port, text: Arc::new(Mutex::new(text.to_owned())), ended: Arc::default() };
        let (text, ended) = (page.text.clone(), page.ended.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let text = text.lock().unwrap_or_else(PoisonError::into_inner).clone();
                // Whoever hangs up early gets nothing, and that is theirs to say.
                let _ = stream.and_then(|stream| answer(stream, &text));
            }
        });
        Ok(page)
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Changes what it says.
    pub fn says(&self, text: &str) {
        text.clone_into(&mut self.text.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for LocalPage {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for the next visitor.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn answer(mut stream: TcpStream, text: &str) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    for line in BufReader::new(stream.try_clone()?).lines().take(100) {
        if line?.is_empty() {
            break;
        }
    }
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n";
    stream.write_all(format!("{head}Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes())
}
