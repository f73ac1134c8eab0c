/** @typedef {'' | 'good' | 'busy' | 'bad'} Tone */

const rows = 10;

/**
 * Creates a log of unusual events, newest first. The log never changes an entry, and screen readers read each one out
 * as it comes.
 * @param {HTMLElement} root
 * @returns {(tone: Tone, text: string) => void} adds an entry
 */
export function createEventLog(root) {
  root.innerHTML = '<div role="log" aria-live="polite"><ol class="log"></ol></div>';
  const list = /** @type {HTMLElement} */ (root.querySelector('ol'));

  return (tone, text) => {
    const sentence = /[.!?]$/.test(text) ? text : `${text}.`;
    const isNews = list.firstElementChild?.lastElementChild?.textContent !== sentence;
    // a call that fails, fails again with each try: the figures count them. A button that is pressed twice is told twice
    if (tone !== '' && !isNews) return;
    const item = document.createElement('li');
    item.dataset['tone'] = tone;
    const time = document.createElement('time');
    time.textContent = new Date().toLocaleTimeString('en-GB');
    const words = document.createElement('span');
    words.textContent = sentence;
    item.append(time, words);
    list.prepend(item);
    while (list.children.length > rows) list.lastElementChild?.remove();
  };
}
