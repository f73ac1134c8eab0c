import { test } from 'vitest';
import { videojs } from '../support/live-call-players.ts';
import { byName, expectFewCalls, expectNoStall, viewings } from '../support/live-calls.ts';

test.concurrent.for(byName(viewings))('calls of the endpoint: %s', ([, viewing], context) =>
  expectFewCalls(context, videojs, viewing),
);

test.concurrent('the signing endpoint is away for 8 s, tokens of 20 s: no stall', (context) =>
  expectNoStall(context, videojs),
);
