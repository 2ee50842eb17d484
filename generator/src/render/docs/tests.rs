use proptest::prelude::*;
use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, Options, Parser, Tag};

use super::{block, clean, first_line, parse, rustdoc};

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(rustdoc(text), expected, "from {text:?}");
    assert_safe(expected);
    assert_eq!(rustdoc(expected), expected, "is not stable");
}

/// Asserts that rustdoc has nothing to remark on, nothing to run and nothing to resolve.
fn assert_safe(markdown: &str) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION;
    let mut broken = Vec::new();
    let note_broken = |link: BrokenLink<'_>| -> Option<(CowStr<'_>, CowStr<'_>)> {
        broken.push(link.reference.to_string());
        None
    };
    let parser = Parser::new_with_broken_link_callback(markdown, options, Some(note_broken));
    for event in parser {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => panic!("HTML {html:?} in {markdown:?}"),
            Event::FootnoteReference(_) => panic!("a footnote in {markdown:?}"),
            Event::Start(Tag::Heading { .. }) => panic!("a heading in {markdown:?}"),
            Event::Start(Tag::Image { .. }) => panic!("an image in {markdown:?}"),
            Event::Start(Tag::FootnoteDefinition(_)) => panic!("a footnote in {markdown:?}"),
            Event::Start(Tag::CodeBlock(kind)) => {
                let is_named = matches!(&kind, CodeBlockKind::Fenced(name) if !name.is_empty());
                assert!(is_named, "code to compile in {markdown:?}");
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                let leads_anywhere = super::leads_anywhere(&dest_url) || dest_url.contains('@');
                assert!(leads_anywhere, "link to {dest_url:?} in {markdown:?}");
            }
            _ => {}
        }
    }
    assert!(broken.is_empty(), "broken links {broken:?} in {markdown:?}");
    assert!(!markdown.contains(|c: char| c != '\n' && clean::is_invisible(c)));
    for line in markdown.split('\n') {
        assert_eq!(line, line.trim_end(), "trailing blanks");
    }
}

#[test]
fn plain_text_stays() {
    check(
        "Returns the vouchers of an organization.",
        "Returns the vouchers of an organization.",
    );
    check(
        "  Kustannuspaikan nimi, esim. \u{e4}\u{e4}ni  ",
        "Kustannuspaikan nimi, esim. ää\u{6e}i",
    );
    check("", "");
    check(" \r\n\t", "");
}

#[test]
fn lines_are_wrapped_only_where_nothing_changes() {
    let text = format!("{} - 1. # > = + after", "word ".repeat(18));
    let expected = format!("{} - 1. # > = +\nafter", "word ".repeat(18).trim_end());
    check(&text, &expected);
    check(
        "1. one\r\n\r\ntext  \r\n2. two",
        "1. one\n\ntext\\\n2\\. two",
    );
    check("\\- no item", "\\- no item");
    check("a\\\n\\# b", "a\\\n\\# b");
}

#[test]
fn brackets_are_no_links() {
    check("Adds it. [DEPRECATED]", "Adds it. \\[DEPRECATED]");
    check(
        "[a][b] [^1] ![c] [ ] x[0]",
        "\\[a]\\[b] \\[^1] !\\[c] \\[ ] x\\[0]",
    );
    check("Updates !:Voucher.Amount", "Updates !:Voucher.Amount");
}

#[test]
fn links_stay_if_they_lead_anywhere() {
    check(
        "[text](https://a.fi/b(c)) here",
        "[text](https://a.fi/b%28c%29) here",
    );
    check(
        "[one](/docs/x) [two](#section) [three](Struct)",
        "one two three",
    );
    check("[a][1]\n\n[1]: https://a.fi", "[a](https://a.fi)");
    check("a <tenant:id> b <a.b@c.fi>", "a \\<tenant:id> b <a.b@c.fi>");
    check(
        "![logo](https://a.fi/x.png)!",
        "[logo](https://a.fi/x.png)!",
    );
    check("wow![link]\\(https://a.fi)", "wow!\\[link](<https://a.fi>)");
    check("wow\\![link](https://a.fi)", "wow\\![link](https://a.fi)");
}

#[test]
fn addresses_become_links() {
    check("See https://a.fi/x_y_z.", "See <https://a.fi/x_y_z>.");
    check("[https://a.fi](https://a.fi)", "<https://a.fi>");
    check(
        "Base https://{region}.a.fi/v1",
        "Base `https://{region}.a.fi/v1`",
    );
    check("http://localhost:8080/x", "`http://localhost:8080/x`");
    check("`https://a.fi`", "`https://a.fi`");
}

