//! Values of parameters: path, query, header and cookie.

use super::{Decode, DecodeError, Decoder, Encode, EncodeError, Kind, Shape};

/// The value of a parameter, before a style is chosen for it.
///
/// It holds the value in clear, and its `Debug` shows it, even if it was a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamValue {
    /// No value: the parameter is not sent.
    Absent,
    /// One value: a string as it is, a number digit by digit, `true` or `false`.
    Scalar(String),
    /// Several values. One that is no scalar itself stands here as JSON, a `null` as nothing.
    List(Vec<String>),
    /// Properties, in the order of the model.
    Object(Vec<(String, ParamValue)>),
}

/// A value that can be sent as a parameter: all that can be sent as JSON.
///
/// `None`, an absent and a null [`Nullable`](super::Nullable) are not sent at all. What a list and a
/// model look like is up to the style of the parameter.
pub trait ToParam {
    /// Returns the value.
    ///
    /// # Errors
    /// When a number in it is infinite or not a number.
    fn to_param(&self) -> Result<ParamValue, EncodeError>;
}

/// One way for all types: what a value is on the wire is said once, by its [`Encode`].
impl<T: Encode + ?Sized> ToParam for T {
    fn to_param(&self) -> Result<ParamValue, EncodeError> {
        let document = super::to_vec(self)?;
        super::from_slice(&document).map_err(EncodeError::unreadable)
    }
}

impl Decode for ParamValue {
    const SHAPE: Shape = Shape::ANY;

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        match decoder.peek()? {
            Kind::Null => <()>::decode(decoder).map(|()| Self::Absent),
            Kind::Bool | Kind::Number | Kind::String => item(decoder).map(Self::Scalar),
            Kind::Array => {
                let mut items = Vec::new();
                decoder.array(&mut |decoder| {
                    items.push(item(decoder)?);
                    Ok(())
                })?;
                Ok(Self::List(items))
            }
            Kind::Object => {
                let mut properties = Vec::new();
                decoder.entries(&mut |key, decoder| {
                    properties.push((key.into_owned(), Self::decode(decoder)?));
                    Ok(())
                })?;
                Ok(Self::Object(properties))
            }
        }
    }

    #[inline]
    fn vacant(_: u8) -> Option<Self> {
        Some(Self::Absent)
    }
}

/// Reads a value as the text that stands for it in a list.
fn item(decoder: &mut Decoder<'_>) -> Result<String, DecodeError> {
    match decoder.peek()? {
        Kind::Null => <()>::decode(decoder).map(|()| String::new()),
        Kind::String => String::decode(decoder),
        Kind::Bool | Kind::Number | Kind::Array | Kind::Object => decoder.raw().map(str::to_owned),
    }
}
