import { describe, expect, test } from 'vitest';
import { azion as azionFormat } from '../../packages/server/src/index.ts';
import { startAzionFirewall, startFirewall } from '../support/azion-firewall.ts';
import { azionConfigTools, bundleForAzion, loadAzionConfig } from '../support/azion-project.ts';
import { azionVectors, VECTOR_TIME, vectorTarget } from '../support/azion-vectors.ts';
import { hasProgram } from '../support/programs.ts';

const CDN_SECRET = 'new-secret';
const CDN_SECRET_PREVIOUS = 'old-secret';
const HOST = 'https://cdn.example.com';
const tags = ['azion'];

/** The arguments with which the configuration has the function called. */
const argsOf = async (...environment: Parameters<typeof loadAzionConfig>): Promise<object> =>
  (await loadAzionConfig(...environment)).firewall[0].functionsInstances[0].args;

describe("examples/azion/azion.config.mjs, by azion/config of Azion's package", () => {
  test('validateConfig finds nothing wrong, and something where a name is misspelt', { tags }, async () => {
    const { validateConfig } = azionConfigTools();
    const config = await loadAzionConfig({ CDN_SECRET, CDN_SECRET_PREVIOUS });
    expect(() => validateConfig(config)).not.toThrow();
    const [{ executionEnvironment }] = config.functions;
    expect(executionEnvironment).toBe('firewall');
    const misspelt = { ...config, functions: [{ executionEnvironment: 'edge' }] } as unknown as typeof config;
    expect(() => validateConfig(misspelt)).toThrow('Validation Failed');
  });

  test('the manifest runs the function for every request, and shuts the domain of the workload', { tags }, async () => {
    const { processConfig } = azionConfigTools();
    const manifest = processConfig(await loadAzionConfig({ CDN_SECRET, CDN_SECRET_PREVIOUS }));
    expect(manifest.functions).toEqual([
      expect.objectContaining({ name: 'secure-token', execution_environment: 'firewall', active: true }),
    ]);
    const [firewall] = manifest.firewall;
    expect(firewall).toMatchObject({
      active: true,
      modules: { functions: { enabled: true } },
      functions_instances: [
        {
          name: 'secure-token',
          active: true,
          function: 'secure-token',
          args: { secure_token_secrets: [CDN_SECRET, CDN_SECRET_PREVIOUS], folder_depth: 2 },
        },
      ],
      rules_engine: [
        {
          active: true,
          criteria: [[{ variable: '${request_uri}', operator: 'matches', conditional: 'if', argument: '.*' }]],
          behaviors: [{ type: 'run_function', attributes: { value: 'secure-token' } }],
        },
      ],
    });
    expect(manifest.workloads).toEqual([expect.objectContaining({ workload_domain_allow_access: false })]);
    expect(manifest.workload_deployments).toEqual([
      expect.objectContaining({
        current: true,
        active: true,
        strategy: expect.objectContaining({
          attributes: expect.objectContaining({ application: 'video', firewall: firewall!.name }),
        }),
      }),
    ]);
  });

  test('the manifest leaves the token out of the cache key, and ages to the origin', { tags }, async () => {
    const [application] = azionConfigTools().processConfig(await loadAzionConfig({ CDN_SECRET })).applications;
    const signed = await azionFormat({ secret: CDN_SECRET }).sign(new URL(`${HOST}/vod/7/a.mp4`), VECTOR_TIME + 60);
    expect(application!.cache_settings).toEqual([
      expect.objectContaining({
        browser_cache: expect.objectContaining({ behavior: 'honor' }),
        modules: expect.objectContaining({
          cache: expect.objectContaining({ behavior: 'honor', stale_cache: { enabled: false } }),
          application_accelerator: expect.objectContaining({
            cache_vary_by_querystring: expect.objectContaining({
              behavior: 'denylist',
              fields: Object.keys(signed.query!),
            }),
          }),
        }),
      }),
    ]);
  });

  test(
    'validateManifest finds nothing wrong in all but the firewall, of which it knows no current form',
    {
      tags,
    },
    async () => {
      const { processConfig, validateManifest } = azionConfigTools();
      const { firewall, ...rest } = processConfig(await loadAzionConfig({ CDN_SECRET }));
      expect(() => validateManifest(rest)).not.toThrow();
      // 3.1.2 refuses any rule that its own `processConfig` writes. Once it does not, validate the whole manifest here.
      expect(() => validateManifest({ ...rest, firewall })).toThrow('must be a valid firewall variable');
    },
  );

  test('the criterion of the rule holds for the target of every vector', { tags }, async () => {
    const [{ rules }] = (await loadAzionConfig({ CDN_SECRET })).firewall;
    const [criterion, ...others] = rules[0]!.criteria;
    expect(rules).toHaveLength(1);
    expect(others).toEqual([]);
    expect(criterion).toMatchObject({ variable: 'request_uri', operator: 'matches' });
    const pattern = new RegExp(criterion!.argument);
    for (const vector of azionVectors) expect(pattern.test(vectorTarget(vector).toString()), vector.id).toBe(true);
  });
});

