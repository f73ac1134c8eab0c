import { test } from 'vitest';
import { hlsjs } from '../support/live-call-players.ts';
import { byName, expectFewCalls, expectNoStall, kindsOfNames, viewings } from '../support/live-calls.ts';

test.concurrent.for(byName([...viewings, ...kindsOfNames]))('calls of the endpoint: %s', ([, viewing], context) =>
  expectFewCalls(context, hlsjs, viewing),
);

test.concurrent('the signing endpoint is away for 8 s, tokens of 20 s: no stall', (context) =>
  expectNoStall(context, hlsjs),
);
