import { describe, test, vi } from 'vitest';
import { parseDashManifest } from '../../packages/core/src/playlists/dash-manifest.ts';
import { expectLinear } from '../support/growth.ts';
import { CDN } from '../unit/core/lab.ts';

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
    const context = { url: `${CDN}/index.mpd`, now: () => 0, identify: (href: string) => href };
    const work = (length: number) => (): unknown => parseDashManifest(manifests[name]!(length), context);
    await expectLinear(work, 2 ** 15);
  });
});
