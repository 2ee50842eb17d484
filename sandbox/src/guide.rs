//! The guide's pages, so that what they show is compiled and run with the documentation tests.

macro_rules! pages {
    ($($page:ident $file:literal)+) => {$(
        #[doc = include_str!(concat!("../../docs/src/", $file))]
        mod $page {}
    )+};
}

pages! {
    credentials "credentials.md"
    calls "calls.md"
    values "values.md"
    sandbox "sandbox.md"
    new_document "new-document.md"
    overlays "overlays.md"
    own_portal "own-portal.md"
    easir "easir.md"
}
