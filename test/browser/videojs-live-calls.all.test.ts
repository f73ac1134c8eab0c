import type { LiveLibrary } from '../support/live-calls.ts';
import { testCalls, testOutage, viewings } from '../support/live-calls.ts';
import { openVideojs } from '../support/videojs-player.ts';

const library: LiveLibrary = {
  open: (stage, carrier, { path, videojs: options = {} }) => openVideojs(stage, carrier, { path, options }),
  fine: { error: null, events: [], pageErrors: [] },
};

for (const viewing of viewings) testCalls(library, viewing);
testOutage(library);
