// SPDX-License-Identifier: Apache-2.0

/// The launcher, and the line beside it. The unread number's style comes with the widget: before it there is none.
export const css = `:host{all:initial;position:fixed;z-index:2147483000;bottom:calc(20px + var(--vitrine-offset-y,0px));right:calc(20px + var(--vitrine-offset-x,0px));font:15px/1.4 system-ui;color-scheme:inherit}
:host([data-left]){right:auto;left:calc(20px + var(--vitrine-offset-x,0px))}
[hidden]{display:none!important}
#go{display:grid;place-items:center;position:relative;width:56px;height:56px;border:0;border-radius:50%;cursor:pointer;color:var(--vitrine-on-accent,#fff);background:var(--vitrine-accent,#1f4d45);box-shadow:0 4px 20px #0004}
#go:focus-visible{outline:3px solid var(--vitrine-focus,CanvasText);outline-offset:3px}
#go:before{content:"";width:24px;height:24px;background:currentColor;clip-path:path("M4 2h16q3 0 3 3v9q0 3-3 3h-8l-6 5v-5h-2q-3 0-3-3v-9q0-3 3-3z");forced-color-adjust:none}
#no{position:absolute;right:0;bottom:56px;width:240px;padding:12px;border-radius:8px;color:CanvasText;background:Canvas;box-shadow:0 4px 20px #0004}`;
