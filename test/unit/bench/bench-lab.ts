import type { BenchResults } from '../../bench/players/bench-results.ts';
import type { Samples } from '../../bench/players/sample.ts';

export const sampled: Readonly<Record<string, Samples>> = {
  'hls.js, unprotected': { frame50: [100, 120, 110], estimate: [1000, 1000, 1000], filmCalls: [0], filmRequests: [57] },
  'secure-token-hlsjs': {
    frame50: [150, 170, 160],
    frame500: [600, 620, 610],
    estimate: [900, 1000, 1100],
    filmCalls: [15, 16, 15],
    filmRequests: [57, 57, 57],
    outage: [0, 0, 0],
  },
  '`xhrSetup` fetches a token for each request': { frame500: [2000, 2100, 1900], outage: [null, null, null] },
};

/** A run of three rounds. */
export const resultsWith = (samples: BenchResults['samples'] = sampled): BenchResults => ({
  date: '2026-11-27',
  rounds: 3,
  machine: { processor: 'a processor, 2 cores', Node: '20.19.0' },
  sizes: { 'secure-token-hlsjs': 22_139 },
  samples,
  loadCurve: { viewers: 10, spread: [0, 2, 1], together: [0, 9, 0] },
});
