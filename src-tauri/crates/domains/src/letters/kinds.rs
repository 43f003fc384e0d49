//! What a letter is about: the kind with the most of its words in the subject and in what the sender wrote now, without what
//! is quoted below.

use super::plain::line;

/// A kind of letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Money back.
    Refund,
    /// A thing goes back, or is broken.
    Return,
    /// Where is it, when does it come.
    Delivery,
    /// An invoice or a payment.
    Invoice,
    /// How something works.
    Help,
    /// Thanks.
    Praise,
    /// Sent to many.
    Newsletter,
    /// Sent by a machine: somebody is away, a letter did not arrive.
    Automatic,
    /// None of these.
    Other,
}

impl Kind {
    /// The name of its folder.
    pub fn folder(self) -> &'static str {
        match self {
            Kind::Refund => "Refunds",
            Kind::Return => "Returns",
            Kind::Delivery => "Delivery",
            Kind::Invoice => "Invoices",
            Kind::Help => "Help",
            Kind::Praise => "Praise",
            Kind::Newsletter => "Newsletters",
            Kind::Automatic => "Automatic",
            Kind::Other => "Other",
        }
    }
}

/// Beginnings of words, by kind; those that count double first.
const KINDS: &[(Kind, &str, &str)] = &[
    (
        Kind::Refund,
        "refund money erstatt rueckerstatt ruckerstatt rembours reembols rimbors terugbetal zwrot",
        "back charged twice doppelt abgebucht deux fois double doble dos veces doppio pieniedzy pieniadze geld",
    ),
    (
        Kind::Return,
        "return broken defect damaged cracked kaputt zuruck rucksend retour casse defectueux devoluc devolver roto danado reso \
         rotto danneggiat devolu quebrad kapot uszkodz reklamacj zepsut reklamation",
        "leaks scratch wrong exchange umtausch falsch echange cambio warranty garantie garantia gwarancj replacement",
    ),
    (
        Kind::Delivery,
        "deliver shipping shipment parcel package tracking liefer paket sendung versand livraison colis entrega paquete envio \
         consegna pacco spedizion encomenda bezorg pakket przesylk paczk dostaw",
        "arrive arrived where late wo kommt quand cuando dove quando waar gdzie kiedy courier customs",
    ),
    (
        Kind::Invoice,
        "invoice receipt rechnung facture factura fattura fatura factuur faktur vat mwst tva ust",
        "payment bill billing paid zahlung paiement pago pagamento betaling platnosc address adresse",
    ),
    (
        Kind::Help,
        "manual how instructions anleitung setup install connect bluetooth wifi battery charge mode notice instalar funciona \
         funziona funcionar werkt instrukcja dziala funktioniert fonctionne pair pairing app firmware update",
        "help question frage aide ayuda aiuto ajuda hulp pomoc light switch button cannot kann can",
    ),
    (
        Kind::Praise,
        "thanks thank love great wonderful danke dankeschon merci gracias grazie obrigad bedankt dziekuje",
        "happy perfect super toll excellent excelente fantastic swietn prima",
    ),
];
const AUTOMATIC: &[&str] = &[
    "out of office",
    "automatic reply",
    "auto reply",
    "autoreply",
    "abwesenheit",
    "absence du bureau",
    "fuera de la oficina",
    "fuori sede",
    "undelivered",
    "undeliverable",
    "delivery status notification",
    "mail delivery",
    "returned to sender",
    "afwezig",
    "nieobecnosc",
];
const MANY: &[&str] = &[
    "unsubscribe",
    "abmelden vom newsletter",
    "newsletter",
    "se desabonner",
    "darse de baja",
    "view in browser",
    "wypisz sie",
];

/// The kind of a letter.
pub fn kind(subject: &str, text: &str) -> Kind {
    let own = own_words(text);
    let (subject, all) = (line(subject), line(&own));
    if AUTOMATIC.iter().any(|words| subject.contains(&format!(" {words} "))) {
        return Kind::Automatic;
    }
    if MANY.iter().any(|words| all.contains(&format!(" {words} ")) || subject.contains(&format!(" {words} "))) {
        return Kind::Newsletter;
    }
    let points = |strong: &str, weak: &str| {
        let begins = |list: &str, word: &str| list.split_ascii_whitespace().any(|start| word.starts_with(start));
        let count = |text: &str| -> usize {
            text.split(' ')
                .filter(|word| word.len() > 1)
                .map(|word| if begins(strong, word) { 2 } else { usize::from(begins(weak, word)) })
                .sum()
        };
        2 * count(&subject) + count(&all)
    };
    let mut best = (0, Kind::Other);
    for (kind, strong, weak) in KINDS {
        let found = points(strong, weak);
        // Thanks at the end of a letter is politeness: it counts where it is all there is.
        let found = if *kind == Kind::Praise { found.min(best.0.max(1)) } else { found };
        if found > best.0 && found > 1 || (*kind == Kind::Praise && best.0 == 0 && found > 0) {
            best = (found, *kind);
        }
    }
    best.1
}

/// How numbers of orders look.
pub const ORDER: &str = "A-1234";

/// The number of an order in a text, as [`ORDER`].
pub fn order_number(text: &str) -> Option<String> {
    let upper = text.to_uppercase();
    let words = upper.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words
        .map(|word| word.trim_matches('-'))
        .find(|word| {
            word.strip_prefix("A-")
                .is_some_and(|digits| digits.len() == 4 && digits.chars().all(|c| c.is_ascii_digit()))
        })
        .map(str::to_owned)
}

/// Whether a letter shouts: many capitals, or many marks that do.
pub fn shouts(text: &str) -> bool {
    let own = own_words(text);
    let words: Vec<&str> = own.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 3).collect();
    let loud = words.iter().filter(|word| word.chars().all(char::is_uppercase)).count();
    own.contains("!!!") || own.contains("?!?") || (words.len() >= 8 && loud * 3 > words.len())
}

// Without what is quoted below.
fn own_words(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let trimmed = line.trim();
        let ends = trimmed.starts_with("-----")
            || (trimmed.ends_with(':')
                && ["wrote", "schrieb", "ecrit", "écrit", "escribió", "scritto", "escreveu", "schreef", "napisał"]
                    .iter()
                    .any(|word| trimmed.contains(word)));
        if ends {
            break;
        }
        if !trimmed.starts_with('>') {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_sorted_by_what_they_are_about() {
        let check =
            |subject: &str, text: &str, wanted: Kind| assert_eq!(kind(subject, text), wanted, "{subject}: {text}");
        check("Money back please", "The kettle A-1051 leaks, I want a refund.", Kind::Refund);
        check("Wo bleibt mein Paket?", "Die Sendung sollte am Montag kommen.", Kind::Delivery);
        check("Facture", "Pouvez-vous m'envoyer la facture ?", Kind::Invoice);
        check("Thank you", "Everything is perfect.", Kind::Praise);
        check("Lamp", "How do I connect the lamp to the app? The light does not switch on. Thanks!", Kind::Help);
        check("Automatic reply: your letter", "I am away.", Kind::Automatic);
        check("Hello", "A penguin walks into a bar.", Kind::Other);
    }

    #[test]
    fn numbers_of_orders_and_raised_voices_are_found() {
        assert_eq!(order_number("my order a-1042, thanks"), Some("A-1042".to_owned()));
        assert_eq!(order_number("A-10422 and B-1042"), None);
        assert!(shouts("WHERE IS MY PARCEL!!!") && !shouts("Where is my parcel?\n> WHERE!!!"));
    }
}
