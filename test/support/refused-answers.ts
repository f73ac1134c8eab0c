import type { Stage } from './stage.ts';

/**
 * Returns the statuses of all answers for each path that was refused, from nginx if it is there, else from the edge.
 */
export async function answersOfRefused({ edge, nginx, cdn }: Stage): Promise<number[][]> {
  const asked = nginx ? await nginx.log() : edge.requests.map(({ url, status }) => ({ uri: url, status }));
  const byPath = new Map<string, number[]>();
  for (const { uri, status } of asked) {
    const path = new URL(uri, cdn).pathname.replace(/^\/path\/[\w-]{22}\/\d+/, '');
    byPath.set(path, [...(byPath.get(path) ?? []), status]);
  }
  return [...byPath.values()].filter((statuses) => statuses.some((status) => [401, 403, 410].includes(status)));
}
