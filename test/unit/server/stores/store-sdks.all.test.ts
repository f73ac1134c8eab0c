import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { azureBlob, googleStorage, signUrl } from '../../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../../packages/server/src/index.ts';
import { s3 } from '../../../../packages/server/src/s3.ts';
import { signedBySdk } from '../../../support/store-sdks.ts';
import type { StoreVector } from '../../../support/store-sdks.ts';
import stores from '../../../vectors/stores.json' with { type: 'json' };

const tags = ['store-sdks'];
const vectors = stores as unknown as StoreVector[];
const optionsOf = (note: string): Readonly<Record<string, unknown>> =>
  vectors.find((vector) => vector.note === note)!.options;

/** Names of files as a team may have them, every character that a URL escapes among them. */
const name = fc
  .string({
    unit: fc.constantFrom(...Array.from('ab7-._~!*\'(),;=@:& é日%#?"<>[]^`{|}$')),
    minLength: 1,
    maxLength: 12,
  })
  .filter((text) => !text.startsWith('.') && text.trim() === text)
  .map(encodeURIComponent);
const paths = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
/** The SDK of Google refuses what is past. */
const expiries = fc.integer({ min: 2_000_000_000, max: 4_000_000_000 });

async function expectSame(format: TokenFormat, asked: Omit<StoreVector, 'signed' | 'note'>): Promise<void> {
  const signed = new URL(await signedBySdk({ ...asked, note: '' }));
  const token = await format.sign(new URL(asked.url), asked.expires);
  expect(token.query).toEqual(Object.fromEntries(format.parameters!.flatMap((each) => ownOf(signed, each))));
}

const ownOf = (signed: URL, parameter: string): [string, string][] => {
  const value = signed.searchParams.get(parameter);
  return value === null ? [] : [[parameter, value]];
};

describe('any object and any expiry are signed as the SDK of the store signs them', () => {
  test('of Google Cloud Storage', { tags }, async () => {
    const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    const options = { clientEmail: 'signer@example.iam.gserviceaccount.com', privateKey, maxTtl: 3600 };
    await fc.assert(
      fc.asyncProperty(paths, expiries, async (path, expires) => {
        const url = `https://storage.googleapis.com/bucket/${path}`;
        await expectSame(googleStorage(options), { store: 'google-storage', options, url, expires });
      }),
      { numRuns: 200 },
    );
  });

  test.each(['one blob', 'a container', 'a directory'])('of Azure: %s', { tags }, async (note) => {
    const options = optionsOf(note);
    await fc.assert(
      fc.asyncProperty(paths, expiries, async (path, expires) => {
        const url = `https://devstoreaccount1.blob.core.windows.net/videos/vod/${path}`;
        await expectSame(azureBlob(options as never), { store: 'azure-blob', options, url, expires });
      }),
      { numRuns: 200 },
    );
  });

  test('of S3, with the parameters that its SDK adds', { tags }, async () => {
    const options = optionsOf('bucket in the host');
    await fc.assert(
      fc.asyncProperty(paths, expiries, async (path, expires) => {
        const url = `https://examplebucket.s3.us-east-1.amazonaws.com/${path}`;
        const signed = new URL(await signedBySdk({ store: 's3', note: '', options, url, expires }));
        const added = [...signed.searchParams.keys()].filter(
          (each) => !s3(options as never).parameters!.includes(each),
        );
        const asked = new URL(url);
        for (const each of added) asked.searchParams.set(each, signed.searchParams.get(each)!);
        const format = s3({ ...options, params: added } as never);
        const ours = new URL(await signUrl(asked, { format, expires }));
        expect(Object.fromEntries(ours.searchParams)).toEqual(Object.fromEntries(signed.searchParams));
      }),
      { numRuns: 200 },
    );
  });
});
