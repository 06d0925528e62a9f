// SPDX-License-Identifier: Apache-2.0
/// What a screen can be judged by without eyes. Both run in the page, so each is whole in itself.

/// What is wider than the screen, cut, or too small to hit. `within` names the part that is ours.
export function faults(within) {
  const LEAST = 32;
  const found = [];
  const all = [];
  const walk = (node) => {
    if (node.nodeType === Node.ELEMENT_NODE) all.push(node);
    for (const kid of node.shadowRoot?.children ?? []) walk(kid);
    for (const kid of node.children) walk(kid);
  };
  walk(within ? document.querySelector(within) : document.body);
  const name = (el) => `${el.tagName.toLowerCase()}${el.id && `#${el.id}`}${el.className && typeof el.className === 'string' ? `.${el.className.trim().replace(/\s+/g, '.')}` : ''} "${(el.getAttribute('aria-label') ?? el.textContent).trim().slice(0, 40)}"`;
  const parent = (el) => el.parentElement ?? (el.getRootNode() instanceof ShadowRoot ? el.getRootNode().host : null);
  const up = (el, is) => { for (let at = parent(el); at; at = parent(at)) if (is(at)) return at; return null; };
  const shown = (el) => el.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && el.getClientRects().length > 0;
  const unseen = (el) => { const s = getComputedStyle(el); return s.clipPath === 'inset(50%)' || el.getBoundingClientRect().width <= 1; };
  const isUnseen = (el) => unseen(el) || up(el, unseen) !== null;
  const words = (el) => [...el.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());

  if (!within && document.scrollingElement.scrollWidth > innerWidth) found.push(`the page is ${document.scrollingElement.scrollWidth - innerWidth} px wider than the screen`);
  for (const el of all) {
    if (el.closest('svg') && el.tagName !== 'svg') continue;
    if (!shown(el) || isUnseen(el)) continue;
    const style = getComputedStyle(el);
    const box = el.getBoundingClientRect();
    const scrolls = up(el, (at) => /auto|scroll/.test(getComputedStyle(at).overflowX) && at.scrollWidth > at.clientWidth + 1);
    if (words(el) && !scrolls && !up(el, (at) => getComputedStyle(at).overflowX === 'hidden' && getComputedStyle(at).textOverflow === 'ellipsis') && (box.right > innerWidth + 1 || box.left < -1)) found.push(`outside the screen: ${name(el)}`);
    // A column that scrolls is meant to scroll one way.
    if (/auto|scroll/.test(style.overflowY) && style.overflowX !== 'scroll' && el.scrollHeight > el.clientHeight + 1 && el.scrollWidth > el.clientWidth + 1 && !el.matches('textarea, .sideways')) found.push(`scrolls both ways: ${name(el)}`);
    if (words(el) && !el.matches('textarea, option')) {
      // What people have written may end in dots; what the product says may not.
      const own = el.matches('button, label, legend, h1, h2, h3, h4, dt, th, .vt-button, .n') && !el.querySelector('bdi') && style.textOverflow !== 'ellipsis';
      if (el.scrollWidth > el.clientWidth + 1 && style.overflowX !== 'visible' && style.textOverflow !== 'ellipsis') found.push(`cut: ${name(el)}`);
      if (own && style.display !== 'inline' && el.scrollWidth > el.clientWidth + 1) found.push(`does not fit its box: ${name(el)}`);
      if (style.overflowY === 'hidden' && !style.webkitLineClamp.match(/\d/) && el.scrollHeight > el.clientHeight + 3) found.push(`cut below: ${name(el)}`);
      if (parseFloat(style.fontSize) < 12) found.push(`${style.fontSize}: ${name(el)}`);
    }
    if (el.matches('button, a[href], input, select, textarea, summary, [role=button], [role=tab], [role=option], [role=slider]') && !el.disabled && !el.matches('[type=hidden], [tabindex="-1"]:not([role=tab])')) {
      // A link in a sentence is as high as the sentence (WCAG 2.5.8); a box may be as large as its label.
      if (el.tagName === 'A' && style.display === 'inline') continue;
      const label = el.closest('label') ?? (el.labels?.[0] && el.matches('[type=checkbox], [type=radio]') ? el.labels[0] : null);
      const at = (el.matches('[type=checkbox], [type=radio]') && label ? label : el).getBoundingClientRect();
      if (at.width < LEAST - 0.5 || at.height < LEAST - 0.5) found.push(`${Math.round(at.width)} x ${Math.round(at.height)}: ${name(el)}`);
    }
  }
  return [...new Set(found)];
}

/// What can be focused and does not show that it is. Puts the focus back.
export function unseenFocus(within) {
  const found = [];
  const all = [];
  const walk = (node) => {
    if (node.matches('button, a[href], input, select, textarea, summary, [tabindex="0"]')) all.push(node);
    for (const kid of node.shadowRoot?.children ?? []) walk(kid);
    for (const kid of node.children) walk(kid);
  };
  walk(within ? document.querySelector(within) : document.body);
  const parent = (el) => el.parentElement ?? (el.getRootNode() instanceof ShadowRoot ? el.getRootNode().host : null);
  const deep = () => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at; };
  const look = (el) => {
    const near = [el, el.nextElementSibling, parent(el), parent(el) && parent(parent(el))].filter((at) => at instanceof Element);
    return near.map((at) => { const s = getComputedStyle(at); return `${s.outlineStyle === 'none' ? '' : s.outline}|${s.boxShadow}|${s.borderColor}`; }).join(' ');
  };
  const was = deep();
  for (const el of all) {
    if (el.disabled || el.tabIndex < 0 || !el.checkVisibility({ visibilityProperty: true })) continue;
    deep()?.blur();
    const before = look(el);
    el.focus({ preventScroll: true });
    if (deep() !== el) continue; // behind a dialog, or gives the focus on
    if (look(el) === before) found.push(`focus is not seen: ${el.tagName.toLowerCase()}.${el.className} "${(el.getAttribute('aria-label') ?? el.textContent).trim().slice(0, 40)}"`);
  }
  if (was && was !== document.body) was.focus({ preventScroll: true }); else deep()?.blur();
  return found;
}