#[test]
fn code_is_never_compiled() {
    check("```\nlet x = 1;\n```", "```text\nlet x = 1;\n```");
    check("```rust,ignore\nx\n```", "```text\nx\n```");
    check("~~~ JSON5\n{}\t1  \n~~~", "```text\n{}    1\n```");
    check("```json\n{}\n```", "```json\n{}\n```");
    check("a\n\n\tGET /x\n\t  y", "a\n\n```text\nGET /x\n  y\n```");
    check("````\n```\nx\n````", "````text\n```\nx\n````");
    check("```\n\n```", "");
    check("`` a`b `` and ` `", "``a`b`` and");
}

#[test]
fn headings_become_bold_lines() {
    check(
        "### Pagination ###\r\nUse **pageIndex**.\r\n#### Part of it####",
        "**Pagination**\n\nUse **pageIndex**.\n\n**Part of it**",
    );
    check("Title\n===\ntext", "**Title**\n\ntext");
    check("# The **bold** `code` C#", "**The bold `code` C#**");
}

#[test]
fn html_becomes_markdown() {
    check(
        "Intro.\n</p><h4>Description</h4><p>\nThis &amp; that<br/>next <b> bold</b><i>x</i>",
        "Intro.\n\n**Description**\n\nThis & that\\\nnext **bold** *x*",
    );
    check(
        "<ul><li>one<li>two <code>a_b*c*</code><ol><li>x</li></ol></ul>after<!-- gone -->",
        "- one\n- two `a_b*c*`\n  1. x\n\nafter",
    );
    check(
        "<pre><code>if a &lt; b {\n    c\n}</code></pre>",
        "```text\nif a < b {\n    c\n}\n```",
    );
    check(
        "<a href=\"https://a.fi\">A</a> <a href='#x'>B</a>",
        "[A](https://a.fi) B",
    );
    check(
        "10<sup>2</sup> m<sup>ab</sup> H<sub>2</sub>O",
        "10^2 mab H2O",
    );
    check("<p>**md** in `html`</p>", "**md** in `html`");
    check("x <style>p { }</style> y", "x y");
}

#[test]
fn tables_stay_tables() {
    check(
        "| a | b |\n|:--|--:|\n| `x\\|y` | <b>1</b><br>2 |",
        "| a | b |\n| :--- | ---: |\n| `x\\|y` | **1**; 2 |",
    );
    check(
        "<table><tr><th>a</th><th>b</th></tr><tr><td>1<ul><li>x<li>y</ul></td></tr></table>",
        "| a | b |\n| --- | --- |\n| 1 • x • y |  |",
    );
    check("a | b\n\\--|--", "a | b --|--");
}

#[test]
fn placeholders_are_text() {
    check("Bearer <token>, <code>", "Bearer \\<token>, \\<code>");
    check(
        "<organizationNumber>\nin List<String>",
        "\\<organizationNumber> in List\\<String>",
    );
    check("a < b && c<d &lt;e>", "a < b && c\\<d \\<e>");
    check("&amp;lt; &copy; & &x", "\\&lt; © & &x");
}

#[test]
fn lists_keep_their_nesting() {
    check(
        "* a\n* b\n    1. c\n    1. d\n\n+ e",
        "- a\n- b\n  1. c\n  2. d\n\n* e",
    );
    check("- a\n\n  b\n- c", "- a\n\n  b\n\n- c");
    check("- [x] done\n- [ ] open", "- ☑ done\n- ☐ open");
    check("3. x\n4. y", "3. x\n4. y");
}

#[test]
fn words_below_each_other_are_a_list() {
    check(
        "States:\r\nDraft\r\nAccepted\r\nLocked",
        "States:\n\n- Draft\n- Accepted\n- Locked",
    );
    check(
        "Possible values:\r\nDraft\r\nAccepted\r\nLocked",
        "Possible values:\n\n- Draft\n- Accepted\n- Locked",
    );
    check("One\ntwo", "One two");
}

#[test]
fn delimiters_count_where_they_touch() {
    check("<b>Note:</b>text", "**Note:** text");
    check("a<b>b</b><b>c</b>", "a**b** **c**");
    check("<b><i>both</i></b>", "***both***");
    check("<b></b>x<i> </i>y", "x y");
    check("snake_case _it_ 5 * 3 ~4", "snake_case *it* 5 \\* 3 \\~4");
    check("use --flag -- or", "use \\--flag -- or");
}

