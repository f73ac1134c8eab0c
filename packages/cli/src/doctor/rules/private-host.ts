/** Loopback, private networks and link-local addresses, such as that of the metadata of a cloud. */
const privateAddresses =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.|^\[(?:::|f[cd]|fe[89ab])/;

/** Whether a host name is one of this machine or of the network around it. @param hostname as `URL` has it */
export function isPrivateHost(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '');
  if (/^\[|^[\d.]+$/.test(name)) return privateAddresses.test(name);
  // a name without a dot is none of the public DNS
  return !name.includes('.') || /\.(?:localhost|local|internal)$/.test(name);
}