const pasted = startFirewall();
const bundled = hasProgram('azion')
  ? await Promise.all(
      (['esbuild', 'webpack'] as const).map(async (name) => [name, await bundleForAzion(name)] as const),
    )
  : [];

/** The bundle of one of Azion's two bundlers, in Web standards alone and in Azion's own event. */
async function bundleOf(name: 'esbuild' | 'webpack'): Promise<{
  code: string;
  plain: ReturnType<typeof startFirewall>;
  azion: NonNullable<Awaited<ReturnType<typeof startAzionFirewall>>>;
}> {
  const code = new Map(bundled).get(name)!;
  return { code, plain: startFirewall(code), azion: (await startAzionFirewall(code))! };
}

describe.each(['esbuild', 'webpack'] as const)("the function as Azion's bundler with %s makes it", (name) => {
  test('has the text by which Azion finds the listener once, and no secret', { tags }, async () => {
    const { code } = await bundleOf(name);
    expect(code.match(/addEventListener\((['"])firewall\1,/g)).toHaveLength(1);
    expect(code).not.toContain('not-in-the-bundle');
  });

  test('every Azion vector: the verdict and the headers of the file that is pasted', { tags }, async () => {
    const { plain, azion } = await bundleOf(name);
    const statuses = new Set<number>();
    for (const vector of azionVectors) {
      // Most vectors end years later than a day.
      const args = { ...(await argsOf({ CDN_SECRET: vector.secret })), max_ttl: 1e10 };
      const request = { url: HOST + vectorTarget(vector).toString(), args, now: VECTOR_TIME };
      const expected = pasted(request);
      expect(plain(request), vector.id).toEqual(expected);
      const { outcome, status } = await azion(request);
      expect([outcome], vector.id).toEqual(expected.chosen);
      expect(status, vector.id).toEqual(expected.status);
      statuses.add(status);
    }
    expect([...statuses].sort()).toEqual([200, 403, 410]);
  });

  test.each([
    ['HLS on demand, by the token of its folder', '/vod/7/master.m3u8', '/vod/7/hd/s1.m4s', 2],
    ['live HLS, by the token of its folder', '/live/7/master.m3u8', '/live/7/hd/s9.m4s', 2],
    ['an MP4, by a token of its own', '/vod/film.mp4', '/vod/film.mp4', undefined],
  ])('%s: 200 with either secret of a rotation, then 410; 403 elsewhere', { tags }, async (_, signed, asked, depth) => {
    const { azion } = await bundleOf(name);
    const args = await argsOf({ CDN_SECRET, CDN_SECRET_PREVIOUS });
    const statusOf = async (secret: string, path: string, now = VECTOR_TIME): Promise<number> => {
      const format = azionFormat({ secret, ...(depth !== undefined && { depth }) });
      const { query } = await format.sign(new URL(HOST + signed), VECTOR_TIME + 60);
      return (await azion({ url: `${HOST + path}?${new URLSearchParams(query).toString()}`, args, now })).status;
    };
    expect(await statusOf(CDN_SECRET, asked)).toBe(200);
    expect(await statusOf(CDN_SECRET_PREVIOUS, asked)).toBe(200);
    expect(await statusOf('a-third-secret', asked)).toBe(403);
    expect(await statusOf(CDN_SECRET, asked, VECTOR_TIME + 61)).toBe(410);
    expect(await statusOf(CDN_SECRET, '/vod/8/master.m3u8')).toBe(403);
  });

  test('after the rotation the previous secret opens nothing', { tags }, async () => {
    const { azion } = await bundleOf(name);
    const { query } = await azionFormat({ secret: CDN_SECRET_PREVIOUS }).sign(new URL(`${HOST}/a.mp4`), VECTOR_TIME);
    const url = `${HOST}/a.mp4?${new URLSearchParams(query).toString()}`;
    expect(await azion({ url, args: await argsOf({ CDN_SECRET }), now: VECTOR_TIME })).toMatchObject({ status: 403 });
  });
});
