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

/**
 * Returns a page of `docs/` as packages ship it, where its links to other pages would lead nowhere: to the site, or, as
 * long as it has no address, as the name of the page.
 * @param {string} text
 * @param {string} [organisation]
 */
export const shippedPage = (text, organisation) =>
  text.replace(/\[([^\]]+)\]\((?!#|\w+:)([^)]+)\)/g, (_, words, page) =>
    organisation === undefined
      ? `${words} (${posix.join('docs', page)})`
      : `[${words}](${documentOf(organisation, page)})`,
  );
