//! A document from a URL, with the files beside it.

use url::Url;

use super::Fetched;
use super::gather::gather;
use super::http::{self, Http, shown};
use crate::failure::Failure;

const ACCEPT: &str = "application/json, application/yaml;q=0.9, */*;q=0.5";

/// Fetches a document and the files that it refers to; with its URL, without what may be secret in it.
pub(super) fn fetch(url: &str) -> Result<(Fetched, String), Failure> {
    let http = Http::new();
    let start = http::parse(url).map_err(Failure::Usage)?;
    let mut top = start.clone();
    let fetched = gather(|name| {
        if name.is_empty() {
            let (bytes, from) = get(&http, &start)?;
            top = from;
            return Ok((bytes, shown(&start)));
        }
        let url = beside(&top, name)?;
        let (bytes, _) = get(&http, &url)?;
        Ok((bytes, shown(&url)))
    })?;
    Ok((fetched, shown(&start)))
}

/// The URL of a file beside the document; such a name stays below the document's folder.
fn beside(top: &Url, name: &str) -> Result<Url, Failure> {
    let mut url = top.clone();
    url.set_query(None);
    let folder = top.path().rfind('/').map_or("", |end| &top.path()[..end]);
    url.set_path(&format!("{folder}/{name}"));
    match url.path().starts_with(&format!("{folder}/")) {
        true => Ok(url),
        false => Err(Failure::Machine(format!(
            "`{name}` does not lie beside {}",
            shown(top)
        ))),
    }
}

fn get(http: &Http, url: &Url) -> Result<(Vec<u8>, Url), Failure> {
    let answer = http.get(url, ACCEPT, None).map_err(Failure::Machine)?;
    match answer.status {
        200 => Ok((answer.body, answer.url)),
        401 | 403 => Err(Failure::Machine(format!(
            "{} needs a login (status {}); save the document in a browser and take it with `--from FILE`",
            shown(url),
            answer.status
        ))),
        status => Err(Failure::Machine(format!(
            "{} answers with status {status}",
            shown(url)
        ))),
    }
}
