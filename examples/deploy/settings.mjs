import { createSecretFile } from './secret-file.mjs';

/**
 * The settings that an instance reads from its environment.
 * @typedef {object} Settings
 * @property {number} port
 * @property {string[]} allow the only URLs that are ever signed: prefixes
 * @property {() => string[]} secrets of the CDN; the first one signs
 * @property {string} redisUrl
 * @property {number} ttl seconds that a token lives
 * @property {number} callsPerMinute of one viewer
 * @property {number | undefined} sessionLimit sessions of one viewer at a time; without it they are not counted
 * @property {string[]} pages origins of pages that ask from another origin
 * @property {number} stopSeconds how long a stop waits for calls under way
 */

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Settings}
 * @throws an error that names the variable which is missing or wrong
 */
export function readSettings(env) {
  return {
    port: wholeNumber(env, 'PORT', 3000),
    allow: words(text(env, 'CDN_URL', 'Give the prefix of the URLs to sign, such as https://cdn.example.com/vod/.')),
    secrets: createSecretFile(
      text(env, 'CDN_SECRET_FILE', 'Give the path of a file that holds the secret of the CDN.'),
    ),
    redisUrl: text(env, 'REDIS_URL', 'Give the address of Redis, such as redis://redis:6379.'),
    ttl: wholeNumber(env, 'TTL', 300),
    callsPerMinute: wholeNumber(env, 'CALLS_PER_MINUTE', 120),
    sessionLimit: env.SESSION_LIMIT ? wholeNumber(env, 'SESSION_LIMIT', 1) : undefined,
    pages: words(env.PAGE_ORIGINS ?? ''),
    stopSeconds: wholeNumber(env, 'STOP_SECONDS', 10),
  };
}

/** @type {(list: string) => string[]} */
const words = (list) => list.split(/[\s,]+/).filter((word) => word !== '');

/** @type {(env: NodeJS.ProcessEnv, name: string, remedy: string) => string} */
function text(env, name, remedy) {
  const value = env[name]?.trim();
  if (!value) throw new Error(`${name} is missing. ${remedy}`);
  return value;
}

/** @type {(env: NodeJS.ProcessEnv, name: string, otherwise: number) => number} */
function wholeNumber(env, name, otherwise) {
  const value = env[name]?.trim() || String(otherwise);
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new Error(`${name} is "${value}". Give a whole number from 1 to 999999.`);
  return Number(value);
}
