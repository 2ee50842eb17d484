//! How a call is given its parameters and its body.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::ir::{Body, Location, Parameter, Payload, Style};

/// The call's setter for a parameter.
pub(super) fn set(parameter: &Parameter, value: &TokenStream) -> TokenStream {
    let name = &parameter.wire_name;
    if parameter.json {
        return match parameter.location {
            Location::Path => quote! { .path_json(#name, &#value) },
            Location::Query => quote! { .query_json(#name, &#value) },
            Location::Header => quote! { .header_json(#name, &#value) },
            Location::Cookie => quote! { .cookie_json(#name, &#value) },
        };
    }
    let style = style(parameter.style);
    let explode = parameter.explode;
    match (parameter.location, parameter.style, explode) {
        (Location::Path, Style::Simple, false) => quote! { .path(#name, #value) },
        (Location::Path, ..) => quote! { .path_styled(#name, #style, #explode, #value) },
        (Location::Query, ..) if parameter.reserved => {
            quote! { .query_reserved(#name, #style, #explode, #value) }
        }
        (Location::Query, Style::Form, true) => quote! { .query(#name, #value) },
        (Location::Query, ..) => quote! { .query_styled(#name, #style, #explode, #value) },
        (Location::Header, _, false) => quote! { .header(#name, #value) },
        (Location::Header, ..) => quote! { .header_styled(#name, #explode, #value) },
        (Location::Cookie, _, true) => quote! { .cookie(#name, #value) },
        (Location::Cookie, ..) => quote! { .cookie_styled(#name, #explode, #value) },
    }
}

/// Whether the document names a range of media types, such as `image/*`, of which the caller knows the one.
pub(super) fn leaves_media_type_open(body: &Body) -> bool {
    match &body.payload {
        Payload::Text { media_type } | Payload::Bytes { media_type } => media_type.contains('*'),
        Payload::Json { .. } | Payload::Form { .. } | Payload::Multipart { .. } => false,
    }
}

pub(super) fn set_body(body: &Body) -> TokenStream {
    let name = format_ident!("{}", body.name);
    match &body.payload {
        Payload::Json { media_type, .. } if media_type == "application/json" => {
            quote! { .json(#name) }
        }
        Payload::Json { media_type, .. } => quote! { .json_as(#media_type, #name) },
        Payload::Form { encodings, .. } => {
            let encodings = encodings.iter().map(|encoding| {
                let (name, style) = (&encoding.name, style(encoding.style));
                let (explode, reserved) = (encoding.explode, encoding.reserved);
                quote! {
                    FieldEncoding { name: #name, style: #style, explode: #explode, reserved: #reserved }
                }
            });
            quote! { .form(#name, &[#(#encodings),*]) }
        }
        Payload::Multipart { .. } => quote! { .multipart(#name.into_form()) },
        Payload::Text { .. } if leaves_media_type_open(body) => {
            quote! { .text(content_type, #name) }
        }
        Payload::Bytes { .. } if leaves_media_type_open(body) => {
            quote! { .bytes(content_type, #name) }
        }
        Payload::Text { media_type } => quote! { .text(#media_type, #name) },
        Payload::Bytes { media_type } => quote! { .bytes(#media_type, #name) },
    }
}

fn style(style: Style) -> TokenStream {
    let name = match style {
        Style::Simple => "Simple",
        Style::Label => "Label",
        Style::Matrix => "Matrix",
        Style::Form => "Form",
        Style::SpaceDelimited => "SpaceDelimited",
        Style::PipeDelimited => "PipeDelimited",
        Style::TabDelimited => "TabDelimited",
        Style::DeepObject => "DeepObject",
    };
    let name = format_ident!("{name}");
    quote! { Style::#name }
}
