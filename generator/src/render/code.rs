//! Code that goes through `quote` and `prettyplease`, and its documentation, which goes around them.

use std::cell::RefCell;

use proc_macro2::TokenStream;
use quote::quote;

/// How the line begins that stands for documentation. What is documentation has a blank behind the slashes, or nothing.
const MARK: &str = "aside ";

/// Documentation that is kept aside while its code is formatted.
///
/// It is most of the text of operations and needs no layout. As attributes, each line of it would become tokens, be
/// parsed, and be printed again.
#[derive(Default)]
pub(super) struct Aside(RefCell<Vec<String>>);

impl Aside {
    /// Keeps documentation, and gives the attribute that stands for it.
    pub(super) fn keep(&self, markdown: impl Into<String>) -> TokenStream {
        let markdown = markdown.into();
        if markdown.is_empty() {
            return TokenStream::new();
        }
        let mut kept = self.0.borrow_mut();
        let mark = format!("{MARK}{}", kept.len());
        kept.push(markdown);
        quote! { #[doc = #mark] }
    }

    /// Formats code, with a blank line before it and between its functions, and puts its documentation in. Should the
    /// formatter not take it, it is still the right code.
    pub(super) fn format(&self, code: TokenStream) -> String {
        let kept = self.0.take();
        let Ok(file) = syn::parse2::<syn::File>(code.clone()) else {
            return unformatted(&code, &kept);
        };
        let mut text = String::from("\n");
        let formatted = prettyplease::unparse(&file);
        let mut lines = formatted.lines().peekable();
        while let Some(line) = lines.next() {
            if let Some((indent, markdown)) = behind_mark(line, &kept) {
                documentation(&mut text, indent, markdown);
                continue;
            }
            text.push_str(line);
            if line.trim_start() == "#[cfg_attr(" {
                // Over four lines, they would be most of what there is to read.
                let rest: Vec<&str> = attribute_rest(&mut lines).collect();
                text.push_str(&rest.join(" "));
                text.push_str(")]");
            } else if line.trim_start() == "self" {
                // As rustfmt has it, a receiver this short does not stand alone.
                text.push_str(lines.next().map(str::trim_start).unwrap_or_default());
            }
            text.push('\n');
            if line == "    }" && lines.peek().is_some_and(|next| *next != "}") {
                text.push('\n');
            }
        }
        text
    }
}

/// The documentation that a line stands for, and what is before it on that line.
fn behind_mark<'a>(line: &'a str, kept: &'a [String]) -> Option<(&'a str, &'a str)> {
    let (indent, rest) = line.split_once("///")?;
    let number: usize = rest.strip_prefix(MARK)?.parse().ok()?;
    Some((indent, kept.get(number)?))
}

/// Writes documentation as `prettyplease` does.
fn documentation(out: &mut String, indent: &str, markdown: &str) {
    for line in markdown.lines() {
        out.push_str(indent);
        out.push_str("///");
        let line = line.trim_end_matches(' ');
        if !line.is_empty() {
            out.push(' ');
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// Code as it is, with documentation as attributes.
fn unformatted(code: &TokenStream, kept: &[String]) -> String {
    let mut text = format!("\n{code}\n");
    for (number, markdown) in kept.iter().enumerate() {
        let mark = format!("{MARK}{number}");
        let lines = markdown.lines().map(|line| match line.is_empty() {
            true => String::new(),
            false => format!(" {line}"),
        });
        let (mark, attributes) = (quote! { #[doc = #mark] }, quote! { #(#[doc = #lines])* });
        text = text.replace(&mark.to_string(), &attributes.to_string());
    }
    text
}

/// What stands between the parentheses of an attribute that was broken into lines, up to its end.
fn attribute_rest<'l>(lines: &mut impl Iterator<Item = &'l str>) -> impl Iterator<Item = &'l str> {
    lines.map(str::trim).take_while(|line| *line != ")]")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = "Gets it.\n\n    code  \n///aside 0 is only said";

    #[test]
    fn documentation_is_written_as_the_formatter_writes_it() {
        let aside = Aside::default();
        let docs = aside.keep(WORDS);
        let nothing = aside.keep("");
        let around = aside.format(quote! {
            #nothing
            impl A {
                #docs
                pub fn a() { b() }
                pub fn b() {}
            }
        });
        let lines = WORDS.lines().map(|line| match line {
            "" => String::new(),
            line => format!(" {line}"),
        });
        let through = Aside::default().format(quote! {
            impl A {
                #(#[doc = #lines])*
                pub fn a() { b() }
                pub fn b() {}
            }
        });
        assert_eq!(around, through);
        assert!(around.contains("    ///     code\n    /// ///aside 0 is only said\n"));
        assert!(around.contains("    }\n\n    pub fn b"));
    }

    #[test]
    fn what_the_formatter_refuses_keeps_its_documentation() {
        let aside = Aside::default();
        let docs = aside.keep(WORDS);
        let text = aside.format(quote! { #docs impl impl });
        assert!(text.contains("\" Gets it.\""), "{text}");
        assert!(text.contains("\"     code  \""), "{text}");
        assert!(!text.contains("\"aside 0\""), "{text}");
    }
}
