import { labelOf } from './request-log.js';

const rows = 7;

/**
 * The tokens at hand, by the URL they open, and how long each still lives.
 * @param {HTMLElement} root
 */
export function createTokenPanel(root) {
  root.innerHTML = '<ol class="tokens"></ol><p class="hint" data-empty>None at this moment.</p>';
  const list = /** @type {HTMLElement} */ (root.querySelector('ol'));
  const empty = /** @type {HTMLElement} */ (root.querySelector('[data-empty]'));
  /** @type {Map<string, { expires: number, lifetime: number }>} */
  const tokens = new Map();

  return {
    /** @type {(urls: readonly string[], expires: number) => void} expires: unix seconds */
    add(urls, expires) {
      const lifetime = expires - Date.now() / 1000;
      for (const url of urls) {
        tokens.delete(url);
        tokens.set(url, { expires, lifetime });
      }
    },
    clear: () => tokens.clear(),
    /** Draws the tokens. Returns how many tokens live, and for how many seconds the first of them does. */
    draw() {
      const now = Date.now() / 1000;
      for (const [url, { expires }] of tokens) if (expires <= now) tokens.delete(url);
      const live = [...tokens].sort(([, one], [, other]) => other.expires - one.expires);
      list.replaceChildren(...live.slice(0, rows).map(([url, token]) => row(url, token, now)));
      empty.hidden = live.length > 0;
      if (live.length > rows) list.append(text('li', `and ${live.length - rows} more`, 'hint'));
      return { count: live.length, next: Math.min(...live.map(([, { expires }]) => expires)) - now };
    },
  };
}

/** @type {(url: string, token: { expires: number, lifetime: number }, now: number) => HTMLElement} */
function row(url, { expires, lifetime }, now) {
  const left = expires - now;
  const item = document.createElement('li');
  item.style.setProperty('--left', String(Math.min(1, left / lifetime)));
  item.classList.toggle('is-ending', left < 2.5);
  item.append(text('span', labelOf(new URL(url).pathname), 'file'), text('span', `${left.toFixed(1)} s`, 'number'));
  return item;
}

/** @type {(tag: string, content: string, className: string) => HTMLElement} */
function text(tag, content, className) {
  const node = Object.assign(document.createElement(tag), { className });
  node.textContent = content;
  return node;
}
