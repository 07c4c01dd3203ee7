//! What is written short in a language, and how it is read: tables.

/// How a language reads what is not written out.
#[derive(Debug)]
pub(super) struct Spelling {
    /// ISO 639-1.
    language: &'static str,
    /// `@`, `.` and `/` in an address.
    pub(super) at: &'static str,
    pub(super) dot: &'static str,
    pub(super) slash: &'static str,
    /// Between the ends of a range.
    pub(super) to: &'static str,
    /// The months, and how a date is read: `D`, `M` and `Y` stand for its parts.
    pub(super) months: [&'static str; 12],
    pub(super) date: &'static str,
    /// Signs of money, with the name of one and of several.
    pub(super) money: &'static [(char, &'static str, &'static str)],
    /// Large numbers that stand between an amount and its currency.
    pub(super) large: &'static [&'static str],
    /// Units behind a number.
    pub(super) units: &'static [(&'static str, &'static str)],
    /// Short forms, without their last dot, in lower case.
    pub(super) short_forms: &'static [(&'static str, &'static str)],
}

impl Spelling {
    /// Whether it is that of a language.
    pub(super) fn language_is(&self, language: &str) -> bool {
        self.language == language
    }
}

/// The spelling of a language; `None`: it is left to espeak-ng.
pub(super) fn of(language: &str) -> Option<&'static Spelling> {
    let language = language.split('-').next().unwrap_or(language);
    ALL.iter().find(|spelling| spelling.language == language)
}

/// Whether a word with a dot behind it is a short form, so that no sentence ends there.
pub(super) fn is_short_form(word: &str, language: &str) -> bool {
    let word = word.to_lowercase();
    of(language).is_some_and(|spelling| spelling.short_forms.iter().any(|(short, _)| *short == word))
}

/// What a word with a dot behind it stands for before a number, and there alone: `No. 7`, `p. 12`.
pub(super) fn before_number(word: &str, language: &str) -> Option<&'static str> {
    let language = language.split('-').next().unwrap_or(language);
    let rows = [
        ("en", "no", "number"),
        ("en", "nos", "numbers"),
        ("en", "p", "page"),
        ("en", "ch", "chapter"),
        ("es", "p", "página"),
        ("es", "n", "número"),
        ("fr", "p", "page"),
        ("it", "p", "pagina"),
        ("it", "n", "numero"),
        ("de", "s", "Seite"),
        ("pt", "p", "página"),
        ("pt", "n", "número"),
    ];
    let word = word.to_lowercase();
    rows.into_iter().find(|(its, short, _)| *its == language && *short == word).map(|(_, _, full)| full)
}

/// Whether a word with a dot behind it, and a number behind that, is a short form, so that no sentence ends there.
pub(super) fn is_before_number(word: &str, language: &str) -> bool {
    before_number(word, language).is_some()
}

const ALL: &[Spelling] = &[ENGLISH, SPANISH, FRENCH, ITALIAN, GERMAN, PORTUGUESE];

const ENGLISH: Spelling = Spelling {
    language: "en",
    at: "at",
    dot: "dot",
    slash: "slash",
    to: "to",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    date: "M Dth Y",
    money: &[
        ('$', "dollar", "dollars"),
        ('€', "euro", "euros"),
        ('£', "pound", "pounds"),
        ('¥', "yen", "yen"),
        ('₹', "rupee", "rupees"),
    ],
    large: &["thousand", "million", "billion", "trillion"],
    units: &[
        ("km/h", "kilometers per hour"),
        ("mph", "miles per hour"),
        ("m/s", "meters per second"),
        ("km", "kilometers"),
        ("cm", "centimeters"),
        ("mm", "millimeters"),
        ("kg", "kilograms"),
        ("mg", "milligrams"),
        ("ml", "milliliters"),
        ("ms", "milliseconds"),
        ("°C", "degrees Celsius"),
        ("°F", "degrees Fahrenheit"),
        ("GB", "gigabytes"),
        ("MB", "megabytes"),
        ("kB", "kilobytes"),
        ("TB", "terabytes"),
        ("GHz", "gigahertz"),
        ("MHz", "megahertz"),
        ("kHz", "kilohertz"),
        ("Hz", "hertz"),
        ("kWh", "kilowatt hours"),
        ("lbs", "pounds"),
    ],
    short_forms: &[
        ("dr", "Doctor"),
        ("mr", "Mister"),
        ("mrs", "Missus"),
        ("ms", "Miz"),
        ("prof", "Professor"),
        ("st", "Saint"),
        ("gen", "General"),
        ("sen", "Senator"),
        ("gov", "Governor"),
        ("capt", "Captain"),
        ("sgt", "Sergeant"),
        ("lt", "Lieutenant"),
        ("rev", "Reverend"),
        ("jr", "Junior"),
        ("sr", "Senior"),
        ("vs", "versus"),
        ("approx", "approximately"),
        ("dept", "Department"),
        ("fig", "figure"),
        ("vol", "volume"),
        ("pp", "pages"),
        ("e.g", "for example"),
        ("i.e", "that is"),
        ("jan", "January"),
        ("feb", "February"),
        ("aug", "August"),
        ("sept", "September"),
        ("oct", "October"),
        ("nov", "November"),
        ("dec", "December"),
    ],
};

