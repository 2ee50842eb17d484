//! A folder to try things in, and the command to try.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder that begins empty and is the working directory of the commands that run in it.
pub(crate) struct Folder {
    path: PathBuf,
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    /// An empty folder for the test of this name.
    pub(crate) fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        if path.exists() {
            fs::remove_dir_all(&path).expect("the folder can be emptied");
        }
        fs::create_dir_all(&path).expect("the folder can be made");
        Self { path }
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.path.join(file)
    }

    /// Writes a file.
    pub(crate) fn write(&self, file: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path(file);
        let folder = path.parent().expect("a file lies in a folder");
        fs::create_dir_all(folder).expect("the folder can be made");
        fs::write(path, content).expect("the file can be written");
        self
    }

    /// The text of a file.
    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).expect("the file can be read")
    }

    /// All files below a folder with their texts, by their paths.
    pub(crate) fn files(&self, folder: &str) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(folder) else {
                continue;
            };
            for entry in entries {
                let path = entry.expect("the folder can be read").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(&self.path).expect("it lies below");
                let text = fs::read_to_string(&path).expect("the file can be read");
                found.insert(name.to_string_lossy().replace('\\', "/"), text);
            }
        }
        found
    }

    /// Runs the command in the folder, as if the folder were the workspace.
    pub(crate) fn xtask(&self, arguments: &[&str]) -> Ended {
        let output = self.command(arguments).output();
        Ended::from(output.expect("the command runs"))
    }

    /// The command in the folder, to be run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(arguments)
            .current_dir(&self.path)
            .env("CARGO_MANIFEST_DIR", self.path("xtask"))
            .env("CARGO_TARGET_DIR", self.path("target"))
            .env("RUST_BACKTRACE", "0");
        command
    }
}

impl Ended {
    /// What was printed as lines of JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines = self.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("each line is JSON"))
            .collect()
    }

    /// The last of these lines.
    pub(crate) fn summary(&self) -> Value {
        let last = self.lines().pop().expect("there is a line");
        assert_eq!(last["kind"], "summary", "{}", self.stdout);
        last
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("what is printed is text");
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// A small document that is right.
pub(crate) const ORDERS: &str = r##"openapi: 3.0.1
info: { title: Orders, version: "1" }
servers: [{ url: "https://api.example.com/orders" }]
paths:
  /v1/orders/{id}:
    get:
      operationId: GetOrder
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
      responses:
        "200":
          description: The order.
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Order" }
components:
  schemas:
    Order:
      type: object
      properties:
        id: { type: string }
        total: { type: number }
"##;

/// A manifest for [`ORDERS`] in `orders.yaml`.
pub(crate) const MANIFEST: &str = "\
portal: shop
title: Shop API
client: Shop
env-prefix: SHOP
numbers: decimal
identity-provider:
  token-url: https://id.example.com/token
  parameters: form
  client-authentication: body
  grants: [client-credentials]
gateway:
  regions:
    fi: { gateway: https://api.example.com }
apis:
  orders:
    document: orders.yaml
bundles:
  Reader:
    description: Reads.
    access: { orders: read }
";

/// Documents that cannot be used, with what is said about each. `FILE` stands for the file's name.
pub(crate) fn unusable() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let utf16: Vec<u8> = ORDERS.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = [vec![0xff, 0xfe], utf16].concat();
    let latin1 = ORDERS
        .replace("The order", "Ä")
        .chars()
        .map(|c| c as u8)
        .collect();
    vec![
        (
            "empty",
            Vec::new(),
            "FILE:1:1: the file is empty; supply the OpenAPI document; an interrupted download leaves such a file\n",
        ),
        (
            "blank",
            b" \n\n".to_vec(),
            "FILE:1:1: the file is empty; supply the OpenAPI document; an interrupted download leaves such a file\n",
        ),
        (
            "truncated-json",
            br#"{"openapi": "3.0.1", "paths": {"/v1"#.to_vec(),
            "FILE:1:35: the JSON ends in the middle; fetch the document again; an interrupted download leaves such a file\n",
        ),
        (
            "truncated-yaml",
            b"openapi: 3.0.1\npaths: {\"/v1\": {".to_vec(),
            "FILE:2:16: this is not YAML: unclosed bracket '{'; correct the file\n",
        ),
        (
            "list",
            b"[1, 2]".to_vec(),
            "FILE:1:1: the file holds a list, not an OpenAPI document; supply the OpenAPI document itself\n",
        ),
        (
            "text",
            b"Access denied".to_vec(),
            "FILE:1:1: the file holds plain text, not an OpenAPI document; supply the OpenAPI document itself\n",
        ),
        (
            "not-openapi",
            br#"{"statusCode": 401, "message": "Access denied"}"#.to_vec(),
            "FILE:1:1: this is an error message, not an OpenAPI document; supply the OpenAPI document of the service\n",
        ),
        (
            "binary",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01".to_vec(),
            "FILE:1:1: the file is an image, not text; supply the OpenAPI document as JSON or YAML\n",
        ),
        (
            "utf-16",
            utf16,
            "FILE:1:1: the file is UTF-16; save it as UTF-8\n",
        ),
        (
            "latin-1",
            latin1,
            "FILE:12:24: the byte 0xc4 is not UTF-8; save the file as UTF-8\n",
        ),
        (
            "future-version",
            b"openapi: 4.0.0\n".to_vec(),
            "FILE:1:1#/openapi: version 4.0.0 of OpenAPI is not known; supply the document as OpenAPI 3.x or Swagger 2.0\n",
        ),
    ]
}
