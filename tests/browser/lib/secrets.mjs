// SPDX-License-Identifier: Apache-2.0
/// 26 places where a page keeps what is nobody else's, each with a text of its own that must never leave: told in a picture, in
/// added nodes, in changed attributes, in changed text and in typing.

const secret = (n) => `Zq${n}xSecretW${n}`;
const CARD = '4012 8888 8888 1881';
const IBAN = 'DE89 3704 0044 0532 0130 00';
const SSN = '219-09-9999';

/// name → markup; `S` is the secret.
const PLACES = {
  password: '<input type="password" value="S">',
  'password-shown': '<input type="password" data-then="text" value="S">',
  text: '<input value="S">',
  email: '<input type="email" value="S@x.example">',
  search: '<input type="search" value="S">',
  tel: '<input type="tel" value="S">',
  card: '<input autocomplete="cc-number" data-vitrine-show value="S">',
  csc: '<input name="cvc" data-vitrine-show value="S">',
  'one-time': '<input autocomplete="one-time-code" data-vitrine-show value="S">',
  hidden: '<input type="hidden" value="S">',
  textarea: '<textarea>S</textarea>',
  option: '<select><option value="S" label="S">S</option><optgroup label="S"><option>S</option></optgroup></select>',
  editable: '<div contenteditable>S <b>S</b></div>',
  placeholder: '<input placeholder="S">',
  title: '<p title="S">x</p>',
  alt: '<img alt="S" src="/dot.png">',
  'aria-label': '<button aria-label="S" aria-description="S" aria-valuetext="S">x</button>',
  data: '<p data-user="S" data-state="S">x</p>',
  link: '<a href="/order?token=S#S" ping="/S">x</a>',
  image: '<img src="/dot.png?user=S#S" srcset="/dot.png?S 2x"><video poster="/dot.png?S"></video>',
  form: '<form action="/S"><input type="radio" name="S" value="S"><input type="checkbox" value="S"><button formaction="/S" value="S">x</button></form>',
  meta: '<meta name="csrf-token" content="S"><base target="S"><link rel="canonical" href="/?S">',
  code: '<script type="application/json">{"a":"S"}</script><!-- S --><noscript>S</noscript><template>S</template>',
  style: '<p style="background:url(/dot.png?S)">x</p><style>.q{background:url("/dot.png?S")}</style>',
  masked: '<section data-vitrine-mask>S <i>S</i><input data-vitrine-show value="S"><s data-vitrine-show>S</s></section>',
  blocked: '<section data-vitrine-block>S <i title="S">S</i></section>',
  ruled: '<section class="by-rule">S</section><section class="by-block">S</section>',
  shadow: '<div class="host" data-vitrine-block></div><div class="open"></div>',
};
/// Found by what they look like, wherever they stand.
const NUMBERS = { 'card-text': CARD, 'iban-text': IBAN, 'ssn-text': SSN };

export const names = [...Object.keys(PLACES), ...Object.keys(NUMBERS)];
export const settings = { rules: [{ url: '/*', mask: ['.by-rule'], block: ['.by-block'] }] };

/// The markup of all places; every `round` has secrets of its own.
export function markup(round) {
  const parts = Object.entries(PLACES).map(([name, html], i) => `<div class="place" id="${name}">${html.replaceAll('S', secret(`${round}n${i}`))}</div>`);
  const numbers = Object.entries(NUMBERS).map(([name, text]) => `<div class="place" id="${name}">Number <b>${text}</b>, thank you</div>`);
  return [...parts, ...numbers].join('\n');
}

export const pageOf = (round) => `<!doctype html><html><head><title>Page ${CARD}</title></head><body><p id="plain">Plain words</p><p id="shown" data-vitrine-show>Shown words</p><main id="all">${markup(round)}</main></body></html>`;

const squeeze = (text) => text.toLowerCase().replace(/[^\da-z]/g, '');

/// Which secrets are in what was told, in plain, with blanks taken out, and as base64.
export function leaks(text) {
  const found = new Set(text.match(/Zq\w*?SecretW\w+/gi) ?? []);
  const bare = squeeze(text);
  for (const one of [CARD, IBAN, SSN]) if (bare.includes(squeeze(one))) found.add(one);
  for (const [word] of text.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)) if (/SecretW/i.test(Buffer.from(word, 'base64').toString())) found.add(`base64 ${word}`);
  return [...found];
}

/// Run in the page, after a picture: every kind of change, with the secrets of further rounds.
export async function stir([added, changed, typed]) {
  const all = document.getElementById('all');
  const tick = () => new Promise((done) => setTimeout(done, 60));
  const into = (html) => document.createRange().createContextualFragment(html);
  const shadows = (root, word) => {
    for (const host of root.querySelectorAll('.host, .open')) {
      const inner = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
      inner.append(Object.assign(document.createElement('input'), { value: word }));
      if (host.matches('.host')) inner.append(word);
    }
  };
  // Added: a tree at once, and one piece after the other.
  const more = document.createElement('main');
  more.append(into(added.html));
  all.after(more);
  shadows(more, added.word);
  await tick();
  shadows(all, added.word);
  for (const node of into(added.html).childNodes) all.append(node.cloneNode(true));
  await tick();
  // Attributes: each one set anew, by way of another value.
  const fresh = into(changed.html);
  for (const place of fresh.querySelectorAll('.place')) {
    const here = all.querySelector(`[id="${place.id}"]`);
    const [now, next] = [here.querySelectorAll('*'), place.querySelectorAll('*')];
    now.forEach((el, i) => {
      for (const { name, value } of next[i]?.attributes ?? []) {
        el.setAttribute(name, '');
        el.setAttribute(name, value);
      }
    });
    await new Promise((done) => queueMicrotask(done));
  }
  await tick();
  // Text: of text nodes, of whole elements.
  for (const place of into(changed.html).querySelectorAll('.place')) {
    const walk = (root) => { const w = document.createTreeWalker(root, 4); const got = []; while (w.nextNode()) got.push(w.currentNode); return got; };
    const [now, next] = [walk(all.querySelector(`[id="${place.id}"]`)), walk(place)];
    now.forEach((node, i) => { if (next[i]) node.data = next[i].data; });
  }
  await tick();
  // Typing, by events and by script alone; then a password is shown in plain.
  for (const el of all.querySelectorAll('input, textarea, select, [contenteditable]')) {
    if (el.isContentEditable) el.textContent = typed.word;
    else if (el.type === 'file') continue;
    else el.value = typed.word;
    el.dispatchEvent(new InputEvent('input', { bubbles: true, data: typed.word }));
    el.dispatchEvent(new Event('change', { bubbles: true }));
  }
  await tick();
  for (const el of all.querySelectorAll('[data-then]')) {
    el.type = 'text';
    el.setAttribute('data-vitrine-show', '');
    el.value = `${typed.word}again`;
    el.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
  await tick();
  // Style rules that come later, and a sheet of one's own.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`.z{background:url("/dot.png?${typed.word}")}`);
  document.adoptedStyleSheets = [sheet];
  document.styleSheets[0]?.insertRule(`.y{background:url("/dot.png?${typed.word}")}`);
  document.title = 'Card 4012888888881881';
  await tick();
}

/// What `stir` takes for the rounds behind `round`.
export const stirring = (round) => [1, 2, 3].map((i) => ({ html: markup(`${round}r${i}`), word: secret(`${round}r${i}`) }));
