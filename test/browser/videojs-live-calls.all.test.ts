import { test } from 'vitest';
import { videojs } from '../support/live-call-players.ts';
import { atAGlance, expectFewCalls } from '../support/live-calls.ts';

test.concurrent(`calls of the endpoint: ${atAGlance.name}`, (context) => expectFewCalls(context, videojs, atAGlance));
