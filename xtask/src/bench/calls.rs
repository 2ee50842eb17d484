//! Calls of every operation of a generated client, as Rust text.
//!
//! Whoever made the client, its source is read the same way, so that what is compared is alike: the client is the type
//! with most public methods that can be awaited; a call passes every value that its method takes, optional ones too,
//! and awaits the answer. Where optional values are set by methods of the call, each is set.
//!
//! The values come from `any()`, which the compiler cannot see through: it must compile encoding and decoding in full,
//! though no value is ever made. Where an argument is `impl Trait`, the type that an application would pass most
//! likely is named.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use quote::ToTokens;
use syn::{
    FnArg, GenericArgument, GenericParam, ImplItem, ImplItemFn, Item, ItemImpl, PathArguments,
    ReceiverKind, ReturnType, Type, TypeParamBound, Visibility,
};

use crate::failure::Failure;

/// How a generator's calls are told from other methods.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Convention {
    /// `async fn`.
    Async,
    /// Functions that give a call, which takes optional values before it is awaited.
    Builders,
}

/// A client, and how to call its operations.
pub(super) struct Calls {
    /// The name of its type.
    pub(super) client: String,
    /// An expression for each operation, on a client called `c`, to be awaited.
    pub(super) expressions: Vec<String>,
}

/// Reads all Rust files below a folder.
pub(super) fn read(folder: &Path, convention: Convention) -> Result<Calls, Failure> {
    let mut methods: BTreeMap<String, Vec<ImplItemFn>> = BTreeMap::new();
    for (path, text) in sources(folder)? {
        let file = syn::parse_file(&text).map_err(|error| {
            Failure::Machine(format!(
                "{} is no Rust that can be read: {error}",
                path.display()
            ))
        })?;
        collect(file.items, &mut methods);
    }
    let is_call = |method: &&ImplItemFn| is_call(method, convention);
    let most = methods
        .iter()
        .max_by_key(|(_, own)| own.iter().filter(is_call).count());
    let Some((client, own)) = most else {
        return Err(Failure::Machine(format!(
            "there is no client in {}",
            folder.display()
        )));
    };
    // Generators write operations in different orders; by name, programs with some of them use the same.
    let mut own: Vec<_> = own.iter().filter(is_call).collect();
    own.sort_by_cached_key(|method| plain(&method.sig.ident.to_string()));
    let expressions = own.into_iter().map(|method| {
        let arguments: Vec<_> = arguments(method).collect();
        let call = format!("c.{}({})", method.sig.ident, arguments.join(", "));
        call + &setters(method, &methods)
    });
    Ok(Calls {
        client: client.clone(),
        expressions: expressions.collect(),
    })
}

/// A name without what generators spell differently.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// All Rust files below a folder with their texts, by path.
pub(super) fn sources(folder: &Path) -> Result<BTreeMap<std::path::PathBuf, String>, Failure> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let failure = |error| Failure::io("read", &folder, &error);
        for entry in fs::read_dir(&folder).map_err(failure)? {
            let path = entry.map_err(failure)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path);
                let text = text.map_err(|e| Failure::io("read", &path, &e))?;
                found.insert(path, text);
            }
        }
    }
    Ok(found)
}

/// Takes the public methods of all types, also of those in inline modules.
fn collect(items: Vec<Item>, methods: &mut BTreeMap<String, Vec<ImplItemFn>>) {
    for item in items {
        match item {
            Item::Mod(module) => {
                let items = module.content.map(|(_, items)| items);
                collect(items.unwrap_or_default(), methods);
            }
            Item::Impl(ItemImpl {
                trait_: None,
                self_ty,
                items,
                ..
            }) => {
                let Some(name) = name_of(&self_ty) else {
                    continue;
                };
                let own = methods.entry(name).or_default();
                own.extend(items.into_iter().filter_map(|item| match item {
                    ImplItem::Fn(method) if matches!(method.vis, Visibility::Public(_)) => {
                        Some(method)
                    }
                    _ => None,
                }));
            }
            _ => {}
        }
    }
}

