//! A Redis server on loopback that ends with the test.

use std::env;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

pub(crate) struct Server {
    process: Option<Child>,
    home: TempDir,
    port: u16,
    password: Option<&'static str>,
    cluster: bool,
}

impl Server {
    /// Starts one, with a password if one is given. `None` where the program is missing and nobody
    /// said by `REQUIRE_REDIS=1` that it must be there.
    pub(crate) fn start(password: Option<&'static str>) -> Option<Self> {
        Self::start_as(password, false)
    }

    /// Starts one that is a node of a cluster, and has no slots yet.
    pub(crate) fn start_node() -> Option<Self> {
        Self::start_as(None, true)
    }

    fn start_as(password: Option<&'static str>, cluster: bool) -> Option<Self> {
        if let Err(error) = Command::new("redis-server").arg("--version").output() {
            let required = env::var_os("REQUIRE_REDIS").is_some_and(|value| value == "1");
            assert!(!required, "redis-server cannot be run: {error}");
            println!("skipped: redis-server cannot be run: {error}");
            return None;
        }
        let mut server = Self {
            process: None,
            home: tempfile::tempdir().unwrap(),
            port: 0,
            password,
            cluster,
        };
        // Somebody else may get the port in between.
        for _ in 0..20 {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            server.port = free.local_addr().unwrap().port();
            drop(free);
            if server.try_again() {
                return Some(server);
            }
        }
        panic!("redis-server does not start");
    }

    /// Starts it again on the port it had, empty.
    pub(crate) fn again(&mut self) {
        assert!(self.try_again(), "redis-server does not start again");
    }

    fn try_again(&mut self) -> bool {
        let mut command = Command::new("redis-server");
        command
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--daemonize", "no"])
            .arg("--dir")
            .arg(self.home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        if let Some(password) = self.password {
            command.args(["--requirepass", password]);
        }
        if self.cluster {
            command.args(["--cluster-enabled", "yes"]);
        }
        let process = self.process.insert(command.spawn().unwrap());
        for _ in 0..1_000 {
            if process.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    /// Kills it.
    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    pub(crate) fn url(&self) -> String {
        match self.password {
            Some(password) => format!("redis://:{password}@{}/", self.address()),
            None => format!("redis://{}/", self.address()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
