//! A server on this computer that answers as a test says, byte for byte.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// The server. It ends with the test's process; its connections are threads of their own.
pub struct Server {
    pub port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` gets the path and writes the whole answer.
    pub fn new(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Server {
        Server::at("127.0.0.1:0", answer)
    }

    pub fn at(place: &str, answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind(place).unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (heard, answer) = (asked.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (heard, answer) = (heard.clone(), answer.clone());
                std::thread::spawn(move || serve(stream.unwrap(), &heard, answer.as_ref()));
            }
        });
        Server { port, asked }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Every request so far: its first line and its headers.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, heard: &Mutex<Vec<String>>, answer: &(impl Fn(&str, &mut TcpStream) + ?Sized)) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    heard.lock().unwrap().push(head.join("\n"));
    answer(&path, &mut stream);
}

/// An answer with these headers.
pub fn reply(stream: &mut TcpStream, status: &str, headers: &[(&str, &str)], body: &[u8]) {
    let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    // The other side may have hung up already, which is for it to say.
    let _ = stream.write_all(format!("{head}\r\n").as_bytes()).and_then(|()| stream.write_all(body));
}

/// A page.
pub fn page(stream: &mut TcpStream, html: &str) {
    reply(stream, "200 OK", &[("Content-Type", "text/html; charset=utf-8")], html.as_bytes());
}
