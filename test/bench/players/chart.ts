import { median } from '../compare.mjs';
import type { BenchResults } from './bench-results.ts';
import type { Contender } from './contender.ts';
import { contenders, lasting } from './contender.ts';
import { measuredOf } from './spread.ts';

/** A group of bars of one measure. */
interface Panel {
  readonly title: string;
  readonly metric: string;
  /** Label for a contender whose picture never comes back: the bar goes to the edge. */
  readonly never?: string;
  readonly digits: number;
  /** Factor of each value. */
  readonly scale?: number;
  /** Metric by which each value is divided. */
  readonly per?: string;
  readonly rows: readonly Contender[];
}

const streaming = lasting(contenders, 'SPF', 'MP4');
/** Contenders of the panel about the start, those included that differ from another one in nothing but the start. */
const starting = contenders.filter(({ player }) => player !== 'SPF' && player !== 'MP4');

/**
 * Panels in the order of the chart: breaks that a viewer feels, calls that the endpoint bears, the time to the start.
 */
const panels: readonly Panel[] = [
  {
    title: 'Live: no picture, endpoint away for 8 s (s)',
    metric: 'outage',
    digits: 1,
    never: 'for good',
    rows: streaming,
  },
  { title: 'Picture after an expiry (s)', metric: 'expiry', digits: 1, never: 'none in 12 s', rows: streaming },
  {
    title: 'Live: calls for 100 requests',
    metric: 'liveCalls',
    per: 'liveRequests',
    digits: 0,
    scale: 100,
    rows: streaming,
  },
  { title: 'First picture, endpoint 500 ms (s)', metric: 'frame500', digits: 2, scale: 1 / 1000, rows: starting },
];

const ROW = 17;
const PANEL = { width: 350, names: 152, bars: 120 };
const CURVE = { width: 700, height: 90 };
const fonts = 'system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif';
const style = `
  text { font: 11px ${fonts}; fill: #1f2328 }
  .title { font-weight: 600; font-size: 12px }
  .unprotected { fill: #8c959f } .ours { fill: #1f6feb } .recipe { fill: #d4742c }
  .line { fill: none; stroke-width: 1.5 } .line.ours { stroke: #1f6feb } .line.recipe { stroke: #d4742c }
  .axis { stroke: #8c959f; stroke-width: 1 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .ours { fill: #58a6ff } .line.ours { stroke: #58a6ff; fill: none }
    .recipe { fill: #f0883e } .line.recipe { stroke: #f0883e; fill: none }
  }
`;

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const text = (x: number, y: number, content: string, more = ''): string =>
  `<text x="${x}" y="${y}"${more && ` ${more}`}>${escape(content)}</text>`;

/** Returns the value that the chart draws for a contender, or `null` where the picture never came back. */
function valueOf({ samples }: BenchResults, { name, way }: Contender, panel: Panel): number | null | undefined {
  const { metric, per, scale = 1 } = panel;
  const of = (wanted: string): readonly (number | null)[] => samples[name]?.[wanted] ?? [];
  const values = metric === 'frame500' && way === 'unprotected' ? of('frame50') : of(metric);
  if (values.length === 0) return undefined;
  const measured = measuredOf(values);
  if (measured.length < values.length / 2) return null;
  return (median(measured) * scale) / (per ? median(measuredOf(of(per))) : 1);
}

function bars(results: BenchResults, panel: Panel, x: number, y: number): string {
  const { rows } = panel;
  const values = rows.map((row) => valueOf(results, row, panel));
  const most = Math.max(...values.map((value) => value ?? 0), 1e-9);
  const lines = rows.map((row, index) => {
    const value = values[index];
    const top = y + 12 + index * ROW;
    const width = value === null ? PANEL.bars : Math.max(1, ((value ?? 0) / most) * PANEL.bars);
    const told = value === undefined ? '–' : value === null ? (panel.never ?? 'never') : value.toFixed(panel.digits);
    const start = x + PANEL.names;
    return (
      text(start - 6, top + 10, shortName(row), 'text-anchor="end"') +
      `<rect class="${row.way}" x="${start}" y="${top + 1}" width="${width.toFixed(1)}" height="${ROW - 5}" rx="2"/>` +
      text(Number((start + width + 5).toFixed(1)), top + 10, told)
    );
  });
  return [text(x, y, panel.title, 'class="title"'), ...lines].join('\n');
}

const shortNames: Readonly<Record<string, string>> = {
  '`xhrSetup` fetches a token for each request': 'hls.js, xhrSetup',
  'folder token fetched once, `shouldRetry`': 'hls.js, shouldRetry',
  'secure-token-hlsjs, `expand`': '… with expand',
  'secure-token-hlsjs, tokens in the page': '… tokens in the page',
  'secure-token-hlsjs, folder token': '… folder token',
  'videojs-secure-token, tokens in the page': '… tokens in the page',
  'asynchronous request filter': 'Shaka, request filter',
  'request interceptor': 'dash.js, interceptor',
};
const shortName = ({ name, way }: Contender): string =>
  shortNames[name] ?? (way === 'ours' ? name : name.split(',')[0]!);

function curve({ viewers, spread, together }: BenchResults['loadCurve'], y: number): string {
  // those who come together would leave no height to the others
  const most = 3 * Math.max(...spread);
  const line = (calls: readonly number[], kind: string): string => {
    const points = calls.map((count, second) => {
      const x = (second / (calls.length - 1)) * CURVE.width;
      return `${x.toFixed(1)},${(y + 14 + CURVE.height * (1 - Math.min(1, count / most))).toFixed(1)}`;
    });
    return `<polyline class="line ${kind}" points="${points.join(' ')}"/>`;
  };
  const title = `Calls in each second of five minutes, ${viewers} viewers who joined in one, tokens of 60 s`;
  return [
    text(0, y, title, 'class="title"'),
    line(together, 'recipe'),
    line(spread, 'ours'),
    `<line class="axis" x1="0" x2="${CURVE.width}" y1="${y + 14 + CURVE.height}" y2="${y + 14 + CURVE.height}"/>`,
    text(
      0,
      y + 30 + CURVE.height,
      `blue: ours, at most ${Math.max(...spread)}; orange: no jitter, cut off, at most ${Math.max(...together)}`,
    ),
  ].join('\n');
}

/** Bars of what a viewer and an endpoint notice, and the load of an audience; for light and dark. */
export function renderChart(results: BenchResults): string {
  const heightOf = ({ rows }: Panel): number => 34 + rows.length * ROW;
  let end = 44;
  const drawn: string[] = [];
  // two side by side
  for (let at = 0; at < panels.length; at += 2) {
    const pair = panels.slice(at, at + 2);
    drawn.push(...pair.map((panel, index) => bars(results, panel, index * PANEL.width, end)));
    end += Math.max(...pair.map(heightOf));
  }
  const bottom = end + CURVE.height + 40;
  const legend = [
    ['unprotected', 'unprotected'],
    ['ours', 'Secure Token'],
    ['recipe', 'other ways'],
  ].map(([kind, name], index) => {
    const x = index * 110;
    return `<rect class="${kind}" x="${x}" y="6" width="11" height="11" rx="2"/>${text(x + 16, 16, name!)}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 0 740 ${bottom}" role="img" aria-labelledby="t">
<title id="t">What tokens cost, by player and way: outages, expiries, calls, first picture, load</title>
<style>${style}</style>
${[...legend, ...drawn, curve(results.loadCurve, end + 4)].join('\n')}
</svg>
`;
}
