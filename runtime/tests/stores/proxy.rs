//! A connection in between that breaks at the worst moment.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Passes bytes on between clients and a server.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    cuts: Arc<AtomicUsize>,
}

impl Proxy {
    pub(crate) async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let cuts = Arc::new(AtomicUsize::new(0));
        let shared = Arc::clone(&cuts);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server, Arc::clone(&shared)));
            }
        });
        Self { address, cuts }
    }

    /// Breaks the connection in place of the next answer, that many times.
    pub(crate) fn cut(&self, times: usize) {
        self.cuts.store(times, Ordering::SeqCst);
    }

    /// How many cuts are still to come.
    pub(crate) fn cuts(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }
}

async fn pass(mut client: TcpStream, server: SocketAddr, cuts: Arc<AtomicUsize>) {
    let Ok(mut server) = TcpStream::connect(server).await else {
        return;
    };
    let (mut there, mut back) = ([0; 4096], [0; 4096]);
    loop {
        tokio::select! {
            read = client.read(&mut there) => match read {
                Ok(length @ 1..) => server.write_all(&there[..length]).await.unwrap(),
                _ => return,
            },
            read = server.read(&mut back) => match read {
                Ok(length @ 1..) => {
                    let cut = |left: usize| left.checked_sub(1);
                    if cuts.fetch_update(Ordering::SeqCst, Ordering::SeqCst, cut).is_ok() {
                        return;
                    }
                    client.write_all(&back[..length]).await.unwrap();
                }
                _ => return,
            },
        }
    }
}
