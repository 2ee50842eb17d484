//! Where a walk through pages stands: pure, so that every kind of server can be played to it.

use super::{PageKind, Paging};

/// How many pages are read at most unless set otherwise.
pub(super) const MOST_PAGES: u64 = 10_000;

/// Decides after each page whether there is another, and where it begins.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    kind: PageKind,
    /// The index of the next page, in the server's count.
    pub(super) index: u64,
    /// The size that is asked for.
    pub(super) size: u64,
    /// How many pages have been read.
    pub(super) pages: u64,
    pub(super) most_pages: u64,
    /// How many items have come.
    seen: u64,
    /// What the items of the last page looked like.
    last: Vec<u64>,
    /// Whether the server's count of all items made sense on the first page.
    counts: bool,
    /// Whether the caller began in the middle, so that what the server counts is more than comes.
    partial: bool,
}

/// What a page says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    /// A fingerprint of each item.
    pub(super) items: Vec<u64>,
    /// How many items there are in all.
    pub(super) rows: Option<u64>,
    /// How many pages there are in all.
    pub(super) pages: Option<u64>,
}

impl Cursor {
    pub(super) fn new(paging: &Paging) -> Self {
        Self {
            kind: paging.kind,
            index: paging.first,
            size: paging.default_size,
            pages: 0,
            most_pages: MOST_PAGES,
            seen: 0,
            last: Vec::new(),
            counts: false,
            partial: false,
        }
    }

    /// Begins at another index than the first.
    pub(super) fn begin_at(&mut self, index: u64) {
        self.partial = index != self.index;
        self.index = index;
    }

    /// Sets how many items are asked for; none would make every collection look empty.
    pub(super) fn set_size(&mut self, size: u64) {
        self.size = size.max(1);
    }

    /// Takes note of a page; returns true when there is another.
    ///
    /// # Errors
    /// In words, when the page shows that items would be lost, or come twice, or never end.
    pub(super) fn observe(&mut self, page: Page) -> Result<bool, String> {
        let length = page.items.len() as u64;
        self.pages += 1;
        if self.pages == 1 {
            self.counts = !self.partial && page.rows.is_some_and(|rows| rows >= length);
        }
        let rows = page.rows.filter(|_| self.counts);
        if length == 0 {
            return self.ends_early(rows).map_or(Ok(false), Err);
        }
        self.refuse_repetition(&page.items)?;
        self.seen += length;
        self.last = page.items;
        let step = match self.kind {
            PageKind::PageNumber => 1,
            // By what came: the server may give less than was asked for.
            PageKind::RecordOffset => length,
        };
        let next = self.index.checked_add(step);
        self.index = next.ok_or_else(|| format!("there is no page after {}", self.index))?;
        let all_pages = page
            .pages
            .filter(|pages| *pages >= 1)
            .is_none_or(|pages| self.pages >= pages);
        let ended = match rows {
            Some(rows) => self.seen >= rows && all_pages,
            None => page.pages.is_some_and(|pages| pages >= 1) && all_pages,
        };
        if !ended && self.pages >= self.most_pages {
            return Err(format!(
                "there is no end after {} pages; narrow the query, ask for larger pages, or allow more \
                 with max_pages(..)",
                self.pages
            ));
        }
        Ok(!ended)
    }

    /// An empty page, when there should be more, is not the end. When it is one of the first two,
    /// the index means something else to the server.
    fn ends_early(&self, rows: Option<u64>) -> Option<String> {
        let rows = rows.filter(|rows| *rows > self.seen)?;
        let kind = "set the kind of pagination in the manifest to what the server does";
        let why = match (self.pages, self.kind) {
            (1, _) => "set the first index in the manifest to where the server begins",
            (2, PageKind::PageNumber) => &format!("the client counts pages; {kind}"),
            (2, PageKind::RecordOffset) => {
                &format!("the client counts records, and the server may count pages; {kind}")
            }
            _ => "the others cannot be had in this way; narrow the query",
        };
        let (page, seen) = (self.pages, self.seen);
        Some(format!(
            "the server tells of {rows} items, but page {page} is empty after {seen}: {why}"
        ))
    }

