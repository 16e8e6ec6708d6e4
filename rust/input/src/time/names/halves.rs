//! AM and PM in other languages than English.

/// The half of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    Am,
    Pm,
}

/// AM and PM, from the Unicode CLDR (48). Names that are also words of their language ("em", "du", "vorm") have their dots here,
/// and are not read without.
const HALVES: &[(&str, &str)] = &[
    ("上午", "下午"),       // Chinese
    ("午前", "午後"),       // Japanese
    ("오전", "오후"),       // Korean
    ("π.μ.", "μ.μ."),       // Greek
    ("πμ", "μμ"),           // Greek, as Java writes it
    ("öö", "ös"),           // Turkish
    ("vorm.", "nachm."),    // German
    ("ap.", "ip."),         // Finnish
    ("de.", "du."),         // Hungarian
    ("dop.", "odp."),       // Czech
    ("пр.об.", "сл.об."),   // Bulgarian
    ("дп", "пп"),           // Ukrainian
    ("ص", "م"),             // Arabic
    ("ق.ظ.", "ب.ظ."),       // Persian
    ("לפנה״צ", "אחה״צ"),    // Hebrew
    ("ก่อนเที่ยง", "หลังเที่ยง"), // Thai
];

/// Parts of a day that are neither: with one, an hour of twelve may be any of several.
const OTHER_PARTS: &[&str] =
    &["凌晨", "早上", "清晨", "中午", "傍晚", "晚上", "새벽", "아침", "정오", "저녁", "밤", "正午", "夜", "朝"];

/// AM or PM in another language than English at the beginning of a text, and the length of the word.
pub(crate) fn half_at(text: &[u8]) -> Option<(Half, usize)> {
    let near = near(text)?;
    HALVES.iter().find_map(|&(am, pm)| {
        let of = |name, half| len_at(near, name).map(|len| (half, len));
        of(am, Half::Am).or_else(|| of(pm, Half::Pm))
    })
}

/// Whether a text begins with a part of the day that is neither AM nor PM.
pub(crate) fn begins_with_a_part_of_day(text: &[u8]) -> bool {
    near(text).is_some_and(|near| OTHER_PARTS.iter().any(|name| len_at(near, name).is_some()))
}

/// The beginning of a text, if the word there can be one of these: no word of ASCII without a dot is.
fn near(text: &[u8]) -> Option<&str> {
    const LONGEST: usize = 48;
    let near = &text[..text.len().min(LONGEST)];
    let word = near.iter().position(|byte| !byte.is_ascii_alphabetic()).map(|at| near[at]);
    if !word.is_some_and(|byte| byte == b'.' || byte >= 0x80) {
        return None;
    }
    Some(match std::str::from_utf8(near) {
        Ok(near) => near,
        Err(error) => std::str::from_utf8(&near[..error.valid_up_to()]).unwrap_or_default(),
    })
}

/// The length of a name at the beginning of a text, in any case, if no letter follows it.
fn len_at(text: &str, name: &str) -> Option<usize> {
    let mut letters = text.char_indices();
    for wanted in name.chars() {
        let (_, letter) = letters.next()?;
        if !letter.to_lowercase().eq([wanted]) {
            return None;
        }
    }
    let rest = letters.as_str();
    (!rest.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')).then(|| text.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_read_as_what_it_means_in_any_case() {
        for (am, pm) in HALVES {
            for (name, half) in [(am, Half::Am), (pm, Half::Pm)] {
                for written in [(*name).to_owned(), name.to_uppercase()] {
                    for after in ["", " x", "10:00", "]"] {
                        let found = half_at(format!("{written}{after}").as_bytes());
                        assert_eq!(found, Some((half, written.len())), "{written}{after}");
                    }
                    assert_eq!(half_at(format!("{written}é").as_bytes()), None);
                }
            }
        }
    }

    #[test]
    fn words_that_are_no_part_of_a_day_are_not_read() {
        for text in ["", "dude.", "de facto", "vorm Start", "AM", "ip 10.0.0.1", "下午茶", "\u{3bc}", "م\u{62d}"]
        {
            assert_eq!(half_at(text.as_bytes()), None, "{text}");
        }
        assert_eq!(half_at(b"\xff\xfe"), None);
        assert!(begins_with_a_part_of_day("晚上 x".as_bytes()));
        assert!(!begins_with_a_part_of_day("晚上好".as_bytes()));
    }
}
