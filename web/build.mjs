// SPDX-License-Identifier: Apache-2.0

/// Builds everything a browser loads into web/dist: hashed names, the SRI table inside the loader, sizes against the budgets
/// of the design. `node build.mjs [--out DIR] [--no-shop]`. A missed budget is a failed build.
import { build as esbuild, transform } from 'esbuild';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const web = dirname(fileURLToPath(import.meta.url));
const here = (...parts) => join(web, ...parts);
const option = (name, otherwise) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise);
const out = option('--out', here('dist'));
const { version } = JSON.parse(await readFile(here('package.json'), 'utf8'));

/// Style sheets are strings in the code: white space, long colours and last semicolons go before they are bundled.
const sheets = {
  name: 'sheets',
  setup: (it) => it.onLoad({ filter: /(style|styles|tokens)\.ts$/ }, async ({ path }) => {
    const text = await readFile(path, 'utf8');
    const made = new Map();
    for (const [whole, css] of text.matchAll(/(?<== )`([^`]*)`/g)) {
      const { code } = await transform(css, { loader: 'css', minify: true, charset: 'utf8', target: common.target });
      made.set(whole, JSON.stringify(code.trim()));
    }
    return { contents: text.replace(/(?<== )`[^`]*`/g, (whole) => made.get(whole)), loader: 'ts' };
  }),
};

