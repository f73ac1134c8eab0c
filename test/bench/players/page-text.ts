import type { BenchResults } from './bench-results.ts';
import { notes } from './notes.ts';
import { tablesOf } from './report.ts';

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

/** `docs/bench.md` */
export function renderPage(results: BenchResults): string {
  const { date, rounds, machine, loadCurve } = results;
  const { start, live, recovery } = tablesOf(results);
  const calls = (all: readonly number[]): string => `${Math.max(...all)} of ${loadCurve.viewers}`;
  return `# Figures

<!-- Written by \`npm run bench -- players --write\` from test/bench/results.json; text is in test/bench/players. -->

Players side by side in one run: the same film, the same signing endpoint, and nginx with \`secure_link\` as the edge. Each figure is the median of ${rounds} rounds, with the least and the most of them in brackets. Rows in bold are ours; \`secure-token-…\` without an addition has tokens that open one URL each, and options as they are by default.

![First picture, wait for tokens, calls, and time without a picture, by player and way](images/bench.svg)

\`\`\`sh
npm run bench -- players           # twenty minutes on two quiet cores; --rounds 1 is a first look
npm run bench -- players --write   # writes this page, its chart, and test/bench/results.json
\`\`\`

Measured on ${date}: ${Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}.

## On demand

First picture and waits in ms from the moment the player is given its source; its scripts are there. **Wait a segment** is the median time between a player's asking for a segment and its request, **CPU a request** what the page's own thread has spent until the buffers are full. **Bandwidth estimate** is the difference from the unprotected player at 60 kbit/s, with an endpoint that takes half a second.

${start}

${list(notes.start)}

## Live

Segments of two seconds, tokens of twenty, an endpoint that takes 50 ms: 24 seconds of calm, then eight without an endpoint.

${live}

${list(notes.live)}

## After trouble

The viewer has paused. All tokens expire, the secret is rotated, or the machine sleeps for an hour; then the viewer goes on 200 seconds further, where nothing is buffered: seconds until there is a picture. The last column counts the refusals that the player was told of, for each of the three.

${recovery}

${list(notes.recovery)}

## An audience

${loadCurve.viewers} viewers join in one second and play for five minutes with folder tokens of 60 seconds. The busiest second after that one has calls of ${calls(loadCurve.spread)} viewers; without \`jitter\`, as with a timer some seconds before the end of each token, of ${calls(loadCurve.together)}. \`xhrSetup\` with a token for each request has as many calls as requests, all the time. The chart shows both curves; they come from \`test/session\`, on a clock of their own.

Why it is as many calls as it is, and what the least would be: [where the limit is](limits.md).
`;
}
