//! Abbreviations of time zones, and what each of them means.
//!
//! From the tz database (2026f), for the years since 1995; from RFC 2822, which fixes those of North America; and, where the
//! tz database has only numbers (`SGT`, `BRT`), from the names that the JDK writes, also in German (`MEZ`). What Australia
//! writes is `AEST` and the like; `EST` stood for it in releases of the tz database before 2014.

/// What an abbreviation means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Abbreviation {
    /// One offset everywhere and always, in seconds east of UTC.
    Offset(i32),
    /// The time of this area, whose offset has changed.
    OfArea(&'static str),
    /// Different offsets in different places. `usual` is the one that RFC 2822 fixes, if the others are rare in logs.
    Ambiguous { offsets: &'static [i32], usual: Option<i32> },
}

const HOUR: i32 = 3600;

const fn hours(hours: i32) -> Abbreviation {
    Abbreviation::Offset(hours * HOUR)
}

/// Half hours east of UTC.
const fn halves(halves: i32) -> Abbreviation {
    Abbreviation::Offset(halves * HOUR / 2)
}

const fn ambiguous(offsets: &'static [i32]) -> Abbreviation {
    Abbreviation::Ambiguous { offsets, usual: None }
}

const fn usually(usual: i32, offsets: &'static [i32]) -> Abbreviation {
    Abbreviation::Ambiguous { offsets, usual: Some(usual) }
}

/// The meaning of an abbreviation, which must be in upper case; `None` if it is not known.
pub(crate) fn abbreviation(word: &[u8]) -> Option<Abbreviation> {
    Some(match word {
        b"WET" | b"WEZ" => hours(0),
        b"WEST" | b"WESZ" | b"CET" | b"MEZ" | b"MET" | b"WAT" => hours(1),
        b"CEST" | b"MESZ" | b"MEST" | b"EET" | b"OEZ" | b"CAT" | b"SAST" => hours(2),
        b"EEST" | b"OESZ" | b"EAT" | b"IDT" => hours(3),
        b"MSD" => hours(4),
        b"PKT" => hours(5),
        b"WIB" | b"ICT" => hours(7),
        b"WITA" | b"AWST" | b"HKT" | b"SGT" | b"MYT" | b"PHT" => hours(8),
        b"WIT" | b"JST" | b"KST" => hours(9),
        b"AEST" => hours(10),
        b"AEDT" => hours(11),
        b"NZST" => hours(12),
        b"NZDT" => hours(13),
        b"ACST" => halves(19),
        b"ACDT" => halves(21),
        b"NST" => halves(-7),
        b"NDT" => halves(-5),
        b"ADT" | b"BRT" | b"ART" | b"UYT" | b"CLST" => hours(-3),
        b"BRST" => hours(-2),
        b"EDT" | b"BOT" => hours(-4),
        b"EST" | b"COT" | b"PET" => hours(-5),
        b"MDT" => hours(-6),
        b"MST" | b"PDT" => hours(-7),
        b"AKDT" => hours(-8),
        b"AKST" | b"HDT" => hours(-9),
        b"HST" => hours(-10),
        b"MSK" => Abbreviation::OfArea("Europe/Moscow"),
        b"SAMT" => Abbreviation::OfArea("Europe/Samara"),
        b"YEKT" => Abbreviation::OfArea("Asia/Yekaterinburg"),
        b"OMST" => Abbreviation::OfArea("Asia/Omsk"),
        b"NOVT" => Abbreviation::OfArea("Asia/Novosibirsk"),
        b"KRAT" => Abbreviation::OfArea("Asia/Krasnoyarsk"),
        b"IRKT" => Abbreviation::OfArea("Asia/Irkutsk"),
        b"YAKT" => Abbreviation::OfArea("Asia/Yakutsk"),
        b"VLAT" => Abbreviation::OfArea("Asia/Vladivostok"),
        b"PETT" => Abbreviation::OfArea("Asia/Kamchatka"),
        b"VET" => Abbreviation::OfArea("America/Caracas"),
        b"CLT" => Abbreviation::OfArea("America/Santiago"),
        // The Philippines write PST too, and Cuba CDT.
        b"PST" => usually(-8 * HOUR, &[-8 * HOUR, 8 * HOUR]),
        b"CDT" => usually(-5 * HOUR, &[-5 * HOUR, -4 * HOUR, 9 * HOUR]),
        // North America, Cuba, China.
        b"CST" => ambiguous(&[-6 * HOUR, -5 * HOUR, 8 * HOUR]),
        // Ireland, Israel, India.
        b"IST" => ambiguous(&[HOUR, 2 * HOUR, 11 * HOUR / 2]),
        // Britain, Bangladesh, Bougainville.
        b"BST" => ambiguous(&[HOUR, 6 * HOUR, 11 * HOUR]),
        // The Atlantic, Arabia.
        b"AST" => ambiguous(&[-4 * HOUR, 3 * HOUR]),
        // The Amazon, Armenia.
        b"AMT" => ambiguous(&[-4 * HOUR, 4 * HOUR]),
        // The Gulf, South Georgia, Guam.
        b"GST" => ambiguous(&[4 * HOUR, -2 * HOUR, 10 * HOUR]),
        // Samoa, Singapore, the Solomon Islands.
        b"SST" => ambiguous(&[-11 * HOUR, 8 * HOUR, 11 * HOUR]),
        // Western Australia, Western Samoa, Western Sahara.
        b"WST" => ambiguous(&[8 * HOUR, 13 * HOUR, HOUR]),
        // Bangladesh, Brunei.
        b"BDT" => ambiguous(&[6 * HOUR, 8 * HOUR]),
        // Ecuador, the eastern Caribbean.
        b"ECT" => ambiguous(&[-5 * HOUR, -4 * HOUR]),
        _ => return None,
    })
}
