import { CliError, readText } from '../call-arguments.ts';

/** The longest text that is read. It is longer than any header that a server accepts. */
const MAX_LENGTH = 65_536;

/**
 * Finds the token in a text that a person has copied: the token alone, with the name of its header, or within a URL.
 */
export async function findToken(argument: string): Promise<string> {
  const text = (argument === '-' ? await readText('-', 'Standard input') : argument).trim();
  if (text === '') throw new CliError('The token is empty. Give a token, or a URL that carries one.');
  if (text.length > MAX_LENGTH) throw new CliError(`This is longer than ${MAX_LENGTH} characters. Give one token.`);
  const bare = text.replace(/^(?:cta-)?common-access-token\s*[:=]\s*/i, '');
  return inUrl(bare) ?? bare;
}

/**
 * Returns the value of the parameter `cat`, in any case, or the first path segment that is long enough to be a token.
 */
function inUrl(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const { searchParams, pathname } = new URL(text);
  const parameter = [...searchParams].find(([name]) => name.toLowerCase() === 'cat')?.[1];
  return parameter ?? pathname.split('/').find((segment) => /^[\w-]{50,}$/.test(segment));
}

/** Says why a text is not a Common Access Token, as far as the text shows it. */
export function whyUnreadable(token: string): string {
  if (/^https?:/i.test(token))
    return 'This URL has no parameter `cat` or `CAT`, and nothing in its path is long enough to be a token.';
  if (/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token))
    return 'This is a JWT, and not a CAT: it has three parts with dots between them.';
  if (/^[\w+/-]+=*$/.test(token) && /[+/=]/.test(token))
    return (
      'This is base64 with `+`, `/` or `=`. ' + 'A token in a URL is base64url without padding: write - for +, _ for /.'
    );
  if (!/^[\w-]+$/.test(token)) return 'This is not base64url: a token has only letters, digits, - and _.';
  const [first = 0] = Buffer.from(token, 'base64url');
  if (first !== 0xd8 && first !== 0x84 && (first < 0xd0 || first > 0xd2))
    return (
      'This is base64url, but not of a Common Access Token, ' +
      'which begins with tag 61, 17 or 18, or with a list of 4.'
    );
  return (
    'This begins like a Common Access Token, and is not readable as one: it is cut off, has bytes behind it, a label ' +
    'twice, lengths that are indefinite or longer than they need to be, a second tag 61, ' +
    'or a header beside alg and kid.'
  );
}
