// node .ci/draw-pictures.mjs FOLDER: draws the pictures that test/bench/players/pictures.ts describes, which are read as
// JSON from the standard input, as SVG: for light and for dark pages. `npm run bench -- --render` calls it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { JSDOM } from 'jsdom';
import { installIn } from '../test/support/prepare.mjs';

await installIn('.ci');
const Plot = await import('@observablehq/plot');

/** @typedef {import('../test/bench/players/pictures.ts').Pictures} Pictures */
/** @typedef {(typeof themes)[keyof typeof themes]} Theme */

const themes = {
  light: {
    text: '#1f2328',
    faint: '#59636e',
    line: '#d1d9e0',
    background: '#ffffff',
    ways: { ours: '#0969da', recipe: '#bc4c00', unprotected: '#8c959f' },
  },
  dark: {
    text: '#f0f6fc',
    faint: '#9198a1',
    line: '#3d444d',
    background: '#0d1117',
    ways: { ours: '#4493f8', recipe: '#f0883e', unprotected: '#7d8590' },
  },
};
const names = { ours: 'Secure Token', recipe: 'other ways', unprotected: 'unprotected' };

const WIDTH = 760;
const TOP = 64;
const ROW = 19;
const NAMES = 264;
const SWATCH = 130;
/** Pixels beside the longest bar, for what stands there. */
const TOLD = 140;

/** Title and legend, above the frame. @type {(title: string, ways: string[], theme: Theme, left: number) => unknown[]} */
const head = (title, ways, theme, left) => [
  Plot.text([title], {
    frameAnchor: 'top-left',
    dx: 12 - left,
    dy: 12 - TOP,
    textAnchor: 'start',
    lineAnchor: 'top',
    fontSize: 15,
    fontWeight: 600,
    fill: theme.text,
  }),
  ...ways.flatMap((way, index) => {
    const dx = 17 - left + SWATCH * index;
    const at = { frameAnchor: 'top-left', dy: 46 - TOP };
    return [
      Plot.dot([way], { ...at, dx, symbol: 'square', r: 5, fill: theme.ways[way] }),
      Plot.text([names[way]], { ...at, dx: dx + 11, textAnchor: 'start', lineAnchor: 'middle', fill: theme.faint }),
    ];
  }),
];

/** @type {(theme: Theme, document: Document, left: number, height: number) => object} */
const paper = (theme, document, left, height) => ({
  document,
  width: WIDTH,
  height,
  marginTop: TOP,
  marginLeft: left,
  style: { color: theme.text, background: theme.background, fontSize: '12px' },
});

/**
 * Bars below the names of their players. A row with two values is a line between two dots.
 * @type {(picture: Pictures['bars'][number], theme: Theme, document: Document) => Element}
 */
