/** Loopback, private networks and link-local addresses, such as that of a cloud's metadata service. */
const privateAddresses =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.|^\[(?:::|f[cd]|fe[89ab])/;

/** Tells whether a host name belongs to this machine or the network around it. @param hostname as `URL` writes it */
export function isPrivateHost(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '');
  if (/^\[|^[\d.]+$/.test(name)) return privateAddresses.test(name);
  // the public DNS has no names without a dot
  return !name.includes('.') || /\.(?:localhost|local|internal)$/.test(name);
}
