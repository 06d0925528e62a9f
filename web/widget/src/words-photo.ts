// SPDX-License-Identifier: Apache-2.0

/// What is said about the customer's own photos.
export const englishPhoto = {
  photo: 'Add a photo',
  photoNamed: 'Photo',
  photoSee: 'Look at this photo together',
  photoSending: 'Sending the photo',
  photoFailed: 'The photo was not sent.',
  photoKind: 'This is not a picture that can be shown.',
  photoMany: 'Many photos were sent; please wait a while.',
  photoLarge: 'The photo is too large.',
} as const;
