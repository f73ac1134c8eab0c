import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from '../compare.mjs';
import type { BenchResults } from './bench-results.ts';
import type { Contender } from './contender.ts';
import { contenders, lasting } from './contender.ts';
import type { Values } from './spread.ts';
import { measuredOf } from './spread.ts';

/** A contender in a picture. */
interface Row {
  readonly player: string;
  readonly name: string;
  readonly way: Contender['way'];
  /** `null`: the picture never came back. */
  readonly value: number | null;
  /** The value under better conditions, where the picture shows both. */
  readonly least?: number;
}

/** A picture of bars, one for each contender. */
interface Bars {
  readonly file: string;
  readonly title: string;
  readonly rows: readonly Row[];
  readonly digits: number;
  /** What stands in place of a `null`. */
  readonly never?: string;
  /** What both ends of a bar mean, if it has two. */
  readonly ends?: readonly [string, string];
}

/** A picture of calls over time, in seconds. */
interface Curve {
  readonly file: string;
  readonly title: string;
  readonly lines: readonly {
    readonly name: string;
    readonly way: Contender['way'];
    readonly calls: readonly number[];
  }[];
}

/** What `.ci/draw-pictures.mjs` draws. */
export interface Pictures {
  readonly bars: readonly Bars[];
  readonly curves: readonly Curve[];
}

const shortNames: Readonly<Record<string, string>> = {
  '`xhrSetup` fetches a token for each request': 'token for each request',
  'folder token fetched once, `shouldRetry`': 'folder token, fetched once',
  'asynchronous request filter': 'request filter',
  'signed URL that nobody renews': 'signed URL, never renewed',
};
const shortName = ({ name, way }: Contender): string =>
  way === 'unprotected' ? 'unprotected' : (shortNames[name] ?? name.replaceAll('`', ''));

/** Returns the median; `null` if most pictures never came back, `undefined` without measurements. */
function middle(values: Values = []): number | null | undefined {
  if (values.length === 0) return undefined;
  const measured = measuredOf(values);
  return measured.length < values.length / 2 ? null : median(measured);
}

function rowsOf(
  shown: readonly Contender[],
  valueOf: (contender: Contender) => Pick<Row, 'value' | 'least'> | undefined,
): Row[] {
  return shown.flatMap((contender) => {
    const value = valueOf(contender);
    return value ? [{ player: contender.player, name: shortName(contender), way: contender.way, ...value }] : [];
  });
}

const streaming = lasting(contenders, 'SPF', 'MP4');

export function picturesOf({ samples, sizes, loadCurve }: BenchResults): Pictures {
  const of = ({ name }: Contender, metric: string): number | null | undefined => middle(samples[name]?.[metric]);
  const calls = rowsOf(
    streaming.filter(({ way }) => way !== 'unprotected'),
    (contender) => {
      const [asked, sent] = [of(contender, 'liveCalls'), of(contender, 'liveRequests')];
      return asked != null && sent ? { value: (100 * asked) / sent } : undefined;
    },
  );
  const start = rowsOf(contenders, (contender) => {
    const [fast, slow] = [of(contender, 'frame50'), of(contender, 'frame500')];
    if (fast == null) return undefined;
    return slow == null ? { value: fast / 1000 } : { value: slow / 1000, least: fast / 1000 };
  });
  const outage = rowsOf(streaming, (contender) => {
    const value = of(contender, 'outage');
    return value === undefined ? undefined : { value };
  });
  const size = rowsOf(
    lasting(contenders).filter(({ way, carrier }) => way === 'recipe' || (way === 'ours' && carrier === 'exact')),
    ({ name }) => ({ value: (sizes[name] ?? 0) / 1000 }),
  );
  return {
    bars: [
      { file: 'calls', title: 'Live: calls to the endpoint for 100 requests to the edge', rows: calls, digits: 0 },
      {
        file: 'start',
        title: 'Seconds until the first picture',
        rows: start,
        digits: 2,
        ends: ['endpoint answers in 50 ms', 'in 500 ms'],
      },
      {
        file: 'outage',
        title: 'Live, endpoint away for 8 s: seconds without a picture',
        rows: outage,
        digits: 1,
        never: 'does not come back',
      },
      { file: 'size', title: 'kB beside the player, minified and gzipped', rows: size, digits: 1 },
    ],
    curves: [
      {
        file: 'audience',
        title: `Calls in each second, ${loadCurve.viewers} viewers who joined in one, tokens of 60 s`,
        lines: [
          { name: 'without jitter', way: 'recipe', calls: loadCurve.together },
          { name: 'Secure Token', way: 'ours', calls: loadCurve.spread },
        ],
      },
    ],
  };
}

const drawing = fileURLToPath(new URL('../../../.ci/draw-pictures.mjs', import.meta.url));

/** Writes the pictures as SVG, for light and for dark pages, into `folder`. Installs the packages of `.ci`, if needed. */
export function drawPictures(results: BenchResults, folder: string): void {
  const { status } = spawnSync(process.execPath, [drawing, folder], {
    input: JSON.stringify(picturesOf(results)),
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error('The pictures were not drawn. The lines above say why.');
}
