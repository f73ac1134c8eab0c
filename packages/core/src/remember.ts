/** Beyond this many entries a map is emptied: a session may last for days. */
const LIMIT = 5e4;

/** Sets `key` in a map that may be emptied at any time. */
export const remember = <K, V>(map: Map<K, V>, key: K, value: V): void => {
  if (map.size > LIMIT) map.clear();
  map.set(key, value);
};
