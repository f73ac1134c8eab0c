import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { describeMedia } from '../support/media-test.ts';
import type { MediaStage } from '../support/media-stage.ts';
import { TRANSIT } from '../support/signer.ts';

const register = `window.worker = follow(await SecureTokenWorker.registerTokenWorker('/token-worker.js',
    { endpoint: '/token', protect: args.edge }));
  await until(() => worker.controls);
  /** Resolves to whether there is a picture. */
  window.shows = (src, attributes) => {
    const image = document.body.appendChild(Object.assign(new Image(), attributes, { src }));
    return image.decode().then(() => image.naturalWidth > 1, () => false);
  };
  window.hasLoaded = (name) => until(() => performance.getEntriesByName(name).some((entry) => entry.responseEnd > 0));`;

/** Puts pictures at these paths. @returns their URLs, and what tests need else */
function withImages(stage: MediaStage, ...paths: string[]): { edge: string; images: string[] } {
  for (const path of paths) symlinkSync(resolve('docs/images/inspector-light.webp'), join(stage.root, path));
  return { edge: `${stage.edge}/`, images: paths.map((path) => stage.url(path)) };
}

const asked = ({ signer }: MediaStage): string[] => signer.calls.flatMap(({ urls }) => urls).sort();

describeMedia('the token worker and images', (_engine, it) => {
  it('a poster, a sprite in CSS and <img> are signed, without a word of the app', async ({ stage, tab }) => {
    stage.signer.transit = TRANSIT;
    const args = withImages(stage, 'image.webp', 'poster.webp', 'sprite.webp');
    const shown = await tab.run(
      `${register}
      const [image, poster, sprite] = args.images;
      video.poster = poster;
      document.body.style.backgroundImage = 'url(' + sprite + ')';
      const shown = await shows(image);
      await hasLoaded(poster);
      await hasLoaded(sprite);
      return shown;`,
      args,
    );
    expect(shown).toBe(true);
    expect(asked(stage)).toEqual(args.images);
    expect(await stage.refusals()).toBe(0);
  });

  it('the secret is rotated: an image with crossorigin is replayed, another one shows when its token is renewed', async ({
    stage,
    tab,
  }) => {
    const args = withImages(stage, 'image.webp', 'other.webp');
    stage.signer.transit = TRANSIT;
    // no token ends by itself
    stage.signer.ttl = 300;
    expect(await tab.run(`${register} return shows(args.images[0], { crossOrigin: 'anonymous' })`, args)).toBe(true);
    expect(await tab.run(`return shows(args.images[1])`, args)).toBe(true);
    await stage.setSecret('rotated');
    // another query is another load, with the same token
    const again = { ...args, images: args.images.map((url) => `${url}?again`) };
    expect(await tab.run(`return shows(args.images[1])`, again)).toBe(false);
    expect(await tab.run(`return shows(args.images[0], { crossOrigin: 'anonymous' })`, again)).toBe(true);
    expect(await tab.run(`await worker.renew(); return shows(args.images[1] + '2')`, again)).toBe(true);
  });

  it('a denied image is missing, and a log-in shows it', async ({ stage, tab }) => {
    const args = withImages(stage, 'image.webp');
    stage.signer.denies = true;
    expect(await tab.run(`${register} return shows(args.images[0])`, args)).toBe(false);
    stage.signer.denies = false;
    expect(await tab.run(`await worker.renew(); return shows(args.images[0])`, args)).toBe(true);
    expect(await stage.refusals()).toBe(0);
  });
});
