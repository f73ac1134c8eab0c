import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDocs } from '../../.ci/build-docs.mjs';
import { openChromium } from '../support/chromium.mjs';
import { libraries } from '../support/packages.ts';

describe('the documentation as pages', { tags: ['typedoc'] }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'secure-token-docs-'));
  let pages: Map<string, string>;
  beforeAll(async () => {
    await buildDocs(folder, 'us');
    const names = readdirSync(folder).filter((name) => name.endsWith('.html'));
    pages = new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('there is one of each page of docs/, and of each module of the packages', () => {
    const ofDocs = readdirSync('docs').filter((name) => name.endsWith('.md') && name !== 'README.md');
    expect(ofDocs.map((name) => name.replace('.md', '.html')).filter((name) => !pages.has(name))).toEqual([]);
    const modules = libraries.flatMap(({ json }) => {
      const { exports } = json as unknown as { exports: Record<string, { types?: string }> };
      const typed = Object.keys(exports).filter((name) => exports[name]!.types && !name.endsWith('.js'));
      return typed.map((name) => `${json.name}${name.slice(1).replace('/', '-')}.html`);
    });
    expect(modules).toContain('secure-token-core-playlists.html');
    expect(modules.filter((name) => !pages.has(name))).toEqual([]);
  });

  test('each link leads to a page and a place that are there, or out of the site', () => {
    const ids = new Map(
      [...pages].map(([name, html]) => [name, [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)]),
    );
    const links = [...pages].flatMap(([from, html]) =>
      [...html.matchAll(/<a\b[^>]*? href="([^"]+)"/g)].map(([, link]) => ({
        from,
        link: link!.replaceAll('&amp;', '&'),
      })),
    );
    const isRight = ({ from, link }: (typeof links)[number]): boolean => {
      // the site around these pages, the menu of narrow screens, the net
      if (['../', '#'].includes(link) || link.startsWith('https://')) return true;
      const [page, id] = link.split('#') as [string, string?];
      const found = ids.get(page === './' ? 'index.html' : page || from);
      return found !== undefined && (id === undefined || found.includes(decodeURIComponent(id)));
    };
    expect(links.length).toBeGreaterThan(5000);
    expect(links.filter((link) => !isRight(link))).toEqual([]);
    const outside = links.map(({ link }) => link).filter((link) => link.includes('github.com/us/secure-token/'));
    expect(outside).toContain('https://github.com/us/secure-token/blob/main/examples/deploy');
  });

  test('the page on errors has the address that the console names', () => {
    expect(pages.get('errors.html')).toContain(' id="err_token_refused"');
  });

  describe('below a path of a plain server, in Chromium', () => {
    const app = express().use('/any/path/docs', express.static(folder));
    const server = app.listen(0, '127.0.0.1');
    let browser: Awaited<ReturnType<typeof openChromium>>;
    let address: string;
    beforeAll(async () => {
      if (!server.listening) await once(server, 'listening');
      address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/any/path/docs/`;
      browser = await openChromium();
    });
    afterAll(async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    });

    test('the search finds a page by its words, and nothing is red', async () => {
      const page = await browser.newPage();
      const red: string[] = [];
      page.on('console', (message) => message.type() === 'error' && red.push(message.text()));
      page.on('pageerror', (error) => red.push(String(error)));
      page.on('response', (response) => response.status() >= 400 && red.push(response.url()));
      await page.goto(address);
      await page.click('#tsd-search-trigger');
      await page.keyboard.type('limit on pages that play at the same time');
      await page.locator('#tsd-search-results a', { hasText: 'Sessions' }).click();
      await page.waitForURL('**/docs/sessions.html');
      expect(red).toEqual([]);
    });

    test('each code block has a button that copies it', async () => {
      const page = await browser.newPage();
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.goto(`${address}overview.html`);
      const blocks = page.locator('pre');
      const buttons = page.locator('pre > button');
      expect(await buttons.count()).toBe(await blocks.count());
      await blocks.filter({ hasText: 'createSigningEndpoint' }).locator('button').click();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      expect(copied).toContain("import * as server from 'secure-token-server';\n");
      expect(copied).not.toContain('Copy');
    });
  });
});
