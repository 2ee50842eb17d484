//! Bundles.

/// Makes a bundle: a type that stands for a set of rights.
///
/// Generated portals bring those that their operator grants. An application that wants to hold
/// itself to less defines its own:
///
/// ```
/// # mod ledger {
/// #     pub enum Read {}
/// #     impl portal_runtime::Access for Read {
/// #         const PERMISSION: portal_runtime::Permission = portal_runtime::Permission::read("ledger");
/// #     }
/// # }
/// portal_runtime::bundle! {
///     /// Reads the ledger and nothing else.
///     pub Auditing {
///         scopes: ["ledger.read"],
///         grants: [ledger::Read],
///     }
/// }
/// ```
///
/// Writing does not include reading: an application that does both lists both. Without scopes
/// (`scopes: []`), those that come with the credentials are asked for.
#[macro_export]
macro_rules! bundle {
    (
        $(#[$meta:meta])*
        $vis:vis $name:ident {
            scopes: [$($scope:literal),* $(,)?],
            grants: [$($access:ty),* $(,)?] $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        $vis enum $name {}

        impl $crate::Bundle for $name {
            const NAME: &'static str = ::core::stringify!($name);
            const SCOPES: &'static [&'static str] = &[$($scope),*];
            const PERMISSIONS: &'static [$crate::Permission] =
                &[$(<$access as $crate::Access>::PERMISSION),*];
        }

        impl $crate::StaticBundle for $name {}

        $(impl $crate::Grants<$access> for $name {})*

        #[diagnostic::do_not_recommend]
        impl<B> $crate::Within<B> for $name
        where
            B: $crate::StaticBundle $(+ $crate::Grants<$access>)*
        {
        }
    };
}