    fn refuse_repetition(&self, items: &[u64]) -> Result<(), String> {
        if items == self.last {
            return Err(
                "the server gave the page before once more, so it does not heed the page index; \
                        read this collection as one page"
                    .to_owned(),
            );
        }
        let shifted = self.last.get(1..).unwrap_or(&[]);
        if !shifted.is_empty() && items.starts_with(shifted) {
            return Err("the page is the one before, moved on by one item: the server counts records where \
                        the client counts pages; set the kind of pagination in the manifest to record offsets"
                .to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGES: Paging = Paging {
        index: "pageIndex",
        size: "pageSize",
        kind: PageKind::PageNumber,
        first: 0,
        default_size: 10,
        max: None,
    };
    const RECORDS: Paging = Paging {
        kind: PageKind::RecordOffset,
        ..PAGES
    };

    fn page(items: std::ops::Range<u64>, rows: Option<u64>, pages: Option<u64>) -> Page {
        Page {
            items: items.collect(),
            rows,
            pages,
        }
    }

    /// Walks over what a server of `total` items answers and returns the items seen.
    fn walk(paging: &Paging, server: impl Fn(u64, u64) -> Page) -> Result<Vec<u64>, String> {
        let mut cursor = Cursor::new(paging);
        let mut seen = Vec::new();
        loop {
            let page = server(cursor.index, cursor.size);
            seen.extend(&page.items);
            if !cursor.observe(page)? {
                return Ok(seen);
            }
        }
    }

    fn by_pages(total: u64, cap: u64, counted: bool) -> impl Fn(u64, u64) -> Page {
        move |index, size| {
            let size = size.min(cap);
            let range = (index * size).min(total)..((index + 1) * size).min(total);
            page(range, counted.then_some(total), None)
        }
    }

    fn by_records(total: u64, cap: u64, counted: bool) -> impl Fn(u64, u64) -> Page {
        move |index, size| {
            let range = index.min(total)..(index + size.min(cap)).min(total);
            page(range, counted.then_some(total), None)
        }
    }

    #[test]
    fn every_item_comes_once() {
        for total in [0, 1, 9, 10, 11, 20, 25] {
            for counted in [true, false] {
                for cap in [10, 4] {
                    let all: Vec<u64> = (0..total).collect();
                    assert_eq!(walk(&PAGES, by_pages(total, cap, counted)).unwrap(), all);
                    assert_eq!(
                        walk(&RECORDS, by_records(total, cap, counted)).unwrap(),
                        all
                    );
                }
            }
        }
    }

    #[test]
    fn a_count_saves_the_request_for_an_empty_page() {
        let asked = std::cell::Cell::new(0);
        let server = by_pages(20, 10, true);
        walk(&PAGES, |index, size| {
            asked.set(asked.get() + 1);
            server(index, size)
        })
        .unwrap();
        assert_eq!(asked.get(), 2);
    }

    #[test]
    fn a_server_that_counts_records_is_found_out() {
        let error = walk(&PAGES, by_records(100, 10, true)).unwrap_err();
        assert!(error.contains("counts records"), "{error}");
        // Even when the whole collection is hardly more than a page.
        assert!(walk(&PAGES, by_records(11, 10, false)).is_err());
    }

    #[test]
    fn a_server_that_counts_pages_is_found_out() {
        let error = walk(&RECORDS, by_pages(100, 10, true)).unwrap_err();
        assert!(error.contains("may count pages"), "{error}");
    }

    #[test]
    fn a_server_that_repeats_itself_is_found_out() {
        let error = walk(&PAGES, |_, _| page(0..10, None, None)).unwrap_err();
        assert!(error.contains("once more"), "{error}");
        assert!(walk(&PAGES, |_, _| page(0..1, None, None)).is_err());
    }

    #[test]
    fn a_server_that_never_ends_is_stopped() {
        let endless = |index: u64, size: u64| page(index * size..(index + 1) * size, None, None);
        let error = walk(&PAGES, endless).unwrap_err();
        assert!(error.contains("no end after 10000 pages"), "{error}");
        let counted =
            |index: u64, size: u64| page(index * size..(index + 1) * size, Some(35), None);
        assert_eq!(walk(&PAGES, counted).unwrap().len(), 40);
        let paged = |index: u64, size: u64| page(index * size..(index + 1) * size, None, Some(3));
        assert_eq!(walk(&PAGES, paged).unwrap().len(), 30);
    }

    #[test]
    fn an_empty_page_is_not_the_end_of_a_server_that_counts_more() {
        // It begins at 1, and what is asked for as 0 is empty.
        let from_one = |index: u64, _| match index {
            0 => page(0..0, Some(25), None),
            _ => page(0..10, Some(25), None),
        };
        let error = walk(&PAGES, from_one).unwrap_err();
        assert!(error.contains("first index"), "{error}");
        // It gives nothing beyond the first 20, however many there are.
        for paging in [&PAGES, &RECORDS] {
            let capped = |index: u64, size: u64| {
                let start = match paging.kind {
                    PageKind::PageNumber => index * size,
                    PageKind::RecordOffset => index,
                };
                page(start.min(20)..(start + size).min(20), Some(25), None)
            };
            let error = walk(paging, capped).unwrap_err();
            assert!(error.contains("25 items, but page 3"), "{error}");
        }
        // Some that were there when the walk began may be gone.
        let shrinking = |index: u64, size: u64| {
            let total = 25 - 2 * index;
            page(
                index * size..((index + 1) * size).min(total),
                Some(total),
                None,
            )
        };
        assert_eq!(walk(&PAGES, shrinking).unwrap().len(), 21);
    }

    #[test]
    fn a_walk_may_begin_in_the_middle() {
        for (paging, start) in [(&PAGES, 2), (&RECORDS, 20), (&PAGES, 1), (&PAGES, 9)] {
            let mut cursor = Cursor::new(paging);
            cursor.begin_at(start);
            let mut seen = 0;
            loop {
                let page = match paging.kind {
                    PageKind::PageNumber => by_pages(25, 10, true)(cursor.index, cursor.size),
                    PageKind::RecordOffset => by_records(25, 10, true)(cursor.index, cursor.size),
                };
                seen += page.items.len();
                if !cursor.observe(page).unwrap() {
                    break;
                }
            }
            let first = match paging.kind {
                PageKind::PageNumber => start * 10,
                PageKind::RecordOffset => start,
            };
            assert_eq!(seen as u64, 25 - first.min(25));
        }
    }

    #[test]
    fn the_largest_index_is_the_last() {
        let mut cursor = Cursor::new(&PAGES);
        cursor.begin_at(u64::MAX);
        assert!(cursor.observe(page(0..1, None, None)).is_err());
        cursor.set_size(0);
        assert_eq!(cursor.size, 1);
    }

    #[test]
    fn counts_that_make_no_sense_are_passed_over() {
        let zero = |index: u64, size: u64| {
            let range = (index * size).min(25)..((index + 1) * size).min(25);
            page(range, Some(0), Some(0))
        };
        assert_eq!(walk(&PAGES, zero).unwrap().len(), 25);
        // The rows of the page instead of all, beside a true count of pages.
        let own = |index: u64, size: u64| {
            let range = (index * size).min(25)..((index + 1) * size).min(25);
            let rows = range.end - range.start;
            page(range, Some(rows), Some(3))
        };
        assert_eq!(walk(&PAGES, own).unwrap().len(), 25);
    }
}
