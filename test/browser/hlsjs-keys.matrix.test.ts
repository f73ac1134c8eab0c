import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encryptInit, encryptSegment } from '../support/common-encryption.ts';
import type { Lab } from '../support/hls-lab.ts';
import { labVersions } from '../support/hls-lab.ts';
import { Labs } from '../support/hls-labs.ts';

let labs: Labs;
beforeAll(async () => void (labs = await Labs.start()));
afterAll(() => labs.stop());

describe.concurrent.each(labVersions)('AES-128 keys, hls.js %s', (version) => {
  const play = ({ page }: Lab): Promise<string[]> =>
    page.evaluate(async () => {
      const hls = window.lab.create({ maxBufferLength: 4, maxMaxBufferLength: 4 });
      window.SecureTokenHls.secureToken(hls, '/token');
      const { errors } = await window.lab.play(hls, '/v/aes/i.m3u8', 3);
      // the fourth segment, too, of eight seconds
      await window.lab.until(() => errors.length || hls.media!.buffered.end(0) > 7);
      return errors;
    });

  // four segments share a key: hls.js that is shown another URL or context than its own asks for it again and again
  test('one request for each, and it plays', async () => {
    await using lab = await labs.open(version);
    expect([await play(lab), lab.refused]).toEqual([[], []]);
    expect(lab.count('/v/aes/k0.bin')).toBe(1);
    expect(lab.count('/v/aes/s003.ts')).toBe(1);
  });

  test('a refusal is not seen', async () => {
    await using lab = await labs.open(version);
    lab.refusals.push({ path: /k0/, status: 403, times: 1 });
    expect([await play(lab), lab.refused]).toEqual([[], ['403 /v/aes/k0.bin']]);
    expect(lab.count('/v/aes/k0.bin')).toBe(2);
  });
});

describe.concurrent.each(labVersions)('DRM licences, hls.js %s', (version) => {
  const key = {
    id: Buffer.from('0123456789abcdef0123456789abcdef', 'hex'),
    key: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
  };
  const file = (name: string): Buffer => readFileSync(new URL(`../media/fmp4/en/${name}`, import.meta.url));

  /** A song that ClearKey can play, and its licence server. */
  const offer = (lab: Lab): void => {
    lab.routes['/v/drm/init.mp4'] = () => encryptInit(file('init_2.mp4'), key);
    for (let index = 0; index < 10; index++)
      lab.routes[`/v/drm/s00${index}.m4s`] = () => encryptSegment(file(`s00${index}.m4s`), key);
    lab.routes['/v/drm/i.m3u8'] = () =>
      [
        '#EXTM3U',
        '#EXT-X-VERSION:7',
        '#EXT-X-TARGETDURATION:2',
        `#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,KEYFORMAT="org.w3.clearkey",URI="data:;base64,${key.id.toString('base64')}"`,
        '#EXT-X-MAP:URI="init.mp4"',
        ...Array.from({ length: 10 }, (_, index) => `#EXTINF:2,\ns00${index}.m4s`),
        '#EXT-X-ENDLIST',
      ].join('\n');
    lab.routes['/v/license'] = (_, __, body) => {
      const { kids } = JSON.parse(body) as { kids: string[] };
      return JSON.stringify({
        keys: kids.map((kid) => ({ kty: 'oct', kid, k: key.key.toString('base64url') })),
        type: 'temporary',
      });
    };
  };

  const play = ({ page }: Lab, withSetup: boolean): Promise<{ errors: string[]; leaks: string[]; setups: string[] }> =>
    page.evaluate(
      async ({ withSetup, kid }) => {
        const setups: string[] = [];
        const hls = window.lab.create({
          emeEnabled: true,
          drmSystems: {
            'org.w3.clearkey': {
              licenseUrl: `${location.origin}/v/license`,
              // there is no pssh box in this media
              generateRequest: () => ({
                initDataType: 'keyids',
                initData: new TextEncoder().encode(JSON.stringify({ kids: [kid] })).buffer,
              }),
            },
          },
          ...(withSetup && {
            licenseXhrSetup: (xhr: XMLHttpRequest, url: string) => {
              setups.push(url);
              xhr.setRequestHeader('x-app', 'yes');
            },
          }),
        });
        window.SecureTokenHls.secureToken(hls, '/token');
        const { errors, leaks } = await window.lab.play(hls, '/v/drm/i.m3u8', 1);
        return { errors, leaks, setups };
      },
      { withSetup, kid: key.id.toString('base64url') },
    );

  test('the request is signed, and it plays', async () => {
    await using lab = await labs.open(version);
    offer(lab);
    expect(await play(lab, false)).toMatchObject({ errors: [], leaks: [] });
    expect([lab.refused, lab.count('/v/license')]).toEqual([[], 1]);
  });

  test("the app's own licenseXhrSetup still runs", async () => {
    await using lab = await labs.open(version);
    offer(lab);
    const { errors, setups } = await play(lab, true);
    expect(errors).toEqual([]);
    expect(setups).toHaveLength(1);
    expect(
      lab.guarded.filter(({ path }) => path === '/v/license').map(({ headers, status }) => [headers['x-app'], status]),
    ).toEqual([['yes', 200]]);
  });

  test('a licence server that refuses is asked once, then it is the error of hls.js', async () => {
    await using lab = await labs.open(version);
    offer(lab);
    lab.refusals.push({ path: /license/, status: 403, times: 9 });
    // hls.js may say it more than once
    expect(new Set((await play(lab, false)).errors)).toEqual(new Set(['fatal keySystemLicenseRequestFailed 403']));
    expect(lab.count('/v/license')).toBe(1);
  });
});
