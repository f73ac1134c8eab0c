const variableReference = /\{\$([\w-]+)\}/g;

interface PlaylistVariables {
  /** Takes the attributes of one `EXT-X-DEFINE`. */
  readonly define: (attributes: ReadonlyMap<string, string>) => void;
  /** `undefined` when `text` holds a variable without a known value. */
  readonly substitute: (text: string) => string | undefined;
  readonly variables: ReadonlyMap<string, string>;
}

/** Variable substitution (RFC 8216bis section 4.3): `NAME`, `QUERYPARAM` of the playlist's URL, and `IMPORT`. */
export function playlistVariables(playlistUrl: URL, imports?: ReadonlyMap<string, string>): PlaylistVariables {
  const variables = new Map<string, string>();
  return {
    variables,
    define(attributes) {
      const [name, imported, parameter] = ['NAME', 'IMPORT', 'QUERYPARAM'].map((each) => attributes.get(each));
      const value =
        (name && attributes.get('VALUE')) ??
        (imported && imports?.get(imported)) ??
        (parameter && playlistUrl.searchParams.get(parameter));
      const key = name ?? imported ?? parameter;
      if (key && value != null) variables.set(key, value);
    },
    substitute(text) {
      const references = [...text.matchAll(variableReference)];
      if (!references.every(([, name]) => variables.has(name!))) return undefined;
      return text.replace(variableReference, (_, name: string) => variables.get(name)!);
    },
  };
}
