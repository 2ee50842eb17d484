//! Collections that come in pages, as streams of items or of pages.

mod cursor;

use std::collections::VecDeque;
use std::fmt;
use std::future::{IntoFuture, poll_fn};
use std::hash::{DefaultHasher, Hasher};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::call::{Call, CallFuture};
use crate::error::{Error, ErrorBody, PagingError};
use crate::response::Response;
use crate::wire::{Encode, to_vec};
use cursor::{Cursor, Page};

/// How pages of a collection are asked for, as the manifest declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// The query parameter that says which page.
    pub index: &'static str,
    /// The query parameter that says how large.
    pub size: &'static str,
    /// What the index counts.
    pub kind: PageKind,
    /// The first index.
    pub first: u64,
    /// The size that is asked for unless the caller names one.
    pub default_size: u64,
    /// The largest size that the server takes.
    pub max: Option<u64>,
}

/// What a page index counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageKind {
    /// Pages: 0, 1, 2.
    PageNumber,
    /// The records before the page: 0, 1000, 2000.
    RecordOffset,
}

/// The items of a collection, page after page.
///
/// It ends when the server has given as many items as it counts, or an empty page where it counts
/// none. A server that gives a page twice, ends before its own count, or counts something else than
/// declared, makes an [`Error::Paging`] rather than items that come twice or not at all. After an
/// error the stream ends. A walk that begins at a page of the caller's own ends with an empty page.
///
/// Items are compared by their JSON, for which a hash of each item of one page is kept.
#[must_use = "nothing is asked for until the first item is"]
pub struct Items<P, I, E> {
    walk: Walk<P, I, E>,
    ready: VecDeque<I>,
}

/// The pages of a collection, one after another.
///
/// It ends, and fails, as [`Items`] do; the last page may be empty.
#[must_use = "nothing is asked for until the first page is"]
pub struct Pages<P, I, E> {
    walk: Walk<P, I, E>,
}

impl<P: 'static, I: Encode, E: ErrorBody> Items<P, I, E> {
    /// Begins at the first page of a call. `items` takes the items out of a page.
    pub fn new<H>(call: Call<P, E, H>, paging: &'static Paging, items: fn(P) -> Vec<I>) -> Self {
        Self {
            walk: Walk::new(call, paging, items),
            ready: VecDeque::new(),
        }
    }

    /// Sets where a page says how many items there are in all.
    pub fn row_count(mut self, count: fn(&P) -> Option<i64>) -> Self {
        self.walk.rows = Some(count);
        self
    }

    /// Sets where a page says how many pages there are in all.
    pub fn page_count(mut self, count: fn(&P) -> Option<i64>) -> Self {
        self.walk.page_count = Some(count);
        self
    }

    /// Sets how many items are asked for at a time: at least one, at most the server's limit.
    pub fn page_size(mut self, size: u64) -> Self {
        self.walk.set_size(size);
        self
    }

    /// Sets how many pages are read at most before it is an error that there are more. Default:
    /// 10,000.
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.walk.cursor.most_pages = pages;
        self
    }

    /// Waits for the next item; `None` at the end.
    ///
    /// # Errors
    /// When a page cannot be had, or the pages contradict each other.
    pub async fn try_next(&mut self) -> Result<Option<I>, Error<E>> {
        poll_fn(|context| self.poll_item(context)).await.transpose()
    }

    /// Waits for all items that are left.
    ///
    /// # Errors
    /// As [`try_next`](Self::try_next).
    pub async fn collect(mut self) -> Result<Vec<I>, Error<E>> {
        let mut items = Vec::new();
        while let Some(item) = self.try_next().await? {
            items.push(item);
        }
        Ok(items)
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<I, Error<E>>>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.walk.poll_page(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => {
                    let counts = self.walk.counts(&page);
                    let items = (self.walk.items)(page.into_body());
                    if let Err(error) = self.walk.observe(&items, counts) {
                        return Poll::Ready(Some(Err(error)));
                    }
                    self.ready = items.into();
                }
            }
        }
    }
}