fn name_of(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

fn is_call(method: &ImplItemFn, convention: Convention) -> bool {
    let receiver = method.sig.receiver().map(|receiver| &receiver.kind);
    let by_reference = matches!(receiver, Some(ReceiverKind::Reference(..)));
    match convention {
        Convention::Async => by_reference && method.sig.asyncness.is_some(),
        Convention::Builders => by_reference && gives(method).is_some(),
    }
}

/// The name of the type that a method gives.
fn gives(method: &ImplItemFn) -> Option<String> {
    match &method.sig.output {
        ReturnType::Type(_, ty) => name_of(ty),
        ReturnType::Default => None,
    }
}

/// The optional values of a call, each set once.
fn setters(method: &ImplItemFn, methods: &BTreeMap<String, Vec<ImplItemFn>>) -> String {
    let of_the_call = gives(method).and_then(|name| methods.get(&name));
    let setters = of_the_call.into_iter().flatten().filter(|setter| {
        let receiver = setter.sig.receiver().map(|receiver| &receiver.kind);
        matches!(receiver, Some(ReceiverKind::Value))
            && gives(setter).is_some_and(|name| name == "Self")
    });
    setters
        .map(|setter| {
            let arguments: Vec<_> = arguments(setter).collect();
            format!(".{}({})", setter.sig.ident, arguments.join(", "))
        })
        .collect()
}

/// A value for each argument.
fn arguments(method: &ImplItemFn) -> impl Iterator<Item = String> {
    let generics: BTreeMap<String, String> = method
        .sig
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(ty) => {
                let concrete = ty.bounds.iter().find_map(of_bound)?;
                Some((ty.ident.to_string(), concrete))
            }
            _ => None,
        })
        .collect();
    method
        .sig
        .inputs
        .iter()
        .filter_map(move |input| match input {
            FnArg::Typed(argument) => Some(match concrete(&argument.ty, &generics) {
                Some(ty) => format!("any::<{ty}>()"),
                None => "any()".to_owned(),
            }),
            FnArg::Receiver(_) => None,
        })
}

/// A type to pass, where the compiler cannot know it.
fn concrete(ty: &Type, generics: &BTreeMap<String, String>) -> Option<String> {
    match ty {
        Type::ImplTrait(it) => it.bounds.iter().find_map(of_bound),
        Type::Reference(it) => concrete(&it.elem, generics).map(|ty| format!("&{ty}")),
        Type::Slice(it) => concrete(&it.elem, generics).map(|ty| format!("[{ty}]")),
        Type::Path(it) => {
            let last = it.path.segments.last()?;
            if let Some(concrete) = it
                .path
                .get_ident()
                .and_then(|it| generics.get(&it.to_string()))
            {
                return Some(concrete.clone());
            }
            let inner = concrete(argument_of(&last.arguments)?, generics)?;
            Some(format!("{}<{inner}>", last.ident))
        }
        _ => None,
    }
}

/// The first type between angle brackets, also that of an associated type.
fn argument_of(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        GenericArgument::AssocType(it) => Some(&it.ty),
        _ => None,
    })
}

/// A type that meets a bound.
fn of_bound(bound: &TypeParamBound) -> Option<String> {
    let TypeParamBound::Trait(bound) = bound else {
        return None;
    };
    let last = bound.path.segments.last()?;
    let inner = argument_of(&last.arguments);
    let none = BTreeMap::new();
    let text = || {
        let inner = inner?;
        let text = inner.to_token_stream().to_string();
        Some(concrete(inner, &none).unwrap_or(text))
    };
    Some(match last.ident.to_string().as_str() {
        "AsRef" => format!("&{}", text()?),
        "Into" if inner.and_then(name_of).is_some_and(|name| name == "Body") => {
            "Vec<u8>".to_owned()
        }
        "Into" => text()?,
        "IntoIterator" => format!("Vec<{}>", text()?),
        "ToString" | "Display" => "String".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(source: &str, convention: Convention) -> Vec<String> {
        let mut methods = BTreeMap::new();
        let file = syn::parse_file(source).expect("Rust");
        collect(file.items, &mut methods);
        let own = methods.get("Client").expect("a client");
        let calls = own.iter().filter(|method| is_call(method, convention));
        calls
            .map(|method| {
                let arguments: Vec<_> = arguments(method).collect();
                format!("{}({})", method.sig.ident, arguments.join(", "))
                    + &setters(method, &methods)
            })
            .collect()
    }

    #[test]
    fn arguments_are_named_where_the_compiler_cannot_infer_them() {
        let source = "impl Client {
            pub async fn one(&self, id: &str, page: Option<impl AsRef<str>>) {}
            pub async fn two<B: Into<reqwest::Body>>(&self, body: B, ids: impl IntoIterator<Item = u8>) {}
            pub async fn three(&self, tags: &[impl AsRef<str> + Encode], name: impl Into<String>) {}
            pub fn new(url: &str) -> Self {}
            async fn hidden(&self) {}
        }";
        assert_eq!(
            calls(source, Convention::Async),
            [
                "one(any(), any::<Option<&str>>())",
                "two(any::<Vec<u8>>(), any::<Vec<u8>>())",
                "three(any::<&[&str]>(), any::<String>())",
            ]
        );
    }

    #[test]
    fn names_are_alike_however_words_are_parted() {
        assert_eq!(plain("disk_list_v1"), plain("diskListV1"));
        assert!(plain("disk_list") < plain("disk_view"));
    }

    #[test]
    fn optional_values_are_set_on_the_call() {
        let source = "impl Client {
            pub fn list(&self, id: &str) -> List { List(id) }
            pub fn builder() -> Builder {}
        }
        impl List {
            pub fn page(self, page: i64) -> Self { self }
            pub fn pages(self) -> Pages { Pages }
        }";
        assert_eq!(
            calls(source, Convention::Builders),
            ["list(any()).page(any())"]
        );
    }
}
