import { median } from '../compare.mjs';
import type { BenchResults } from './bench-results.ts';
import type { Contender } from './contender.ts';
import { contenders, lasting, withBothTokens } from './contender.ts';
import { outageKinds, outageSeconds, returnMetric } from './outage-cells.ts';
import type { Samples } from './sample.ts';
import { describeSpread, differenceOf, measuredOf } from './spread.ts';

interface Column {
  readonly head: string;
  readonly cell: (samples: Samples, contender: Contender, results: BenchResults) => string;
}

const column = (head: string, metric: string, never?: string): Column => ({
  head,
  cell: (samples) => describeSpread(samples[metric], never),
});

/** Medians side by side. */
const counts = (head: string, calls: string, requests: string): Column => ({
  head,
  cell: (samples) => {
    const [asked, sent] = [calls, requests].map((metric) => measuredOf(samples[metric] ?? [])) as [number[], number[]];
    return sent.length > 0 ? `${median(asked)} / ${median(sent)}` : '–';
  },
});

/** The largest difference, in per cent, that a package makes to the bandwidth estimate of a player. */
export function estimateDifference({ samples }: BenchResults): number {
  const plain = new Map(contenders.filter(({ way }) => way === 'unprotected').map((it) => [it.player, it.name]));
  const ours = contenders.filter(({ way }) => way === 'ours');
  return Math.max(
    ...ours.map(({ name, player }) => differenceOf(samples[name]?.estimate, samples[plain.get(player)!]?.estimate)),
  );
}

const startColumns: readonly Column[] = [
  column('first picture, endpoint 50 ms', 'frame50'),
  {
    head: 'endpoint 500 ms',
    // without an endpoint, one is like the other
    cell: (samples, { way }) => describeSpread(way === 'unprotected' ? samples.frame50 : samples.frame500),
  },
  counts('calls / requests', 'filmCalls', 'filmRequests'),
  {
    head: 'bytes beside the player',
    cell: (_, { name }, { sizes }) => (sizes[name] ? `${(sizes[name] / 1000).toFixed(1)} kB` : '0'),
  },
];

const liveColumns: readonly Column[] = [
  column('s without a picture', 'liveStalls'),
  column('refusals that reach the player', 'liveRefusals'),
  counts('calls / requests', 'liveCalls', 'liveRequests'),
  column('s without a picture, endpoint away for 8 s', 'outage', 'does not come back'),
];

const NO_PICTURE = 'none in 12 s';

const recoveryColumns: readonly Column[] = [
  column('after expiry (410)', 'expiry', NO_PICTURE),
  column('after a rotation (403)', 'rotation', NO_PICTURE),
  column('after an hour of sleep', 'sleep', NO_PICTURE),
];

const returnColumns: readonly Column[] = outageKinds.flatMap((kind) =>
  outageSeconds.map((seconds) =>
    column(`${kind}, away for ${seconds} s`, returnMetric(kind, seconds), 'does not come back'),
  ),
);

function table(rows: readonly Contender[], columns: readonly Column[], results: BenchResults): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['', ...columns.map(({ head }) => head)]),
    line(['---', ...columns.map(() => '---')]),
    ...rows.map((contender) => {
      const samples = results.samples[contender.name] ?? {};
      const name = contender.way === 'ours' ? `**${contender.name}**` : contender.name;
      return line([name, ...columns.map(({ cell }) => cell(samples, contender, results))]);
    }),
  ].join('\n');
}

export interface Tables {
  readonly start: string;
  readonly live: string;
  readonly outage: string;
  readonly recovery: string;
}

export const tablesOf = (results: BenchResults): Tables => ({
  start: table(contenders, startColumns, results),
  live: table(lasting(contenders, 'SPF', 'MP4'), liveColumns, results),
  outage: table(withBothTokens, returnColumns, results),
  recovery: table(lasting(contenders, 'SPF'), recoveryColumns, results),
});

export const renderTables = (results: BenchResults): string => Object.values(tablesOf(results)).join('\n\n');
