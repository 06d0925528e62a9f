// SPDX-License-Identifier: Apache-2.0
import { i18n } from '../../ui/i18n.js';
import type { Translate } from '../../ui/i18n.js';

const english = {
  title: 'What we looked at together',
  with: '{date}, with {name}. Reference {reference}',
  on: '{price} on {date}',
  see: 'See it in the shop',
  unseen: 'The picture cannot be shown.',
  said: 'What was said',
  you: 'You',
  picture: 'Picture',
  film: 'Film',
  file: 'File',
  product: 'Piece',
  until: 'This page opens until {date}.',
  print: 'Print, or keep as PDF',
  shop: 'To the shop',
  opening: 'One moment',
  none: 'This address does not open',
  noneText: 'Open the link from your mail or conversation whole, as it was sent.',
  over: 'This recap is not kept any more',
  overText: 'The shop keeps a recap for a while. The mail you were sent still has its pictures.',
  offline: 'No connection',
  offlineText: 'The shop does not answer just now.',
  again: 'Try again',
} as const;

export type Key = keyof typeof english;

const french: Record<Key, string> = {
  title: 'Ce que nous avons regardé ensemble',
  with: '{date}, avec {name}. Référence {reference}',
  on: '{price} le {date}',
  see: 'Voir dans la boutique',
  unseen: 'L’image ne peut pas être affichée.',
  said: 'Ce qui a été dit',
  you: 'Vous',
  picture: 'Image',
  film: 'Film',
  file: 'Fichier',
  product: 'Pièce',
  until: 'Cette page s’ouvre jusqu’au {date}.',
  print: 'Imprimer ou garder en PDF',
  shop: 'Vers la boutique',
  opening: 'Un instant',
  none: 'Cette adresse ne s’ouvre pas',
  noneText: 'Ouvrez le lien de votre courriel ou de la conversation en entier, tel qu’il a été envoyé.',
  over: 'Ce récapitulatif n’est plus conservé',
  overText: 'La boutique garde un récapitulatif quelque temps. Le courriel reçu contient toujours ses images.',
  offline: 'Pas de connexion',
  offlineText: 'La boutique ne répond pas pour le moment.',
  again: 'Réessayer',
};

const isFrench = navigator.language.startsWith('fr');
export const locale = isFrench ? 'fr' : 'en';
export const t: Translate<Key> = i18n<Key>(english, isFrench ? french : {});
export const has = (key: string): key is Key => Object.hasOwn(english, key);
export const day = (ts: number): string => new Intl.DateTimeFormat(navigator.language, { dateStyle: 'long' }).format(ts);
