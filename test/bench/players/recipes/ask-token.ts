/** The part of the endpoint's answer that a page reads when its tokens travel in the query. */
interface Answer {
  readonly tokens: readonly { readonly query: Readonly<Record<string, string>> }[];
}

/** Asks the endpoint for the token of one URL. */
export async function askToken(endpoint: string, url: string): Promise<Readonly<Record<string, string>>> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ urls: [url] }),
  });
  if (!response.ok) throw new Error(`No token: ${response.status}`);
  const { tokens } = (await response.json()) as Answer;
  return tokens[0]!.query;
}

export function addToken(url: string, token: Readonly<Record<string, string>>): string {
  const signed = new URL(url);
  for (const [name, value] of Object.entries(token)) signed.searchParams.set(name, value);
  return signed.href;
}

/** `url` with a token that was fetched just now. */
export const sign = async (endpoint: string, url: string): Promise<string> =>
  addToken(url, await askToken(endpoint, url));