/// rrweb's recorder, less what is never reached by how mirror/recorder.ts calls it (canvas streams with their worker, fonts, selections,
/// mouse and media, frames of other origins), and with what had to be mended. Done before bundling, as the package has no entry without them: a
/// quarter of its bytes goes, and as many patches of the page's prototypes. The version is pinned; a name that is gone fails the build.
const spare = {
  name: 'spare',
  setup: (it) => it.onLoad({ filter: /@rrweb\/record\/dist\/record\.js$/ }, async ({ path }) => {
    let text = await readFile(path, 'utf8');
    const replace = (pattern, by) => {
      if (!pattern.test(text)) throw new Error(`@rrweb/record has changed: no ${pattern}`);
      text = text.replace(pattern, by);
    };
    const nothing = '() => () => {}';
    for (const name of ['Move', 'MouseInteraction', 'ViewportResize', 'MediaInteraction', 'Font', 'Selection', 'CustomElement']) {
      replace(new RegExp(`^function init${name}Observer\\([^]*?^}$`, 'm'), `const init${name}Observer = ${nothing};`);
    }
    replace(/^class CanvasManager \{[^]*?^}$/m, `class CanvasManager { reset() {} freeze() {} unfreeze() {} lock() {} unlock() {} }`);
    replace(/^const jsContent = .*$/m, '');
    replace(/^const blob = .*$/m, '');
    replace(/^function WorkerWrapper\([^]*?^}$/m, '');
    replace(/^  handleMessage\(message\) \{[^]*?^  patchRootIdOnNode\([^]*?^  \}$/m, '  handleMessage() {}');
    replace(/^class CrossOriginIframeMirror \{[^]*?^}$/m, 'class CrossOriginIframeMirror {}');
    replace(/^function mergeHooks\([^]*?^}$/m, 'const mergeHooks = () => {};');
    // An inline style is against the policy of a careful shop, even in a document nobody sees; through the object model it is not.
    replace(/old\.setAttribute\("style", m\.oldValue\)/, 'old.style.cssText = m.oldValue');
    // What is blocked is not observed either, our own panel above all.
    replace(/if \(this\.shadowDoms\.has\(shadowRoot2\)\) return;/, `$& if (isBlocked(index.host(shadowRoot2), 'rr-block', this.bypassOptions.blockSelector, true)) return;`);
    // Its list of buffers only ever grew: with each start of the recorder, and each shadow root of each picture, it held one more of
    // everything that hangs on them, which is all of ours. A buffer is needed as long as its observer is.
    replace(/^  observer\.observe\(rootEl, \{$/m, `  const { disconnect } = observer;
  observer.disconnect = () => {
    disconnect.call(observer);
    const at = mutationBuffers.indexOf(mutationBuffer);
    if (at >= 0) mutationBuffers.splice(at, 1);
  };
$&`);
    // Asked of every node of every picture, and never more than this: texts are masked by our guard, blocked is what the selector says.
    // The thirty options are the same for all nodes below the first, so they are handed on and not written out twice for each.
    replace(/^function needMaskingText\([^]*?^}$/m, 'const needMaskingText = () => false;');
    replace(/^function _isBlockedElement\([^]*?^}$/m, 'const _isBlockedElement = (element, _, selector) => element.matches(selector);');
    replace(/^  const _serializedNode = serializeNode\(n, \{$/m, '  const _serializedNode = serializeNode(n, options.needsMask === false ? options : {');
    replace(/^    const bypassOptions = \{$/m, '    let bypassOptions = options.needsMask === false && !options.cssCaptured && preserveWhiteSpace === options.preserveWhiteSpace ? options : {');
    replace(/^        bypassOptions\.cssCaptured = true;$/m, '        bypassOptions = { ...bypassOptions, cssCaptured: true };');
    // Two methods are asked for among the getters, so the page's Element never looked untouched and a frame was put into every page, once, to
    // take a clean one from: a sixth of the first picture's time, and the shop's own observers saw it.
    replace(/Element: \["shadowRoot", "querySelector", "querySelectorAll"\]/, 'Element: ["shadowRoot"]');
    // What costs most of a node's time and changes nothing of what is told: a list made of each list of children, an object whose field is
    // deleted (from then on it is a table), a selector's text read where no attribute selector stands, every name looked up among custom ones.
    for (const of of ['n', 'shadowRootEl']) {
      replace(new RegExp(`^(\\s+)for \\(const childN of Array\\.from\\(index\\.childNodes\\(${of}\\)\\)\\) \\{$`, 'm'), `$1for (let childN = index.firstChild(${of}); childN; childN = index.nextSibling(childN)) {`);
    }
    replace(/delete serializedNode\.needBlock;/, 'serializedNode.needBlock = void 0;');
    replace(/isCSSStyleRule\(rule\) && rule\.selectorText\.includes/, 'ruleStringified.includes("[") && $&');
    replace(/if \(customElements\.get\(tagName\)\)/, 'if (tagName.includes("-") && customElements.get(tagName))');
    replace(/if \(!mirror2\.hasNode\(doc\)\) return void 0;\n  (const docId = mirror2\.getId\(doc\);\n  return docId === 1) \?/, '$1 || docId === -1 ?');
    replace(/^(function serializeNode\(n, options\) \{\n)  const \{[^]*?\} = options;/m, '$1  const { doc, mirror: mirror2 } = options;');
    for (const kind of ['Element', 'Text']) replace(new RegExp(`return serialize${kind}Node\\(n, \\{[^}]*\\}\\);`), `options.rootId = rootId;\n      return serialize${kind}Node(n, options);`);
    replace(/const serializedNode = Object\.assign\(_serializedNode, \{ id \}\);/, '_serializedNode.id = id; const serializedNode = _serializedNode;');
    // Texts have neither frames nor shadow roots, and most parents are none.
    replace(/^  if \(onSerialize\) \{(?=\n    onSerialize\(n\);)/m, '  if (onSerialize && serializedNode.type === NodeType.Element) {');
    replace(/if \(parent && isShadowRoot\(parent\)/, 'if (parent && parent.nodeType === 11 && isShadowRoot(parent)');
    // How far it is scrolled, which asks the layout: not of what holds nothing but a few words. It is told when it moves.
    replace(/if \(!newlyAddedElement\) \{(?=\s+if \(n\.scrollLeft\))/, 'if (!newlyAddedElement && (n.firstElementChild || tagName === "textarea" || n.firstChild?.length > 200)) {');
    // Frames: every picture put another listener on each of them, for ever, and another set of observers into each, which told all of it
    // once more and ran on when the recorder had stopped. Now there is one of each, the newest; those of a frame that is gone go too.
    replace(/^function onceIframeLoaded\([^]*?^}$/m, `let frameLoads = new WeakMap();
const heardFrames = new WeakSet();
function onceIframeLoaded(frame, listener, most) {
  const doc = frame.contentDocument;
  if (!doc) return;
  const loads = frameLoads;
  loads.set(frame, listener);
  if (!heardFrames.has(frame)) frame.addEventListener("load", () => frameLoads.get(frame)?.());
  heardFrames.add(frame);
  const isDone = doc.readyState === "complete";
  if (isDone && doc.URL === "about:blank" && frame.src && frame.src !== "about:blank") return;
  setTimeout(() => { if (frameLoads === loads && loads.get(frame) === listener && (isDone || frame.contentDocument === doc)) listener(); }, isDone ? 0 : most);
}`);
    replace(/^    mutationBuffers\.forEach\(\(b\) => b\.reset\(\)\);$/m, '');
    replace(/^      handlers\.forEach\(\(handler\) => \{$/m, `      frameLoads = new WeakMap();
      shadowDomManager.reset();
$&`);
    replace(/^        handlers\.push\(observe\(iframeEl\.contentDocument\)\);$/m, `        const { contentDocument } = iframeEl;
        const was = frameDocs.get(iframeEl);
        if (was) leave(was);
        if (was && was !== contentDocument) mirror.removeNodeFromMap(was);
        frameDocs.set(iframeEl, contentDocument);
        inners.set(contentDocument, [observe(contentDocument)]);`);
    replace(/^    iframeManager\.addLoadListener\(/m, `    handlers.push(() => [...inners.keys()].forEach(leave));
$&`);
    // A node that goes takes its children out of the map, but what is in its shadow root or its frame stayed there for ever, with
    // all that observes it: in a shop of one document built of such parts, every part that was ever shown.
    replace(/^class Mirror \{$/m, `const inners = new Map();
let frameDocs = new WeakMap();
const leave = (inner) => {
  const ends = inners.get(inner) ?? [];
  inners.delete(inner);
  for (const end of ends) try { end(); } catch {}
};
$&`);
    replace(/^    this\.idNodeMap\.delete\(id\);$/m, `$&
    const inner = n.shadowRoot ?? frameDocs.get(n);
    if (inner) {
      this.removeNodeFromMap(inner);
      leave(inner);
    }`);
    replace(/^    this\.restoreHandlers\.push\(\(\) => observer\.disconnect\(\)\);\n    this\.restoreHandlers\.push\(/m, `    const ends = [() => observer.disconnect()];
    inners.set(shadowRoot2, ends);
    ends.push(() => this.shadowDoms.delete(shadowRoot2),`);
    replace(/^      this\.restoreHandlers\.push\((?=\n\s+initAdoptedStyleSheetObserver\()/m, '      if (inners.get(shadowRoot2) === ends) ends.push(');
    replace(/^    this\.restoreHandlers\.push\((?=\n\s+patch\()/m, '    (inners.get(doc) ?? this.restoreHandlers).push(');
    replace(/^    this\.restoreHandlers = \[\];$/m, `$&
    for (const inner of [...inners.keys()]) if (inner.host) leave(inner);`);
    // A proxy that warns those who import what is no longer there.
    replace(/^let _mirror = \{[^]*?^};\nif \(typeof window[^]*?^}$/m, '');
    return { contents: text, loader: 'js' };
  }),
};

const common = {
  bundle: true, minify: true, write: false, target: ['es2022', 'safari16', 'firefox115', 'chrome111'], charset: 'utf8', legalComments: 'none',
  jsx: 'automatic', jsxImportSource: 'preact', logLevel: 'warning', define: { __VERSION__: JSON.stringify(version) },
  // Fields are assigned, not defined: the same for our classes, and a parameter property is then named once.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  // Fields with a leading underscore are private to one bundle. Preact's own build has already renamed its own; one of rrweb's is
  // in what it records.
  mangleProps: /^_[a-z]/, reserveProps: /^__|^_cssText$/, plugins: [sheets, spare],
};

/// What customers and guests load.
const visitor = { ...common.define, __VISITOR__: 'true' };

/// The npm packages that are in one of the bundles.
const packages = new Set();

const bundle = async (entry, more = {}) => {
  const made = await esbuild({ ...common, format: 'iife', entryPoints: [here(entry)], metafile: true, ...more });
  for (const input of Object.keys(made.metafile.inputs)) {
    const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input) ?? [];
    if (name) packages.add(name);
  }
  return Buffer.from(made.outputFiles[0].contents);
};
/// Enough to tell one version from another, and no more: the loader carries three of them.
const short = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 8);
const sri = (bytes) => `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;

/// With what is smaller packed beside it, which the server gives to those who take it.
const put = async (path, bytes) => {
  const packed = gzipSync(bytes, { level: 9 });
  await mkdir(dirname(join(out, path)), { recursive: true });
  await writeFile(join(out, path), bytes);
  if (packed.length + 100 < bytes.length) await writeFile(join(out, `${path}.gz`), packed);
};

/// Builds one chunk of the snippet under its hashed name and returns what the loader must know of it.
const chunk = async (name, entry, define = {}) => {
  const code = await bundle(entry, { define: { ...visitor, ...define } });
  const file = `${name}-${short(code)}.js`;
  await put(`v1/${file}`, code);
  return { name, file, sri: sri(code), gzip: gzip(code) };
};

/// One file of words per locale; English is inlined in the widget, the launcher's label in the loader. All have the hash of all in
/// their names: a language costs the loader no more than its label.
const locales = async () => {
  const dir = here('widget/locales');
  const texts = new Map();
  for (const file of (await readdir(dir)).sort()) texts.set(file.replace('.json', ''), JSON.parse(await readFile(join(dir, file), 'utf8')));
  const hash = short(Buffer.from(JSON.stringify([...texts])));
  for (const [lang, strings] of texts) await put(`v1/${lang}-${hash}.json`, Buffer.from(JSON.stringify(strings)));
  return { hash, labels: Object.fromEntries([...texts].map(([lang, { launcher }]) => [lang, launcher])) };
};

/// A page of staff: one script and one style sheet under their hashes.
const buildStaff = async (part) => {
  const code = await bundle(`${part}/src/main.tsx`);
  const css = await bundle(`${part}/src/${part}.css`, { format: undefined });
  const names = { script: `${part}-${short(code)}.js`, style: `${part}-${short(css)}.css` };
  const page = (await readFile(here(`${part}/index.html`), 'utf8'))
    .replace('<!--script-->', `<script src="/${part}/${names.script}" integrity="${sri(code)}" defer></script>`)
    .replace('<!--style-->', `<link rel="stylesheet" href="/${part}/${names.style}" integrity="${sri(css)}">`);
  await put(`${part}/${names.script}`, code);
  await put(`${part}/${names.style}`, css);
  await put(`${part}/index.html`, page);
  return [{ name: part, gzip: gzip(code) + gzip(css) }];
};

/// Pages of their own with nothing but a script: the camera page for a phone that scanned a code, the recap.
const buildPage = async (name, limit, from = name, more = {}) => {
  const code = await bundle(`${from}/src/main.ts`, more);
  const script = `${name}-${short(code)}.js`;
  const at = pageAt[name];
  const page = (await readFile(here(`${from}/index.html`), 'utf8'))
    .replace('<!--script-->', `<script src="${at}${script}" integrity="${sri(code)}" defer></script>`);
  await put(`${name}/${script}`, code);
  await put(`${name}/index.html`, page);
  return { name: `${name} page`, gzip: gzip(code), limit };
};
const pageAt = { phone: '/phone/', recap: '/r/', watch: '/w/', mirror: '/mirror/' };

/// The page of a guest, who was sent a link.
const buildGuest = async ({ hash, labels }) => {
  const code = await bundle('widget/guest/main.ts', { define: { ...visitor, __WORDS__: JSON.stringify(hash), __LANGS__: JSON.stringify(Object.keys(labels)) } });
  const script = `guest-${short(code)}.js`;
  const page = (await readFile(here('widget/guest/index.html'), 'utf8'))
    .replace('<!--script-->', `<script src="/g/${script}" integrity="${sri(code)}" defer></script>`);
  await put(`g/${script}`, code);
  await put('g/index.html', page);
  return [{ name: 'guest page', gzip: gzip(code), limit: 40 }];
};

/// Bundles carry no comments; the licences of what is in them ask to be told beside them.
const licences = async () => {
  const texts = [...packages].sort().map(async (name) => {
    const dir = here(`node_modules/${name}`);
    const { version: of, license, repository } = JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'));
    const file = (await readdir(dir)).find((one) => /^licen[cs]e/i.test(one));
    return `${name} ${of} (${license})\n\n${file ? (await readFile(join(dir, file), 'utf8')).trim() : `Its licence is at ${repository.url}`}\n`;
  });
  await put('licences.txt', (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`));
};

const buildShop = async () => {
  if (process.argv.includes('--no-shop') || !existsSync(here('shop/build.mjs'))) return;
  const shop = await import(pathToFileURL(here('shop/build.mjs')));
  await shop.buildShop({ out: join(out, 'shop') });
};

/// A part over its limit fails the build.
const report = (rows) => {
  const kib = (n) => `${(n / 1024).toFixed(2)} KB`;
  for (const { name, gzip: size, limit } of rows) {
    const isOver = limit !== undefined && size > limit * 1024;
    const notes = [limit && `limit ${limit.toFixed(1)}`, isOver && 'OVER THE LIMIT'];
    console.log([name.padEnd(16), kib(size).padStart(9), 'gzip', ...notes.filter(Boolean)].join('  '));
    if (isOver) process.exitCode = 1;
  }
};

for (const part of ['v1', 'console', 'admin', 'phone', 'recap', 'watch', 'mirror', 'g']) await rm(join(out, part), { recursive: true, force: true });
const words = await locales();
const calls = await chunk('calls', 'widget/src/calls-chunk.ts');
const invite = await chunk('invite', 'widget/src/invite-chunk.ts');
const viewerAsk = await chunk('viewer-ask', 'widget/src/viewer-ask-chunk.ts');
const viewerCompare = await chunk('viewer-compare', 'widget/src/viewer-compare-chunk.ts', { __ASK__: JSON.stringify([viewerAsk.file, viewerAsk.sri]) });
const viewerTools = await chunk('viewer-tools', 'widget/src/viewer-tools-chunk.ts', { __COMPARE__: JSON.stringify([viewerCompare.file, viewerCompare.sri]) });
const viewerSpinBar = await chunk('viewer-spin-bar', 'widget/src/viewer-spin-bar-chunk.ts');
const viewerSpin = await chunk('viewer-spin', 'widget/src/viewer-spin-chunk.ts', { __BAR__: JSON.stringify([viewerSpinBar.file, viewerSpinBar.sri]) });
const viewerFilm = await chunk('viewer-film', 'widget/src/viewer-film-chunk.ts');
const viewerTiles = await chunk('viewer-tiles', 'widget/src/viewer-tiles-chunk.ts', {
  __SPIN__: JSON.stringify([viewerSpin.file, viewerSpin.sri]), __FILM__: JSON.stringify([viewerFilm.file, viewerFilm.sri]),
});
const viewer = await chunk('viewer', 'widget/src/viewer-chunk.ts', {
  __TOOLS__: JSON.stringify([viewerTools.file, viewerTools.sri]),
  __TILES__: JSON.stringify([viewerTiles.file, viewerTiles.sri]),
});
const photo = await chunk('photo', 'widget/src/photo-chunk.ts');
const ending = await chunk('ending', 'widget/src/ending-chunk.ts');
const mirror = await chunk('mirror', 'widget/src/mirror-chunk.ts');
const hand = await chunk('hand', 'widget/src/hand-chunk.ts');
const sharing = await chunk('sharing', 'widget/src/sharing-chunk.ts', {
  __MIRROR__: JSON.stringify([mirror.file, mirror.sri]), __HAND__: JSON.stringify([hand.file, hand.sri]),
});
const offer = await chunk('offer', 'widget/src/offer-chunk.ts');
const calm = await chunk('calm', 'widget/src/calm-chunk.ts');
const session = await chunk('session', 'widget/src/session-chunk.ts', {
  __OFFER__: JSON.stringify([offer.file, offer.sri]), __CALM__: JSON.stringify([calm.file, calm.sri]),
  __ENDING__: JSON.stringify([ending.file, ending.sri]), __SHARING__: JSON.stringify([sharing.file, sharing.sri]),
});
const choice = await chunk('choice', 'widget/src/choice-chunk.ts');
const floor = await chunk('floor', 'widget/src/floor-chunk.ts', {
  __PHOTO__: JSON.stringify([photo.file, photo.sri]), __CHOICE__: JSON.stringify([choice.file, choice.sri]),
  __SESSION__: JSON.stringify([session.file, session.sri]),
});
const basket = await chunk('basket', 'widget/src/basket-chunk.ts');
const bag = await chunk('bag', 'widget/src/bag-chunk.ts', { __BASKET__: JSON.stringify([basket.file, basket.sri]) });
const shopSystem = await chunk('shop', 'widget/src/shop-chunk.ts');
const detect = await chunk('detect', 'widget/src/detect-chunk.ts', {
  __BAG__: JSON.stringify([bag.file, bag.sri]), __SHOP__: JSON.stringify([shopSystem.file, shopSystem.sri]),
});
const sizes = await chunk('sizes', 'widget/src/sizes-chunk.ts');
const search = await chunk('search', 'widget/src/search-chunk.ts');
const helper = await chunk('helper', 'widget/src/helper-chunk.ts');
const watch = await chunk('watch', 'widget/src/watch-chunk.ts');
const page = await chunk('page', 'widget/src/page-chunk.ts', {
  __HELPER__: JSON.stringify([helper.file, helper.sri]),
  __SEARCH__: JSON.stringify([search.file, search.sri]), __SIZES__: JSON.stringify([sizes.file, sizes.sri]),
  __DETECT__: JSON.stringify([detect.file, detect.sri]), __WATCH__: JSON.stringify([watch.file, watch.sri]),
  __VIEWER__: JSON.stringify([viewer.file, viewer.sri]), __FLOOR__: JSON.stringify([floor.file, floor.sri]),
});
const widget = await chunk('widget', 'widget/src/main.ts', { __CALLS__: JSON.stringify([calls.file, calls.sri]), __PAGE__: JSON.stringify([page.file, page.sri]) });
const loaderCode = await bundle('loader/src/loader.ts', {
  define: {
    ...common.define,
    __CHUNKS__: JSON.stringify({ widget: [widget.file, widget.sri], invite: [invite.file, invite.sri] }),
    __WORDS__: JSON.stringify(words.hash),
    __LABELS__: JSON.stringify(words.labels),
  },
});
await put('v1/vitrine.js', loaderCode);
const console_ = await buildStaff('console');
const admin = await buildStaff('admin');
const pages = [
  await buildPage('phone', 8), await buildPage('recap', 6), await buildPage('watch', 3.5, 'recap/stop'),
  // The replayer's fields keep their names: its events have some that begin with an underscore.
  await buildPage('mirror', undefined, 'mirror-page', { mangleProps: undefined }),
];
const guest = await buildGuest(words);
await licences();
await buildShop();
report([
  { name: 'loader', gzip: gzip(loaderCode), limit: 3 },
  { name: 'loader + widget', gzip: gzip(loaderCode) + widget.gzip, limit: 15 },
  // The shop's invitations, where its tag asks for them.
  { name: 'invite', gzip: invite.gzip, limit: 3 },
  // With the line's half of the shared view.
  { name: 'calls', gzip: calls.gzip, limit: 1 },
  { name: 'page', gzip: page.gzip, limit: 6 },
  // What the page shows, read from the page; the same of a shop system, and its bag; a piece taken.
  { name: 'detect', gzip: detect.gzip, limit: 4.5 },
  { name: 'shop', gzip: shopSystem.gzip, limit: 4 },
  { name: 'bag', gzip: bag.gzip, limit: 4 },
  // The bag looked through, and changed.
  { name: 'basket', gzip: basket.gzip, limit: 3 },
  // The shop's pieces, looked for by the customer; which of a piece's sizes.
  { name: 'search', gzip: search.gzip, limit: 6 },
  { name: 'sizes', gzip: sizes.gzip, limit: 2 },
  // What it takes to see, follow, move and take over; then what is drawn on the picture and what a hand does besides; then
  // the pixels for a closer look.
  { name: 'viewer', gzip: viewer.gzip, limit: 6 },
  { name: 'viewer-tools', gzip: viewerTools.gzip, limit: 10.5 },
  { name: 'viewer-tiles', gzip: viewerTiles.gzip, limit: 2.5 },
  // A piece turned; its buttons, keys and words.
  { name: 'viewer-spin', gzip: viewerSpin.gzip, limit: 2.5 },
  { name: 'viewer-spin-bar', gzip: viewerSpinBar.gzip, limit: 2 },
  // A film seen together.
  { name: 'viewer-film', gzip: viewerFilm.gzip, limit: 3 },
  { name: 'photo', gzip: photo.gzip, limit: 3 },
  // Pieces side by side; then the questions that come with them.
  { name: 'viewer-compare', gzip: viewerCompare.gzip, limit: 4 },
  { name: 'viewer-ask', gzip: viewerAsk.gzip, limit: 2 },
  // What is said and offered before somebody comes; what a session brings besides talk and the shared view.
  { name: 'floor', gzip: floor.gzip, limit: 5 },
  // The automatic helper's lines, with the first of them.
  { name: 'helper', gzip: helper.gzip, limit: 3 },
  // What it is about, where the shop has several queues to choose from.
  { name: 'choice', gzip: choice.gzip, limit: 1.5 },
  // An offer in the thread, with the first of them.
  { name: 'offer', gzip: offer.gzip, limit: 3 },
  // Pictures paused, with the first that are put before the customer.
  { name: 'calm', gzip: calm.gzip, limit: 1.5 },
  // A piece to hear of later, with the first in the thread.
  { name: 'watch', gzip: watch.gzip, limit: 3.5 },
  { name: 'session', gzip: session.gzip, limit: 6 },
  // The stars, and what is kept of it.
  { name: 'ending', gzip: ending.gzip, limit: 4 },
  // Consent and the bar; the page's recorder with its guard; what a hand does on the page.
  { name: 'sharing', gzip: sharing.gzip, limit: 9 },
  { name: 'mirror', gzip: mirror.gzip, limit: 25 },
  { name: 'hand', gzip: hand.gzip, limit: 5 },
  ...console_,
  ...admin,
  ...pages,
  ...guest,
]);
