/**
 * Writes one line of JSON to the standard output. Nothing of a request goes into it but what is named here: tokens and
 * secrets are in bodies and in answers.
 * @param {'info' | 'error'} level
 * @param {object} fields
 */
export function writeLog(level, fields) {
  console.log(JSON.stringify({ time: new Date().toISOString(), level, ...fields }));
}
