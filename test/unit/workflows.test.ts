import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packages } from '../support/packages.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Job {
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly unknown[]>> };
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}
const folder = '.github/workflows';
const workflows = readdirSync(folder).map((name) => {
  const text = readFileSync(`${folder}/${name}`, 'utf8');
  return { name, text, workflow: parse(text) as Workflow };
});
const release = workflows.find(({ name }) => name === 'release.yml')!.workflow;
const commandsOf = (job: string): string[] => release.jobs[job]!.steps.flatMap(({ run }) => run ?? []);

describe.each(workflows)('$name', ({ text, workflow }) => {
  test('names each action by its commit, and says which version that is', () => {
    const lines = text.split('\n').filter((line) => /\buses:/.test(line));
    expect(lines.length).toBe(
      Object.values(workflow.jobs).flatMap(({ steps }) => steps.filter(({ uses }) => uses)).length,
    );
    expect(lines.filter((line) => !/ uses: [\w-]+\/[\w/-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  test('reads the repository and may do no more, but for what a job asks for', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });
});

test('one commit is used of each action, in all workflows', () => {
  const used = workflows.flatMap(({ text }) =>
    [...text.matchAll(/uses: (\S+)@(\w+)/g)].map(([, name, at]) => [name!, at!]),
  );
  const commits = new Map(used as [string, string][]);
  expect(used.filter(([name, at]) => commits.get(name!) !== at)).toEqual([]);
});

describe('the release', () => {
  const jobs = workflows.flatMap(({ name, workflow }) =>
    Object.entries(workflow.jobs).map(([job, { permissions }]) => ({ job: `${name} ${job}`, permissions })),
  );

  test('begins with a tag of a version and with nothing else', () => {
    expect(release.on).toEqual({ push: { tags: ['v*'] } });
  });

  test('makes nothing of a tag that is not the version of all packages', () => {
    const [version, ...others] = new Set(packages.map(({ json }) => json.version));
    expect(others).toEqual([]);
    const command = commandsOf('pack').find((each) => each.includes('GITHUB_REF_NAME'))!;
    const isTaken = (tag: string | undefined): boolean =>
      spawnSync('bash', ['-c', command], { env: { ...process.env, GITHUB_REF_NAME: tag } }).status === 0;
    expect([isTaken(`v${version}`), isTaken('v0.0.0'), isTaken(version)]).toEqual([true, false, false]);
  });

  test('makes nothing while no organisation is set', () => {
    const commands = commandsOf('pack');
    expect(commands.indexOf('npm run set-organisation')).toBeLessThan(commands.indexOf('npm run build'));
    expect(commands).toContain('npm run set-organisation');
  });

  test('has the right to sign where packages come from in the job that publishes, and in no other job', () => {
    expect(jobs.filter(({ permissions }) => permissions)).toEqual([
      { job: 'release.yml publish', permissions: { contents: 'read', 'id-token': 'write' } },
    ]);
  });

  test('publishes with provenance, when the tests have passed and the packages are made', () => {
    expect(release.jobs.publish!.needs).toEqual(['test', 'pack']);
    expect(commandsOf('test')).toEqual(['${{ matrix.command }}']);
    expect(release.jobs.test!.strategy?.matrix).toEqual({ command: ['.ci/run', '.ci/nightly'] });
    expect(commandsOf('publish')).toEqual([expect.stringMatching(/^node \.ci\/publish\.mjs packed .*--provenance\b/)]);
  });

  test('compares what it installs with the signatures of the registry before any of it runs', () => {
    const commands = commandsOf('pack');
    const at = (command: string): number => commands.findIndex((each) => each.startsWith(command));
    expect(commands[at('npm audit signatures') - 1]).toBe('npm ci --ignore-scripts');
    expect(at('npm run build')).toBeGreaterThan(at('npm audit signatures'));
  });

  test('runs no package of others where it publishes', () => {
    expect(commandsOf('publish').join('\n')).not.toMatch(/\bnpm (?:ci|i|install|run|exec)\b|\bnpx\b/);
    const imports = readFileSync('.ci/publish.mjs', 'utf8').matchAll(/^import .* from '([^']+)'/gm);
    expect([...imports].map(([, from]) => from!).filter((from) => !from.startsWith('node:'))).toEqual([]);
  });

  test('has no cache that another run could have written', () => {
    expect(JSON.stringify(release)).not.toMatch(/cache/);
  });
});
