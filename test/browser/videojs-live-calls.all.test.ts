import { test } from 'vitest';
import type { LiveLibrary } from '../support/live-calls.ts';
import { byName, expectFewCalls, expectNoStall, viewings } from '../support/live-calls.ts';
import { openVideojs } from '../support/videojs-player.ts';

const library: LiveLibrary = {
  open: (stage, carrier, { path, videojs: options = {} }) =>
    openVideojs(stage, carrier, { path, options, ...(carrier === 'open' && { tokens: false }) }),
  fine: { error: null, events: [], pageErrors: [] },
};

test.concurrent.for(byName(viewings))('calls of the endpoint: %s', ([, viewing], context) =>
  expectFewCalls(context, library, viewing),
);

test.concurrent('the signing endpoint is away for 8 s, tokens of 20 s: no stall', (context) =>
  expectNoStall(context, library),
);
