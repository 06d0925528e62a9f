// SPDX-License-Identifier: Apache-2.0
import { filming } from '../../viewer/film.js';

/// A film on the stage. Loaded when one is on show.
(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('viewer-film', filming);
