import { CliError } from './cli-error.ts';

/**
 * Parses an argument or option that is an http or https URL.
 *
 * @param name the name of the argument or option, for the message
 * @throws `CliError`, which does not repeat the text, because it may contain a token
 */
export function webUrl(name: string, text: string): URL {
  const problem = new CliError(`${name}: Give an absolute http or https URL, such as https://example.com/.`);
  let url;
  try {
    url = new URL(text);
  } catch {
    throw problem;
  }
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') throw problem;
  return url;
}
