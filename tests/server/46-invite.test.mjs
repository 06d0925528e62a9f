// SPDX-License-Identifier: Apache-2.0
/// Invitations: which rules a page gets, in which language, when somebody is there or not, and what is counted, from whom.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { http, rest } from './lib/http.mjs';
import { SHOP, SITE, associate, eventually, keeper, live, setSettings, shop } from './lib/kit.mjs';

const SOON_MS = 60_000;
const later = keeper(after);
const RULES = [
  { id: 'ring', name: 'Rings', text: { en: 'Questions about the {piece}?', fr: 'Des questions sur {piece} ?' }, when: { seconds: 20, types: ['ring'], pieces: 2 } },
  { id: 'bag', text: 'Shall we look at it together?', staffed: true, when: { bag: '500.00', url: ['/bag'] } },
  { id: 'back', text: { fr: 'Bon retour !' }, when: { siteSeconds: 60, returning: true, languages: ['fr'] } },
];
let server;
let ada;
before(async () => {
  server = await shop(later, { associates: ['lea', ['ada', 'admin']], settings: { invitations: { on: true, perDay: 2, rules: RULES } } });
  ada = await rest(server, 'ada');
});

const rules = async (lang = 'en', site = SITE) => {
  const answer = await http(server, `/v1/invite?site=${site}&lang=${lang}`);
  return { ...answer, ...(answer.status === 200 ? answer.json() : {}) };
};
const ids = async (lang) => (await rules(lang)).rules.map(({ id }) => id);
const count = (body, origin = SHOP) => http(server, '/v1/invite', { method: 'POST', body, headers: { 'Content-Length': Buffer.byteLength(body), 'Content-Type': 'text/plain', ...(origin && { Origin: origin }) } });

test('a page gets the rules of its language, for a minute, from anywhere and without a cookie', async () => {
  const { headers, perDay, rules: [first, ...others] } = await rules('en-GB');
  assert.deepEqual([perDay, first, others], [2, { id: 'ring', text: 'Questions about the {piece}?', seconds: 20, pieces: 2, types: ['ring'] }, []]);
  assert.deepEqual([headers['cache-control'], headers['access-control-allow-origin'], headers['set-cookie']], ['public, max-age=60', '*', undefined]);
  assert.deepEqual((await rules('fr-CH')).rules.map(({ id, text, returning }) => [id, text, returning]), [['ring', 'Des questions sur {piece} ?', undefined], ['back', 'Bon retour !', true]]);
  assert.deepEqual(await ids('de'), [], 'no text, no rule, and nobody is there for the other');
  for (const site of ['pk_none', '']) assert.equal((await rules('en', site)).status, 404);
  assert.equal((await http(server, '/v1/invite')).status, 404);
});

test('what wants somebody to be there waits for them', async () => {
  const a = await associate(server);
  await a.request('presence.set', { mode: 'available', cap: 3 });
  await eventually('somebody is there', async () => (await ids('en')).join() === 'ring,bag', SOON_MS);
  assert.equal((await rules('en')).rules[1].bag, 500);
  await a.request('presence.set', { mode: 'off', cap: 3 });
  await eventually('nobody is', async () => (await ids('en')).join() === 'ring', SOON_MS);
  await a.cut();
});

test('what became of them is counted by rule, from the shop\'s own pages only', async () => {
  for (const what of ['shown', 'shown', 'accepted', 'closed']) assert.equal((await count(`${SITE} ring ${what}`)).status, 204);
  assert.equal((await count(`${SITE} bag shown`)).status, 204);
  for (const [body, status, origin] of [[`${SITE} none shown`, 422], [`${SITE} ring stared`, 422], [SITE, 422], ['', 403], ['pk_none ring shown', 403], [`${SITE} ring shown`, 403, 'https://evil.test'], [`${SITE} ring shown`, 403, null]])
    assert.equal((await count(body, origin)).status, status, `${body} from ${origin}`);
  await eventually('they are stored', async () => (await ada.get('/site/invitations')).json().rules.length === 2, SOON_MS);
  assert.deepEqual((await ada.get('/site/invitations?days=1')).json().rules, [{ id: 'ring', shown: 2, accepted: 1, closed: 1 }, { id: 'bag', shown: 1, accepted: 0, closed: 0 }]);
  assert.equal((await ada.get('/site/invitations?days=401')).status, 400);
  assert.match((await http(server, '/metrics')).text, /vitrine_invitations_total\{event="shown"\} 3/);
  assert.doesNotMatch(server.log, /ring shown/);
  let status = 204;
  for (let i = 0; i < 130 && status === 204; i++) status = (await count(`${SITE} bag shown`)).status;
  assert.equal(status, 429);
});

test('rules that cannot be right are refused with their place; quiet hours and the switch end all of them', async () => {
  const one = (more) => ({ invitations: { on: true, rules: [{ id: 'a', text: 'Hello', when: { seconds: 30 }, ...more }] } });
  for (const [settings, field] of [
    [one({ when: { url: ['/x'] } }), '/invitations/rules/0/when'], [one({ when: { seconds: 1 } }), '/invitations/rules/0/when/seconds'], [one({ id: 'a b' }), '/invitations/rules/0/id'],
    [one({ text: 'x'.repeat(201) }), '/invitations/rules/0/text'], [one({ when: { seconds: 30, bag: 'much' } }), '/invitations/rules/0/when/bag'],
    [{ invitations: { on: true, rules: [...one().invitations.rules, ...one().invitations.rules] } }, '/invitations/rules/1/id'],
    [{ invitations: { on: true, perDay: 11 } }, '/invitations/perDay'], [{ invitations: {} }, '/invitations/on'],
  ]) await assert.rejects(setSettings(server, settings), new RegExp(field));
  const clock = (ms) => new Date(ms).toISOString().slice(11, 16);
  await setSettings(server, { invitations: { on: true, rules: RULES }, attention: { quiet: { from: clock(Date.now() - 3_600_000), to: clock(Date.now() + 7_200_000), tz: 'UTC' } } });
  await eventually('quiet', async () => (await ids('en')).length === 0, SOON_MS);
  await setSettings(server, { invitations: { on: true, rules: RULES }, attention: { day: { prompts: 1 } } });
  await eventually('not quiet', async () => (await ids('en')).length === 1, SOON_MS);
  assert.equal((await rules('en')).perDay, 1, 'never more a day than questions may be asked');
  const { c, a, n } = await live(server);
  await c.request('context', { keys: { invitation: 'nobody\'s' } });
  const asks = () => a.ask('chat.send', { kind: 'choice', body: { text: 'Which?', options: [{ id: 'a', label: 'A' }, { id: 'b', label: 'B' }] } }, { c: n });
  await c.request('context', { keys: { invitation: 'ring', basket: 3 } });
  await a.waitFor('presence.attention', (d) => d.today.prompts === 1 && d.waiting.prompts === 0);
  await c.request('context', { keys: { invitation: 'ring', basket: 4 } });
  assert.equal((await asks()).err.code, 'attention.full', 'the one question of the day was the invitation');
  await c.cut();
  await a.cut();
  await setSettings(server, { invitations: { on: false, rules: RULES } });
  await eventually('off', async () => (await ids('en')).length === 0, SOON_MS);
});
