import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readFirewallArgs } from '../../../packages/server/src/azion/firewall.ts';
import { loadAzionConfig } from '../../support/azion-project.ts';

const page = readFileSync('docs/azion.md', 'utf8');
const codeOf = (name: string): string => readFileSync(`examples/azion/${name}`, 'utf8');

test('docs/azion.md shows the function of examples/azion, and the version it is tested with', () => {
  expect(page).toContain(`   ${codeOf('firewall.js')}`);
  const { devDependencies } = JSON.parse(codeOf('package.json')) as { devDependencies: Record<string, string> };
  expect(page).toContain(`azion@${devDependencies.azion}`);
});

test('the configuration without a secret throws at once, and names the variable', async () => {
  await expect(loadAzionConfig({})).rejects.toThrow('CDN_SECRET is missing');
});

test('the arguments of the configuration, with one secret and with two: the firewall file reads them', async () => {
  for (const more of [{}, { CDN_SECRET_PREVIOUS: 'previous' }]) {
    const [{ functionsInstances }] = (await loadAzionConfig({ CDN_SECRET: 'secret', ...more })).firewall;
    expect(() => readFirewallArgs(functionsInstances[0].args)).not.toThrow();
    expect(functionsInstances[0].args.secure_token_secrets).toEqual(['secret', ...Object.values(more)]);
  }
});
