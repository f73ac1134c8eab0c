import type { HlsConfig } from 'hls.js';
import { sign } from './ask-token.ts';

/** The answer to be found everywhere: wait for a token in `xhrSetup`, before each request. */
export const recipe = (endpoint: string): Partial<HlsConfig> => ({
  xhrSetup: async (xhr, url) => {
    xhr.open('GET', await sign(endpoint, url), true);
  },
});
