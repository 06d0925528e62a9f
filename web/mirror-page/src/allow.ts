// SPDX-License-Identifier: Apache-2.0

/// What a mirrored page may be made of. Lists, not exceptions: what is not named does not come in.

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

/// Names as HTML and SVG write them; compared in small letters.
export const TAGS = words(`
  html head body title style link main header footer nav section article aside h1 h2 h3 h4 h5 h6 hgroup address search
  p hr pre blockquote ol ul menu li dl dt dd figure figcaption div span a em strong small s cite q dfn abbr ruby rb rt rtc rp data time code
  var samp kbd sub sup i b u mark bdi bdo br wbr ins del picture source img iframe video audio track map area table caption colgroup col tbody thead
  tfoot tr td th form label input button select datalist optgroup option output progress meter fieldset legend textarea
  details summary dialog slot canvas noscript center font big tt strike nobr marquee acronym basefont dir template
  svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textpath desc metadata image clippath mask pattern marker
  lineargradient radialgradient stop switch view foreignobject filter feblend fecolormatrix fecomponenttransfer fecomposite feconvolvematrix
  fediffuselighting fedisplacementmap fedistantlight fedropshadow feflood fefunca fefuncb fefuncg fefuncr fegaussianblur feimage femerge femergenode
  femorphology feoffset fepointlight fespecularlighting fespotlight fetile feturbulence`);

/// A custom element is drawn like any unknown one; these names belong to others and cannot be defined.
const TAKEN = words('annotation-xml color-profile font-face font-face-src font-face-uri font-face-format font-face-name missing-glyph');
export const isCustom = (tag: string): boolean => /^[a-z][a-z0-9._\u00b7-]*-[a-z0-9._\u00b7-]*$/.test(tag) && !TAKEN.has(tag);

/// Attributes that only say how something looks or what it is. No handler, no address, no target, no policy among them.
export const ATTRIBUTES = words(`
  id class dir lang hidden title alt role tabindex inert slot part exportparts popover is
  width height align valign bgcolor color face size border cellpadding cellspacing rules frame char charoff nowrap noshade clear compact hspace vspace
  colspan rowspan span scope headers abbr summary start reversed type value checked selected disabled readonly required multiple placeholder rows cols wrap
  min max step low high optimum label open for name maxlength minlength pattern datetime cite controls loop muted playsinline kind srclang default
  media sizes loading decoding coords shape usemap ismap autocomplete contenteditable draggable spellcheck translate direction scrollamount behavior
  viewbox preserveaspectratio x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy d points transform gradienttransform gradientunits spreadmethod
  patterntransform patternunits patterncontentunits clippathunits maskunits maskcontentunits markerunits markerwidth markerheight refx refy orient
  offset stop-color stop-opacity fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-dasharray
  stroke-dashoffset stroke-miterlimit opacity visibility display overflow clip-path clip-rule mask filter font-family font-size font-style font-weight
  font-variant font-stretch letter-spacing word-spacing text-anchor text-decoration text-rendering dominant-baseline alignment-baseline
  baseline-shift writing-mode unicode-bidi color-interpolation color-interpolation-filters shape-rendering image-rendering vector-effect paint-order
  pointer-events textlength lengthadjust startoffset spacing rotate pathlength version xmlns xml:space xml:lang marker-start marker-mid marker-end
  in in2 result mode operator k1 k2 k3 k4 values stddeviation edgemode kernelmatrix order divisor bias targetx targety preservealpha surfacescale
  diffuseconstant specularconstant specularexponent lighting-color flood-color flood-opacity xchannelselector ychannelselector scale radius azimuth
  elevation limitingconeangle pointsatx pointsaty pointsatz basefrequency numoctaves seed stitchtiles tablevalues slope intercept amplitude exponent
  primitiveunits filterunits`);

export const isPlain = (name: string): boolean => ATTRIBUTES.has(name) || /^(?:data|aria)-[\w.:\u0080-\uffff-]*$/.test(name);

/// Attributes with an address, by the tags that draw what is there.
export const ADDRESSES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['src', words('img source video audio track input')],
  ['poster', words('video')],
  ['background', words('body table tr td th')],
  ['href', words('link image feimage')],
  ['xlink:href', words('image feimage')],
]);

/// Presentation attributes of SVG hold values of CSS: there `url()` is an address too.
export const PAINTS = words('fill stroke clip-path mask filter marker-start marker-mid marker-end');