#[test]
fn what_is_not_seen_is_dropped() {
    check("a\u{202e}b\u{2066}c\0&#8238;d\u{7}", "abcd");
    check("a&nbsp;\u{a0}b", "a b");
    check("```\na\u{202e}\u{8}b\n```", "```text\nab\n```");
}

#[test]
fn quotations_and_rules_stay() {
    check(
        "> a\nb\n>\n> - c\n\n---\n\nd",
        "> a b\n>\n> - c\n\n___\n\nd",
    );
}

#[test]
fn the_first_sentence_is_the_summary() {
    let cases = [
        ("One, e.g. Two. Three.", "One, e.g. Two."),
        (
            "### Title\n\nSome **bold** [link](https://a.fi).\nNext",
            "Some bold link.",
        ),
        ("> notice\n\nText\n\nmore", "Text"),
        ("# Only", "Only"),
        (
            "A `co. De` [x] https://a.fi/b. C",
            "A `co. De` \\[x] <https://a.fi/b>.",
        ),
        ("v1.2 is it! Yes", "v1.2 is it!"),
        ("```\ncode\n```", ""),
        ("1\\. x", "1\\. x"),
    ];
    for (text, expected) in cases {
        assert_eq!(first_line(text), expected, "from {text:?}");
        assert_safe(expected);
    }
    let long = first_line(&"word ".repeat(100));
    assert!(long.ends_with(" …") && long.chars().count() < 210, "{long}");
}

/// What nests or repeats without end is read to its end, and no piece of it is written often.
#[test]
fn hostile_text_grows_with_its_length_only() {
    for part in [
        "<b>", "[", "> ", "- ", "`", "<pre>", "<td>", "**a ", "<!--", "&", "<p>\n\n", "http://",
        "<script>",
    ] {
        let text = part.repeat(20_000);
        let grown = rustdoc(&text).len();
        assert!(grown <= text.len() * 8, "{part:?}: {grown}");
    }
}

fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        "[a-z]{1,6}",
        Just(" ".to_owned()),
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        "[-+*_~`#>=|:!.()\\[\\]\\\\<&^\"']",
        "[-+*_~`#>=|:]{2,4}",
        prop::sample::select(
            &[
                "**",
                "- ",
                "1. ",
                "2) ",
                "> ",
                "# ",
                "### ",
                "    ",
                "\t",
                "```",
                "```rust\n",
                "| a | b |\n|--|--|\n",
                "<b>",
                "</b>",
                "<i>",
                "</i>",
                "<code>",
                "</code>",
                "<p>",
                "</p>",
                "<br>",
                "<ul>",
                "</ul>",
                "<li>",
                "</li>",
                "<pre>",
                "</pre>",
                "<table>",
                "</table>",
                "<tr>",
                "<td>",
                "</td>",
                "<h2>",
                "</h2>",
                "<token>",
                "<a href=\"https://a.fi\">",
                "</a>",
                "<!--",
                "-->",
                "https://a.fi/x",
                "[x](y)",
                "[x](https://b.fi)",
                "[x]: https://c.fi\n",
                "[^1]",
                "[^1]: x\n",
                "![i](https://d.fi/e.png)",
                "&lt;",
                "&amp;lt;",
                "\u{202e}",
                "文",
                "é",
                "。",
                "*/",
                "<script>",
                "</script>",
                "<blockquote>",
                "---\n",
                "[ ] ",
                "~~",
                "$x$",
                "\r\n",
                "\\",
                "word word word word word word word word word word word word word word word word",
            ][..]
        )
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(fragment, 0..24).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_is_safe(text in fragments()) {
        let markdown = rustdoc(&text);
        assert_safe(&markdown);
        let summary = first_line(&text);
        assert_safe(&summary);
        prop_assert!(!summary.contains('\n'));
    }

    #[test]
    fn whatever_comes_is_stable(text in fragments()) {
        let once = rustdoc(&text);
        prop_assert_eq!(rustdoc(&once), once);
    }

    #[test]
    fn plain_lines_need_no_parser(text in "[a-zA-Z0-9 ,.;:'\"()/?%=-]{0,60}") {
        let blocks = parse::parse(&clean::clean(&text));
        prop_assert_eq!(rustdoc(&text), block::lines(&blocks, super::WIDTH).join("\n"));
    }
}
