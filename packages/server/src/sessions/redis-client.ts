/** The members of a client of `ioredis` that are called. */
export interface IoRedisClient {
  readonly status: string;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** The members of a client of `redis` (node-redis) that are called. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

export type RedisClient = IoRedisClient | NodeRedisClient;

/** Runs a script in one round trip, with either client. */
export function runScript(
  client: RedisClient,
  script: string,
  keys: readonly string[],
  values: readonly (string | number)[],
): Promise<unknown> {
  const texts = values.map(String);
  return 'isOpen' in client
    ? client.eval(script, { keys: [...keys], arguments: texts })
    : client.eval(script, keys.length, ...keys, ...texts);
}
