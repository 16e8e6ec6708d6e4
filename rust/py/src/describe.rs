//! Values and their types, for the reader of an error.

use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyFloatMethods, PyInt, PyString, PyStringMethods};

/// `5 is an int`, `"yesterday" is a str`, `is a dict`: the value, if it is short, and its type.
pub(crate) fn value_and_type(value: &Bound<'_, PyAny>) -> String {
    const LONGEST: usize = 40;
    let shown = if let Ok(text) = value.cast_exact::<PyString>() {
        let text = text.to_string_lossy();
        let cut: String = text.chars().take(LONGEST).collect();
        let more = if cut.len() < text.len() { "..." } else { "" };
        Some(format!("{cut:?}{more}"))
    } else if let Ok(number) = value.cast_exact::<PyInt>() {
        // One beyond 64 bits may have millions of digits.
        number.extract::<i64>().ok().map(|number| number.to_string())
    } else {
        value.cast::<PyFloat>().ok().map(|number| format!("{:?}", number.value()))
    };
    match shown {
        Some(shown) => format!("{shown} is {}", type_of(value)),
        None => format!("is {}", type_of(value)),
    }
}

/// `a float`, `an int`, `None`.
pub(crate) fn type_of(value: &Bound<'_, PyAny>) -> String {
    if value.is_none() {
        return "None".to_owned();
    }
    let name = match value.get_type().name() {
        Ok(name) => name.to_string_lossy().into_owned(),
        Err(_) => "object of a nameless type".to_owned(),
    };
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
    format!("{article} {name}")
}
