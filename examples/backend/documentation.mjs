import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Marked } from 'marked';
import { bytesResponse } from '../origin/bytes-response.mjs';
import { mediaType } from '../origin/media-type.mjs';
import { memoryContent } from '../origin/memory-content.mjs';

/** The Markdown files of the repository that are for readers, under the paths they have there: links need no change. */
const PAGE = /^\/(?:(?:docs|packages\/[a-z-]+)\/)?[\w-]+\.md$/;
const FOLDER = /^\/packages\/[a-z-]+$/;

/** Returns the anchor of a heading, as GitHub names it. @type {(html: string) => string} */
const anchorOf = (html) =>
  html
    .replaceAll(/<[^>]*>|&\w+;/g, '')
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const markdown = new Marked({
  renderer: {
    heading: (text, level) => `<h${level} id="${anchorOf(text)}">${text}</h${level}>\n`,
    table: (header, body) =>
      `<div class="scroll" tabindex="0" role="group" aria-label="Table">` +
      `<table><thead>${header}</thead><tbody>${body}</tbody></table></div>\n`,
    code: (text, language) =>
      `<pre tabindex="0" aria-label="Code"><code class="language-${language}">${escapeText(text)}</code></pre>\n`,
  },
});

/** @type {(text: string) => string} */
const escapeText = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** @type {(body: string, title: string) => string} */
const frame = (body, title) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title} · Secure Token</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/page/style.css" />
    <script type="module" src="/page/documentation.js"></script>
  </head>
  <body>
    <header class="bar">
      <a class="brand" href="/">Secure Token</a>
      <nav aria-label="Documentation">
        <a href="/docs/README.md">Documentation</a>
        <a href="/">Examples</a>
      </nav>
    </header>
    <main class="text">
${body}    </main>
  </body>
</html>
`;

/**
 * Answers with a page of the documentation, as HTML in the frame of the examples.
 * @param {Request} request
 * @returns {Promise<Response | undefined>} nothing for other paths
 */
export async function documentation(request) {
  const { pathname } = new URL(request.url);
  // GitHub shows the README of a folder
  if (FOLDER.test(pathname)) return new Response(null, { status: 302, headers: { Location: `${pathname}/README.md` } });
  if (!PAGE.test(pathname)) return undefined;
  const file = fileURLToPath(new URL(`../..${pathname}`, import.meta.url));
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const [, title = 'Documentation'] = /^# (.*)$/m.exec(text) ?? [];
  const html = frame(await markdown.parse(text), title);
  return bytesResponse(request, memoryContent(html, { type: mediaType('.html') }));
}
