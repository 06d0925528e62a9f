// SPDX-License-Identifier: Apache-2.0

export { say } from '../../../ui/say.js';
