import type { Sabotage } from './sabotage.ts';

const secureRequest = 'packages/fetch/src/secure-request.ts';
const fetchArguments = 'packages/fetch/src/fetch-arguments.ts';
const unsignedResponse = 'packages/fetch/src/unsigned-response.ts';

const fetchPageTest = 'test/browser/fetch-page.test.ts';
const fetchSpfTest = 'test/browser/fetch-spf.test.ts';
const fetchTroubleTest = 'test/browser/fetch-trouble.all.test.ts';

export const fetch: readonly Sabotage[] = [
  {
    name: 'core-fetch-learn',
    promise: 'Playlists are learned: segments have their tokens in batches.',
    file: 'packages/core/src/learn-response.ts',
    find: 'source.learn(url, text);',
    replace: 'source.learn(text, url);',
    noticedBy: { test: fetchSpfTest, name: 'across the expiries of tokens' },
  },
  {
    name: 'fetch-clone',
    promise: '`response.url` of a clone has no token either.',
    file: unsignedResponse,
    find: '() => unsignedResponse(source, clone())',
    replace: 'clone',
    noticedBy: { test: fetchPageTest, name: 'a response is the real one' },
  },
  {
    name: 'fetch-cache',
    promise: 'A refusal that the browser keeps is replayed past its cache.',
    file: fetchArguments,
    find: "cache: cache === 'reload' && !isCacheChosen(asked.cache) ? cache : asked.cache",
    replace: 'cache: asked.cache',
    noticedBy: { test: fetchPageTest, name: 'a 410 that the browser keeps' },
  },
  {
    name: 'fetch-signed-twice',
    promise: 'A request that another source in the page has signed is left alone.',
    file: secureRequest,
    find: 'if (carriesToken(sentRequest(asked), this.#source, asked.headers)) return this.#fetch(...this.#args);',
    replace: '',
    noticedBy: { test: fetchPageTest, name: 'is not signed twice' },
  },
  {
    name: 'fetch-uninstall',
    promise: '`uninstall` gives the page its fetch back.',
    file: 'packages/fetch/src/install-secure-fetch.ts',
    find: 'if (globalThis.fetch === fetch)',
    replace: 'if (globalThis.fetch === signing)',
    noticedBy: { test: fetchPageTest, name: 'the fetch of the browser is back' },
  },
  {
    name: 'fetch-cookie',
    promise: 'A token that is a cookie travels.',
    file: fetchArguments,
    find: 'request.credentials ? credentialsMode(request) : asked.credentials',
    replace: 'asked.credentials',
    noticedBy: { test: fetchPageTest, name: 'past its cache: cookie' },
  },
  {
    name: 'fetch-outage',
    promise: 'An outage of the signing endpoint is waited out.',
    file: secureRequest,
    find: 'await wait((options) => source.sign(url, options))',
    replace: 'await source.sign(url, { signal })',
    noticedBy: { test: fetchTroubleTest, name: 'resumes by itself' },
    needs: 'all',
  },
];
