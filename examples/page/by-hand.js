/** Seconds between two tokens: a margin of five for tokens of ten. */
const EVERY = 5;

/**
 * Code by hand, as many sites have it: a timer gets the next token in time, and each URL gets the last one.
 * @param {string} api URL that answers with a token for the film
 * @param {RequestInit} request
 */
export function keepToken(api, request) {
  let token = '';
  const renew = async () => {
    const response = await fetch(api, request);
    if (response.ok) token = String(new URLSearchParams(await response.json()));
  };
  const timer = setInterval(() => renew().catch(console.warn), EVERY * 1000);
  return {
    ready: renew(),
    withToken: (/** @type {string} */ url) => `${url.replace(/\?.*/, '')}?${token}`,
    stop: () => clearInterval(timer),
  };
}

/**
 * Starts a player that signs by hand; returns a function that ends it.
 * @typedef {(player: { video: HTMLVideoElement, src: string, withToken: (url: string) => string }) => () => void} PlayByHand
 */

/**
 * A second player, which plays the same at the same moment without the plugin.
 * @param {HTMLElement} root its card
 * @param {object} options
 * @param {string} options.title
 * @param {string} options.app
 * @param {string} options.edge
 * @param {string} options.viewer
 * @param {string} [options.className] of the element
 * @param {PlayByHand} options.play
 * @param {(video: HTMLVideoElement) => void} options.onStart
 */
export function createByHand(root, { title, app, edge, viewer, className = '', play, onStart }) {
  root.insertAdjacentHTML(
    'afterbegin',
    `<div class="screen-title"><h2>${title}</h2><button type="button" class="plain">Start again</button></div>
     <div class="picture"></div>`,
  );
  const picture = /** @type {HTMLElement} */ (root.querySelector('.picture'));
  const again = /** @type {HTMLElement} */ (root.querySelector('button'));
  let path = '';
  let end = () => undefined;
  /** A start that was overtaken by another one does nothing any more. */
  let starts = 0;

  const start = async () => {
    end();
    const own = ++starts;
    picture.innerHTML = `<video class="${className}" controls muted autoplay playsinline crossorigin="anonymous"></video>`;
    const video = /** @type {HTMLVideoElement} */ (picture.querySelector('video'));
    video.setAttribute('aria-label', title);
    onStart(video);
    const src = `${edge}/by-hand${path}`;
    const api = `${app}/by-hand/token?url=${encodeURIComponent(src)}`;
    const { ready, withToken, stop } = keepToken(api, { headers: { 'X-Viewer': viewer } });
    end = () => {
      stop();
    };
    await ready.catch(console.warn);
    if (own !== starts) return;
    const endPlayer = play({ video, src, withToken });
    end = () => {
      stop();
      endPlayer();
      return undefined;
    };
  };
  again.addEventListener('click', start);
  return {
    /** Plays this path of the edge, from its beginning. @type {(path: string) => void} */
    play(chosen) {
      path = chosen;
      void start();
    },
    /** As a reload of the page does. */
    again: () => void start(),
  };
}
