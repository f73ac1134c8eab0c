// Where the project is on the net, once an organisation is set: before, it is nowhere
import { posix } from 'node:path';

/** @type {(organisation: string) => string} the repository */
export function pageOf(organisation) {
  if (!/^[a-z\d]+(?:-[a-z\d]+)*$/i.test(organisation))
    throw new Error(`"${organisation}" is not the name of a GitHub organisation.`);
  return `https://github.com/${organisation}/secure-token`;
}

/** The site that `npm run site` makes; ends with a slash. @type {(organisation: string) => string} */
export const siteOf = (organisation) => `https://${organisation.toLowerCase()}.github.io/secure-token/`;

/** A page of `docs/` on that site, by its name as in a link. @type {(organisation: string, page: string) => string} */
export const documentOf = (organisation, page) =>
  new URL(page.replace(/\.md(?=#|$)/, '.html'), `${siteOf(organisation)}docs/`).href;

/** @type {(organisation: string, file: string) => string} the address of a file of the repository; it may have an anchor */
function addressOf(organisation, file) {
  const [, page] = /^docs\/([\w-]+\.md(?:#.*)?)$/.exec(file) ?? [];
  return page === undefined ? `${pageOf(organisation)}/blob/main/${file}` : documentOf(organisation, page);
}

const CODE = /(^```[\s\S]*?^```$)/m;
const RELATIVE_LINK = /(?<!!)\[((?:[^\][]|\[[^\]]*\])+)\]\((?!\w+:)([^)\s]+)\)/g;

/**
 * Returns a page of the repository as it is read elsewhere: links to files that are not there lead to the net, or, as
 * long as the project is nowhere, only name the file.
 * @param {object} page
 * @param {string} page.text
 * @param {string} page.path in the repository
 * @param {string} [page.organisation]
 * @param {(file: string) => boolean} [page.isThere]
 */
export function pageElsewhere({ text, path, organisation, isThere = () => false }) {
  /** @type {(whole: string, words: string, link: string) => string} */
  const lead = (whole, words, link) => {
    const [file = '', anchor] = link.split('#');
    const target = file ? posix.join(posix.dirname(path), file) : path;
    if (target === path || isThere(target)) return whole;
    const place = anchor ? `${target}#${anchor}` : target;
    return organisation === undefined ? `${words} (\`${place}\`)` : `[${words}](${addressOf(organisation, place)})`;
  };
  const parts = text.split(CODE);
  return parts.map((part) => (part.startsWith('```') ? part : part.replace(RELATIVE_LINK, lead))).join('');
}
