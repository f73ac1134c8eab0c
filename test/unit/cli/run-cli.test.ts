import { afterEach, expect, test, vi } from 'vitest';
import { runCli } from '../../../packages/cli/src/run-cli.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const SECRET = "it's\nmy secret'";
const signed = 'https://cdn.example.com/vod/a.m3u8?st=ToKeN&e=1470055000';

test.each<[string, string[], RegExp]>([
  ['a URL without a command', [signed], /^error: unknown command '…'$/m],
  ['a token without the command of cat', ['cat', SECRET], /^error: unknown command '…'$/m],
  ['a secret behind a short option', ['sign', signed, `-s${SECRET}`], /^error: unknown option '…'$/m],
  ['a URL as a lifetime', ['sign', '--ttl', signed], /'--ttl <seconds>' argument '…' is invalid\. Give a whole number/],
  ['a URL as a format', ['verify', '--format', signed], /--format: this is unknown\. Give one of azion/],
  ['a URL as options', ['sign', signed, '--options-file', signed], /The file of --options-file cannot be read/],
  [
    'a secret in place of its file',
    ['verify', signed, '--secret-file', SECRET],
    /--secret-file cannot be read \(ENOENT\)/,
  ],
])('%s: the error does not repeat it', async (_, args, message) => {
  vi.stubEnv('SECURE_TOKEN_SECRET', 'a secret of the environment');
  const printed: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  vi.spyOn(console, 'error').mockImplementation((text: string) => {
    printed.push(text);
  });
  expect(await runCli(['node', 'secure-token', ...args], '0')).toBe(2);
  expect(printed.join('')).toMatch(message);
  expect(printed.join('')).not.toMatch(/ToKeN|my secret/);
});

test.each(['sign', 'verify', 'doctor', 'conform', 'cat explain'])(
  'the help of %s shows no object as a default',
  async (command) => {
    const printed: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
    expect(await runCli(['node', 'secure-token', ...command.split(' '), '--help'], '0')).toBe(0);
    expect(printed.join('')).toMatch(/^Usage: secure-token/);
    expect(printed.join('')).not.toMatch(/default: [{[]/);
  },
);

test('an error still names the argument that is missing, and the command that was meant', async () => {
  const printed: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  await runCli(['node', 'secure-token', 'sign'], '0');
  await runCli(['node', 'secure-token', 'sgin', signed], '0');
  expect(printed.join('')).toBe(
    "error: missing required argument 'url'\nerror: unknown command '…'\n(Did you mean sign?)\n",
  );
});