function drawBars({ title, rows, digits, never, ends }, theme, document) {
  const most = Math.max(...rows.map(({ value }) => value ?? 0));
  const colour = (row) => theme.ways[row.way];
  // the scale has a place for each row, and one for the name of each player
  const places = [];
  const heads = [];
  const bars = [];
  for (const row of rows) {
    if (heads.at(-1)?.player !== row.player) {
      heads.push({ player: row.player, place: places.length });
      places.push(places.length);
    }
    bars.push({ ...row, place: places.length, end: row.value ?? most });
    places.push(places.length);
  }
  const told = ({ value, least }) => {
    if (value === null) return never;
    if (value === 0) return '0';
    return least === undefined ? value.toFixed(digits) : `${least.toFixed(digits)} – ${value.toFixed(digits)}`;
  };
  const ways = ['ours', 'recipe', 'unprotected'].filter((way) => rows.some((row) => row.way === way));
  const two = bars.filter(({ least }) => least !== undefined);
  const one = bars.filter(({ least }) => least === undefined);
  const dots = ends
    ? [
        Plot.link(two, { x1: 'least', x2: 'end', y: 'place', stroke: colour, strokeWidth: 2 }),
        Plot.dot(two, { x: 'least', y: 'place', r: 4, stroke: colour, strokeWidth: 2, fill: theme.background }),
        Plot.dot(bars, { x: 'end', y: 'place', r: 4.5, fill: colour }),
      ]
    : [
        Plot.barX(
          one.filter(({ value }) => value !== null),
          { x: 'end', y: 'place', fill: colour, rx: 2 },
        ),
        // it has no end
        Plot.barX(
          one.filter(({ value }) => value === null),
          { x: 'end', y: 'place', fill: colour, fillOpacity: 0.35, rx: 2 },
        ),
        Plot.ruleX([0], { stroke: theme.line }),
      ];
  return Plot.plot({
    ...paper(theme, document, NAMES, TOP + places.length * ROW + 16),
    marginRight: TOLD,
    marginBottom: 16,
    x: { axis: null, domain: [0, most] },
    y: { axis: null, domain: places, padding: 0.28 },
    marks: [
      ...head(title, ways, theme, NAMES),
      ...(ends
        ? [
            Plot.text([`○ ${ends[0]}   ● ${ends[1]}`], {
              frameAnchor: 'top-right',
              dx: TOLD - 12,
              dy: 46 - TOP,
              textAnchor: 'end',
              lineAnchor: 'middle',
              fill: theme.faint,
            }),
          ]
        : []),
      Plot.text(heads, {
        y: 'place',
        text: 'player',
        frameAnchor: 'left',
        dx: 12 - NAMES,
        textAnchor: 'start',
        fontWeight: 600,
        fill: theme.text,
      }),
      Plot.text(bars, {
        y: 'place',
        text: 'name',
        frameAnchor: 'left',
        dx: -8,
        textAnchor: 'end',
        fill: (row) => (row.way === 'ours' ? theme.text : theme.faint),
      }),
      ...dots,
      Plot.text(bars, { x: 'end', y: 'place', text: told, dx: 9, textAnchor: 'start', fill: theme.text }),
    ],
  });
}

/** @type {(picture: Pictures['curves'][number], theme: Theme, document: Document) => Element} */
function drawCurve({ title, lines }, theme, document) {
  const LEFT = 52;
  return Plot.plot({
    ...paper(theme, document, LEFT, 260),
    marginRight: 24,
    marginBottom: 40,
    x: { label: 'seconds since all joined', labelArrow: 'none' },
    // the first second, and those who come together in one, would leave no height to the others
    y: { type: 'symlog', label: null, ticks: [0, 1, 10, 100, 700], tickFormat: 'd', grid: true },
    marks: [
      ...head(title, [], theme, LEFT),
      ...lines.map(({ calls, way }) =>
        Plot.lineY(calls, { x: (_, second) => second, y: (count) => count, stroke: theme.ways[way], strokeWidth: 1.5 }),
      ),
      ...lines.map(({ name, way, calls }, index) =>
        Plot.text([`${name}: at most ${Math.max(...calls.slice(1))} in a second`], {
          frameAnchor: 'top-left',
          dx: 17 - LEFT + 260 * index,
          dy: 46 - TOP,
          textAnchor: 'start',
          lineAnchor: 'middle',
          fill: theme.ways[way],
        }),
      ),
    ],
  });
}

/** A file of its own, with a name for those who do not see it. @type {(drawn: Element, title: string) => string} */
function asFile(drawn, title) {
  drawn.setAttribute('role', 'img');
  drawn.setAttribute('aria-label', title);
  return `${new window.XMLSerializer().serializeToString(drawn)}\n`;
}

const { window } = new JSDOM('');
const [folder = '.'] = process.argv.slice(2);
const { bars, curves } = /** @type {Pictures} */ (await json(process.stdin));
mkdirSync(folder, { recursive: true });
for (const [name, theme] of Object.entries(themes)) {
  const write = (picture, draw) => {
    const drawn = draw(picture, theme, window.document);
    writeFileSync(join(folder, `${picture.file}-${name}.svg`), asFile(drawn, picture.title));
  };
  for (const picture of bars) write(picture, drawBars);
  for (const picture of curves) write(picture, drawCurve);
}
