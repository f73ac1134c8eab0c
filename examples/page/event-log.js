/** @typedef {'' | 'good' | 'busy' | 'bad'} Tone */

const rows = 7;

/**
 * What is out of the ordinary, newest first; read out by screen readers as it happens.
 * @param {HTMLElement} root
 */
export function createEventLog(root) {
  root.innerHTML = '<div role="log" aria-live="polite"><ol class="log"></ol></div>';
  const list = /** @type {HTMLElement} */ (root.querySelector('ol'));

  return {
    /** @type {(tone: Tone, text: string, key?: string) => void} */
    say(tone, text, key = '') {
      const last = /** @type {HTMLElement | null} */ (list.firstElementChild);
      const times = Number(last?.dataset['times'] ?? 1) + 1;
      if (last?.dataset['text'] === text) {
        last.dataset['times'] = String(times);
        const words = last.lastElementChild;
        if (words) words.textContent = `${text} (${times} times)`;
        return;
      }
      const item = document.createElement('li');
      Object.assign(item.dataset, { tone, key, text });
      const time = document.createElement('time');
      time.textContent = new Date().toLocaleTimeString('en-GB');
      const words = document.createElement('span');
      words.textContent = text;
      item.append(time, words);
      list.prepend(item);
      while (list.children.length > rows) list.lastElementChild?.remove();
    },
    /** Tells how the event with this key went on. @type {(key: string, tone: Tone, text: string) => void} */
    amend(key, tone, text) {
      const items = /** @type {HTMLElement[]} */ ([...list.children]);
      const item = items.find(({ dataset }) => dataset['key'] === key);
      if (!item) return;
      Object.assign(item.dataset, { tone, key: '', text: '' });
      item.lastElementChild?.append(text);
    },
  };
}
