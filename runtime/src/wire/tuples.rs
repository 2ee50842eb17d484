//! Tuples: arrays of a fixed length, with a type for each place.

use super::object::frame;
use super::{Decode, DecodeError, Decoder, Encode, Encoder, Shape};

/// An array with more or fewer items is refused: there is no place to keep the former, and nothing
/// to put where the latter are missing.
macro_rules! tuples {
    ($($count:literal [$($item:ident $value:ident $index:tt),+])+) => { $(
        impl<$($item: Decode),+> Decode for ($($item,)+) {
            const SHAPE: Shape = Shape::ARRAY$(.with_secrets_of($item::SHAPE))+;

            fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                const EXPECTED: &str = concat!("an array of length ", $count);
                decoder.token();
                let start = decoder.offset();
                let level = decoder.take(frame(size_of::<Self>(), $count))?;
                $(let mut $value = None;)+
                let mut next = 0;
                decoder.elements(Self::SHAPE.secret, &mut |decoder| {
                    match next {
                        $($index => $value = Some($item::decode(decoder)?),)+
                        _ => {
                            let error = decoder.unexpected(concat!("no more than ", $count));
                            return Err(match Self::SHAPE.secret {
                                true => error.redacted(),
                                false => error,
                            });
                        }
                    }
                    next += 1;
                    Ok(())
                })?;
                decoder.close(level);
                match ($($value,)+) {
                    ($(Some($value),)+) => Ok(($($value,)+)),
                    _ => Err(decoder.misfit(start, EXPECTED)),
                }
            }

            fn vacant(boxes: u8) -> Option<Self> {
                Some(($($item::vacant(boxes)?,)+))
            }
        }

        impl<$($item: Encode),+> Encode for ($($item,)+) {
            fn encode(&self, encoder: &mut Encoder) {
                let mut array = encoder.array();
                $(array.item(&self.$index);)+
                array.end();
            }
        }
    )+ };
}

tuples! {
    1 [A a 0]
    2 [A a 0, B b 1]
    3 [A a 0, B b 1, C c 2]
    4 [A a 0, B b 1, C c 2, D d 3]
    5 [A a 0, B b 1, C c 2, D d 3, E e 4]
    6 [A a 0, B b 1, C c 2, D d 3, E e 4, F f 5]
    7 [A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6]
    8 [A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7]
    9 [A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7, I i 8]
    10 [A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7, I i 8, J j 9]
    11 [A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7, I i 8, J j 9, K k 10]
    12 [A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7, I i 8, J j 9, K k 10, L l 11]
}
