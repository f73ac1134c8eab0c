import Hls from 'hls.js';
import { secureToken } from 'secure-token-hlsjs';
import './navigation.js';
import { app, edge } from '../addresses.js';
import { createFailureNotice, reasonFor } from './failure-notice.js';
import { showCode } from './show-code.js';

/** The account that has logged in. An app of yours has a log-in; here all tabs of a browser are one account. */
const account = localStorage.getItem('account') ?? crypto.randomUUID();
localStorage.setItem('account', account);

/** The signing endpoint, and the account that asks it. */
const signing = { endpoint: `${app}/accounts/token`, request: { headers: { 'X-Account': account } } };
const src = `${edge}/accounts/film/master.m3u8`;
/** The buffer: how soon an end is seen in the picture, and how far playback survives an outage. In seconds. */
const buffer = { maxBufferLength: 5, maxMaxBufferLength: 5 };
/** Milliseconds between two looks at the list of sessions. */
const LOOK_MS = 1000;

const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
const notice = createFailureNotice(video);

/** Plays `src`. The page shows the body of this function as its code. */
function play() {
  const hls = new Hls(buffer);
  const source = secureToken(hls, signing);
  hls.loadSource(src);
  hls.attachMedia(video);
  return { hls, source };
}

/** @typedef {{ id: string, startedAt: number, seenAt: number, isOwn: boolean }} ListedSession */
/** @typedef {{ isSignedOut: boolean, limit: number, sessions: ListedSession[] }} AccountState */

/** Calls the app as the account. @type {(path: string, body?: object, options?: RequestInit) => Promise<Response>} */
const ask = (path, body, options) =>
  fetch(`${app}/accounts/${path}`, {
    headers: { 'X-Account': account, ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
    ...options,
  });

/** Returns the sentence that tells a viewer why this account was denied. @type {(error: unknown) => string} */
function reasonOf(error) {
  const { type } = /** @type {{ type?: unknown }} */ (Object(error));
  if (type === 'urn:secure-token:session-limit') return 'Your account is already playing in three tabs.';
  if (type === 'urn:secure-token:session-ended') return 'You were signed out in this tab.';
  return reasonFor(error);
}

const { hls, source } = play();
let hasFailed = false;
hls.on(Hls.Events.ERROR, (_, { fatal, error }) => {
  if (!fatal) return;
  hasFailed = true;
  notice.show(reasonOf(error));
  find('#log-in').hidden = false;
});

/** Renews the tokens, with a session of its own after one that was ended, and goes on where the film stands. */
async function goOn() {
  await ask('log-in', {});
  await source.renew().catch(() => undefined);
  if (!hasFailed) return;
  hasFailed = false;
  notice.hide();
  find('#log-in').hidden = true;
  if (hls.levels.length > 0) hls.startLoad();
  else hls.loadSource(src);
}

/** @type {(session: ListedSession, number: number) => HTMLElement} */
function rowOf({ id, startedAt, isOwn }, number) {
  const row = document.createElement('li');
  const name = document.createElement('b');
  name.textContent = isOwn ? 'This tab' : `Another tab, number ${number}`;
  const since = document.createElement('span');
  since.textContent = `since ${new Date(startedAt * 1000).toLocaleTimeString()}`;
  const end = document.createElement('button');
  end.type = 'button';
  end.textContent = 'End';
  end.setAttribute('aria-label', `End: ${name.textContent}`);
  end.addEventListener('click', () => ask('end', { id }).then(look));
  row.append(name, since, end);
  return row;
}

let shown = '';
/** Shows which sessions the account has. */
async function look() {
  const response = await ask(`sessions?session=${source.session}`);
  const { isSignedOut, limit, sessions } = /** @type {AccountState} */ (await response.json());
  const text = JSON.stringify([isSignedOut, sessions.map(({ id, isOwn }) => [id, isOwn])]);
  // a button that is replaced loses the focus
  if (text === shown) return;
  shown = text;
  const rows = sessions.sort((a, b) => a.startedAt - b.startedAt).map((each, index) => rowOf(each, index + 1));
  const hint = document.createElement('li');
  hint.className = 'hint';
  hint.textContent = isSignedOut ? 'Signed out everywhere.' : `${sessions.length} of ${limit} places are taken.`;
  find('#sessions').replaceChildren(...rows, hint);
}

find('#log-in').addEventListener('click', () => goOn().then(look));
find('#sign-out').addEventListener('click', () => ask('sign-out', {}).then(look));
// frees the place at once: without it, it is free when tokens have expired
addEventListener('pagehide', () => void ask('leave', { session: source.session }, { keepalive: true }));
setInterval(() => look().catch(() => undefined), LOOK_MS);
await look();

showCode(find('#code'), {
  imports: ["import Hls from 'hls.js';", "import { secureToken } from 'secure-token-hlsjs';"],
  values: { video, src, signing, buffer },
  runs: [play],
});
