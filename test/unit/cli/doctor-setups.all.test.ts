import { describe, expect, test } from 'vitest';
import { examine } from '../../../packages/cli/src/doctor/doctor.ts';
import type { Diagnosis } from '../../../packages/cli/src/doctor/doctor.ts';
import { secureToken, signUrl } from '../../../packages/server/src/index.ts';
import { healthy, sabotages } from '../../support/doctor-sabotages.ts';
import type { SetUp } from '../../support/doctor-sabotages.ts';
import { FILM, PAGE, SECRET } from '../../support/doctor-setups.ts';
import { listen } from '../../support/listen.ts';

const format = secureToken({ secret: SECRET, depth: 2 });

async function diagnose(setUp: SetUp): Promise<Diagnosis> {
  const { edge: makeEdge, endpoint: makeEndpoint, other: makeOther, path = FILM, hasSecret, isDown } = setUp;
  const otherServer = makeOther?.();
  const other = otherServer && (await listen(async (request) => otherServer(request)));
  const edgeServer = makeEdge(other?.origin ?? '');
  const edge = await listen(async (request) => edgeServer(request));
  const endpointServer = makeEndpoint?.(edge.origin);
  const endpoint = endpointServer && (await listen(async (request) => endpointServer(request)));
  if (isDown === 'edge') await edge.close();
  if (isDown === 'endpoint') await endpoint!.close();
  try {
    const { isSigned } = setUp;
    const expires = Math.floor(Date.now() / 1000) + (isSigned === 'for a minute' ? 60 : -60);
    const url = edge.origin + path;
    return await examine({
      url: isSigned ? await signUrl(url, { format: setUp.format ?? format, expires }) : url,
      page: setUp.page ?? PAGE,
      ...(endpoint && { endpoint: `${endpoint.origin}/token` }),
      ...(hasSecret && { format: setUp.format ?? format }),
      ...(setUp.headers && { headers: setUp.headers }),
    });
  } finally {
    const open = [isDown === 'edge' ? undefined : edge, isDown === 'endpoint' ? undefined : endpoint, other];
    await Promise.all(open.map(async (each) => each?.close()));
  }
}

describe('a set-up that was sabotaged', () => {
  test.each(sabotages)('$name: $code is first in the list', async (setUp) => {
    const { findings, asked, status } = await diagnose(setUp);
    expect(findings[0], JSON.stringify(findings, null, 1)).toMatchObject({ code: setUp.code });
    expect(status).toBe(1);
    expect(asked).toBeLessThanOrEqual(40);
  });
});

describe('a healthy set-up', () => {
  test.each(healthy)('$name: no error', async (setUp) => {
    const { findings, asked } = await diagnose(setUp);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(
      findings.filter(({ severity, code }) => severity === 'warning' && code !== 'edge-tokens-in-playlist'),
    ).toEqual([]);
    expect(asked).toBeLessThanOrEqual(40);
  });
});

test('no token and no secret is in a diagnosis', async () => {
  const url = await signUrl('http://127.0.0.1:9/vod/7/master.m3u8', { format, expiresIn: 60 });
  const diagnosis = await examine({ url, format });
  expect(JSON.stringify(diagnosis)).not.toMatch(/st=|secret of the doctor/);
  expect(diagnosis.status).toBe(2);
});
