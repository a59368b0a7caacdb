//! Index types, minted by the [`Market`](crate::Market) that holds what they point at.
//!
//! Indices follow the order of ids by their UTF-8 bytes, so comparing two indices compares their ids.

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// Position in the market's list, which is sorted by id.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }

            pub(crate) fn at(index: usize) -> Self {
                Self(u32::try_from(index).expect("a market holds at most 10^7 of anything"))
            }
        }
    };
}

index!(
    /// A cooperative of a market.
    CooperativeIx
);
index!(
    /// An enterprise of a market.
    EnterpriseIx
);
index!(
    /// An offer of a market.
    OfferIx
);
index!(
    /// A demand of a market.
    DemandIx
);
index!(
    /// A standard of a market's catalogue.
    StandardIx
);
index!(
    /// A hub of a market's [`Pools`](crate::Pools); unions, cooperatives and depots in this order, each by id.
    HubIx
);
