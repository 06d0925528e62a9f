// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import { icons } from '../../../ui/index.js';
import type { Me } from '../api.js';
import { contrast, figure, isColour, NEEDED } from '../lib/contrast.js';
import { at, edit } from '../state/site.js';
import { Field, Icon, Section } from './parts.js';
import { Settings } from './save.js';
import { Text, Whole, wrong } from './setting.js';

const ACCENT = '#1f4d45';
const ON_ACCENT = '#ffffff';

function Colour({ at: pointer, label, fallback, hint }: { at: string; label: string; fallback: string; hint?: string }): JSX.Element {
  const value = String(at(pointer) ?? '');
  const set = (text: string): void => edit(pointer, text === '' ? undefined : text);
  return (
    <Field label={label} hint={hint} error={wrong(pointer)}>
      {(wires) => (
        <div class="colour">
          <input type="color" aria-label={`${label}, to choose`} value={isColour(value) ? value : fallback} onInput={(e) => set(e.currentTarget.value)} />
          <input {...wires} data-at={pointer} class="field short" placeholder={fallback} maxLength={7} spellcheck={false} value={value} onInput={(e) => set(e.currentTarget.value)} />
        </div>
      )}
    </Field>
  );
}

/// The parts of the customer's side that carry the theme, in both grounds.
function Preview({ accent, onAccent, radius, font }: { accent: string; onAccent: string; radius: string; font: string }): JSX.Element {
  const el = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const style = el.current?.style;
    if (!style) return;
    for (const [name, value] of [['--p-accent', accent], ['--p-on', onAccent], ['--p-radius', radius], ['--p-font', font]] as const) {
      if (value === '') style.removeProperty(name);
      else style.setProperty(name, value);
    }
  }, [accent, onAccent, radius, font]);
  return (
    <div class="previews" ref={el} role="img" aria-label="How the panel and the launcher look with this theme, on a light and on a dark page">
      {['light', 'dark'].map((ground) => (
        <div class={`preview ${ground}`} key={ground} aria-hidden="true">
          <div class="p-panel">
            <p class="p-head">Camille is with you</p>
            <p class="p-said">Is the halo set by hand?</p>
            <p class="p-said mine">By hand, each stone.</p>
            <p class="p-button">Ask for help</p>
          </div>
          <p class="p-launcher"><Icon d={icons.chat} size={24} /></p>
        </div>
      ))}
    </div>
  );
}

function Contrast({ accent, onAccent }: { accent: string; onAccent: string }): JSX.Element | null {
  if (!isColour(accent) || !isColour(onAccent)) return null;
  const ratio = contrast(accent, onAccent);
  const enough = ratio >= NEEDED;
  return (
    <div class={enough ? 'contrast' : 'contrast low'} role="status">
      <p class="contrast-figure">{figure(ratio)} : 1</p>
      <p>{enough
        ? 'The text on the accent can be read well.'
        : `Too close: at least ${NEEDED} : 1 is needed, or people with weaker eyes, or in the sun, cannot read the button. This will not be accepted; make the accent darker or the text lighter.`}</p>
    </div>
  );
}

export function Theme({ me }: { me: Me }): JSX.Element {
  return (
    <Settings me={me}>
      {() => {
        const text = (name: string): string => String(at(`/settings/theme/${name}`) ?? '');
        const accent = isColour(text('accent')) ? text('accent') : ACCENT;
        const onAccent = isColour(text('onAccent')) ? text('onAccent') : ON_ACCENT;
        const radius = text('radius');
        return (
          <>
            <p class="quiet">One accent, the shop's; everything else follows the page, light or dark.</p>
            <div class="theme">
              <div class="stack">
                <Colour at="/settings/theme/accent" label="Accent" fallback={ACCENT} />
                <Colour at="/settings/theme/onAccent" label="Text on the accent" fallback={ON_ACCENT} />
                <Contrast accent={accent} onAccent={onAccent} />
                <Whole at="/settings/theme/radius" label="Round corners" unit="px" placeholder="14" hint="0 to 40." />
                <Text at="/settings/theme/font" label="Font" hint="Names parted by commas. The page must have loaded them." placeholder="Georgia, serif" maxLength={200} />
              </div>
              <Section title="As customers see it"><Preview accent={accent} onAccent={onAccent} radius={/^\d+$/.test(radius) ? `${radius}px` : ''} font={text('font')} /></Section>
            </div>
          </>
        );
      }}
    </Settings>
  );
}
