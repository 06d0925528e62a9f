/* SPDX-License-Identifier: Apache-2.0 */
#include "server/guide_words.h"

#include "server/base/cleanup.h"

static const char *const person_en[] = {
    "human",         "real person",   "want person",  "need person",    "talk person",
    "speak person",  "speak someone", "talk someone", "talk somebody",  "speak somebody",
    "person please", "advisor",       "adviser",      "representative", NULL,
};
static const char *const hours_en[] = {
    "opening hours", "opening times", "when open",  "open today", "open tomorrow",
    "are you open",  "you closed",    "when close", "open until", NULL
};
static const char *const person_fr[] = {
    "humain",      "vraie personne", "parler personne",   "parler quelqu un", "conseiller",
    "conseillere", "veux personne",  "voudrais personne", "besoin personne",  NULL
};
static const char *const hours_fr[] = {
    "horaires",     "heures ouverture", "ouvert quand",        "quand ouvrez", "ouvrez quelle heure",
    "etes ouverts", "etes vous ouvert", "fermez quelle heure", "quand fermez", NULL
};
static const char *const person_de[] = {
    "mensch",  "echte person", "person sprechen", "jemandem sprechen", "jemanden sprechen",
    "berater", "beraterin",    "mitarbeiter",     "mitarbeiterin",     NULL
};
static const char *const hours_de[] = { "offnungszeiten", "oeffnungszeiten", "wann offen",
                                        "wann geoffnet",  "wann auf",        "heute offen",
                                        "heute geoffnet", "wann schliessen", NULL };

