import { describe, test, vi } from 'vitest';
import { dash } from '../../packages/core/src/playlists/dash-playlist.ts';
import { expectLinear } from '../support/growth.ts';
import { CDN } from '../unit/core/lab.ts';

const context = {
  url: `${CDN}/index.mpd`,
  now: () => 0,
  keyOf: (uri: string, base: string) => new URL(uri, base).href,
  before: () => undefined,
};

vi.setConfig({ testTimeout: 120_000 });

const manifests: Record<string, (length: number) => string> = {
  'comments that are not closed': (length) => '<MPD>'.padEnd(length, '<!--'),
  'character data that is not closed': (length) => '<MPD>'.padEnd(length, '<![CDATA['),
  'instructions that are not closed': (length) => '<MPD>'.padEnd(length, '<?'),
  'document types that are not closed': (length) => '<MPD'.padEnd(length, '<!DOCTYPE'),
  'all of them, in turn': (length) => '<MPD>'.padEnd(length, '<!--<?<![CDATA[<!DOCTYPE'),
  comments: (length) => '<MPD>'.padEnd(length, '<!-- a -->'),
  'elements that are not closed': (length) => '<MPD>'.padEnd(length, '<Period>'),
  'tags that are not closed': (length) => '<MPD>'.padEnd(length, '<a'),
  'attributes that are not closed': (length) => '<MPD '.padEnd(length, 'a="'),
  spaces: (length) => '<MPD'.padEnd(length, ' '),
};

describe('what a manifest costs grows with its length', () => {
  test.each(Object.keys(manifests))('%s, from 32 to 128 KiB', async (name) => {
    const work = (length: number) => (): unknown => dash(manifests[name]!(length)).lists(context);
    await expectLinear(work, 2 ** 15);
  });
});

describe('what a manifest costs grows with its length, also with names that V8 hashes by their length', () => {
  const parts: Record<string, (name: string) => string> = {
    elements: (name) => `<${name}/>`,
    attributes: (name) => `<a ${name}=""/>`,
  };
  test.each(Object.keys(parts))('%s, from 2.5 to 10 MB', async (name) => {
    const work = (length: number) => {
      const names = Array.from({ length: length / 16_500 }, (_, n) => parts[name]!(`${'a'.repeat(16_500)}${n}`));
      const list = `<SegmentList><SegmentURL media="1"/>${names.join('')}</SegmentList>`;
      // joined texts have no hash yet, as those that come from a server
      const text = Buffer.from(
        `<MPD><Period><AdaptationSet><Representation>${list}</Representation></AdaptationSet></Period></MPD>`,
      ).toString();
      return (): unknown => dash(text).lists(context);
    };
    await expectLinear(work, 2_500_000);
  });
});
