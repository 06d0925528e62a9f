// SPDX-License-Identifier: Apache-2.0
import { i18n } from '../../ui/i18n.js';
import type { Translate } from '../../ui/i18n.js';

const english = {
  title: 'Send a photo or a clip',
  lead: 'It appears in the conversation at once, in full sharpness.',
  take: 'Take a photo',
  film: 'Film a clip',
  filmHint: 'Of a clip the first 20 seconds are shown.',
  choose: 'Choose from your photos',
  next: 'Take another photo',
  sending: 'Sending {size}, {n} %',
  checking: 'Almost there',
  shown: 'Shown',
  again: 'Try again',
  opening: 'One moment',
  until: 'Works until {time} · {n} more',
  last: 'Works until {time} · this was the last one',
  expired: 'This code has ended',
  expiredText: 'A code works for ten minutes. Ask for a new one and scan it.',
  used: 'Another phone has this code',
  usedText: 'A code works on one phone. Ask for a new one and scan it with this phone.',
  none: 'Scan the code',
  noneText: 'This page opens with the code that your advisor shows you.',
  offline: 'No connection',
  offlineText: 'Check that this phone is online, on a network that reaches the shop.',
  line: 'The connection broke.',
  'too-big': 'This photo is too large. Up to 40 MB and 50 megapixels can be sent.',
  'too-big-clip': 'This clip is too large. Up to 100 MB, one minute and 1080p can be sent.',
  'not-a-clip': 'This is not a clip that can be shown. MP4, MOV and WebM can.',
  'not-a-picture': 'This is not a picture that can be shown. JPEG, PNG, WebP and HEIC can.',
  truncated: 'It did not arrive whole.',
  broken: 'This cannot be read.',
  budget: 'So much was sent that there is a pause. Try again later.',
  'no-room': 'The shop has no room for more just now.',
  busy: 'The shop is busy just now.',
} as const;

export type Key = keyof typeof english;

const french: Record<Key, string> = {
  title: 'Envoyer une photo ou un clip',
  lead: 'Elle apparaît aussitôt dans la conversation, en pleine définition.',
  take: 'Prendre une photo',
  film: 'Filmer un clip',
  filmHint: 'D’un clip, les 20 premières secondes sont montrées.',
  choose: 'Choisir dans vos photos',
  next: 'Prendre une autre photo',
  sending: 'Envoi de {size}, {n} %',
  checking: 'Un instant',
  shown: 'Affichée',
  again: 'Réessayer',
  opening: 'Un instant',
  until: 'Valable jusqu’à {time} · encore {n}',
  last: 'Valable jusqu’à {time} · c’était la dernière',
  expired: 'Ce code n’est plus valable',
  expiredText: 'Un code vaut dix minutes. Demandez-en un nouveau et scannez-le.',
  used: 'Un autre téléphone utilise ce code',
  usedText: 'Un code vaut pour un seul téléphone. Demandez-en un nouveau et scannez-le avec celui-ci.',
  none: 'Scannez le code',
  noneText: 'Cette page s’ouvre avec le code que votre conseiller vous montre.',
  offline: 'Pas de connexion',
  offlineText: 'Vérifiez que ce téléphone est en ligne, sur un réseau qui atteint la boutique.',
  line: 'La connexion a été coupée.',
  'too-big': 'Cette photo est trop grande : 40 Mo et 50 mégapixels au plus.',
  'too-big-clip': 'Ce clip est trop grand : 100 Mo, une minute et 1080p au plus.',
  'not-a-clip': 'Ce fichier n’est pas un clip affichable. MP4, MOV et WebM le sont.',
  'not-a-picture': 'Ce fichier n’est pas une image affichable. JPEG, PNG, WebP et HEIC le sont.',
  truncated: 'L’envoi n’est pas arrivé entier.',
  broken: 'Ce fichier est illisible.',
  budget: 'Beaucoup d’envois : une pause est nécessaire. Réessayez plus tard.',
  'no-room': 'La boutique n’a plus de place pour le moment.',
  busy: 'La boutique est occupée pour le moment.',
};

const isFrench = navigator.language.startsWith('fr');
export const locale = isFrench ? 'fr' : 'en';
export const t: Translate<Key> = i18n<Key>(english, isFrench ? french : {});
export const has = (key: string): key is Key => Object.hasOwn(english, key);