impl<P: Clone + 'static, I: Encode, E: ErrorBody> Pages<P, I, E> {
    /// Begins at the first page of a call. `items` takes the items out of a page.
    pub fn new<H>(call: Call<P, E, H>, paging: &'static Paging, items: fn(P) -> Vec<I>) -> Self {
        Self {
            walk: Walk::new(call, paging, items),
        }
    }

    /// Sets where a page says how many items there are in all.
    pub fn row_count(mut self, count: fn(&P) -> Option<i64>) -> Self {
        self.walk.rows = Some(count);
        self
    }

    /// Sets where a page says how many pages there are in all.
    pub fn page_count(mut self, count: fn(&P) -> Option<i64>) -> Self {
        self.walk.page_count = Some(count);
        self
    }

    /// Sets how many items are asked for at a time: at least one, at most the server's limit.
    pub fn page_size(mut self, size: u64) -> Self {
        self.walk.set_size(size);
        self
    }

    /// Sets how many pages are read at most before it is an error that there are more. Default:
    /// 10,000.
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.walk.cursor.most_pages = pages;
        self
    }

    /// Waits for the next page; `None` at the end.
    ///
    /// # Errors
    /// When a page cannot be had, or the pages contradict each other.
    pub async fn try_next(&mut self) -> Result<Option<Response<P>>, Error<E>> {
        poll_fn(|context| self.poll_page(context)).await.transpose()
    }

    fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Response<P>, Error<E>>>> {
        let Some(page) = ready!(self.walk.poll_page(context)) else {
            return Poll::Ready(None);
        };
        let page = match page {
            Ok(page) => page,
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        let counts = self.walk.counts(&page);
        let items = (self.walk.items)((*page).clone());
        Poll::Ready(Some(self.walk.observe(&items, counts).map(|()| page)))
    }
}

impl<P: 'static, I: Encode, E: ErrorBody> Stream for Items<P, I, E> {
    type Item = Result<I, Error<E>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }
}

impl<P: Clone + 'static, I: Encode, E: ErrorBody> Stream for Pages<P, I, E> {
    type Item = Result<Response<P>, Error<E>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(context)
    }
}

impl<P, I, E> Unpin for Items<P, I, E> {}
impl<P, I, E> Unpin for Pages<P, I, E> {}

impl<P, I, E> fmt::Debug for Items<P, I, E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Items")
            .field("call", &self.walk.call)
            .finish_non_exhaustive()
    }
}

impl<P, I, E> fmt::Debug for Pages<P, I, E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Pages")
            .field("call", &self.walk.call)
            .finish_non_exhaustive()
    }
}

/// Fetches page after page.
struct Walk<P, I, E> {
    call: Call<P, E>,
    paging: &'static Paging,
    cursor: Cursor,
    items: fn(P) -> Vec<I>,
    rows: Option<fn(&P) -> Option<i64>>,
    page_count: Option<fn(&P) -> Option<i64>>,
    fetching: Option<CallFuture<P, E>>,
    ended: bool,
}

/// How many items and how many pages there are, as a page says.
type Counts = (Option<u64>, Option<u64>);

impl<P: 'static, I: Encode, E: ErrorBody> Walk<P, I, E> {
    fn new<H>(call: Call<P, E, H>, paging: &'static Paging, items: fn(P) -> Vec<I>) -> Self {
        let call = call.without_headers();
        let mut cursor = Cursor::new(paging);
        // What the caller set itself on the call is where to begin and how much to ask for.
        let own = |name| {
            call.raw()
                .query_value(name)
                .and_then(|value| value.parse().ok())
        };
        cursor.begin_at(own(paging.index).unwrap_or(cursor.index));
        cursor.set_size(own(paging.size).unwrap_or(cursor.size));
        Self {
            call,
            paging,
            cursor,
            items,
            rows: None,
            page_count: None,
            fetching: None,
            ended: false,
        }
    }

    fn set_size(&mut self, size: u64) {
        let size = self.paging.max.map_or(size, |max| size.min(max));
        self.cursor.set_size(size);
    }

    fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Response<P>, Error<E>>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let (call, paging, cursor) = (&self.call, self.paging, &self.cursor);
        let fetching = self.fetching.get_or_insert_with(|| {
            let mut call = call.clone();
            call.raw_mut().replace_query(paging.index, cursor.index);
            call.raw_mut().replace_query(paging.size, cursor.size);
            call.into_future()
        });
        let page = ready!(fetching.as_mut().poll(context));
        self.fetching = None;
        self.ended = page.is_err();
        Poll::Ready(Some(page))
    }

    fn counts(&self, page: &P) -> Counts {
        let count = |count: Option<fn(&P) -> Option<i64>>| u64::try_from(count?(page)?).ok();
        (count(self.rows), count(self.page_count))
    }

    fn observe(&mut self, items: &[I], (rows, pages): Counts) -> Result<(), Error<E>> {
        let page = Page {
            items: items.iter().map(fingerprint).collect(),
            rows,
            pages,
        };
        match self.cursor.observe(page) {
            Ok(more) => {
                self.ended = !more;
                Ok(())
            }
            Err(problem) => {
                self.ended = true;
                let operation = self.call.raw().facts.id;
                let error = PagingError::new(operation, self.cursor.pages, problem);
                Err(Error::Paging(Box::new(error)))
            }
        }
    }
}

/// A hash of an item's JSON, which tells items of neighbouring pages apart.
fn fingerprint(item: &impl Encode) -> u64 {
    let mut hasher = DefaultHasher::new();
    // An item that JSON cannot hold did not come from JSON.
    hasher.write(&to_vec(item).unwrap_or_default());
    hasher.finish()
}
