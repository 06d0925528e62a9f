// SPDX-License-Identifier: Apache-2.0

const english = {
  title: 'No more notes',
  ask: 'You asked to be told when a piece can be had again or costs less. Shall we stop?',
  stop: 'Stop all of them',
  done: 'You get no more of them from {site}.',
  over: 'This link has been used, or has run out.',
  offline: 'That did not get through. Try again.',
};
export type Key = keyof typeof english;

const all: Record<string, Record<Key, string>> = {
  en: english,
  fr: {
    title: 'Plus de messages', ask: 'Vous avez demandé à être prévenu quand une pièce est de nouveau disponible ou moins chère. Faut-il arrêter ?', stop: 'Tout arrêter',
    done: 'Vous n’en recevrez plus de {site}.', over: 'Ce lien a déjà servi, ou a expiré.', offline: 'Cela n’a pas abouti. Essayez encore.',
  },
  de: {
    title: 'Keine Nachrichten mehr', ask: 'Sie wollten erfahren, wenn ein Stück wieder da ist oder weniger kostet. Sollen wir damit aufhören?', stop: 'Alle beenden',
    done: 'Sie bekommen keine mehr von {site}.', over: 'Dieser Link wurde schon benutzt oder ist abgelaufen.', offline: 'Das kam nicht an. Versuchen Sie es noch einmal.',
  },
  ar: {
    title: 'إيقاف الرسائل', ask: 'طلبت إعلامك عندما تتوفر قطعة من جديد أو ينخفض سعرها. هل نتوقف؟', stop: 'أوقفها كلها',
    done: 'لن تصلك رسائل أخرى من {site}.', over: 'استُخدم هذا الرابط من قبل أو انتهت مدته.', offline: 'لم يصل الطلب. حاول مرة أخرى.',
  },
};

export const lang = navigator.languages.map((one) => one.slice(0, 2)).find((one) => one in all) ?? 'en';
export const t = (key: Key, site = ''): string => all[lang]![key].replace('{site}', site);