static const struct vt_guide_locale locales[] = {
    { .lang = "en",
      .words = {
          [VT_GUIDE_HELLO] = "Hello!",
          [VT_GUIDE_HELLO_NAME] = "Hello, {name}!",
          [VT_GUIDE_AUTOMATIC] = "I am the automatic assistant of {site}, not a person.",
          [VT_GUIDE_CALLING] = "An advisor has been called; until then I help with what I know.",
          [VT_GUIDE_CLOSED_UNTIL] = "We are closed until {when}; until then I help with what I know.",
          [VT_GUIDE_CLOSED] = "We are closed now; I help with what I know.",
          [VT_GUIDE_NOBODY] = "No advisor is here just now; I help with what I know.",
          [VT_GUIDE_LEFT] = "Your advisor had to leave.",
          [VT_GUIDE_ABOUT] = "What is it about?",
          [VT_GUIDE_PERSON] = "I want a person",
          [VT_GUIDE_PERSON_WAITS] = "Of course. An advisor joins as soon as possible; I am quiet until then.",
          [VT_GUIDE_PERSON_CLOSED] = "Of course. Nobody is here just now: leave a message with your e-mail address, and a person answers.",
          [VT_GUIDE_UNKNOWN_WAITS] = "I do not know that for certain. An advisor will answer it.",
          [VT_GUIDE_UNKNOWN_CLOSED] = "I do not know that for certain. A person will answer it: leave a message with your e-mail address.",
          [VT_GUIDE_FITS] = "This is what fits:",
          [VT_GUIDE_FITS_NOTHING] = "Nothing in our catalogue fits all of that. An advisor can look further.",
          [VT_GUIDE_CODE] = "Your code: {code}",
          [VT_GUIDE_OPEN_UNTIL] = "We are open now, until {when}.",
          [VT_GUIDE_OPENS] = "We are closed now and open {when}.",
          [VT_GUIDE_OFF] = "Good. The automatic assistant is off for this conversation.",
          [VT_GUIDE_WHEN] = "{day} at {time}",
      },
      .days = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" },
      .person = person_en, .hours = hours_en },
    { .lang = "fr",
      .words = {
          [VT_GUIDE_HELLO] = "Bonjour !",
          [VT_GUIDE_HELLO_NAME] = "Bonjour {name} !",
          [VT_GUIDE_AUTOMATIC] = "Je suis l’assistant automatique de {site}, pas une personne.",
          [VT_GUIDE_CALLING] = "Un conseiller est prévenu ; d’ici là, je vous aide avec ce que je sais.",
          [VT_GUIDE_CLOSED_UNTIL] = "Nous sommes fermés jusqu’à {when} ; d’ici là, je vous aide avec ce que je sais.",
          [VT_GUIDE_CLOSED] = "Nous sommes fermés ; je vous aide avec ce que je sais.",
          [VT_GUIDE_NOBODY] = "Aucun conseiller n’est là pour l’instant ; je vous aide avec ce que je sais.",
          [VT_GUIDE_LEFT] = "Votre conseiller a dû partir.",
          [VT_GUIDE_ABOUT] = "De quoi s’agit-il ?",
          [VT_GUIDE_PERSON] = "Je veux une personne",
          [VT_GUIDE_PERSON_WAITS] = "Bien sûr. Un conseiller vous rejoint dès que possible ; d’ici là, je me tais.",
          [VT_GUIDE_PERSON_CLOSED] = "Bien sûr. Personne n’est là pour l’instant : laissez un message avec votre adresse e-mail, une personne vous répondra.",
          [VT_GUIDE_UNKNOWN_WAITS] = "Je ne le sais pas avec certitude. Un conseiller vous répondra.",
          [VT_GUIDE_UNKNOWN_CLOSED] = "Je ne le sais pas avec certitude. Une personne vous répondra : laissez un message avec votre adresse e-mail.",
          [VT_GUIDE_FITS] = "Voici ce qui convient :",
          [VT_GUIDE_FITS_NOTHING] = "Rien dans notre catalogue ne correspond à tout cela. Un conseiller peut chercher plus loin.",
          [VT_GUIDE_CODE] = "Votre code : {code}",
          [VT_GUIDE_OPEN_UNTIL] = "Nous sommes ouverts, jusqu’à {when}.",
          [VT_GUIDE_OPENS] = "Nous sommes fermés et ouvrons {when}.",
          [VT_GUIDE_OFF] = "Bien. L’assistant automatique est arrêté pour cette conversation.",
          [VT_GUIDE_WHEN] = "{day} à {time}",
      },
      .days = { "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche" },
      .person = person_fr, .hours = hours_fr },
    { .lang = "de",
      .words = {
          [VT_GUIDE_HELLO] = "Guten Tag!",
          [VT_GUIDE_HELLO_NAME] = "Guten Tag, {name}!",
          [VT_GUIDE_AUTOMATIC] = "Ich bin der automatische Assistent von {site}, kein Mensch.",
          [VT_GUIDE_CALLING] = "Eine Beraterin oder ein Berater ist gerufen; bis dahin helfe ich mit dem, was ich weiß.",
          [VT_GUIDE_CLOSED_UNTIL] = "Wir haben bis {when} geschlossen; bis dahin helfe ich mit dem, was ich weiß.",
          [VT_GUIDE_CLOSED] = "Wir haben geschlossen; ich helfe mit dem, was ich weiß.",
          [VT_GUIDE_NOBODY] = "Im Augenblick ist niemand da; ich helfe mit dem, was ich weiß.",
          [VT_GUIDE_LEFT] = "Ihre Beratung musste gehen.",
          [VT_GUIDE_ABOUT] = "Worum geht es?",
          [VT_GUIDE_PERSON] = "Ich möchte mit einem Menschen sprechen",
          [VT_GUIDE_PERSON_WAITS] = "Gern. Es kommt so bald wie möglich jemand dazu; bis dahin bin ich still.",
          [VT_GUIDE_PERSON_CLOSED] = "Gern. Im Augenblick ist niemand da: Hinterlassen Sie eine Nachricht mit Ihrer E-Mail-Adresse, dann antwortet ein Mensch.",
          [VT_GUIDE_UNKNOWN_WAITS] = "Das weiß ich nicht sicher. Es antwortet Ihnen gleich ein Mensch.",
          [VT_GUIDE_UNKNOWN_CLOSED] = "Das weiß ich nicht sicher. Ein Mensch antwortet Ihnen: Hinterlassen Sie eine Nachricht mit Ihrer E-Mail-Adresse.",
          [VT_GUIDE_FITS] = "Das passt dazu:",
          [VT_GUIDE_FITS_NOTHING] = "In unserem Katalog passt nichts zu alledem. Unsere Beratung kann weiter suchen.",
          [VT_GUIDE_CODE] = "Ihr Code: {code}",
          [VT_GUIDE_OPEN_UNTIL] = "Wir haben geöffnet, bis {when}.",
          [VT_GUIDE_OPENS] = "Wir haben geschlossen und öffnen {when}.",
          [VT_GUIDE_OFF] = "Gut. Der automatische Assistent ist für dieses Gespräch aus.",
          [VT_GUIDE_WHEN] = "{day} um {time}",
      },
      .days = { "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag" },
      .person = person_de, .hours = hours_de },
};

const struct vt_guide_locale *vt_guide_locale(struct vt_str lang)
{
    for (size_t i = 0; i < VT_COUNT(locales); i++)
        if (lang.len >= 2 && memcmp(lang.ptr, locales[i].lang, 2) == 0 &&
            (lang.len == 2 || lang.ptr[2] == '-'))
            return &locales[i];
    return &locales[0];
}
