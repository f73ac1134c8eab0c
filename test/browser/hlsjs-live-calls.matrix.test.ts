import type { LiveLibrary } from '../support/live-calls.ts';
import { kindsOfNames, secondsOf20, testCalls, testOutage, viewings } from '../support/live-calls.ts';
import { runsRest } from '../support/parts.ts';

const library: LiveLibrary = {
  open: (stage, carrier, { path, hlsjs: config = {} }) => stage.open(carrier, path, { config }),
  fine: { faults: [], rejections: [], pageErrors: [], mediaError: undefined },
};

if (runsRest) {
  for (const viewing of viewings) testCalls(library, viewing);
  for (const viewing of kindsOfNames) testCalls(library, viewing);
  testOutage(library);
} else {
  // the three of the start count more in a shorter time
  testCalls(library, { ...secondsOf20, seconds: 12, atMost: (counts) => secondsOf20.atMost(counts) + 2 });
}
