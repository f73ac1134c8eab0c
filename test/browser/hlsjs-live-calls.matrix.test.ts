import { test } from 'vitest';
import type { Counts, LiveLibrary } from '../support/live-calls.ts';
import { byName, expectFewCalls, expectNoStall, kindsOfNames, secondsOf20, viewings } from '../support/live-calls.ts';
import { inPart, runsRest } from '../support/parts.ts';

const library: LiveLibrary = {
  open: (stage, carrier, { path, hlsjs: config = {} }) =>
    stage.open(carrier, path, { config, ...(carrier === 'open' && { tokens: false }) }),
  fine: { faults: [], rejections: [], pageErrors: [], mediaError: undefined },
};

// the calls of the start count more in a shorter time
const short = { ...secondsOf20, seconds: 12, atMost: (counts: Counts) => secondsOf20.atMost(counts) + 2 };
const mine = byName(inPart([short], [...viewings, ...kindsOfNames]));

test.concurrent.for(mine)('calls of the endpoint: %s', ([, viewing], context) =>
  expectFewCalls(context, library, viewing),
);

if (runsRest)
  test.concurrent('the signing endpoint is away for 8 s, tokens of 20 s: no stall', (context) =>
    expectNoStall(context, library),
  );