const SPANISH: Spelling = Spelling {
    language: "es",
    at: "arroba",
    dot: "punto",
    slash: "barra",
    to: "a",
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    date: "D de M de Y",
    money: &[('$', "dólar", "dólares"), ('€', "euro", "euros"), ('£', "libra", "libras"), ('¥', "yen", "yenes")],
    large: &["mil", "millones", "millón", "billones"],
    units: &[("km/h", "kilómetros por hora"), ("km", "kilómetros"), ("kg", "kilos"), ("cm", "centímetros")],
    short_forms: &[
        ("sr", "señor"),
        ("sra", "señora"),
        ("srta", "señorita"),
        ("dr", "doctor"),
        ("dra", "doctora"),
        ("ud", "usted"),
        ("uds", "ustedes"),
        ("p.ej", "por ejemplo"),
        ("pág", "página"),
        ("núm", "número"),
        ("av", "avenida"),
    ],
};

const FRENCH: Spelling = Spelling {
    language: "fr",
    at: "arobase",
    dot: "point",
    slash: "slash",
    to: "à",
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    date: "D M Y",
    money: &[('$', "dollar", "dollars"), ('€', "euro", "euros"), ('£', "livre", "livres"), ('¥', "yen", "yens")],
    large: &["mille", "million", "millions", "milliard", "milliards"],
    units: &[("km/h", "kilomètres à l'heure"), ("km", "kilomètres"), ("kg", "kilos"), ("cm", "centimètres")],
    short_forms: &[
        ("m", "monsieur"),
        ("mm", "messieurs"),
        ("mme", "madame"),
        ("mlle", "mademoiselle"),
        ("dr", "docteur"),
        ("p.ex", "par exemple"),
        ("av", "avenue"),
    ],
};

const ITALIAN: Spelling = Spelling {
    language: "it",
    at: "chiocciola",
    dot: "punto",
    slash: "barra",
    to: "a",
    months: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    date: "D M Y",
    money: &[('$', "dollaro", "dollari"), ('€', "euro", "euro"), ('£', "sterlina", "sterline"), ('¥', "yen", "yen")],
    large: &["mila", "milione", "milioni", "miliardo", "miliardi"],
    units: &[("km/h", "chilometri all'ora"), ("km", "chilometri"), ("kg", "chili"), ("cm", "centimetri")],
    short_forms: &[
        ("sig", "signor"),
        ("sig.ra", "signora"),
        ("dott", "dottor"),
        ("dott.ssa", "dottoressa"),
        ("prof", "professor"),
        ("ing", "ingegner"),
        ("avv", "avvocato"),
        ("p.es", "per esempio"),
        ("pag", "pagina"),
    ],
};

const GERMAN: Spelling = Spelling {
    language: "de",
    at: "ät",
    dot: "Punkt",
    slash: "Schrägstrich",
    to: "bis",
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    date: "D. M Y",
    money: &[('$', "Dollar", "Dollar"), ('€', "Euro", "Euro"), ('£', "Pfund", "Pfund"), ('¥', "Yen", "Yen")],
    large: &["Tausend", "Million", "Millionen", "Milliarde", "Milliarden"],
    units: &[("km/h", "Kilometer pro Stunde"), ("km", "Kilometer"), ("kg", "Kilogramm"), ("cm", "Zentimeter")],
    short_forms: &[
        ("dr", "Doktor"),
        ("hr", "Herr"),
        ("fr", "Frau"),
        ("prof", "Professor"),
        ("nr", "Nummer"),
        ("str", "Straße"),
        ("z.b", "zum Beispiel"),
        ("d.h", "das heißt"),
        ("u.a", "unter anderem"),
        ("bzw", "beziehungsweise"),
        ("ca", "circa"),
        ("vgl", "vergleiche"),
    ],
};

const PORTUGUESE: Spelling = Spelling {
    language: "pt",
    at: "arroba",
    dot: "ponto",
    slash: "barra",
    to: "a",
    months: [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    date: "D de M de Y",
    money: &[('$', "dólar", "dólares"), ('€', "euro", "euros"), ('£', "libra", "libras"), ('¥', "iene", "ienes")],
    large: &["mil", "milhão", "milhões", "bilhão", "bilhões"],
    units: &[("km/h", "quilômetros por hora"), ("km", "quilômetros"), ("kg", "quilos"), ("cm", "centímetros")],
    short_forms: &[
        ("sr", "senhor"),
        ("sra", "senhora"),
        ("dr", "doutor"),
        ("dra", "doutora"),
        ("p.ex", "por exemplo"),
        ("pág", "página"),
        ("av", "avenida"),
    ],
};
