import { addCopyButton } from './copy-button.js';

const matters = /secureToken\(|secureVideo\(|installSecureFetch\(|registerTokenWorker\(|source\.sign\(/;
/** An object that is no longer than this stands in one line. */
const SHORT = 80;

/**
 * The code that a page runs, as pieces of a page of the reader's own.
 * @typedef {object} Code
 * @property {readonly string[]} imports
 * @property {Readonly<Record<string, unknown>>} values what the functions use, by name: text, numbers, plain objects,
 *   functions that return such, elements of the page
 * @property {ReadonlyArray<(...values: never[]) => unknown>} runs their bodies, one after the other
 */

/**
 * Shows the code that the page runs, with the lines that matter marked: the bodies of its functions, read from
 * themselves, and in front of them all that they need, so that a copy of it runs.
 * @param {HTMLElement} root
 * @param {Code} code
 */
export function showCode(root, { imports, values, runs }) {
  const constants = Object.entries(values).map(([name, value]) => `const ${name} = ${literal(value)};`);
  const lines = [...imports, '', ...constants, '', ...runs.flatMap(bodyOf)].flatMap((text) => text.split('\n'));
  const text = lines.map((line) => `${line}\n`).join('');
  // a player that begins again runs the same code: whoever reads or copies it goes on
  if (root.querySelector('code')?.textContent === text) return;
  root.innerHTML = '<pre tabindex="0" aria-label="The code of this page"><code></code></pre>';
  /** @type {HTMLElement} */ (root.querySelector('code')).append(
    ...lines.flatMap((line) => {
      const node = document.createElement(matters.test(line) ? 'mark' : 'span');
      node.textContent = line;
      return [node, '\n'];
    }),
  );
  addCopyButton(/** @type {HTMLPreElement} */ (root.querySelector('pre')));
}

/** The lines between its braces, without what it returns. @type {(run: (...values: never[]) => unknown) => string[]} */
const bodyOf = (run) =>
  run
    .toString()
    .split('\n')
    .slice(1, -1)
    .filter((line) => !/^\s*return\b/.test(line))
    .map((line) => line.replace(/^ {2}/, ''));

/** @type {(value: unknown, indent?: string) => string} */
function literal(value, indent = '') {
  if (value instanceof Element) return `document.querySelector('${value.localName}')`;
  if (typeof value === 'function') return `() => (${literal(value(), indent)})`;
  if (typeof value === 'string') return `'${value.replaceAll(/['\\]/g, '\\$&')}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).map(([name, member]) => {
    const key = /^\w+$/.test(name) ? name : `'${name}'`;
    return `${key}: ${literal(member, `${indent}  `)}`;
  });
  const short = `{ ${members.join(', ')} }`;
  if (short.length <= SHORT && !short.includes('\n')) return short;
  return `{\n${members.map((member) => `${indent}  ${member},\n`).join('')}${indent}}`;
}
