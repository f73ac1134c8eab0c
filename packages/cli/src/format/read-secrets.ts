import type { Command } from 'commander';
import { CliError, readText } from '../call-arguments.ts';

export interface SecretSource {
  secretFile?: string;
}

export function addSecretOption(command: Command): Command {
  return command.option(
    '--secret-file <file>',
    'file with the secret, or one a line, or keys in PEM: the first signs, all verify (default: SECURE_TOKEN_SECRET)',
  );
}

/** A key in PEM (RFC 7468), which has several lines. */
const pem = /-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g;

/** Returns the secrets of the file; without a file, the secret of the environment, or none. */
export async function findSecrets({ secretFile }: SecretSource): Promise<string[]> {
  if (secretFile === undefined) {
    const { SECURE_TOKEN_SECRET: secret } = process.env;
    return secret ? [secret] : [];
  }
  const text = await readText(secretFile, 'The file of --secret-file');
  const secrets = text.match(pem) ?? text.split(/\r?\n/).filter((line) => line !== '');
  if (secrets.length === 0)
    throw new CliError('The file of --secret-file is empty. Write the secret into it, or several, one a line.');
  return secrets;
}

/** @throws `CliError` if there is none */
export async function readSecrets(source: SecretSource): Promise<string[]> {
  const secrets = await findSecrets(source);
  if (secrets.length === 0)
    throw new CliError('The secret is missing. Set SECURE_TOKEN_SECRET, or give --secret-file.');
  return secrets;
}
