/**
 * @typedef {object} Title
 * @property {string} name
 * @property {string} about
 * @property {string} path of its multivariant or media playlist
 * @property {number} hue by which the picture is turned, in degrees: it is one film, packaged in four ways
 */

/** @type {readonly [Title, ...Title[]]} */
const titles = [
  { name: 'Indigo', about: 'fMP4, audio, subtitles', path: '/film/fmp4/master.m3u8', hue: 0 },
  { name: 'Moss', about: 'TS, two qualities', path: '/film/ts/master.m3u8', hue: 230 },
  { name: 'Ember', about: 'AES-128', path: '/film/aes/i.m3u8', hue: 110 },
  { name: 'Lagoon', about: 'Byte ranges', path: '/film/range/i.m3u8', hue: 300 },
];

/**
 * The titles of the catalogue, to point at and to choose from.
 * @param {HTMLElement} root
 * @param {object} options
 * @param {(title: Title) => Promise<unknown>} options.onPoint the viewer may choose it next: pointer, keyboard focus or
 * a finger is on it
 * @param {(title: Title) => void} options.onChoose
 */
export function createTitles(root, { onPoint, onChoose }) {
  const buttons = titles.map((title) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'title';
    button.style.setProperty('--hue', `${title.hue}deg`);
    const name = Object.assign(document.createElement('b'), { textContent: title.name });
    const about = Object.assign(document.createElement('span'), { textContent: title.about });
    button.append(Object.assign(document.createElement('i'), { ariaHidden: 'true' }), name, about);
    const prepare = async () => {
      button.setAttribute('aria-busy', 'true');
      await onPoint(title);
      button.setAttribute('aria-busy', 'false');
    };
    for (const type of ['pointerenter', 'focus']) button.addEventListener(type, prepare);
    button.addEventListener('click', () => onChoose(title));
    return button;
  });
  root.append(...buttons);
  return {
    first: titles[0],
    /** Shows which one plays. @type {(title: Title) => void} */
    mark(title) {
      for (const [index, button] of buttons.entries())
        button.setAttribute('aria-pressed', String(titles[index] === title));
    },
  };
}
