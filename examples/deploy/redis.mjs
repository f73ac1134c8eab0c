import { Redis } from 'ioredis';
import { writeLog } from './log.mjs';

/**
 * A client of Redis, not connected yet. Its commands fail at once while Redis is away, and after half a second where it
 * does not answer: by default they would wait, and the player with them. The log says when Redis goes and when it is
 * back.
 * @param {string} url
 * @returns {Redis}
 */
export function createRedis(url) {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    commandTimeout: 500,
    maxRetriesPerRequest: 0,
  });
  let isAway = false;
  redis.on('error', (error) => {
    if (!isAway) writeLog('error', { event: 'redis', message: `Redis is away: ${error.message}` });
    isAway = true;
  });
  redis.on('ready', () => {
    writeLog('info', { event: 'redis', message: 'Redis is there.' });
    isAway = false;
  });
  return redis;
}
